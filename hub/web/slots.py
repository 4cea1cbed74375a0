"""A partner's dates: the week, one date with who comes, moving it and calling it off after seeing what that does."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session

from hub import clock
from hub.actions import log
from hub.actions import slots as verbs
from hub.actions.answers import NOTICE_VERSION
from hub.errors import HubError, InvalidInput, NotFound, RoomBusy, RuleBroken
from hub.i18n import N_, Message
from hub.models.location import Room
from hub.models.offer import Form, OfferState
from hub.models.room_tick import ticks_between
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import allows
from hub.queries import busy_rooms, own_offers, room_loans, room_ticks
from hub.queries import slots as queries
from hub.queries.attendance import list_unmarked
from hub.queries.attendees import list_attendees
from hub.queries.busy_times import Known
from hub.queries.calling_off import list_unsettled
from hub.queries.courses import count_sessions
from hub.queries.moved_dates import BUSY
from hub.web import week
from hub.web.access import for_roles
from hub.web.busy_rooms import takes_it_anyway, warning
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.offer_words import AIM_ICONS
from hub.web.own_offers import seen_version
from hub.web.pools import count_waiting, kept_places
from hub.web.slot_forms import MoveForm

blueprint = Blueprint("slots", __name__)
WEEK = timedelta(days=7)


@blueprint.get("/slots")
@for_roles(Role.PARTNER)
def list_slots() -> Any:
    """Show one week of the actor's organisations, as a grid or as a list."""
    monday = week.monday_of(request.args.get("week"), clock.local_date(at()))
    with reading() as session:
        slots = queries.list_week(session, current_actor(), monday)
        unsettled = list_unsettled(session, current_actor())
        unmarked = list_unmarked(session, current_actor(), at=at())
        organisations = own_offers.list_acted_for(session, current_actor())
        totals = count_sessions(session, slots)
    days = week.days_of(monday, slots, at(), totals=totals, several=len(organisations) > 1)
    return render(
        "slots/list_slots.html",
        slots=slots,
        unsettled=unsettled,
        unmarked=unmarked,
        monday=monday,
        sunday=monday + WEEK - timedelta(days=1),
        days=days,
        marks=week.marks_in(days),
        icons=AIM_ICONS,
        headline=week.headline(slots, at()),
        span=week.span_of(monday),
        this_week=week.week_name(monday),
        before=week.week_name(monday - WEEK),
        after=week.week_name(monday + WEEK),
        as_list=request.args.get("view") == "list",
    )


@blueprint.get("/slots/<public_id>")
@for_roles(Role.PARTNER)
def show_slot(public_id: str) -> Any:
    """Show one own date and who comes: place codes, and names only where they may be read now."""
    return slot_page(public_id)


def slot_page(public_id: str, status: int = 200, problem: str = "", *, busy: bool = False) -> Any:
    """Return the page of one own date, with what stood in the way of a step; names on it are a logged reading.

    `busy` when it was the calendar of the room: then the date may be restored all the same.
    """
    with reading() as session:
        slot = queries.get_own_slot(session, current_actor(), public_id)
        attendees = list_attendees(session, current_actor(), slot, notice_version=NOTICE_VERSION, at=at())
        lent = slot.offer.form is Form.ROOM
        borrower = room_loans.find_borrower(session, slot) if lent else None
        kept, waiting = kept_places(session, slot, at()), count_waiting(session, slot, at())
    persons = [one.person for one in attendees if one.person is not None]
    if persons:
        with transaction() as session:
            log.record_list(
                session,
                actor=current_actor(),
                name=f"slot {slot.public_id}",
                persons=persons,
                fields=[Field.IDENTITY],
                at=at(),
            )
    return render(
        "slots/show_slot.html",
        status,
        problem=problem,
        busy=busy,
        slot=slot,
        attendees=[] if lent else attendees,
        lent=lent,
        borrower=borrower,
        kept=kept,
        waiting=waiting,
        people=sum(one.booking.party for one in attendees),
        words=week.places_words(slot, at()),
        past=slot.ends_at <= at(),
        coming=slot.state is SlotState.PLANNED and slot.starts_at > at(),
        may_mark=slot.ends_at <= at()
        and slot.state is SlotState.PLANNED
        and allows(current_actor(), Permission.MARK_ATTENDANCE, slot),
        may_change=slot.state is SlotState.UNSETTLED or (slot.state is SlotState.PLANNED and slot.starts_at > at()),
        may_restore=slot.state is SlotState.UNSETTLED
        or (slot.state is SlotState.CALLED_OFF and slot.starts_at > at() and slot.offer.state is not OfferState.ENDED),
        lacks_room=slot.lacks_room,
        states=SlotState,
        week=week.week_name(week.monday_of(None, clock.local_date(slot.starts_at))),
    )


@blueprint.get("/slots/<public_id>/move")
@for_roles(Role.PARTNER)
def new_move(public_id: str) -> Any:
    """Show the form; with a new time in the address, what moving there does."""
    with reading() as session:
        slot, locations = _changeable(session, public_id)
    form = MoveForm(request.args or None, meta={"csrf": False})
    form.prepare(current_actor(), slot, locations, empty=not request.args)
    if not request.args:
        return _move_form(form, slot)
    if not form.validate():
        return _move_form(form, slot, 422)
    return _move_preview(form, slot, locations)


