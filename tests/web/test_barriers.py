"""Telling of a barrier without a login, and looking after it."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from hub.actions.barriers import settle_barrier
from hub.actions.limits import LIMITS
from hub.errors import NotAllowed
from hub.models.barrier import LONGEST_WORDS, Barrier
from hub.models.log import LogEntry
from hub.models.notice import Notice
from tests.feeds import sign_in_person

FORM = "/accessibility/barrier"
WORDS = "Der Knopf Absenden ist ohne Maus nicht zu erreichen."


def visitor(app, csrf=False):
    app.config["WTF_CSRF_ENABLED"] = csrf
    return app.test_client()


def told(world):
    with world.database.reading() as session:
        return session.scalars(select(Barrier).order_by(Barrier.id)).all()


def test_the_statement_leads_to_the_form_and_the_form_keeps_the_words(app, world):
    browser = visitor(app)
    assert f'href="{FORM}"' in browser.get("/accessibility").text
    answer = browser.post(FORM, data={"words": WORDS, "answer_to": "03591 1"})
    assert (answer.status_code, answer.location) == (303, "/accessibility")
    assert "Ihre Meldung ist angekommen" in browser.get("/accessibility").text
    assert [(one.words, one.answer_to, one.settled_at) for one in told(world)] == [(WORDS, "03591 1", None)]


def test_who_came_with_a_card_finds_back_behind_it_and_nobody_else_is_sent_there(app, world, sign_in):
    person = sign_in_person(app, world, "tarik")
    back = 'href="/me">Meine Termine</a>'
    for path in ("/accessibility", FORM, "/privacy", "/imprint"):
        assert back in person.get(path).text, path
        assert back not in visitor(app).get(path).text, path
        assert back not in sign_in("clara").get(path).text, path
    assert back not in person.get("/me").text


def test_nothing_in_the_database_can_be_read_without_the_keys(app, world):
    visitor(app).post(FORM, data={"words": WORDS, "answer_to": "03591 424242"})
    with world.database.reading() as session:
        row = " ".join(map(str, session.execute(text("SELECT words, answer_to FROM barriers")).one()))
    assert "Knopf" not in row
    assert "424242" not in row


def test_a_visitor_without_an_account_needs_the_token_of_the_form(app, world):
    browser = visitor(app, csrf=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(FORM).text)
    assert token is not None
    assert browser.post(FORM, data={"words": WORDS}).status_code == 400
    assert told(world) == []
    assert browser.post(FORM, data={"words": WORDS, "csrf_token": token[1]}).status_code == 303
    assert len(told(world)) == 1


@pytest.mark.parametrize(
    "entries",
    [
        {"words": "  ", "answer_to": "mira@example.invalid"},
        {"words": "x" * (LONGEST_WORDS + 1), "answer_to": "mira@example.invalid"},
    ],
)
def test_after_a_fault_the_entries_stay_and_a_summary_says_what_to_do(app, world, entries):
    answer = visitor(app).post(FORM, data=entries)
    assert answer.status_code == 422
    assert 'value="mira@example.invalid"' in answer.text
    assert entries["words"].strip() in answer.text
    assert 'href="#words"' in answer.text
    assert 'aria-describedby="words-error"' in answer.text
    assert told(world) == []


def test_one_address_cannot_fill_the_list_and_loses_no_words(app, world):
    browser, most = visitor(app), LIMITS["barrier"].tries
    for _ in range(most):
        assert browser.post(FORM, data={"words": WORDS}).status_code == 303
    refused = browser.post(FORM, data={"words": "Noch etwas"})
    assert refused.status_code == 429
    assert "Noch etwas" in refused.text
    assert len(told(world)) == most


def test_coordinators_hear_that_something_is_new_and_nobody_else_does(app, world):
    visitor(app).post(FORM, data={"words": WORDS})
    with world.database.reading() as session:
        notices = session.execute(select(Notice.user_id, Notice.template)).all()
    assert notices == [(world.user("nora").id, "staff_news")]


def test_the_coordinator_reads_it_and_notes_once_that_it_is_settled(app, world, sign_in):
    visitor(app).post(FORM, data={"words": "<b>Zu klein</b>", "answer_to": ""})
    nora = sign_in("nora")
    assert "Gemeldete Barrieren: 1 offen" in nora.get("/organisations").text
    page = nora.get("/barriers").text
    assert "&lt;b&gt;Zu klein" in page
    assert "Ohne Antwortweg." in page
    one = told(world)[0]
    for _ in range(2):
        assert nora.post(f"/barriers/{one.public_id}/settlement").status_code == 303
    assert "offen" not in nora.get("/organisations").text.partition("Gemeldete Barrieren")[2][:30]
    assert "/settlement" not in nora.get("/barriers").text
    done = told(world)[0]
    assert (done.settled_by_id, done.settled_at is not None) == (world.user("nora").id, True)
    with world.database.reading() as session:
        query = select(func.count(LogEntry.id)).where(LogEntry.action == "barrier.settled")
        assert session.scalar(query) == 1


def test_for_everybody_else_there_is_no_such_list(app, world, sign_in, subtests):
    visitor(app).post(FORM, data={"words": WORDS})
    one = told(world)[0]
    for key in ("clara", "frank", "lena", "petra", "anna", "otto", "fred"):
        with subtests.test(key=key):
            browser = sign_in(key)
            assert browser.get("/barriers").status_code == 404
            assert browser.post(f"/barriers/{one.public_id}/settlement").status_code == 404
            with pytest.raises(NotAllowed):
                world.do(settle_barrier, actor=world.actor(key), barrier=one, at=world.at)
    assert told(world)[0].settled_at is None


def test_the_statement_names_the_enforcement_body_that_is_configured(app, world):
    browser = visitor(app)
    assert "Durchsetzungsstelle Musterland" not in browser.get("/accessibility").text
    named = {"enforcement_body": "Durchsetzungsstelle Musterland", "enforcement_url": "https://stelle.invalid/"}
    app.extensions["config"] = replace(app.extensions["config"], **named)
    text = browser.get("/accessibility").text
    assert "Durchsetzungsstelle Musterland" in text
    assert 'href="https://stelle.invalid/"' in text


def test_every_page_says_at_the_same_place_that_paper_and_a_talk_do_as_well(app, world, sign_in):
    said = "Alles geht auch auf Papier oder persönlich."
    app.extensions["config"] = replace(app.extensions["config"], operator_address="Markt 1, 02625 Bautzen")
    for browser, path in ((visitor(app), "/"), (visitor(app), FORM), (sign_in("clara"), "/today")):
        foot = browser.get(path).text.partition('<footer class="foot">')[2]
        assert 0 < foot.index('href="tel:') < foot.index(f"{said} Markt 1") < foot.index("foot-links"), path
