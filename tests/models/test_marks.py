"""Certified marks: until when they hold, when their owner is warned, and how an offer keeps them."""

from datetime import date, timedelta

import pytest

from hub.models.mark import Mark, marks_of, valid_marks
from hub.models.offer import MarkKind, Offer

LAST = date(2026, 12, 31)
MARK = Mark(kind=MarkKind.ZPP, number="KU-BE-ABC123", expires_on=LAST)


@pytest.mark.parametrize(("days", "valid"), [(-400, True), (0, True), (1, False)])
def test_a_mark_holds_up_to_and_including_its_last_day(days, valid):
    assert MARK.valid(LAST + timedelta(days=days)) is valid


@pytest.mark.parametrize(("days", "warned"), [(-61, False), (-60, True), (0, True), (1, False)])
def test_its_owner_is_warned_for_the_last_sixty_days(days, warned):
    assert MARK.running_out(LAST + timedelta(days=days)) is warned


def test_an_offer_keeps_marks_and_shows_those_that_hold_in_the_order_of_their_kinds():
    later = Mark(kind=MarkKind.REZEPT_FUER_BEWEGUNG, number="R 7", expires_on=LAST + timedelta(days=1))
    offer = Offer(marks=[later.stored, MARK.stored])
    assert marks_of(offer) == [MARK, later]
    assert valid_marks(offer, LAST) == [MARK, later]
    assert valid_marks(offer, LAST + timedelta(days=1)) == [later]
