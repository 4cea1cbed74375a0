"""The person's own page: dates, "I cannot come", consents, calendars, and who learned what."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.actions.bookings import cancel_booking
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.booking import OWN, Booking, BookingState
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.queries import (
    bookings,
    consent_reminders,
    consents,
    courses,
    date_news,
    disclosures,
    duties,
    participants,
    subscription_care,
)
from hub.queries.bookability import phone_of
from hub.queries.consent_reminders import SOON
from hub.queries.given_back import GIVEN_BACK, is_given_back
from hub.web import (
    course_words,
    crowding_words,
    date_tasks,
    date_words,
    own_given_back,
    own_moves,
    own_rounds,
    own_shortlists,
    own_subscriptions,
    own_waiting,
)
from hub.web.access import for_person
from hub.web.booking_words import (
    code_for_desk,
    location_of,
    map_of,
    persons_knot,
    place_of,
    sentences,
    title_of,
    unsettled,
)
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.duty_words import sentence_for_person
from hub.web.filters import relative_day
from hub.web.shortlist_words import phone_for
from hub.web.telling_words import in_words, telling

blueprint = Blueprint("me", __name__)
SHOWN_DISCLOSURES = 3
DATES = 50  # also those that were given back
PAGE, LAST_PAGE = 50, 100_000
COACH_IS_NEW = timedelta(days=30)


@blueprint.get("/me")
@for_person
def show_me() -> tuple[str, int]:
    """Show the next dates, what the person allowed, and who learned what."""
    actor, now = current_actor(), at()
    with reading() as session:
        person = participants.get_self(session, actor, at=now)
        again = is_given_back(person, at=now)
        found = bookings.list_coming(session, person.id, since=now, private=True, also=again, limit=DATES)
        coming = [one for one in found if one.cancelled_by not in GIVEN_BACK]
        given, waits = consents.list_current(session, person.id, at=now)
        calendars = subscription_care.list_own(session, actor, at=now)
        releases_ending = consent_reminders.list_ending_releases(session, [person.id], at=now)
        told = disclosures.list_disclosures(session, actor, participant_id=person.id, at=now)
        totals = courses.count_sessions(session, [booking.slot for booking in coming])
        chosen = own_shortlists.on_the_own_page(session, person)
        asked = own_rounds.on_the_own_page(session, person)
        wishes = own_waiting.on_the_own_page(session, person)
    first = next((booking for booking in coming if booking.state is not BookingState.CANCELLED), None)
    return render(
        "me/show_me.html",
        person=person,
        lantern=_lantern(first, totals) if first else None,
        dates=[_knot(booking, now, totals) for booking in coming if booking is not first],
        pairs=[date_tasks.both(pair) for pair in date_news.pairs_of_persons(coming, now)],
        consents=given,
        ending={one.id for one in given if one.valid_until <= now + SOON},
        releases_ending=releases_ending,
        allowed={one.id: in_words(one.field_groups) for one in given},
        **own_subscriptions.on_the_own_page(calendars, given, waits),
        told=[telling(row) for row in told[:SHOWN_DISCLOSURES]],
        more_told=len(told) > SHOWN_DISCLOSURES,
        help_phone=phone_for(person),
        new_coach=_new_coach(person, now),
        rounds=asked,
        wishes=wishes,
        given_back=own_given_back.rows_of((one for one in found if one.cancelled_by in GIVEN_BACK), now),
        **chosen,
    )


def _lantern(booking: Booking, totals: dict[int, int]) -> dict[str, Any]:
    location = location_of(booking)
    slot = booking.slot
    return {
        "booking": booking,
        "kicker": relative_day(booking.starts_at),
        "title": title_of(booking),
        "place": place_of(booking, own=True),
        "course": course_words.which(booking, totals),
        "crowding": crowding_words.shown(slot.offer, slot) if slot is not None else None,
        "open": booking.access == Access.OPEN,
        "step_free": location is not None and location.step_free,
        "bring": slot.offer.bring if slot is not None else "",
        "code": booking.code if code_for_desk(booking) else None,
        "join": _joining(booking),
        "map": map_of(booking),
        "unsettled": unsettled(booking),
        "moved": date_words.moved(booking),
    }


def _joining(booking: Booking) -> str | None:
    """Return the page with the way into an online date; the provider's address itself stands only there."""
    online = booking.slot is not None and booking.slot.offer.is_online and booking.state is BookingState.CONFIRMED
    return url_for("joining.show_joining", public_id=booking.public_id) if online else None


