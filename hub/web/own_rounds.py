"""Asking around on the person's own page: how it stands in plain words, and "this one it shall be"."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.participant import Participant
from hub.queries import rounds as questions
from hub.web import round_words
from hub.web.access import for_person
from hub.web.context import at, current_actor, transaction
from hub.web.rounds import pick

blueprint = Blueprint("own_rounds", __name__)


@blueprint.post("/me/rounds/<round_id>/choice")
@for_person
def create_choice(round_id: str) -> Response:
    """Pick one of those that said yes; their name gets there only with another yes, knowing this one."""
    words, kind = str(N_("Danke. Ihr Coach sieht das und fragt Sie noch nach dem Namen.")), "ok"
    try:
        with transaction() as session:
            pick(session, questions.get_round(session, current_actor(), round_id, at=at()))
    except RuleBroken as error:
        words, kind = str(error.message), "info"
    flash(words, kind)
    return redirect(url_for("me.show_me"), code=303)


def on_the_own_page(session: Session, person: Participant) -> list[dict[str, Any]]:
    """Return the person's running rounds that they said yes to, in plain words. One statement."""
    found = questions.list_of_people(session, current_actor(), [person.id], at=at())
    return [round_words.for_person(one) for one in found if one.consent.is_live(at())]
