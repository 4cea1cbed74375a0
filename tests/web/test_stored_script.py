"""Script that somebody stored in any field stays text: on every page for everybody, in attributes, and in mails."""

from collections import Counter
from html.parser import HTMLParser

import pytest
from sqlalchemy import Enum, String, Text, select, update
from sqlalchemy.exc import IntegrityError

from hub.db import Sealed
from hub.models import Base
from hub.models.barrier import Barrier
from hub.models.booking import Booking
from hub.models.consent import Consent, Release
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.worker.delivery import deliver
from tests.demo import walk
from tests.world import AT

SCRIPT = "\"'><svg/onload=qx()>"  # closes attributes of both kinds and the tag, then runs; fits into 24 signs
FOLDED = {"offer_trigrams", "demands", "demand_requests"}  # letters, digits and official keys only: nobody writes them
ONLY_ADDED = {"log_entries", "log_subjects", "log_chain", "disclosures", "consent_events", "release_events"}
# What no hand writes: keys, digests, codes of closed lists. Every other text is planted, a new one too.
MACHINE = {
    *("crowding", "trouble", "headings_digest", "content_digest", "district"),
    *("interpreter", "helper", "form_reason", "purpose", "ground"),
    *("public_id", "reference", "code", "email", "etag", "template", "kind", "key_digest", "token_digest"),
    *("code_digest", "pin_hash", "password_hash", "name_digest", "notice_hash", "withdrawal_digest", "locale"),
    *("notice_locale", "notice_version", "municipality_code", "access", "day_starts", "day_ends"),
    *("made_by", "cancelled_by", "cancelled_why", "marked_by", "idempotency_key", "key", "seen", "said"),
    *("detail", "priority", "reason", "answer", "ended_by", "ended_why", "routing", "frequency", "zone", "postal_code"),
}
# Codes, checked in code.
SEALED_MACHINE = {"log_key", "code", "withdrawal_code", "content", "criteria", "access_needs", "clinical_needs"}


class Reader(HTMLParser):
    """Reads a page as a browser does and notes what would run."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            target = (value or "").strip().lower()
            if name.startswith("on") or set(name) & set("\"'<>=()") or target.startswith(("javascript:", "data:text")):
                self.runs.append(f"<{tag} {name}={value!r}>")


def runs(page: str) -> list[str]:
    """Name what would run on a page."""
    reader = Reader()
    reader.feed(page)
    return reader.runs + (["the script itself"] if SCRIPT in page or "<svg/onload" in page else [])


def written_columns():
    """Give every column of text that people may have written."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            text = isinstance(column.type, String | Text) and not isinstance(column.type, Enum)
            if text and table.name not in ONLY_ADDED | FOLDED and column.name not in MACHINE:
                yield table, column


def plant(session) -> None:
    """Write the script into every field of every row."""
    for table, column in written_columns():
        try:
            with session.begin_nested():
                session.execute(update(table).values({column.name: SCRIPT}))
        except IntegrityError:  # it must differ from row to row: then one row will do
            one = session.scalar(select(table.c.id).limit(1))
            session.execute(update(table).where(table.c.id == one).values({column.name: SCRIPT}))
    plant_sealed(session)
    session.execute(update(Offer).values(join_link=f"https://example.invalid/{SCRIPT}"))


def plant_sealed(session) -> None:
    """Write the script into what is sealed, of persons and of their papers, and of a barrier somebody told of."""
    session.add(Barrier(words=SCRIPT, answer_to=SCRIPT, told_at=AT))
    for person in session.scalars(select(Participant)):
        person.name = dict.fromkeys(person.name, SCRIPT)
        person.contacts = [{"kind": kind, "value": SCRIPT, "allowed_for": ["coach"]} for kind in ("phone", "email")]
        person.home_address = {"street": SCRIPT, "town": SCRIPT}
        person.notes = SCRIPT
    for booking in session.scalars(select(Booking).where(Booking.address.is_not(None))):
        booking.title, booking.address = SCRIPT, {"street": SCRIPT, "town": SCRIPT}
    for paper in [row for kind in (Consent, ConsentSheet, Release) for row in session.scalars(select(kind))]:
        paper.evidence = paper.evidence and {**paper.evidence, "reference": SCRIPT}
        if not isinstance(paper, ConsentSheet):
            paper.notice_text = SCRIPT
    for enquiry in session.scalars(select(Enquiry)):
        enquiry.contact = enquiry.contact and {"kind": "phone", "value": SCRIPT}
        enquiry.feedback = enquiry.feedback and {**enquiry.feedback, "words": SCRIPT}


@pytest.mark.slow
def test_script_in_every_field_stays_text_on_every_page_and_in_every_mail(demo):
    app, sheet = demo
    database = app.extensions["database"]
    with database.transaction() as session:
        plant(session)
    wrong, shown, broken = [], Counter(), []
    for who, met in walk(app, sheet):
        if met.answer.status_code >= 500:
            broken.append(f"{who}: {met.path}")
        if met.answer.mimetype == "text/html":
            wrong += [f"{who}: {met.path}: {what}" for what in runs(met.answer.text)]
            shown[who] += "qx()" in met.answer.text
    assert (wrong, broken) == ([], [])
    assert sum(shown.values()) >= 60
    assert min(shown[who] for who in ("clara", "sven", "nora", "otto", "tarik", "nobody")) >= 1
    mails = []
    deliver(database, app.extensions["config"], mails.append, at=AT)
    assert mails
    assert {part.get_content_type() for mail in mails for part in mail.walk()} == {"text/plain"}
    assert all("\n" not in str(value) for mail in mails for value in mail.values())


def test_what_would_run_is_seen():
    assert runs(f"<p>{SCRIPT}</p>")
    assert runs(f'<input value="{SCRIPT}">')
    assert runs('<input value="" onload="qx()">')
    assert runs('<a href=" JavaScript:qx()">')
    assert runs('<p title="&#34;&#39;&gt;&lt;svg/onload=qx()&gt;">&lt;svg/onload=qx()&gt;</p>') == []


def test_every_sealed_field_is_planted_or_a_code():
    planted = {
        "name",
        "contacts",
        "home_address",
        "notes",
        "title",
        "address",
        "notice_text",
        "evidence",
        "contact",
        "feedback",
        *("words", "answer_to"),
    }
    sealed = {c.name for table in Base.metadata.sorted_tables for c in table.columns if isinstance(c.type, Sealed)}
    assert sealed == planted | {"join_link", "url", "preview"} | SEALED_MACHINE
