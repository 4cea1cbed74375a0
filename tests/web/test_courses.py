"""A course on pages: published with its dates, found as one thing, booked whole, left again."""

import re

import pytest

from hub.actions.slots import unsettle_slot
from hub.models.booking import Booking, BookingState
from hub.models.offer import Access
from hub.queries.slots import get_own_slot
from tests.courses import join, make_course, make_course_offer, sessions_of
from tests.places import all_rows, counted, enter, give_card, give_consent, make_offer
from tests.world import World

GROUPS = ("I0", "I1", "G1", "B1")


@pytest.fixture
def clara(sign_in):
    return sign_in("clara")


def text(page) -> str:
    return page.text.replace("\u00a0", " ")


def test_the_form_offers_a_course_and_shows_its_real_sessions_before_it_makes_them(world: World, sign_in) -> None:
    offer, sven = make_course_offer(world), sign_in("sven")
    form = sven.get(f"/own-offers/{offer.public_id}/series/new").text
    assert re.search(r'name="course"[^>]*checked|checked[^>]*name="course"', form)
    other = make_offer(world)
    assert "checked" not in re.search(r'<input[^>]*name="course"[^>]*>', _form(sven, other))[0]
    entries = {
        "weekdays": "2",
        "start": "10:00",
        "repeat": "1",
        "starts_on": "2026-10-28",
        "ending": "count",
        "count": "6",
        "holidays": "closed",
        "school": "open",
        "crowding": "",
        "places": "3",
        "place": "",
        "course": "y",
        "join_until": "2",
        "course_name": "Winterkurs",
    }
    preview = text(sven.get(f"/own-offers/{offer.public_id}/series/preview", query_string=entries))
    assert "Der Kurs hat 6 Termine. Einsteigen geht bis Termin 2." in preview
    assert "Termin 6." in preview
    assert "9. Dez." in preview
    assert "Buß- und Bettag" in preview
    answer = sven.post(f"/own-offers/{offer.public_id}/series", data=entries)
    assert answer.status_code == 303, answer.text
    wrong = sven.get(f"/own-offers/{offer.public_id}/series/preview", query_string=entries | {"ending": "open"})
    assert wrong.status_code == 422
    assert "Ein Kurs braucht ein Ende" in wrong.text
    late = sven.post(f"/own-offers/{offer.public_id}/series", data=entries | {"join_until": "7"})
    assert late.status_code == 422
    assert "Bitte eine Zahl von 1 bis 6." in late.text


def _form(browser, offer) -> str:
    return browser.get(f"/own-offers/{offer.public_id}/series/new").text


def test_a_course_is_found_as_one_thing_with_the_session_to_join(world: World, app, clara) -> None:
    offer = make_course_offer(world)
    course = make_course(world, offer)
    hits = text(clara.get(f"/find?person={world.cast.tarik.public_id}&asked=yes&km=200"))
    assert "Kurs, 6 Termine ab Mi 16.9." in hits
    assert hits.count("/courses/") == 1
    assert f"/courses/{course.public_id}/bookings/new" in hits
    public = app.test_client()
    assert "Kurs, 6 Termine ab Mi 16.9." in text(public.get("/offers"))
    offer_page = text(public.get(f"/offers/{offer.public_id}"))
    for words in (
        "Herbstkurs: Kurs, 6 Termine ab Mi 16.9.",
        "Termin 6 von 6",
        "Einsteigen geht bis Termin 3.",
        "Plätze frei",
    ):
        assert words in offer_page
    dates = text(clara.get(f"/find/{offer.public_id}?person={world.cast.tarik.public_id}"))
    assert f"/courses/{course.public_id}/bookings/new" in dates
    assert "/slots/" not in dates


def test_a_course_is_booked_whole_from_one_page(world: World, clara) -> None:
    course, person = make_course(world), world.cast.tarik
    page = clara.get(f"/courses/{course.public_id}/bookings/new?person={person.public_id}")
    assert "Den ganzen Kurs für Tarik?" in page.text
    assert "Termin 6 von 6" in text(page)
    single = clara.get(f"/slots/{sessions_of(world, course)[2].public_id}/bookings/new?person={person.public_id}")
    assert single.headers["Location"] == f"/courses/{course.public_id}/bookings/new?person={person.public_id}"
    answer = clara.post(f"/courses/{course.public_id}/bookings", data={"person": person.public_id, "key": "k1"})
    assert answer.status_code == 303
    booked = text(clara.get(answer.headers["Location"]))
    for words in ("Der ganze Kurs ist gebucht.", "Termin 6 von 6", "Rückgängig machen"):
        assert words in booked
    assert "Verlegen" not in booked
    assert "Kurs, Termin 2." in text(clara.get(f"/people/{person.public_id}"))
    again = clara.post(f"/courses/{course.public_id}/bookings", data={"person": person.public_id, "key": "k2"})
    assert again.status_code == 409
    assert "schon gebucht" in again.text
    undone = clara.post(answer.headers["Location"] + "/course-cancellation")
    assert undone.status_code == 303
    assert {row.state for row in all_rows(world, Booking)} == {BookingState.CANCELLED}


