"""What people do with the dates of foreign calendars: choose them, take them over or not, settle differences."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from calendars.recurrence import Frequency, Rule, SingleDate
from hub import clock
from hub.actions import log
from hub.actions.series import publish_series
from hub.actions.slots import move_slot
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.calendar_source import CalendarSource, SourceDate, SourceDateState, SourcePurpose
from hub.models.offer import Access, Offer
from hub.models.series import HolidayRule
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import calendar_sources as queries
from hub.queries import slots as slot_queries
from hub.queries.calendar_sources import Span
from hub.queries.series import Plan, horizon
from hub.queries.waiting import lock_queues


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
    session: Session,
    *,
    actor: Actor,
    source: CalendarSource,
    keys: Collection[str],
    despite_busy: bool = False,
    at: datetime,
) -> tuple[int, int]:
    """Make dates of the offer of these new ones; return how many are dates now, and how many could not be.

    A date the offer already has at just this time is the same one and is not made twice. Not those on days on which the
    organisation is closed, or beyond half a year. Raises InvalidInput (422) for no choice, RoomBusy (409) unless
    `despite_busy`, and whatever else publishing dates raises.
    """
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    rows = [row for row in queries.list_rows(session, source) if row.key_digest in keys and _takeable(row, at)]
    offer = source.offer
    if not rows or offer is None:
        raise InvalidInput(N_("Bitte wählen Sie mindestens einen Termin."))
    waiting: dict[Span, list[SourceDate]] = {}
    for row in rows:
        waiting.setdefault((row.starts_at, row.ends_at), []).append(row)
    titles = {one.key: one.title for one in queries.read_preview(session, source)}
    _link(waiting, queries.list_standing_slots(session, offer.id, since=at), titles)
    if waiting:
        plan = _plan(offer, sorted(waiting), despite_busy)
        series = publish_series(session, actor=actor, offer=offer, plan=plan, at=at)
        _link(waiting, queries.list_slots_of_series(session, series.id), titles)
    source.preview = None  # titles of what was not taken over are no longer kept
    source.version += 1
    _note(session, actor, "calendar_source.taken_over", source, at)
    taken = sum(row.state is SourceDateState.TAKEN for row in rows)
    return taken, len(set(keys)) - taken


def _takeable(row: SourceDate, at: datetime) -> bool:
    in_reach = clock.local_date(row.starts_at) <= horizon(at)
    return row.state is SourceDateState.NEW and row.starts_at > at and in_reach


def _link(waiting: dict[Span, list[SourceDate]], slots: Iterable[Slot], titles: dict[str, str]) -> None:
    """Let waiting rows be taken over as the slots at their times."""
    for slot in slots:
        for row in waiting.pop((slot.starts_at, slot.ends_at), []):
            row.slot_id, row.state, row.title = slot.id, SourceDateState.TAKEN, titles.get(row.key_digest, "")


def _plan(offer: Offer, spans: list[Span], despite_busy: bool) -> Plan:
    places = offer.places if offer.access is Access.OPEN else max(1, offer.places)
    singles = tuple(SingleDate(start.date(), start.time(), end.time()) for start, end in map(_local, spans))
    rule = Rule(frequency=Frequency.DATES, starts_on=singles[0].on, dates=singles)
    return Plan(rule=rule, places=places, holidays=HolidayRule.OPEN, crowding="", despite_busy=despite_busy)


def _local(span: Span) -> Span:
    return clock.local(span[0]), clock.local(span[1])


def dismiss_date(session: Session, *, actor: Actor, source: CalendarSource, key: str, at: datetime) -> None:
    """Leave a new date out for good; however often the calendar is read, it stays out until somebody brings it back.

    Raises StepNotPossible (409) when it is a date of the offer already.
    """
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    _settle(session, source, key, before=SourceDateState.NEW, after=SourceDateState.IGNORED)
    _note(session, actor, "calendar_source.date_dismissed", source, at)


def bring_back_date(session: Session, *, actor: Actor, source: CalendarSource, key: str, at: datetime) -> None:
    """Propose a date again that was left out; raises StepNotPossible (409) when it was not."""
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    _settle(session, source, key, before=SourceDateState.IGNORED, after=SourceDateState.NEW)
    _note(session, actor, "calendar_source.date_brought_back", source, at)


def _settle(
    session: Session, source: CalendarSource, key: str, *, before: SourceDateState, after: SourceDateState
) -> None:
    row = queries.find_row(session, source, key)
    if row.slot_id is not None or row.state is not before:
        raise StepNotPossible
    row.state = after


def follow_change(
    session: Session,
    *,
    actor: Actor,
    source: CalendarSource,
    key: str,
    despite_busy: bool = False,
    at: datetime,
) -> None:
    """Move a date nobody has booked to where the source has it now.

    Raises RuleBroken (409) when people have a place in it: then the partner moves it at the date's own page, which
    shows what that does to whom. RoomBusy (409) unless `despite_busy`.
    """
    require(actor, Permission.KEEP_CALENDAR_SOURCE, source)
    row = queries.find_row(session, source, key)
    if row.slot is None or queries.state_now(row) is not SourceDateState.CHANGED:
        raise StepNotPossible
    lock_queues(session, [row.slot.id])
    slot = slot_queries.get_own_slot(session, actor, row.slot.public_id)
    _require_nobody(session, slot)
    move_slot(
        session,
        actor=actor,
        slot=slot,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        despite_busy=despite_busy,
        at=at,
    )
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


def _note(session: Session, actor: Actor, action: str, source: CalendarSource, at: datetime) -> None:
    purpose = actor.purpose_for(source.organisation_id) if source.organisation_id else ""
    log.record(session, actor=actor, action=action, thing=source, purpose=purpose, at=at)
