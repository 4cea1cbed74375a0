"""The code on the slip: two steps without login, no personal data, the same words for right and wrong codes."""

import re

from hub.models.consent import ConsentState
from hub.models.log import LogEntry
from tests.loop import now, rows, sent_enquiry


def walk(browser, code):
    """Type a code, confirm, and return the pages seen."""
    first = browser.post("/withdrawal", data={"code": code})
    second = browser.post("/withdrawal", data={"code": code, "sure": "yes"})
    pages = [first.text.replace(code, ""), second.location, browser.get(second.location).text]
    return [re.sub(r'name="csrf_token" value="[^"]*"', "", page) for page in pages]


def test_the_code_withdraws_and_tells_nothing(world, app):
    app.config["WTF_CSRF_ENABLED"] = False
    _, consent = sent_enquiry(world)
    code, browser = now(world, consent).withdrawal_code, app.test_client()
    assert browser.get("/withdrawal").status_code == 200
    assert browser.post("/withdrawal", data={"code": code}).status_code == 200
    assert now(world, consent).state is ConsentState.GIVEN, "only the second step does it"
    right = walk(browser, code)
    assert now(world, consent).state is ConsentState.WITHDRAWN
    assert walk(browser, "abcdefghj") == right, "a wrong code gets the very same pages"
    for secret in ("Tarik", "Klinik", "Rückenschule", "Eingliederung"):
        assert secret not in "".join(map(str, right))
    entry = rows(world, LogEntry, LogEntry.action == "consent.withdrawn")[0]
    assert entry.actor_kind == "person"


def test_guessing_is_limited(app, world):
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    answers = [browser.post("/withdrawal", data={"code": f"x{n}", "sure": "yes"}).status_code for n in range(16)]
    assert answers == [303] * 15 + [429]
