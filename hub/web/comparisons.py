"""Up to three offers beside each other for one person: facts in rows, and the way to a place in each."""

from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.actions import log
from hub.geography import distance_km
from hub.i18n import N_, Message
from hub.models.location import Location
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries import courses, offers, participants, preferences, shortlists
from hub.queries.bookability import phone_of
from hub.queries.busy_dates import find_busy
from hub.queries.offers import Hit
from hub.queries.places import taker_of_person
from hub.web import offer_words
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.filters import kilometres
from hub.web.finding_hits import Explaining, how, obstacle, where
from hub.web.finding_wishes import Wishes

blueprint = Blueprint("comparisons", __name__)
MOST = 3


@blueprint.post("/people/<public_id>/comparison")
@for_roles(Role.COACH)
def create_comparison(public_id: str) -> Response:
    """Lead from the ticked hits to the page with them; nothing is changed or kept."""
    with reading() as session:
        person = participants.get_participant(session, current_actor(), public_id, at=at())
        wishes = Wishes.read(request.form, person, preferences.find_preference(session, person.id))
    goal = url_for(".show_comparison", public_id=public_id, offer=request.form.getlist("offer"), **wishes.entries)
    return redirect(goal, code=303)


@blueprint.get("/people/<public_id>/comparison")
@for_roles(Role.COACH)
def show_comparison(public_id: str) -> Any:
    """Show the offers named in the address, for this person and these wishes."""
    g.section = "finding"
    actor, now = current_actor(), at()
    named = list(dict.fromkeys(request.args.getlist("offer")))
    with reading() as session:
        person = participants.get_participant(session, actor, public_id, at=now)
        known = preferences.find_beginning(session, person.id)
        wishes = Wishes.read(request.args, person, known.preference)
        found = shortlists.list_ticked_offers(session, actor, named[:MOST])
        explaining, hits = explain(session, person, wishes, found)
    with transaction() as session:
        log.record_reading(session, actor=actor, person=person, fields=["I1", "A1"], purpose="finding", at=now)
    columns = [_column(offer, hits.get(offer.id), explaining) for offer in found]
    rows = _rows(columns)
    return render(
        "finding/show_comparison.html",
        person=person,
        wishes=wishes,
        columns=columns,
        rows=[(word, values) for word, values in rows if len(found) == 1 or len(set(values)) > 1],
        same=[(word, values[0]) for word, values in rows if len(found) > 1 and len(set(values)) == 1],
        listed=known.listed,
        left_out=max(0, len(named) - MOST),
        back=url_for("finding.list_hits", person=public_id, **wishes.entries),
    )


def explain(
    session: Session, person: Participant, wishes: Wishes, found: list[Offer]
) -> tuple[Explaining, dict[int, Hit]]:
    """Return the next free dates of these offers by key, wherever and whenever they are, and what explains them."""
    taker = taker_of_person(session, person)
    hits: list[Hit] = []
    if found:
        filters = wishes.anyhow(person, taker, year=clock.local_date(at()).year, only=[offer.id for offer in found])
        hits = offers.search(session, current_actor(), filters, at=at(), limit=len(found)).hits
    shown = [slot for hit in hits for slot in hit.slots]
    whole, busy = courses.outlines_of(session, shown), find_busy(session, person.id, shown)
    return Explaining(person, wishes, taker, whole, busy, at()), {hit.offer.id: hit for hit in hits}


def _column(offer: Offer, hit: Hit | None, explaining: Explaining) -> dict[str, Any]:
    """Return one offer as facts by row, with how to go on; without a free place there is only the telephone."""
    person, first = explaining.person, hit.slots[0] if hit and hit.slots else None
    place = (first.location if first else None) or offer.location
    dates = [explaining.date(slot) for slot in hit.slots] if hit else []
    refusal = obstacle(offer, person, explaining.at)
    return {
        "id": offer.public_id,
        "key": offer.id,
        "title": offer.title,
        "href": url_for("finding.list_dates", public_id=offer.public_id, person=person.public_id),
        "refusal": refusal,
        "phone": phone_of(offer),
        "dates": dates if refusal is None else [],
        "ask": hit is not None and not dates and refusal is None and offer.access is Access.REQUEST,
        "facts": {
            "where": where(offer, first),
            "far": "" if offer.visits_home else _way(place, explaining),
            "step_free": _yes_no(place.step_free) if place is not None and not offer.visits_home else "",
            "next": f"{dates[0]['day']}, {dates[0]['time']}" if dates else N_("kein freier Termin"),
            "places": explaining.places(first) if first else "",
            "form": offer_words.FORMS[offer.form],
            "access": how(offer, person),
            "language": ", ".join(offer_words.language_name(code) for code in offer.languages),
            "company": _yes_no(offer.companion_welcome),
            "for": N_("nur Frauen") if offer.women_only else N_("alle"),
            "cost": offer.cost,
            "bring": offer.bring,
        },
    }


FACTS: tuple[tuple[str, Message], ...] = (
    ("where", N_("Wo")),
    ("far", N_("Weg")),
    ("step_free", N_("Stufenlos")),
    ("next", N_("Nächster freier Termin")),
    ("places", N_("Plätze")),
    ("form", N_("Form")),
    ("access", N_("So kommt man hinein")),
    ("language", N_("Sprache")),
    ("company", N_("Begleitung willkommen")),
    ("for", N_("Für wen")),
    ("cost", N_("Kosten")),
    ("bring", N_("Mitbringen")),
)


def _way(place: Location | None, explaining: Explaining) -> str:
    home = explaining.wishes.home(explaining.person)
    if home is None or place is None:
        return ""
    return kilometres(distance_km(home.latitude, home.longitude, place.latitude, place.longitude))


def _yes_no(value: bool) -> Message:
    return N_("ja") if value else N_("nein")


def _rows(columns: list[dict[str, Any]]) -> list[tuple[Message, list[str]]]:
    """Return a row for every fact that at least one of the offers has, as words."""
    rows = [(word, [str(column["facts"][key]) for column in columns]) for key, word in FACTS]
    return [(word, values) for word, values in rows if any(values)]
