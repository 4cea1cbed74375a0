"""Finding for a person: their town, what they need, hits that say why, and the way to a date."""

import re
from datetime import timedelta

import pytest

from hub.models.booking import Booking, BookingState
from hub.models.offer import Access, Aim
from tests.courses import make_course, make_course_offer, sessions_of
from tests.places import book, counted, make_offer, make_slot


def page_for(world, browser, **wishes):
    query = {"person": world.cast.tarik.public_id} | ({"asked": "yes"} | wishes if wishes else {})
    answer = browser.get("/find", query_string=query)
    assert answer.status_code == 200
    return answer.text


def test_the_first_search_starts_from_the_person(world, sign_in):
    make_slot(world, make_offer(world))
    page = page_for(world, sign_in("clara"))
    assert "bis 15\u00a0km um Coswig" in page
    assert "1 Angebot passt" in page
    assert "1\u00a0km, stufenlos, Do 8:30\u00a0Uhr, 3 Plätze frei" in page


def test_what_is_not_step_free_is_not_found_for_who_needs_it(world, sign_in):
    make_slot(world, make_offer(world, owner="town", location_id=world.cast.town_hall.id))
    clara = sign_in("clara")
    assert "Hier passt gerade nichts." in page_for(world, clara)
    assert "1 Angebot passt" in page_for(world, clara, km="30")


def test_days_narrow_the_search_and_what_nearly_fits_is_shown_apart(world, sign_in):
    make_slot(world, make_offer(world, title="Bewegung donnerstags"))
    page = page_for(world, sign_in("clara"), km="15", day="1", step_free="yes")
    nearly = page.split("Passt fast")[1]
    assert "Bewegung donnerstags" in nearly
    assert "passt nicht:" in nearly


def test_the_aim_is_a_filter(world, sign_in):
    make_slot(world, make_offer(world, title="Stille Stunde", aim=Aim.MIND))
    clara = sign_in("clara")
    assert "Stille Stunde" in page_for(world, clara, aim="mind", km="15")
    assert "Stille Stunde" not in page_for(world, clara, aim="work", km="15")


def test_strange_values_count_as_not_given(world, sign_in):
    make_slot(world, make_offer(world))
    page = page_for(world, sign_in("clara"), aim="x", km="-1", day="9", language="xx", time="never")
    assert "1 Angebot passt" in page


def test_a_full_date_is_no_hit(world, sign_in):
    make_slot(world, make_offer(world), places=0)
    assert "Hier passt gerade nichts." in page_for(world, sign_in("clara"))


def test_links_lead_from_the_start_page_to_the_booked_place(world, sign_in):
    make_slot(world, make_offer(world))
    clara, address = sign_in("clara"), "/today"
    for link in (r'href="(/people/[a-z0-9]{16})"', r'href="(/find\?person=[^"]+)"', r'href="(/slots/[^"]+/new[^"]+)"'):
        found = re.search(link, clara.get(address).text)
        assert found, (address, link)
        address = found[1].replace("&amp;", "&")
    page = clara.get(address).text
    form = re.search(r'action="(/slots/[^"]+/bookings)"', page)
    data = dict(re.findall(r'name="(person|key)" type="hidden" value="([^"]+)"', page))
    answer = clara.post(form[1], data=data)
    assert "Der Platz ist gebucht." in clara.get(answer.location).text


def test_without_a_person_one_says_for_whom(world, sign_in):
    offer = make_offer(world)
    page = sign_in("clara").get(f"/find?offer={offer.public_id}").text
    assert f"/find/{offer.public_id}?person={world.cast.tarik.public_id}" in page
    assert "Mandy" not in page


def test_the_dates_of_one_offer(world, sign_in):
    offer, clara = make_offer(world, access=Access.REQUEST, window_days=20), sign_in("clara")
    soon = make_slot(world, offer)
    late = make_slot(world, offer, starts_at=world.at + timedelta(days=30))
    page = clara.get(f"/find/{offer.public_id}?person={world.cast.tarik.public_id}").text
    assert soon.public_id in page
    assert late.public_id not in page


