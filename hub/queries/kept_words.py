"""Whether the words that persons read are still the ones they read: each kept text against the hash beside it."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.consent import Consent, Release
from hub.queries.consent_texts import digest

BATCH = 500


def count_words(session: Session) -> tuple[int, list[str]]:
    """Return how many kept texts were read, and the records whose text is not the one its hash was made of."""
    found, changed = 0, []
    for model in (Consent, Release):
        for public_id, text, kept in _texts(session, model):
            found += 1
            if digest(text) != kept:
                changed.append(public_id)
    return found, changed


def _texts(session: Session, model: type[Consent] | type[Release]) -> Iterator[tuple[str, str, str]]:
    """Yield the texts of one table, opened, a batch at a time."""
    after = 0
    while True:
        query = select(model.id, model.public_id, model.notice_text, model.notice_hash).where(model.id > after)
        rows = session.execute(query.order_by(model.id).limit(BATCH)).all()
        if not rows:
            return
        for _, public_id, text, kept in rows:
            yield public_id, text, kept
        after = rows[-1][0]
