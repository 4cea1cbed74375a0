"""Pages around calendars: staff's own, a person's own with pictures and words, the public instructions."""

import re

import pytest
from sqlalchemy import select

from hub.models.consent import Consent, ConsentState, Scope
from hub.models.subscription import FeedKind, Level, Subscription
from tests.feeds import events, fetch, only, person, sign_in_person, statements, subscribe, touch
from tests.places import book, make_offer, make_slot


def rows(world, table=Subscription, *where):
    with world.database.reading() as session:
        return list(session.scalars(select(table).where(*where).order_by(table.id)))


def token_in(page):
    (found,) = set(re.findall(r"http://localhost/feeds/([a-z2-7]{32})\.ics", page))
    return found


@pytest.fixture
def tarik(app, world):
    return sign_in_person(app, world, "tarik")


CHOICE = {"level": "discreet", "word": "Termin", "name": "mein Handy"}


def make(browser, **values):
    """Go through both pages: choose, read the words, say yes."""
    chosen = CHOICE | values
    words = browser.post("/me/subscriptions", data=chosen)
    assert words.status_code == 200
    return browser.post("/me/subscriptions", data=chosen | {"agreed": chosen["level"]})


def test_a_coach_sees_the_own_address_once(app, world, sign_in):
    clara = sign_in("clara")
    assert "Termine meiner Menschen" in clara.get("/subscriptions").text
    page = clara.post("/subscriptions", data={"shows": "coach", "name": "mein Handy"})
    token = token_in(page.text)
    assert page.status_code == 200
    assert f'href="webcal://localhost/feeds/{token}.ics"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "<title>" in page.text
    assert token not in page.text.split("</title>")[0]
    assert fetch(app, token).status_code == 200
    again = clara.get("/subscriptions").text
    assert "mein Handy" in again
    assert token not in again


def test_the_last_fetch_shows_day_and_program(app, world, sign_in):
    clara = sign_in("clara")
    token = token_in(clara.post("/subscriptions", data={"shows": "coach", "name": "mein Handy"}).text)
    assert "noch nicht abgeholt" in clara.get("/subscriptions").text
    fetch(app, token, User_Agent="Google-Calendar-Importer")
    assert "zuletzt abgeholt heute, von Google" in clara.get("/subscriptions").text


@pytest.mark.parametrize(("kind", "says"), [(FeedKind.ORGANISATION, True), (FeedKind.ROOM, False)])
def test_what_was_raised_for_another_room_is_no_change_of_this_one(app, world, sign_in, kind, says):
    room, club = world.cast.locations["town_hall"].rooms[0], world.cast.club
    about = {"room_id": room.id} if kind is FeedKind.ROOM else {"organisation_id": club.id}
    _, token = subscribe(world, world.actor("sven"), kind, **about)
    fetch(app, token)
    sven, lacks = sign_in("sven"), "Die letzte Änderung ist noch nicht abgeholt."
    assert lacks not in sven.get("/subscriptions").text
    touch(world)
    assert (lacks in sven.get("/subscriptions").text) is says


def test_a_reload_makes_no_second_calendar(world, sign_in):
    clara = sign_in("clara")
    data = {"shows": "coach", "name": "mein Handy"}
    clara.post("/subscriptions", data=data)
    again = clara.post("/subscriptions", data=data)
    assert again.status_code == 422
    assert "So heißt schon einer Ihrer Kalender" in again.text
    assert len(rows(world)) == 1


def test_a_partner_makes_a_calendar_of_an_organisation(app, world, sign_in):
    slot = make_slot(world, make_offer(world))
    sven = sign_in("sven")
    club = world.cast.organisations["club"]
    page = sven.post("/subscriptions", data={"shows": club.public_id, "name": "Büro"})
    found = only(fetch(app, token_in(page.text)))
    assert found.start == slot.starts_at
    clinic = world.cast.organisations["clinic"]
    assert sven.post("/subscriptions", data={"shows": clinic.public_id, "name": "x"}).status_code == 422
    assert sven.post("/subscriptions", data={"shows": "coach", "name": "x"}).status_code == 422


