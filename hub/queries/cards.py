"""Questions about cards: the code as people type it, the card behind it, a person's own, and the start number."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from hub import crypto
from hub.errors import NotFound
from hub.models.card import Card
from hub.models.participant import Participant
from hub.models.subscription import Subscription
from hub.policy.actor import Actor
from hub.policy.scopes import cards_for
from hub.queries.logins import card_digest

STARTING = timedelta(hours=24)  # how long the start number on a new slip sets the first PIN


def grouped(code: str) -> str:
    """Return a code in groups of four, as it is printed and read aloud: "7F2M-9QXA-KB3D"."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4)).upper()


def find_open_card(session: Session, code: str) -> Card | None:
    """Return the unblocked card with this code and its person, or None."""
    query = select(Card).where(Card.code_digest == card_digest(code), Card.blocked_at.is_(None))
    return session.scalar(query.options(joinedload(Card.participant).joinedload(Participant.coach)))


def find_card(session: Session, participant_id: int) -> Card | None:
    """Return the person's card in force (the newest unblocked one), or None."""
    query = select(Card).where(Card.participant_id == participant_id, Card.blocked_at.is_(None))
    return session.scalar(query.order_by(Card.id.desc()).limit(1))


def find_with_feeds(session: Session, participant_id: int) -> tuple[Card | None, list[Subscription]]:
    """Return the person's card in force or None, and the running feeds in order, in one statement.

    Of a feed a coach may know the name and the day of the last fetch.
    """
    in_force = and_(Card.participant_id == Participant.id, Card.blocked_at.is_(None))
    running = and_(Subscription.participant_id == Participant.id, Subscription.ended_at.is_(None))
    query = select(Card, Subscription).select_from(Participant).where(Participant.id == participant_id)
    query = query.outerjoin(Card, in_force).outerjoin(Subscription, running)
    rows: Sequence[Any] = session.execute(query.order_by(Card.id, Subscription.id)).all()
    return rows[-1][0], list(dict.fromkeys(feed for _, feed in rows if feed is not None))


def get_card(session: Session, actor: Actor, participant_id: int, *, at: datetime) -> Card:
    """Return the card in force of a person the actor looks after (or is), with the person; raises NotFound."""
    query = cards_for(actor, at).where(Card.participant_id == participant_id, Card.blocked_at.is_(None))
    card: Card | None = session.scalar(query.options(joinedload(Card.participant)).order_by(Card.id.desc()).limit(1))
    if card is None:
        raise NotFound
    return card


def list_unblocked(session: Session, participant_id: int) -> list[Card]:
    """Return all cards of a person that still open their page, locked by id."""
    query = select(Card).where(Card.participant_id == participant_id, Card.blocked_at.is_(None))
    return list(session.scalars(query.order_by(Card.id).with_for_update()))


def start_number(card: Card) -> str:
    """Return the six digits that set the first PIN; derived from the key ring, so nothing of it is stored."""
    digest = crypto.ring().digest("card-start", f"{card.public_id} {card.issued_at.isoformat()}")
    return f"{int(digest[:12], 16) % 1_000_000:06d}"


def start_number_works(card: Card, at: datetime) -> bool:
    """Tell whether the start number still sets the first PIN: within a day of issue, and only while there is none."""
    return card.pin_hash is None and card.blocked_at is None and at < card.issued_at + STARTING
