"""Asking on one sheet: several organisations, each line in its own words, nothing beyond the person's own."""

from datetime import timedelta

import pytest

from hub.actions import consents, referrals, sheets, shortlists
from hub.actions.sheets import Ask, Reading
from hub.errors import InvalidInput, NotFound, RuleBroken, StepNotPossible
from hub.models.consent import Consent, ConsentState, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry
from hub.models.log import LogEntry
from hub.models.referral import Referral
from hub.models.subscription import Level
from hub.queries import consent_texts, sheet_texts
from hub.queries.offers import get_offer
from hub.queries.participants import get_participant
from hub.queries.referrals import get_referral
from hub.queries.shortlists import list_entries
from hub.queries.wishes import Wish
from tests.loop import (
    WISH,
    ask,
    person_actor,
    request_offer,
    rows,
    say,
)
from tests.sheets import HEALTH, answer, ask_all, lines_of, three_offers


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
    assert ["Krankheiten" in lines[key].notice_text for key in (0, 3)] == [False, True], "no promise beside an E3"
    assert not {"H1", "F1"} & {group for line in lines if line.scope is Scope.TRANSMIT for group in line.field_groups}
    assert len(rows(world, Enquiry)) == 3
    assert len({search.aim for search in rows(world, Referral)}) == len(rows(world, Referral)) == 2


def test_a_clinic_is_told_that_its_report_needs_a_release_and_a_club_not(world):
    lines = lines_of(world, ask_all(world, three_offers(world)))
    words = [line.notice_text for line in lines if line.scope is Scope.FEEDBACK]
    assert ["Schweigepflicht" in text for text in words] == [True, False, False]


def test_a_newer_question_takes_its_line_from_an_older_sheet(world):
    offers = three_offers(world)
    older = ask_all(world, offers)
    lines = lines_of(world, older)
    newer = ask_all(world, offers[:1], health="", feedback=False)
    assert [line.state for line in lines_of(world, older)][:4] == [ConsentState.EXPIRED] * 3 + [ConsentState.REQUESTED]
    lapsed = rows(world, LogEntry, LogEntry.action == "consent.expired")
    assert {entry.object_ref for entry in lapsed} == {line.public_id for line in lines[:3]}
    with pytest.raises(StepNotPossible, match="geändert"):
        answer(world, older, lines)
    answer(world, older, lines[3:])
    answer(world, newer, lines_of(world, newer))
    assert lines_of(world, older)[3].state is lines_of(world, newer)[0].state is ConsentState.GIVEN


def test_a_text_about_health_goes_only_to_a_clinic_that_asks(world):
    club = three_offers(world)[1]
    club.field_groups = ["H1"]  # what a page would have to send by hand
    with pytest.raises(RuleBroken, match="fragt nicht nach der Gesundheit"):
        ask_all(world, [club])
    with pytest.raises(InvalidInput):
        ask_all(world, three_offers(world)[:1], health="x" * 301)


def test_a_sheet_names_no_offer_twice_and_takes_only_known_roles(world):
    offers = three_offers(world)
    for wrong in ({"interpreter": "Frau Nowak"}, {"helper": "Nachbar"}, {"wait_hours": 5}, {"locale": "klingonisch"}):
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


def test_the_words_of_an_old_sheet_outlive_a_new_text(world, monkeypatch):
    sheet = ask_all(world, three_offers(world))
    before = [(line.notice_text, line.notice_hash) for line in lines_of(world, sheet)]
    monkeypatch.setattr(sheet_texts, "REPORTED", "ganz anders")
    after = ask_all(world, three_offers(world))
    assert [(line.notice_text, line.notice_hash) for line in lines_of(world, sheet)] == before
    assert "ganz anders" in lines_of(world, after)[2].notice_text


def test_what_a_wish_holds_beyond_the_person_is_refused_for_any_line(world):
    offers = three_offers(world)
    actor = world.actor("clara")

    def unit(session):
        person = get_participant(session, actor, world.cast.tarik.public_id, at=world.at)
        found = [get_offer(session, actor, one.public_id) for one in offers]
        asks = [Ask(found[0], None, WISH), Ask(found[1], None, Wish(access_needs=("interpreter",)))]
        sheets.ask_sheet(session, actor=actor, participant=person, asks=asks, reading=Reading("de"), at=world.at)

    with pytest.raises(InvalidInput):
        world.database.run(unit)
    assert rows(world, Consent) == []
