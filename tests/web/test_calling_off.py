"""Calling off a day or a week on the pages: seen before it happens, never on stale ground, and closed days with it."""

import re

import pytest

from hub.models.booking import Booking, BookingState
from hub.models.series import Closure, Series
from hub.models.slot import Slot, SlotState
from tests.actions.test_series import publish, weekly
from tests.actions.test_slots import rows
from tests.courses import make_course
from tests.places import book, counted, make_offer, make_slot
from tests.web.test_slots import words

WEEK = {"first_on": "2026-09-14", "last_on": "2026-09-20"}


def everything(world, **more):
    return WEEK | {"what": f"all:{world.cast.organisations['club'].public_id}"} | more


def preview(browser, data):
    return browser.get("/calling-off/preview", query_string=data)


def seen_in(answer):
    return re.search(r'name="seen" value="([0-9a-f]+)"', answer.text)[1]


def ticked(answer):
    return re.findall(r'name="slot" value="(\w+)" checked', answer.text)


def send(browser, data, **more):
    answer = preview(browser, data)
    return browser.post("/calling-off", data=data | {"seen": seen_in(answer), "slot": ticked(answer)} | more)


def two_dates(world):
    slots = [make_slot(world, make_offer(world, title=title)) for title in ("Gymnastik", "Laufen")]
    return slots, book(world, slots[0], world.cast.tarik)


def test_the_week_leads_to_the_form_and_the_form_asks(world, sign_in):
    two_dates(world)
    sven = sign_in("sven")
    assert "/calling-off?first_on=2026-09-14&amp;last_on=2026-09-20" in sven.get("/slots").text
    text = words(sven.get("/calling-off?first_on=2026-09-15"))
    assert 'value="2026-09-15"' in text
    for choice in ("Alles bei SV Elbaue Coswig", "Gymnastik", "Alles am Ort Sporthalle Coswig"):
        assert choice in text


def test_the_preview_says_date_by_date_whom_it_hits_and_changes_nothing(world, sign_in):
    slots, booking = two_dates(world)
    text = words(preview(sign_in("sven"), everything(world)))
    assert "2 Termine mit einem Menschen." in text
    assert "Menschen erreicht keine Nachricht." in text
    assert f"Kein Kalender sagt es: {words_of(booking.code)}." in text
    assert text.count("Niemand ist gebucht.") == 1
    assert f"/slots/{slots[0].public_id}/move" in text
    assert "Demirci" not in text
    assert {one.state for one in rows(world, Slot)} == {SlotState.PLANNED}


def words_of(code):
    return code.replace("\u00a0", " ")


def test_a_whole_week_is_called_off(world, sign_in):
    two_dates(world)
    sven = sign_in("sven")
    answer = send(sven, everything(world), how="call_off")
    assert answer.status_code == 303
    assert "/slots?week=2026-W38" in sven.get(answer.location).text
    assert {one.state for one in rows(world, Slot)} == {SlotState.CALLED_OFF}
    assert {one.state for one in rows(world, Booking)} == {BookingState.CANCELLED}


@pytest.mark.parametrize(("choice", "expected"), [("offer", 1), ("place", 2)])
def test_one_offer_or_one_place_is_enough(world, sign_in, choice, expected):
    slots, _ = two_dates(world)
    offer = rows(world, Slot)[0].offer_id
    public_id = (
        world.cast.locations["gym"].public_id
        if choice == "place"
        else next(one for one in rows(world, type(make_offer(world))) if one.id == offer).public_id
    )
    send(sign_in("sven"), WEEK | {"what": f"{choice}:{public_id}"}, how="call_off")
    off = [one for one in rows(world, Slot) if one.state is SlotState.CALLED_OFF]
    assert len(off) == expected
    assert off[0].id == slots[0].id


def test_what_is_left_unticked_takes_place_and_the_rest_may_wait(world, sign_in):
    slots, _ = two_dates(world)
    sven = sign_in("sven")
    send(sven, everything(world), how="unsettle", slot=[slots[0].public_id])
    states = {one.id: one.state for one in rows(world, Slot)}
    assert states == {slots[0].id: SlotState.UNSETTLED, slots[1].id: SlotState.PLANNED}
    text = words(sven.get("/slots?week=2026-W50"))
    assert "Noch zu klären" in text
    assert f"/slots/{slots[0].public_id}" in text


