"""What stands on printed sheets: the dates then to come, the card, and the code that takes back all consents."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.booking import Booking
from hub.models.card import Card
from hub.models.consent import Consent
from hub.models.slip import Slip
from hub.queries import coming_dates, sheets
from hub.queries.slips import ROOM


@dataclass(frozen=True)
class Contents:
    """One sheet and what stands on it."""

    slip: Slip
    dates: Sequence[Booking]
    card: Card | None
    withdrawal: str  # the one code that takes back all consents of the person, else empty


def load(session: Session, slips: Collection[Slip], *, at: datetime) -> list[Contents]:
    """Return the contents of these sheets in their order; a person's offers, places and codes as they are now."""
    dates = _dates(session, slips)
    people = {one.participant_id for one in slips}
    in_force = select(Card).where(Card.participant_id.in_(people), Card.blocked_at.is_(None)).order_by(Card.id)
    cards = {card.participant_id: card for card in session.scalars(in_force)}
    given: dict[int, list[Consent]] = defaultdict(list)
    consents = select(Consent).where(Consent.participant_id.in_(people), Consent.live(at)).order_by(Consent.id)
    for consent in session.scalars(consents):
        given[consent.participant_id].append(consent)
    codes = {person: sheets.code_for_all(session, given[person]) for person in people}
    return [
        Contents(one, dates[one][: ROOM[one.size]], cards.get(one.participant_id), codes[one.participant_id])
        for one in slips
    ]


def _dates(session: Session, slips: Collection[Slip]) -> dict[Slip, list[Booking]]:
    """Return the dates that were still to come when each was printed; those of one press are one statement."""
    found: dict[Slip, list[Booking]] = {}
    for since in {one.printed_at for one in slips}:
        then = [one for one in slips if one.printed_at == since]
        people = {one.participant_id for one in then}
        rows = coming_dates.list_of_people(session, people, since=since, limit=max(ROOM.values()))
        found |= {one: rows[one.participant_id] for one in then}
    return found
