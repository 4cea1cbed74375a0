"""Issuing, reissuing and blocking the printed card, and setting its PIN."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from hub import crypto
from hub.actions import log
from hub.errors import InvalidInput, StepNotPossible
from hub.i18n import N_
from hub.models.card import Card
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import cards, logins, participants

CODE_LENGTH = 12
SHORTEST_PIN, LONGEST_PIN = 4, 8


def issue_card(session: Session, *, actor: Actor, participant: Participant, at: datetime) -> Card:
    """Give a person a new card; earlier ones stop working at once, with every browser signed in with them."""
    require(actor, Permission.ISSUE_CARD, participant)
    participants.lock_participant(session, participant.id)  # two issues at once must not leave two cards in force
    _block_all(session, participant, at)
    code = "".join(secrets.choice(crypto.ALPHABET) for _ in range(CODE_LENGTH))
    card = Card(participant_id=participant.id, code=code, code_digest=logins.card_digest(code), issued_at=at)
    card.participant = participant
    session.add(card)
    session.flush()
    log.record(session, actor=actor, action="card.issued", thing=card, about=[participant], at=at)
    return card


def block_card(session: Session, *, actor: Actor, participant: Participant, at: datetime) -> None:
    """Block a person's card: code and PIN open nothing any more; raises StepNotPossible when there is none."""
    require(actor, Permission.ISSUE_CARD, participant)
    participants.lock_participant(session, participant.id)
    blocked = _block_all(session, participant, at)
    if not blocked:
        raise StepNotPossible(N_("Es gibt keine gültige Karte."))
    log.record(session, actor=actor, action="card.blocked", thing=blocked[-1], about=[participant], at=at)


def set_pin(
    session: Session, *, actor: Actor, card: Card, pin: str, at: datetime, witness: Actor | None = None
) -> None:
    """Set the PIN of the own card (four to eight digits); `card.participant` must be loaded.

    The actor is the person. `witness` is the member of staff who handed the device over; the log names both, so that
    nobody sets a PIN for somebody else unseen.
    """
    require(actor, Permission.SET_PIN, card.participant)
    _require_good_pin(pin)
    if card.blocked_at is not None:
        raise StepNotPossible(N_("Diese Karte ist gesperrt."))
    card.pin_hash = crypto.hash_password(pin)
    logins.end_logins_of_card(session, card.id, at=at)
    about = [card.participant]
    if witness is not None:
        log.record(session, actor=witness, action="card.handed_over", thing=card, about=about, at=at)
    log.record(session, actor=actor, action="card.pin_set", thing=card, about=about, at=at)


def _require_good_pin(pin: str) -> None:
    """Raise InvalidInput unless the PIN has four to eight digits and is not the first one everybody tries."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        message = N_("Bitte vier bis acht Ziffern.")
        raise InvalidInput(fields={"pin": message})
    rising = "01234567890"
    if len(set(pin)) == 1 or pin in rising or pin in rising[::-1]:
        raise InvalidInput(fields={"pin": N_("Diese PIN errät man leicht. Bitte wählen Sie eine andere.")})


def _block_all(session: Session, participant: Participant, at: datetime) -> list[Card]:
    blocked = cards.list_unblocked(session, participant.id)
    for card in blocked:
        card.blocked_at = at
        logins.end_logins_of_card(session, card.id, at=at)
    return blocked
