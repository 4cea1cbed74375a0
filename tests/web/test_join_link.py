"""The way into an online date stands behind PIN or login, and nowhere else: not in pages, feeds, mails, log or rows."""

import re
from datetime import timedelta

import pytest
import time_machine

from hub import config
from hub.actions.offers import update_offer
from hub.models.base import Base
from hub.models.offer import Access, Form
from hub.models.subscription import FeedKind, Level
from hub.queries.offer_entries import Entries
from hub.queries.own_offers import get_own_offer
from hub.worker.loop import run_once
from tests.feeds import fetch, sign_in_person, subscribe, subscribe_person
from tests.places import book, make_offer, make_slot
from tests.world import World

MARKER = "zugang-mkq7"
LINK = f"https://video.example/{MARKER}"


@pytest.fixture
def booking(world: World):
    offer = make_offer(world, form=Form.ONLINE, join_link=LINK, location_id=None, title="Atem am Abend")
    return book(world, make_slot(world, offer), world.cast.tarik)


def test_the_person_finds_the_way_in_behind_the_pin_with_what_it_needs(app, world: World, booking) -> None:
    tarik = sign_in_person(app, world, "tarik")
    page = tarik.get("/me").text
    assert "Hier teilnehmen" in page
    assert MARKER not in page
    joining = tarik.get(f"/me/bookings/{booking.public_id}/joining").text
    assert f'href="{LINK}"' in joining
    for words in ("Lautsprecher oder Kopfhörer", "Es muss nicht Ihr richtiger sein", "nicht weiter"):
        assert words in joining
    heinz = sign_in_person(app, world, "heinz")
    assert heinz.get(f"/me/bookings/{booking.public_id}/joining").status_code == 404
    assert app.test_client().get(f"/me/bookings/{booking.public_id}/joining").status_code in (302, 303)


def test_without_an_address_the_page_names_the_telephone(app, world: World) -> None:
    offer = make_offer(world, form=Form.ONLINE, location_id=None, phone="03523 4711")
    made = book(world, make_slot(world, offer), world.cast.tarik)
    page = sign_in_person(app, world, "tarik").get(f"/me/bookings/{made.public_id}/joining").text
    assert "Die Adresse fehlt noch." in page
    assert "03523 4711" in page


def test_a_date_with_a_place_has_no_way_in(app, world: World) -> None:
    made = book(world, make_slot(world, make_offer(world, join_link=LINK)), world.cast.tarik)
    tarik = sign_in_person(app, world, "tarik")
    assert tarik.get(f"/me/bookings/{made.public_id}/joining").status_code == 404
    assert "Hier teilnehmen" not in tarik.get("/me").text


def test_the_coach_sees_it_to_help_on_the_booking_and_on_no_other_page(app, world: World, booking, sign_in) -> None:
    clara, person = sign_in("clara"), world.cast.tarik.public_id
    assert f'href="{LINK}"' in clara.get(f"/bookings/{booking.public_id}").text
    offer_id = re.search(r"/offers/(\w{16})", clara.get("/offers").text)[1]
    slot_id = booking.slot.public_id
    pages = [
        "/today",
        "/people",
        f"/people/{person}",
        f"/people/{person}/card",
        f"/find?person={person}&asked=yes&km=200",
        f"/find/{offer_id}?person={person}",
        f"/slots/{slot_id}/bookings/new?person={world.cast.jolanta.public_id}",
        f"/bookings/{booking.public_id}/cancellation",
        f"/bookings/{booking.public_id}/slot",
    ]
    for address in pages:
        answer = clara.get(address)
        assert (answer.status_code, MARKER in answer.text) == (200, False), address
    visitor = app.test_client()
    for address in ("/", "/offers", f"/offers/{offer_id}"):
        answer = visitor.get(address)
        assert (answer.status_code, MARKER in answer.text) == (200, False), address
    cem = sign_in("cem")
    assert cem.get(f"/bookings/{booking.public_id}").status_code == 404
    assert MARKER not in cem.get(f"/offers/{offer_id}").text


def test_it_stands_in_no_feed_no_mail_and_no_row(app, world: World, booking, tmp_path) -> None:
    change_title(world, booking.slot.offer.public_id)
    answers = [fetch(app, subscribe_person(world, "tarik", level, name=level.value)) for level in Level]
    answers.append(fetch(app, subscribe(world, world.actor("clara"), FeedKind.COACH)[1]))
    club = world.cast.club.id
    answers.append(fetch(app, subscribe(world, world.actor("sven"), FeedKind.ORGANISATION, organisation_id=club)[1]))
    for answer in answers:
        assert "BEGIN:VEVENT" in answer.text
        assert MARKER not in answer.text
    settings = config.load({}, environment="test", database_url=world.url, public_url="http://localhost", data=tmp_path)
    with time_machine.travel(world.at + timedelta(days=1), tick=False):  # when the partner's news leave
        assert run_once(world.database, settings)
    mails = [file.read_text() for file in (tmp_path / "mail").glob("*.eml")]
    assert mails
    assert not any(MARKER in mail for mail in mails)
    with world.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.connection().exec_driver_sql(f'SELECT * FROM "{table.name}"'):
                assert MARKER not in repr(tuple(row)), table.name


def change_title(world: World, public_id: str) -> None:
    """Change the offer as its partner does, so that a version of it is kept."""
    sven = world.actor("sven")
    entries = Entries(
        title="Atem",
        aim="mind",
        form=Form.ONLINE,
        access=Access.ANONYMOUS,
        places=3,
        join_link=LINK,  # type: ignore[arg-type]
    )
    with world.database.transaction() as session:
        offer = get_own_offer(session, sven, public_id)
        update_offer(session, actor=sven, offer=offer, entries=entries, at=world.at)


def test_an_online_offer_without_an_address_may_be_published_but_is_told(world: World, sign_in) -> None:
    offer = make_offer(world, form=Form.ONLINE, location_id=None)
    page = sign_in("sven").get(f"/own-offers/{offer.public_id}").text
    assert "Die Adresse zum Teilnehmen fehlt noch." in page
