"""Place codes: words one can say on the telephone, each code once in an offer."""

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.actions.bookings import cancel_booking, reschedule_booking
from hub.errors import RuleBroken
from hub.models.booking import Booking
from hub.models.given_code import GivenCode
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.queries import codes
from hub.queries.bookings import get_booking
from hub.queries.codes import place_words
from hub.queries.slots import get_slot
from tests.places import all_rows, book, make_offer, make_people, make_slot
from tests.world import World


def test_there_are_enough_short_plain_words() -> None:
    words = place_words()
    assert len(words) == len(set(words)) >= 150
    assert all(re.fullmatch("[A-ZÄÖÜ][a-zäöüß]{2,11}", word) for word in words)


def test_words_that_sound_alike_are_not_both_there() -> None:
    words = {word.casefold() for word in place_words()}
    for pair in (
        {"eiche", "esche"},
        {"lärche", "lerche"},
        {"heide", "weide"},
        {"tanne", "tonne"},
        {"granat", "granit"},
    ):
        assert len(pair & words) < 2, pair


def test_while_words_last_no_word_comes_twice_in_a_slot(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "place_words", lambda: ("Birke", "Anker"))
    slot = make_slot(world, make_offer(world))
    given = [book(world, slot, person).code for person in (world.cast.tarik, world.cast.heinz, world.cast.jolanta)]
    assert {(code or "").split()[0] for code in given[:2]} == {"Birke", "Anker"}
    assert len(set(given)) == 3


def few_codes(monkeypatch: pytest.MonkeyPatch, *, highest: int) -> None:
    """Let there be one word, and few numbers by chance."""
    monkeypatch.setattr(codes, "place_words", lambda: ("Birke",))
    monkeypatch.setattr(codes, "HIGHEST", highest)


def test_a_code_is_never_given_again_in_an_offer_in_no_week_and_after_no_move(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_codes(monkeypatch, highest=10)
    offer = make_offer(world)
    weeks = [make_slot(world, offer, starts_at=world.at + timedelta(days=7 * n), places=9) for n in (1, 2, 3)]
    first = book(world, weeks[0], world.cast.tarik)
    second = book(world, weeks[1], world.cast.heinz)
    assert first.code == "Birke 10" != second.code
    with world.database.transaction() as session:
        clara = world.actor("clara")
        row = get_booking(session, clara, first.public_id, at=world.at)
        target = get_slot(session, clara, weeks[2].public_id)
        reschedule_booking(session, actor=clara, booking=row, slot=target, at=world.at)
    assert book(world, weeks[0], world.cast.jolanta).code not in {"Birke 10", second.code}
    assert all_rows(world, Booking)[0].code == "Birke 10"  # who moves keeps the word
    other = make_slot(world, make_offer(world), starts_at=world.at + timedelta(days=30))
    assert book(world, other, world.cast.tarik).code == "Birke 10"  # another group: another list


def test_where_all_codes_are_given_a_number_has_a_digit_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    few_codes(monkeypatch, highest=99)
    slot = make_slot(world, make_offer(world))
    with world.database.transaction() as session:
        session.add_all(GivenCode(offer_id=slot.offer_id, code=f"Birke {n}") for n in range(10, 99))
    assert book(world, slot, world.cast.tarik).code == "Birke 99"
    assert 100 <= int((book(world, slot, world.cast.heinz).code or "").split()[1]) <= 999


def test_of_many_dates_booked_at_once_each_person_has_a_code_of_their_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_codes(monkeypatch, highest=13)
    offer = make_offer(world)
    weeks = [make_slot(world, offer, starts_at=world.at + timedelta(days=7 * n), places=9) for n in range(1, 9)]
    people = make_people(world, 8)
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda pair: book(world, *pair).code, zip(weeks, people, strict=True)))
    assert len(set(made)) == 8
    assert set(made) == {row.code for row in all_rows(world, GivenCode)}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(("book", "cancel", "move")), st.integers(0, 2), st.integers(0, 2))))
@example([("book", 0, 0), ("move", 0, 1), ("book", 1, 0), ("cancel", 0, 1), ("book", 0, 0), ("move", 1, 1)])
def test_whatever_is_booked_moved_and_given_back_no_code_means_two_people(world: World, steps: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        few_codes(patch, highest=12)
        offer, people = make_offer(world), (world.cast.tarik, world.cast.heinz, world.cast.jolanta)
        day = 1 + len(all_rows(world, Slot)) // 3
        dates = [make_slot(world, offer, starts_at=world.at + timedelta(days=day, hours=n), places=2) for n in range(3)]
        bearers: dict[str, set[Any]] = defaultdict(set)
        for verb, who, where in steps:
            with suppress(RuleBroken):
                do(world, verb, people[who], dates[where], dates)
            for row in all_rows(world, Booking):
                if row.slot_id in {date.id for date in dates} and row.code:
                    bearers[row.code].add(row.id)
    assert all(len(rows) == 1 for rows in bearers.values()), dict(bearers)


def do(world: World, verb: str, person: Participant, date: Slot, dates: list[Slot]) -> None:
    if verb == "book":
        book(world, date, person)
        return
    clara, mine = world.actor("clara"), {one.id for one in dates}
    live = [one for one in all_rows(world, Booking) if one.participant_id == person.id and one.slot_id in mine]
    for one in live[-1:]:
        with world.database.transaction() as session:
            row = get_booking(session, clara, one.public_id, at=world.at)
            if verb == "cancel":
                cancel_booking(session, actor=clara, booking=row, by="coach", at=world.at)
            else:
                target = get_slot(session, clara, date.public_id)
                reschedule_booking(session, actor=clara, booking=row, slot=target, at=world.at)
