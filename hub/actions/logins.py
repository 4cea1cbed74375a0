"""Signing in and out: with e-mail and password, or with the code and PIN of a card.

Signing in takes three steps in three transactions, so that no lock is held while a password is hashed:
`take_tries` (writing), `recognise…` (reading), `sign_in…` (writing). Unknown and known accounts take the same path.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from hub import crypto
from hub.actions import limits, log
from hub.models.card import Card
from hub.models.login import Attempt, Login
from hub.models.user import User
from hub.policy.actor import ANONYMOUS, Actor, ActorKind
from hub.queries import logins, users


def take_tries(session: Session, *, email: str, address: str, at: datetime) -> list[Attempt]:
    """Count a try at an account before it is made; raises TooManyAttempts (429), known account or not."""
    return [
        limits.take_try(session, "login", _pair(email, address), at),
        limits.take_try(session, "login.account", _normal(email), at),
        limits.take_try(session, "login.client", address, at),
    ]


def take_card_tries(session: Session, *, code: str, address: str, at: datetime) -> list[Attempt]:
    """Count a try at a card before it is made; raises TooManyAttempts (429), known code or not."""
    return [
        limits.take_try(session, "pin", logins.card_digest(code), at),
        limits.take_try(session, "card_code", address, at),
    ]


def take_back(session: Session, tries: list[Attempt]) -> None:
    """Uncount tries that turned out to be right."""
    limits.take_back(session, tries)


def recognise(session: Session, *, email: str, password: str, demo: bool = False) -> str | None:
    """Return the stored hash that this account's password fits, else None; accounts of the demo only where allowed."""
    user = users.find_user_by_email(session, email)
    usable = user is not None and user.disabled_at is None and (demo or not user.demo)
    stored = user.password_hash if user is not None and usable else None
    return stored if crypto.verify_password(stored, password) else None


def recognise_card(session: Session, *, code: str, pin: str) -> str | None:
    """Return the stored hash that this card's PIN fits, else None; a blocked card has none."""
    card = logins.find_card_by_code(session, code)
    stored = card.pin_hash if card is not None and card.blocked_at is None else None
    return stored if crypto.verify_password(stored, pin) else None


def sign_in(
    session: Session,
    *,
    email: str,
    address: str,
    fitting: str | None,
    tries: list[Attempt],
    client: str,
    request_id: str = "",
    at: datetime,
) -> tuple[str, Login] | None:
    """Open a login when `recognise` found a fitting hash that still stands; log it either way (R-AUD-02)."""
    user = users.find_user_by_email(session, email)
    if user is None or fitting is None or user.password_hash != fitting or user.disabled_at is not None:
        _log_failure(session, user, request_id, at)
        return None
    take_back(session, tries)
    limits.forget(session, "login", _pair(email, address))
    actor = Actor(ActorKind.STAFF, user.public_id, user_id=user.id, request_id=request_id)
    return _open(session, Login(user_id=user.id, client=client), user, actor, at)


def sign_in_card(
    session: Session,
    *,
    code: str,
    fitting: str | None,
    tries: list[Attempt],
    shared: bool,
    client: str,
    request_id: str = "",
    at: datetime,
) -> tuple[str, Login] | None:
    """Open a login for the person who holds the card; `shared` devices idle out sooner. Logged either way."""
    card = logins.find_card_by_code(session, code)
    if card is None or fitting is None or card.pin_hash != fitting or card.blocked_at is not None:
        _log_failure(session, card, request_id, at)
        return None
    take_back(session, tries)
    limits.forget(session, "pin", logins.card_digest(code))
    actor = logins.person_actor(card, request_id=request_id)
    return _open(session, Login(card_id=card.id, client=client, shared=shared), card, actor, at)


def sign_out(session: Session, *, actor: Actor, token: str, at: datetime) -> None:
    """End the login a cookie refers to."""
    found = logins.find_login(session, token)
    if found is not None and found[0].ended_at is None:
        found[0].ended_at = at
        log.record(session, actor=actor, action="login.ended", thing=found[0], at=at)


def end_own_login(session: Session, *, actor: Actor, public_id: str, at: datetime) -> Login:
    """End one of the actor's own signed-in browsers; raises NotFound (404) for anybody else's."""
    login = logins.get_own_login(session, actor, public_id)
    if login.ended_at is None:
        login.ended_at = at
        log.record(session, actor=actor, action="login.ended", thing=login, at=at)
    return login


def _open(session: Session, login: Login, owner: User | Card, actor: Actor, at: datetime) -> tuple[str, Login]:
    token = crypto.new_token(256)
    login.token_digest = crypto.token_digest(token)
    login.created_at = login.seen_at = at
    session.add(login)
    log.record(session, actor=actor, action="login.made", thing=owner, at=at)
    session.flush()
    return token, login


def _log_failure(session: Session, owner: User | Card | None, request_id: str, at: datetime) -> None:
    stranger = replace(ANONYMOUS, request_id=request_id)
    log.record(session, actor=stranger, action="login.failed", thing=owner, result="refused", at=at)


def _normal(email: str) -> str:
    return email.strip().lower()


def _pair(email: str, address: str) -> str:
    return f"{_normal(email)}\0{address}"
