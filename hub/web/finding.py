"""Finding something for a person: a sentence whose parts are filters, and hits that explain themselves in one line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from babel.dates import get_day_names
from flask import Blueprint, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from hub import i18n
from hub.actions import log
from hub.actions.demands import note_demand
from hub.geography import Municipality, find_municipality
from hub.i18n import N_, Message
from hub.models.offer import STALE, Access, Aim, Offer
from hub.models.participant import AccessNeed, Participant
from hub.models.slot import Slot
from hub.models.user import Role
from hub.queries import bookings, courses, offers, participants, slots
from hub.queries.bookability import obstacle_of_slot
from hub.queries.courses import Outline
from hub.queries.offer_filters import DayPart, OfferFilter
from hub.queries.offers import Hit
from hub.queries.places import Taker, taker_of_person
from hub.web import course_words, crowding_words, offer_words
from hub.web.access import for_roles
from hub.web.booking_words import free_words, short_date, weekday
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.demands import district_of, is_new
from hub.web.filters import clock_time, kilometres

blueprint = Blueprint("finding", __name__)
RADII = (5, 15, 30)
EVERYWHERE = 200
DEFAULT_RADIUS = 15
HITS, NEARLY = 12, 4
FEW = 3  # fewer hits than this, and what nearly fits is shown too
DATES = 10
AIM_SENTENCES: Mapping[Aim, Message] = {
    Aim.MOVE: N_("sich bewegen"),
    Aim.BODY: N_("den Körper stärken"),
    Aim.MIND: N_("zur Ruhe kommen"),
    Aim.DAILY_LIFE: N_("den Alltag ordnen"),
    Aim.WORK: N_("Richtung Arbeit"),
    Aim.PEOPLE: N_("unter Leute kommen"),
    Aim.DIGITAL: N_("Digitales lernen"),
}
PARTS: Mapping[DayPart, Message] = {
    DayPart.MORNING: N_("vormittags"),
    DayPart.AFTERNOON: N_("nachmittags"),
    DayPart.EVENING: N_("abends"),
}
HOW: Mapping[Access, Message] = {
    Access.OPEN: N_("Einfach hingehen, ohne Anmeldung."),
    Access.ANONYMOUS: N_("Platz ohne Namen: {name} bekommt ein Wort, zum Beispiel „Birke 27“."),
    Access.NAMED: N_("Platz mit Namen: {name} entscheidet vorher, was der Partner erfährt."),
    Access.REQUEST: N_("Erst anfragen: Der Partner sagt zu, dann steht der Termin."),
}


@dataclass(frozen=True)
class Wishes:
    """What is asked for, as the address has it; on the first visit read off the person."""

    aims: frozenset[Aim]
    km: int
    step_free: bool
    language: str
    days: frozenset[int]
    parts: frozenset[DayPart]

    @classmethod
    def read(cls, args: "MultiDict[str, str]", person: Participant) -> "Wishes":
        """Read the form from the address; strange values count as not given."""
        first = "asked" not in args
        km = args.get("km", DEFAULT_RADIUS, type=int)
        needs_step_free = AccessNeed.STEP_FREE in person.access_needs
        language = args.get("language", "")
        return cls(
            aims=frozenset(aim for aim in Aim if aim in args.getlist("aim")),
            km=km if km in (*RADII, EVERYWHERE) else DEFAULT_RADIUS,
            step_free=needs_step_free if first else args.get("step_free") == "yes",
            language=language if language in person.languages else "",
            days=frozenset(int(day) for day in args.getlist("day") if day in set("0123456")),
            parts=frozenset(part for part in DayPart if part in args.getlist("time")),
        )

    def filters(self, home: Municipality | None) -> OfferFilter:
        """Return the search these wishes are."""
        return OfferFilter(
            aims=self.aims,
            near=(home.latitude, home.longitude) if home else None,
            radius_km=self.km,
            weekdays=self.days,
            parts=self.parts,
            language=self.language,
            step_free=self.step_free,
            min_free=1,
            bookable=True,
        )


@blueprint.get("/find")
@for_roles(Role.COACH)
def list_hits() -> Response | tuple[str, int]:
    """Show what fits a person; without one the coach first says for whom, or looks into the catalogue."""
    if not request.args.get("person"):
        return _choose_person()
    actor, now = current_actor(), at()
    with reading() as session:
        person = participants.get_participant(session, actor, request.args["person"], at=now)
        wishes, home = Wishes.read(request.args, person), find_municipality(person.municipality_code)
        taker = taker_of_person(session, person)
        filters = replace(wishes.filters(home), taker=taker)
        page = offers.search(session, actor, filters, at=now, limit=HITS)
        nearly = []
        if page.total < FEW:
            wider = replace(filters, weekdays=frozenset(), parts=frozenset(), radius_km=filters.radius_km * 2)
            known = {hit.offer.id for hit in page.hits}
            found = (
                offers.search(session, actor, wider, at=now, limit=NEARLY + len(known)) if wider != filters else None
            )
            nearly = [hit for hit in found.hits if hit.offer.id not in known] if found else []
        whole = courses.outlines_of(session, [slot for hit in (*page.hits, *nearly) for slot in hit.slots])
    with transaction() as session:
        log.record_reading(session, actor=actor, person=person, fields=["I1", "A1"], purpose="finding", at=now)
        district = district_of(person.municipality_code)
        if not page.total and is_new(wishes.aims, district):
            note_demand(session, aims=wishes.aims, district=district, at=now)
    return render(
        "finding/list_hits.html",
        person=person,
        home=home.name if home else "",
        wishes=wishes,
        sentence=_sentence(wishes, home),
        chips=_chips(wishes, person),
        hits=[_row(hit, person, wishes, taker, whole) for hit in page.hits],
        total=page.total,
        nearly=[_row(hit, person, wishes, taker, whole) for hit in nearly[:NEARLY]],
        everywhere=EVERYWHERE,
    )


def _choose_person() -> tuple[str, int]:
    actor = current_actor()
    with reading() as session:
        people = participants.list_caseload(session, actor, at=at())
    with transaction() as session:
        log.record_list(session, actor=actor, name="finding", persons=people, fields=["I1"], at=at())
    wanted = request.args.get("offer")  # the catalogue asks for whom an offer is
    goal: dict[str, Any] = (
        {"endpoint": "finding.list_dates", "public_id": wanted} if wanted else {"endpoint": "finding.list_hits"}
    )
    links = [(person, url_for(person=person.public_id, **goal)) for person in people]
    return render("finding/choose_person.html", links=links)


@blueprint.get("/find/<public_id>")
@for_roles(Role.COACH)
def list_dates(public_id: str) -> tuple[str, int]:
    """Show the next dates of one offer for a person, for instance after a partner's yes."""
    actor, now = current_actor(), at()
    with reading() as session:
        person = participants.get_participant(session, actor, request.args.get("person", ""), at=now)
        offer, taker = offers.get_offer(session, actor, public_id), taker_of_person(session, person)
        found = slots.list_next_slots(session, offer, at=now, limit=DATES)
        open_courses = courses.list_open_courses(session, offer, at=now)
    for slot in found:
        bookings.with_offer(slot, offer)
    open_courses = [one for one in open_courses if courses.obstacle_of_course(one, now) is None]
    whole = {one.course.id: one for one in open_courses}
    with transaction() as session:
        log.record_reading(session, actor=actor, person=person, fields=["I1"], purpose="finding", at=now)
    singles = [slot for slot in found if obstacle_of_slot(slot, now) is None]
    first = sorted([*singles, *(one.to_come(now)[0] for one in open_courses)], key=lambda slot: slot.starts_at)
    return render(
        "finding/list_dates.html",
        person=person,
        offer=offer,
        dates=[_date(slot, person, taker, whole) for slot in first],
        courses=[course_words.in_short(one, now) for one in open_courses],
        how=_how(offer, person),
        where=_where(offer),
    )


