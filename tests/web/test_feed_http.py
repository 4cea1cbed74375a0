"""Feeds over HTTP: validators, variants, methods, what is never said, and one indexed read for an unchanged feed."""

import gzip
import logging
import threading
from base64 import b64encode
from datetime import timedelta

import ics
import pytest
import time_machine

from hub.actions import subscriptions as verbs
from hub.models.booking import Booking, BookingState
from hub.models.subscription import FeedKind, Level, Subscription
from hub.policy.feed_text import PRODID
from hub.queries.subscriptions import get_subscription
from hub.web.feed_answers import Meter
from tests.feeds import change, events, fetch, only, person, row_of, statements, subscribe, subscribe_person, touch
from tests.places import book, make_offer, make_slot
from tests.world import AT


@pytest.fixture
def booking(world):
    return book(world, make_slot(world, make_offer(world)), world.cast.tarik)


@pytest.fixture
def token(world, booking):
    return subscribe_person(world, "tarik")


def test_a_feed_is_answered_at_once_with_its_headers(app, token):
    answer = fetch(app, token)
    headers = answer.headers
    assert answer.status_code == 200
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Last-Modified"].endswith("GMT")
    assert int(headers["Content-Length"]) == len(answer.data)
    assert "Set-Cookie" not in headers
    assert "Location" not in headers
    assert token not in str(headers)
    assert len(events(answer)) == 1


def test_an_unchanged_feed_is_304_after_one_statement(app, world, token):
    first = fetch(app, token)
    with statements(world) as sent:
        answer = fetch(app, token, If_None_Match=first.headers["ETag"])
    assert answer.status_code == 304
    assert answer.data == b""
    assert len(sent) == 1
    assert "FROM subscriptions" in sent[0]
    kept = ("ETag", "Cache-Control", "Vary", "Last-Modified", "X-Robots-Tag")
    assert [answer.headers[name] for name in kept] == [first.headers[name] for name in kept]


def test_an_unchanged_feed_is_200_after_one_statement(app, world, token):
    first = fetch(app, token)
    with statements(world) as sent:
        assert fetch(app, token).data == first.data
    assert len(sent) == 1


def test_the_look_up_uses_the_index(world, token):
    query = "SELECT id FROM subscriptions WHERE token_digest = 'x'"
    with world.database.engine.connect() as connection:
        if world.url.startswith("sqlite"):
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all())
        else:
            connection.exec_driver_sql("SET enable_seqscan = off")
            plan = str(connection.exec_driver_sql(f"EXPLAIN {query}").all())
    assert "uq_subscriptions_token_digest" in plan or "sqlite_autoindex_subscriptions" in plan


@pytest.mark.parametrize("tag", ["{}", "W/{}", '"other", {}', "*"])
def test_if_none_match_in_every_form(app, token, tag):
    etag = fetch(app, token).headers["ETag"]
    assert fetch(app, token, If_None_Match=tag.format(etag)).status_code == 304


def test_if_none_match_decides_before_if_modified_since(app, token):
    first = fetch(app, token)
    since = first.headers["Last-Modified"]
    assert fetch(app, token, If_None_Match='"other"', If_Modified_Since=since).status_code == 200
    assert fetch(app, token, If_Modified_Since=since).status_code == 304


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Mon, 14 Sep 2026 06:29:00 GMT", 200),
        ("Monday, 14-Sep-26 06:29:00 GMT", 200),
        ("yesterday", 200),
        ("", 200),
        ("Mon, 14 Sep 2037 06:29:00 GMT", 200),  # nobody has fetched it then
    ],
)
def test_if_modified_since_is_parsed(app, token, since, status):
    fetch(app, token)
    assert fetch(app, token, If_Modified_Since=since).status_code == status


def test_a_second_change_within_one_second_is_not_hidden_by_its_date(app, world, booking):
    with time_machine.travel(AT, tick=False):
        token = subscribe_person(world, "tarik")
        first = fetch(app, token)
        change(world, Booking, booking.id, ends_at=booking.ends_at + timedelta(hours=1))
        touch(world)
        second = fetch(app, token, If_Modified_Since=first.headers["Last-Modified"])
        assert second.status_code == 200
        assert second.headers["Last-Modified"] == first.headers["Last-Modified"]  # never in the future
    with time_machine.travel(AT + timedelta(minutes=1)):
        assert fetch(app, token, If_Modified_Since=first.headers["Last-Modified"]).status_code == 200