def test_nobody_else_searches_for_the_person(world, sign_in, subtests):
    for key in ["cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            other = sign_in(key)
            offer = make_offer(world)
            person = world.cast.tarik.public_id
            assert other.get(f"/find?person={person}").status_code == 404
            assert other.get(f"/find/{offer.public_id}?person={person}").status_code == 404


@pytest.mark.parametrize("n", [1, 50])
def test_statements_stay_within_twelve(world, sign_in, n):
    for number in range(n):
        offer = make_offer(world, title=f"Angebot {number}")
        make_slot(world, offer)
    clara = sign_in("clara")
    page_for(world, clara)
    with counted(world) as statements:
        page_for(world, clara)
    assert len(statements) <= 12, statements


def two_dates(world):
    """Return Thursday's and Friday's date of one offer; on Thursday Tarik is somewhere else at the time."""
    first = make_slot(world, make_offer(world, title="Anderes"))
    book(world, first, world.cast.tarik)
    offer = make_offer(world, title="Rücken")
    start = first.starts_at + timedelta(minutes=30)
    return [make_slot(world, offer, starts_at=start + timedelta(days=days)) for days in (0, 1)]


def test_a_search_leaves_out_dates_at_which_the_person_is_busy(world, sign_in):
    busy, free = two_dates(world)
    page = page_for(world, sign_in("clara"))
    assert free.public_id in page
    assert busy.public_id not in page
    line = re.search(r'class="why">([^<]*)</p>\s*<h3><a[^>]*>Rücken<', page)[1]
    assert "Fr 9\u00a0Uhr" in line


def test_an_offer_whose_every_date_is_at_a_busy_time_is_no_hit(world, sign_in):
    first = make_slot(world, make_offer(world, title="Gebucht"))
    book(world, first, world.cast.tarik)
    make_slot(world, make_offer(world, title="Zugleich"), starts_at=first.starts_at)
    make_slot(world, make_offer(world, title="Danach"), starts_at=first.starts_at + timedelta(hours=1))
    page = page_for(world, sign_in("clara"))
    assert ">Danach<" in page
    assert ">Zugleich<" not in page
    assert ">Gebucht<" not in page


def test_a_course_is_no_hit_where_the_person_is_busy_at_a_later_session(world, sign_in):
    clara, tarik = sign_in("clara"), world.cast.tarik
    course = make_course(world, offer := make_course_offer(world, title="Herbstkurs"))
    first, *_, last = sessions_of(world, course)
    wanted = {"person": tarik.public_id, "key": "key", "seen": first.starts_at.isoformat()}
    assert ">Herbstkurs<" in page_for(world, clara)
    make_slot(world, other := make_offer(world, title="Anderes"), starts_at=last.starts_at + timedelta(days=1))
    book(world, make_slot(world, other, starts_at=last.starts_at), tarik)
    assert ">Herbstkurs<" not in page_for(world, clara)
    page = clara.get(f"/find/{offer.public_id}?person={tarik.public_id}").text
    assert re.findall(r'class="date( is-busy)?" href="/courses/', page) == [" is-busy"], "its own page marks it"
    assert clara.post(f"/courses/{course.public_id}/bookings", data=wanted).status_code == 409


def test_a_place_offered_from_the_waiting_list_is_still_found(world, sign_in):
    slot = make_slot(world, make_offer(world))
    booked = book(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        session.get_one(Booking, booked.id).state = BookingState.OFFERED
    assert slot.public_id in page_for(world, sign_in("clara"))


def test_what_is_not_marked_as_busy_can_be_booked_and_what_is_marked_cannot(world, sign_in):
    clara, tarik = sign_in("clara"), world.cast.tarik
    start = make_slot(world, make_offer(world)).starts_at
    book(world, make_slot(world, make_offer(world), starts_at=start, minutes=120), tarik)
    offer, hour = make_offer(world, title="Rücken"), timedelta(hours=1)
    for number in range(-3, 6):  # before, touching, overlapping, inside, around, touching, after
        make_slot(world, offer, starts_at=start + number * hour / 2)
    page = clara.get(f"/find/{offer.public_id}?person={tarik.public_id}").text
    marks = re.findall(r'class="date( is-busy)?" href="/slots/(\w+)/bookings', page)
    assert {bool(mark) for mark, _ in marks} == {True, False}
    for mark, key in marks:
        answer = clara.post(f"/slots/{key}/bookings", data={"person": tarik.public_id, "key": key})
        assert answer.status_code == (409 if mark else 303), key
        if not mark:
            clara.post(f"{answer.location}/cancellation")


def test_another_persons_date_marks_nothing(world, sign_in):
    first = make_slot(world, make_offer(world, title="Anderes"))
    book(world, first, world.cast.jolanta)
    make_slot(world, make_offer(world, title="Rücken"), starts_at=first.starts_at)
    assert ">Rücken<" in page_for(world, sign_in("clara"))
