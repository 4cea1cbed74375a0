"""Whom an offer is meant for: what a search leaves out is exactly what booking would refuse for certain."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.queries.bookability import obstacle_of_person
from hub.queries.eligibility import Eligibility
from tests.places import make_offer

YEAR = 2026
AGES = (None, 0, 17, 18, 35, 36, 60, 99)
OFFERS = [(women, youngest, oldest) for women in (False, True) for youngest in AGES for oldest in AGES]
people = st.builds(
    Participant,
    name=st.sampled_from(["Frau", "Herr", ""]).map(lambda word: {"form_of_address": word, "given": "A", "family": "B"}),
    birth_year=st.none() | st.integers(YEAR - 101, YEAR),
)


def test_the_search_and_the_booking_say_the_same_of_every_offer(world):
    for women, youngest, oldest in OFFERS:
        make_offer(world, women_only=women, youngest=youngest, oldest=oldest)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(person=people)
    def same(person):
        with world.database.reading() as session:
            found = set(session.scalars(select(Offer.id).where(*Eligibility.of(person, year=YEAR).conditions())))
            wanted = {
                offer.id for offer in session.scalars(select(Offer)) if obstacle_of_person(offer, person, YEAR) is None
            }
        assert found == wanted

    same()
