"""The person's own permissions behind card and PIN: how one is reached (E6), whether one is counted (E7)."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField
from wtforms.fields.choices import SelectChoice

from hub import i18n
from hub.actions import permissions as verbs
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.consent import MessageChannel, MessagePurpose, Scope
from hub.models.participant import Participant
from hub.queries.consents import longest_day
from hub.queries.participants import get_self
from hub.queries.permission_texts import CHANNELS, PURPOSES, evaluation_wording, messages_wording
from hub.queries.permission_texts import WHEN as TIMES
from hub.queries.permissions import CALENDAR, channels_of, list_own, require_choice
from hub.queries.reminders import WHEN, When
from hub.web.access import for_person
from hub.web.context import at, config, current_actor, reading, render, transaction
from hub.web.fields import OneOf, add_error

blueprint = Blueprint("permissions", __name__)
# The usual time is the empty choice, so that nothing is preset.
WORDS_WHEN = [SelectChoice("" if one is When.DAY_BEFORE else one, word) for one, word in TIMES.items()]


def ways_of(person: Participant) -> list[MessageChannel]:
    """Return the ways this house has to reach this person."""
    return channels_of(person, messages=sends_messages())


def sends_messages() -> bool:
    """Tell whether the house sends short messages to telephones."""
    return bool(config().messages_url)


class MessagesForm(FlaskForm):
    """One way for each purpose, or none; `agreed` comes with the page that shows the words for exactly this choice."""

    changes = OneOf(PURPOSES[MessagePurpose.CHANGES])
    reminders = OneOf(PURPOSES[MessagePurpose.REMINDERS])
    when = OneOf(N_("Wann erinnern"), choices=WORDS_WHEN, default="")
    questions = OneOf(PURPOSES[MessagePurpose.QUESTIONS])
    calendar = BooleanField(N_("E-Mails über Termine mit einem Eintrag für meinen Kalender"))
    agreed = HiddenField()

    def prepare(self, person: Participant) -> None:
        """Offer the ways this person has."""
        ways = [
            SelectChoice("", N_("gar nicht")),
            *(SelectChoice(one.value, CHANNELS[one]) for one in ways_of(person)),
        ]
        for name in PURPOSES:
            self[str(name)].choices = ways

    def chosen(self) -> dict[str, str]:
        """Return the ways that were chosen, by purpose, when to remind, and whether with an entry."""
        ways = {str(name): self[str(name)].data for name in PURPOSES if self[str(name)].data}
        when = {WHEN: self.when.data} if MessagePurpose.REMINDERS in ways and self.when.data else {}
        return ways | when | ({CALENDAR: "yes"} if ways and self.calendar.data else {})

    def mark(self) -> str:
        """Return the choice as one word, so that the yes belongs to the words that were shown."""
        return " ".join(f"{purpose}={channel}" for purpose, channel in sorted(self.chosen().items()))


@blueprint.get("/me/permissions")
@for_person
def show_permissions() -> Any:
    """Show what is allowed once for everything, each changeable at any time."""
    return _page(None)


def _page(form: MessagesForm | None, status: int = 200, error: RuleBroken | InvalidInput | None = None) -> Any:
    with reading() as session:
        person = get_self(session, current_actor(), at=at())
        own = list_own(session, person.id, at=at())
    messages = own.get(Scope.MESSAGES)
    form = form or MessagesForm(formdata=None, data=messages.content if messages is not None else None)
    form.prepare(person)
    if error is not None:
        add_error(form, error)
    shown: dict[str, Any] = {"messages": messages, "evaluation": own.get(Scope.EVALUATION)}
    return render("permissions/show_permissions.html", status, form=form, ways=ways_of(person), **shown)


@blueprint.post("/me/permissions/messages")
@for_person
def create_messages() -> Any:
    """Show the exact words of the choice first, then write the yes to them down."""
    form = MessagesForm()
    with reading() as session:
        person = get_self(session, current_actor(), at=at())
    form.prepare(person)
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        if form.agreed.data != form.mark():
            return _wording_page(form, person)
        with transaction() as session:
            verbs.allow_messages(
                session,
                actor=current_actor(),
                participant=get_self(session, current_actor(), at=at()),
                channels=form.chosen(),
                locale=i18n.current(),
                messages=sends_messages(),
                at=at(),
            )
    except (InvalidInput, RuleBroken) as error:
        return _page(form, error.status, error)
    return _done()


def _wording_page(form: MessagesForm, person: Participant) -> Any:
    chosen = require_choice(person, form.chosen(), messages=sends_messages())
    with reading() as session:
        until = longest_day(session, person.id, at())
    wording = messages_wording(person, chosen, until, i18n.current())
    kept = form.chosen() | {"agreed": form.mark()}
    return render("permissions/show_wording.html", wording=wording, kept=kept, target=url_for(".create_messages"))


def _done() -> Response:
    flash(str(N_("Gespeichert. Sie können es jederzeit ändern.")), "ok")
    return redirect(url_for(".show_permissions"), code=303)


@blueprint.get("/me/permissions/evaluation")
@for_person
def new_evaluation() -> Any:
    """Show the exact words before the yes."""
    try:
        with reading() as session:
            person = get_self(session, current_actor(), at=at())
            until = longest_day(session, person.id, at())
    except RuleBroken as error:
        return _page(None, error.status, error)
    wording = evaluation_wording(person, until, i18n.current())
    return render("permissions/show_wording.html", wording=wording, kept={}, target=url_for(".create_evaluation"))


@blueprint.post("/me/permissions/evaluation")
@for_person
def create_evaluation() -> Any:
    """Write the yes down."""
    try:
        with transaction() as session:
            verbs.allow_evaluation(
                session,
                actor=current_actor(),
                participant=get_self(session, current_actor(), at=at()),
                locale=i18n.current(),
                at=at(),
            )
    except RuleBroken as error:
        return _page(None, error.status, error)
    return _done()
