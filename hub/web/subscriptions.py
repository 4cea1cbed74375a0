"""Calendars of staff: a coach's own feed and the feeds of a partner's organisations, each address shown once."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField, SelectChoice, StringField

from hub import i18n
from hub.actions import subscriptions as verbs
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.organisation import Organisation
from hub.models.subscription import FeedKind
from hub.models.user import Role
from hub.queries.subscriptions import get_subscription, list_feed_organisations, list_own_subscriptions
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.feed_words import CLIENTS, KINDS, Address
from hub.web.fields import Needed, NotLonger, OneLine, add_error

blueprint = Blueprint("subscriptions", __name__)
COACH = "coach"


class SubscriptionForm(FlaskForm):
    """What the feed shows, and for which device it is."""

    shows = RadioField(N_("Was soll im Kalender stehen?"), validators=[Needed(N_("Bitte wählen Sie eines."))])
    name = StringField(
        N_("Für welches Gerät?"),
        [Needed(N_("Bitte geben Sie einen Namen ein.")), NotLonger(verbs.LONGEST_NAME), OneLine()],
    )
    initials = BooleanField(N_("Anfangsbuchstaben statt Rufwörter zeigen"))

    def prepare(self, organisations: list[Organisation], *, coach: bool) -> None:
        """Offer the own feed to coaches and those of the organisations one acts for."""
        own = [SelectChoice(COACH, KINDS[FeedKind.COACH])] if coach else []
        self.shows.choices = own + [
            SelectChoice(one.public_id, N_("Termine und Plätze: {name}", name=one.name)) for one in organisations
        ]
        if not coach:
            del self.initials
        if not self.is_submitted() and self.shows.choices:
            self.shows.data = self.shows.choices[0].value
            self.name.data = str(N_("mein Handy"))


@blueprint.get("/subscriptions")
@for_roles(Role.COACH, Role.PARTNER)
def list_subscriptions() -> tuple[str, int]:
    """Show the own calendars with their last fetch, and the form for a new one."""
    with reading() as session:
        form, _ = _form(session)
        return _page(session, form)


def _form(session: Session) -> tuple[SubscriptionForm, dict[str, Organisation]]:
    organisations = list_feed_organisations(session, current_actor())
    form = SubscriptionForm()
    form.prepare(organisations, coach=current_actor().has(Role.COACH))
    return form, {one.public_id: one for one in organisations}


def _page(session: Session, form: SubscriptionForm, status: int = 200) -> tuple[str, int]:
    own = list_own_subscriptions(session, current_actor())
    return render("subscriptions/list_subscriptions.html", status, form=form, own=own, kinds=KINDS, clients=CLIENTS)


@blueprint.post("/subscriptions")
@for_roles(Role.COACH, Role.PARTNER)
def create_subscription() -> tuple[str, int]:
    """Make a calendar and show its address this once."""
    with reading() as session:
        form, organisations = _form(session)
        if not form.validate_on_submit():
            return _page(session, form, 422)
    organisation = organisations.get(form.shows.data)
    try:
        with transaction() as session:
            made = verbs.make_subscription(
                session,
                actor=current_actor(),
                kind=FeedKind.ORGANISATION if organisation else FeedKind.COACH,
                name=form.name.data,
                organisation_id=organisation.id if organisation else None,
                initials=bool(form.initials.data) if "initials" in form and not organisation else False,
                locale=i18n.current(),
                at=at(),
            )
    except (InvalidInput, RuleBroken) as error:
        add_error(form, error)
        with reading() as session:
            return _page(session, form, error.status)
    return render("subscriptions/show_address.html", address=Address.of(*made), back=_back())


@blueprint.post("/subscriptions/<public_id>/renewal")
@for_roles(Role.COACH, Role.PARTNER)
def create_renewal(public_id: str) -> tuple[str, int]:
    """Give a calendar a new address and show it this once; the old one is empty from now on."""
    with transaction() as session:
        subscription = get_subscription(session, current_actor(), public_id)
        made = verbs.rotate_subscription(session, actor=current_actor(), subscription=subscription, at=at())
    return render("subscriptions/show_address.html", address=Address.of(*made), back=_back())


@blueprint.post("/subscriptions/<public_id>/end")
@for_roles(Role.COACH, Role.PARTNER)
def create_end(public_id: str) -> Response:
    """End a calendar."""
    with transaction() as session:
        subscription = get_subscription(session, current_actor(), public_id)
        verbs.end_subscription(session, actor=current_actor(), subscription=subscription, at=at())
    flash(str(N_("Beendet. Der Kalender leert sich beim nächsten Abholen von selbst.")), "ok")
    return redirect(_back(), code=303)


def _back() -> Any:
    return url_for("subscriptions.list_subscriptions")
