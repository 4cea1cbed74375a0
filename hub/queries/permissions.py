"""Whether the house may write to a person now, and how: asked each time something would leave (E6, R-CON-12)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.consent import Consent, MessageChannel, MessagePurpose, Scope
from hub.models.notice import Channel
from hub.models.participant import Participant
from hub.queries.reminders import WHEN, When

OWN_SCOPES = (Scope.MESSAGES, Scope.EVALUATION)
# What a person calls a way, and what the outbox calls it.
WAYS: Mapping[str, Channel] = {
    MessageChannel.PHONE: Channel.CALL,
    MessageChannel.EMAIL: Channel.EMAIL,
    MessageChannel.LETTER: Channel.PRINT,
    MessageChannel.MESSAGE: Channel.MESSAGE,
}
KINDS: Mapping[Channel, tuple[str, ...]] = {
    Channel.CALL: ("phone", "mobile"),
    Channel.EMAIL: ("email",),
    Channel.MESSAGE: ("phone", "mobile"),
}
CALENDAR = "calendar"  # what the choice calls an entry in the mail
Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Choice = Mapping[str, str]  # purpose → way, and how in detail


def contact_of(person: Participant, channel: Channel) -> str:
    """Return the number or address for a way, empty where there is none the coach may use."""
    kinds = KINDS.get(channel, ())
    fitting = (one for one in person.contacts if one["kind"] in kinds and "coach" in one.get("allowed_for", ()))
    return next((str(one["value"]) for one in fitting), "")


def channels_of(person: Participant, *, messages: bool) -> list[MessageChannel]:
    """Return the ways this person can be reached at all; `messages` says whether the house sends short ones."""
    ways = [MessageChannel(way) for way, channel in WAYS.items() if contact_of(person, channel)]
    ways += [MessageChannel.LETTER] if person.home_address else []
    return [way for way in ways if messages or way is not MessageChannel.MESSAGE]


def require_choice(person: Participant, choice: Choice, *, messages: bool) -> dict[str, str]:
    """Return the choice as it is kept: a way for each purpose, for reminders when, in mails about dates an entry.

    `messages` says whether the house sends short ones; raises InvalidInput for a way the person does not have, or for
    none at all.
    """
    ways = {str(name): str(way) for name, way in choice.items() if name not in (WHEN, CALENDAR)}
    when = choice.get(WHEN) or When.DAY_BEFORE
    known = set(ways) <= set(MessagePurpose) and set(ways.values()) <= set(channels_of(person, messages=messages))
    if not (ways and known and when in set(When)):
        raise InvalidInput(fields={"changes": N_("Bitte wählen Sie mindestens einen Weg.")})
    by_mail = MessageChannel.EMAIL in (ways.get(MessagePurpose.CHANGES), ways.get(MessagePurpose.REMINDERS))
    entry = {CALENDAR: "yes"} if by_mail and wants_entry(choice) else {}
    return ways | ({WHEN: str(when)} if MessagePurpose.REMINDERS in ways else {}) | entry


def list_choices(session: Session, participant_ids: Iterable[int], *, at: datetime) -> dict[int, Choice]:
    """Return what these people chose (E6), of each what is in force now; who chose nothing is left out. One statement.

    As in `consents.find_live` the newest counts.
    """
    query = select(Consent).where(Consent.participant_id.in_(set(participant_ids)), Consent.scope == Scope.MESSAGES)
    found = session.scalars(query.where(Consent.live(at)).order_by(Consent.given_at, Consent.id))
    return {one.participant_id: one.content or {} for one in found}


def has_chosen(participant_id: Column, at: datetime) -> ColumnElement[bool]:
    """Whether the person has allowed messages at all; which way is sealed and read in Python."""
    given = select(Consent.id).where(Consent.participant_id == participant_id, Consent.scope == Scope.MESSAGES)
    return given.where(Consent.live(at)).exists()


def way_for(choice: Choice, purpose: str) -> Channel | None:
    """Return the way the person chose for this purpose, or None: then nothing is sent (T7)."""
    return WAYS.get(choice.get(purpose, ""))


def wants_entry(choice: Choice) -> bool:
    """Tell whether mails about dates shall carry an entry for the person's own calendar."""
    return choice.get(CALENDAR) == "yes"


def find_channel(session: Session, *, participant_id: int, purpose: str, at: datetime) -> Channel | None:
    """Return the way a person chose for this purpose, as it is in force now, or None."""
    return way_for(list_choices(session, [participant_id], at=at).get(participant_id, {}), purpose)


def find_line(session: Session, sheet_id: int) -> Consent | None:
    """Return the one question of a sheet about messages or evaluation, with its person; None for another sheet."""
    query = select(Consent).where(Consent.sheet_id == sheet_id, Consent.scope.in_(OWN_SCOPES))
    return session.scalars(query.options(joinedload(Consent.participant))).one_or_none()


def list_own(session: Session, participant_id: int, *, at: datetime) -> dict[Scope, Consent]:
    """Return the person's own E6 and E7 in force, the newest of each. One statement."""
    query = select(Consent).where(Consent.participant_id == participant_id, Consent.scope.in_(OWN_SCOPES))
    query = query.where(Consent.live(at)).order_by(Consent.given_at, Consent.id)
    return {one.scope: one for one in session.scalars(query)}
