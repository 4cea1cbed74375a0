"""A wallet card with the longest place of the demo on every line, in both languages: all of it is on the paper."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.models.booking import Booking
from hub.models.location import Location, Room
from hub.models.participant import Participant
from hub.models.slip import SlipSize
from hub.models.slot import Slot
from hub.plain_words import words_in
from hub.queries.slips import ROOM
from hub.seeds.network import ORGANISATIONS, get_municipality
from tests.journeys.conftest import House
from tests.places import book, give_card, make_offer, make_slot
from tests.world import AT

# What leaves the paper, what runs into the foot of the card, and what is wider than its column.
CUT = """cards => cards.flatMap(card => {
  const paper = card.getBoundingClientRect(), foot = card.querySelector('.card-foot')?.getBoundingClientRect();
  return [...card.querySelectorAll('li, span, b, p, h1, h2')].filter(one => {
    const box = one.getBoundingClientRect(), body = !one.closest('.card-foot');
    return box.right > paper.right || box.bottom > paper.bottom || (body && foot && box.bottom > foot.top + 1)
      || (one.clientWidth && one.scrollWidth > one.clientWidth + 1);
  }).map(one => one.textContent.trim());
})"""
ROOM_NAME = "Sitzungszimmer"  # of the towns' houses, the longest of the demo
CODE = max(words_in("place_words.txt"), key=len)
LONGEST = max(ORGANISATIONS, key=lambda one: len(f"{one[4]}, {get_municipality(one[3]).name}"))


def fill(house: House, language: str) -> None:
    """Give Tarik a card, and as many dates as the card holds, the last one not certain any more."""
    world = house.world
    with world.database.transaction() as session:
        place = session.get_one(Location, world.cast.locations["gym"].id)
        place.street, place.municipality_code = LONGEST[4], LONGEST[3]
        room = Room(location_id=place.id, name=ROOM_NAME, places=9)
        session.add(room)
        session.flush()
        room_id = room.id
        session.execute(update(Participant).where(Participant.id == world.cast.tarik.id).values(locale=language))
    offer = make_offer(world)
    days = [AT.replace(hour=8, minute=0) + timedelta(days=day) for day in range(2, 2 + ROOM[SlipSize.CARD])]
    slots = [make_slot(world, offer, starts_at=start, room_id=room_id) for start in days]
    booked = [book(world, slot, world.cast.tarik) for slot in slots]
    with world.database.transaction() as session:
        for number, one in enumerate(booked, 97):
            session.execute(update(Booking).where(Booking.id == one.id).values(code=f"{CODE} {number}"))
        session.execute(update(Slot).where(Slot.id == slots[-1].id).values(state="unsettled"))
    give_card(world, world.cast.tarik)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_longest_places_fit_on_a_card(house: House, language: str) -> None:
    fill(house, language)
    clara = house.staff("clara")
    clara.open(f"/people/{house.world.cast.tarik.public_id}/card/print")
    clara.press("Karte drucken")
    clara.page.emulate_media(media="print")
    clara.page.evaluate("document.fonts.ready")
    front = clara.page.locator("article.card").first
    assert front.inner_text().count(ROOM_NAME) == ROOM[SlipSize.CARD]
    assert clara.page.locator("article.card").evaluate_all(CUT) == []