def test_a_full_session_is_named_on_the_page(world: World, clara) -> None:
    course = make_course(world, places=1)
    join(world, course, world.cast.jolanta)
    page = clara.get(f"/courses/{course.public_id}/bookings/new?person={world.cast.tarik.public_id}")
    assert "Der Kurs lässt sich nur ganz buchen." in page.text
    assert "Ganzen Kurs buchen" not in page.text
    data = {"person": world.cast.tarik.public_id, "key": "k1"}
    refused = clara.post(f"/courses/{course.public_id}/bookings", data=data)
    assert refused.status_code == 409
    assert "Termin 1 ist voll: Mittwoch, 16. September" in text(refused)


def test_a_course_with_names_asks_once_and_comes_back_to_the_course(world: World, clara) -> None:
    offer = make_course_offer(world, access=Access.NAMED)
    course, person = make_course(world, offer), world.cast.tarik
    page = clara.get(f"/courses/{course.public_id}/bookings/new?person={person.public_id}").text
    assert "Eine Antwort gilt für alle Termine des Kurses." in page
    assert "Ganzen Kurs buchen" not in page
    give_consent(world, person, offer, groups=GROUPS)
    assert "Ganzen Kurs buchen" in clara.get(f"/courses/{course.public_id}/bookings/new?person={person.public_id}").text


def test_leaving_shows_what_ends_and_ends_it(world: World, clara) -> None:
    course = make_course(world)
    made = join(world, course, world.cast.tarik)
    path = f"/bookings/{made[1].public_id}"
    page = text(clara.get(f"{path}/course-cancellation"))
    assert "Alle 6 Termine absagen, die noch kommen?" in page
    assert "Termin 6 von 6" in page
    assert clara.post(f"{path}/cancellation").status_code == 303
    assert "Alle 5 Termine absagen" in text(clara.get(f"{path}/course-cancellation"))
    assert clara.post(f"{path}/course-cancellation").status_code == 303
    assert clara.get(f"{path}/course-cancellation").status_code == 404
    assert [slot.taken for slot in sessions_of(world, course)] == [0] * 6


def test_the_person_misses_one_date_or_leaves_on_the_own_page(world: World, app) -> None:
    course = make_course(world)
    made = join(world, course, world.cast.tarik)
    tarik = enter(app, give_card(world, world.cast.tarik))
    page = text(tarik.get("/me"))
    assert "Kurs, Termin 1 von 6" in page
    assert "Kurs, Termin 6 von 6" in page
    path = f"/me/bookings/{made[2].public_id}"
    ways = text(tarik.get(f"{path}/cancellation"))
    assert "Nur diesen Termin absagen" in ways
    assert "Oder den ganzen Kurs?" in ways
    assert "alle 6 Termine" in ways
    assert tarik.post(f"{path}/cancellation").status_code == 303
    assert [slot.taken for slot in sessions_of(world, course)] == [1, 1, 0, 1, 1, 1]
    assert tarik.post(f"/me/bookings/{made[0].public_id}/course-cancellation").status_code == 303
    assert [slot.taken for slot in sessions_of(world, course)] == [0] * 6


def test_a_course_and_its_pages_are_nothing_to_others(world: World, app, sign_in) -> None:
    course = make_course(world)
    made = join(world, course, world.cast.tarik)
    addresses = [
        f"/courses/{course.public_id}/bookings/new?person={world.cast.tarik.public_id}",
        f"/bookings/{made[0].public_id}/course-cancellation",
    ]
    for key in ("cem", "fred", "sven", "frank"):
        browser = sign_in(key)
        assert [browser.get(address).status_code for address in addresses] == [404, 404], key
        sent = browser.post(f"/courses/{course.public_id}/bookings", data={"person": world.cast.tarik.public_id})
        assert sent.status_code == 404
    heinz = enter(app, give_card(world, world.cast.heinz))
    assert heinz.post(f"/me/bookings/{made[0].public_id}/course-cancellation").status_code == 404
    assert [slot.taken for slot in sessions_of(world, course)] == [1] * 6


def test_a_page_of_a_course_asks_the_same_for_six_sessions_as_for_thirty(world: World, clara) -> None:
    courses = [make_course(world, make_course_offer(world), count=count) for count in (6, 30)]
    addresses = [f"/courses/{one.public_id}/bookings/new?person={world.cast.jolanta.public_id}" for one in courses]
    assert clara.get(addresses[0]).status_code == 200  # the first opening of a person is written down
    asked = []
    for address in addresses:
        with counted(world) as statements:
            assert clara.get(address).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 12


def test_a_session_that_is_not_settled_yet_is_said_before_and_after_joining(world: World, clara) -> None:
    course = make_course(world)
    open_one = sessions_of(world, course)[3]
    with world.database.transaction() as session:
        own = get_own_slot(session, world.actor("sven"), open_one.public_id)
        unsettle_slot(session, actor=world.actor("sven"), slot=own, at=world.at)
    page = clara.get(f"/courses/{course.public_id}/bookings/new?person={world.cast.tarik.public_id}")
    assert text(page).count("Noch zu klären.") == 1
    made = join(world, course, world.cast.tarik)
    assert len(made) == 6
    assert text(clara.get(f"/bookings/{made[0].public_id}")).count("Noch zu klären.") == 1
