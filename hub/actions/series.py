"""Weekly series: a rule and its dates are published together; the worker makes the later dates."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import log
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.offer import Access, Offer, OfferState
from hub.models.series import Series
from hub.models.slot import Pool, Slot
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, own_offers, room_ticks
from hub.queries import series as series_queries
from hub.queries.series import Plan, PlannedDate

MOST_PLACES = 500


def publish_series(session: Session, *, actor: Actor, offer: Offer, plan: Plan, at: datetime) -> Series:
    """Make a series with its dates up to the horizon, each with one open pool of its places, and take the room.

    Drop-in offers may have no number of places (0). Without a place in the plan it takes place where the offer does.
    Raises InvalidInput (422) for a rule without dates, with too many or with an hour the clock leaves out, RuleBroken
    (409) naming the date on which the room is taken.
    """
    require(actor, Permission.EDIT_OFFER, offer)
    if offer.state is OfferState.ENDED:
        raise RuleBroken(N_("Dieses Angebot ist beendet. Neue Termine gehen hier nicht mehr."))
    if not (0 if offer.access is Access.OPEN else 1) <= plan.places <= MOST_PLACES:
        raise InvalidInput(fields={"places": N_("Bitte eine Zahl von 1 bis {most}.", most=MOST_PLACES)})
    series_queries.check_rule(plan.rule)
    location_id, room_id = plan.location_id, plan.room_id
    if location_id is None:
        location_id, room_id = offer.location_id, room_id or offer.room_id
    _check_place(session, actor, offer, location_id, room_id)
    series = Series(
        rule=plan.rule,
        offer_id=offer.id,
        location_id=location_id,
        room_id=room_id,
        holidays=plan.holidays,
        school_closed=plan.school_closed,
        kept_days=series_queries.kept(plan.kept_days),
        places=plan.places,
        crowding=plan.crowding,
        contingents=[one.stored for one in plan.contingents],
        created_at=at,
    )
    session.add(series)
    session.flush()
    slots = _make_slots(session, series, offer, first=clock.local_date(at), at=at)
    if not slots:
        raise InvalidInput(N_("So kommt kein einziger Termin zustande. Bitte prüfen Sie Beginn und Ende."))
    room_ticks.take_room(session, slots)
    purpose = actor.purpose_for(offer.organisation_id)
    log.record(session, actor=actor, action="series.published", thing=series, purpose=purpose, at=at)
    feeds.raise_revisions(session, organisations=[offer.organisation_id])
    return series


def extend_series(session: Session, *, actor: Actor = SYSTEM, series_id: int, at: datetime) -> int:
    """Make the dates of a running series that have come within the horizon, and return how many.

    Idempotent: a date that exists, was moved or was called off is never made again. A date whose room is taken is made
    without the room, so that the partner sees it in the week and no date goes missing.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    series = series_queries.lock_series(session, series_id)
    if series.ended_at is not None or series.offer.state is OfferState.ENDED or series.made_until_on is None:
        return 0
    slots = _make_slots(session, series, series.offer, first=series.made_until_on, at=at)
    room_ticks.take_room(session, slots)
    feeds.raise_revisions(session, organisations=[series.offer.organisation_id] if slots else [])
    return len(slots)


def keep_day(session: Session, *, actor: Actor, series: Series, day: date, at: datetime) -> None:
    """Let a date take place although its day is closed; raises RuleBroken (409) when the room is taken."""
    require(actor, Permission.EDIT_OFFER, series.offer)
    series = series_queries.lock_series(session, series.id)
    if series.made_until_on is None or not clock.local_date(at) <= day <= series.made_until_on:
        raise RuleBroken(N_("Für diesen Tag lässt sich jetzt nichts mehr festlegen."))
    series.kept_days = sorted({*series.kept_days, day.isoformat()})
    series.version += 1
    slots = _make_slots(session, series, series.offer, first=day, last=day, at=at)
    room_ticks.take_room(session, slots)
    purpose = actor.purpose_for(series.offer.organisation_id)
    log.record(session, actor=actor, action="series.day_kept", thing=series, purpose=purpose, at=at)
    feeds.raise_revisions(session, organisations=[series.offer.organisation_id])


def _check_place(session: Session, actor: Actor, offer: Offer, location_id: int | None, room_id: int | None) -> None:
    if location_id == offer.location_id and room_id in (None, offer.room_id):
        return
    location = own_offers.find_usable_location(session, actor, location_id)
    rooms = [room for room in location.rooms if own_offers.may_use_room(actor, location, room)] if location else []
    if location is None or (room_id is not None and room_id not in {room.id for room in rooms}):
        raise InvalidInput(fields={"place": N_("Diesen Raum können Sie nicht belegen.")})


def _make_slots(
    session: Session, series: Series, offer: Offer, *, first: date, last: date | None = None, at: datetime
) -> list[Slot]:
    """Add the missing dates of a span, raise `made_until_on`, and return them with their keys."""
    until = last or series_queries.horizon(at)
    planned = series_queries.plan_dates(
        session, series_queries.plan_of(series), organisation_id=offer.organisation_id, first=first, last=until, at=at
    )
    made = series_queries.made_keys(session, series, since=first)
    wanted = [date for date in planned if date.takes_place and (date.occurrence.on, date.occurrence.index) not in made]
    new = series.made_until_on is None
    slots = [_slot(series, offer, date, keep_room=new or last is not None, at=at) for date in wanted]
    session.add_all(slots)
    series.made_until_on = max(series.made_until_on or until, until)
    session.flush()
    return slots


def _slot(series: Series, offer: Offer, planned: PlannedDate, *, keep_room: bool, at: datetime) -> Slot:
    one = planned.occurrence
    return Slot(
        offer_id=offer.id,
        series_id=series.id,
        location_id=series.location_id,
        room_id=series.room_id if keep_room or not planned.room_taken else None,
        occurrence_on=one.on,
        occurrence_index=one.index,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        places=series.places,
        created_at=at,
        changed_at=at,
        pools=[Pool(places=series.places)],
    )
