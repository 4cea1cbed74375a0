"""The coach's day: who must act, each reason once, nobody else's people."""

from datetime import timedelta

import pytest

from hub.actions.slots import call_off_slot
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import LogEntry
from hub.models.offer import Aim
from hub.models.participant import Participation
from hub.models.referral import Referral, ReferralState
from hub.queries.slots import get_own_slot
from tests.places import all_rows, book, counted, give_card, make_offer, make_people, make_slot


def ask(world, person, offer, state, **values):
    hear_by_at = world.at + timedelta(days=-9 if state is EnquiryState.EXPIRED else 2)  # so long ago: no desk's turn
    with world.database.transaction() as session:
        referral = Referral(
            participant_id=person.id,
            coach_id=world.user("clara").id,
            state=ReferralState.OPEN,
            aim=Aim.MOVE,
            created_at=world.at,
        )
        session.add(referral)
        session.flush()
        session.add(
            Enquiry(
                referral_id=referral.id,
                participant_id=person.id,
                organisation_id=offer.organisation_id,
                offer_id=offer.id,
                state=state,
                created_at=world.at,
                sent_at=world.at,
                hear_by_at=hear_by_at,
                **values,
            )
        )


@pytest.mark.parametrize(
    ("state", "values", "sentence"),
    [
        (EnquiryState.RETURNED, {"reason": "language"}, "fragt: Geht es auf Deutsch?"),
        (EnquiryState.DECLINED, {"reason": "no_capacity"}, "sagt ab: Alles voll."),
        (EnquiryState.EXPIRED, {}, "hat nicht geantwortet."),
        (EnquiryState.ACCEPTED, {}, "Es fehlt noch ein Termin."),
    ],
)
def test_the_coachs_turn_stands_on_top(world, sign_in, state, values, sentence):
    ask(world, world.cast.jolanta, make_offer(world), state, **values)
    page = sign_in("clara").get("/today").text
    assert sentence in page
    assert "stehen aus" not in page


def test_where_a_partner_was_silent_the_coach_calls_or_looks_for_another(world, sign_in):
    ask(world, world.cast.jolanta, make_offer(world, phone="03523 1"), EnquiryState.EXPIRED)
    page = sign_in("clara").get("/today").text
    assert "keine Antwort" in page
    assert 'href="tel:035231"' in page
    assert f"/find?person={world.cast.jolanta.public_id}" in page


@pytest.mark.parametrize("state", [EnquiryState.SENT, EnquiryState.SEEN, EnquiryState.WAITLISTED])
def test_what_waits_on_partners_stands_aside(world, sign_in, state):
    ask(world, world.cast.jolanta, make_offer(world), state)
    assert "1 Antwort von Partnern steht aus" in sign_in("clara").get("/today").text


def test_a_fallen_date_stays_until_the_person_knows(world, sign_in):
    for person in (world.cast.tarik, world.cast.heinz, world.cast.jolanta):
        give_card(world, person)
    slot = make_slot(world, make_offer(world))
    booking = book(world, slot, world.cast.heinz)
    sven = world.actor("sven")
    with world.database.transaction() as session:
        call_off_slot(session, actor=sven, slot=get_own_slot(session, sven, slot.public_id), at=world.at)
    clara = sign_in("clara")
    page = clara.get("/today").text
    assert "Ein Mensch wartet auf Sie." in page
    assert "Heinz weiß es noch nicht und hat nur Papier." in page
    assert clara.post(f"/bookings/{booking.public_id}/told").status_code == 303
    assert "Alles erledigt." in clara.get("/today").text
    assert "booking.told" in [entry.action for entry in all_rows(world, LogEntry)]


def test_an_ending_participation_and_a_missing_card_are_named(world, sign_in):
    with world.database.transaction() as session:
        row = session.query(Participation).filter_by(participant_id=world.cast.tarik.id).one()
        row.ends_on = (world.at + timedelta(days=30)).date()
    page = sign_in("clara").get("/today").text
    assert "noch 30 Tage" in page
    assert "Jolanta hat noch keine Terminkarte." in page


def test_the_next_date_of_today_is_the_lantern(world, sign_in):
    book(world, make_slot(world, make_offer(world), starts_at=world.at + timedelta(hours=4)), world.cast.tarik)
    page = sign_in("clara").get("/today").text
    lantern = page.split('class="lantern"')[1].split("</section>")[0]
    assert "Tarik" in lantern
    assert "12:30" in lantern


def test_another_coach_sees_none_of_it(world, sign_in):
    ask(world, world.cast.jolanta, make_offer(world), EnquiryState.RETURNED, reason="language")
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    page = sign_in("cem").get("/today").text
    for name in ("Jolanta", "Tarik", "Heinz"):
        assert name not in page
    assert "Mandy" in page


def test_the_page_is_for_coaches(world, sign_in, subtests):
    for key in ["frank", "lena", "petra", "sven", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            assert sign_in(key).get("/today").status_code == 404


def test_a_stranger_is_asked_to_sign_in(app):
    assert app.test_client().get("/today").status_code == 303


@pytest.mark.parametrize("n", [1, 50])
def test_statements_stay_within_twelve(world, sign_in, n):
    offer = make_offer(world)
    slot = make_slot(world, offer, places=n)
    for person in make_people(world, n):
        book(world, slot, person)
        ask(world, person, offer, EnquiryState.RETURNED, reason="language")
    clara = sign_in("clara")
    clara.get("/today")
    with counted(world) as statements:
        assert clara.get("/today").status_code == 200
    assert len(statements) <= 12, statements
