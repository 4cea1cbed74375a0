"""The phone list of a week: whom to call, what to say and ask, and what was said written down at once."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session

from hub import clock
from hub.actions import calls, freshness
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.organisation import Organisation
from hub.models.user import Role
from hub.queries import notices
from hub.queries.phone_list import (
    WEEK,
    get_phoned_offer,
    get_phoned_organisation,
    get_phoned_organisation_by_id,
    list_phoned,
    waiting_calls,
)
from hub.web import week
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.news import WORDS
from hub.web.phone_words import sheet_of

blueprint = Blueprint("phone_list", __name__)
CALLERS = (Role.PARTNER, Role.COORDINATOR)


@blueprint.get("/phone-list")
@for_roles(*CALLERS)
def show_phone_list() -> Any:
    """Show everybody the actor phones: those with something open first, then, so that nobody is left out, the rest."""
    return _page("phone_list/show_phone_list.html")


@blueprint.get("/phone-list/print")
@for_roles(*CALLERS)
def print_phone_list() -> Any:
    """Show the same list for paper, with boxes to tick."""
    return _page("phone_list/print_phone_list.html")


def _page(template: str) -> Any:
    actor = current_actor()
    if not actor.phoned_ids:
        raise NotFound
    monday = week.monday_of(request.args.get("week"), clock.local_date(at()))
    with reading() as session:
        phoned = list_phoned(session, actor, monday=monday, at=at())
    sheets = [sheet_of(one, at()) for one in phoned]
    return render(
        template,
        open=[one for one in sheets if not one.phoned.quiet],
        quiet=[one for one in sheets if one.phoned.quiet],
        waiting=waiting_calls(phoned),
        rhythm=WORDS,
        span=week.span_of(monday),
        number=monday.isocalendar().week,
        week=week.week_name(monday),
        following=week.week_name(monday + WEEK),
        this_week=monday == week.monday_of(None, clock.local_date(at())),
        at=at(),
    )


@blueprint.post("/phone-list/organisations/<public_id>/call")
@for_roles(*CALLERS)
def create_call(public_id: str) -> Any:
    """Write down that the organisation was called, and with it everything that was read out."""

    def verb(session: Session) -> Organisation:
        phoned = get_phoned_organisation(session, current_actor(), public_id)
        told = request.form.get("told", "").split()
        calls.note_called(session, actor=current_actor(), organisation_id=phoned.id, told=told, at=at())
        return phoned

    return _note(verb, N_("Der Anruf ist eingetragen."))


@blueprint.post("/phone-list/organisations/<public_id>/missed-call")
@for_roles(*CALLERS)
def create_missed_call(public_id: str) -> Any:
    """Write down that nobody answered; everything stays on the list."""

    def verb(session: Session) -> Organisation:
        phoned = get_phoned_organisation(session, current_actor(), public_id)
        calls.note_not_reached(session, actor=current_actor(), organisation_id=phoned.id, at=at())
        return phoned

    return _note(verb, N_("Eingetragen. Alles bleibt auf der Liste."))


@blueprint.post("/phone-list/calls/<public_id>/settlement")
@for_roles(*CALLERS)
def create_settlement(public_id: str) -> Any:
    """Write down that one thing was said."""

    def verb(session: Session) -> Organisation:
        notice = notices.get_call(session, current_actor(), public_id)
        calls.settle_call(session, actor=current_actor(), notice=notice, at=at())
        return get_phoned_organisation_by_id(session, current_actor(), notice.organisation_id)

    return _note(verb, N_("Eingetragen: Das ist gesagt."))


@blueprint.post("/phone-list/offers/<public_id>/confirmation")
@for_roles(*CALLERS)
def create_confirmation(public_id: str) -> Any:
    """Write down on behalf of the organisation that an offer still takes place as it is written."""

    def verb(session: Session) -> Organisation:
        offer = get_phoned_offer(session, current_actor(), public_id)
        freshness.confirm_offer(session, actor=current_actor(), offer=offer, at=at())
        return offer.organisation

    return _note(verb, N_("Danke. Das Angebot ist bestätigt, eingetragen von Ihnen für den Partner."))


def _note(verb: Callable[[Session], Organisation], done: Message) -> Any:
    """Run one step and come back to the organisation on the list; what somebody else did meanwhile is only said."""
    anchor = None
    try:
        with transaction() as session:
            anchor = verb(session).public_id
        flash(str(done), "ok")
    except RuleBroken as error:
        flash(str(error.message), "warn")
    return redirect(url_for(".show_phone_list", week=request.form.get("week") or None, _anchor=anchor), code=303)
