"""Closed days on the pages: entered after seeing what falls into them, opened again, and the school holidays beside."""

import pytest

from hub.models.series import Closure
from hub.models.slot import Slot, SlotState
from tests.actions.test_closures import add
from tests.actions.test_series import publish, weekly
from tests.actions.test_slots import rows
from tests.places import counted, make_offer
from tests.web.test_calling_off import seen_in
from tests.web.test_slots import words

DAYS = {"first_on": "2026-09-16", "last_on": "2026-09-18"}


def entries(world, **more):
    return DAYS | {"name": "Betriebsferien", "what": f"all:{world.cast.organisations['club'].public_id}"} | more


def test_entering_closed_days_shows_first_what_falls_into_them(world, sign_in):
    publish(world, make_offer(world), weekly(count=2))
    sven = sign_in("sven")
    assert "Sie haben keine Schließtage eingetragen." in sven.get("/closures").text
    answer = sven.get("/closures/new", query_string=entries(world), follow_redirects=True)
    assert "Ein Termin, und niemand ist gebucht." in words(answer)
    assert 'value="Betriebsferien"' in answer.text
    assert (
        "checked"
        in answer.text.split('name="closed"')[0].rsplit("<input", 1)[1] + answer.text.split('name="closed"')[1][:80]
    )
    assert rows(world, Closure) == []
    (slot, _) = rows(world, Slot)
    data = entries(world, closed="y", how="call_off", seen=seen_in(answer), slot=slot.public_id)
    assert sven.post("/calling-off", data=data).status_code == 303
    assert [one.name for one in rows(world, Closure)] == ["Betriebsferien"]
    assert [one.state for one in rows(world, Slot)] == [SlotState.CALLED_OFF, SlotState.PLANNED]


def test_closed_days_without_dates_are_entered_at_once(world, sign_in):
    sven = sign_in("sven")
    answer = sven.get("/closures/new", query_string=entries(world), follow_redirects=True)
    data = entries(world, closed="y", seen=seen_in(answer))
    assert sven.post("/calling-off", data=data, follow_redirects=True).text.count("Betriebsferien") >= 1
    assert len(rows(world, Closure)) == 1


@pytest.mark.parametrize("changes", [{"name": ""}, {"last_on": ""}, {"first_on": "bald"}, {"what": "all:fremd"}])
def test_what_is_missing_is_said(world, sign_in, changes):
    answer = sign_in("sven").get("/closures/new", query_string=entries(world) | changes)
    assert answer.status_code == 422
    assert "error-summary" in answer.text


def test_opening_again_says_how_many_dates_are_back(world, sign_in):
    closure, sven = add(world), sign_in("sven")
    publish(world, make_offer(world), weekly(count=2))
    answer = sven.post(f"/closures/{closure.public_id}/deletion", follow_redirects=True)
    assert "Wieder offen. 1 Termine sind neu angelegt." in words(answer)
    assert sven.post(f"/closures/{closure.public_id}/deletion").status_code == 404


def test_closures_of_others_do_not_exist(world, sign_in, subtests):
    closure = add(world)
    for who in ["petra", "gudrun", "nora", "clara", "fred"]:
        with subtests.test(who=who):
            assert sign_in(who).post(f"/closures/{closure.public_id}/deletion").status_code == 404
            assert len(rows(world, Closure)) == 1


def test_the_umbrella_sees_them_marked_as_the_members(world, sign_in):
    add(world)
    text = words(sign_in("kerstin").get("/closures"))
    assert "Eine Schließzeit ist eingetragen." in text
    assert "für SV Elbaue Coswig" in text


def test_the_school_holidays_stand_beside_with_how_far_they_are_known(world, sign_in):
    text = words(sign_in("sven").get("/closures"))
    assert "Herbstferien" in text
    assert "12. Oktober 2026 bis 24. Oktober 2026" in text
    assert "bekannt bis 23. August 2030" in text


def test_a_coordinator_adds_a_day_and_partners_see_it(world, sign_in):
    nora = sign_in("nora")
    assert "Die Schulferien sind bis 23. August 2030 bekannt." in words(nora.get("/school-holidays"))
    wrong = nora.post("/school-holidays", data={"name": "", "first_on": "", "last_on": ""})
    assert wrong.status_code == 422
    late = {"name": "Heimatfest", "first_on": "2026-09-18", "last_on": "2026-09-17"}
    assert nora.post("/school-holidays", data=late).status_code == 422
    assert nora.post("/school-holidays", data=late | {"last_on": "2026-09-18"}).status_code == 303
    assert "Heimatfest" in sign_in("sven").get("/closures").text
    (day,) = rows(world, Closure)
    assert nora.post(f"/school-holidays/{day.public_id}/deletion").status_code == 303
    assert rows(world, Closure) == []


def test_the_page_of_the_school_holidays_is_the_coordinators(world, sign_in, subtests):
    for who in ["sven", "clara", "otto", "fred"]:
        with subtests.test(who=who):
            browser = sign_in(who)
            assert browser.get("/school-holidays").status_code == 404
            assert browser.post("/school-holidays", data={}).status_code == 404


def test_many_closures_take_no_more_statements_than_one(world, sign_in):
    sven, counts = sign_in("sven"), []
    for number in (1, 49):
        for _ in range(number):
            add(world)
        with counted(world) as statements:
            sven.get("/closures")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 10
