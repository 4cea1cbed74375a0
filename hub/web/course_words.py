"""How a course reads: in one line of a search, its sessions one by one, and which of them a date is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from hub.i18n import N_, Message
from hub.models.booking import Booking, BookingState
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.queries.courses import Outline
from hub.queries.places import Taker
from hub.web.booking_words import mark_of, numeric_date, short_date, unsettled, weekday
from hub.web.filters import NBSP, clock_time

STATES = {SlotState.CALLED_OFF: N_("Fällt aus."), SlotState.UNSETTLED: N_("Noch zu klären.")}


def in_short(outline: Outline, at: datetime) -> Message:
    """Return "Kurs, 6 Termine ab Di 22.9.", or how many are left of one that has begun."""
    coming = outline.to_come(at)
    facts = {"n": len(coming), "day": numeric_date(coming[0].starts_at) if coming else ""}
    if len(coming) == len(outline.sessions):
        return N_("Kurs, {n}\u00a0Termine ab {day}", **facts)
    if len(coming) == 1:
        return N_("Kurs, letzter Termin {day}", **facts)
    return N_("Kurs, noch {n}\u00a0Termine ab {day}", **facts)


def how_full(outline: Outline, who: Actor | Taker, at: datetime) -> str:
    """Return how many places are left in the whole course: "3 frei", "voll"."""
    free = outline.free(who, at)
    return str(N_("{n} frei", n=free)) if free else str(N_("voll"))


def span(slot: Slot) -> Message:
    """Return from when to when a session goes: "10 bis 11 Uhr"."""
    start = clock_time(slot.starts_at).removesuffix(f"{NBSP}Uhr")
    return N_("{start} bis {end}", start=start, end=clock_time(slot.ends_at))


def knots(outline: Outline, at: datetime) -> list[dict[str, Any]]:
    """Return the sessions that are not over as knots of the thread; place and room only where one differs."""
    offer, total = outline.course.offer, len(outline.sessions)
    items = []
    for slot in sorted(outline.sessions, key=lambda one: one.starts_at):
        if slot.ends_at <= at:
            continue
        off = slot.state is SlotState.CALLED_OFF
        elsewhere = slot.location if slot.location_id not in (None, offer.location_id) else None
        room = slot.room if slot.room_id not in (None, offer.room_id) else None
        items.append(
            {
                "when": weekday(slot.starts_at),
                "note": short_date(slot.starts_at),
                "at": slot.starts_at.isoformat(),
                "mark": "off" if off else ("due" if slot.state is SlotState.UNSETTLED else "free"),
                "headline": span(slot),
                "state": STATES.get(slot.state),
                "text": N_("Termin {n} von {total}", n=slot.session, total=total),
                "place": " · ".join(part.name for part in (elsewhere, room) if part is not None),
                "off": off,
            }
        )
    return items


def which(booking: Booking, totals: Mapping[int, int] | None = None) -> Message | None:
    """Return "Kurs, Termin 2 von 6" for a place in a course, else None; without `totals` (count_sessions) no "von"."""
    return which_session(booking.slot, totals)


def which_session(slot: Slot | None, totals: Mapping[int, int] | None = None) -> Message | None:
    """Return the same for a date."""
    if slot is None or slot.course_id is None:
        return None
    total = (totals or {}).get(slot.course_id)
    if total is None:
        return N_("Kurs, Termin {n}", n=slot.session)
    return N_("Kurs, Termin {n} von {total}", n=slot.session, total=total)


def booked_knots(rows: list[Booking], total: int, *, shown: int) -> list[dict[str, Any]]:
    """Return a person's places in a course as knots that lead to their pages; the one `shown` leads nowhere."""
    items = []
    for booking in rows:
        off, number = booking.state is BookingState.CANCELLED, booking.slot.session if booking.slot else None
        item: dict[str, Any] = {
            "when": weekday(booking.starts_at),
            "note": short_date(booking.starts_at),
            "at": booking.starts_at.isoformat(),
            "mark": mark_of(booking),
            "headline": clock_time(booking.starts_at),
            "text": N_("Termin {n} von {total}", n=number, total=total),
            "off": off,
        }
        if off:
            item["state"] = N_("Fällt aus.") if booking.cancelled_by == "partner" else N_("Abgesagt.")
        elif unsettled(booking):
            item["state"] = STATES[SlotState.UNSETTLED]
        if booking.id != shown:
            page = url_for("bookings.show_booking", public_id=booking.public_id)
            item |= {"href": page, "link": N_("Ansehen"), "whole": True}
        items.append(item)
    return items
