"""What the page of one offer says: how one comes, what is good to know, and its dates."""

import datetime as dt
from typing import Any

from flask import url_for

from hub.i18n import N_, Message
from hub.models.mark import valid_marks
from hub.models.offer import Access, Freshness, Offer
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor, ActorKind
from hub.queries.courses import Outline
from hub.queries.offer_filters import free_places
from hub.web import booking_words, course_words, crowding_words, filters, offer_words, place_words

ENTRANCES: dict[Access, tuple[Message, Message | None]] = {
    Access.OPEN: (N_("Einfach hingehen. Sie brauchen keine Anmeldung und keinen Ausweis."), None),
    Access.ANONYMOUS: (
        N_("Ihr Coach nimmt einen Platz für Sie. Oder Sie rufen an."),
        N_("Ohne Namen heißt: Sie bekommen ein Wort und eine Zahl. Mehr erfährt der Partner nicht."),
    ),
    Access.NAMED: (
        N_("Ihr Coach nimmt einen Platz für Sie. Oder Sie rufen an."),
        N_("Den Namen erfährt der Partner erst, wenn Sie Ja gesagt haben."),
    ),
    Access.REQUEST: (
        N_("Ihr Coach fragt für Sie an. Oder Sie rufen an."),
        N_("Der Partner sagt zuerst zu oder ab. Ihren Namen erfährt er erst danach."),
    ),
}
UNSURE = N_("Findet das noch statt? Das wissen wir gerade nicht.")
CALL_FIRST = N_("Der Partner hat lange nicht geantwortet. Bitte rufen Sie vorher an. Buchen geht so lange nicht.")


def how_full(offer: Offer, slot: Slot | None, actor: Actor, free: int | None = None) -> tuple[str, Message]:
    """Return state and words of a date: the public learns free or full, staff how many.

    `free` are the places of the whole course that a session stands for.
    """
    if slot is None:
        return "soon", N_("nach Absprache")
    if slot.state is SlotState.CALLED_OFF:
        return "off", N_("fällt aus")
    if slot.state is SlotState.UNSETTLED:
        return "soon", N_("wird noch geklärt")
    if offer.freshness is Freshness.HIDDEN:
        return "soon", N_("bitte vorher anrufen")
    if offer.access is Access.OPEN:
        return "open", N_("einfach hingehen")
    free = free_places(slot, actor) if free is None else free
    if free <= 0:
        return "full", N_("voll")
    if actor.kind is not ActorKind.STAFF:
        return "free", N_("Plätze frei")
    return "free", N_("{n} Plätze frei", n=free) if free > 1 else N_("1 Platz frei")


def entrance(offer: Offer, slots: list[Slot], phone: str) -> dict[str, Any]:
    """Return what the lantern says: the next date, how one comes, and the number to call."""
    going = next((slot for slot in slots if slot.state is SlotState.PLANNED), None)
    sentence, second = ENTRANCES[offer.access]
    if offer.freshness is Freshness.HIDDEN:
        return {"headline": UNSURE, "sentence": CALL_FIRST, "phone": phone}
    if offer.freshness is Freshness.FADING:
        second = N_("Der Partner hat lange nicht gesagt, ob es noch stattfindet. Rufen Sie vorher lieber kurz an.")
    return {
        "kicker": N_("Nächstes Mal") if going else None,
        "day": filters.day_clock(going.starts_at) if going else None,
        "headline": None if going else N_("Der nächste Termin steht noch nicht fest."),
        "sentence": sentence,
        "second": second,
        "phone": phone,
    }


def date(offer: Offer, slot: Slot, actor: Actor) -> dict[str, Any]:
    """Return one date as a knot of the thread; place and room stand there only when they differ from the offer's."""
    off = slot.state is SlotState.CALLED_OFF
    mark, word = how_full(offer, slot, actor)
    elsewhere = slot.location if slot.location_id not in (None, offer.location_id) else None
    room = slot.room if slot.room_id not in (None, offer.room_id) else None
    start = filters.clock_time(slot.starts_at).removesuffix(f"{filters.NBSP}Uhr")
    span = N_("{start} bis {end}", start=start, end=filters.clock_time(slot.ends_at))
    return {
        "when": booking_words.weekday(slot.starts_at),
        "note": booking_words.short_date(slot.starts_at),
        "at": slot.starts_at.isoformat(),
        "mark": mark,
        "headline": span,
        "state": word if off else None,
        "text": None if off else word,
        "place": " · ".join(part.name for part in (elsewhere, room) if part is not None),
        "crowding": crowding_words.shown(offer, slot),
        "off": off,
    }


def course(offer: Offer, outline: Outline, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Return one course: its name, whether one can still join and how full it is, and all its sessions to come."""
    coming = outline.to_come(at)
    state, word = how_full(offer, coming[0] if coming else None, actor, outline.free(actor, at))
    if coming and (coming[0].session or 0) > outline.course.join_until:
        state, word = "full", N_("hat begonnen, Einsteigen geht nicht mehr")
    joining = N_("Man bucht alle Termine zusammen. Einsteigen geht bis Termin {n}.", n=outline.course.join_until)
    return {
        "name": outline.course.name,
        "headline": course_words.in_short(outline, at),
        "joining": joining,
        "state": state,
        "word": word,
        "sessions": course_words.knots(outline, at),
        "id": outline.course.public_id,
    }


def in_order(slots: list[Slot], courses: list[Outline], at: dt.datetime) -> list[Slot]:
    """Return single dates and sessions to come by time, for what is next."""
    return sorted([*slots, *(one for course in courses for one in course.to_come(at))], key=lambda one: one.starts_at)


def known(offer: Offer, today: dt.date) -> list[tuple[Any, Any, Any]]:
    """Return what is good to know before one goes, as (word, value, note)."""
    place, room = (None, None) if offer.visits_home else (offer.location, offer.room)
    where = ", ".join(part.name for part in (place, room) if part is not None)
    languages = ", ".join(offer_words.language_name(code) for code in offer.languages)
    marks = valid_marks(offer, today)
    numbers = N_("Nummer {numbers}", numbers=", ".join(one.number for one in marks)) if marks else None
    return [
        (N_("Wo"), where or offer_words.FORMS[offer.form], place_words.address(place) if place else None),
        (N_("Zugang"), place_words.access(place, room) if place else None, None),
        (N_("Sprachen"), languages, None),
        (N_("Für wen"), _for_whom(offer), None),
        (N_("Begleitung"), N_("Sie dürfen jemanden mitbringen.") if offer.companion_welcome else None, None),
        (N_("Mitbringen"), offer.bring, None),
        (N_("Kosten"), offer.cost or N_("kostenlos"), None),
        (N_("Zuletzt bestätigt"), filters.full_day(offer.confirmed_at) if offer.confirmed_at else None, None),
        (N_("Anerkannt"), ", ".join(str(offer_words.MARKS[one.kind]) for one in marks), numbers),
    ]


def _for_whom(offer: Offer) -> str:
    parts = [N_("nur für Frauen")] if offer.women_only else []
    if offer.youngest is not None:
        parts.append(N_("ab {age} Jahren", age=offer.youngest))
    if offer.oldest is not None:
        parts.append(N_("bis {age} Jahre", age=offer.oldest))
    return ", ".join(str(part) for part in parts)


def address(offer: Offer) -> str:
    """Return the path of the offer's page."""
    return url_for("offers.show_offer", public_id=offer.public_id)
