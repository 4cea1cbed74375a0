"""What must hold of a plan before dates are made of it, how a series keeps it, and the date it becomes."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from calendars.recurrence import Occurrence, Rule, TooManyOccurrences, expand
from calendars.wall_time import WallProblem, resolve
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_, Message
from hub.models.offer import Access, Form, Offer, OfferState
from hub.models.series import Series
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.queries import own_offers, pools
from hub.queries.series import Plan, kept

MOST_PLACES = 500
LOOKED_AHEAD = timedelta(days=400)  # meets both clock changes, so that an open end does not run into one later
Place = tuple[int | None, int | None]


def check_rule(rule: Rule) -> None:
    """Raise InvalidInput (422) for a rule that meets the hour the clock leaves out, or gives far too many dates."""
    last = max([rule.until_on or rule.starts_on + LOOKED_AHEAD, *(item.on for item in rule.dates)])
    try:
        occurrences = expand(rule, first=rule.starts_on, last=last)
    except TooManyOccurrences as error:
        raise InvalidInput(fields={"until_on": N_("Das sind zu viele Termine auf einmal.")}) from error
    for one in occurrences:
        if one.problem is WallProblem.GAP:
            field = "start" if resolve(one.wall_start).problem is WallProblem.GAP else "end"
            raise InvalidInput(fields={field: _left_out(one)})


def _left_out(one: Occurrence) -> Message:
    start_is_left_out = resolve(one.wall_start).problem is WallProblem.GAP
    wall = one.wall_start if start_is_left_out else one.wall_end
    return N_(
        "In der Nacht zum {day} springt die Uhr von 2 auf 3 Uhr. {time} Uhr gibt es da nicht. "
        "Bitte wählen Sie eine andere Zeit.",
        day=f"{wall:%d.%m.%Y}",
        time=f"{wall:%H:%M}",
    )


def placed(plan: Plan, offer: Offer) -> Plan:
    """Fill in where a plan takes place: where the offer does, when nothing else is said."""
    if plan.location_id is not None:
        return plan
    return replace(plan, location_id=offer.location_id, room_id=plan.room_id or offer.room_id)


def lent(plan: Plan, offer: Offer) -> Plan:
    """Lend a room whole: one coach at a time, nothing kept for anybody, no course.

    Its calendar is asked when a coach takes it: until then nothing takes place in it.
    """
    if offer.form is not Form.ROOM:
        return plan
    return replace(plan, places=1, contingents=(), crowding="", join_until=None, despite_busy=True)


def require_plan(session: Session, actor: Actor, offer: Offer, plan: Plan, *, present: Place = (None, None)) -> Plan:
    """Return a plan with its place filled in, if dates can be made of it; `present` is where a series is already.

    Raises RuleBroken (409) for an ended offer; InvalidInput (422) for a number of places, contingents, a rule or a
    place that cannot be.
    """
    if offer.state is OfferState.ENDED:
        raise RuleBroken(N_("Dieses Angebot ist beendet. Neue Termine gehen hier nicht mehr."))
    plan = lent(plan, offer)
    if not (0 if offer.access is Access.OPEN else 1) <= plan.places <= MOST_PLACES:
        raise InvalidInput(fields={"places": N_("Bitte eine Zahl von 1 bis {most}.", most=MOST_PLACES)})
    pools.require_contingents(session, offer, plan)
    check_rule(plan.rule)
    plan = placed(plan, offer)
    if (plan.location_id, plan.room_id) != present:
        _require_place(session, actor, offer, plan)
    return plan


def _require_place(session: Session, actor: Actor, offer: Offer, plan: Plan) -> None:
    if plan.location_id == offer.location_id and plan.room_id in (None, offer.room_id):
        return
    location = own_offers.find_usable_location(session, actor, plan.location_id)
    rooms = [room for room in location.rooms if own_offers.may_use_room(actor, location, room)] if location else []
    if location is None or (plan.room_id is not None and plan.room_id not in {room.id for room in rooms}):
        raise InvalidInput(fields={"place": N_("Diesen Raum können Sie nicht belegen.")})


def lay_down(series: Series, plan: Plan) -> None:
    """Let a series keep a plan."""
    series.rule = plan.rule
    series.location_id, series.room_id = plan.location_id, plan.room_id
    series.holidays, series.school_closed = plan.holidays, plan.school_closed
    series.kept_days = kept(plan.kept_days)
    series.places, series.crowding = plan.places, plan.crowding
    series.contingents = [one.stored for one in plan.contingents]
    series.despite_busy = plan.despite_busy


def slot_of(
    series: Series, key: tuple[date, int], times: tuple[datetime, datetime], *, room_id: int | None, at: datetime
) -> Slot:
    """Return a new date of a series (not added yet) by day and number, with its pools."""
    return Slot(
        offer_id=series.offer_id,
        series_id=series.id,
        location_id=series.location_id,
        room_id=room_id,
        occurrence_on=key[0],
        occurrence_index=key[1],
        starts_at=times[0],
        ends_at=times[1],
        places=series.places,
        crowding=series.crowding,
        created_at=at,
        changed_at=at,
        pools=pools.pools_of(series, series.places, times[0], at=at),
    )
