"""Consent and Release: what a person allowed, in which words, for whom, and until when. Two things, two records."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Index, String, Text, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Sealed
from hub.models.base import Base, Identified, Versioned, index_of_ends, references, related, state_type
from hub.models.organisation import Organisation
from hub.models.participant import Participant


class Scope(StrEnum):
    """What a consent is for (R-CON-05)."""

    TRANSMIT = "E2"
    ASK_AROUND = "E2a"
    PRINT_LIST = "E2b"
    HEALTH = "E3"
    FEEDBACK = "E4"
    FEED = "E5"
    MESSAGES = "E6"
    EVALUATION = "E7"


BESIDE = (Scope.HEALTH, Scope.FEEDBACK, Scope.PRINT_LIST)  # they stand beside an E2 and mean nothing without it


class ConsentState(StrEnum):
    """The life of a consent (privacy.md 2.1); only given and renewed permit anything."""

    REQUESTED = "requested"
    DEFERRED = "deferred"
    REFUSED = "refused"
    GIVEN = "given"
    RENEWED = "renewed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    INVALIDATED = "invalidated"


_ENDS = (ConsentState.EXPIRED, ConsentState.WITHDRAWN, ConsentState.REVOKED, ConsentState.INVALIDATED)
PERMITTING = (ConsentState.GIVEN, ConsentState.RENEWED)
CONSENT_MOVES: dict[ConsentState, tuple[ConsentState, ...]] = {
    ConsentState.REQUESTED: (
        ConsentState.GIVEN,
        ConsentState.RENEWED,
        ConsentState.REFUSED,
        ConsentState.DEFERRED,
        ConsentState.EXPIRED,
    ),
    ConsentState.DEFERRED: (ConsentState.GIVEN, ConsentState.REFUSED, ConsentState.EXPIRED),
    ConsentState.GIVEN: _ENDS,
    ConsentState.RENEWED: _ENDS,
    ConsentState.REFUSED: (),
    **dict.fromkeys(_ENDS, ()),
}


class ConsentForm(StrEnum):
    """How the person expressed it; never the coach alone (R-CON-06)."""

    OWN_DEVICE = "own_device"
    HANDED_OVER = "handed_over"  # with the PIN
    DRAWN = "drawn"  # on the same device, with a drawn signature
    PAPER = "paper"
    OTHER = "other"  # on paper without a signature; the sheet says why


class MessagePurpose(StrEnum):
    """What the house may want to tell a person for (E6); each has a way of its own."""

    CHANGES = "changes"
    REMINDERS = "reminders"
    QUESTIONS = "questions"


class MessageChannel(StrEnum):
    """How a person wants to be reached (E6)."""

    PHONE = "phone"
    EMAIL = "email"
    LETTER = "letter"
    MESSAGE = "message"  # short, to the telephone; only where the house has a way for it


def _live(kind: "type[Consent | Release]", at: datetime) -> ColumnElement[bool]:
    """The only home of "in force at that instant": given, not ended, not run out."""
    return and_(kind.state.in_(PERMITTING), kind.given_at <= at, kind.valid_until > at)


def _is_live(row: "Consent | Release", at: datetime) -> bool:
    """The same for one loaded row (a test holds both together)."""
    return row.state in PERMITTING and row.given_at is not None and row.given_at <= at < row.valid_until


class Consent(Identified, Versioned, Base):
    """One scope, one recipient, one exact wording; its history is in ConsentEvent."""

    __tablename__ = "consents"
    __table_args__ = (Index(None, "participant_id", "scope", "organisation_id", "offer_id"), index_of_ends("ended_at"))
    moves = CONSENT_MOVES

    participant_id: Mapped[int] = references("participants")
    scope: Mapped[Scope] = mapped_column(state_type(Scope))
    organisation_id: Mapped[int | None] = references("organisations")
    offer_id: Mapped[int | None] = references("offers")
    referral_id: Mapped[int | None] = references("referrals")
    sheet_id: Mapped[int | None] = references("consent_sheets")  # asked together, signed once
    recipient_ids: Mapped[list[int]] = mapped_column(default=list)  # organisations listed in E2a
    field_groups: Mapped[list[str]] = mapped_column(default=list)
    content: Mapped[dict[str, Any]] = mapped_column(Sealed, default=dict)  # what exactly goes
    detail: Mapped[str] = mapped_column(String(24), default="")  # feed level (E5), channel (E6)
    state: Mapped[ConsentState] = mapped_column(state_type(ConsentState), default=ConsentState.REQUESTED)
    notice_version: Mapped[str] = mapped_column(String(24))
    notice_locale: Mapped[str] = mapped_column(String(12))
    notice_text: Mapped[str] = mapped_column(Sealed)  # the exact words shown, with the literal preview
    notice_hash: Mapped[str] = mapped_column(String(64))
    controller: Mapped[dict[str, Any]] = mapped_column(default=dict)  # who answered for it when it was asked
    form: Mapped[ConsentForm | None] = mapped_column(state_type(ConsentForm))
    evidence: Mapped[dict[str, Any] | None] = mapped_column(Sealed)  # signed on, file reference, drawing
    withdrawal_code: Mapped[str | None] = mapped_column(Sealed)  # on the slip; works without login
    withdrawal_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    requested_by_id: Mapped[int | None] = references("users")
    previous_id: Mapped[int | None] = references("consents")
    requested_at: Mapped[datetime]
    given_at: Mapped[datetime | None]
    sends_from: Mapped[datetime | None]  # the end of the cooling-off; nothing leaves before
    valid_until_on: Mapped[date]  # the last day, never beyond the participation
    valid_until: Mapped[datetime]  # the instant that day is over
    ended_at: Mapped[datetime | None]
    reminded_days: Mapped[int | None]  # the last reminder that it ends: so many days before

    participant: Mapped[Participant] = related()
    organisation: Mapped[Organisation | None] = related()

    @classmethod
    def live(cls, at: datetime) -> ColumnElement[bool]:
        """The partner may be told at that instant, or the calendar shown."""
        return _live(cls, at)

    def is_live(self, at: datetime) -> bool:
        """The same for one loaded row."""
        return _is_live(self, at)

    @classmethod
    def rested(cls, at: datetime) -> ColumnElement[bool]:
        """No cooling-off runs (any more) at that instant; the opposite of `is_resting`."""
        return or_(cls.sends_from.is_(None), cls.sends_from <= at)

    def is_resting(self, at: datetime) -> bool:
        """Tell whether its cooling-off still runs: the yes stands, but nothing leaves yet (R-LAW-11)."""
        return self.sends_from is not None and at < self.sends_from


class ConsentEvent(Base):
    """One step in a consent's life; rows are only ever added."""

    __tablename__ = "consent_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    consent_id: Mapped[int] = references("consents")
    state: Mapped[ConsentState] = mapped_column(state_type(ConsentState))
    at: Mapped[datetime]
    expressed_by: Mapped[str] = mapped_column(String(24))  # participant, clock, controller
    recorded_by_id: Mapped[int | None] = references("users")
    form: Mapped[ConsentForm | None] = mapped_column(state_type(ConsentForm))


