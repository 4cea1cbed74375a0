"""Answering a sheet: each line its own yes or no under one signature, and what each of them opens."""

from datetime import timedelta
from itertools import product

import pytest

from hub import clock
from hub.actions import answers
from hub.actions.bookings import book_slot
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, SomebodyWasFaster, StepNotPossible
from hub.models.consent import Consent, ConsentEvent, ConsentForm, ConsentState, Scope
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.offer import Access
from hub.queries.grants import grant_of
from hub.queries.participants import get_participant
from hub.queries.sheets import (
    code_for_all,
    find_by_code,
    find_by_reference,
    list_in_force,
    list_under_code,
)
from hub.queries.slots import get_slot
from tests.loop import (
    drafted,
    now,
    partner,
    person_actor,
    request_offer,
    rows,
    say,
    send,
    withdraw,
)
from tests.sheets import HEALTH, STROKES, answer, ask_all, at_once, defer, lines_of, paper, three_offers


@pytest.mark.parametrize("ticks", list(product((True, False), repeat=5)))
def test_no_field_opens_without_its_own_yes_and_none_beside_a_no(world, ticks):
    """All subsets of five lines: E2, E3, E4 of the clinic, E2 and E4 of the club."""
    sheet = ask_all(world, three_offers(world)[:2])
    lines = lines_of(world, sheet)
    answer(world, sheet, [line for line, yes in zip(lines, ticks, strict=True) if yes])
    given = {line.id for line in lines_of(world, sheet) if line.state is ConsentState.GIVEN}
    clinic, health, report, club, club_report = ticks
    expected = (clinic, health and clinic, report and clinic, club, club_report and club)
    assert [line.id in given for line in lines] == list(expected)
    with world.database.reading() as session:
        for enquiry, told in zip(rows(world, Enquiry), (expected[:3], (expected[3], False, expected[4])), strict=True):
            grant = grant_of(session, enquiry, at=world.at)
            assert (grant.consent is not None, Scope.HEALTH in grant.scopes, Scope.FEEDBACK in grant.scopes) == told
            assert grant.health == (HEALTH if told[1] else "")
    kept = now(world, sheet)
    assert (kept.withdrawal_code is not None) == any(expected)
    assert kept.answered_at == world.at


def test_one_code_takes_back_the_whole_sheet(world):
    sheet = ask_all(world, three_offers(world))
    lines = lines_of(world, sheet)
    answer(world, sheet, lines[:5])
    code = now(world, sheet).withdrawal_code
    with world.database.reading() as session:
        assert find_by_code(session, f"{code[:3]} {code[3:].upper()}").id == sheet.id
        found = list_under_code(session, code, at=world.at)
        assert [one.id for one in found] == [line.id for line in lines[:5]]
        assert code_for_all(session, found) == code
        assert [one.id for one in list_under_code(session, now(world, lines[0]).withdrawal_code, at=world.at)] == [
            lines[0].id
        ]
        assert list_under_code(session, "xxxxxxxxx", at=world.at) == []
        assert list_under_code(session, code, at=lines[0].valid_until) == []
    withdraw(world, world.cast.tarik, lines[3])
    with world.database.reading() as session:
        assert lines[3].id not in {one.id for one in list_in_force(session, now(world, sheet), at=world.at)}