def _row(hit: Hit, person: Participant, wishes: Wishes, taker: Taker, whole: Mapping[int, Outline]) -> dict[str, Any]:
    """Return one hit: reason, title, where, what fits, how one gets in, up to three dates."""
    offer = hit.offer
    fits: list[tuple[Message | str, bool]] = []
    if wishes.aims:
        fits.append((offer_words.AIMS[offer.aim], offer.aim in wishes.aims))
    if wishes.days and hit.slots:
        held = {slot.local_weekday for slot in hit.slots}
        fits.append((_days(held & wishes.days or held), bool(held & wishes.days)))
    too_far = hit.distance_km is not None and hit.distance_km > wishes.km
    if too_far and hit.distance_km is not None:
        fits.append((kilometres(hit.distance_km), False))
    return {
        "title": offer.title,
        "href": url_for("finding.list_dates", public_id=offer.public_id, person=person.public_id),
        "where": _where(offer, hit.slots[0] if hit.slots else None),
        "fits": fits,
        "how": _how(offer, person),
        "dates": [_date(slot, person, taker, whole) for slot in hit.slots],
        "line": one_line(hit, taker, whole),
    }


def one_line(hit: Hit, taker: Taker, whole: Mapping[int, Outline]) -> str:
    """Return why it is a hit, in one line: "4 km, stufenlos, Mi 10 Uhr, 2 frei"; `whole` holds the courses."""
    parts = [kilometres(hit.distance_km)] if hit.distance_km is not None else []
    place = hit.slots[0].location if hit.slots else hit.offer.location
    if place is not None and place.step_free:
        parts.append(str(N_("stufenlos")))
    if hit.slots:
        first = hit.slots[0]
        parts += [f"{weekday(first.starts_at)} {clock_time(first.starts_at)}", _free(first, taker, whole)]
        if course := whole.get(first.course_id or 0):
            parts.append(str(course_words.in_short(course, at())))
        parts += [str(word) for word in crowding_words.of(first)]
    if hit.offer.freshness in STALE:
        parts.append(str(N_("lange nicht bestätigt, bitte vorher anrufen")))
    return ", ".join(parts)


