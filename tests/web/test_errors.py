"""Error pages and what of them is logged."""

import pytest
from sqlalchemy import select

from hub.models.log import LogEntry


def denials(world):
    with world.database.reading() as session:
        return list(session.scalars(select(LogEntry).where(LogEntry.action == "access.denied")))


def test_who_is_not_signed_in_gets_the_same_redirect_for_every_address(app):
    browser = app.test_client()
    for path in ("/account", "/users/aaaabbbbccccdddd", "/nowhere", "/logout", "/log"):
        answer = browser.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/login?next={path}"
    assert browser.post("/users/aaaabbbbccccdddd/closure").status_code in (303, 400)


def test_a_denied_access_of_somebody_signed_in_is_logged_once(world, sign_in):
    sign_in("clara").get("/users/aaaabbbbccccdddd")
    (entry,) = denials(world)
    assert entry.actor_ref == world.cast.clara.public_id
    assert (entry.purpose, entry.result) == ("users.show_user", "404")
    assert (entry.object_type, entry.object_ref) == ("address", "aaaabbbbccccdddd")
    assert len(entry.request_id) == 16


def test_an_address_that_does_not_exist_is_not_a_denied_access(world, sign_in):
    assert sign_in("clara").get("/nowhere").status_code == 404
    assert denials(world) == []


@pytest.mark.parametrize("words", ["a%0d%0aforged", "x" * 30, "<script>", "ä b"])
def test_the_log_keeps_no_words_that_were_typed_into_an_address(world, sign_in, words):
    sign_in("clara").get(f"/users/{words}")
    assert [entry.object_ref for entry in denials(world)] == [""]


def test_an_error_page_says_what_to_do_next(sign_in):
    page = sign_in("otto").get("/nowhere")
    assert page.status_code == 404
    assert "Diese Seite gibt es nicht." in page.text
    assert 'href="/users"' in page.text
    assert "Fehler 404" in page.text
