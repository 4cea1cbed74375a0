"""Finding something for a person: a sentence whose parts are filters, and hits that explain themselves in one line."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.actions import log
from hub.actions.demands import note_demand
from hub.models.participant import Participant
from hub.models.preference import Preference
from hub.models.user import Role
from hub.policy.fields import Reader
from hub.queries import bookings, courses, exclusions, offers, participants, preferences, slots
from hub.queries.bookability import obstacle_of_slot
from hub.queries.busy_dates import find_busy
from hub.queries.offer_filters import OfferFilter
from hub.queries.offers import Hit, SearchPage
from hub.queries.places import taker_of_person
from hub.web import course_words, finding_form
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.demands import district_of, is_new
from hub.web.finding_hits import Explaining, how, obstacle, where
from hub.web.finding_wishes import Wishes, suits_of

blueprint = Blueprint("finding", __name__)
HITS, NEARLY = 12, 4
FEW = 3  # fewer hits than this, and what nearly fits is shown too
DATES = 10
NEVER: frozenset[int] = frozenset()  # no hit is at a busy time


@blueprint.get("/find")
@for_roles(Role.COACH)
def list_hits() -> Response | tuple[str, int]:
    """Show what fits a person; without one the coach first says for whom, or looks into the catalogue."""
    if not request.args.get("person"):
        return _choose_person()
    actor, now = current_actor(), at()
    with reading() as session:
        person = participants.get_participant(session, actor, request.args["person"], at=now)
        known = preferences.find_beginning(session, person.id, request.args.get("referral", ""))
        wishes = Wishes.read(request.args, person, known.preference, known.referral)
        taker = taker_of_person(session, person)
        filters = wishes.filters(person, taker, year=clock.local_date(now).year)
        if known.referral is not None:  # the next partner is one that was not asked for this need
            filters = replace(filters, need=known.referral.id)
        page, nearly = _search(session, filters)
        whole = courses.outlines_of(session, [slot for hit in (*page.hits, *nearly) for slot in hit.slots])
    _note(person, wishes, found=bool(page.total))
    explaining = Explaining(person, wishes, taker, whole, NEVER, now)
    home = wishes.home(person)
    return render(
        "finding/list_hits.html",
        person=person,
        referral=known.referral,
        home=home.name if home else "",
        wishes=wishes,
        sentence=finding_form.sentence(wishes, home),
        chips=finding_form.chips(wishes, person),
        hits=[explaining.row(hit) for hit in page.hits],
        total=page.total,
        nearly=[explaining.row(hit) for hit in nearly],
        listed=known.listed,
        **_remembering(person, wishes, known.preference),
    )


def _search(session: Session, filters: OfferFilter) -> tuple[SearchPage, list[Hit]]:
    """Return what fits, and where that is little, also what nearly does: farther, at other times, of another stage."""
    page = offers.search(session, current_actor(), filters, at=at(), limit=HITS)
    if page.total >= FEW:
        return page, []
    anytime = replace(filters, weekdays=frozenset(), parts=frozenset(), stages=frozenset())
    wider = replace(anytime, radius_km=filters.radius_km * 2)
    known = {hit.offer.id for hit in page.hits}
    found = offers.search(session, current_actor(), wider, at=at(), limit=NEARLY + len(known))
    return page, [hit for hit in found.hits if hit.offer.id not in known][:NEARLY]


def _note(person: Participant, wishes: Wishes, *, found: bool) -> None:
    """Log the reading; a search that found nothing counts as unmet demand, of nobody in particular."""
    now, district = at(), district_of(person.municipality_code)
    with transaction() as session:
        log.record_reading(
            session, actor=current_actor(), person=person, fields=["I1", "A1"], purpose="finding", at=now
        )
        if not found and is_new(wishes.aims, district):
            note_demand(session, aims=wishes.aims, district=district, at=now)


def _remembering(person: Participant, wishes: Wishes, remembered: Preference | None) -> dict[str, Any]:
    """Return what the page says about what is remembered, and whether this coach may change it."""
    known = suits_of(person, remembered)
    return {
        "own": participants.reader_of(current_actor(), person) is Reader.COACH,
        "remembered": finding_form.all_in_words(known, person) if remembered is not None else "",
        "differs": known != wishes.suits,
        "suits": finding_form.all_in_words(wishes.suits, person),
    }


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
        excluded = exclusions.obstacle_of_exclusion(session, person.id, offer.organisation_id)
        open_courses = [one for one in open_courses if courses.obstacle_of_course(one, now) is None]
        begins = [one.to_come(now)[0] for one in open_courses]
        busy = find_busy(session, person.id, [*found, *begins])
    for slot in found:
        bookings.with_offer(slot, offer)
    whole = {one.course.id: one for one in open_courses}
    with transaction() as session:
        log.record_reading(session, actor=actor, person=person, fields=["I1"], purpose="finding", at=now)
    singles = [slot for slot in found if obstacle_of_slot(slot, now) is None]
    first = sorted([*singles, *begins], key=lambda slot: slot.starts_at)
    explaining = Explaining(person, Wishes(suits_of(person, None)), taker, whole, busy, now)
    return render(
        "finding/list_dates.html",
        person=person,
        offer=offer,
        refusal=obstacle(offer, person, now) or excluded,
        dates=[explaining.date(slot) for slot in first],
        courses=[course_words.in_short(one, now) for one in open_courses],
        how=how(offer, person),
        where=where(offer),
    )
