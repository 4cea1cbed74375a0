"""Many dates at once on the pages: started from the preview, followed, stopped, reported, looked at again."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.models.bulk_job import BulkItem, BulkJob
from hub.models.series import Closure
from hub.models.slot import Pool, Slot, SlotState
from tests.actions.test_slots import subscribe
from tests.bulk import work
from tests.places import all_rows, book, counted, make_offer, make_slot
from tests.web.test_calling_off import everything, preview, seen_in, send, ticked
from tests.web.test_moving_dates import ask, save
from tests.web.test_slots import words

DAY = timedelta(days=1)
FORTNIGHT = {"first_on": "2026-09-14", "last_on": "2026-09-30"}


@pytest.fixture
def slots(world):
    """Give twelve dates a day apart; Tarik is booked on the first two, Jolanta, whom a calendar tells, on the first."""
    offer = make_offer(world)
    made = [make_slot(world, offer, starts_at=world.at + (3 + day) * DAY) for day in range(12)]
    subscribe(world, participant=world.cast.jolanta)
    for slot, person in ((made[0], "tarik"), (made[1], "tarik"), (made[0], "jolanta")):
        book(world, slot, world.cast.people[person])
    return made


def span(world, **more):
    return everything(world) | FORTNIGHT | more


def off(world):
    return sum(slot.state is SlotState.CALLED_OFF for slot in all_rows(world, Slot))


def test_many_dates_are_called_off_step_by_step_and_the_page_follows(world, sign_in, slots):
    sven = sign_in("sven")
    assert "Es geht eines nach dem anderen" in words(preview(sven, span(world)))
    answer = send(sven, span(world), how="call_off", closed="y", name="Umbau")
    (job,) = all_rows(world, BulkJob)
    assert (answer.status_code, answer.location) == (303, f"/bulk/{job.public_id}")
    assert [one.name for one in all_rows(world, Closure)] == ["Umbau"], "no new dates arise from the first moment on"
    page = sven.get(answer.location)
    assert page.headers["Refresh"] == "3"
    assert "0 von 12" in words(page)
    assert '<progress max="12" value="0"' in page.text
    assert off(world) == 0
    work(world)
    with counted(world) as statements:
        page = sven.get(answer.location)
    assert len(statements) <= 12
    assert "Refresh" not in page.headers
    text = words(page)
    assert "12 Termine sind abgesagt." in text
    assert "Die Coaches der 2 Menschen bekommen eine E-Mail." in text
    assert "Einen Menschen erreicht keine Nachricht" in text
    assert "Demirci" not in text
    assert "Wiśniewska" not in text
    assert off(world) == 12
    assert "12 von 12 getan." in words(sven.get("/bulk"))


@pytest.mark.parametrize("how", ["call_off", "move"])
def test_sent_twice_it_is_one_job_while_it_runs_and_afterwards(world, sign_in, slots, how):
    sven, data = sign_in("sven"), span(world, how=how, days="21", direction="later")
    answer = preview(sven, data) if how == "call_off" else ask(sven, data)
    address = "/calling-off" if how == "call_off" else "/calling-off/moving"
    filled = data | {"seen": seen_in(answer), "slot": ticked(answer)}
    first, second = (sven.post(address, data=filled).location for _ in range(2))
    work(world)
    third = sven.post(address, data=filled).location
    assert first == second == third
    assert len(all_rows(world, BulkJob)) == 1


def test_stopped_before_anything_happened_it_can_be_started_again(world, sign_in, slots):
    sven = sign_in("sven")
    first = send(sven, span(world), how="call_off").location
    sven.post(f"{first}/stop")
    second = send(sven, span(world), how="call_off").location
    work(world)
    assert (first == second, off(world)) == (False, 12)


def test_the_list_names_every_job_that_is_kept(world, sign_in, slots):
    sven = sign_in("sven")
    started = []
    for _ in range(12):
        started.append(send(sven, span(world), how="call_off").location)
        sven.post(f"{started[-1]}/stop")
    page = sven.get("/bulk").text
    assert len(set(started)) == 12
    assert [address for address in started if address not in page] == []


def test_ten_dates_are_still_done_at_once(world, sign_in, slots):
    sven = sign_in("sven")
    data = span(world)
    assert "eines nach dem anderen" not in words(preview(sven, everything(world)))
    send(sven, data, how="call_off", slot=ticked(preview(sven, data))[:10])
    assert (all_rows(world, BulkJob), off(world)) == ([], 10)


def test_a_stale_preview_starts_nothing_and_closes_no_day(world, sign_in, slots):
    sven, data = sign_in("sven"), span(world, how="call_off", closed="y", name="Umbau")
    answer = preview(sven, data)
    book(world, slots[5], world.cast.heinz)
    stale = sven.post("/calling-off", data=data | {"seen": seen_in(answer), "slot": ticked(answer)})
    assert stale.status_code == 409
    assert (all_rows(world, BulkJob), all_rows(world, Closure)) == ([], [])


def test_what_was_left_is_named_and_looked_at_again_alone(world, sign_in, slots):
    sven, data = sign_in("sven"), span(world)
    kept = ticked(preview(sven, data))[:-1]
    answer = send(sven, data, how="unsettle", slot=kept)
    book(world, slots[4], world.cast.heinz)
    work(world)
    page = sven.get(answer.location)
    text = words(page)
    assert "10 Termine sind noch zu klären." in text
    assert "Bei einem ist nichts geschehen. Die Coaches der 2 Menschen bekommen eine E-Mail." in text
    assert "Hat sich geändert, seit Sie es gesehen haben." in text
    again = re.search(r'href="(/calling-off/preview[^"]+)"', page.text)[1].replace("&amp;", "&")
    page = sven.get(again)
    assert ticked(page) == [slots[4].public_id], "what was done and what was kept on purpose stays as it is"
    assert re.search(r'value="unsettle"[^>]* checked|checked[^>]* value="unsettle"', page.text)
    sven.post("/calling-off", data=data | {"seen": seen_in(page), "slot": ticked(page), "how": "unsettle"})
    states = [slot.state for slot in all_rows(world, Slot)]
    assert states == [SlotState.UNSETTLED] * 11 + [SlotState.PLANNED]


def test_many_dates_move_and_the_rest_can_be_moved_once_more(world, sign_in, slots):
    sven, data = sign_in("sven"), span(world, how="move", days="21", direction="later")
    seen = ask(sven, data)
    assert "Es geht eines nach dem anderen" in words(seen)
    answer = save(sven, data, seen)
    assert answer.location.startswith("/bulk/")
    book(world, slots[11], world.cast.heinz)
    work(world)
    page = sven.get(answer.location)
    assert "11 Termine sind verlegt." in words(page)
    assert "Neu: Donnerstag, 8. Oktober, 8:30 Uhr" in words(page)
    again = re.search(r'href="(/calling-off/preview[^"]+)"', page.text)[1].replace("&amp;", "&")
    page = sven.get(again)
    assert ticked(page) == [slots[11].public_id]
    for part in ('value="21"', 'value="later"'):
        assert part in page.text
    moved = [(one.starts_at - slot.starts_at).days for one, slot in zip(all_rows(world, Slot), slots, strict=True)]
    assert moved == [21] * 11 + [0]


def test_stopping_from_the_page_leaves_the_rest_and_twice_is_once(world, sign_in, slots):
    sven = sign_in("sven")
    address = send(sven, span(world), how="call_off").location
    for _ in range(2):
        assert sven.post(f"{address}/stop").status_code == 303
    work(world)
    text = words(sven.get(address))
    assert "Angehalten. Bei 12 ist nichts geschehen." in text
    assert "schon alles getan" not in text
    assert "bekommen eine E-Mail" not in text
    assert text.count("Angehalten, bevor es so weit war.") == 12
    assert off(world) == 0


def test_nobody_else_sees_or_stops_it_and_the_umbrella_and_colleagues_do(world, sign_in, subtests, slots):
    address = send(sign_in("sven"), span(world), how="call_off").location
    for who in ("petra", "clara", "cem", "frank", "lena", "nora", "anna", "otto", "fred", "uwe"):
        with subtests.test(who=who):
            browser = sign_in(who)
            assert browser.get(address).status_code == 404
            assert browser.post(f"{address}/stop").status_code == 404
            assert address not in browser.get("/bulk").text
    assert {one.state for one in all_rows(world, BulkItem)} == {"open"}
    kerstin = sign_in("kerstin")
    assert kerstin.get(address).status_code == 200
    assert address in kerstin.get("/bulk").text
    assert kerstin.post(f"{address}/stop").status_code == 303
    assert {one.state for one in all_rows(world, BulkItem)} == {"left"}


def test_a_date_deleted_meanwhile_is_said_to_be_gone(world, sign_in, slots):
    sven = sign_in("sven")
    address = send(sven, span(world), how="call_off").location
    with world.database.transaction() as session:
        slot = session.get_one(Slot, slots[7].id)
        for pool in slot_pools(session, slot):
            session.delete(pool)
        session.flush()
        session.delete(slot)
    work(world)
    text = words(sven.get(address))
    assert "11 Termine sind abgesagt." in text
    assert "Steht nicht mehr bei Ihnen." in text
    assert "Gibt es nicht mehr." in text


def slot_pools(session, slot):
    return session.scalars(select(Pool).where(Pool.slot_id == slot.id)).all()