def test_head_is_get_without_bytes(app, token):
    whole, head = fetch(app, token), fetch(app, token, "HEAD")
    assert head.status_code == 200
    assert head.data == b""
    assert dict(head.headers) == dict(whole.headers)
    assert fetch(app, token, "HEAD", If_None_Match=whole.headers["ETag"]).status_code == 304
    assert fetch(app, "unknown", "HEAD").status_code == 404


def test_gzip_is_a_variant_with_a_validator_of_its_own(app, token):
    plain, packed = fetch(app, token), fetch(app, token, Accept_Encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.data == fetch(app, token, Accept_Encoding="gzip").data
    assert fetch(app, token, Accept_Encoding="gzip", If_None_Match=packed.headers["ETag"]).status_code == 304
    assert fetch(app, token, If_None_Match=packed.headers["ETag"]).status_code == 200
    for refused in ("gzip;q=0", "br", "identity;q=1, gzip;q=0"):
        assert "Content-Encoding" not in fetch(app, token, Accept_Encoding=refused).headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND", "OPTIONS", "REPORT", "NONSENSE"])
def test_other_methods_are_refused_at_once(app, world, token, method):
    with statements(world) as sent:
        answer = fetch(app, token, method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert sent == []


@pytest.mark.parametrize("path", ["x.ics", ".ics", "", "x", "a/b.ics", "../login.ics", "%00.ics", "x.ics/"])
def test_an_unknown_address_is_missing_and_leads_nowhere(app, path):
    for headers in ({}, {"If-None-Match": "*"}, {"If-Modified-Since": "Mon, 14 Sep 2037 06:29:00 GMT"}):
        answer = app.test_client().get(f"/feeds/{path}", headers=headers)
        assert answer.status_code == 404
        assert "Location" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_signed_in_browser_gets_no_cookie_and_no_look_up(app, world, token, sign_in):
    browser = sign_in("clara")
    fetch(app, token)
    with statements(world) as sent:
        answer = browser.get(f"/feeds/{token}.ics", headers={"If-None-Match": "*"})
    assert answer.status_code == 304
    assert "Cookie" not in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers
    assert len(sent) == 1


def test_the_basic_variant_takes_the_token_as_password(app, world, booking):
    row, token = subscribe(world, person(world, "tarik"))
    client, path = app.test_client(), f"/feeds/basic/{row.public_id}.ics"

    def ask(user_and_password):
        packed = b64encode(user_and_password.encode()).decode()
        return client.get(path, headers={"Authorization": f"Basic {packed}"})

    assert events(ask(f"egal:{token}"))
    for answer in (client.get(path), ask("egal:falsch"), client.get(path, headers={"Authorization": "Basic ä"})):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith('Basic realm="Kalender"')
    _, other = subscribe(world, person(world, "jolanta"))
    assert ask(f"egal:{other}").status_code == 401


def test_a_fetch_is_noted_once_a_day_and_once_a_change(app, world, booking):
    row, token = subscribe(world, person(world, "tarik"))
    agent = {"User_Agent": "Google-Calendar-Importer"}
    fetch(app, token, **agent)
    noted = row_of(world, row)
    assert (noted.fetched_on.isoformat(), noted.fetched_client, noted.fetched_revision) == ("2026-09-14", "Google", 1)
    with statements(world) as sent:
        fetch(app, token, **agent)
        fetch(app, token, "HEAD")
    assert not [one for one in sent if one.startswith("UPDATE")]
    with time_machine.travel(AT + timedelta(hours=20)), statements(world) as sent:
        fetch(app, token, **agent)
    assert len([one for one in sent if one.startswith("UPDATE")]) == 1
    touch(world)
    fetch(app, token, **agent)
    assert row_of(world, row).fetched_revision == 2


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("Google-Calendar-Importer", "Google"),
        ("iOS/17.5 (21F79) dataaccessd/1.0", "Apple"),
        ("macOS/14.5 (23F79) CalendarAgent/1052.1", "Apple"),
        ("Microsoft.Exchange/15.20", "Outlook"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.0", "Thunderbird"),
        ("ICSx5/2.2 (ktor)", "ICSx5"),
        ("vdirsyncer/0.21", "vdirsyncer"),
        ("Mozilla/5.0", "other"),
        ("", "other"),
    ],
)
def test_only_the_family_of_the_program_is_kept(app, world, booking, agent, family):
    row, token = subscribe(world, person(world, "tarik"))
    fetch(app, token, User_Agent=agent, X_Forwarded_For="198.51.100.7")
    stored = row_of(world, row)
    assert stored.fetched_client == family
    assert "198.51" not in str(vars(stored))


@pytest.mark.parametrize("agent", ["WhatsApp/2.23", "facebookexternalhit/1.1", "TelegramBot (like TwitterBot)"])
def test_a_messenger_that_looks_at_a_pasted_address_learns_nothing(app, world, booking, agent):
    row, token = subscribe(world, person(world, "tarik"), level=Level.FULL)
    assert events(fetch(app, token, User_Agent=agent)) == []
    assert row_of(world, row).fetched_on is None


def test_rotation_empties_the_old_address_for_thirty_days(app, world, booking):
    row, old = subscribe(world, person(world, "tarik"))
    before = fetch(app, old)

    def rotate(session):
        actor = person(world, "tarik")
        mine = get_subscription(session, actor, row.public_id)
        return verbs.rotate_subscription(session, actor=actor, subscription=mine, at=AT)

    _, fresh = world.database.run(rotate)
    assert events(fetch(app, fresh))
    for headers in (
        {},
        {"If_None_Match": before.headers["ETag"]},
        {"If_None_Match": "*"},
        {"If_Modified_Since": before.headers["Last-Modified"]},
        {"If_None_Match": before.headers["ETag"], "Accept_Encoding": "gzip"},
    ):
        answer = fetch(app, old, **headers)
        assert answer.status_code == 200
    empty = fetch(app, old)
    assert events(empty) == []
    assert b"BEGIN:VTIMEZONE" in empty.data
    with time_machine.travel(AT + timedelta(days=29)):
        assert events(fetch(app, old)) == []
    with time_machine.travel(AT + timedelta(days=31)):
        assert fetch(app, old).status_code == 404
        assert fetch(app, old, "HEAD").status_code == 404
        assert fetch(app, old, If_None_Match=empty.headers.get("ETag", "*")).status_code == 404
        assert events(fetch(app, fresh))


def test_a_removed_date_is_never_hidden_by_a_304(app, world, booking, token):
    first = fetch(app, token)
    change(world, Booking, booking.id, state=BookingState.EXPIRED)
    touch(world)
    for headers in ({"If_None_Match": first.headers["ETag"]}, {"If_Modified_Since": first.headers["Last-Modified"]}):
        assert events(fetch(app, token, **headers)) == []


def test_a_changed_level_is_never_hidden_by_a_304(app, world, booking):
    actor = person(world, "tarik")
    row, token = subscribe(world, actor)
    first = fetch(app, token)

    def widen(session):
        mine = get_subscription(session, actor, row.public_id)
        verbs.change_level(session, actor=actor, subscription=mine, level=Level.ADDRESS, at=AT)

    world.database.run(widen)
    assert "LOCATION" in only(fetch(app, token, If_None_Match=first.headers["ETag"]))


def test_the_clock_alone_lets_a_cancelled_date_fall_out(app, world, booking, token):
    change(world, Booking, booking.id, state=BookingState.CANCELLED, sequence=1)
    first = fetch(app, token)
    assert only(first)["STATUS"] == "CANCELLED"
    edge = booking.ends_at + timedelta(days=7)
    with time_machine.travel(edge - timedelta(seconds=2), tick=False):
        assert fetch(app, token, If_None_Match=first.headers["ETag"]).status_code == 304
    with time_machine.travel(edge, tick=False):
        assert events(fetch(app, token, If_None_Match=first.headers["ETag"])) == []


def test_an_error_shows_and_logs_nothing_of_the_address(app, world, token, caplog, capfd):
    with world.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE bookings RENAME TO elsewhere")
    touch(world)
    with caplog.at_level(logging.DEBUG):
        answer = fetch(app, token)
    assert answer.status_code == 500
    told = answer.text + str(answer.headers) + caplog.text + "".join(capfd.readouterr())
    assert "unhandled" in caplog.text
    assert token not in told
    assert ".ics" not in told.replace("termine.ics", "")


def test_two_processes_render_the_same_bytes_and_keep_one(app, world, booking):
    row, token = subscribe(world, person(world, "tarik"))
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(fetch(app, token))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.data for answer in answers}) == 1
    assert len({answer.headers["ETag"] for answer in answers}) == 1
    assert row_of(world, row).rendered_revision == 1


