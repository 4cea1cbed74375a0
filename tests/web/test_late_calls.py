"""A place given back within a day of its date: somebody phones the partner, coach or desk, whoever is first (T4c)."""

from datetime import timedelta

import pytest

from hub.models.notice import Notice, NoticeState
from hub.models.offer import Access
from hub.queries.notices import list_needless_calls
from tests.loop import ask, now, rows, say, withdraw
from tests.places import book, counted, make_offer, make_slot

HOUR = timedelta(hours=1)


def booked(world, hours, *, owner="clinic"):
    """Return Tarik's place with a name, so many hours ahead, and its consent."""
    offer = make_offer(world, owner=owner, access=Access.NAMED, field_groups=["I1"], title="Rückenschule")
    slot = make_slot(world, offer, starts_at=world.at + hours * HOUR)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    return book(world, slot, world.cast.tarik), consent


def calls(world):
    return rows(world, Notice, Notice.template == "late_call")


@pytest.mark.parametrize(("hours", "keep", "n"), [(5, False, 1), (23, False, 1), (24, False, 0), (5, True, 0)])
def test_only_what_is_given_back_within_a_day_is_phoned_about(world, hours, keep, n):
    _, consent = booked(world, hours)
    withdraw(world, world.cast.tarik, consent, keep_bookings=keep)
    assert len(calls(world)) == n
    to_coach = rows(world, Notice, Notice.user_id == world.user("clara").id)
    assert [one.template for one in to_coach] == ["staff_news"] * n


def test_the_coach_is_asked_to_phone_and_says_so(world, sign_in):
    booking, consent = booked(world, 5)
    withdraw(world, world.cast.tarik, consent)
    clara = sign_in("clara")
    today = clara.get("/today").text
    assert "Kurzfristig frei am" in today
    address = f"/late-calls/{calls(world)[0].public_id}"
    assert address in today
    page = clara.get(address).text
    assert booking.code in page
    assert "Demirci" not in page
    assert clara.post(address).status_code == 303
    assert now(world, calls(world)[0]).state is NoticeState.SENT
    assert address not in clara.get("/today").text
    assert clara.post(address).status_code == 404, "it is done"


def test_the_desk_reads_it_out_without_a_name(world, sign_in):
    booking, consent = booked(world, 5)
    withdraw(world, world.cast.tarik, consent)
    page = sign_in("nora").get("/phone-list").text
    assert "Kurzfristig abgesagt: „Rückenschule“" in page
    for secret in ("Demirci", booking.code):
        assert secret not in page


def test_nobody_else_opens_it(world, sign_in, subtests):
    _, consent = booked(world, 5)
    withdraw(world, world.cast.tarik, consent)
    address = f"/late-calls/{calls(world)[0].public_id}"
    for key in ["cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            assert (browser.get(address).status_code, browser.post(address).status_code) == (404, 404)
            assert calls(world)[0].state is NoticeState.QUEUED


def test_once_the_date_is_over_nobody_need_be_phoned(world):
    _, consent = booked(world, 5)
    withdraw(world, world.cast.tarik, consent)
    with world.database.reading() as session:
        assert list_needless_calls(session, at=world.at + 5 * HOUR) == []
        assert list(list_needless_calls(session, at=world.at + 7 * HOUR)) == [calls(world)[0].id]


def test_what_was_sent_is_listed_before_one_decides(world, sign_in):
    _, consent = booked(world, 50)
    with world.database.transaction() as session:
        for notice in session.query(Notice).filter(Notice.organisation_id.is_not(None)):
            notice.state, notice.sent_at, notice.enquiry_id = NoticeState.SENT, world.at, notice.enquiry_id
    person = world.cast.tarik.public_id
    page = sign_in("clara").get(f"/people/{person}/consents/{consent.public_id}/withdrawal").text
    sent = rows(world, Notice, Notice.enquiry_id.is_not(None), Notice.state == NoticeState.SENT)
    assert ("lassen sich nicht zurückholen" in page) == bool(sent)
    assert sent, "the news of the booking had left"


def test_the_start_page_costs_no_more_for_many(world, sign_in):
    clara = sign_in("clara")
    for hours in (5, 8):
        _, consent = booked(world, hours)
        withdraw(world, world.cast.tarik, consent)
    clara.get("/today")
    with counted(world) as two:
        clara.get("/today")
    for hours in (11, 14, 17):
        _, consent = booked(world, hours)
        withdraw(world, world.cast.tarik, consent)
    with counted(world) as five:
        clara.get("/today")
    assert len(five) == len(two)
