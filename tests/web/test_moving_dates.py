"""Moving a day or a week on the pages: the third choice, seen first, never on stale ground, and who hears nothing."""

import re

import pytest

from hub.models.booking import Booking
from hub.models.series import Closure
from hub.models.slot import Slot, SlotState
from tests.actions.test_slots import rows, subscribe
from tests.places import book, counted, make_offer, make_slot
from tests.rooms import borrow, lend_room, lent_slot
from tests.web.test_calling_off import everything, preview, seen_in, ticked, two_dates, words_of
from tests.web.test_slots import words

DAY_OF_DATES = {"first_on": "2026-09-17", "last_on": ""}
WEEK_LATER = {"how": "move", "days": "7", "direction": "later"}


def ask(browser, data, **more):
    """Choose “Verlegen” on the page that calls off, all dates ticked."""
    answer = preview(browser, data)
    return browser.post("/calling-off", data=data | {"seen": seen_in(answer), "slot": ticked(answer)} | more)


def save(browser, data, answer, **more):
    return browser.post("/calling-off/moving", data=data | {"seen": seen_in(answer), "slot": ticked(answer)} | more)


def starts(world):
    return [slot.starts_at for slot in rows(world, Slot)]


def test_the_page_offers_the_third_choice_and_asking_changes_nothing(world, sign_in):
    slots, booking = two_dates(world)
    sven, data = sign_in("sven"), everything(world)
    assert "Verlegen. Alle behalten ihren Platz, die Uhrzeit bleibt." in words(preview(sven, data))
    answer = ask(sven, data, **WEEK_LATER)
    text = words(answer)
    assert answer.status_code == 200
    assert "7 Tage später" in text
    assert text.count("Neu: Donnerstag, 24. September, 8:30 Uhr bis 9:30 Uhr.") == 2
    assert f"Kein Kalender sagt es: {words_of(booking.code)}." in text
    assert "Menschen erreicht keine Nachricht." in text
    assert "Demirci" not in text
    assert len(ticked(answer)) == 2
    assert starts(world) == [slot.starts_at for slot in slots]


def test_a_week_moves_and_the_page_names_whom_no_message_reaches(world, sign_in):
    slots, booking = two_dates(world)
    subscribe(world, participant=world.cast.jolanta)
    reached = book(world, slots[1], world.cast.jolanta)
    sven, data = sign_in("sven"), everything(world, **WEEK_LATER)
    answer = save(sven, data, ask(sven, data))
    assert answer.status_code == 303
    text = words(sven.get(answer.location))
    assert "2 Termine sind verlegt." in text
    assert "Die Coaches der 2 Menschen bekommen eine E-Mail." in text
    assert "Einen Menschen erreicht keine Nachricht" in text
    assert words_of(booking.code) in text
    assert words_of(reached.code) not in text
    assert "/slots?week=2026-W39" in text
    assert [(one - slot.starts_at).days for one, slot in zip(starts(world), slots, strict=True)] == [7, 7]


def test_one_day_gets_a_new_date(world, sign_in):
    slots, _ = two_dates(world)
    sven, data = sign_in("sven"), everything(world) | DAY_OF_DATES
    assert "Neuer Tag" in words(preview(sven, data))
    data |= {"how": "move", "new_day": "2026-09-15"}
    answer = ask(sven, data)
    assert "Verlegen auf Dienstag, 15. September" in words(answer)
    assert save(sven, data, answer).status_code == 303
    assert [(one - slot.starts_at).days for one, slot in zip(starts(world), slots, strict=True)] == [-2, -2]


@pytest.mark.parametrize(
    ("days", "target", "reason"),
    [
        (DAY_OF_DATES, {"new_day": ""}, "Bitte wählen Sie den neuen Tag."),
        (DAY_OF_DATES, {"new_day": "17.9."}, "Bitte einen Tag, zum Beispiel"),
        (DAY_OF_DATES, {"new_day": "2026-09-17"}, "Bitte einen anderen Tag als bisher"),
        (DAY_OF_DATES, {"new_day": "2028-09-17"}, "höchstens ein Jahr"),
        ({}, {"days": ""}, "Bitte eine Zahl von 1 bis 366."),
        ({}, {"days": "0"}, "Bitte eine Zahl von 1 bis 366."),
        ({}, {"days": "367"}, "Bitte eine Zahl von 1 bis 366."),
        ({}, {"days": "viele"}, "Bitte eine ganze Zahl."),
    ],
)
def test_without_a_sensible_day_it_asks_again_and_keeps_the_ticks(world, sign_in, days, target, reason):
    slots, _ = two_dates(world)
    sven, data = sign_in("sven"), everything(world) | days | {"how": "move"} | target
    one = slots[0].public_id
    for page in ("/calling-off", "/calling-off/moving", "/calling-off/moving/preview"):
        answer = sven.post(page, data=data | {"seen": "", "slot": one})
        assert answer.status_code == 422
        assert words(answer).count(reason) >= 1
        assert re.findall(r'name="slot" value="(\w+)"', answer.text) == [one]
    assert starts(world) == [slot.starts_at for slot in slots]


def test_another_day_may_be_tried_and_what_is_unticked_stays(world, sign_in):
    slots, _ = two_dates(world)
    sven, data = sign_in("sven"), everything(world, **WEEK_LATER)
    answer = sven.post("/calling-off/moving/preview", data=data | {"days": "3", "slot": slots[1].public_id})
    assert "Neu: Sonntag, 20. September" in words(answer)
    assert ticked(answer) == [slots[1].public_id]
    assert save(sven, data, answer).status_code == 409  # seven days were not shown
    assert save(sven, data | {"days": "3"}, answer).status_code == 303
    assert [(one - slot.starts_at).days for one, slot in zip(starts(world), slots, strict=True)] == [0, 3]


