"""Signing in and out in the browser."""

from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from sqlalchemy import func, select

from hub.bench.logins import login_timing
from hub.models.login import Attempt, Login
from hub.seeds.cast import PASSWORD

CLARA = {"email": "clara@demo.invalid", "password": PASSWORD}


def rows(world, query):
    with world.database.reading() as session:
        return session.scalars(query).all()


@pytest.fixture
def browser(app, sign_in):
    return app.test_client()


@pytest.mark.parametrize(
    ("key", "start"),
    [
        ("clara", "/today"),
        ("petra", "/slots"),
        ("nora", "/organisations"),
        ("lena", "/team"),
        ("frank", "/participations"),
        ("anna", "/log"),
        ("otto", "/users"),
        ("fred", "/account"),
    ],
)
def test_everybody_arrives_at_the_own_start_page(browser, key, start):
    answer = browser.post("/login", data={**CLARA, "email": f"{key}@demo.invalid"})
    assert (answer.status_code, answer.headers["Location"]) == (303, start)


def test_signing_in_leads_to_where_one_wanted_to_go(browser):
    answer = browser.get("/account?x=1")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/login?next=/account?x%3D1"
    page = browser.get(answer.headers["Location"]).text
    assert 'name="next" type="hidden" value="/account?x=1"' in page
    answer = browser.post("/login", data={**CLARA, "next": "/account?x=1"})
    assert answer.headers["Location"] == "/account?x=1"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil",
        "evil",
        "/a\r\nX: y",
        "/\t/evil",
        "javascript:1",
    ],
)
def test_signing_in_never_leads_outside(browser, target):
    answer = browser.post("/login", data={**CLARA, "next": target})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/today")
    browser.post("/logout")
    page = browser.get("/login", query_string={"next": target}).text
    assert 'name="next" type="hidden" value=""' in page


@pytest.mark.parametrize("email", ["clara@demo.invalid", "nobody@demo.invalid"])
def test_known_and_unknown_accounts_get_the_same_page(browser, email):
    answer = browser.post("/login", data={"email": email, "password": "wrong"})
    assert answer.status_code == 422
    assert "E-Mail-Adresse oder Passwort passen nicht." in answer.text
    assert "<title>" in answer.text
    for _ in range(4):
        browser.post("/login", data={"email": email, "password": "wrong"})
    answer = browser.post("/login", data={"email": email, "password": "wrong"})
    assert answer.status_code == 429
    assert "Zu viele Versuche" in answer.text


def test_the_entries_are_kept_but_never_the_password(browser):
    page = browser.post("/login", data={"email": "clara@demo.invalid", "password": "half-a-secret"}).text
    assert 'value="clara@demo.invalid"' in page
    assert "half-a-secret" not in page


def test_empty_fields_say_what_is_missing(browser):
    page = browser.post("/login", data={}).text
    assert "Bitte geben Sie Ihre E-Mail-Adresse ein." in page
    assert "Bitte geben Sie Ihr Passwort ein." in page


def test_a_replayed_cookie_is_refused_after_signing_out(app, sign_in):
    browser = sign_in("clara")
    saved = browser.get_cookie("session").value
    answer = browser.post("/logout")
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    thief = app.test_client()
    thief.set_cookie("session", saved)
    assert thief.get("/account").status_code == 303
    assert thief.get("/account").headers["Location"].startswith("/login")


def test_signing_in_again_makes_a_new_session(app, world, sign_in):
    browser = sign_in("clara")
    before = browser.get_cookie("session").value
    browser.post("/login", data=CLARA)
    assert browser.get_cookie("session").value != before
    assert len(rows(world, select(Login))) == 2


def test_the_cookie_is_a_reference_and_holds_no_data(app, sign_in):
    browser = sign_in("clara")
    decoded = app.session_interface.get_signing_serializer(app).loads(browser.get_cookie("session").value)
    assert set(decoded) <= {"_user_id", "_fresh", "csrf_token"}
    assert "clara" not in str(decoded).lower()


def test_seen_is_noted_at_most_once_a_minute(app, world, sign_in):
    browser = sign_in("clara")
    (login,) = rows(world, select(Login))
    browser.get("/account")
    assert rows(world, select(Login))[0].seen_at == login.seen_at
    with time_machine.travel(world.at + timedelta(minutes=20)):
        assert browser.get("/account").status_code == 200
    assert rows(world, select(Login))[0].seen_at == world.at + timedelta(minutes=20)
    with time_machine.travel(world.at + timedelta(minutes=49)):
        assert browser.get("/account").status_code == 200
    with time_machine.travel(world.at + timedelta(minutes=80)):
        assert browser.get("/account").status_code == 303


def test_a_disabled_account_is_out_with_the_next_request(world, sign_in):
    browser = sign_in("clara")
    with world.database.transaction() as session:
        session.merge(world.user("clara")).disabled_at = world.at
    assert browser.get("/account").status_code == 303


def test_two_browsers_are_two_logins(sign_in):
    first, second = sign_in("clara"), sign_in("clara")
    first.post("/logout")
    assert second.get("/account").status_code == 200


def test_nobody_escapes_the_limit_by_claiming_another_address(browser):
    for number in range(6):
        answer = browser.post(
            "/login", data={**CLARA, "password": "x"}, headers={"X-Forwarded-For": f"198.51.100.{number}"}
        )
    assert answer.status_code == 429


def test_an_office_behind_ipv6_is_one_place(browser):
    for number in range(6):
        place = {"REMOTE_ADDR": f"2001:db8:1:2::{number + 1}"}
        answer = browser.post("/login", data={**CLARA, "password": "x"}, environ_overrides=place)
    assert answer.status_code == 429
    other = browser.post("/login", data=CLARA, environ_overrides={"REMOTE_ADDR": "2001:db8:1:3::1"})
    assert other.status_code == 303


def test_refused_sign_ins_do_the_same_work_for_known_and_unknown_accounts(app, world, monkeypatch):
    verified, verify = [], PasswordHasher.verify

    def counted(hasher, stored, password):
        verified.append(hasher)
        return verify(hasher, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    known, unknown = login_timing(app, samples=20)  # how long it takes is measured by `hub bench --only logins`
    assert known > 0
    assert unknown > 0
    assert len(verified) == 2 * 21, "one hash for each try, whether there is such an account or not"
    left = rows(world, select(Attempt.key_digest).group_by(Attempt.key_digest).having(func.count() > 5))
    assert left == []
