"""Closed days: an organisation's own, which its series leave out, and days of school holidays added to the list."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import log
from hub.actions.series import fill_in
from hub.errors import InvalidInput, NotFound
from hub.i18n import N_, Message
from hub.models.organisation import Organisation
from hub.models.series import Closure
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds
from hub.queries import series as series_queries
from hub.school_holidays import days_between

LONGEST = timedelta(days=366)
LONGEST_NAME = 80


def add_closure(
    session: Session,
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    first_on: date,
    last_on: date,
    keeping: Collection[Slot] = (),
    at: datetime,
) -> Closure:
    """Close an organisation for some days: from now on its series make no dates on them, except the days of `keeping`.

    What becomes of dates that exist already is the caller's next step (`call_off_dates`). Raises InvalidInput (422).
    """
    require(actor, Permission.EDIT_CLOSURE, Closure(organisation_id=organisation.id))
    _check(name, first_on, last_on, clock.local_date(at))
    closure = Closure(organisation_id=organisation.id, name=name.strip(), first_on=first_on, last_on=last_on)
    session.add(closure)
    session.flush()
    _keep_only(session, closure, keeping)
    purpose = actor.purpose_for(organisation.id)
    log.record(session, actor=actor, action="closure.added", thing=closure, purpose=purpose, at=at)
    return closure


def delete_closure(session: Session, *, actor: Actor, closure: Closure, at: datetime) -> int:
    """Open closed days again: series make the dates that are missing; return how many. Called-off ones stay so."""
    require(actor, Permission.EDIT_CLOSURE, closure)
    if closure.organisation_id is None:
        raise NotFound
    first, last, organisation_id = closure.first_on, closure.last_on, closure.organisation_id
    purpose = actor.purpose_for(organisation_id)
    log.record(session, actor=actor, action="closure.deleted", thing=closure, purpose=purpose, at=at)
    running = series_queries.lock_running(session, organisation_id)
    session.delete(closure)
    session.flush()
    made = sum(fill_in(session, actor=actor, series_id=series.id, first=first, last=last, at=at) for series in running)
    feeds.raise_revisions(session, organisations=[organisation_id] if made else [])
    return made


def add_school_holiday(
    session: Session, *, actor: Actor, name: str, first_on: date, last_on: date, at: datetime
) -> Closure:
    """Add days of school holidays that the shipped list does not know; they count for all. Raises InvalidInput (422).

    Dates that exist already stay: whoever leaves out school holidays sees the day at their series.
    """
    require(actor, Permission.EDIT_SCHOOL_HOLIDAYS)
    _check(name, first_on, last_on, clock.local_date(at))
    closure = Closure(organisation_id=None, name=name.strip(), first_on=first_on, last_on=last_on)
    session.add(closure)
    session.flush()
    log.record(session, actor=actor, action="school_holiday.added", thing=closure, at=at)
    return closure


def delete_school_holiday(session: Session, *, actor: Actor, closure: Closure, at: datetime) -> None:
    """Take added days of school holidays off the list again."""
    require(actor, Permission.EDIT_SCHOOL_HOLIDAYS)
    if closure.organisation_id is not None:
        raise NotFound
    log.record(session, actor=actor, action="school_holiday.deleted", thing=closure, at=at)
    session.delete(closure)


def _keep_only(session: Session, closure: Closure, keeping: Collection[Slot]) -> None:
    """Forget earlier answers about these days; keep just the days on which a date was left standing."""
    closed = {day.isoformat() for day in days_between(closure.first_on, closure.last_on)}
    standing: dict[int | None, set[str]] = {}
    for slot in keeping:
        if slot.occurrence_on is not None:
            standing.setdefault(slot.series_id, set()).add(slot.occurrence_on.isoformat())
    for series in series_queries.lock_running(session, closure.organisation_id or 0):
        kept = sorted((set(series.kept_days) - closed) | standing.get(series.id, set()))
        if kept != series.kept_days:
            series.kept_days = kept
            series.version += 1


def _check(name: str, first_on: date, last_on: date, today: date) -> None:
    wrong: dict[str, Message] = {}
    if not 1 <= len(name.strip()) <= LONGEST_NAME or not name.strip().isprintable():
        wrong["name"] = N_("Bitte ein kurzer Name, zum Beispiel „Betriebsferien“.")
    if last_on < first_on:
        wrong["last_on"] = N_("Bitte einen letzten Tag, der nicht vor dem ersten liegt.")
    elif last_on < today or last_on - first_on > LONGEST:
        wrong["last_on"] = N_("Bitte Tage, die noch kommen, höchstens ein Jahr am Stück.")
    if wrong:
        raise InvalidInput(fields=wrong)
