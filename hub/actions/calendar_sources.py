"""What people do with foreign calendars: add one, choose its dates, take them over, settle differences, end it."""

from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calendars.recurrence import Frequency, Rule, SingleDate
from hub import clock
from hub.actions import log
from hub.actions.series import publish_series
from hub.actions.slots import move_slot
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.calendar_source import CalendarSource, SourceDate, SourceDateState, SourcePurpose
from hub.models.location import Room
from hub.models.offer import Access, Form, Offer
from hub.models.series import HolidayRule
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import calendar_sources as queries
from hub.queries import slots as slot_queries
from hub.queries.series import Plan, horizon
from hub.queries.waiting import lock_queues

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


def choose_dates(
    session: Session,
    *,
    actor: Actor,
    source: CalendarSource,
    titles: Collection[str],
    categories: Collection[str],
    at: datetime,
) -> int:
    """Say by plain titles and categories which dates are the offer's; return how many that are now.

    Raises StepNotPossible (409) when what was read is forgotten, InvalidInput (422) for no choice.
    """
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    found = queries.read_preview(session, source)
    if source.purpose is not SourcePurpose.DATES or not found:
        raise StepNotPossible(N_("Bitte lassen Sie den Kalender noch einmal lesen."))
    wanted = [one for one in found if one.is_chosen(titles, categories)]
    if not wanted:
        raise InvalidInput(N_("Bitte wählen Sie mindestens einen Titel."))
    source.titles, source.categories = sorted(titles), sorted(categories)
    source.version += 1
    rows = {row.key_digest: row for row in queries.list_rows(session, source)}
    keys = {one.key for one in wanted}
    for key, row in rows.items():
        if row.slot_id is None and key not in keys:
            session.delete(row)
    for one in wanted:
        if one.key not in rows:
            session.add(
                SourceDate(source_id=source.id, key_digest=one.key, starts_at=one.starts_at, ends_at=one.ends_at)
            )
    _note(session, actor, "calendar_source.chosen", source, at)
    session.flush()
    return len(keys)


def take_over(
    session: Session, *, actor: Actor, source: CalendarSource, keys: Collection[str], at: datetime
) -> tuple[int, int]:
    """Make dates of the offer of these new ones; return how many became dates, and how many could not.

    Not those on days on which the organisation is closed, or beyond half a year. Raises InvalidInput (422) for no
    choice, and whatever publishing dates raises.
    """
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    rows = [row for row in queries.list_rows(session, source) if row.key_digest in keys and _takeable(row, at)]
    offer = source.offer
    if not rows or offer is None:
        raise InvalidInput(N_("Bitte wählen Sie mindestens einen Termin."))
    singles = {(row.starts_at, row.ends_at): row for row in rows}
    places = offer.places if offer.access is Access.OPEN else max(1, offer.places)
    rule = Rule(
        frequency=Frequency.DATES,
        starts_on=min(clock.local_date(row.starts_at) for row in rows),
        dates=tuple(sorted((_single(row) for row in singles.values()), key=lambda one: (one.on, one.start))),
    )
    plan = Plan(rule=rule, places=places, holidays=HolidayRule.OPEN, crowding="")
    series = publish_series(session, actor=actor, offer=offer, plan=plan, at=at)
    titles = {one.key: one.title for one in queries.read_preview(session, source)}
    taken = 0
    for slot in queries.list_slots_of_series(session, series.id):
        row = singles.get((slot.starts_at, slot.ends_at))
        if row is not None:
            row.slot_id, row.state, row.title = slot.id, SourceDateState.TAKEN, titles.get(row.key_digest, "")
            taken += 1
    source.preview = None  # titles of what was not taken over are no longer kept
    source.version += 1
    _note(session, actor, "calendar_source.taken_over", source, at)
    return taken, len(set(keys)) - taken


def _takeable(row: SourceDate, at: datetime) -> bool:
    in_reach = clock.local_date(row.starts_at) <= horizon(at)
    return row.state is SourceDateState.NEW and row.starts_at > at and in_reach


def _single(row: SourceDate) -> SingleDate:
    start, end = clock.local(row.starts_at), clock.local(row.ends_at)
    return SingleDate(start.date(), start.time(), end.time())


def follow_change(session: Session, *, actor: Actor, source: CalendarSource, key: str, at: datetime) -> None:
    """Move a date nobody has booked to where the source has it now.

    Raises RuleBroken (409) when people have a place in it: then the partner moves it at the date's own page, which
    shows what that does to whom.
    """
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    row = queries.find_row(session, source, key)
    if row.slot is None or queries.state_now(row) is not SourceDateState.CHANGED:
        raise StepNotPossible
    lock_queues(session, [row.slot.id])
    slot = slot_queries.get_own_slot(session, actor, row.slot.public_id)
    _require_nobody(session, slot)
    move_slot(session, actor=actor, slot=slot, starts_at=row.starts_at, ends_at=row.ends_at, at=at)
    row.state = SourceDateState.TAKEN


def _require_nobody(session: Session, slot: Slot) -> None:
    if queries.count_people(session, [slot.id]):
        raise RuleBroken(N_("In diesem Termin haben Menschen einen Platz. Bitte verlegen Sie ihn auf seiner Seite."))


def keep_as_it_is(session: Session, *, actor: Actor, source: CalendarSource, key: str, at: datetime) -> None:
    """Let a date of the offer differ from its source for good; raises StepNotPossible (409) when it does not differ."""
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    row = queries.find_row(session, source, key)
    if queries.state_now(row) not in (SourceDateState.CHANGED, SourceDateState.GONE):
        raise StepNotPossible
    row.state = SourceDateState.TAKEN if row.state is SourceDateState.CHANGED else SourceDateState.IGNORED
    _note(session, actor, "calendar_source.difference_kept", source, at)


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
