"""What every answer carries, and what is refused before any page runs."""

import re
from dataclasses import replace

import pytest

from hub.models.user import Role
from hub.web.access import for_roles
from hub.web.targets import local_path

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def broken(**_values):
    raise ZeroDivisionError("a secret value")


@pytest.fixture
def answers(app, sign_in, monkeypatch):
    """Give one answer of each kind: 200, 303, 404, 405, 500."""
    monkeypatch.setitem(app.view_functions, "users.list_users", for_roles(Role.OPERATOR)(broken))
    browser = sign_in("otto")
    return {
        200: browser.get("/account"),
        303: app.test_client().get("/account"),
        404: browser.get("/nowhere"),
        405: browser.get("/logout"),
        500: browser.get("/users"),
    }


def test_the_headers_stand_on_every_kind_of_answer(answers):
    for status, answer in answers.items():
        headers = answer.headers
        assert answer.status_code == status
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers
        assert "Werkzeug" not in headers.get("Server", "")


def test_no_page_has_a_trace_or_a_value_of_what_went_wrong(answers):
    page = answers[500].text
    assert "Bei uns ist etwas kaputt." in page
    for word in ("secret", "Traceback", "ZeroDivision", "File "):
        assert word not in page


def test_hsts_is_said_over_https_only(secure):
    header = secure.test_client().get("/", base_url="https://hub.example").headers["Strict-Transport-Security"]
    assert int(re.search(r"max-age=(\d+)", header)[1]) >= 31536000
    assert "includeSubDomains" in header


def test_the_cookie_over_https_is_bound_to_the_host(secure):
    cookie = secure.test_client().get("/login", base_url="https://hub.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_pages_of_signed_in_people_stay_in_no_cache(sign_in):
    answer = sign_in("clara").get("/account")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/login", "/logout", "/account/password", "/invitations", "/log/verification"])
def test_a_form_without_its_token_is_refused(app, sign_in, path):
    browser = sign_in("otto")
    app.config["WTF_CSRF_ENABLED"] = True
    answer = browser.post(path, data={"name": "x"})
    assert answer.status_code == 400
    assert "Die Seite war zu lange offen." in answer.text
    assert browser.get("/account").status_code == 200


def test_a_token_of_another_browser_is_refused(app):
    stranger, browser = app.test_client(), app.test_client()
    token = TOKEN.search(stranger.get("/login").text)[1]
    browser.get("/login")
    assert browser.post("/login", data={"csrf_token": token}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),  # an old browser says nothing
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 422),  # a browser that obeys our Referrer-Policy
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://hub.example"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "https://hub.example.evil.example"}, 400),
    ],
)
def test_the_own_token_is_accepted_from_our_own_pages_only(secure, headers, status):
    browser, base = secure.test_client(), "https://hub.example"
    token = TOKEN.search(browser.get("/login", base_url=base).text)[1]
    answer = browser.post("/login", base_url=base, headers=headers, data={"csrf_token": token})
    assert answer.status_code == status


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", ""])
@pytest.mark.parametrize("path", ["/login", "/account", "/static/favicon.svg", "/nowhere"])
def test_a_forged_host_is_refused(app, host, path):
    answer = app.test_client().get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_forged_forwarding_header_changes_no_address(app):
    answer = app.test_client().get("/account", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "x"})
    assert answer.headers["Location"].startswith("/login")


def test_bodies_that_are_too_large_are_refused(app):
    browser = app.test_client()
    large = browser.post("/login", data=b"x" * (7 * 1024 * 1024), content_type="application/octet-stream")
    assert large.status_code == 413
    field = browser.post("/login", data={"email": "x" * (600 * 1024)})
    assert field.status_code == 413
    parts = browser.post("/login", data={f"f{n}": "x" for n in range(600)}, content_type="multipart/form-data")
    assert parts.status_code == 413
    announced = browser.post("/login", environ_overrides={"CONTENT_LENGTH": str(2**31)}, data={"email": "x"})
    assert announced.status_code == 413
    assert "zu groß" in field.text


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK", "PUT", "DELETE"])
def test_other_methods_are_refused(app, sign_in, method):
    answer = sign_in("clara").open("/account", method=method, headers={"X-Secret": "echo"})
    assert answer.status_code == 405
    assert "echo" not in answer.text
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/log?who=%00", "/log?on=%00", "/users/%00", "/log?action=a%0d%0aSet-Cookie:x=1"])
def test_odd_signs_in_addresses_do_no_harm(sign_in, path):
    for key in ("anna", "otto"):
        answer = sign_in(key).get(path)
        assert answer.status_code in (200, 400, 404)
        assert "x=1" not in str(answer.headers)


def test_nul_in_a_form_is_refused(app, sign_in):
    sign_in("clara")
    answer = app.test_client().post("/login", data={"email": "clara\0@demo.invalid", "password": "x\0"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path", ["/console", "/.git/config", "/debug", "/metrics", "/docs", "/.env", "/static/../app.py"]
)
def test_nothing_else_is_open(app, path):
    assert app.test_client().get(path).status_code in (303, 404)
    assert not app.debug


@pytest.mark.parametrize(
    "target",
    ["", None, "//x", "/\\x", "\\/x", "http://x", "javascript:x", "x", "/a\nb", "/a\tb", "/\x00", "/a\u2028b"],
)
def test_only_paths_of_this_house_are_local(target):
    assert local_path(target) is None


@pytest.mark.parametrize("target", ["/", "/log?on=2026-09-14", "/offers/über?x=//y"])
def test_paths_of_this_house_are_local(target):
    assert local_path(target) == target


def test_a_database_that_is_gone_opens_nothing(app, sign_in, world, monkeypatch):
    browser = sign_in("clara")
    app.extensions["database"] = replace_with_nothing(world)
    for path in ("/account", "/users", "/log"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "Im Moment können wir nichts lesen oder speichern." in answer.text
        assert "Clara" not in answer.text
    assert browser.post("/login", data={"email": "clara@demo.invalid", "password": "x"}).status_code == 503


def replace_with_nothing(world):
    return type(world.database)("sqlite:////nonexistent/folder/hub.sqlite3")


def test_the_settings_say_whether_pages_are_secure(secure):
    assert secure.extensions["config"].secure
    assert not replace(secure.extensions["config"], public_url="http://localhost").secure
