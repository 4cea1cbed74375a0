"""What a doctor or clinic said (§ 76 SGB X, R-LAW-06): kept from every partner until an E3 or a release covers it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.actions.sheets import Ask, Reading, ask_sheet
from hub.errors import RuleBroken
from hub.models.consent import Consent, ConsentState, Release, Scope
from hub.models.enquiry import Enquiry
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.policy.fields import Field, Phase, Reader
from hub.queries.disclosures import told_fields
from hub.queries.offers import get_offer
from hub.queries.origins import blocked_needs
from hub.queries.participants import get_participant
from tests.loop import WISH, ask, drafted, request_offer, say, send
from tests.places import all_rows, book, give_consent, make_offer, make_slot

PLAIN = replace(WISH, access_needs=())


@pytest.fixture
def marked(world):
    """Clara knows from a clinic that Tarik needs places without steps."""
    mark(world, ["step_free"])
    return world.cast.tarik


def mark(world, needs):
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.tarik.id).clinical_needs = needs


def allow_health(world, offer, state=ConsentState.GIVEN, days=300):
    consent = give_consent(world, world.cast.tarik, offer, groups=("H1",), days=days)
    with world.database.transaction() as session:
        row = session.get_one(Consent, consent.id)
        row.scope, row.state = Scope.HEALTH, state


def release_towards(world, organisation, state=ConsentState.GIVEN):
    until = world.at + timedelta(days=30)
    with world.database.transaction() as session:
        session.add(
            Release(
                participant_id=world.cast.tarik.id,
                organisation_id=world.cast.clinic.id,
                towards_id=organisation.id,
                reference="R",
                purpose="x",
                state=state,
                notice_version="1",
                notice_locale="de",
                notice_text="x",
                notice_hash="x",
                requested_at=world.at,
                given_at=world.at,
                valid_until_on=until.date(),
                valid_until=until,
            )
        )


def blocked(world, organisation):
    with world.database.reading() as session:
        person = session.get_one(Participant, world.cast.tarik.id)
        return blocked_needs(session, person, organisation.id, at=world.at)


def test_a_need_from_a_clinic_is_not_put_on_a_sheet_for_a_sports_club(world, marked):
    offer, slot = request_offer(world, owner="club")
    with pytest.raises(RuleBroken) as refused:
        ask(world, marked, offer, slot)
    assert "Klinik oder Praxis" in str(refused.value.message)
    assert (all_rows(world, Consent), all_rows(world, Enquiry)) == ([], [])
    ask(world, marked, offer, slot, PLAIN)  # without it the sheet is an ordinary one


def test_the_persons_own_word_goes_as_ever(world):
    offer, slot = request_offer(world, owner="club")
    assert drafted(world, ask(world, world.cast.tarik, offer, slot)).access_needs == ["step_free"]
    mark(world, ["interpreter"])  # a mark on what is no need of this person's marks nothing
    assert blocked(world, world.cast.club) == frozenset()


def test_health_asked_on_the_same_sheet_is_no_yes_yet(world, marked):
    offer, _ = request_offer(world, field_groups=["I1", "I2", "H1"])
    clara = world.actor("clara")
    with world.database.transaction() as session:
        asks = [Ask(get_offer(session, clara, offer.public_id), None, WISH, health="Knie")]
        person = get_participant(session, clara, marked.public_id, at=world.at)
        with pytest.raises(RuleBroken):
            ask_sheet(session, actor=clara, participant=person, asks=asks, reading=Reading("de"), at=world.at)


@pytest.mark.parametrize("way", ["consent", "release"])
def test_a_yes_about_health_or_a_release_towards_this_partner_lets_it_go(world, marked, way):
    offer, slot = request_offer(world, owner="club")
    if way == "consent":
        allow_health(world, offer)
    else:
        release_towards(world, world.cast.club)
    assert drafted(world, ask(world, marked, offer, slot)).access_needs == ["step_free"]
    assert blocked(world, world.cast.town) == {"step_free"}  # and only towards this one


@pytest.mark.parametrize("state", sorted(set(ConsentState) - {ConsentState.GIVEN, ConsentState.RENEWED}))
def test_what_is_not_in_force_covers_nothing(world, marked, state):
    allow_health(world, make_offer(world), state)
    release_towards(world, world.cast.club, state)
    assert blocked(world, world.cast.club) == {"step_free"}


def test_a_release_towards_the_jobcenter_lets_nothing_on_to_a_partner(world, marked):
    release_towards(world, world.cast.jc_meissen)
    assert blocked(world, world.cast.club) == {"step_free"}


def test_a_mark_set_after_the_yes_still_stops_the_sending(world):
    offer, slot = request_offer(world, owner="club")
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    mark(world, ["step_free"])
    with pytest.raises(RuleBroken):
        send(world, drafted(world, consent))
    assert drafted(world, consent).sent_at is None
    mark(world, [])
    send(world, drafted(world, consent))


def test_a_mark_set_after_the_yes_stops_a_booking_by_the_offers_terms(world):
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"])
    slot = make_slot(world, offer)
    say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    mark(world, ["step_free"])
    with pytest.raises(RuleBroken):
        book(world, slot, world.cast.tarik)
    assert all_rows(world, Enquiry) == []


@pytest.mark.parametrize("phase", list(Phase))
def test_health_words_and_reports_reach_nobody_without_a_consent_of_their_own(phase):
    """H1 and F1 come from a clinic by nature: no ordinary consent carries them, whatever its field groups say."""
    everything = [field.value for field in Field]
    for reader in (Reader.PARTNER, Reader.UMBRELLA):
        told = told_fields(everything, reader, phase, clinic_type=True)
        assert not told & {Field.HEALTH, Field.FEEDBACK}
