"""A person's shortlist on the coach's side: picking, taking off, showing it to the person, and a sheet to hand over."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions import log, shortlists
from hub.errors import RuleBroken
from hub.i18n import N_, Message
from hub.models.participant import Participant
from hub.models.shortlist import MOST, ShortlistState
from hub.models.user import Role
from hub.queries import participants, preferences
from hub.queries import shortlists as questions
from hub.queries.bookability import phone_of
from hub.queries.shortlists import Entry
from hub.web.access import for_roles
from hub.web.comparisons import explain
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.finding_hits import Explaining, how, obstacle, where
from hub.web.finding_wishes import Wishes, suits_of
from hub.web.shortlist_words import choices, phone_for

blueprint = Blueprint("shortlists", __name__)
STATES: dict[ShortlistState, tuple[str, Message]] = {
    ShortlistState.PICKED: ("next", N_("noch nicht gezeigt")),
    ShortlistState.SHOWN: ("waiting", N_("gezeigt")),
    ShortlistState.WANTED: ("due", N_("gewünscht")),
}


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


@blueprint.get("/people/<public_id>/shortlist")
@for_roles(Role.COACH)
def show_shortlist(public_id: str) -> Any:
    """Show what was picked for a person, what they said to it, and the way to a place."""
    return _page(public_id)


def _page(public_id: str, status: int = 200, refusal: Message | None = None) -> Any:
    with reading() as session:
        person, entries, explaining, hits = _read(session, public_id)
    _log(person)
    rows = [_row(entry, explaining, hits.get(entry.item.offer_id)) for entry in entries]
    return render(
        "shortlists/show_shortlist.html",
        status,
        person=person,
        rows=rows,
        new=[entry for entry in entries if entry.item.state is ShortlistState.PICKED],
        most=MOST,
        refusal=refusal,
    )


def _read(session: Session, public_id: str) -> tuple[Participant, list[Entry], Explaining, dict[int, Any]]:
    actor, now = current_actor(), at()
    person = participants.get_participant(session, actor, public_id, at=now)
    wishes = Wishes(suits_of(person, preferences.find_preference(session, person.id)))
    entries = questions.list_entries(session, actor, person.id, at=now)
    explaining, hits = explain(session, person, wishes, [entry.item.offer for entry in entries])
    return person, entries, explaining, hits


def _log(person: Participant) -> None:
    with transaction() as session:
        log.record_reading(session, actor=current_actor(), person=person, fields=["I1"], purpose="shortlist", at=at())


def _row(entry: Entry, explaining: Explaining, hit: Any) -> dict[str, Any]:
    item, offer, person = entry.item, entry.item.offer, explaining.person
    shape, word = STATES[item.state]
    if entry.booked or entry.asked:
        shape, word = ("booked", N_("gebucht")) if entry.booked else ("asked", N_("angefragt"))
    refusal = obstacle(offer, person, explaining.at)
    return {
        "item": item,
        "title": offer.title,
        "href": url_for("finding.list_dates", public_id=offer.public_id, person=person.public_id),
        "where": where(offer, hit.slots[0] if hit and hit.slots else None),
        "line": explaining.line(hit) if hit else "",
        "how": how(offer, person),
        "dates": [explaining.date(slot) for slot in hit.slots] if hit and refusal is None else [],
        "shape": shape,
        "word": word,
        "refusal": refusal or (None if hit else N_("Gerade ist kein Platz frei. Vielleicht hilft ein Anruf.")),
        "phone": phone_of(offer),
        "asks": offer.carries_identity and refusal is None and not (entry.booked or entry.asked),
    }


@blueprint.post("/people/<public_id>/shortlist")
@for_roles(Role.COACH)
def create_items(public_id: str) -> Any:
    """Put the ticked offers on the shortlist."""
    actor, ticked = current_actor(), request.form.getlist("offer")
    try:
        with transaction() as session:
            person = participants.get_participant(session, actor, public_id, at=at())
            offers = questions.list_ticked_offers(session, actor, ticked[: MOST + 1])
            new = shortlists.pick_offers(session, actor=actor, participant=person, offers=offers, at=at())
    except RuleBroken as error:
        return _page(public_id, error.status, error.message)
    if not ticked:
        flash(str(N_("Es war nichts angekreuzt.")), "info")
    elif new:
        flash(str(N_("Auf der Auswahl.")), "ok")
    return redirect(url_for(".show_shortlist", public_id=public_id), code=303)


@blueprint.post("/people/<public_id>/shortlist/handing-over")
@for_roles(Role.COACH)
def create_handing_over(public_id: str) -> Any:
    """Show the person on their own page what is new."""
    try:
        with transaction() as session:
            person = participants.get_participant(session, current_actor(), public_id, at=at())
            shortlists.hand_over(session, actor=current_actor(), participant=person, at=at())
    except RuleBroken as error:
        return _page(public_id, error.status, error.message)
    flash(str(N_("{name} sieht die Auswahl jetzt auf der eigenen Seite.", name=person.name["given"])), "ok")
    return redirect(url_for(".show_shortlist", public_id=public_id), code=303)


@blueprint.post("/people/<public_id>/shortlist/<item_id>/removal")
@for_roles(Role.COACH)
def delete_item(public_id: str, item_id: str) -> Response:
    """Take one offer off."""
    with transaction() as session:
        person = participants.get_participant(session, current_actor(), public_id, at=at())
        item = questions.get_item(session, current_actor(), item_id, person.id, at=at())
        shortlists.remove_item(session, actor=current_actor(), participant=person, item=item, at=at())
    flash(str(N_("Von der Auswahl genommen.")), "ok")
    return redirect(url_for(".show_shortlist", public_id=public_id), code=303)


@blueprint.get("/people/<public_id>/shortlist/print")
@for_roles(Role.COACH)
def print_shortlist(public_id: str) -> Any:
    """Show the sheet as it will be printed: neutral words, names of offers only where the person wishes them."""
    with reading() as session:
        person, entries, _, hits = _read(session, public_id)
    _log(person)
    titles = request.args.get("titles") == "yes"
    open_entries = [entry for entry in entries if not entry.booked]
    return render(
        "shortlists/print_shortlist.html",
        person=person,
        choices=choices(open_entries, hits, titles=titles, paper=True),
        titles=titles,
        now=at(),
        phone=phone_for(person),
    )