def test_nobody_on_the_staff_answers_for_the_person(world, subtests):
    sheet = ask_all(world, three_offers(world))
    lines = lines_of(world, sheet)
    for key in ["clara", "cem", "frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "fred"]:
        with subtests.test(key=key):
            for form in (ConsentForm.OWN_DEVICE, ConsentForm.HANDED_OVER):
                with pytest.raises((NotAllowed, NotFound)):
                    answer(world, sheet, lines, by=world.actor(key), form=form)
            if key != "clara":
                for form, evidence in ((ConsentForm.DRAWN, STROKES), (ConsentForm.PAPER, paper(world))):
                    with pytest.raises((NotAllowed, NotFound)):
                        answer(world, sheet, lines, by=world.actor(key), form=form, evidence=evidence)
                with pytest.raises((NotAllowed, NotFound)):
                    defer(world, sheet, world.actor(key))
            assert {line.state for line in lines_of(world, sheet)} == {ConsentState.REQUESTED}


def test_drawn_and_on_paper_there_is_no_yes_without_evidence(world):
    sheet = ask_all(world, three_offers(world))
    lines, clara = lines_of(world, sheet), world.actor("clara")
    tomorrow = (clock.local_date(world.at) + timedelta(days=1)).isoformat()
    for form, evidence, reason in (
        (ConsentForm.DRAWN, {}, ""),
        (ConsentForm.PAPER, {}, ""),
        (ConsentForm.PAPER, paper(world, reference=""), ""),
        (ConsentForm.PAPER, paper(world, signed_on=tomorrow), ""),
        (ConsentForm.PAPER, paper(world), "mark"),
        (ConsentForm.OTHER, paper(world), ""),
        (ConsentForm.OTHER, paper(world), "illness"),
    ):
        with pytest.raises(InvalidInput):
            answer(world, sheet, lines, by=clara, form=form, evidence=evidence, reason=reason)
    answer(world, sheet, lines, by=clara, form=ConsentForm.OTHER, evidence=paper(world, scan="ab"), reason="mark")
    kept = now(world, sheet)
    assert (kept.form, kept.form_reason, kept.evidence["scan"]) == (ConsentForm.OTHER, "mark", "ab")
    assert {line.form for line in lines_of(world, sheet)} == {ConsentForm.OTHER}


def test_a_drawn_signature_stays_on_the_sheet_alone(world):
    sheet = ask_all(world, three_offers(world))
    answer(world, sheet, lines_of(world, sheet)[:1], by=world.actor("clara"), form=ConsentForm.DRAWN, evidence=STROKES)
    assert now(world, sheet).evidence == STROKES
    assert {line.evidence for line in lines_of(world, sheet)} == {None}


def test_later_is_neither_yes_nor_no_and_can_be_answered_any_day(world):
    sheet = ask_all(world, three_offers(world))
    defer(world, sheet, person_actor(world.cast.tarik))
    defer(world, sheet, world.actor("clara"))  # a second time changes nothing
    assert {line.state for line in lines_of(world, sheet)} == {ConsentState.DEFERRED}
    assert len(rows(world, ConsentEvent, ConsentEvent.state == ConsentState.DEFERRED)) == 7
    with pytest.raises(RuleBroken):
        send(world, rows(world, Enquiry)[0])
    answer(world, sheet, lines_of(world, sheet)[:1], at=world.at + timedelta(days=5))
    assert lines_of(world, sheet)[0].state is ConsentState.GIVEN
    with pytest.raises(StepNotPossible):
        defer(world, sheet, person_actor(world.cast.tarik))


def test_a_sheet_is_answered_once_and_as_a_whole(world):
    sheet = ask_all(world, three_offers(world))
    lines = lines_of(world, sheet)
    with pytest.raises(StepNotPossible, match="Blatt"):
        say(world, world.cast.tarik, lines[1])
    with pytest.raises(SomebodyWasFaster):
        answer(world, sheet, lines, version=7)
    answer(world, sheet, lines)
    with pytest.raises(StepNotPossible, match="schon beantwortet"):
        answer(world, sheet, lines)
    with pytest.raises(StepNotPossible):
        answer(world, ask_all(world, three_offers(world)), lines)


def test_nothing_leaves_while_the_cooling_off_runs(world):
    offer, slot = request_offer(world, owner="club", access=Access.NAMED)
    sheet = ask_all(world, [three_offers(world)[0], offer], wait_hours=24)
    answer(world, sheet, lines_of(world, sheet))
    draft, clara = rows(world, Enquiry)[0], world.actor("clara")

    def take(session):
        found = get_slot(session, clara, slot.public_id)
        person = get_participant(session, clara, world.cast.tarik.public_id, at=world.at)
        return book_slot(session, actor=clara, slot=found, participant=person, at=world.at)

    for blocked in (lambda: send(world, draft), lambda: world.database.run(take)):
        with pytest.raises(RuleBroken) as refused:
            blocked()
        assert "Bedenkzeit läuft noch bis Dienstag, 15. September, 8:30 Uhr" in str(refused.value.message)
    world.at += timedelta(hours=24)
    send(world, draft)
    assert world.database.run(take) is not None


def test_only_the_persons_own_tick_waives_the_cooling_off(world):
    sheet = ask_all(world, three_offers(world)[:1], wait_hours=24)
    answer(world, sheet, lines_of(world, sheet), waive=True)
    assert now(world, sheet).waived
    send(world, rows(world, Enquiry)[0])
    assert rows(world, Enquiry)[0].state is EnquiryState.SENT


def test_health_text_reaches_the_clinic_with_its_own_yes_and_is_written_down(world):
    sheet = ask_all(world, three_offers(world)[:1])
    lines = lines_of(world, sheet)
    answer(world, sheet, lines)
    send(world, rows(world, Enquiry)[0])
    enquiry = now(world, rows(world, Enquiry)[0])
    partner(world, enquiry, answers.accept_enquiry)
    partner(world, enquiry, answers.open_identity)
    partner(world, enquiry, answers.note_health_opened)
    partner(world, enquiry, answers.note_health_opened)
    withdraw(world, world.cast.tarik, lines[1])
    with world.database.reading() as session:
        grant = grant_of(session, enquiry, at=world.at)
    assert (grant.scopes, grant.health) == ({Scope.FEEDBACK}, "")
    assert grant.consent is not None


def test_a_second_date_of_the_same_offer_asks_nothing_again(world):
    sheet = ask_all(world, three_offers(world)[:1])
    answer(world, sheet, lines_of(world, sheet))
    draft = drafted(world, lines_of(world, sheet)[0])
    send(world, draft)
    with world.database.reading() as session:
        assert grant_of(session, now(world, draft), at=world.at).consent is not None
    assert len(rows(world, Consent)) == 3


def test_the_printed_number_is_found_by_who_looks_after_the_person(world):
    sheet = ask_all(world, three_offers(world)[:1])
    typed = f" {sheet.reference[:4].lower()} {sheet.reference[4:]} "
    with world.database.reading() as session:
        assert find_by_reference(session, world.actor("clara"), typed, at=world.at).id == sheet.id
        for key in ("cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"):
            assert find_by_reference(session, world.actor(key), typed, at=world.at) is None
        assert find_by_reference(session, person_actor(world.cast.jolanta), typed, at=world.at) is None


@pytest.mark.parametrize("turn", range(3))
def test_of_two_answers_at_the_same_second_one_counts(world, turn):
    sheet = ask_all(world, three_offers(world))
    lines = lines_of(world, sheet)
    outcomes = at_once(lambda: answer(world, sheet, lines), lambda: answer(world, sheet, []))
    assert [type(one) for one in outcomes if one is not None] == [StepNotPossible]
    states = {line.state for line in lines_of(world, sheet)}
    assert states == {ConsentState.GIVEN if outcomes[0] is None else ConsentState.REFUSED}
    assert len(rows(world, ConsentEvent, ConsentEvent.state.in_(["given", "refused"]))) == len(lines)