def test_a_stale_preview_answers_with_the_new_one_and_nothing_has_happened(world, sign_in):
    slots, _ = two_dates(world)
    sven, data = sign_in("sven"), everything(world, how="call_off")
    answer = preview(sven, data)
    book(world, slots[1], world.cast.jolanta)
    stale = sven.post("/calling-off", data=data | {"seen": seen_in(answer), "slot": ticked(answer)})
    assert stale.status_code == 409
    assert "Jemand war schneller." in stale.text
    assert "2 Termine mit 2 Menschen." in words(stale)
    assert {one.state for one in rows(world, Slot)} == {SlotState.PLANNED}
    again = sven.post("/calling-off", data=data | {"seen": seen_in(stale), "slot": ticked(stale)})
    assert again.status_code == 303


def test_the_days_become_closed_days_and_what_was_left_standing_is_kept(world, sign_in):
    publish(world, make_offer(world), weekly())
    days = {"first_on": "2026-09-16", "last_on": "2026-09-24"}
    sven, data = sign_in("sven"), everything(world) | days
    answer = preview(sven, data)
    first, second = ticked(answer)
    missing = {"closed": "y", "name": "", "seen": seen_in(answer), "slot": first, "how": "call_off"}
    assert sven.post("/calling-off", data=data | missing).status_code == 422
    assert rows(world, Closure) == []
    sent = sven.post("/calling-off", data=data | missing | {"name": "Halle gesperrt"})
    assert sent.location.endswith("/closures")
    assert "Halle gesperrt" in sven.get("/closures").text
    (series,) = rows(world, Series)
    assert series.kept_days == ["2026-09-23"]
    states = {one.public_id: one.state for one in rows(world, Slot)}
    assert (states[first], states[second]) == (SlotState.CALLED_OFF, SlotState.PLANNED)


def test_a_course_that_breaks_is_named(world, sign_in):
    make_course(world)
    text = words(preview(sign_in("sven"), everything(world)))
    assert "Dem Kurs „Herbstkurs“ fehlt dann ein Termin." in text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"first_on": ""}, "Bitte wählen Sie den ersten Tag."),
        ({"last_on": "2026-09-13"}, "nicht vor dem ersten liegt"),
        ({"first_on": "2026-09-01", "last_on": "2026-09-02"}, "schon vorbei"),
        ({"last_on": "2027-09-01"}, "höchstens drei Monate"),
        ({"what": "all:fremd"}, "error-summary"),
    ],
)
def test_what_is_wrong_is_said_and_entries_are_kept(world, sign_in, changes, reason):
    two_dates(world)
    sven, data = sign_in("sven"), everything(world) | changes
    for answer in (preview(sven, data), sven.post("/calling-off", data=data)):
        assert answer.status_code == 422
        assert reason in answer.text


def test_nothing_ticked_does_nothing(world, sign_in):
    two_dates(world)
    sven, data = sign_in("sven"), everything(world)
    answer = sven.post("/calling-off", data=data | {"seen": seen_in(preview(sven, data))})
    assert answer.status_code == 422
    assert "Bitte wählen Sie mindestens einen Termin." in answer.text


def test_a_time_without_dates_says_so(world, sign_in):
    place = WEEK | {"what": everything(world)["what"]}
    text = words(preview(sign_in("sven"), place))
    assert "In dieser Zeit findet nichts statt." in text
    assert "Schließtage eintragen" in text


def test_an_organisation_of_strangers_cannot_be_chosen(world, sign_in):
    slot = make_slot(world, make_offer(world, owner="clinic"))
    sven = sign_in("sven")
    for what in (f"all:{world.cast.organisations['clinic'].public_id}", f"offer:{slot.public_id}"):
        data = WEEK | {"what": what, "seen": "", "slot": slot.public_id, "how": "call_off"}
        assert sven.post("/calling-off", data=data).status_code == 422
    own = everything(world, how="call_off")
    answer = sven.post("/calling-off", data=own | {"seen": seen_in(preview(sven, own)), "slot": slot.public_id})
    assert answer.status_code == 422
    assert {one.state for one in rows(world, Slot)} == {SlotState.PLANNED}


def test_the_umbrella_sees_for_whom_it_acts(world, sign_in):
    two_dates(world)
    assert "für SV Elbaue Coswig" in words(preview(sign_in("kerstin"), everything(world)))


def test_only_partners_have_these_pages(world, sign_in, subtests):
    for who in ["clara", "nora", "frank", "lena", "anna", "otto"]:
        with subtests.test(who=who):
            browser = sign_in(who)
            for page in ("/calling-off", "/calling-off/preview", "/closures", "/closures/new"):
                assert browser.get(page).status_code == 404
            assert browser.post("/calling-off", data=everything(world)).status_code == 404


def test_the_preview_takes_as_many_statements_for_fifty_dates_as_for_one(world, sign_in):
    offer, sven, counts = make_offer(world), sign_in("sven"), []
    for number in (1, 49):
        for _ in range(number):
            make_slot(world, offer)
        with counted(world) as statements:
            assert preview(sven, everything(world)).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12
