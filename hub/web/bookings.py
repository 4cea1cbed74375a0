"""Booking a date for a person: what happens, the booked page, moving it and giving it back."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.actions.bookings import book_slot, cancel_booking, reschedule_booking
from hub.crypto import new_token
from hub.errors import ConsentMissing, NotFound, PersonElsewhere, RuleBroken, SlotFull
from hub.i18n import N_, Message
from hub.models.booking import OWN, UNDECIDED, Booking, BookingState
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.user import Role
from hub.queries import bookings, busy_dates, courses, exclusions, holds, past_dates, slots
from hub.queries.bookability import largest_party, obstacle_of_offer, obstacle_of_person, obstacle_of_slot
from hub.queries.given_back import GIVEN_BACK
from hub.queries.participants import get_participant, get_participant_to_book, running_participation
from hub.queries.places import taker_for, taker_of_person
from hub.web import course_words, date_tasks, date_words, delivery_words, other_dates, waiting_words
from hub.web.access import for_roles
from hub.web.attendance import WORDS as ATTENDANCE
from hub.web.booking_form import BookingForm, answers_of, log_reading
from hub.web.booking_words import free_words, join_link_of, place_of, place_of_date, title_of, unsettled
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import instant_of
from hub.web.visit_moves import is_movable

blueprint = Blueprint("bookings", __name__)
FRESH = timedelta(minutes=10)  # so long the page offers to undo


@blueprint.get("/slots/<public_id>/bookings/new")
@for_roles(Role.COACH)
def new_booking(public_id: str) -> Response | tuple[str, int]:
    """Show what booking this date for a person does, before it does it."""
    form = BookingForm(person=request.args.get("person", ""), key=new_token(160))
    return confirm_page(public_id, form)


@blueprint.post("/slots/<public_id>/bookings")
@for_roles(Role.COACH)
def create_booking(public_id: str) -> Response | tuple[str, int]:
    """Book the date; a refusal brings the page back with the reason and, where it is full, with other dates."""
    form, actor = BookingForm(), current_actor()
    if not form.validate_on_submit():
        return confirm_page(public_id, form, status=422)
    try:
        with reading() as session:  # before whoever writes has to wait for us
            slot = slots.get_slot_to_book(session, actor, public_id)
            person = get_participant_to_book(session, actor, form.person.data or "", at=at())
        with transaction() as session:
            session.add_all((slot, person))
            booking = book_slot(
                session,
                actor=actor,
                slot=slot,
                participant=person,
                party=form.wanted,
                idempotency_key=form.key.data or None,
                seen_at=instant_of(form.seen.data),
                at=at(),
            )
    except RuleBroken as error:
        form.refuse(error)
        return confirm_page(public_id, form, status=error.status, refusal=error)
    return redirect(url_for("bookings.show_booking", public_id=booking.public_id), code=303)


def confirm_page(
    public_id: str, form: BookingForm, *, status: int = 200, refusal: RuleBroken | None = None
) -> Response | tuple[str, int]:
    """Return the page before the booking, with the reason and other dates where something stands against it.

    A session of a course leads to the page of the whole course.
    """
    actor, now = current_actor(), at()
    g.section = "finding"
    with reading() as session:
        slot = slots.get_slot(session, actor, public_id)
        if slot.course_id is not None:
            whole = courses.get_public_id(session, slot.course_id)
            return redirect(url_for("courses.new_booking", public_id=whole, person=form.person.data), code=303)
        person = get_participant(session, actor, form.person.data or "", at=now)
        hold = holds.find_hold(session, slot.id, person.id)
        obstacle = None if refusal else _obstacle(session, slot, person, hold)
        consented, accepted = answers_of(session, slot, person)
        taker = taker_of_person(session, person)
        free = free_words(slot, taker)
        full = isinstance(refusal, SlotFull) or (hold is None and free == str(N_("voll")))
        queue = waiting_words.queue_of(session, slot, person) if full or hold else None
        clash = None
        if isinstance(refusal, PersonElsewhere) or obstacle is PersonElsewhere.default:
            clash = _clash(session, slot, person, hold)
        elsewhere = full or clash is not None or _is_over_or_off(slot)
        other = other_dates.alternatives(session, slot, person, taker, form.wanted) if elsewhere else []
    log_reading(person, "booking")
    form.seen.data = slot.starts_at.isoformat()
    return render(
        "bookings/new_booking.html",
        status,
        form=form,
        slot=slot,
        person=person,
        obstacle=obstacle,
        ready=consented and accepted and not isinstance(refusal, ConsentMissing),
        consented=consented,
        place=place_of_date(slot),
        free=free,
        queue=queue,
        hold=hold if holds.is_running(hold, now) else None,
        full=full,
        alternatives=other,
        clash=clash if clash is not None and clash.state is BookingState.CONFIRMED else None,
        largest=largest_party(slot.offer),
    )


def _obstacle(session: Session, slot: Slot, person: Participant, hold: Booking | None) -> Message | None:
    on = clock.local_date(slot.starts_at)
    if found := obstacle_of_slot(slot, at()) or obstacle_of_person(slot.offer, person, on.year):
        return found
    if not person.takes_part(on):
        return N_("An diesem Tag läuft die Teilnahme nicht.")
    if excluded := exclusions.obstacle_of_exclusion(session, person.id, slot.offer.organisation_id):
        return excluded
    return PersonElsewhere.default if _clash(session, slot, person, hold) else None


def _is_over_or_off(slot: Slot) -> bool:
    """Tell whether this date alone cannot be booked, so that another of the same offer is worth naming."""
    return obstacle_of_slot(slot, at()) is not None and obstacle_of_offer(slot.offer) is None


def _clash(session: Session, slot: Slot, person: Participant, hold: Booking | None) -> Booking | None:
    """Return what the person has at the same time, besides the place held for this very date."""
    besides = hold.id if hold is not None else None
    return busy_dates.find_overlap(session, person.id, slot.starts_at, slot.ends_at, besides=besides)


@blueprint.get("/bookings/<public_id>")
@for_roles(Role.COACH)
def show_booking(public_id: str) -> tuple[str, int]:
    """Show one booking: when, where, the place code, and the ways out."""
    booking = _read(public_id)
    sessions = _sessions_of(booking)
    with reading() as session:
        pairs = date_tasks.at_one_time(session, current_actor(), booking, at())
        over = past_dates.find_past(session, current_actor(), booking, at=at()) if booking.ends_at <= at() else None
        calendar = delivery_words.in_calendars(session, booking, at())
    return render(
        "bookings/show_booking.html",
        sessions=sessions,
        join=join_link_of(booking),
        booking=booking,
        person=booking.participant,
        title=title_of(booking),
        place=place_of(booking),
        fresh=booking.created_at > at() - FRESH,
        off=booking.state is BookingState.CANCELLED,
        unsettled=unsettled(booking),
        past=booking.ends_at <= at(),
        over=over,
        marks=ATTENDANCE,
        now=at(),
        news=date_words.news_of(booking) | {"pairs": pairs, "calendar": calendar},
        movable=is_movable(booking, current_actor().user_id),
        again=_is_bookable_again(booking),
    )


def _is_bookable_again(booking: Booking) -> bool:
    """Tell whether a place that the own side gave back can be booked once more; a partner's date that is off cannot."""
    slot = booking.slot
    if slot is None or booking.state is not BookingState.CANCELLED or booking.access == OWN:
        return False
    return booking.cancelled_by in GIVEN_BACK and obstacle_of_slot(slot, at()) is None


