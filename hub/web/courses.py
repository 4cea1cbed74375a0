"""Booking a course whole, with all its dates on one page, and giving back what is left of it."""

from flask import Blueprint, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions.courses import book_course, cancel_course_bookings
from hub.crypto import new_token
from hub.errors import ConsentMissing, NotFound, RuleBroken, SentBefore
from hub.i18n import N_, Message
from hub.models.booking import Booking
from hub.models.participant import Participant
from hub.models.slot import Course
from hub.models.user import Role
from hub.queries import bookings, courses, exclusions
from hub.queries.bookability import largest_party, obstacle_of_person
from hub.queries.courses import Outline
from hub.queries.participants import get_participant
from hub.web import course_words, other_courses
from hub.web.access import for_person, for_roles
from hub.web.booking_form import BookingForm, answers_of, log_reading
from hub.web.booking_words import place_of, place_of_date, title_of
from hub.web.context import at, current_actor, reading, render, transaction

blueprint = Blueprint("courses", __name__)


@blueprint.get("/courses/<public_id>/bookings/new")
@for_roles(Role.COACH)
def new_booking(public_id: str) -> tuple[str, int]:
    """Show all dates of a course and what booking it does, before it does it."""
    form = BookingForm(person=request.args.get("person", ""), key=new_token(160))
    return _confirm_page(public_id, form)


@blueprint.post("/courses/<public_id>/bookings")
@for_roles(Role.COACH)
def create_booking(public_id: str) -> Response | tuple[str, int]:
    """Book every session or none; a refusal brings the page back with the session that stands against it."""
    form, actor = BookingForm(), current_actor()
    if not form.validate_on_submit():
        return _confirm_page(public_id, form, status=422)
    try:
        with transaction() as session:
            made = book_course(
                session,
                actor=actor,
                course=courses.get_course(session, actor, public_id),
                participant=get_participant(session, actor, form.person.data or "", at=at()),
                party=form.wanted,
                idempotency_key=form.key.data or None,
                seen=form.seen.data or None,
                at=at(),
            )
    except RuleBroken as error:
        form.refuse(error)
        return _confirm_page(public_id, form, status=error.status, refusal=error)
    return redirect(url_for("bookings.show_booking", public_id=made[0].public_id), code=303)


def _confirm_page(
    public_id: str, form: BookingForm, *, status: int = 200, refusal: RuleBroken | None = None
) -> tuple[str, int]:
    actor, now = current_actor(), at()
    g.section = "finding"
    with reading() as session:
        course = courses.get_course(session, actor, public_id)
        person = get_participant(session, actor, form.person.data or "", at=now)
        outline = courses.get_outline(session, course)
        obstacle = None if refusal else _obstacle(session, outline, person)
        coming = outline.to_come(now)
        last = max(coming, key=lambda one: one.ends_at, default=outline.sessions[-1])
        consented, accepted = answers_of(session, last, person)
        refused = refusal is not None and not isinstance(refusal, (ConsentMissing, SentBefore))
        others = other_courses.alternatives(session, outline, person, form.wanted) if obstacle or refused else []
    log_reading(person, "booking")
    form.seen.data = courses.seen_of(coming)
    return render(
        "courses/new_booking.html",
        status,
        form=form,
        course=course,
        offer=course.offer,
        person=person,
        first=coming[0] if coming else None,
        headline=course_words.in_short(outline, now),
        sessions=course_words.knots(outline, now),
        obstacle=obstacle,
        ready=consented and accepted and not isinstance(refusal, ConsentMissing),
        consented=consented,
        place=place_of_date(coming[0] if coming else last),
        free=course_words.how_full(outline, actor, now),
        refused=refused,
        alternatives=others,
        largest=largest_party(course.offer),
    )


def _obstacle(session: Session, outline: Outline, person: Participant) -> Message | None:
    if found := courses.obstacle_of_course(outline, at()):
        return found
    coming = outline.to_come(at())
    if found := obstacle_of_person(outline.course.offer, person, coming[0].starts_at.year):
        return found
    if found := exclusions.obstacle_of_exclusion(session, person.id, outline.course.offer.organisation_id):
        return found
    if outline.free(current_actor(), at()) == 0:
        return N_("Ein Termin dieses Kurses ist voll. Der Kurs lässt sich nur ganz buchen.")
    return courses.obstacle_of_time(session, person.id, coming)


@blueprint.get("/bookings/<public_id>/course-cancellation")
@for_roles(Role.COACH)
def new_cancellation(public_id: str) -> tuple[str, int]:
    """Show which dates end when somebody leaves a course."""
    g.section = "participants"
    with reading() as session:
        booking, course = _booked(session, public_id)
        rows = _left(session, booking, course, "coach")
        total = courses.count_sessions(session, [booking.slot])
    if booking.participant is not None:
        log_reading(booking.participant, "booking")
    if not rows:
        raise NotFound
    return render(
        "courses/new_cancellation.html",
        booking=booking,
        person=booking.participant,
        course=course,
        title=title_of(booking),
        place=place_of(booking),
        sessions=course_words.booked_knots(rows, total.get(course.id, 0), shown=0),
        n=len(rows),
    )


@blueprint.post("/bookings/<public_id>/course-cancellation")
@for_roles(Role.COACH)
def create_cancellation(public_id: str) -> Response:
    """Give back every session that is left; also the way back straight after booking."""
    with transaction() as session:
        booking, course = _booked(session, public_id)
        person = _person(booking)
        if _left(session, booking, course, "coach"):
            cancel_course_bookings(
                session, actor=current_actor(), course=course, participant=person, by="coach", at=at()
            )
    flash(str(N_("Die Plätze sind zurückgegeben.")), "ok")
    return redirect(url_for("participants.show_participant", public_id=person.public_id), code=303)


@blueprint.post("/me/bookings/<public_id>/course-cancellation")
@for_person
def create_own_cancellation(public_id: str) -> Response:
    """Let a person leave a course; no reason is asked."""
    with transaction() as session:
        booking, course = _booked(session, public_id)
        if _left(session, booking, course, "person"):
            cancel_course_bookings(
                session, actor=current_actor(), course=course, participant=_person(booking), by="person", at=at()
            )
    flash(str(N_("Der Kurs ist abgesagt. Danke, dass Sie Bescheid geben.")), "ok")
    return redirect(url_for("me.show_me"), code=303)


def _booked(session: Session, public_id: str) -> tuple[Booking, Course]:
    """Return a place in a course with that course; else NotFound."""
    booking = bookings.get_booking(session, current_actor(), public_id, at=at())
    if booking.slot is None or booking.participant_id is None:
        raise NotFound
    return booking, courses.get_course_of(session, booking.slot)


def _person(booking: Booking) -> Participant:
    if booking.participant is None:
        raise NotFound
    return booking.participant


def _left(session: Session, booking: Booking, course: Course, by: str) -> list[Booking]:
    """Return the places of this person in the course that can still be given back, by time."""
    ending, _ = courses.list_to_give_back(session, course.id, booking.participant_id or 0, by=by, at=at())
    return sorted(ending, key=lambda one: one.starts_at)
