"""The shortlist on the person's own page: what was picked for them, and "that is what I want"."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions import shortlists
from hub.i18n import N_, Message
from hub.models.participant import Participant
from hub.queries import participants
from hub.queries import preferences as remembered
from hub.queries import shortlists as questions
from hub.web import finding_form
from hub.web.access import for_person
from hub.web.comparisons import explain
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.finding_wishes import Wishes, suits_of
from hub.web.shortlist_words import choices, phone_for

blueprint = Blueprint("own_shortlists", __name__)


@blueprint.get("/me/shortlist")
@for_person
def show_shortlist() -> Any:
    """Show each offer with its next free date; what is booked already stands among the dates."""
    actor, now = current_actor(), at()
    with reading() as session:
        person = participants.get_self(session, actor, at=now)
        entries = [one for one in questions.list_entries(session, actor, person.id, at=now) if not one.booked]
        wishes = Wishes(suits_of(person, None))
        _, hits = explain(session, person, wishes, [entry.item.offer for entry in entries])
    chosen = choices(entries, hits, titles=True)
    return render("shortlists/show_own.html", person=person, choices=chosen, help_phone=phone_for(person))


@blueprint.post("/me/shortlist/<item_id>/wish")
@for_person
def create_wish(item_id: str) -> Response:
    """Say "that is what I want"; it lands on the coach's list."""
    return _say(item_id, shortlists.want_offer, N_("Danke. Ihr Coach sieht das und meldet sich."))


@blueprint.post("/me/shortlist/<item_id>/wish/withdrawal")
@for_person
def delete_wish(item_id: str) -> Response:
    """Think again; no reason is asked."""
    return _say(item_id, shortlists.take_wish_back, N_("In Ordnung. Es steht wieder nur auf Ihrer Auswahl."))


def _say(item_id: str, verb: Callable[..., None], words: Message) -> Response:
    with transaction() as session:
        person = participants.get_self(session, current_actor(), at=at())
        item = questions.get_item(session, current_actor(), item_id, person.id, at=at())
        verb(session, actor=current_actor(), participant=person, item=item, at=at())
    flash(str(words), "ok")
    return redirect(url_for(".show_shortlist"), code=303)


def on_the_own_page(session: Session, person: Participant) -> dict[str, Any]:
    """Return what the person's first page says of it: what was picked, and what is remembered. Two statements."""
    entries = questions.list_entries(session, current_actor(), person.id, at=at())
    known = remembered.find_preference(session, person.id)
    suits = finding_form.all_in_words(suits_of(person, known), person) if known is not None else ""
    return {"choices": choices([one for one in entries if not one.booked], {}, titles=True), "suits": suits}
