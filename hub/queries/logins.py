"""Questions about signed-in browsers: the one behind a cookie, an actor's own, and ending them."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, bindparam, select, update
from sqlalchemy.orm import Session

from hub import crypto
from hub.errors import NotFound
from hub.models.card import Card
from hub.models.login import LONGEST, Login
from hub.models.participant import Participant
from hub.models.user import User
from hub.policy.actor import Actor, ActorKind
from hub.queries.users import find_actor

_OF_TOKEN = (  # built once, as every page asks it
    select(Login, User.locale, Participant.locale)
    .outerjoin(User, Login.user_id == User.id)
    .outerjoin(Card, Login.card_id == Card.id)
    .outerjoin(Participant, Card.participant_id == Participant.id)
    .where(Login.token_digest == bindparam("digest"))
)


def find_login(session: Session, token: str) -> tuple[Login, str] | None:
    """Return the login a cookie refers to, with the locale of its account or person; alive or not."""
    row = session.execute(_OF_TOKEN, {"digest": crypto.token_digest(token)}).one_or_none()
    return (row[0], row[1] or row[2]) if row else None


def find_actor_of(session: Session, login: Login, *, request_id: str) -> Actor | None:
    """Return whom a login stands for; None when the account is disabled or the card blocked."""
    if login.user_id is not None:
        return find_actor(session, login.user_id, request_id=request_id)
    card = session.scalar(select(Card).where(Card.id == login.card_id, Card.blocked_at.is_(None)))
    return person_actor(card, request_id=request_id) if card is not None else None


def person_actor(card: Card, *, request_id: str) -> Actor:
    """Return the actor who holds a card."""
    return Actor(
        ActorKind.PERSON,
        card.public_id,
        participant_id=card.participant_id,
        card_id=card.id,
        request_id=request_id,
    )


def find_card_by_code(session: Session, code: str) -> Card | None:
    """Return the card with this code, blocked or not; letters in any case, spaces and dashes ignored."""
    return session.scalar(select(Card).where(Card.code_digest == card_digest(code)))


def card_digest(code: str) -> str:
    """Return the stored form of a card's code as people type it."""
    return crypto.ring().digest("card", "".join(letter for letter in code.casefold() if letter.isalnum()))


def list_own_logins(session: Session, actor: Actor, *, at: datetime) -> list[Login]:
    """Return the actor's signed-in browsers, the latest first."""
    query = select(Login).where(_own(actor), Login.ended_at.is_(None), Login.created_at > at - LONGEST)
    return [login for login in session.scalars(query.order_by(Login.seen_at.desc())) if login.alive(at)]


def get_own_login(session: Session, actor: Actor, public_id: str) -> Login:
    """Return one of the actor's own logins; raises NotFound (404)."""
    login = session.scalar(select(Login).where(_own(actor), Login.public_id == public_id))
    if login is None:
        raise NotFound
    return login


def end_logins_of(session: Session, user_id: int, *, at: datetime, but: str | None = None) -> int:
    """End all logins of an account, except the one with the token `but`; return how many ended."""
    query = update(Login).where(Login.user_id == user_id, Login.ended_at.is_(None))
    if but is not None:
        query = query.where(Login.token_digest != crypto.token_digest(but))
    return _run(session, query.values(ended_at=at))


def end_all_logins(session: Session, *, at: datetime) -> int:
    """Sign everybody out; return how many logins ended."""
    return _run(session, update(Login).where(Login.ended_at.is_(None)).values(ended_at=at))


def end_logins_of_card(session: Session, card_id: int, *, at: datetime) -> int:
    """End all logins of a card; return how many ended."""
    return _run(session, update(Login).where(Login.card_id == card_id, Login.ended_at.is_(None)).values(ended_at=at))


def note_seen(session: Session, login_id: int, *, at: datetime) -> None:
    """Move the instant from which idling counts."""
    _run(session, update(Login).where(Login.id == login_id, Login.seen_at < at).values(seen_at=at))


def _own(actor: Actor) -> ColumnElement[bool]:
    if actor.kind is ActorKind.PERSON:
        return Login.card_id == actor.card_id
    return Login.user_id == actor.user_id


def _run(session: Session, statement: Any) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
