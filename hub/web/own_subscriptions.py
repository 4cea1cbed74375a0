"""A person's own calendars behind card and PIN: choose by picture how much is told, see each address once, end them."""

from flask import Blueprint, flash, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField, SelectChoice, StringField

from hub import i18n
from hub.actions import subscriptions as verbs
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.participant import Participant
from hub.models.subscription import FeedKind, Level, Subscription
from hub.queries import subscriptions
from hub.queries.consent_texts import Wording, feed_wording
from hub.queries.consents import longest_day
from hub.queries.participants import get_self
from hub.web.access import for_person
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.feed_words import CLIENTS, LEVELS, Address
from hub.web.fields import Needed, NotLonger, OneLine, add_error

blueprint = Blueprint("own_subscriptions", __name__)


class LevelForm(FlaskForm):
    """How much an entry tells; without an answer the least. `agreed` comes with the page that shows the words."""

    level = RadioField(
        N_("Was darf im Kalender stehen?"),
        choices=[SelectChoice(level.value, text) for level, text in LEVELS.items()],
        default=Level.DISCREET.value,
    )
    word = StringField(
        N_("Ihr Wort für jeden Eintrag"),
        [Needed(N_("Bitte geben Sie ein Wort ein.")), NotLonger(verbs.LONGEST_NAME), OneLine()],
    )
    agreed = HiddenField()


class DeviceForm(LevelForm):
    """The same, and the device it is for."""

    name = StringField(
        N_("Für welches Gerät?"),
        [Needed(N_("Bitte geben Sie einen Namen ein.")), NotLonger(verbs.LONGEST_NAME), OneLine()],
    )


@blueprint.get("/me/subscriptions")
@for_person
def list_subscriptions() -> tuple[str, int]:
    """Show the own calendars: which device, how much it tells, when and by what it was last fetched (R-CAL-13)."""
    with reading() as session:
        person = get_self(session, current_actor(), at=at())
        ends = subscriptions.consent_ends(session, person.id)
        own = subscriptions.list_own_subscriptions(session, current_actor())
    running = [one for one in own if one.level in ends and ends[one.level] > at()]
    return render("subscriptions/list_own.html", own=running, levels=LEVELS, clients=CLIENTS)


@blueprint.get("/me/subscriptions/new")
@for_person
def new_subscription() -> tuple[str, int]:
    """Choose by three pictures of a lock screen what may stand there."""
    form = DeviceForm(formdata=None)
    with reading() as session:
        form.word.data = get_self(session, current_actor(), at=at()).neutral_word
    form.name.data = str(N_("mein Handy"))
    return render("subscriptions/new_own.html", form=form, back=_back())


@blueprint.post("/me/subscriptions")
@for_person
def create_subscription() -> tuple[str, int]:
    """Show the exact words first where a consent is needed, then make the calendar and show its address this once."""
    form = DeviceForm()
    if not form.validate_on_submit():
        return render("subscriptions/new_own.html", 422, form=form, back=_back())
    level = Level(form.level.data)
    try:
        with transaction() as session:
            agreed = form.agreed.data == level.value
            made = (None if agreed else _unread_wording(session, level, None)) or _make(session, form, level)
    except (InvalidInput, RuleBroken) as error:
        add_error(form, error)
        return render("subscriptions/new_own.html", error.status, form=form, back=_back())
    if isinstance(made, Wording):
        target = url_for("own_subscriptions.create_subscription")
        return render("subscriptions/show_wording.html", form=form, wording=made, level=level, target=target)
    return render("subscriptions/show_own_address.html", address=Address.of(*made), back=_back())


def _make(session: Session, form: DeviceForm, level: Level) -> tuple[Subscription, str]:
    verbs.change_word(session, actor=current_actor(), word=form.word.data, at=at())
    return verbs.make_subscription(
        session,
        actor=current_actor(),
        kind=FeedKind.PARTICIPANT,
        name=form.name.data,
        level=level,
        locale=i18n.current(),
        at=at(),
    )


def _unread_wording(session: Session, level: Level, changed: Subscription | None) -> Wording | None:
    """Return the words of the consent this choice needs and the person has not agreed to yet."""
    person: Participant = get_self(session, current_actor(), at=at())
    others = [
        one.level
        for one in subscriptions.list_own_subscriptions(session, current_actor())
        if changed is None or one.id != changed.id
    ]
    needed = subscriptions.most_telling([level, *others])
    if subscriptions.has_feed_consent(session, person.id, needed, at=at()):
        return None
    return feed_wording(person, needed, longest_day(session, person.id, at()), i18n.current())


@blueprint.get("/me/subscriptions/<public_id>/level")
@for_person
def edit_level(public_id: str) -> tuple[str, int]:
    """Choose anew how much this calendar tells."""
    form = LevelForm(formdata=None)
    with reading() as session:
        subscription = subscriptions.get_subscription(session, current_actor(), public_id)
        form.word.data = get_self(session, current_actor(), at=at()).neutral_word
    form.level.data = subscription.level.value
    return _level_page(subscription, form)


def _level_page(subscription: Subscription, form: LevelForm, status: int = 200) -> tuple[str, int]:
    return render("subscriptions/edit_level.html", status, form=form, subscription=subscription, back=_back())


@blueprint.post("/me/subscriptions/<public_id>/level")
@for_person
def update_level(public_id: str) -> Response | tuple[str, int]:
    """Change how much a calendar tells, at the same address; the words first where a consent is needed."""
    form = LevelForm()
    with reading() as session:
        subscription = subscriptions.get_subscription(session, current_actor(), public_id)
    if not form.validate_on_submit():
        return _level_page(subscription, form, 422)
    level = Level(form.level.data)
    try:
        with transaction() as session:
            wording = _unread_wording(session, level, subscription) if form.agreed.data != level.value else None
            if wording is None:
                mine = subscriptions.get_subscription(session, current_actor(), public_id)
                verbs.change_level(session, actor=current_actor(), subscription=mine, level=level, at=at())
                verbs.change_word(session, actor=current_actor(), word=form.word.data, at=at())
    except (InvalidInput, RuleBroken) as error:
        add_error(form, error)
        return _level_page(subscription, form, error.status)
    if wording is not None:
        target = url_for("own_subscriptions.update_level", public_id=public_id)
        return render("subscriptions/show_wording.html", form=form, wording=wording, level=level, target=target)
    flash(str(N_("Gespeichert. Im Kalender steht es nach dem nächsten Abholen.")), "ok")
    return redirect(_back(), code=303)


@blueprint.post("/me/subscriptions/<public_id>/renewal")
@for_person
def create_renewal(public_id: str) -> tuple[str, int]:
    """Give a calendar a new address and show it this once; the old one is empty from now on."""
    with transaction() as session:
        subscription = subscriptions.get_subscription(session, current_actor(), public_id)
        made = verbs.rotate_subscription(session, actor=current_actor(), subscription=subscription, at=at())
    return render("subscriptions/show_own_address.html", address=Address.of(*made), back=_back())


@blueprint.post("/me/subscriptions/<public_id>/end")
@for_person
def create_end(public_id: str) -> Response:
    """End a calendar."""
    with transaction() as session:
        subscription = subscriptions.get_subscription(session, current_actor(), public_id)
        verbs.end_subscription(session, actor=current_actor(), subscription=subscription, at=at())
    flash(str(N_("Beendet. Der Kalender leert sich beim nächsten Abholen von selbst.")), "ok")
    return redirect(_back(), code=303)


def _back() -> str:
    return url_for("own_subscriptions.list_subscriptions")
