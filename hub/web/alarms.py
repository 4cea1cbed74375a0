"""Reminders in one's own calendars: the question on every form about a calendar, and the page of staff to change it."""

from flask import Blueprint, flash, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from hub.actions import subscriptions as verbs
from hub.i18n import N_, Message
from hub.models.subscription import Subscription
from hub.models.user import Role
from hub.queries.subscriptions import get_subscription
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Radios

blueprint = Blueprint("alarms", __name__)
WHEN: dict[str, Message] = {
    "": N_("nein"),
    "60": N_("eine Stunde vorher"),
    "1440": N_("am Tag vorher"),
    "60 1440": N_("beides"),
}


class AlarmForm(FlaskForm):
    """Whether the calendar reminds of each date, and how long before; without an answer it does not."""

    alarms = Radios(
        N_("Soll der Kalender Sie vorher erinnern?"),
        choices=[SelectChoice(minutes, words) for minutes, words in WHEN.items()],
        default="",
    )

    @property
    def minutes(self) -> list[int]:
        """The answer in minutes before each date."""
        return [int(one) for one in (self.alarms.data or "").split()]

    def show_alarms_of(self, subscription: Subscription) -> None:
        """Tick what there is."""
        self.alarms.data = " ".join(str(one) for one in sorted(subscription.alarms))


@blueprint.get("/subscriptions/<public_id>/alarms")
@for_roles(Role.COACH, Role.PARTNER, Role.COORDINATOR)
def edit_alarms(public_id: str) -> tuple[str, int]:
    """Choose anew whether one's calendar reminds."""
    form = AlarmForm(formdata=None)
    with reading() as session:
        subscription = get_subscription(session, current_actor(), public_id)
    form.show_alarms_of(subscription)
    return _page(subscription, form)


@blueprint.post("/subscriptions/<public_id>/alarms")
@for_roles(Role.COACH, Role.PARTNER, Role.COORDINATOR)
def update_alarms(public_id: str) -> Response | tuple[str, int]:
    """Let the calendar remind, or not; its address stays."""
    form = AlarmForm()
    with reading() as session:
        subscription = get_subscription(session, current_actor(), public_id)
    if not form.validate_on_submit():
        return _page(subscription, form, 422)
    with transaction() as session:
        mine = get_subscription(session, current_actor(), public_id)
        verbs.change_alarms(session, actor=current_actor(), subscription=mine, alarms=form.minutes, at=at())
    flash(str(N_("Gespeichert. Im Kalender steht es nach dem nächsten Abholen.")), "ok")
    return redirect(url_for("subscriptions.list_subscriptions"), code=303)


def _page(subscription: Subscription, form: AlarmForm, status: int = 200) -> tuple[str, int]:
    return render("subscriptions/edit_alarms.html", status, form=form, subscription=subscription)
