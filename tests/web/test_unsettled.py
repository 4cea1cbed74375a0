"""A date that is still to be settled, wherever it shows: partner, coach, person, catalogue, calendars."""

from datetime import timedelta

import pytest

from hub.actions.slots import call_off_slot, restore_slot, unsettle_slot
from hub.models.slot import Slot, SlotState
from hub.models.subscription import FeedKind
from hub.queries.bookings import list_live_of_slot
from tests.actions.test_slots import own, rows
from tests.feeds import events, fetch, subscribe, subscribe_person
from tests.places import book, enter, give_card, make_offer, make_slot
from tests.web.test_slots import words

OPEN = "Wird noch geklärt. Sie hören von uns."


@pytest.fixture
def slot(world):
    """A date with Tarik, left open by the club."""
    found = make_slot(world, make_offer(world))
    book(world, found, world.cast.tarik)
    step(world, unsettle_slot, found)
    return found


def step(world, verb, slot):
    world.do(verb, actor=world.actor("sven"), slot=own(world, slot), at=world.at)


def test_the_partners_week_and_its_page_say_so(world, sign_in, slot):
    sven = sign_in("sven")
    for view in ("/slots", "/slots?view=list"):
        text = words(sven.get(view))
        assert "In dieser Woche ist noch etwas zu klären." in text
        assert "noch zu klären" in text.lower()
    page = words(sven.get(f"/slots/{slot.public_id}"))
    assert "Dieser Termin ist noch zu klären." in page
    for step_words in ("Findet statt", "Verlegen", "Absagen"):
        assert step_words in page
    assert "Noch zu klären." in words(sven.get(f"/own-offers/{offer_of(world, slot)}"))


def offer_of(world, slot):
    return own(world, slot).offer.public_id


def test_left_open_and_settled_on_the_pages(world, sign_in):
    slot, sven = make_slot(world, make_offer(world)), sign_in("sven")
    book(world, slot, world.cast.tarik)
    url = f"/slots/{slot.public_id}"
    assert "Noch klären" in sven.get(f"{url}/calling-off").text
    assert sven.post(f"{url}/clarification", data={"version": "9"}).status_code == 409
    assert sven.post(f"{url}/clarification", data={"version": "1"}).status_code == 303
    assert rows(world, Slot)[0].state is SlotState.UNSETTLED
    assert sven.get(f"{url}/calling-off").status_code == 200
    assert sven.post(f"{url}/restoration", data={"version": "1"}).status_code == 409
    answer = sven.post(f"{url}/restoration", data={"version": "2"}, follow_redirects=True)
    assert "Der Termin findet statt." in answer.text
    assert "Ein Mensch kommt." in answer.text


def test_a_date_called_off_can_be_brought_back_from_its_page(world, sign_in):
    slot, sven = make_slot(world, make_offer(world)), sign_in("sven")
    step(world, call_off_slot, slot)
    url = f"/slots/{slot.public_id}"
    assert "Findet doch statt" in sven.get(url).text
    assert sven.post(f"{url}/restoration", data={"version": "2"}).status_code == 303
    assert rows(world, Slot)[0].state is SlotState.PLANNED
    past = make_slot(world, make_offer(world), starts_at=world.at - timedelta(hours=1), state=SlotState.CALLED_OFF)
    assert "Findet doch statt" not in sven.get(f"/slots/{past.public_id}").text


def test_the_coach_sees_it_on_the_day_and_on_the_booking(world, sign_in, slot):
    clara = sign_in("clara")
    today = words(clara.get("/today"))
    assert "wird noch geklärt. Tarik behält den Platz." in today
    assert OPEN in today
    booking = next(iter(rows_of_bookings(world)))
    page = words(clara.get(f"/bookings/{booking.public_id}"))
    assert "Dieser Termin wird noch geklärt." in page
    assert OPEN in words(clara.get(f"/people/{world.cast.tarik.public_id}"))