def _sessions_of(booking: Booking) -> list[dict[str, Any]]:
    """Return all places of the person in the course this one belongs to, else nothing."""
    slot = booking.slot
    if slot is None or slot.course_id is None or booking.participant_id is None:
        return []
    with reading() as session:
        rows = courses.list_bookings(session, slot.course_id, booking.participant_id)
        total = courses.count_sessions(session, [slot])[slot.course_id]
    return course_words.booked_knots(rows, total, shown=booking.id)


def _read(public_id: str) -> Booking:
    g.section = "participants"
    with reading() as session:
        booking = bookings.get_booking(session, current_actor(), public_id, at=at())
    if booking.state in (*UNDECIDED, BookingState.EXPIRED):
        raise NotFound  # a place only kept is no date
    if booking.participant is not None:
        log_reading(booking.participant, "booking")
    return booking


@blueprint.get("/bookings/<public_id>/cancellation")
@for_roles(Role.COACH)
def new_cancellation(public_id: str) -> Response | tuple[str, int]:
    """Show what calling a date off does, to whom; one that is off already shows itself."""
    booking = _read(public_id)
    if booking.state is not BookingState.CONFIRMED:
        return redirect(url_for("bookings.show_booking", public_id=public_id), code=303)
    return render(
        "bookings/new_cancellation.html",
        booking=booking,
        person=booking.participant,
        title=title_of(booking),
        place=place_of(booking),
    )


