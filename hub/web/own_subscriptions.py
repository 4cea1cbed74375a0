"""A person's own calendars behind card and PIN: choose by picture how much is told, see each address once, end them."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectChoice, StringField

from hub import i18n
from hub.actions import subscriptions as verbs
from hub.actions.subscription_care import keep_subscription
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.consent import Consent, Scope
from hub.models.participant import Participant
from hub.models.subscription import FeedKind, Level, Subscription
from hub.queries import deliveries, subscription_care, subscriptions
from hub.queries.consent_texts import Wording, feed_wording
from hub.queries.consents import longest_day
from hub.queries.participants import get_self
from hub.queries.subscription_care import Calendars
from hub.web.access import for_person
from hub.web.alarms import AlarmForm
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.feed_words import CLIENTS, LEVELS, Address
from hub.web.fields import Needed, NotLonger, OneLine, Radios, add_error

blueprint = Blueprint("own_subscriptions", __name__)


class LevelForm(AlarmForm):
    """How much an entry tells, by itself the least, and whether it reminds.

    `agreed` comes with the page that shows the words of the consent.
    """

    level = Radios(
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
        own = subscription_care.list_own(session, current_actor(), at=at())
        behind = deliveries.list_behind(session, current_actor(), at=at())
        given = subscriptions.newest_feed_consent(session, person.id)
    allowed = given is not None and given.is_live(at())  # the last calendar goes, what was allowed stays
    running, renewable = (subscriptions.carried(some, ends, at=at()) for some in (own.running, own.renewable))
    lists: dict[str, Any] = {"own": running, "renewable": renewable, "behind": behind}
    return render("subscriptions/list_own.html", **lists, levels=LEVELS, clients=CLIENTS, allowed=allowed)


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
        alarms=form.minutes,
        at=at(),
    )


def _unread_wording(session: Session, level: Level, changed: Subscription | None) -> Wording | None:
    """Return the words of the consent this choice needs and the person has not agreed to yet."""
    person: Participant = get_self(session, current_actor(), at=at())
    others = [
        one
        for one in subscriptions.list_own_subscriptions(session, current_actor())
        if changed is None or one.id != changed.id
    ]
    ends = subscriptions.consent_ends(session, person.id)
    needed = subscriptions.most_telling(level, subscriptions.carried(others, ends, at=at()))
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
    form.show_alarms_of(subscription)
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
                facts: dict[str, Any] = {"actor": current_actor(), "subscription": mine, "at": at()}
                verbs.change_level(session, level=level, **facts)
                verbs.change_alarms(session, alarms=form.minutes, **facts)
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
    """Give a calendar a new address and show it this once; the old one is empty from now on. A blocked one too."""
    with transaction() as session:
        subscription = subscription_care.get_renewable(session, current_actor(), public_id, at=at())
        made = verbs.rotate_subscription(session, actor=current_actor(), subscription=subscription, at=at())
    return render("subscriptions/show_own_address.html", address=Address.of(*made), back=_back())


@blueprint.post("/me/subscriptions/<public_id>/keeping")
@for_person
def create_keeping(public_id: str) -> Response:
    """Say that a calendar is still needed though no program has fetched it for long."""
    with transaction() as session:
        mine = subscriptions.get_subscription(session, current_actor(), public_id)
        person = get_self(session, current_actor(), at=at())
        keep_subscription(session, actor=current_actor(), participant=person, subscription=mine, at=at())
    flash(str(N_("Gut. Der Kalender bleibt.")), "ok")
    return redirect(_back(), code=303)


@blueprint.post("/me/subscriptions/<public_id>/end")
@for_person
def create_end(public_id: str) -> Response:
    """End a calendar."""
    with transaction() as session:
        subscription = subscriptions.get_subscription(session, current_actor(), public_id)
        verbs.end_subscription(session, actor=current_actor(), subscription=subscription, at=at())
    flash(str(N_("Beendet. Der Kalender leert sich beim nächsten Abholen von selbst.")), "ok")
    return redirect(_back(), code=303)


def on_the_own_page(calendars: Calendars, given: list[Consent], waits: list[Consent]) -> dict[str, Any]:
    """Return what the own page says of the calendars: those that run, one that may come back, and a proposal."""
    allowed = {one.detail for one in given if one.scope is Scope.FEED}
    back = [one for one in calendars.renewable if allowed and (one.level is not Level.FULL or one.level in allowed)]
    proposed = next((one for one in waits if one.scope is Scope.FEED), None)
    known = calendars.running or back
    return {
        "feeds": calendars.running,
        "may_come_back": back,
        "calendar_proposed": proposed if not calendars.running else None,
        "subscriptions_url": url_for(f"own_subscriptions.{'list_subscriptions' if known else 'new_subscription'}"),
    }


def _back() -> str:
    return url_for("own_subscriptions.list_subscriptions")