@blueprint.post("/slots/<public_id>/move")
@for_roles(Role.PARTNER)
def create_move(public_id: str) -> Any:
    """Move the date with everybody who is booked."""
    with reading() as session:
        slot, locations = _changeable(session, public_id)
    form = MoveForm()
    form.prepare(current_actor(), slot, locations, empty=False)
    if not form.validate_on_submit():
        return _move_form(form, slot, 422)
    try:
        starts_at, ends_at = form.times()
        with transaction() as session:
            fresh = queries.get_own_slot(session, current_actor(), public_id)
            booked = verbs.move_slot(
                session,
                actor=current_actor(),
                slot=fresh,
                starts_at=starts_at,
                ends_at=ends_at,
                room=form.chosen_room(locations),
                version=seen_version(),
                despite_busy=takes_it_anyway(),
                at=at(),
            )
    except RoomBusy as error:
        form.version.data = str(slot.version)
        return _move_preview(form, slot, locations, error)
    except HubError as error:
        add_error(form, error)
        form.version.data = str(slot.version)
        return _move_form(form, slot, error.status)
    flash(told(N_("Der Termin ist verlegt."), booked), "ok")
    return redirect(url_for("slots.show_slot", public_id=public_id), code=303)


@blueprint.get("/slots/<public_id>/calling-off")
@for_roles(Role.PARTNER)
def new_calling_off(public_id: str) -> Any:
    """Show what calling the date off does, before it happens."""
    return _calling_off(public_id)


@blueprint.post("/slots/<public_id>/calling-off")
@for_roles(Role.PARTNER)
def create_calling_off(public_id: str) -> Any:
    """Call the date off."""
    try:
        with transaction() as session:
            slot = queries.get_own_slot(session, current_actor(), public_id)
            booked = verbs.call_off_slot(session, actor=current_actor(), slot=slot, version=seen_version(), at=at())
    except RuleBroken as error:
        return _calling_off(public_id, str(error.message), error.status)
    flash(told(N_("Der Termin ist abgesagt."), booked), "ok")
    return redirect(url_for("slots.show_slot", public_id=public_id), code=303)


def told(what: Message, booked: int) -> str:
    """Return what was done and who hears of it."""
    if booked == 0:
        return str(what)
    if booked == 1:
        return str(N_("{what} Der Coach bekommt eine E-Mail.", what=what))
    return str(N_("{what} Die Coaches der {n} Menschen bekommen eine E-Mail.", what=what, n=booked))


def _changeable(session: Session, public_id: str) -> tuple[Slot, list[Any]]:
    slot = queries.get_own_slot(session, current_actor(), public_id)
    return slot, own_offers.list_usable_locations(session, current_actor())


def _move_form(form: MoveForm, slot: Slot, status: int = 200) -> Any:
    return render("slots/new_move.html", status, form=form, slot=slot)


def _move_preview(form: MoveForm, slot: Slot, locations: list[Any], refusal: RoomBusy | None = None) -> Any:
    try:
        starts_at, ends_at = form.times()
        if starts_at <= at():
            raise InvalidInput(fields={"day": N_("Diese Zeit ist schon vorbei.")})
    except InvalidInput as error:
        add_error(form, error)
        return _move_form(form, slot, error.status)
    room = form.chosen_room(locations) or slot.room
    with reading() as session:
        effects = queries.consequences(session, slot, starts_at=starts_at, ends_at=ends_at)
        taken = room is not None and _is_taken(session, room, slot, starts_at, ends_at)
        known = busy_rooms.list_known(session, [(room.id if room else None, starts_at, ends_at)], at=at())
    if known[0] is not Known.FREE and slot.offer.form is Form.ROOM and effects.people:
        form.form_errors.append(BUSY)
        return _move_form(form, slot, 409)
    if taken:
        form.form_errors.append(N_("Der Raum ist zu dieser Zeit schon vergeben. Bitte wählen Sie eine andere Zeit."))
        return _move_form(form, slot, 409)
    context: dict[str, Any] = {"form": form, "slot": slot, "effects": effects, "room": room, "doubled": form.doubled()}
    context |= {"busy": warning(known), "problem": refusal.message if refusal else None}
    status = refusal.status if refusal else 200
    return render("slots/show_move.html", status, starts_at=starts_at, ends_at=ends_at, **context)


def _is_taken(session: Session, room: Room, slot: Slot, starts_at: datetime, ends_at: datetime) -> bool:
    last = ends_at + timedelta(minutes=room.buffer_minutes)
    taken = room_ticks.list_taken_ticks(session, room.id, first=starts_at, last=last, besides=slot.id)
    return not taken.isdisjoint(ticks_between(starts_at, last))


def _calling_off(public_id: str, problem: str = "", status: int = 200) -> Any:
    with reading() as session:
        slot = queries.get_own_slot(session, current_actor(), public_id)
        effects = queries.consequences(session, slot)
    begun = slot.state is SlotState.PLANNED and slot.starts_at <= at()
    if begun or slot.state is SlotState.CALLED_OFF:
        raise NotFound if not problem else RuleBroken(N_("Dieser Termin lässt sich nicht mehr absagen."))
    context = {"problem": problem, "may_wait": slot.state is SlotState.PLANNED}
    return render("slots/new_calling_off.html", status, slot=slot, effects=effects, **context)
