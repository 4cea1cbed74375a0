"""Changing a running series on pages: which dates, the difference with everybody booked, and only then the change."""

import re

import pytest
from sqlalchemy import select

from hub.models.series import Series
from hub.models.slot import Slot, SlotState
from tests.places import book, counted, make_offer, make_people, make_slot
from tests.series import THURSDAY, publish, slots_of, weekly

ENTRIES = {
    "scope": "all",
    "since": "2026-09-14",
    "repeat": "1",
    "weekdays": ["2"],
    "start": "10:00",
    "end": "11:00",
    "starts_on": "2026-09-16",
    "ending": "open",
    "holidays": "closed",
    "school": "open",
    "places": "3",
}
KEPT = "Es ist noch nichts geschehen"


def entries(world, **changes):
    return ENTRIES | {"place": world.cast.locations["gym"].public_id} | changes


def words(answer):
    return answer.text.replace("\u00a0", " ")


def look(browser, series, data):
    return browser.get(f"/series/{series.public_id}/difference", query_string=data)


def save(browser, series, data, **more):
    """Press the button of the difference as it is shown now."""
    expected = re.search(r'name="expected"[^>]*value="(\w+)"', look(browser, series, data).text)
    assert expected is not None
    return browser.post(f"/series/{series.public_id}/changes", data=data | {"expected": expected[1]} | more)


def rows(world, model):
    with world.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_the_way_from_the_offer_to_the_form_as_it_stands(world, sign_in):
    series, sven = publish(world, offer=(offer := make_offer(world))), sign_in("sven")
    address = f"/series/{series.public_id}/edit"
    assert f'href="{address}"' in sven.get(f"/own-offers/{offer.public_id}").text
    assert "Welche Termine möchten Sie ändern?" in words(sven.get(address))
    answer = sven.get(address, query_string={"scope": "all"})
    assert answer.location == f"{address}/dates?scope=all&since=2026-09-14"
    form = sven.get(answer.location)
    assert 'name="weekdays" type="checkbox" value="2" checked' in form.text or re.search(
        r'checked[^>]*name="weekdays"[^>]*value="2"', form.text
    )
    assert 'value="10:00"' in form.text
    assert "Ein Kurs?" not in form.text


