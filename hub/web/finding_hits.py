"""How a hit explains itself: one line of facts, what fits, how one gets in, and up to three dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from hub import clock
from hub.i18n import N_, Message
from hub.models.offer import STALE, Access, Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.queries.bookability import obstacle_of_offer, obstacle_of_person
from hub.queries.courses import Outline
from hub.queries.offer_filters import MINUTES
from hub.queries.offers import Hit
from hub.queries.places import Taker, free_for
from hub.web import course_words, crowding_words, offer_words
from hub.web.booking_words import free_words, short_date, weekday
from hub.web.filters import clock_time, kilometres
from hub.web.finding_form import days
from hub.web.finding_wishes import Wishes

HOW: Mapping[Access, Message] = {
    Access.OPEN: N_("Einfach hingehen, ohne Anmeldung."),
    Access.ANONYMOUS: N_("Platz ohne Namen: {name} bekommt ein Wort, zum Beispiel „Birke 27“."),
    Access.NAMED: N_("Platz mit Namen: {name} entscheidet vorher, was der Partner erfährt."),
    Access.REQUEST: N_("Erst anfragen: Der Partner sagt zu, dann steht der Termin."),
}
BUSY = N_("da ist schon ein Termin")


@dataclass(frozen=True)
class Explaining:
    """All that explaining a hit takes: `whole` the courses of its dates by key, `busy` when the person has another."""

    person: Participant
    wishes: Wishes
    taker: Taker
    whole: Mapping[int, Outline]
    busy: frozenset[int]
    at: datetime

    def row(self, hit: Hit) -> dict[str, Any]:
        """Return one hit: its line, title, where, what fits, how one gets in, up to three dates."""
        offer = hit.offer
        return {
            "id": offer.public_id,
            "key": offer.id,
            "title": offer.title,
            "href": url_for("finding.list_dates", public_id=offer.public_id, person=self.person.public_id),
            "where": where(offer, hit.slots[0] if hit.slots else None),
            "fits": self.fits(hit),
            "how": how(offer, self.person),
            "dates": [self.date(slot) for slot in sorted(hit.slots, key=self.is_busy)],
            "line": self.line(hit),
        }

    def line(self, hit: Hit) -> str:
        """Return why it is a hit, in one line of facts: "4 km, stufenlos, Mi 10 Uhr, 2 Plätze frei"."""
        offer, suits = hit.offer, self.wishes.suits
        parts = [kilometres(hit.distance_km)] if hit.distance_km is not None else []
        place = hit.slots[0].location if hit.slots else offer.location
        if place is not None and place.step_free and not offer.visits_home:
            parts.append(str(N_("stufenlos")))
        if suits.companion and offer.companion_welcome:
            parts.append(str(N_("mit Begleitung")))
        if offer.women_only:
            parts.append(str(N_("nur Frauen")))
        if suits.language and suits.language in offer.languages:
            parts.append(offer_words.language_name(suits.language))
        parts += self._next(min(hit.slots, key=self.is_busy)) if hit.slots else [str(N_("Termin nach der Zusage"))]
        if offer.freshness in STALE:
            parts.append(str(N_("lange nicht bestätigt, bitte vorher anrufen")))
        return ", ".join(parts)

    def is_busy(self, slot: Slot) -> bool:
        """Tell whether the person has something else then; of a course, booked whole, also at a later session."""
        return slot.id in self.busy

    def _next(self, slot: Slot) -> list[str]:
        parts = [f"{weekday(slot.starts_at)} {clock_time(slot.starts_at)}", self.places(slot)]
        if course := self.whole.get(slot.course_id or 0):
            parts.append(str(course_words.in_short(course, self.at)))
        return parts + [str(word) for word in crowding_words.of(slot)]

    def places(self, slot: Slot) -> str:
        """Return how many places are left for this person, in whole words."""
        if self.is_busy(slot):
            return str(BUSY)
        course = self.whole.get(slot.course_id or 0)
        if course is None and slot.offer.access is Access.OPEN and slot.places == 0:
            return str(N_("einfach hingehen"))
        free = course.free(self.taker, self.at) if course else free_for(slot, self.taker)
        if free <= 0:
            return str(N_("voll"))
        return str(N_("{n} Plätze frei", n=free) if free > 1 else N_("1 Platz frei"))

    def fits(self, hit: Hit) -> list[tuple[Message | str, bool]]:
        """Return what was wished for, each with whether this offer has it."""
        offer, wishes = hit.offer, self.wishes
        found: list[tuple[Message | str, bool]] = []
        if wishes.aims:
            found.append((offer_words.AIMS[offer.aim], offer.aim in wishes.aims))
        if wishes.stages:
            found.append((offer_words.STAGES[offer.stage], offer.stage in wishes.stages))
        if not hit.slots and (wishes.suits.weekdays or wishes.suits.parts):
            found.append((N_("Tag und Uhrzeit noch offen"), False))
        if wishes.suits.weekdays and hit.slots:
            held = {slot.local_weekday for slot in hit.slots}
            found.append((days(held & wishes.suits.weekdays or held), bool(held & wishes.suits.weekdays)))
        if wishes.suits.parts and hit.slots:
            first = hit.slots[0]
            good = self._at_a_good_time(first)
            if found or not good:  # alone it would only repeat the line of the date
                found.append((clock_time(first.starts_at), good))
        if hit.distance_km is not None and hit.distance_km > wishes.suits.radius_km:
            found.append((kilometres(hit.distance_km), False))
        return found

    def _at_a_good_time(self, slot: Slot) -> bool:
        spans = [MINUTES[part] for part in self.wishes.suits.parts]
        return any(first <= slot.local_minute < end for first, end in spans)

    def date(self, slot: Slot) -> dict[str, Any]:
        """Return a date as a link to its booking; a session stands for its whole course."""
        course = self.whole.get(slot.course_id or 0)
        goal = ("courses.new_booking", course.course.public_id) if course else ("bookings.new_booking", slot.public_id)
        return {
            "href": url_for(goal[0], public_id=goal[1], person=self.person.public_id),
            "day": f"{weekday(slot.starts_at)} {short_date(slot.starts_at)}",
            "time": clock_time(slot.starts_at),
            "busy": self.is_busy(slot),
            "free": self._room(slot, course),
        }

    def _room(self, slot: Slot, course: Outline | None) -> str:
        if self.is_busy(slot):
            return str(BUSY)
        return str(course_words.how_full(course, self.taker, self.at) if course else free_words(slot, self.taker))


def obstacle(offer: Offer, person: Participant, at: datetime) -> Message | None:
    """Return why nothing need be filled in for this person and offer, or None."""
    return obstacle_of_offer(offer) or obstacle_of_person(offer, person, clock.local_date(at).year)


def how(offer: Offer, person: Participant) -> Message:
    """Return how one gets in, for a coach."""
    return Message(HOW[offer.access].text, {"name": person.name["given"]})


def where(offer: Offer, slot: Slot | None = None) -> str:
    """Return partner and place in one line."""
    place = slot.location if slot is not None and slot.location is not None else offer.location
    if offer.visits_home:
        return f"{offer.organisation.name} · {offer_words.FORMS[offer.form]}"
    parts = dict.fromkeys([offer.organisation.name, place.name if place is not None else ""])
    return " · ".join(part for part in parts if part)
