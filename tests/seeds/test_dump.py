"""A dump of the database tells of nobody who they are, and opens nothing: no name, no contact, no token, no code."""

import pytest
from sqlalchemy import inspect, select, text

from hub.models.booking import Booking
from hub.models.card import Card
from hub.models.consent import Consent, Release
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry
from hub.models.participant import Participant
from hub.seeds.cast import PASSWORD
from hub.worker.delivery import deliver
from tests.demo import walk
from tests.world import AT


def mark(session) -> set[str]:
    """Write a word of its own into every field that is a person's; return the words."""
    words = {f"quz{name}" for name in ("given", "family", "phone", "email", "street", "town", "note", "visit", "way")}
    for person in session.scalars(select(Participant)):
        person.name = {"form_of_address": "quzaddress", "given": "quzgiven", "family": "quzfamily"}
        values = (("phone", "quzphone"), ("email", "quzemail@example.invalid"))
        person.contacts = [{"kind": kind, "value": value, "allowed_for": ["coach"]} for kind, value in values]
        person.home_address = {"street": "quzstreet", "town": "quztown"}
        person.notes = "quznote"
    for booking in session.scalars(select(Booking).where(Booking.slot_id.is_(None))):
        booking.title, booking.address = "quzvisit", {"street": "quzstreet"}
    for enquiry in session.scalars(select(Enquiry).where(Enquiry.contact.is_not(None))):
        enquiry.contact = {"kind": "phone", "value": "quzway"}
    for enquiry in session.scalars(select(Enquiry)):
        enquiry.feedback = enquiry.feedback and {**enquiry.feedback, "words": "quzback"}
    for sheet in session.scalars(select(ConsentSheet)):
        sheet.evidence = {"reference": "quzfile"}
    for row in [*session.scalars(select(Consent)), *session.scalars(select(Release))]:
        row.notice_text = "quznotice"
    return words | {"quzaddress", "quznotice", "quzback", "quzfile"}


def dump(database) -> str:
    """Return everything in the database as it is stored, bytes as text."""
    stored = []
    with database.engine.connect() as connection:
        for table in inspect(database.engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                stored += [
                    bytes(v).decode("utf-8", "replace") if isinstance(v, bytes | memoryview) else str(v) for v in row
                ]
    return "\n".join(stored).casefold()


@pytest.mark.slow
def test_a_dump_shows_nothing_of_a_person_after_a_day_of_work(demo):
    app, sheet = demo
    database = app.extensions["database"]
    with database.transaction() as session:
        words = mark(session)
        secrets = {card.code for card in session.scalars(select(Card))}
        secrets |= {c.withdrawal_code for c in session.scalars(select(Consent)) if c.withdrawal_code}
    # Reads are logged, feeds and logins noted; some answers are files.
    pages = [met.answer.data.decode("utf-8", "replace") for _who, met in walk(app, sheet)]
    assert {word for word in words if any(word in page for page in pages)} >= {"quzgiven", "quznote", "quzphone"}
    browser = app.test_client()
    for _label, path in sheet.feeds:
        assert browser.get(path).status_code == 200
    assert browser.post("/login", data={"email": "quzlogin@x.invalid", "password": "quzpassword"}).status_code == 422
    browser.get("/offers?near=quzsearch")
    deliver(database, app.extensions["config"], lambda _mail: None, at=AT)
    stored = dump(database)
    assert "demo.invalid" in stored
    assert [word for word in sorted(words | {"quzlogin", "quzpassword", "quzsearch"}) if word in stored] == []
    own = [path for _label, path in sheet.feeds if path.startswith("/feeds/")]
    tokens = {path.removeprefix("/feeds/").removesuffix(".ics") for path in own}
    assert len(tokens) == 5
    for secret in secrets | tokens | {PASSWORD}:
        assert secret.casefold() not in stored, secret