def test_one_date_leads_to_its_series_with_this_date_chosen(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    third = slots_of(world, series)[2].public_id
    assert f'href="/slots/{third}/series"' in sven.get(f"/slots/{third}").text
    answer = sven.get(f"/slots/{third}/series", follow_redirects=True)
    assert f'<option selected value="{third}">' in answer.text
    single = make_slot(world, make_offer(world))
    assert sven.get(f"/slots/{single.public_id}/series").status_code == 404
    assert sign_in("petra").get(f"/slots/{third}/series").status_code == 404


def test_from_one_date_on_only_this_one_or_no_more(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    address, slots = f"/series/{series.public_id}/edit", slots_of(world, series)
    third = slots[2].public_id

    def leads_to(scope):
        return sven.get(address, query_string={"scope": scope, "slot": third}).location

    assert leads_to("one") == f"/slots/{third}"
    assert leads_to("following") == f"{address}/dates?scope=following&since=2026-09-30"
    assert leads_to("end") == f"/series/{series.public_id}/end?since=2026-09-30"
    assert sven.get(address, query_string={"scope": "following", "slot": "x"}).status_code == 422
    assert "Wie soll es ab Mittwoch, 30. September sein?" in words(sven.get(leads_to("following")))


def test_the_difference_says_who_is_booked_and_changes_nothing(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    slots = slots_of(world, series)
    booking = book(world, slots[1], world.cast.tarik)
    text = words(look(sven, series, entries(world, weekdays=["3"])))
    assert "25 Termine ändern sich. Ein Termin kommt dazu." in text
    assert "Bisher Mittwoch, 23. September, 10 Uhr." in text
    assert "Ein Mensch ist gebucht. Kein Kalender sagt es: " + booking.code.replace("\u00a0", " ") in text
    assert "24 Termine, auf denen niemand gebucht ist" in text
    assert "Jeden Donnerstag, 10 bis 11 Uhr" in text
    assert "Demirci" not in text
    assert [slot.starts_at for slot in slots_of(world, series)] == [slot.starts_at for slot in slots]


def test_saving_moves_the_dates_with_their_people(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    slot = slots_of(world, series)[1]
    book(world, slot, world.cast.tarik)
    answer = save(sven, series, entries(world, weekdays=["3"], start="14:00", end="15:00"))
    assert answer.status_code == 303, answer.text
    page = words(sven.get(answer.location))
    assert "Die Termine sind geändert." in page
    assert "Jeden Donnerstag, 14 bis 15 Uhr" in page
    assert "Ein Mensch kommt." in words(sven.get(f"/slots/{slot.public_id}"))


def test_nothing_that_is_booked_goes_without_a_decision(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    book(world, slots_of(world, series)[2], world.cast.tarik)
    data = entries(world, ending="date", until_on="2026-09-23")
    page = look(sven, series, data).text
    assert "Was wird aus den Terminen, die wegfallen und gebucht sind?" in page
    assert "checked" not in page  # nothing is chosen beforehand
    refused = save(sven, series, data)
    assert refused.status_code == 422
    assert "Bitte wählen Sie, was aus den gebuchten Terminen wird." in words(refused)
    assert 'name="until_on" value="2026-09-23"' in refused.text
    assert save(sven, series, data, removed="unsettle").status_code == 303
    states = [slot.state for slot in rows(world, Slot)]
    assert states == [SlotState.PLANNED, SlotState.PLANNED, SlotState.UNSETTLED]


def test_what_changed_since_the_page_was_shown_comes_back_with_the_new_difference(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    data = entries(world, weekdays=["3"])
    seen = re.search(r'name="expected"[^>]*value="(\w+)"', look(sven, series, data).text)
    book(world, slots_of(world, series)[1], world.cast.tarik)
    answer = sven.post(f"/series/{series.public_id}/changes", data=data | {"expected": seen[1]})
    assert answer.status_code == 409
    assert KEPT in words(answer)
    assert "Inzwischen hat sich etwas geändert." in words(answer)
    assert "Ein Mensch ist gebucht." in words(answer)
    assert 'name="weekdays" value="3"' in answer.text
    assert seen[1] not in answer.text
    assert [slot.version for slot in rows(world, Slot)] == [1] * 25


def test_fewer_places_than_taken_are_named_with_their_date(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    for person in make_people(world, 2):
        book(world, slots_of(world, series)[1], person)
    text = words(look(sven, series, entries(world, places="1")))
    assert "Es bleibt bei 2 Plätzen: So viele sind vergeben oder gehalten." in text
    assert save(sven, series, entries(world, places="1")).status_code == 303
    assert [slot.places for slot in slots_of(world, series)[:3]] == [1, 2, 1]


def test_a_taken_room_is_shown_and_cannot_be_saved(world, sign_in):
    hall = world.cast.locations["town_hall"]
    publish(world, weekly(count=2), location_id=hall.id, room_id=hall.rooms[0].id)
    series, sven = publish(world), sign_in("sven")
    data = entries(world, place=f"{hall.public_id}/{hall.rooms[0].public_id}")
    text = words(look(sven, series, data))
    assert "An 2 Tagen ist der Raum schon vergeben." in text
    assert "So machen" not in text
    answer = save(sven, series, data)
    assert answer.status_code == 409
    assert "Der Raum ist am 16.09.2026 um 10:00 Uhr schon vergeben." in words(answer)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"weekdays": []}, "Bitte wählen Sie mindestens einen Wochentag."),
        ({"weekdays": ["6"], "start": "02:30", "end": "04:00"}, "02:30 Uhr gibt es da nicht."),
        ({"ending": "date", "until_on": "2026-09-15"}, "Bitte einen letzten Tag, der nicht vor dem ersten liegt."),
        ({"places": "0"}, "Bitte eine Zahl von 1 bis 500."),
    ],
)
def test_what_is_wrong_is_said_in_the_form_and_entries_are_kept(world, sign_in, changes, reason):
    series, sven = publish(world), sign_in("sven")
    data = entries(world) | changes
    for answer in (
        look(sven, series, data),
        sven.post(f"/series/{series.public_id}/changes", data=data | {"expected": "x"}),
    ):
        assert answer.status_code == 422
        assert reason in words(answer)
        assert "Wie soll es ab heute sein?" in words(answer)


def test_the_doubled_hour_of_autumn_is_explained(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    data = entries(world, weekdays=["6"], start="02:30", end="04:00", ending="date", until_on="2026-10-25")
    assert "zeigt die Uhr diese Stunde zweimal. Gemeint ist das erste Mal." in words(look(sven, series, data))


def test_ending_a_series_shows_what_goes_and_then_leaves_nothing_behind(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    address = f"/series/{series.public_id}/end"
    text = words(sven.get(f"{address}?since=2026-09-30"))
    assert "23 Termine fallen weg." in text
    assert "Niemand ist gebucht." in text
    expected = re.search(r'name="expected"[^>]*value="(\w+)"', text)[1]
    answer = sven.post(address, data={"since": "2026-09-30", "expected": expected})
    assert answer.status_code == 303
    page = words(sven.get(answer.location))
    assert "Die Serie ist beendet." in page
    assert "Der letzte Tag ist der 29. September 2026." in page
    assert len(rows(world, Slot)) == 2
    assert sven.post(address, data={"since": "2026-09-30", "expected": expected}).status_code == 409


def test_two_changes_in_a_row_from_two_pages_are_not_one_above_the_other(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    first, second = entries(world, weekdays=["3"]), entries(world, weekdays=["4"])
    seen = re.search(r'name="expected"[^>]*value="(\w+)"', look(sven, series, second).text)[1]
    assert save(sven, series, first).status_code == 303
    assert sven.post(f"/series/{series.public_id}/changes", data=second | {"expected": seen}).status_code == 409


@pytest.mark.parametrize("who", ["petra", "gudrun"])
def test_a_series_of_others_does_not_exist(world, sign_in, who):
    series, browser = publish(world), sign_in(who)
    url = f"/series/{series.public_id}"
    for answer in (
        browser.get(f"{url}/edit"),
        browser.get(f"{url}/edit/dates"),
        look(browser, series, entries(world)),
        browser.post(f"{url}/changes", data=entries(world)),
        browser.get(f"{url}/end"),
        browser.post(f"{url}/end", data={"since": "2026-09-30"}),
    ):
        assert answer.status_code == 404
    assert rows(world, Series)[0].version == 1


def test_the_umbrella_changes_for_its_member(world, sign_in):
    series = publish(world)
    assert save(sign_in("kerstin"), series, entries(world, weekdays=[str(THURSDAY)])).status_code == 303


def test_the_difference_needs_as_many_statements_for_many_people_as_for_none(world, sign_in):
    series, sven = publish(world), sign_in("sven")
    look(sven, series, entries(world, weekdays=["3"]))
    with counted(world) as few:
        look(sven, series, entries(world, weekdays=["3"]))
    people = make_people(world, 3)
    for slot in slots_of(world, series)[:10]:
        for person in people:
            book(world, slot, person)
    with counted(world) as many:
        look(sven, series, entries(world, weekdays=["3"]))
    assert len(many) <= len(few) + 1  # what they do elsewhere, once for all
