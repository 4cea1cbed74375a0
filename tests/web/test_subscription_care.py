"""Pages around a person's calendars: the coach's without any address, the person's way back, the auditor's day."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.models.consent import Consent, ConsentState
from hub.models.subscription import FeedKind, Subscription
from tests.feeds import change, events, fetch, person, row_of, sign_in_person, statements, subscribe
from tests.places import book, make_offer, make_slot
from tests.world import AT

PROGRAM = re.compile(r'<details class="program" name="program" id="(\w+)">(.*?)Wieder abbestellen:', re.DOTALL)
DRAWING = re.compile(r"<svg.*?</svg>", re.DOTALL)
CHOICE = {"level": "discreet", "word": "Termin", "name": "mein Handy"}


@pytest.fixture
def feed(app, world):
    """Give a feed of Tarik's, its token, with a date in it, fetched by Google."""
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    row, token = subscribe(world, person(world, "tarik"))
    fetch(app, token, User_Agent="Google-Calendar-Importer")
    return row, token


@pytest.fixture
def tarik(app, world):
    return sign_in_person(app, world, "tarik")


def page_of(world, row=None, step=""):
    path = f"/people/{world.cast.tarik.public_id}/subscriptions"
    return f"{path}/{row.public_id}/{step}" if row is not None else path


def token_in(page):
    (found,) = set(re.findall(r"http://localhost/feeds/([a-z2-7]{32})\.ics", page))
    return found


def test_a_coach_blocks_a_lost_telephone_and_the_person_takes_a_new_link(app, world, sign_in, feed, tarik):
    row, token = feed
    clara = sign_in("clara")
    seen = [clara.get(f"/people/{world.cast.tarik.public_id}").text, clara.get(page_of(world)).text]
    assert page_of(world) in seen[0]
    assert "zuletzt abgeholt: 14.\N{NO-BREAK SPACE}September\N{NO-BREAK SPACE}2026" in seen[1]
    seen.append(clara.post(page_of(world, row, "block"), follow_redirects=True).text)
    assert "Gesperrt." in seen[-1]
    assert events(fetch(app, token)) == []
    assert clara.post(page_of(world, row, "block")).status_code == 404
    own = tarik.get("/me").text
    assert "„mein Handy“ ist gesperrt oder beendet." in own
    listed = tarik.get("/me/subscriptions").text
    assert "Dieser Kalender wurde gesperrt, zu Ihrem Schutz." in listed
    fresh = token_in(tarik.post(f"/me/subscriptions/{row.public_id}/renewal").text)
    assert len(events(fetch(app, fresh))) == 1
    assert "gesperrt" not in tarik.get("/me").text + tarik.get("/me/subscriptions").text
    seen += [clara.get(page_of(world)).text, clara.get(f"/people/{world.cast.tarik.public_id}").text]
    for page in seen:
        assert not re.search(r"/feeds/|webcal:|Google", page)
        assert token not in page
        assert fresh not in page


def test_only_who_looks_after_a_person_meets_their_calendars(world, sign_in, feed, tarik, subtests):
    row, _ = feed
    change(world, Subscription, row.id, asked_at=AT)
    paths = [page_of(world, row, step) for step in ("block", "keeping", "end")] + [page_of(world) + "/proposal"]
    theirs, _ = subscribe(world, person(world, "jolanta"))
    for who in ("fred", "cem", "petra", "nora", "frank", "lena", "anna", "otto", "sven", None):
        browser = sign_in(who) if who else tarik
        with subtests.test(who=who):
            assert browser.get(page_of(world)).status_code == 404
            assert {browser.post(path).status_code for path in paths} == {404}
    clara = sign_in("clara")
    assert {clara.post(page_of(world, theirs, step)).status_code for step in ("block", "keeping", "end")} == {404}
    assert (row_of(world, row).ended_at, row_of(world, row).kept_on, row_of(world, theirs).ended_at) == (None,) * 3
    assert len(world.do(lambda session: session.scalars(select(Consent).order_by(Consent.id)).all())) == 2


def test_the_question_of_ninety_days_reaches_coach_and_person_and_names_no_program(world, sign_in, feed, tarik):
    row, _ = feed
    change(world, Subscription, row.id, asked_at=AT - timedelta(days=1))
    clara = sign_in("clara")
    today = clara.get("/today").text
    assert "wird lange nicht abgeholt. Wird er noch gebraucht?" in today
    assert page_of(world) in today
    page = clara.get(page_of(world)).text
    assert "Ohne Antwort endet er am 13.\N{NO-BREAK SPACE}Oktober\N{NO-BREAK SPACE}2026." in page
    assert "Brauchen Sie ihn noch?" in tarik.get("/me/subscriptions").text
    assert clara.post(page_of(world, row, "keeping")).status_code == 303
    assert "Wird er noch gebraucht?" not in clara.get("/today").text + clara.get(page_of(world)).text
    change(world, Subscription, row.id, asked_at=AT)
    assert tarik.post(f"/me/subscriptions/{row.public_id}/keeping").status_code == 303
    assert row_of(world, row).asked_at is None
    change(world, Subscription, row.id, asked_at=AT)
    assert clara.post(page_of(world, row, "end")).status_code == 303
    assert "weil ihn lange niemand abgeholt hat" in tarik.get("/me/subscriptions").text