def _knot(booking: Booking, now: datetime, totals: dict[int, int]) -> dict[str, Any]:
    item = persons_knot(booking, title=True)
    if course := course_words.which(booking, totals):
        item["text"] = sentences([str(course), item["text"]])
    if booking.slot is not None:
        item["crowding"] = crowding_words.shown(booking.slot.offer, booking.slot)
    item["join"] = _joining(booking)
    if booking.state is BookingState.CONFIRMED and booking.starts_at > now:
        item["href"] = url_for("me.new_cancellation", public_id=booking.public_id)
        item["link"] = str(N_("Absagen") if booking.access == OWN else N_("Ich kann nicht kommen"))
    return item


def _new_coach(person: Participant, now: datetime) -> str:
    """Return the coach's name for a month after somebody else took over (T12), else nothing."""
    changed = person.coach_changed_at
    fresh = changed is not None and now - changed < COACH_IS_NEW
    return person.coach.name if fresh and person.coach is not None else ""


@blueprint.get("/me/disclosures")
@for_person
def list_disclosures() -> tuple[str, int]:
    """Show all that went to others: when, to whom, which fields, why (R-ACC-08)."""
    actor, now = current_actor(), at()
    page = max(1, min(LAST_PAGE, request.args.get("page", 1, type=int)))
    with reading() as session:
        person = participants.get_self(session, actor, at=now)
        told = disclosures.list_disclosures(session, actor, participant_id=person.id, page=page, size=PAGE, at=now)
        owed = [sentence_for_person(one) for one in duties.list_of_person(session, person.id)]
    return render(
        "me/list_disclosures.html",
        told=[telling(row) for row in told[:PAGE]],
        back=url_for(".list_disclosures", page=page - 1) if page > 1 else None,
        onward=url_for(".list_disclosures", page=page + 1) if len(told) > PAGE else None,
        duties=owed,
        help_phone=phone_for(person),
    )


@blueprint.get("/me/bookings/<public_id>/cancellation")
@for_person
def new_cancellation(public_id: str) -> Response | tuple[str, int]:
    """Show what "I cannot come" does; after the deadline the telephone instead of the button."""
    return _ask(public_id)


def _ask(public_id: str, status: int = 200, refusal: Message | None = None) -> Response | tuple[str, int]:
    with reading() as session:
        booking = _own(session, public_id)
        if booking.state is BookingState.CANCELLED:  # a second tap, or the way back: the own page shows how it stands
            return redirect(url_for("me.show_me"), code=303)
        person = participants.get_self(session, current_actor(), at=at())
        slot = booking.slot
        rest: list[Booking] = []
        if slot is not None and slot.course_id is not None:
            rest, _ = courses.list_to_give_back(session, slot.course_id, person.id, by="person", at=at())
    offer = booking.slot.offer if booking.slot is not None else None
    late = offer is None or at() > booking.starts_at - timedelta(minutes=offer.cancel_minutes)
    return render(
        "me/new_cancellation.html",
        status,
        booking=booking,
        title=title_of(booking),
        place=place_of(booking, own=True),
        others=_others(booking, rest),
        late=late,
        visit=offer is None,
        movable=own_moves.is_movable(booking),
        desk=phone_of(offer) if offer is not None else phone_for(person),
        coach=person.coach.name if person.coach is not None else "",
        help_phone=phone_for(person),
        refusal=refusal,
        today=clock.local_date(at()),
    )


def _others(booking: Booking, rest: list[Booking]) -> int:
    """Return how many dates leaving the course would end, zero where that is only the one asked about."""
    return len(rest) if any(one.id != booking.id for one in rest) else 0


def _own(session: Session, public_id: str) -> Booking:
    booking = bookings.get_booking(session, current_actor(), public_id, at=at())
    if booking.state not in (BookingState.CONFIRMED, BookingState.CANCELLED):
        raise NotFound
    return booking


@blueprint.post("/me/bookings/<public_id>/cancellation")
@for_person
def create_cancellation(public_id: str) -> Response | tuple[str, int]:
    """Give the place back; no reason is asked."""
    try:
        with transaction() as session:
            booking = _own(session, public_id)
            cancel_booking(session, actor=current_actor(), booking=booking, by="person", at=at())
    except RuleBroken as error:
        return _ask(public_id, error.status, error.message)
    flash(str(N_("Abgesagt. Danke, dass Sie Bescheid geben.")), "ok")
    return redirect(url_for("me.show_me"), code=303)
