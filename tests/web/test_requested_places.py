"""Pages about a place asked for with an enquiry: what coach, partner, link and telephone read, and what they do not."""

import pytest
from sqlalchemy import update

from hub.actions import answers, confirmed_places, requested_places
from hub.actions.deadlines import expire_hold
from hub.actions.links import issue_link, link_token
from hub.errors import NotAllowed
from hub.models.booking import Booking, BookingState
from hub.models.enquiry import Enquiry
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM
from tests.loop import now, partner, rows, sent_enquiry
from tests.places import book, counted, make_offer, make_slot

KEPT = "gehalten bis"


@pytest.fixture
def enquiry(world):
    """Return an enquiry with a place kept for it."""
    return sent_enquiry(world)[0]


@pytest.fixture
def kept(world, enquiry):
    """Return that place."""
    (found,) = rows(world, Booking, Booking.enquiry_id == enquiry.id)
    return found


def read(browser, path, status=200):
    answer = browser.get(path)
    assert answer.status_code == status, path
    return answer.text


def slot_of(world, kept):
    with world.database.reading() as session:
        return session.get_one(Slot, kept.slot_id)


def test_the_coach_reads_what_became_of_the_wish(world, sign_in, enquiry, kept):
    clara, page = sign_in("clara"), f"/enquiries/{enquiry.public_id}"
    assert KEPT in read(clara, page)
    assert kept.code not in read(clara, page)
    partner(world, enquiry, answers.accept_enquiry)
    assert KEPT not in read(clara, page)
    assert f"/bookings/{kept.public_id}" in read(clara, page)


def test_the_coach_reads_that_nothing_is_kept_and_that_a_date_was_full(world, sign_in, enquiry, kept):
    clara, page = sign_in("clara"), f"/enquiries/{enquiry.public_id}"
    world.do(expire_hold, actor=SYSTEM, booking_id=kept.id, at=kept.expires_at)
    assert "Für den gewünschten Termin ist kein Platz gehalten." in read(clara, page)
    with world.database.transaction() as session:
        session.execute(update(Enquiry).values(slot_id=None, full_at=kept.starts_at))
    assert "war schon voll. Die Anfrage ging ohne Termin hinaus." in read(clara, page)


def test_the_yes_is_the_coachs_news_until_the_person_knows(world, sign_in, enquiry, kept):
    clara, told = sign_in("clara"), f"/bookings/{kept.public_id}/told"
    assert clara.post(told).status_code == 409  # nothing to tell yet
    partner(world, enquiry, answers.accept_enquiry)
    assert "Tarik weiß es noch nicht." in read(clara, "/today")
    assert sign_in("cem").post(told).status_code == 404
    assert clara.post(told).status_code == 303
    assert "Tarik weiß es noch nicht." not in read(clara, "/today")
    partner(world, enquiry, answers.take_back_acceptance)
    assert "Der Partner hat den Platz abgesagt." in read(clara, "/today")


def test_a_place_asked_for_is_no_booking_for_anybody(world, sign_in, kept):
    clara = sign_in("clara")
    for path in ("", "/cancellation", "/slot"):
        read(clara, f"/bookings/{kept.public_id}{path}", status=404)
    assert clara.post(f"/bookings/{kept.public_id}/cancellation").status_code == 409
    assert kept.code not in read(clara, "/today")
    assert kept.code not in read(clara, f"/people/{world.cast.tarik.public_id}")
    assert now(world, kept).state is BookingState.REQUESTED


def test_the_partner_reads_a_kept_place_without_code_and_name(world, sign_in, enquiry, kept):
    petra, slot, tarik = sign_in("petra"), slot_of(world, kept), world.cast.tarik
    for path in (f"/inbox/{enquiry.reference}", f"/slots/{slot.public_id}"):
        page = read(petra, path)
        assert "gehalten" in page
        for secret in (kept.code, tarik.name["family"], tarik.call_word):
            assert secret not in page, path
    assert "Mit Ihrem Ja ist er gebucht." in read(petra, f"/inbox/{enquiry.reference}")
    petra.post(f"/inbox/{enquiry.reference}/acceptance", data={"version": now(world, enquiry).version})
    assert kept.code in read(petra, f"/slots/{slot.public_id}")
    assert "Der gebuchte Platz wird dann abgesagt." in read(petra, f"/inbox/{enquiry.reference}")
    petra.post(f"/inbox/{enquiry.reference}/reopening", data={"version": now(world, enquiry).version})
    assert now(world, kept).state is BookingState.CANCELLED


def test_behind_the_link_and_on_the_telephone_it_says_the_same(app, world, sign_in, enquiry, kept):
    token = link_token(world.do(issue_link, enquiry=enquiry, organisation_id=enquiry.organisation_id, at=world.at))
    page = read(app.test_client(), f"/links/{token}")
    assert KEPT in page
    assert kept.code not in page
    page = read(sign_in("nora"), f"/phone-list/enquiries/{enquiry.reference}")
    assert KEPT in page
    assert kept.code not in page


def test_strangers_read_nothing_of_it(sign_in, enquiry, kept, subtests):
    pages = (f"/enquiries/{enquiry.public_id}", f"/inbox/{enquiry.reference}", f"/bookings/{kept.public_id}")
    for key in ("fred", "cem", "lena", "sven", "gudrun", "frank", "otto", "nora", "kerstin"):
        browser = sign_in(key)
        for page in pages:
            with subtests.test(f"{key} {page}"):
                assert browser.get(page).status_code in (403, 404)
                assert browser.post(f"{page}/acceptance").status_code in (403, 404, 405)


def test_only_the_house_keeps_and_confirms_places(world, enquiry, kept):
    for key in ("clara", "petra", "fred", "nora"):
        actor = world.actor(key)
        steps = (
            lambda s, a=actor: requested_places.request_place(
                s, actor=a, enquiry=enquiry, participant=world.cast.tarik, at=world.at
            ),
            lambda s, a=actor: requested_places.end_request(s, actor=a, enquiry=enquiry, at=world.at),
            lambda s, a=actor: confirmed_places.confirm_place(s, actor=a, enquiry=enquiry, at=world.at),
            lambda s, a=actor: confirmed_places.undo_confirmation(s, actor=a, enquiry=enquiry, at=world.at),
        )
        for step in steps:
            with pytest.raises(NotAllowed):
                world.database.run(step)


def test_another_date_at_that_time_is_the_coachs_task(world, sign_in, enquiry, kept):
    clara = sign_in("clara")
    assert "zwei zugleich" not in read(clara, "/today")
    book(world, make_slot(world, make_offer(world), starts_at=kept.starts_at), world.cast.tarik)
    with counted(world) as statements:
        page = read(clara, "/today")
    assert "zwei zugleich" in page
    assert f"/enquiries/{enquiry.public_id}" in page
    assert "hat um diese Zeit schon einen Termin" in read(clara, f"/enquiries/{enquiry.public_id}")
    assert len(statements) <= 12, statements