def test_others_have_no_calendars(world, sign_in, subtests):
    for key in ["fred", "frank", "lena", "anna", "otto"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            assert browser.get("/subscriptions").status_code == 404
            assert browser.post("/subscriptions", data={"shows": "coach", "name": "x"}).status_code == 404
            assert browser.get("/me/subscriptions").status_code == 404


def test_staff_never_meets_anybody_elses_calendar(app, world, sign_in):
    own, _ = subscribe(world, world.actor("cem"), FeedKind.COACH)
    persons, _ = subscribe(world, person(world, "tarik"))
    clara = sign_in("clara")
    page = clara.get("/subscriptions").text
    for row in (own, persons):
        assert row.public_id not in page
        for step in ("renewal", "end"):
            assert clara.post(f"/subscriptions/{row.public_id}/{step}").status_code == 404
            assert clara.post(f"/me/subscriptions/{row.public_id}/{step}").status_code == 404
    assert all(row.ended_at is None for row in rows(world))


def test_a_person_never_meets_anybody_elses_calendar(world, tarik):
    theirs, _ = subscribe(world, person(world, "jolanta"))
    for path in ("renewal", "end", "level"):
        assert tarik.post(f"/me/subscriptions/{theirs.public_id}/{path}", data=CHOICE).status_code == 404
    assert tarik.get(f"/me/subscriptions/{theirs.public_id}/level").status_code == 404
    assert tarik.get("/subscriptions").status_code == 404


def test_without_an_answer_it_is_discreet_and_the_words_come_before_the_yes(app, world, tarik):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    chooser = tarik.get("/me/subscriptions/new").text
    assert re.search(r'<input[^>]* checked[^>]*value="discreet"', chooser)
    assert chooser.count("<svg width") == 3
    words = tarik.post("/me/subscriptions", data={"word": "Termin", "name": "mein Handy"})
    assert "nur die Zeit und ein Wort, das Sie wählen" in words.text
    assert "Ihr Geld hängt nicht davon ab" in words.text
    assert rows(world) == rows(world, Consent) == []
    page = tarik.post("/me/subscriptions", data=CHOICE | {"agreed": "discreet"})
    assert str(only(fetch(app, token_in(page.text)))["SUMMARY"]) == "Termin"
    (consent,) = rows(world, Consent, Consent.scope == Scope.FEED)
    assert (consent.state, consent.detail) == (ConsentState.GIVEN, "discreet")
    assert "nur die Zeit" in consent.notice_text


def test_the_yes_to_one_level_is_none_to_another(world, tarik):
    answer = tarik.post("/me/subscriptions", data=CHOICE | {"level": "full", "agreed": "discreet"})
    assert "den Namen des Angebots" in answer.text
    assert rows(world) == []


def test_full_needs_its_own_words_that_name_the_risk(app, world, tarik):
    make(tarik)
    words = tarik.post("/me/subscriptions", data=CHOICE | {"level": "full", "name": "Computer"})
    assert "Google oder Apple speichern sie mit" in words.text
    make(tarik, level="full", name="Computer")
    discreet, full = rows(world, Consent, Consent.scope == Scope.FEED)
    assert (discreet.detail, full.detail, full.previous_id) == ("discreet", "full", discreet.id)
    assert [row.level for row in rows(world)] == [Level.DISCREET, Level.FULL]


def test_a_second_device_of_the_same_level_needs_no_second_consent(world, tarik):
    make(tarik)
    page = tarik.post("/me/subscriptions", data=CHOICE | {"name": "Computer"})
    assert token_in(page.text)
    assert len(rows(world, Consent)) == 1


def test_the_address_page_asks_nobody_outside(world, tarik):
    page = make(tarik).text
    assert not re.findall(r'(?:src|href|action)="https?://(?!localhost)', page)
    assert "data:image/svg+xml" in page
    assert "/calendar-help" in page
    assert "Google speichert dann Ihre Termine" in page


def test_a_new_link_ends_the_old_one(app, world, tarik):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    old = token_in(make(tarik).text)
    (row,) = rows(world)
    fresh = token_in(tarik.post(f"/me/subscriptions/{row.public_id}/renewal").text)
    assert events(fetch(app, old)) == []
    assert len(events(fetch(app, fresh))) == 1
    assert tarik.post(f"/me/subscriptions/{row.public_id}/renewal").status_code == 404


def test_ending_empties_the_calendar_and_the_list(app, world, tarik):
    token = token_in(make(tarik).text)
    (row,) = rows(world)
    answer = tarik.post(f"/me/subscriptions/{row.public_id}/end", follow_redirects=True)
    assert "Beendet." in answer.text
    assert "Hier ist noch kein Kalender" in answer.text
    assert "Ihr Ja zu einem Kalender gilt noch." in answer.text
    assert events(fetch(app, token)) == []


def test_whoever_allowed_no_calendar_reads_of_no_yes(tarik):
    page = tarik.get("/me/subscriptions").text
    assert "Hier ist noch kein Kalender" in page
    assert "gilt noch" not in page
    make(tarik)
    assert "gilt noch" not in tarik.get("/me/subscriptions").text


def test_the_level_changes_in_two_taps_at_the_same_address(app, world, tarik):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    token = token_in(make(tarik).text)
    (row,) = rows(world)
    path = f"/me/subscriptions/{row.public_id}/level"
    assert re.search(r'<input[^>]* checked[^>]*value="discreet"', tarik.get(path).text)
    change = {"level": "address", "word": "Sport"}
    assert "die Straße" in tarik.post(path, data=change).text
    assert tarik.post(path, data=change | {"agreed": "address"}).status_code == 303
    found = only(fetch(app, token))
    assert str(found["SUMMARY"]) == "Sport"
    assert str(found["LOCATION"]) == "Am Sportplatz 5, 01640 Coswig"


def test_a_refused_entry_keeps_what_was_typed(world, tarik):
    answer = tarik.post("/me/subscriptions", data={"level": "address", "word": "", "name": "Uhr"})
    assert answer.status_code == 422
    assert 'value="Uhr"' in answer.text
    assert re.search(r'<input[^>]* checked[^>]*value="address"', answer.text)
    assert "Bitte geben Sie ein Wort ein." in answer.text


def test_without_a_running_participation_there_is_no_calendar(app, world):
    with world.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE participations SET ends_on = '2026-09-01'")
    answer = sign_in_person(app, world, "tarik").post("/me/subscriptions", data=CHOICE)
    assert answer.status_code == 409
    assert "Die Teilnahme läuft gerade nicht" in answer.text


def test_the_instructions_are_public_and_hold_no_secret(app):
    page = app.test_client().get("/calendar-help")
    assert page.status_code == 200
    for program in ("iPhone", "ICSx⁵", "Outlook", "Thunderbird", "Google"):
        assert program in page.text
    assert "feeds/" not in page.text


def test_robots_may_fetch_feeds(app):
    answer = app.test_client().get("/robots.txt")
    assert "/feeds" not in answer.text


@pytest.mark.parametrize("devices", [1, 10])
def test_the_list_of_calendars_asks_a_fixed_number_of_questions(app, world, tarik, devices):
    for number in range(devices):
        subscribe(world, person(world, "tarik"), name=f"Gerät {number}")
    with statements(world) as sent:
        page = tarik.get("/me/subscriptions").text
    assert page.count("Neuer Link:") == devices
    assert len(sent) <= 9
