"""Barriers: anybody tells what does not work, without a login; coordinators read it and note what is settled."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Optional

from hub.actions import barriers as verbs
from hub.errors import StepNotPossible, TooManyAttempts
from hub.i18n import N_
from hub.models.barrier import LONGEST_ADDRESS, LONGEST_WORDS
from hub.models.user import Role
from hub.queries.barriers import list_barriers, lock_barrier
from hub.web import clients
from hub.web.access import for_everyone, for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Needed, NotLonger, OneLine, add_error

blueprint = Blueprint("barriers", __name__)
WHY = "whoever meets a barrier may say so (Directive 2016/2102); only their own words are kept, and tries are limited"


class BarrierForm(FlaskForm):
    """What does not work, and how to answer."""

    words = TextAreaField(
        N_("Was geht nicht? Und auf welcher Seite?"),
        [Needed(N_("Bitte schreiben Sie, was nicht geht.")), NotLonger(LONGEST_WORDS)],
    )
    answer_to = StringField(
        N_("Wie erreichen wir Sie?"),
        [Optional(), NotLonger(LONGEST_ADDRESS), OneLine()],
        description=N_("Telefon, E-Mail oder Anschrift. Ohne können wir Ihnen nicht antworten."),
    )


@blueprint.get("/accessibility/barrier")
@for_everyone(WHY)
def new_barrier() -> Any:
    """Ask what does not work."""
    return render("barriers/new_barrier.html", form=BarrierForm(formdata=None))


@blueprint.post("/accessibility/barrier")
@for_everyone(WHY)
def create_barrier() -> Any:
    """Keep what does not work; after a fault the entries stay."""
    form = BarrierForm()
    if not form.validate_on_submit():
        return render("barriers/new_barrier.html", 422, form=form)
    told = {"words": form.words.data, "answer_to": form.answer_to.data or ""}
    try:
        with transaction() as session:
            verbs.tell_barrier(session, **told, client=clients.address(), at=at())
    except TooManyAttempts as error:
        add_error(form, error)
        return render("barriers/new_barrier.html", error.status, form=form)
    flash(str(N_("Danke. Ihre Meldung ist angekommen. Wir kümmern uns darum.")), "ok")
    return redirect(url_for("public.show_accessibility"), code=303)


@blueprint.get("/barriers")
@for_roles(Role.COORDINATOR)
def list_told() -> Any:
    """Show what people told of, open ones first."""
    g.section = "organisations"
    with reading() as session:
        found = list_barriers(session, current_actor())
    return render("barriers/list_told.html", barriers=found)


@blueprint.post("/barriers/<public_id>/settlement")
@for_roles(Role.COORDINATOR)
def create_settlement(public_id: str) -> Any:
    """Note that a barrier was looked after."""
    try:
        with transaction() as session:
            barrier = lock_barrier(session, current_actor(), public_id)
            verbs.settle_barrier(session, actor=current_actor(), barrier=barrier, at=at())
        flash(str(N_("Die Meldung ist erledigt.")), "ok")
    except StepNotPossible:
        flash(str(N_("Die Meldung war schon erledigt.")), "warn")
    return redirect(url_for(".list_told"), code=303)
