"""What people do with foreign calendars: add one, bring it anew, have it read again, change it, end it."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.calendar_source import CalendarSource, SourcePurpose
from hub.models.location import Room
from hub.models.offer import Form, Offer
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import calendar_sources as queries

MOST_SOURCES = 20
LARGEST_FILE = 5_000_000
PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Goal:
    """What a calendar is for: dates of an offer, or busy times of a room or of a coach."""

    organisation_id: int | None = None
    user_id: int | None = None
    offer: Offer | None = None
    room: Room | None = None

    @property
    def purpose(self) -> SourcePurpose:
        """Whether its dates are an offer's, or take somebody's time."""
        return SourcePurpose.DATES if self.offer else SourcePurpose.BUSY


def add_source(
    session: Session,
    *,
    actor: Actor,
    goal: Goal,
    name: str,
    url: str | None = None,
    content: bytes | None = None,
    at: datetime,
) -> CalendarSource:
    """Add a calendar by its address (checked by the caller) or as a file; the worker reads it soon.

    Raises InvalidInput (422) for a file that is too large or missing, RuleBroken (409) when there are too many.
    """
    require(actor, Permission.KEEP_CALENDAR_SOURCE, goal)
    if goal.offer is not None and (goal.offer.organisation_id != goal.organisation_id or goal.offer.form is Form.ROOM):
        raise InvalidInput(fields={"goal": N_("Bitte wählen Sie, wofür der Kalender ist.")})
    held = queries.count_sources(session, organisation_id=goal.organisation_id, user_id=goal.user_id)
    if held >= MOST_SOURCES:
        raise RuleBroken(N_("Mehr als {most} Kalender gehen nicht. Bitte beenden Sie erst einen.", most=MOST_SOURCES))
    source = CalendarSource(
        organisation_id=goal.organisation_id,
        user_id=goal.user_id,
        purpose=goal.purpose,
        name=name.strip(),
        url=url,
        offer_id=goal.offer.id if goal.offer else None,
        room_id=goal.room.id if goal.room else None,
        content=None if url else _sealed_file(content),
        next_at=at,
        created_at=at,
    )
    session.add(source)
    session.flush()
    _note(session, actor, "calendar_source.added", source, at)
    return source


def _sealed_file(content: bytes | None) -> str:
    if not content:
        raise InvalidInput(fields={"file": N_("Bitte wählen Sie eine Datei aus.")})
    if len(content) > LARGEST_FILE:
        raise InvalidInput(fields={"file": N_("Die Datei ist größer als 5 MB.")})
    return b64encode(content).decode()


def renew_file(
    session: Session,
    *,
    actor: Actor,
    source: CalendarSource,
    content: bytes | None,
    anew: bool = False,
    at: datetime,
) -> None:
    """Bring a newer file of the same calendar; with `anew` the dates of the offer are chosen again.

    Raises InvalidInput (422) for no file or one that is too large, StepNotPossible (409) for an address.
    """
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    if not source.is_file:
        raise StepNotPossible
    source.content, source.next_at = _sealed_file(content), at
    if anew:
        source.titles, source.categories = [], []
    source.version += 1
    _note(session, actor, "calendar_source.renewed", source, at)


def fetch_soon(session: Session, *, actor: Actor, source: CalendarSource, anew: bool = False, at: datetime) -> None:
    """Let the worker fetch a calendar next; with `anew` the dates of the offer are chosen again.

    Raises StepNotPossible (409) for a file, RuleBroken (409) within a minute of the last attempt.
    """
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    if source.is_file:
        raise StepNotPossible(N_("Das war eine Datei. Bitte bringen Sie eine neue."))
    if source.tried_at is not None and at - source.tried_at < PAUSE:
        raise RuleBroken(N_("Das haben wir gerade erst versucht. Bitte warten Sie eine Minute."))
    if anew:
        source.titles, source.categories = [], []
        source.etag = source.content_digest = ""
    source.next_at = at
    source.version += 1
    _note(session, actor, "calendar_source.asked_again", source, at)


def edit_source(
    session: Session, *, actor: Actor, source: CalendarSource, name: str, url: str | None = None, at: datetime
) -> None:
    """Give a calendar another name and, where one is given, another address (checked by the caller), also to a file.

    What was read elsewhere stays to be compared, but says nothing any more: until the new address is read, a time
    without a date is unknown.
    """
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    source.name = name.strip()
    if url:
        source.url, source.next_at = url, at
        source.content = source.preview = source.tried_at = source.fetched_at = None
        source.etag = source.content_digest = source.trouble = ""
        source.problems, source.incomplete = {}, False
    source.version += 1
    _note(session, actor, "calendar_source.moved" if url else "calendar_source.renamed", source, at)


def end_source(session: Session, *, actor: Actor, source: CalendarSource, at: datetime) -> None:
    """End a calendar: its address and all that was read go; dates that were taken over stay."""
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    queries.forget_rows(session, source.id)
    source.url = source.content = source.preview = source.next_at = None
    source.etag = source.content_digest = ""
    source.titles, source.categories, source.problems = [], [], {}
    source.ended_at = at
    source.version += 1
    _note(session, actor, "calendar_source.ended", source, at)


def _note(session: Session, actor: Actor, action: str, source: CalendarSource, at: datetime) -> None:
    purpose = actor.purpose_for(source.organisation_id) if source.organisation_id else ""
    log.record(session, actor=actor, action=action, thing=source, purpose=purpose, at=at)
