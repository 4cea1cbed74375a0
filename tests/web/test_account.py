"""The own account: password, language, signed-in browsers."""

import re

import pytest
from sqlalchemy import event, select

from hub import crypto
from hub.models.user import Role, User
from hub.seeds.cast import PASSWORD

NEW = "drei blaue Tassen im Regal"


def test_the_page_shows_who_one_is_and_where_one_is_signed_in(app, sign_in):
    sign_in("clara")
    browser = sign_in("clara")
    page = browser.get("/account").text
    assert "Das ist Ihr Konto, Clara Winkler." in page
    assert "Amt für Eingliederung Meißen" in page
    assert page.count("dieses Gerät") == 1
    assert len(re.findall("/account/logins/[a-z0-9]{16}/end", page)) == 1


def test_one_of_the_own_browsers_is_signed_out_and_nobody_elses(sign_in):
    first, second, stranger = sign_in("clara"), sign_in("clara"), sign_in("cem")
    address = re.search("/account/logins/[a-z0-9]{16}/end", second.get("/account").text)[0]
    assert stranger.post(address).status_code == 404
    assert first.get("/account").status_code == 200
    assert second.post(address).status_code == 303
    assert first.get("/account").status_code == 303
    assert second.get("/account").status_code == 200


def test_all_other_browsers_are_signed_out(sign_in):
    first, second, here = sign_in("clara"), sign_in("clara"), sign_in("clara")
    here.post("/account/logins/end")
    assert [browser.get("/account").status_code for browser in (first, second, here)] == [303, 303, 200]


def test_a_changed_password_signs_out_everywhere_else_and_gives_this_browser_a_new_cookie(world, sign_in):
    other, here = sign_in("clara"), sign_in("clara")
    before = here.get_cookie("session").value
    answer = here.post("/account/password", data={"present": PASSWORD, "password": NEW})
    assert answer.status_code == 303
    assert here.get_cookie("session").value != before
    assert "Ihr Passwort ist geändert." in here.get("/account").text
    assert other.get("/account").status_code == 303
    with world.database.reading() as session:
        assert crypto.verify_password(session.get_one(User, world.user("clara").id).password_hash, NEW)


@pytest.mark.parametrize(
    ("present", "password", "reason"),
    [
        ("wrong", NEW, "Das ist nicht Ihr jetziges Passwort."),
        (PASSWORD, "too short", "mindestens 12 Zeichen"),
        (PASSWORD, "x" * 129, "höchstens 128 Zeichen"),
        (PASSWORD, "passwordpassword", "errät man zu leicht"),
        (PASSWORD, "", "Bitte geben Sie ein neues Passwort ein."),
    ],
)
def test_a_password_that_will_not_do_says_why_and_nothing_changes(world, sign_in, present, password, reason):
    browser = sign_in("clara")
    answer = browser.post("/account/password", data={"present": present, "password": password})
    assert answer.status_code == 422
    assert reason in answer.text
    assert "<title>" in answer.text
    assert "Fehler" in answer.text.split("</title>")[0]
    with world.database.reading() as session:
        assert crypto.verify_password(session.get_one(User, world.user("clara").id).password_hash, PASSWORD)


def test_the_present_password_cannot_be_guessed_at(sign_in):
    browser = sign_in("clara")
    for _ in range(5):
        browser.post("/account/password", data={"present": "wrong", "password": NEW})
    answer = browser.post("/account/password", data={"present": PASSWORD, "password": NEW})
    assert answer.status_code == 429
    assert "Zu viele Versuche" in answer.text


def test_fields_that_nobody_asked_for_are_ignored(world, sign_in):
    browser = sign_in("clara")
    extra = {"role": "operator", "email": "x@demo.invalid", "user_id": "1", "demo": "0", "disabled_at": ""}
    browser.post("/account/password", data={"present": PASSWORD, "password": NEW, **extra})
    with world.database.reading() as session:
        clara = session.get_one(User, world.user("clara").id)
    assert (clara.email, clara.demo) == ("clara@demo.invalid", True)
    assert [seat.role for seat in world.actor("clara").seats] == [Role.COACH]
    assert browser.get("/users").status_code == 404


def test_the_language_of_the_account_holds_on_every_page(world, sign_in):
    browser = sign_in("clara")
    assert browser.post("/account/language", data={"locale": "en"}).status_code == 303
    assert '<html lang="en"' in browser.get("/account").text
    browser.post("/account/language", data={"locale": "xx"})
    with world.database.reading() as session:
        assert session.scalar(select(User.locale).where(User.id == world.user("clara").id)) == "en"


def test_the_page_asks_the_database_little_however_many_browsers(world, sign_in):
    browser = sign_in("clara")
    few = statements(world, browser)
    for _ in range(12):
        sign_in("clara")
    assert statements(world, browser) == few <= 12


def statements(world, browser):
    seen = []

    def note(*arguments):
        seen.append(arguments[2])

    event.listen(world.database.engine, "before_cursor_execute", note)
    assert browser.get("/account").status_code == 200
    event.remove(world.database.engine, "before_cursor_execute", note)
    return len([one for one in seen if not one.startswith("PRAGMA")])