def _how(offer: Offer, person: Participant) -> Message:
    return Message(HOW[offer.access].text, {"name": person.name["given"]})


def _where(offer: Offer, slot: Slot | None = None) -> str:
    place = slot.location if slot is not None and slot.location is not None else offer.location
    if offer.visits_home:
        return f"{offer.organisation.name} · {offer_words.FORMS[offer.form]}"
    parts = dict.fromkeys([offer.organisation.name, place.name if place is not None else ""])
    return " · ".join(part for part in parts if part)


def _date(slot: Slot, person: Participant, taker: Taker, whole: Mapping[int, Outline]) -> dict[str, Any]:
    """Return a date as a link to its booking; a session stands for its whole course."""
    course = whole.get(slot.course_id or 0)
    goal = ("courses.new_booking", course.course.public_id) if course else ("bookings.new_booking", slot.public_id)
    return {
        "href": url_for(goal[0], public_id=goal[1], person=person.public_id),
        "day": f"{weekday(slot.starts_at)} {short_date(slot.starts_at)}",
        "time": clock_time(slot.starts_at),
        "free": _free(slot, taker, whole),
    }


def _free(slot: Slot, taker: Taker, whole: Mapping[int, Outline]) -> str:
    course = whole.get(slot.course_id or 0)
    return course_words.how_full(course, taker, at()) if course else free_words(slot, taker)


def _days(days: set[int] | frozenset[int]) -> str:
    names = get_day_names("short", context="stand-alone", locale=i18n.CLDR[i18n.current()])
    return ", ".join(names[day].rstrip(".") for day in sorted(days))


def _sentence(wishes: Wishes, home: Municipality | None) -> dict[str, str]:
    """Return the parts of the headline; each is a link to its filter."""
    aims = [str(AIM_SENTENCES[aim]) for aim in Aim if aim in wishes.aims]
    times = [_days(wishes.days)] if wishes.days else []
    times += [str(PARTS[part]) for part in DayPart if part in wishes.parts]
    return {
        "aims": ", ".join(aims) or str(N_("alles")),
        "km": "" if wishes.km == EVERYWHERE or home is None else f"{wishes.km}\u00a0km",
        "step_free": str(N_("stufenlos")) if wishes.step_free else "",
        "times": ", ".join(times),
    }


def _chips(wishes: Wishes, person: Participant) -> dict[str, list[dict[str, Any]]]:
    distances = [(km, f"{km}\u00a0km") for km in RADII] + [(EVERYWHERE, N_("Egal"))]
    return {
        "aim": _chosen(offer_words.AIMS, wishes.aims),
        "km": [{"value": km, "label": label, "checked": km == wishes.km} for km, label in distances],
        "step_free": [{"value": "yes", "label": N_("stufenlos"), "checked": wishes.step_free}],
        "day": [{"value": day, "label": _days({day}), "checked": day in wishes.days} for day in range(7)],
        "time": _chosen(PARTS, wishes.parts),
        "language": [
            {"value": code, "label": offer_words.language_name(code), "checked": code == wishes.language}
            for code in person.languages
        ],
    }


def _chosen(words: Mapping[Any, Message], chosen: frozenset[Any]) -> list[dict[str, Any]]:
    return [{"value": one.value, "label": word, "checked": one in chosen} for one, word in words.items()]
