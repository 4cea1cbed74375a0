"""The start page, the language and the legal pages, as somebody without an account meets them."""

import re

import pytest

from hub.models.participant import Participant
from hub.models.user import User
from tests.feeds import sign_in_person

# What no public page of ours may say: it would tell why somebody is here.
TELLING = re.compile(
    r"jobcenter|leistung|bürgergeld|hartz|sgb|arbeitslos|resilienz|rehabilitation|teilnehme", re.IGNORECASE
)
CHANCE = re.compile(r' (?:nonce|value|content)="[\w.~-]{20,}"')  # random signs, which may spell any word
PAGES = ["/", "/offers", "/accessibility", "/privacy", "/imprint"]


@pytest.fixture
def visitor(app):
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.mark.parametrize("path", PAGES)
def test_public_pages_open_for_everybody_and_tell_nothing(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert TELLING.search(CHANCE.sub("", answer.text)) is None
    assert answer.text.count("<h1") == 1


def test_the_start_page_shows_four_ways_in(visitor):
    text = visitor.get("/").text
    assert all(target in text for target in ('action="/offers"', 'href="/card"', 'href="tel:', 'href="/login"'))


def test_the_imprint_credits_the_sources_and_names_the_operator(app, visitor):
    text = visitor.get("/imprint").text
    assert all(source in text for source in ("OpenStreetMap", "ODbL 1.0", "GeoNames", "CC BY 4.0"))
    assert "noch nicht eingetragen" in text


def test_the_language_is_kept_in_a_cookie(visitor):
    answer = visitor.post("/language", data={"language": "en", "next": "/offers?near=Coswig"})
    assert (answer.status_code, answer.location) == (303, "/offers?near=Coswig")
    assert 'lang="en"' in visitor.get("/imprint").text
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("language=en", "HttpOnly", "SameSite=Lax"))


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "", "javascript:1"])
def test_the_way_back_never_leaves_the_house(visitor, target):
    assert visitor.post("/language", data={"language": "en", "next": target}).location == "/"


def test_an_unknown_language_changes_nothing(visitor):
    answer = visitor.post("/language", data={"language": "xx"})
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


def test_the_language_of_staff_is_kept_in_their_account(world, sign_in):
    browser = sign_in("clara")
    browser.post("/language", data={"language": "en", "next": "/offers"})
    with world.database.reading() as session:
        assert session.get(User, world.user("clara").id).locale == "en"
    assert 'lang="en"' in browser.get("/offers").text


def test_the_language_of_a_person_is_kept_with_them(app, world):
    browser = sign_in_person(app, world, "tarik")
    assert 'lang="de"' in browser.get("/me").text
    browser.post("/language", data={"language": "en", "next": "/me"})
    assert 'lang="en"' in browser.get("/me").text
    with world.database.reading() as session:
        assert session.get(Participant, world.cast.tarik.id).locale == "en"


def back_from(page):
    return re.search(r'name="next" value="([^"]*)"', page.text)[1].replace("&amp;", "&")


def test_the_language_leads_back_to_a_page_even_from_a_refused_form(world, sign_in):
    clara = sign_in("clara")
    tarik = f"/people/{world.cast.tarik.public_id}"
    assert back_from(clara.get("/people?x=1")) == "/people?x=1"
    for address, page in (
        ("/people", "/people"),  # a form whose list has the same address
        (f"{tarik}/visits", tarik),  # a form without a page of its own: what lies above it
        ("/slots/unknown/bookings", "/today"),  # nothing above it is for a coach
    ):
        answer = clara.post(address, data={})
        assert answer.status_code in (404, 422), (address, answer.status_code)
        assert back_from(answer) == page
        assert clara.get(page).status_code == 200
