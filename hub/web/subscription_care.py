"""What a coach does about a person's calendars: block, propose, say whether one is needed; never an address."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions import log
from hub.actions import subscription_care as verbs
from hub.errors import RuleBroken
from hub.i18n import N_, Message
from hub.models.participant import Participant
from hub.models.user import Role
from hub.policy.fields import Field
from hub.queries import subscription_care as questions
from hub.queries.participants import get_participant
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction

blueprint = Blueprint("subscription_care", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


@blueprint.get("/people/<public_id>/subscriptions")
@for_roles(Role.COACH)
def list_subscriptions(public_id: str) -> tuple[str, int]:
    """Show the names of a person's calendars and the day each was last fetched; no address, no program. Logged."""
    return _page(public_id)


def _page(public_id: str, status: int = 200, refusal: Message | None = None) -> tuple[str, int]:
    actor = current_actor()
    with reading() as session:
        person = _person(session, public_id)
        found = questions.list_of_person(session, person.id, at=at())
    with transaction() as session:
        fields = (Field.IDENTITY, Field.TECHNICAL_LOG)
        log.record_reading(session, actor=actor, person=person, fields=fields, purpose="calendar", at=at())
    return render(
        "subscriptions/list_of_person.html",
        status,
        person=person,
        refusal=refusal,
        found=found,
        to_answer=questions.TO_ANSWER,
        comes_back=questions.COMES_BACK,
    )


def _person(session: Session, public_id: str) -> Participant:
    return get_participant(session, current_actor(), public_id, at=at())


@blueprint.post("/people/<public_id>/subscriptions/<subscription_id>/block")
@for_roles(Role.COACH)
def create_block(public_id: str, subscription_id: str) -> Response:
    """Block one calendar: the telephone is lost."""
    done = N_("Gesperrt. Einen neuen Link gibt es einen Monat lang auf der eigenen Seite, mit Karte und PIN.")
    return _care(verbs.block_subscription, public_id, subscription_id, done)


@blueprint.post("/people/<public_id>/subscriptions/<subscription_id>/keeping")
@for_roles(Role.COACH)
def create_keeping(public_id: str, subscription_id: str) -> Response:
    """Note that a calendar is still needed though nobody fetches it."""
    return _care(verbs.keep_subscription, public_id, subscription_id, N_("Gut. Der Kalender bleibt."))


@blueprint.post("/people/<public_id>/subscriptions/<subscription_id>/end")
@for_roles(Role.COACH)
def create_end(public_id: str, subscription_id: str) -> Response:
    """End a calendar that nobody fetches and nobody needs."""
    return _care(verbs.give_up_subscription, public_id, subscription_id, N_("Beendet."))


def _care(verb: Callable[..., None], public_id: str, subscription_id: str, done: Message) -> Response:
    with transaction() as session:
        person = _person(session, public_id)
        facts: dict[str, Any] = {"subscription": questions.get_of_person(session, person.id, subscription_id)}
        verb(session, actor=current_actor(), participant=person, at=at(), **facts)
    flash(str(done), "ok")
    return _back(public_id)


@blueprint.post("/people/<public_id>/subscriptions/proposal")
@for_roles(Role.COACH)
def create_proposal(public_id: str) -> Response | tuple[str, int]:
    """Propose a calendar of their own to the person; the question waits on their page."""
    try:
        with transaction() as session:
            person = _person(session, public_id)
            verbs.ask_for_subscription(session, actor=current_actor(), participant=person, at=at())
    except RuleBroken as error:
        return _page(public_id, error.status, error.message)
    flash(str(N_("Vorgeschlagen. Die Frage steht jetzt auf der eigenen Seite.")), "ok")
    return _back(public_id)


def _back(public_id: str) -> Response:
    return redirect(url_for("subscription_care.list_subscriptions", public_id=public_id), code=303)
