"""Where a visit takes place, as calendars say it: never a street, and never a wrong town."""

from datetime import timedelta

import pytest

from hub.actions.appointments import make_appointment
from hub.models.booking import Booking
from hub.models.offer import Form
from hub.models.participant import Participant
from hub.models.subscription import FeedKind, Level
from tests.feeds import change, fetch, only, subscribe, subscribe_person, touch
from tests.places import book, make_offer, make_slot
from tests.world import AT

RIESA = "14627230"


def visit(world, **values):
    """Let Clara enter a visit to Tarik."""
    start = AT + timedelta(days=1)
    facts = {"starts_at": start, "ends_at": start + timedelta(hours=1), "title": "Hausbesuch"}
    actor, tarik = world.actor("clara"), world.cast.tarik

    def unit(session):
        person = session.get_one(Participant, tarik.id)
        return make_appointment(session, actor=actor, participant=person, **facts | values, at=AT)

    return world.database.run(unit)


@pytest.fixture
def places(app, world):
    """Where the one date is, in the coach's feed and in the person's three."""
    _, coach = subscribe(world, world.actor("clara"), FeedKind.COACH)
    own = [subscribe_person(world, "tarik", level, name=level.value) for level in Level]

    def read():
        touch(world)
        found = [only(fetch(app, token)).get("LOCATION") for token in (coach, *own)]
        return [str(one) if one else None for one in found]

    return read


def test_a_visit_at_home_is_in_the_town_it_was_made_for(world, places):
    tarik = world.cast.tarik
    made = visit(world, address={"street": "Geheim 1", "town": "Coswig"}, municipality_code=tarik.municipality_code)
    assert places() == ["Coswig", None, "Bei Ihnen zu Hause", "Bei Ihnen zu Hause"]
    change(world, Booking, made.id, municipality_code=RIESA)
    assert places() == ["Riesa", None, "Bei Ihnen zu Hause", "Bei Ihnen zu Hause"]


@pytest.mark.parametrize("address", [None, {"street": "Rathausplatz 1", "town": "Riesa"}])
def test_a_visit_elsewhere_is_nowhere_rather_than_at_home(world, places, address):
    visit(world, address=address)
    assert places() == [None] * 4


def test_what_a_partner_does_at_home_is_in_the_persons_town(world, places):
    book(world, make_slot(world, make_offer(world, form=Form.HOME_VISIT)), world.cast.tarik)
    assert places() == ["Coswig", None, "Bei Ihnen zu Hause", "SV Elbaue Coswig, Bei Ihnen zu Hause"]