class ReleaseContent(StrEnum):
    """What a body bound by secrecy may tell; a closed list, never a finding."""

    OUTCOME = "outcome"  # whether it began, ended, or did not work out
    WORDS = "words"  # at most 300 characters about what was agreed


class Release(Identified, Versioned, Base):
    """A release from professional secrecy (§ 203 StGB): who releases whom, towards whom, about what, until when."""

    __tablename__ = "releases"
    __table_args__ = (Index(None, "participant_id", "organisation_id", "state"),)
    moves = CONSENT_MOVES

    participant_id: Mapped[int] = references("participants")
    organisation_id: Mapped[int] = references("organisations")  # whom the person releases
    towards_id: Mapped[int] = references("organisations")  # towards whom: the Jobcenter, there only the coach
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    content: Mapped[list[str]] = mapped_column(default=list)
    purpose: Mapped[str] = mapped_column(Text)
    state: Mapped[ConsentState] = mapped_column(state_type(ConsentState), default=ConsentState.REQUESTED)
    notice_version: Mapped[str] = mapped_column(String(24))
    notice_locale: Mapped[str] = mapped_column(String(12))
    notice_text: Mapped[str] = mapped_column(Sealed)
    notice_hash: Mapped[str] = mapped_column(String(64))
    form: Mapped[ConsentForm | None] = mapped_column(state_type(ConsentForm))
    form_reason: Mapped[str] = mapped_column(String(24), default="")
    evidence: Mapped[dict[str, Any] | None] = mapped_column(Sealed)
    withdrawal_code: Mapped[str | None] = mapped_column(Sealed)
    withdrawal_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    requested_by_id: Mapped[int | None] = references("users")
    previous_id: Mapped[int | None] = references("releases")
    requested_at: Mapped[datetime]
    given_at: Mapped[datetime | None]
    valid_until_on: Mapped[date]
    valid_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reminded_days: Mapped[int | None]  # as of a consent

    participant: Mapped[Participant] = related()
    organisation: Mapped[Organisation] = related(foreign_keys=[organisation_id])
    towards: Mapped[Organisation] = related(foreign_keys=[towards_id])

    @classmethod
    def live(cls, at: datetime) -> ColumnElement[bool]:
        """The body may speak at that instant; independent of every consent."""
        return _live(cls, at)

    def is_live(self, at: datetime) -> bool:
        """The same for one loaded row."""
        return _is_live(self, at)


class ReleaseEvent(Base):
    """One step in a release's life; rows are only ever added."""

    __tablename__ = "release_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = references("releases")
    state: Mapped[ConsentState] = mapped_column(state_type(ConsentState))
    at: Mapped[datetime]
    expressed_by: Mapped[str] = mapped_column(String(24))  # participant, clock, controller
    recorded_by_id: Mapped[int | None] = references("users")
    form: Mapped[ConsentForm | None] = mapped_column(state_type(ConsentForm))