@blueprint.post("/bookings/<public_id>/cancellation")
@for_roles(Role.COACH)
def create_cancellation(public_id: str) -> Response:
    """Give the place back, once; also the way back straight after booking."""
    with transaction() as session:
        booking = bookings.get_booking(session, current_actor(), public_id, at=at())
        if booking.state is BookingState.CANCELLED:
            return redirect(url_for("bookings.show_booking", public_id=public_id), code=303)
        cancel_booking(session, actor=current_actor(), booking=booking, by="coach", at=at())
    person = booking.participant
    done = N_("Der Termin ist abgesagt.") if booking.access == OWN else N_("Der Platz ist zurückgegeben.")
    flash(str(done), "ok")
    if person is None:
        return redirect(url_for("today.show_today"), code=303)
    return redirect(url_for("participants.show_participant", public_id=person.public_id), code=303)


@blueprint.get("/bookings/<public_id>/slot")
@for_roles(Role.COACH)
def edit_booking(public_id: str) -> tuple[str, int]:
    """Show the other dates of the same offer to move a place to."""
    return _choose(public_id)


def _choose(public_id: str, status: int = 200, refusal: RuleBroken | None = None) -> tuple[str, int]:
    booking = _read(public_id)
    person = booking.participant
    if booking.slot is None or person is None or booking.state is not BookingState.CONFIRMED:
        raise NotFound
    with reading() as session:
        running = running_participation(session, person.id, on=clock.local_date(booking.starts_at))
        taker = taker_for(session, person, [running.programme_id] if running else [])
        choices = other_dates.places_to_move_to(session, booking, taker)
        other = [] if choices else other_dates.alternatives(session, booking.slot, person, taker, booking.party)
    return render(
        "bookings/edit_booking.html",
        status,
        booking=booking,
        person=person,
        title=title_of(booking),
        choices=choices,
        alternatives=other,
        refusal=refusal,
    )


@blueprint.post("/bookings/<public_id>/slot")
@for_roles(Role.COACH)
def update_booking(public_id: str) -> Response | tuple[str, int]:
    """Move a place to another date of the same offer."""
    actor = current_actor()
    try:
        with transaction() as session:
            booking = bookings.get_booking(session, actor, public_id, at=at())
            slot = slots.get_slot(session, actor, request.form.get("slot", ""))
            reschedule_booking(
                session,
                actor=actor,
                booking=booking,
                slot=slot,
                seen_at=instant_of(request.form.get("seen")),
                sequence=request.form.get("sequence", type=int),
                at=at(),
            )
    except RuleBroken as error:
        return _choose(public_id, error.status, error)
    flash(str(N_("Der Termin ist verlegt.")), "ok")
    return redirect(url_for("bookings.show_booking", public_id=public_id), code=303)
