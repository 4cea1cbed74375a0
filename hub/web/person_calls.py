"""Calls to people who want to be called, or whom no mail reached: the coach's list, and what came of each."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions import log
from hub.actions import person_notices as verbs
from hub.errors import RuleBroken
from hub.i18n import N_, Message
from hub.models.notice import Channel, Notice
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries import person_notices
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.date_tasks import phone_of_person
from hub.web.person_notice_words import TASKS, reason_of, trouble_of

blueprint = Blueprint("person_calls", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the day in the navigation."""
    g.section = "today"


@blueprint.get("/calls")
@for_roles(Role.COACH)
def list_calls() -> Any:
    """Show whom to call about what, person by person; a logged read."""
    with reading() as session:
        calls = person_notices.list_by_hand(session, current_actor(), Channel.CALL, at=at())
    note_list("calls", calls)
    rows = [(person, phone_of_person(person), [_line(one) for one in mine]) for person, mine in by_person(calls)]
    return render("person_calls/list_calls.html", rows=rows)


def _line(notice: Notice) -> dict[str, Any]:
    words = {"reason": reason_of(notice), "word": TASKS[notice.template], "trouble": trouble_of(notice)}
    return words | {"notice": notice}


def by_person(found: Iterable[Notice]) -> list[tuple[Participant, list[Notice]]]:
    """Return notices person by person, in the order in which each comes first."""
    mine: dict[Participant, list[Notice]] = {}
    for one in found:
        if one.participant is not None:
            mine.setdefault(one.participant, []).append(one)
    return list(mine.items())


def note_list(name: str, found: Iterable[Notice]) -> None:
    """Log the list with its people; it is written before anything is shown."""
    people = [person for person, _ in by_person(found)]
    with transaction() as session:
        log.record_list(session, actor=current_actor(), name=name, persons=people, fields=("I1", "I2", "B1"), at=at())


@blueprint.post("/calls/<public_id>/told")
@for_roles(Role.COACH)
def create_told(public_id: str) -> Response:
    """Note that the person knows."""
    return _write(public_id, verbs.note_called, N_("Eingetragen."))


@blueprint.post("/calls/<public_id>/tries")
@for_roles(Role.COACH)
def create_try(public_id: str) -> Response:
    """Note that nobody answered; the call stays."""
    return _write(public_id, verbs.note_not_reached, N_("Eingetragen. Der Anruf bleibt stehen."))


def _write(public_id: str, verb: Any, done: Message) -> Response:
    words, kind = str(done), "ok"
    try:
        with transaction() as session:
            verb(session, actor=current_actor(), notice=_get(session, public_id), at=at())
    except RuleBroken as error:
        words, kind = str(error.message), "info"
    flash(words, kind)
    return redirect(url_for(".list_calls"), code=303)


def _get(session: Session, public_id: str) -> Notice:
    return person_notices.get_by_hand(session, current_actor(), public_id, at=at())
