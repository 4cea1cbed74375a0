"""The week, one date with who comes, and changing it only after seeing what that does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.models.log import LogEntry
from hub.models.offer import Access
from hub.models.slot import Pool, Slot, SlotState
from hub.web.week import monday_of, week_name
from tests.courses import make_course
from tests.places import book, make_offer, make_slot
from tests.queries.test_slots import acknowledge, named_slot

MOVED = {"day": "2026-09-18", "start": "10:00", "end": "11:00", "room": "", "version": "1"}


def rows(world, model):
    with world.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def words(answer):
    return answer.text.replace("\u00a0", " ")


def test_the_week_says_how_many_places_are_free(world, sign_in):
    offer = make_offer(world)
    book(world, make_slot(world, offer), world.cast.tarik)
    make_slot(world, offer, starts_at=world.at - timedelta(hours=1))  # over, and no longer counted
    text = words(sign_in("sven").get("/slots"))
    assert "2 Plätze sind noch frei." in text
    assert "14. bis 20. September" in text
    assert "2 frei von 3" in text
    assert "/slots?week=2026-W37" in text
    assert "/slots?week=2026-W39" in text


def test_held_places_are_said_with_their_time(world, sign_in):
    slot = make_slot(world, make_offer(world))
    with world.database.transaction() as session:
        session.add(Pool(slot_id=slot.id, kept=True, places=2, release_at=world.at + timedelta(hours=3, minutes=30)))
    assert "3 frei, 2 gehalten bis heute, 12 Uhr" in words(sign_in("sven").get("/slots?week=2026-W38"))


def test_the_list_is_equal_to_the_grid(world, sign_in):
    slot, sven = make_slot(world, make_offer(world)), sign_in("sven")
    for view in ("/slots", "/slots?view=list"):
        text = words(sven.get(view))
        assert f"/slots/{slot.public_id}" in text
        assert "3 frei von 3" in text


def test_a_session_of_a_course_says_which_of_how_many_it_is(world, sign_in):
    make_course(world)
    make_slot(world, make_offer(world))
    sven = sign_in("sven")
    for view in ("", "&view=list"):
        text = words(sven.get(f"/slots?week=2026-W39{view}"))
        assert "Kurs, Termin 2 von 6" in text
    assert words(sven.get("/slots?week=2026-W38")).count("Kurs, Termin") == 2  # seen, and read with its link


def test_an_empty_week_says_what_to_do(world, sign_in):
    text = words(sign_in("sven").get("/slots?week=2028-W30"))
    assert "In dieser Woche haben Sie keine Termine." in text
    assert "Zu Ihren Angeboten" in text


@pytest.mark.parametrize("week", ["", "2026-W99", "unsinn", "2026-38", "99999-W01"])
def test_a_week_that_is_none_is_this_one(world, sign_in, week):
    assert "14. bis 20. September" in words(sign_in("sven").get("/slots", query_string={"week": week}))


def test_the_first_week_of_a_year_may_begin_in_the_old_one():
    assert week_name(monday_of("2026-W01", None)) == "2026-W01"
    assert monday_of("2026-W01", None).isoformat() == "2025-12-29"


def test_who_comes_by_code_and_by_name_after_the_notice_and_the_name_is_logged(world, sign_in):
    slot, sven = named_slot(world, world.cast.tarik), sign_in("sven")
    url = f"/slots/{slot.public_id}"
    before = words(sven.get(url))
    assert "Ein Mensch kommt." in before
    assert "Demirci" not in before
    assert not [one for one in rows(world, LogEntry) if one.action == "person.list"]
    acknowledge(world, "sven")
    acknowledge(world, "kerstin")
    assert "Herr Tarik Demirci" in words(sven.get(url))
    sven.get(url)
    assert [one.purpose for one in rows(world, LogEntry) if one.action == "person.list"] == [f"slot {slot.public_id}"]
    assert "Demirci" not in words(sign_in("kerstin").get(url))


def test_nothing_happens_before_the_consequences_are_seen(world, sign_in):
    slot, sven = make_slot(world, make_offer(world)), sign_in("sven")
    booking = book(world, slot, world.cast.tarik)
    off = words(sven.get(f"/slots/{slot.public_id}/calling-off"))
    move = words(sven.get(f"/slots/{slot.public_id}/move", query_string=MOVED))
    for text in (off, move):
        assert "Das passiert dann" in text
        assert "Menschen erreicht keine Nachricht." in text
        assert booking.code in text.replace("\u00a0", " ")
        assert "Nichts ändern" in text
        assert "Demirci" not in text
    assert [(one.state, one.version) for one in rows(world, Slot)] == [(SlotState.PLANNED, 1)]


def test_moving_and_then_calling_off(world, sign_in):
    slot, sven = make_slot(world, make_offer(world)), sign_in("sven")
    book(world, slot, world.cast.tarik)
    url = f"/slots/{slot.public_id}"
    answer = sven.post(f"{url}/move", data=MOVED)
    assert answer.status_code == 303
    text = words(sven.get(answer.location))
    assert "Freitag, 18. September" in text
    assert "Der Coach bekommt eine E-Mail." in text
    sven.post(f"{url}/calling-off", data={"version": "2"})
    assert "Dieser Termin fällt aus." in words(sven.get(url))
    assert "abgesagt" in words(sven.get("/slots"))
    assert sven.get(f"{url}/calling-off").status_code == 404


def test_clashes_are_counted_and_do_not_stop(world, sign_in):
    slot, sven = make_slot(world, make_offer(world)), sign_in("sven")
    other = make_slot(world, make_offer(world), starts_at=world.at.replace(day=18, hour=8, minute=0))
    for one in (slot, other):
        book(world, one, world.cast.tarik)
    assert "Mensch hat zu dieser Zeit schon etwas anderes." in words(
        sven.get(f"/slots/{slot.public_id}/move", query_string=MOVED)
    )
    assert sven.post(f"/slots/{slot.public_id}/move", data=MOVED).status_code == 303


def test_a_stale_page_answers_kindly(world, sign_in):
    slot, sven = make_slot(world, make_offer(world)), sign_in("sven")
    url = f"/slots/{slot.public_id}"
    sven.post(f"{url}/move", data=MOVED)
    for answer in (
        sven.post(f"{url}/move", data=MOVED | {"day": "2026-09-19"}),
        sven.post(f"{url}/calling-off", data={"version": "1"}),
        sven.post(f"{url}/calling-off"),
    ):
        assert answer.status_code == 409
        assert "Jemand war schneller." in answer.text
    assert rows(world, Slot)[0].version == 2


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"day": ""}, 422, "Bitte wählen Sie den neuen Tag."),
        ({"end": "10:00"}, 422, "Beginn und Ende sind gleich."),
        ({"day": "2026-09-01"}, 422, "Diese Zeit ist schon vorbei."),
        ({"day": "2027-03-28", "start": "02:30", "end": "04:00"}, 422, "Diese Zeit gibt es da nicht."),
    ],
)
def test_a_time_that_does_not_work_is_named(world, sign_in, changes, status, reason):
    slot, sven = make_slot(world, make_offer(world)), sign_in("sven")
    url = f"/slots/{slot.public_id}/move"
    for answer in (sven.get(url, query_string=MOVED | changes), sven.post(url, data=MOVED | changes)):
        assert answer.status_code == status
        assert reason in answer.text
    assert rows(world, Slot)[0].version == 1


def test_a_taken_room_is_said_before_the_move(world, sign_in):
    room, sven = world.cast.locations["town_hall"].rooms[0], sign_in("sven")
    first, second = (make_slot(world, make_offer(world)) for _ in "12")
    chosen = MOVED | {"room": room.public_id}
    assert sven.post(f"/slots/{first.public_id}/move", data=chosen).status_code == 303
    for answer in (
        sven.get(f"/slots/{second.public_id}/move", query_string=chosen),
        sven.post(f"/slots/{second.public_id}/move", data=chosen),
    ):
        assert answer.status_code == 409
        assert "schon vergeben" in answer.text


def test_for_strangers_an_own_date_does_not_exist(world, sign_in, subtests):
    for who in ["petra", "gudrun", "nora", "frank", "lena", "fred"]:
        with subtests.test(who=who):
            slot, browser = make_slot(world, make_offer(world)), sign_in(who)
            url = f"/slots/{slot.public_id}"
            assert [browser.get(url + page).status_code for page in ("", "/move", "/calling-off")] == [404] * 3
            assert [browser.post(url + verb, data=MOVED).status_code for verb in ("/move", "/calling-off")] == [404] * 2


def test_a_drop_in_needs_no_places(world, sign_in):
    slot, sven = make_slot(world, make_offer(world, access=Access.OPEN), places=0), sign_in("sven")
    assert "Zu Ihren Terminen kann jeder einfach kommen." in words(sven.get("/slots"))
    assert "einfach hingehen" in words(sven.get(f"/slots/{slot.public_id}"))
