"""The waiting list on pages: a full date leads on, what came free is a duty with a time, and a no gives it on."""

from datetime import timedelta

import pytest

from hub.models.booking import Booking, Waiting
from hub.models.offer import Access
from hub.models.slot import Course
from hub.worker.deadlines import WAITED_FOR
from tests.places import all_rows, book, counted, make_offer, make_people, make_slot
from tests.queues import cancel, states, wait_for

FULL = "Dieser Termin ist voll."


@pytest.fixture
def slot(world):
    return make_slot(world, make_offer(world, companion_welcome=True), places=1)


@pytest.fixture
def full(world, slot):
    return book(world, slot, world.cast.heinz)


def words(answer):
    return " ".join(answer.text.replace("\u00a0", " ").split())


def page_of(browser, slot, person):
    return browser.get(f"/slots/{slot.public_id}/bookings/new?person={person.public_id}")


def join(browser, slot, person, **entries):
    return browser.post(f"/slots/{slot.public_id}/waiting", data={"person": person.public_id} | entries)


def test_the_page_of_a_full_date_leads_to_its_waiting_list(world, sign_in, slot, full):
    clara = sign_in("clara")
    page = words(page_of(clara, slot, world.cast.tarik))
    assert FULL in page
    assert "Auf die Warteliste" in page
    assert 'name="party"' in page
    answer = join(clara, slot, world.cast.tarik)
    assert answer.status_code == 303
    wait_for(world, slot, world.cast.jolanta, at=world.at + timedelta(hours=1))
    page = words(clara.get(answer.location))
    assert "Tarik steht auf der Warteliste." in page
    assert "als Nächstes dran" in page
    assert "Auf der Warteliste, 1 davor" in words(page_of(clara, slot, world.cast.jolanta))


def test_a_date_with_places_has_no_list(world, sign_in, slot):
    clara = sign_in("clara")
    assert "Warteliste" not in words(page_of(clara, slot, world.cast.tarik))
    answer = join(clara, slot, world.cast.tarik)
    assert answer.status_code == 409
    assert "Es ist noch ein Platz frei." in words(answer)


def test_two_together_wait_for_two_places(world, sign_in):
    slot = make_slot(world, make_offer(world, companion_welcome=True), places=2)
    book(world, slot, world.cast.heinz, party=2)
    join(sign_in("clara"), slot, world.cast.tarik, party="2")
    assert all_rows(world, Waiting)[0].party == 2


def test_what_came_free_is_a_duty_with_its_time_and_leads_to_the_booking(world, sign_in, slot, full):
    wait_for(world, slot, world.cast.tarik)
    cancel(world, full)
    clara = sign_in("clara")
    today = words(clara.get("/today"))
    assert "Frei geworden: „Bewegung am Vormittag“" in today
    assert "Für Tarik gehalten bis Montag, 14. September, 12:30 Uhr." in today
    assert "Platz nehmen" in today
    page = words(page_of(clara, slot, world.cast.tarik))
    assert "Platz gehalten bis Montag, 14. September, 12:30 Uhr" in page
    assert "Platz buchen" in page
    form = {"person": world.cast.tarik.public_id, "key": "form-1"}
    assert clara.post(f"/slots/{slot.public_id}/bookings", data=form).status_code == 303
    assert states(world, Booking) == ["cancelled", "confirmed"]
    assert "Frei geworden" not in words(clara.get("/today"))


def test_a_no_on_the_start_page_gives_the_place_to_the_next(world, sign_in, slot, full):
    wish = wait_for(world, slot, world.cast.tarik)
    wait_for(world, slot, world.cast.jolanta)
    cancel(world, full)
    clara = sign_in("clara")
    url = f"/waiting/{wish.public_id}/withdrawal"
    assert url in clara.get("/today").text
    assert clara.post(url).location.endswith("/today")
    assert states(world, Waiting) == ["withdrawn", "offered"]
    assert "Für Jolanta gehalten" in words(clara.get("/today"))
    assert clara.post(url).status_code == 303  # a second tap


def test_the_page_of_a_person_shows_the_wishes_and_takes_them_back(world, sign_in, slot, full):
    wish = wait_for(world, slot, world.cast.tarik)
    clara = sign_in("clara")
    page = words(clara.get(f"/people/{world.cast.tarik.public_id}"))
    assert "Warteliste" in page
    assert "Von der Warteliste nehmen" in page
    answer = clara.post(f"/waiting/{wish.public_id}/withdrawal", data={"back": "person"})
    assert answer.location.endswith(world.cast.tarik.public_id)
    assert "Warteliste" not in words(clara.get(f"/people/{world.cast.tarik.public_id}")).replace(
        "Von der Warteliste genommen.", ""
    )


def test_an_offered_place_is_given_on_from_the_page_of_the_date(world, sign_in, slot, full):
    wish = wait_for(world, slot, world.cast.tarik)
    cancel(world, full)
    page = page_of(sign_in("clara"), slot, world.cast.tarik).text
    assert f"/waiting/{wish.public_id}/withdrawal" in page
    assert "Platz freigeben" in page


def test_an_offer_of_a_place_with_a_name_leads_to_the_consent(world, sign_in):
    slot = make_slot(world, make_offer(world, access=Access.NAMED, field_groups=["I1"]), places=0)
    with world.database.transaction() as session:
        session.merge(slot).places = 1
        session.merge(slot.pools[0]).places = 1
        session.add(Waiting(slot_id=slot.id, participant_id=world.cast.tarik.id, created_at=world.at))
    WAITED_FOR.meet(world.database, world.at)
    clara = sign_in("clara")
    assert "Mehr mitgeben oder auf Papier" in words(page_of(clara, slot, world.cast.tarik))


def test_an_offer_is_not_shown_as_a_booking(world, sign_in, slot, full):
    wait_for(world, slot, world.cast.tarik)
    cancel(world, full)
    offer = all_rows(world, Booking)[1]
    assert sign_in("clara").get(f"/bookings/{offer.public_id}").status_code == 404


def test_for_everybody_else_the_wish_does_not_exist(world, sign_in, slot, full, subtests):
    wish = wait_for(world, slot, world.cast.tarik)
    for key in ["cem", "fred", "sven", "frank", "lena", "nora"]:
        with subtests.test(key=key):
            other = sign_in(key)
            assert other.post(f"/waiting/{wish.public_id}/withdrawal").status_code == 404
            assert join(other, slot, world.cast.jolanta).status_code == 404
            assert states(world, Waiting) == ["waiting"]


def test_today_asks_no_more_often_with_many_wishes(world, sign_in):
    offer, clara = make_offer(world), sign_in("clara")
    clara.get("/today")
    with counted(world) as few:
        clara.get("/today")
    for number, person in enumerate(make_people(world, 12)):
        slot = make_slot(world, offer, places=1)
        held = book(world, slot, world.cast.mandy, by="cem")
        wait_for(world, slot, person)
        cancel(world, held, by="cem")
        assert len(all_rows(world, Waiting)) == number + 1
    with counted(world) as many:
        assert words(clara.get("/today")).count("Frei geworden") == 12
    assert len(many) == len(few)


def test_a_course_has_no_list(world, sign_in):
    offer = make_offer(world)
    with world.database.transaction() as session:
        course = Course(offer_id=offer.id, created_at=world.at)
        session.add(course)
    slot = make_slot(world, offer, course_id=course.id, session=1)
    assert join(sign_in("clara"), slot, world.cast.tarik).status_code in (303, 409)
    assert all_rows(world, Waiting) == []
