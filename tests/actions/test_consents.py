"""Asking for a consent and answering it: exact words, the person alone, no reason, a month of rest."""

from datetime import timedelta

import pytest

from hub import clock
from hub.actions import consent_answers, consents
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, StepNotPossible
from hub.models.consent import CONSENT_MOVES, Consent, ConsentEvent, ConsentForm, ConsentState, Scope
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import LogEntry
from hub.models.offer import Access
from hub.models.subscription import Level
from hub.policy.actor import SYSTEM
from hub.queries import consent_texts
from hub.queries.consents import find_live, get_consent
from hub.queries.participants import get_participant
from hub.queries.states import move
from hub.queries.wishes import Wish
from tests.loop import ask, drafted, now, person_actor, request_offer, rows, say, send
from tests.places import make_offer


def wording_of(consent):
    return consent_texts.read_wording(consent.notice_text)


def test_the_words_hold_all_that_the_law_asks_for(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    words = wording_of(consent)
    text = " ".join(f"{title} {text}" for title, text in words.paragraphs)
    for needed in (
        world.cast.jc_meissen.name,
        "Talstraße 1, 01662 Meißen",
        world.cast.jc_meissen.supervisory_authority,
        "Klinik Rosenpark",
        "Rückenschule",
        "Ihr Geld hängt nicht davon ab",
        "Wenn Sie Nein sagen",
        "Zurücknehmen",
        "Jederzeit, ohne Grund",
        "Das Ja gilt bis",
        "Artikel 9",
    ):
        assert needed in text
    assert "Resilienz" not in consent.notice_text, "the controller is the Jobcenter, never the programme"
    assert consent.notice_hash == consent_texts.digest(consent.notice_text)


def test_the_preview_is_literal_and_in_two_parts(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    words = wording_of(consent)
    assert dict(words.now) == {
        "Nummer der Anfrage": drafted(world, consent).reference,
        "Worum es geht": "sich bewegen",
        "Angebot": "Rückenschule",
        "Gewünschter Termin": "Montag, 21. September, 8:30 Uhr",
        "Wohnt": "höchstens 10 km von Ihnen",
        "Spricht": "Deutsch",
        "Zugang": "stufenlos",
    }
    assert dict(words.later)["Name und Anrede"] == "Herr Tarik Demirci"
    assert dict(words.later)["Erreichbar über"] == "den Coach, Clara Winkler"


def test_the_words_never_change_afterwards(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    with world.database.transaction() as session:
        session.get_one(type(offer), offer.id).title = "Etwas ganz anderes"
    kept = now(world, consent)
    assert "Rückenschule" in kept.notice_text
    assert kept.notice_hash == consent_texts.digest(kept.notice_text)


def test_a_yes_is_the_persons_own_and_comes_with_a_code(world):
    offer, slot = request_offer(world)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    kept = now(world, consent)
    assert kept.state is ConsentState.GIVEN
    assert (kept.form, kept.given_at) == (ConsentForm.OWN_DEVICE, world.at)
    assert len(kept.withdrawal_code) == 9
    assert [step.state for step in rows(world, ConsentEvent)] == [ConsentState.REQUESTED, ConsentState.GIVEN]
    assert rows(world, ConsentEvent)[-1].expressed_by == "participant"


def test_nobody_on_the_staff_can_make_a_consent_given(world, subtests):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    for key in ["clara", "cem", "frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "fred"]:
        with subtests.test(key=key):
            with pytest.raises(NotAllowed):
                world.do(
                    consent_answers.express_consent,
                    actor=world.actor(key),
                    consent=consent,
                    yes=True,
                    form=ConsentForm.OWN_DEVICE,
                    at=world.at,
                )
            with pytest.raises(NotAllowed):
                world.do(
                    consent_answers.express_consent,
                    actor=SYSTEM,
                    consent=consent,
                    yes=True,
                    form=ConsentForm.PAPER,
                    at=world.at,
                )
            assert now(world, consent).state is ConsentState.REQUESTED


def test_another_person_cannot_answer(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    with pytest.raises(NotFound):
        say(world, world.cast.jolanta, consent)
    with pytest.raises(NotAllowed):
        world.do(
            consent_answers.express_consent,
            actor=person_actor(world.cast.jolanta),
            consent=consent,
            yes=True,
            form=ConsentForm.OWN_DEVICE,
            at=world.at,
        )


def test_only_who_looks_after_the_person_may_ask(world, subtests):
    offer, slot = request_offer(world)
    for key in ["cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key), pytest.raises((NotFound, NotAllowed)):
            ask(world, world.cast.tarik, offer, slot, by=key)


def test_a_no_keeps_no_reason_closes_the_draft_and_rests_for_a_month(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    say(world, world.cast.tarik, consent, yes=False)
    kept = now(world, consent)
    assert kept.state is ConsentState.REFUSED
    assert kept.evidence is None
    assert kept.withdrawal_code is None
    assert drafted(world, consent).state is EnquiryState.WITHDRAWN
    with pytest.raises(RuleBroken, match="Nein"):
        ask(world, world.cast.tarik, offer, slot)
    other, date = request_offer(world, owner="club", title="Gymnastik")
    assert ask(world, world.cast.tarik, other, date).state is ConsentState.REQUESTED


def test_after_a_month_one_may_ask_again(world):
    offer, slot = request_offer(world)
    say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot), yes=False)
    world.at += timedelta(days=31)
    assert ask(world, world.cast.tarik, offer, None).state is ConsentState.REQUESTED


def test_a_refused_draft_is_never_sent(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    say(world, world.cast.tarik, consent, yes=False)
    with pytest.raises(RuleBroken):
        send(world, drafted(world, consent))


def test_paper_needs_a_day_that_can_be_and_counts_from_now(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    today = clock.local_date(world.at)
    facts = {"actor": world.actor("clara"), "consent": consent, "reference": "MOS 12/3", "at": world.at}
    for day in (today + timedelta(days=1), today - timedelta(days=1)):
        with pytest.raises(InvalidInput):
            world.do(consent_answers.record_paper, signed_on=day, **facts)
    world.do(consent_answers.record_paper, signed_on=today, **facts)
    kept = now(world, consent)
    assert (kept.state, kept.form, kept.given_at) == (ConsentState.GIVEN, ConsentForm.PAPER, world.at)
    assert kept.evidence == {"signed_on": today.isoformat(), "reference": "MOS 12/3"}


def test_paper_after_the_sending_is_refused(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    with world.database.transaction() as session:  # as an incident would leave it
        row = session.get_one(Enquiry, drafted(world, consent).id)
        row.state, row.sent_at = EnquiryState.SENT, world.at
    with pytest.raises(RuleBroken, match="schon etwas erfahren"):
        world.do(
            consent_answers.record_paper,
            actor=world.actor("clara"),
            consent=consent,
            signed_on=clock.local_date(world.at),
            reference="1",
            at=world.at,
        )


def test_a_consent_ends_with_the_participation_at_the_latest(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    assert consent.valid_until_on == clock.local_date(world.at) + timedelta(days=400)
    assert consent.valid_until == clock.end_of_day(consent.valid_until_on)
    with pytest.raises(StepNotPossible):
        say(world, world.cast.tarik, consent, at=consent.valid_until)


def test_a_wish_beyond_the_persons_own_is_refused(world):
    offer, slot = request_offer(world)
    stranger = {"kind": "phone", "value": "0151 1", "allowed_for": ["partner"]}
    for wish in (
        Wish(access_needs=("interpreter",)),
        Wish(contact=stranger),
        Wish(contact=world.cast.tarik.contacts[0]),  # the person lets only the coach have it
        Wish(rough={"municipality": "Coswig"}),
        Wish(rough={"languages": ["ar"]}),
        Wish(rough={"times": ["nights"]}),
    ):
        with pytest.raises(InvalidInput):
            ask(world, world.cast.tarik, offer, slot, wish)


def test_an_offer_without_names_needs_no_consent(world):
    offer = make_offer(world, access=Access.ANONYMOUS)
    with pytest.raises(RuleBroken, match="keine Einwilligung"):
        ask(world, world.cast.tarik, offer, None)


def test_a_new_question_lets_the_older_one_lapse(world):
    offer, slot = request_offer(world)
    first = ask(world, world.cast.tarik, offer, slot)
    second = ask(world, world.cast.tarik, offer, slot, Wish())
    assert now(world, first).state is ConsentState.EXPIRED
    assert drafted(world, first).state is EnquiryState.WITHDRAWN
    assert now(world, second).previous_id == first.id
    with pytest.raises(StepNotPossible):
        say(world, world.cast.tarik, first)


def test_a_person_allows_a_feed_on_their_own(world):
    tarik = person_actor(world.cast.tarik)

    def unit(session):
        person = get_participant(session, tarik, world.cast.tarik.public_id, at=world.at)
        return consents.request_feed(
            session, actor=tarik, participant=person, level=Level.FULL, locale="en", at=world.at
        )

    consent = say(world, world.cast.tarik, world.database.run(unit))
    assert (consent.scope, consent.detail, consent.notice_locale) == (Scope.FEED, "full", "en")
    with world.database.reading() as session:
        live = find_live(session, participant_id=world.cast.tarik.id, scope=Scope.FEED, at=world.at)
    assert live is not None
    assert live.id == consent.id


@pytest.mark.parametrize("state", list(ConsentState))
def test_no_step_leads_where_the_table_does_not(world, state):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    with world.database.transaction() as session:
        session.get_one(Consent, consent.id).state = state
    for to in set(ConsentState) - set(CONSENT_MOVES[state]):
        with pytest.raises(StepNotPossible):
            world.do(lambda session, to=to: move(session, session.get_one(Consent, consent.id), to, at=world.at))
    if state not in (ConsentState.REQUESTED, ConsentState.DEFERRED):
        with pytest.raises(StepNotPossible):
            say(world, world.cast.tarik, consent)
    assert now(world, consent).state is state


def test_the_log_names_field_groups_and_no_values(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    entry = rows(world, LogEntry, LogEntry.action == "consent.requested")[0]
    assert entry.fields == sorted(consent.field_groups)
    assert "step_free" not in str(vars(entry))


def test_a_foreign_coach_finds_no_consent(world):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    for key in ("cem", "frank", "lena", "petra", "nora", "fred"):
        actor = world.actor(key)
        with world.database.reading() as session, pytest.raises(NotFound):
            get_consent(session, actor, consent.public_id, at=world.at)