def test_a_change_during_rendering_is_seen_by_the_next_fetch(app, world, booking, token, monkeypatch):
    from_inside = []

    def meddle(*_arguments, **_named):
        if not from_inside:
            from_inside.append(True)
            change(world, Booking, booking.id, ends_at=booking.ends_at + timedelta(hours=1))
            touch(world)

    store = world.database.transaction
    monkeypatch.setattr(world.database, "transaction", lambda: meddle() or store())
    first = fetch(app, token)
    second = fetch(app, token, If_None_Match=first.headers["ETag"])
    assert second.status_code == 200
    assert only(second).end > only(first).end


def test_nothing_around_the_entries_names_the_house(app, world, token):
    answer = fetch(app, token)
    text = answer.text.replace("\r\n ", "")
    assert f"PRODID:{PRODID}\r\n" in text
    assert "X-WR-CALNAME:Termine\r\nX-WR-TIMEZONE" in text
    assert "METHOD" not in text
    head = text.split("BEGIN:VEVENT")[0]
    assert "UID" not in head
    assert 'filename="termine.ics"' in answer.headers["Content-Disposition"]
    for word in ("partnerhub", "jobcenter", "programm", "eingliederung", "meißen (demo)"):
        assert word not in (answer.text + str(answer.headers)).casefold()
    assert "@kalender.invalid" in text


