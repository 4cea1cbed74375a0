"""One sheet, one signature: several organisations, each line its own yes or no, and what each of them opens."""

from datetime import timedelta
from itertools import product

import pytest

from hub import clock
from hub.actions import answers, consents, referrals, sheet_answers, sheets, shortlists
from hub.actions.bookings import book_slot
from hub.actions.sheet_answers import Signature
from hub.actions.sheets import Ask, Reading
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, SomebodyWasFaster, StepNotPossible
from hub.models.consent import Consent, ConsentEvent, ConsentForm, ConsentState, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.offer import Access, Aim
from hub.models.referral import Referral
from hub.models.subscription import Level
from hub.queries import consent_texts, sheet_texts
from hub.queries.grants import grant_of
from hub.queries.offers import get_offer
from hub.queries.participants import get_participant
from hub.queries.referrals import get_referral
from hub.queries.sheets import (
    code_for_all,
    find_by_code,
    find_by_reference,
    get_sheet,
    list_in_force,
    list_under_code,
)
from hub.queries.shortlists import list_entries
from hub.queries.slots import get_slot
from hub.queries.wishes import Wish
from tests.loop import (
    WISH,
    ask,
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

HEALTH = "Braucht nach einer Operation Pausen."
STROKES = {"strokes": [[[n, n] for n in range(9)]]}


def three_offers(world):
    """A clinic that asks about health, a club and a town hall; each accepts first."""
    return [
        request_offer(world, owner="clinic", title="Rückenschule", field_groups=["I2", "H1"])[0],
        request_offer(world, owner="club", title="Gymnastik", field_groups=["I2"])[0],
        request_offer(world, owner="town", title="Beratung", field_groups=["I2"], aim=Aim.DAILY_LIFE)[0],
    ]


def ask_all(
    world, offers, *, person="tarik", by="clara", wish=WISH, health=HEALTH, feedback=True, referral=None, **reading
):
    actor, who = world.actor(by), world.cast.people[person]

    def unit(session):
        found = get_participant(session, actor, who.public_id, at=world.at)
        asks = [
            Ask(
                get_offer(session, actor, one.public_id),
                None,
                wish,
                health if "H1" in one.field_groups else "",
                feedback,
            )
            for one in offers
        ]
        search = get_referral(session, actor, referral.public_id, at=world.at) if referral else None
        kept = Reading(**({"locale": "de"} | reading))
        return sheets.ask_sheet(
            session, actor=actor, participant=found, asks=asks, reading=kept, referral=search, at=world.at
        )

    return world.database.run(unit)


def lines_of(world, sheet):
    return rows(world, Consent, Consent.sheet_id == sheet.id)


def answer(world, sheet, yes, *, by=None, form=ConsentForm.OWN_DEVICE, evidence=None, reason="", at=None, **more):
    actor, when = by or person_actor(world.cast.tarik), at or world.at

    def unit(session):
        found = get_sheet(session, actor, sheet.public_id, at=when)
        signature = Signature(form, evidence or {}, reason=reason)
        sheet_answers.answer_sheet(
            session,
            actor=actor,
            sheet=found,
            yes={one.public_id for one in yes},
            signature=signature,
            at=when,
            **more,
        )

    world.database.run(unit)


def defer(world, sheet, by):
    def unit(session):
        found = get_sheet(session, by, sheet.public_id, at=world.at)
        sheet_answers.defer_sheet(session, actor=by, sheet=found, at=world.at)

    world.database.run(unit)


def test_each_organisation_and_each_kind_of_telling_is_a_consent_of_its_own(world):
    sheet = ask_all(world, three_offers(world))
    lines = lines_of(world, sheet)
    assert [line.scope for line in lines] == [
        Scope.TRANSMIT,
        Scope.HEALTH,
        Scope.FEEDBACK,
        *(Scope.TRANSMIT, Scope.FEEDBACK) * 2,
    ]
    assert all(line.notice_hash == consent_texts.digest(line.notice_text) for line in lines)
    assert HEALTH in lines[1].notice_text
    assert HEALTH not in lines[0].notice_text
    assert not {"H1", "F1"} & {group for line in lines if line.scope is Scope.TRANSMIT for group in line.field_groups}
    assert len(rows(world, Enquiry)) == 3
    assert len({search.aim for search in rows(world, Referral)}) == len(rows(world, Referral)) == 2


def test_a_clinic_is_told_that_its_report_needs_a_release_and_a_club_not(world):
    lines = lines_of(world, ask_all(world, three_offers(world)))
    words = [line.notice_text for line in lines if line.scope is Scope.FEEDBACK]
    assert ["Schweigepflicht" in text for text in words] == [True, False, False]


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


@pytest.mark.parametrize("key", ["clara", "cem", "frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "fred"])
def test_nobody_on_the_staff_answers_for_the_person(world, key):
    sheet = ask_all(world, three_offers(world))
    lines = lines_of(world, sheet)
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


def paper(world, **more):
    return {"signed_on": clock.local_date(world.at).isoformat(), "reference": "MOS 12/3", **more}


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
    answer(
        world, sheet, lines_of(world, sheet)[:1], by=world.actor("clara"), form=ConsentForm.DRAWN, evidence=STROKES
    )
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


def test_a_newer_question_takes_its_line_from_an_older_sheet(world):
    offers = three_offers(world)
    older = ask_all(world, offers)
    lines = lines_of(world, older)
    newer = ask_all(world, offers[:1], health="", feedback=False)
    assert [line.state for line in lines_of(world, older)][:4] == [ConsentState.EXPIRED] * 3 + [ConsentState.REQUESTED]
    with pytest.raises(StepNotPossible, match="geändert"):
        answer(world, older, lines)
    answer(world, older, lines[3:])
    answer(world, newer, lines_of(world, newer))
    assert lines_of(world, older)[3].state is lines_of(world, newer)[0].state is ConsentState.GIVEN


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


def test_a_text_about_health_goes_only_to_a_clinic_that_asks(world):
    club = three_offers(world)[1]
    club.field_groups = ["H1"]  # what a page would have to send by hand
    with pytest.raises(RuleBroken, match="fragt nicht nach der Gesundheit"):
        ask_all(world, [club])
    with pytest.raises(InvalidInput):
        ask_all(world, three_offers(world)[:1], health="x" * 301)


def test_a_sheet_names_no_offer_twice_and_takes_only_known_roles(world):
    offers = three_offers(world)
    for wrong in ({"interpreter": "Frau Nowak"}, {"helper": "Nachbar"}, {"wait_hours": 5}):
        with pytest.raises(InvalidInput):
            ask_all(world, offers, **wrong)
    with pytest.raises(InvalidInput):
        ask_all(world, [offers[0], offers[0]])
    with pytest.raises(InvalidInput):
        ask_all(world, [])
    assert rows(world, ConsentSheet) == []


def test_the_next_partner_is_asked_in_the_same_search(world):
    offers = three_offers(world)
    first = ask_all(world, offers[:1])
    search = rows(world, Referral)[0]
    ask_all(world, offers[1:], referral=search)
    assert {line.referral_id for line in rows(world, Consent)} == {search.id}
    assert {enquiry.referral_id for enquiry in rows(world, Enquiry)} == {search.id}
    assert lines_of(world, first)[0].referral_id == search.id
    with pytest.raises(NotFound):
        ask_all(world, offers[1:], person="jolanta", wish=Wish(), referral=search)


def test_a_closed_search_takes_nobody_more(world):
    offers = three_offers(world)
    ask_all(world, offers[:1])
    answer(world, rows(world, ConsentSheet)[0], [])
    search, clara = rows(world, Referral)[0], world.actor("clara")

    def close(session):
        found = get_referral(session, clara, search.public_id, at=world.at)
        referrals.close_referral(session, actor=clara, referral=found, outcome="not_met", at=world.at)

    world.database.run(close)
    with pytest.raises(RuleBroken, match="abgeschlossen"):
        ask_all(world, offers[1:2], referral=search)


def test_a_refusal_rests_for_its_own_scope_only(world):
    offers = three_offers(world)
    sheet = ask_all(world, offers[:1])
    answer(world, sheet, lines_of(world, sheet)[:1])  # yes to the telling, no to health and report
    with pytest.raises(RuleBroken, match="Nein"):
        ask_all(world, offers[:1])
    assert ask_all(world, offers[:1], health="", feedback=False) is not None


def test_who_wants_it_themselves_is_asked_at_once(world):
    offer, slot = request_offer(world)
    say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot), yes=False)
    clara, tarik = world.actor("clara"), person_actor(world.cast.tarik)
    world.at += timedelta(hours=1)

    def want(session):
        person = get_participant(session, clara, world.cast.tarik.public_id, at=world.at)
        picked = [get_offer(session, clara, offer.public_id)]
        shortlists.pick_offers(session, actor=clara, participant=person, offers=picked, at=world.at)
        shortlists.hand_over(session, actor=clara, participant=person, at=world.at)

    world.database.run(want)
    with pytest.raises(RuleBroken, match="Nein"):
        ask(world, world.cast.tarik, offer, slot)  # the coach's pick is not the person's wish

    def choose(session):
        person = get_participant(session, tarik, world.cast.tarik.public_id, at=world.at)
        item = list_entries(session, tarik, person.id, at=world.at)[0].item
        shortlists.want_offer(session, actor=tarik, participant=person, item=item, at=world.at)

    world.database.run(choose)
    assert ask(world, world.cast.tarik, offer, slot).state is ConsentState.REQUESTED


def test_a_refused_calendar_rests_for_the_coach_and_not_for_the_person(world):
    def request(actor):
        def unit(session):
            person = get_participant(session, actor, world.cast.tarik.public_id, at=world.at)
            return consents.request_feed(
                session, actor=actor, participant=person, level=Level.DISCREET, locale="de", at=world.at
            )

        return world.database.run(unit)

    clara, tarik = world.actor("clara"), person_actor(world.cast.tarik)
    say(world, world.cast.tarik, request(clara), yes=False)
    with pytest.raises(RuleBroken, match="Nein"):
        request(clara)
    assert request(tarik).state is ConsentState.REQUESTED


def test_nobody_is_asked_for_what_would_refuse_them_for_certain(world):
    offer, slot = request_offer(world, owner="club", title="Gymnastik", women_only=True)
    with pytest.raises(RuleBroken, match="nur für Frauen"):
        ask(world, world.cast.tarik, offer, slot)
    assert rows(world, Consent) == []


def test_a_second_date_of_the_same_offer_asks_nothing_again(world):
    sheet = ask_all(world, three_offers(world)[:1])
    answer(world, sheet, lines_of(world, sheet))
    draft = drafted(world, lines_of(world, sheet)[0])
    send(world, draft)
    with world.database.reading() as session:
        assert grant_of(session, now(world, draft), at=world.at).consent is not None
    assert len(rows(world, Consent)) == 3


def test_the_words_of_an_old_sheet_outlive_a_new_text(world, monkeypatch):
    sheet = ask_all(world, three_offers(world))
    before = [(line.notice_text, line.notice_hash) for line in lines_of(world, sheet)]
    monkeypatch.setattr(sheet_texts, "REPORTED", "ganz anders")
    after = ask_all(world, three_offers(world))
    assert [(line.notice_text, line.notice_hash) for line in lines_of(world, sheet)] == before
    assert "ganz anders" in lines_of(world, after)[2].notice_text


def test_the_printed_number_is_found_by_who_looks_after_the_person(world):
    sheet = ask_all(world, three_offers(world)[:1])
    typed = f" {sheet.reference[:4].lower()} {sheet.reference[4:]} "
    with world.database.reading() as session:
        assert find_by_reference(session, world.actor("clara"), typed, at=world.at).id == sheet.id
        for key in ("cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"):
            assert find_by_reference(session, world.actor(key), typed, at=world.at) is None
        assert find_by_reference(session, person_actor(world.cast.jolanta), typed, at=world.at) is None


def test_what_a_wish_holds_beyond_the_person_is_refused_for_any_line(world):
    offers = three_offers(world)
    actor = world.actor("clara")

    def unit(session):
        person = get_participant(session, actor, world.cast.tarik.public_id, at=world.at)
        found = [get_offer(session, actor, one.public_id) for one in offers]
        asks = [Ask(found[0], None, WISH), Ask(found[1], None, Wish(access_needs=("interpreter",)))]
        sheets.ask_sheet(
            session, actor=actor, participant=person, asks=asks, reading=Reading("de"), at=world.at
        )

    with pytest.raises(InvalidInput):
        world.database.run(unit)
    assert rows(world, Consent) == []