def test_a_stale_preview_answers_with_the_new_one_and_keeps_the_entries(world, sign_in):
    slots, _ = two_dates(world)
    sven, data = sign_in("sven"), everything(world, **WEEK_LATER)
    answer = ask(sven, data)
    book(world, slots[1], world.cast.jolanta)
    stale = save(sven, data, answer, slot=slots[1].public_id)
    assert stale.status_code == 409
    assert "Jemand war schneller." in stale.text
    assert "Es ist noch nichts geschehen." in stale.text
    assert ticked(stale) == [slots[1].public_id]
    assert 'value="7"' in stale.text
    assert starts(world) == [slot.starts_at for slot in slots]
    assert save(sven, data, stale).status_code == 303


def test_a_date_that_cannot_move_is_named_and_must_be_unticked(world, sign_in):
    times = [world.at.replace(hour=12), world.at.replace(day=17)]
    first, second = (make_slot(world, make_offer(world), starts_at=one) for one in times)
    sven, data = sign_in("sven"), everything(world, **WEEK_LATER | {"days": "2", "direction": "earlier"})
    answer = ask(sven, data)
    assert words(answer).count("Diese Zeit ist schon vorbei.") == 1
    refused = save(sven, data, answer)
    assert refused.status_code == 422
    assert "Bitte wählen Sie diesen Termin ab" in refused.text
    assert starts(world) == [first.starts_at, second.starts_at]
    assert save(sven, data, refused, slot=second.public_id).status_code == 303


def test_a_lent_room_moves_and_its_coach_is_told(world, sign_in):
    slot = lent_slot(world, lend_room(world), days=3)
    borrow(world, slot)
    gudrun = sign_in("gudrun")
    data = everything(world, **WEEK_LATER) | {"what": f"all:{world.cast.organisations['town'].public_id}"}
    answer = ask(gudrun, data)
    text = words(answer)
    assert "Coach hat den Raum." in text
    assert "Menschen erreicht keine Nachricht" not in text
    text = words(gudrun.get(save(gudrun, data, answer).location))
    assert "Der Coach bekommt eine E-Mail." in text
    assert "keine Nachricht" not in text


def test_the_days_left_become_closed_days_in_the_same_step(world, sign_in):
    two_dates(world)
    sven, data = sign_in("sven"), everything(world, **WEEK_LATER)
    answer = ask(sven, data, closed="y", name="Halle gesperrt")
    assert "Halle gesperrt" in answer.text
    assert save(sven, data, answer, closed="y", name="").status_code == 422
    assert rows(world, Closure) == []
    assert save(sven, data, answer, closed="y", name="Halle gesperrt").status_code == 303
    assert [one.name for one in rows(world, Closure)] == ["Halle gesperrt"]


def test_dates_of_strangers_never_move(world, sign_in):
    slot = make_slot(world, make_offer(world, owner="clinic"))
    two_dates(world)
    sven, data = sign_in("sven"), everything(world, **WEEK_LATER)
    answer = ask(sven, data)
    assert save(sven, data, answer, slot=slot.public_id).status_code == 422
    strange = data | {"what": f"all:{world.cast.organisations['clinic'].public_id}"}
    assert save(sven, strange, answer).status_code == 422
    assert {one.version for one in rows(world, Slot)} == {1}


def test_only_partners_have_these_pages(world, sign_in, subtests):
    two_dates(world)
    for who in ["clara", "nora", "frank", "lena", "anna", "otto", "fred"]:
        with subtests.test(who=who):
            browser, data = sign_in(who), everything(world, **WEEK_LATER)
            posted = [browser.post(page, data=data) for page in ("/calling-off/moving", "/calling-off/moving/preview")]
            moved = browser.get("/calling-off/done", query_string={"how": "move", "step": "x"})
            assert {answer.status_code for answer in (*posted, moved)} == {404}


NOT_NAMED = ({}, {"how": "move"}, {"how": "move", "step": "x"}, {"how": "person.read", "step": ""})


@pytest.mark.parametrize("query", NOT_NAMED)
def test_the_list_needs_to_know_the_step(world, sign_in, query):
    two_dates(world)
    assert sign_in("sven").get("/calling-off/done", query_string=query).status_code == 404


def test_the_umbrella_sees_for_whom_it_acts(world, sign_in):
    two_dates(world)
    assert "für SV Elbaue Coswig" in words(ask(sign_in("kerstin"), everything(world, **WEEK_LATER)))


def test_the_preview_takes_as_many_statements_for_fifty_dates_as_for_one(world, sign_in):
    offer, sven, counts = make_offer(world), sign_in("sven"), []
    data = everything(world, **WEEK_LATER)
    for number in (1, 49):
        for _ in range(number):
            make_slot(world, offer)
        shown = ticked(preview(sven, data))
        with counted(world) as statements:
            answer = sven.post("/calling-off/moving/preview", data=data | {"slot": shown})
        assert answer.status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 16


def test_all_are_booked_and_planned_as_before(world, sign_in):
    two_dates(world)
    sven, data = sign_in("sven"), everything(world, **WEEK_LATER)
    save(sven, data, ask(sven, data))
    assert {one.state for one in rows(world, Slot)} == {SlotState.PLANNED}
    assert [one.sequence for one in rows(world, Booking)] == [1]