def test_a_proposal_stands_on_the_own_page_until_it_is_answered(app, world, sign_in, tarik):
    clara = sign_in("clara")
    assert "schlägt vor" not in tarik.get("/me").text
    answer = clara.post(page_of(world) + "/proposal", follow_redirects=True)
    assert "Die Frage steht jetzt auf der eigenen Seite." in answer.text
    again = clara.post(page_of(world) + "/proposal")
    assert again.status_code == 409
    assert "Das ist schon vorgeschlagen." in again.text
    own = tarik.get("/me").text
    assert "Ihr Coach schlägt vor: Termine aufs Telefon." in own
    (question,) = re.findall(r'href="(/me/consents/[^"]+)">Ansehen und antworten', own)
    assert tarik.post(f"{question}/answer", data={"answer": "yes"}).status_code == 303
    assert 'href="/me/subscriptions"' in tarik.get(question).text
    assert "schlägt vor" not in tarik.get("/me").text
    made = tarik.post("/me/subscriptions", data=CHOICE)  # the yes is there: no words a second time
    assert fetch(app, token_in(made.text)).status_code == 200
    states = world.do(lambda session: session.scalars(select(Consent.state).order_by(Consent.id)).all())
    assert states == [ConsentState.GIVEN]


def test_reminders_are_asked_for_with_each_calendar_and_survive_the_words(app, world, sign_in, tarik):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    chooser = tarik.get("/me/subscriptions/new").text
    assert re.search(r'<input[^>]* checked[^>]*name="alarms"[^>]*value=""', chooser)
    words = tarik.post("/me/subscriptions", data=CHOICE | {"alarms": "60 1440"}).text
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', words))
    kept.pop("csrf_token", None)
    token = token_in(tarik.post("/me/subscriptions", data=kept).text)
    assert fetch(app, token).data.count(b"BEGIN:VALARM") == 2
    row = world.do(lambda session: session.scalars(select(Subscription)).one())
    path = f"/me/subscriptions/{row.public_id}/level"
    assert re.search(r'<input[^>]* checked[^>]*value="60 1440"', tarik.get(path).text)
    assert tarik.post(path, data={"level": "discreet", "word": "Termin", "alarms": "60"}).status_code == 303
    assert fetch(app, token).data.count(b"BEGIN:VALARM") == 1
    assert tarik.post(path, data={"level": "discreet", "word": "Termin", "alarms": "5"}).status_code == 422
    clara = sign_in("clara")
    hers, _ = subscribe(world, world.actor("clara"), FeedKind.COACH)
    path = f"/subscriptions/{hers.public_id}/alarms"
    assert clara.post(path, data={"alarms": "1440"}).status_code == 303
    assert re.search(r'<input[^>]* checked[^>]*value="1440"', clara.get(path).text)
    assert row_of(world, hers).alarms == [1440]
    for stranger in (sign_in("cem"), sign_in("sven"), tarik):
        assert (stranger.get(path).status_code, stranger.post(path).status_code) == (404, 404)


def test_six_programs_stand_behind_pictures_of_our_own_with_the_way_out_of_each(app, world, tarik):
    made = tarik.post("/me/subscriptions", data=CHOICE | {"agreed": "discreet"}).text
    for page in (app.test_client().get("/calendar-help").text, made):
        programs = PROGRAM.findall(page)
        assert [name for name, _ in programs] == ["iphone", "android", "outlook", "windows", "thunderbird", "google"]
        for _, steps in programs:
            drawings = DRAWING.findall(steps)
            assert len(drawings) == 4  # the switch and three steps
            assert all('aria-hidden="true"' in one and len(one.encode()) <= 1500 for one in drawings)
        assert len(page.encode()) < 150_000
    consent = world.do(lambda session: session.scalars(select(Consent)).one())
    assert 'href="/calendar-help#leave"' in tarik.get(f"/me/consents/{consent.public_id}/withdrawal").text


def test_an_auditor_reads_the_day_of_the_last_fetch_and_nothing_else_of_it(world, sign_in, feed):
    row, token = feed
    anna = sign_in("anna")
    opened = anna.post("/inspections", data={"number": world.cast.tarik.public_id, "reason": "incident"})
    page = anna.get(opened.headers["Location"]).text
    assert "Kalender zuletzt abgeholt: 14.\N{NO-BREAK SPACE}September\N{NO-BREAK SPACE}2026" in page
    for word in (row.name, token, "Google", "/feeds/"):
        assert word not in page


@pytest.mark.parametrize("devices", [1, 10])
def test_the_coachs_page_asks_a_fixed_number_of_questions(world, sign_in, devices):
    clara = sign_in("clara")
    for number in range(devices):
        subscribe(world, person(world, "tarik"), name=f"Gerät {number}")
    with statements(world) as sent:
        page = clara.get(page_of(world)).text
    assert page.count("Telefon verloren: sperren:") == devices
    assert len(sent) <= 9