def rows_of_bookings(world):
    from_slot = own(world, rows(world, Slot)[0])
    with world.database.reading() as session:
        return list_live_of_slot(session, from_slot.id)


def test_the_coach_hears_that_a_date_takes_place_after_all(world, sign_in):
    slot = make_slot(world, make_offer(world))
    book(world, slot, world.cast.tarik)
    clara = sign_in("clara")
    step(world, call_off_slot, slot)
    assert "fällt aus. Tarik weiß es noch nicht." in words(clara.get("/today"))
    step(world, restore_slot, slot)
    assert "findet doch statt. Tarik hat dort aber keinen Platz mehr." in words(clara.get("/today"))
    book(world, slot, world.cast.tarik)
    text = words(clara.get("/today"))
    assert "findet doch statt" not in text
    assert "fällt aus" not in text
    assert "Fällt aus" not in words(clara.get(f"/people/{world.cast.tarik.public_id}"))


def test_the_person_reads_it_on_the_own_page_and_on_paper(world, app, sign_in, slot):
    code = give_card(world, world.cast.tarik)
    assert OPEN in words(enter(app, code).get("/me"))
    paper = words(sign_in("clara").get(f"/people/{world.cast.tarik.public_id}/card/print"))
    assert OPEN in paper


def test_nobody_finds_or_books_it(world, sign_in, slot):
    clara = sign_in("clara")
    offer = offer_of(world, slot)
    text = words(clara.get(f"/offers/{offer}"))
    assert "Plätze frei" not in text
    answer = clara.get(f"/slots/{slot.public_id}/bookings/new?person={world.cast.jolanta.public_id}")
    assert "noch etwas zu klären" in words(answer)


def test_every_calendar_keeps_the_entry_as_tentative(world, app, slot):
    club = world.cast.organisations["club"]
    tokens = [
        subscribe_person(world, "tarik"),
        subscribe(world, world.actor("clara"), FeedKind.COACH)[1],
        subscribe(world, world.actor("sven"), FeedKind.ORGANISATION, organisation_id=club.id)[1],
    ]
    before = {}
    for token in tokens:
        (entry,) = events(fetch(app, token))
        assert entry["STATUS"] == "TENTATIVE"
        assert str(entry["SUMMARY"]).startswith("Noch offen: ")
        assert entry["TRANSP"] == "OPAQUE"
        before[token] = entry
    step(world, restore_slot, slot)
    for token in tokens:
        (entry,) = events(fetch(app, token))
        assert (entry["STATUS"], entry["UID"]) == ("CONFIRMED", before[token]["UID"])
        assert entry["SEQUENCE"] > before[token]["SEQUENCE"]
        assert "Noch offen" not in entry["SUMMARY"]


def test_places_of_one_date_are_changed_on_its_page(world, sign_in):
    slot, sven = make_slot(world, make_offer(world)), sign_in("sven")
    book(world, slot, world.cast.tarik)
    book(world, slot, world.cast.jolanta)
    url = f"/slots/{slot.public_id}/places"
    assert "Ein Platz" not in sven.get(url).text
    for number, status in (("1", 422), ("", 422), ("viele", 422), ("9", 303)):
        assert sven.post(url, data={"number": number, "version": "1"}).status_code == status
    assert "7 frei von 9" in words(sven.get(f"/slots/{slot.public_id}"))
    assert sven.post(url, data={"number": "5", "version": "1"}).status_code == 409


def test_for_strangers_none_of_these_steps_exists(world, sign_in, slot, subtests):
    for who in ["petra", "clara", "nora", "fred"]:
        with subtests.test(who=who):
            browser, url = sign_in(who), f"/slots/{slot.public_id}"
            for verb in ("/restoration", "/clarification", "/places"):
                assert browser.post(url + verb, data={"version": "2", "number": "5"}).status_code == 404
            assert browser.get(f"{url}/places").status_code == 404
