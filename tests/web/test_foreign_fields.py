"""Fields that no form has, and ids of others in fields that it has, change nothing (R-SEC-05)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent, ConsentState
from hub.models.offer import Offer, OfferState
from hub.models.participant import Participant
from hub.models.user import Membership
from tests.loop import request_offer
from tests.places import all_rows, make_offer, make_slot

PERSON = {
    "form_of_address": "Frau", "given": "Rosa", "family": "Neumann", "municipality_code": "14627010",
    "birth_year": "1971", "languages": "de", "locale": "de", "neutral_word": "Termin",
}  # fmt: skip
OFFER = {
    "title": "Rückenschule", "aim": "move", "form": "group", "access": "anonymous", "place": "", "places": "6",
    "stage": "prevention", "languages": "de", "notice_minutes": "120", "cancel_minutes": "1440", "window_days": "60",
    "public": "yes",
}  # fmt: skip


@dataclass
class Extra:
    """What somebody sends along who has read the names of our columns."""

    world: object

    @property
    def fields(self) -> dict[str, str]:
        cast = self.world.cast
        return {
            "id": "1", "public_id": "aaaabbbbccccdddd", "version_id": "9", "created_at": "2020-01-01", "demo": "0",
            "jobcenter": cast.jc_leipzig.public_id, "jobcenter_id": str(cast.jc_leipzig.id),
            "coach": cast.cem.public_id, "coach_id": str(cast.cem.id), "user_id": str(cast.cem.id),
            "owner": cast.clinic.public_id, "organisation_id": str(cast.clinic.id), "org_id": str(cast.clinic.id),
            "participant_id": str(cast.mandy.id), "role": "operator", "roles": "operator", "memberships": "operator",
            "state": "attended", "consent": "given", "given_at": "2026-01-01", "call_word": "Fremd", "code": "Fremd 1",
            "party": "9", "made_by": "system", "log_key": "x", "name_digest": "x", "created_by": str(cast.cem.id),
        }  # fmt: skip


@pytest.fixture
def extra(world):
    return Extra(world).fields


def roles(world):
    return sorted((one.user_id, one.organisation_id, one.role) for one in all_rows(world, Membership))


def test_a_new_person_belongs_to_the_coach_and_the_house_that_wrote_it_down(world, sign_in, extra):
    before = roles(world)
    assert sign_in("clara").post("/people", data=extra | PERSON).status_code == 303
    person = all_rows(world, Participant)[-1]
    assert (person.coach_id, person.jobcenter_id) == (world.cast.clara.id, world.cast.jc_meissen.id)
    assert "Fremd" not in person.call_word
    assert person.created_at == pytest.approx(world.at, abs=timedelta(minutes=1))
    assert person.log_key != "x"
    assert roles(world) == before


def test_a_person_stays_where_they_are_when_they_are_changed(world, sign_in, extra):
    tarik = world.cast.tarik
    data = extra | PERSON | {"version": str(tarik.version)}
    assert sign_in("clara").post(f"/people/{tarik.public_id}", data=data).status_code == 303
    person = next(one for one in all_rows(world, Participant) if one.id == tarik.id)
    assert person.full_name == "Rosa Neumann"
    for name in ("public_id", "coach_id", "jobcenter_id", "call_word", "log_key", "created_at"):
        assert getattr(person, name) == getattr(tarik, name)


def test_an_offer_is_a_draft_of_the_own_organisation(world, sign_in, extra):
    own = {"organisation": world.cast.club.public_id, "place": world.cast.gym.public_id}
    assert sign_in("sven").post("/own-offers", data=extra | OFFER | own).status_code == 303
    (offer,) = all_rows(world, Offer)
    assert (offer.organisation_id, offer.state) == (world.cast.club.id, OfferState.DRAFT)
    foreign = OFFER | {"organisation": world.cast.clinic.public_id, "place": world.cast.clinic_house.public_id}
    sign_in("sven").post("/own-offers", data=foreign)
    assert {one.organisation_id for one in all_rows(world, Offer)} == {world.cast.club.id}


def test_a_booking_is_a_confirmed_place_of_the_person_that_was_named(world, sign_in, extra):
    slot, clara = make_slot(world, make_offer(world)), sign_in("clara")
    address, mandy = f"/slots/{slot.public_id}/bookings", world.cast.mandy.public_id
    assert clara.post(address, data=extra | {"person": mandy, "key": "k"}).status_code == 404
    assert all_rows(world, Booking) == []
    assert (
        clara.post(address, data=extra | {"person": world.cast.tarik.public_id, "key": "k", "party": "1"}).status_code
        == 303
    )
    (booking,) = all_rows(world, Booking)
    assert (booking.participant_id, booking.state, booking.party) == (world.cast.tarik.id, BookingState.CONFIRMED, 1)
    assert (booking.made_by, booking.made_by_id) == ("coach", world.cast.clara.id)
    assert booking.code != "Fremd 1"


def test_a_consent_is_only_ever_asked_for(world, sign_in, extra):
    offer, slot = request_offer(world)
    address = f"/people/{world.cast.tarik.public_id}/consents/new?offer={offer.public_id}&slot={slot.public_id}"
    chosen = {"access_needs": "step_free", "contact": "coach", "stage": "prevention", "locale": "de"}
    assert sign_in("clara").post(address, data=extra | {"state": "given"} | chosen).status_code == 303
    (consent,) = all_rows(world, Consent)
    assert (consent.state, consent.given_at) == (ConsentState.REQUESTED, None)
    assert (consent.participant_id, consent.organisation_id) == (world.cast.tarik.id, offer.organisation_id)