def test_a_coach_feed_ends_with_the_account(app, world, booking):
    row, token = subscribe(world, world.actor("clara"), FeedKind.COACH)
    assert events(fetch(app, token))
    change(world, type(world.user("clara")), world.user("clara").id, disabled_at=AT)
    touch(world)
    assert events(fetch(app, token)) == []
    assert row_of(world, row).ended_why == "role"


def test_no_token_is_in_the_database(world, booking):
    row, token = subscribe(world, person(world, "tarik"))
    assert len(token) == 32  # 160 bits in base32
    stored = row_of(world, row)
    values = [str(getattr(stored, column.key)) for column in Subscription.__table__.columns if column.key not in
              ("body", "parts", "packed")]  # fmt: skip
    assert token not in " ".join(values)


def test_the_second_reader_reads_the_same(app, world, token):
    other = subscribe_person(world, "tarik", Level.FULL, name="Computer")
    for secret in (token, other):
        answer = fetch(app, secret)
        (read,), (again,) = events(answer), ics.Calendar(answer.text).events
        assert (again.uid, again.name) == (str(read["UID"]), str(read["SUMMARY"]))
        assert (again.begin.datetime, again.end.datetime) == (read.start, read.end)
        assert (again.location or "") == str(read.get("LOCATION", ""))


def test_a_program_gone_wild_is_asked_to_wait(app, token, monkeypatch):
    monkeypatch.setattr(Meter, "LIMIT", 2)
    assert [fetch(app, token).status_code for _ in range(4)] == [200, 200, 429, 429]
    assert fetch(app, token).headers["Retry-After"] == "600"
    assert fetch(app, "somebody-else").status_code == 404


def test_an_ended_feed_is_no_secret_to_previews_either(app, world, booking):
    row, token = subscribe(world, person(world, "tarik"))
    change(world, Subscription, row.id, ended_at=AT - timedelta(days=31))
    assert fetch(app, token, User_Agent="WhatsApp/2").status_code == 404
