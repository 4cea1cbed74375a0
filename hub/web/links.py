"""The page behind a mail's link: looking changes nothing, one tap answers, and no name is ever shown (R-ACC-11)."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, url_for
from sqlalchemy.orm import Session

from hub.actions import answers
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.models.enquiry import Enquiry
from hub.models.notice import Link
from hub.policy.actor import Actor
from hub.queries import requested_places
from hub.queries.consents import find_permitting
from hub.queries.disclosures import fields_for
from hub.queries.links import actor_of_link, find_link
from hub.web.access import for_everyone
from hub.web.context import at, reading, render, request_id, transaction
from hub.web.enquiry_steps import DeclineForm, QuestionForm, StepForm, WaitlistForm, answer_forms, said
from hub.web.fields import add_error
from hub.web.inbox import view_of

blueprint = Blueprint("links", __name__)
WHY = "the link is the key: random, for one enquiry and one organisation, and it shows no identity"


def _get(session: Session, token: str) -> tuple[Link, Enquiry, Actor]:
    link = find_link(session, token, at())
    if link is None or link.enquiry is None or link.enquiry.sent_at is None:
        raise NotFound
    return link, link.enquiry, actor_of_link(link, request_id=request_id())


@blueprint.get("/links/<token>")
@for_everyone(WHY)
def show_link(token: str) -> Any:
    """Show the enquiry without a name; following the link changes nothing, however often a scanner does it."""
    return _page(token)


def _page(token: str, form: StepForm | None = None, status: int = 200) -> Any:
    with reading() as session:
        link, enquiry, actor = _get(session, token)
        live = find_permitting(session, enquiry, at=at()) is not None
        kept_until = requested_places.find_kept_until(session, enquiry)
    fields = fields_for(enquiry, actor, live=live, acknowledged=False, at=at())
    return render(
        "links/show_link.html",
        status,
        link=link,
        token=token,
        form=form,
        kept_until=kept_until,
        **view_of(enquiry, fields, live=live),
        **answer_forms(form),
    )


@blueprint.post("/links/<token>/acceptance")
@for_everyone(WHY)
def create_acceptance(token: str) -> Any:
    """Say yes with one tap."""
    return _answer(token, StepForm(), answers.accept_enquiry)


@blueprint.post("/links/<token>/decline")
@for_everyone(WHY)
def create_decline(token: str) -> Any:
    """Say no with a coded reason."""
    return _answer(token, DeclineForm(), answers.decline_enquiry)


@blueprint.post("/links/<token>/question")
@for_everyone(WHY)
def create_question(token: str) -> Any:
    """Ask back from the closed list."""
    return _answer(token, QuestionForm(), answers.return_enquiry)


@blueprint.post("/links/<token>/waitlist")
@for_everyone(WHY)
def create_waitlist(token: str) -> Any:
    """Put it on the own waiting list."""
    return _answer(token, WaitlistForm(), answers.waitlist_enquiry)


def _answer(token: str, form: StepForm, verb: Callable[..., None]) -> Any:
    if not form.validate_on_submit():
        return _page(token, form, 422)
    try:
        with transaction() as session:
            link, enquiry, actor = _get(session, token)
            verb(session, actor=actor, enquiry=enquiry, at=at(), **said(form))
            link.used_at = at()
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return _page(token, form, error.status)
    return redirect(url_for(".show_link", token=token), code=303)
