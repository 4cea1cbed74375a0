"""Calendars of staff: the own dates, those of partners one acts for, one offer, a room; each address shown once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectChoice, StringField

from hub import i18n
from hub.actions import subscriptions as verbs
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_, Message
from hub.models.subscription import FeedKind, Subscription
from hub.models.user import Role
from hub.queries.feed_kinds import list_rooms, list_running_offers
from hub.queries.subscription_care import get_renewable, list_own
from hub.queries.subscriptions import get_subscription, list_feed_organisations, list_own_subscriptions
from hub.web.access import for_roles
from hub.web.alarms import AlarmForm
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.feed_words import CLIENTS, KINDS, Address
from hub.web.fields import Needed, NotLonger, OneLine, OneOf, add_error

blueprint = Blueprint("subscriptions", __name__)
KEEPERS = (Role.COACH, Role.PARTNER, Role.COORDINATOR)
COACH = "coach"


@dataclass(frozen=True)
class Subject:
    """What a calendar can show, and how that is called."""

    kind: FeedKind
    words: str | Message
    about: dict[str, Any] = field(default_factory=dict)  # the key of what it is about, by column


Subjects = dict[str, Subject]


class SubscriptionForm(AlarmForm):
    """What the feed shows, for which device it is, and whether it reminds."""

    shows = OneOf(N_("Was soll im Kalender stehen?"), validators=[Needed(N_("Bitte wählen Sie eines."))])
    name = StringField(
        N_("Für welches Gerät?"),
        [Needed(N_("Bitte geben Sie einen Namen ein.")), NotLonger(verbs.LONGEST_NAME), OneLine()],
    )
    initials = BooleanField(N_("Anfangsbuchstaben statt Rufwörter zeigen"))

    def prepare(self, subjects: Subjects) -> None:
        """Offer what there is, by kind; `?about=` of another page chooses one."""
        self.shows.choices = list(_choices(subjects))
        if COACH not in subjects:
            del self.initials
        if not self.is_submitted() and subjects:
            wanted = request.args.get("about", "")
            self.shows.data = wanted if wanted in subjects else next(iter(subjects))
            self.name.data = str(N_("mein Handy"))


def _choices(subjects: Subjects) -> Iterable[SelectChoice]:
    for value, one in subjects.items():
        yield SelectChoice(value, str(one.words), optgroup=str(KINDS[one.kind]) if one.about else None)


def _subjects(session: Session) -> Subjects:
    """Return what this member of staff may follow, by public id."""
    actor = current_actor()
    found = {COACH: Subject(FeedKind.COACH, KINDS[FeedKind.COACH])} if actor.has(Role.COACH) else {}
    for one in list_feed_organisations(session, actor):
        found[one.public_id] = Subject(FeedKind.ORGANISATION, one.name, {"organisation_id": one.id})
    for offer in list_running_offers(session, actor):
        found[offer.public_id] = Subject(FeedKind.OFFER, offer.title, {"offer_id": offer.id})
    for room in list_rooms(session, actor):
        found[room.public_id] = Subject(FeedKind.ROOM, f"{room.location.name}, {room.name}", {"room_id": room.id})
    return found


@blueprint.get("/subscriptions")
@for_roles(*KEEPERS)
def list_subscriptions() -> tuple[str, int]:
    """Show the own calendars with their last fetch, and the form for a new one."""
    with reading() as session:
        form, _ = _form(session)
        return _page(session, form)


def _form(session: Session) -> tuple[SubscriptionForm, Subjects]:
    subjects = _subjects(session)
    form = SubscriptionForm()
    form.prepare(subjects)
    return form, subjects


def _page(session: Session, form: SubscriptionForm, status: int = 200) -> tuple[str, int]:
    own = [(one, _shows(one)) for one in list_own_subscriptions(session, current_actor())]
    back = list_own(session, current_actor(), at=at()).renewable
    shown: dict[str, Any] = {"form": form, "own": own, "renewable": back}
    shown["sources"] = any(map(current_actor().has, (Role.PARTNER, Role.COACH)))  # who may have other calendars read
    return render("subscriptions/list_subscriptions.html", status, **shown, clients=CLIENTS)


def _shows(one: Subscription) -> str:
    """What a calendar shows, in words."""
    name = ""
    if one.organisation is not None:
        name = one.organisation.name
    elif one.offer is not None:
        name = one.offer.title
    elif one.room is not None:
        name = f"{one.room.location.name}, {one.room.name}"
    return f"{KINDS[one.kind]}: {name}" if name else str(KINDS[one.kind])


@blueprint.post("/subscriptions")
@for_roles(*KEEPERS)
def create_subscription() -> tuple[str, int]:
    """Make a calendar and show its address this once."""
    with reading() as session:
        form, subjects = _form(session)
        if not form.validate_on_submit():
            return _page(session, form, 422)
    subject = subjects[form.shows.data]
    coached = subject.kind is FeedKind.COACH
    try:
        with transaction() as session:
            made = verbs.make_subscription(
                session,
                actor=current_actor(),
                kind=subject.kind,
                name=form.name.data,
                initials=coached and bool(form.initials.data),
                locale=i18n.current(),
                alarms=form.minutes,
                **subject.about,
                at=at(),
            )
    except (InvalidInput, RuleBroken) as error:
        add_error(form, error)
        with reading() as session:
            return _page(session, form, error.status)
    return render("subscriptions/show_address.html", address=Address.of(*made), back=_back())


@blueprint.post("/subscriptions/<public_id>/renewal")
@for_roles(*KEEPERS)
def create_renewal(public_id: str) -> tuple[str, int]:
    """Give a calendar a new address and show it this once; the old one is empty from now on."""
    with transaction() as session:
        subscription = get_renewable(session, current_actor(), public_id, at=at())
        made = verbs.rotate_subscription(session, actor=current_actor(), subscription=subscription, at=at())
    return render("subscriptions/show_address.html", address=Address.of(*made), back=_back())


@blueprint.post("/subscriptions/<public_id>/end")
@for_roles(*KEEPERS)
def create_end(public_id: str) -> Response:
    """End a calendar."""
    with transaction() as session:
        subscription = get_subscription(session, current_actor(), public_id)
        verbs.end_subscription(session, actor=current_actor(), subscription=subscription, at=at())
    flash(str(N_("Beendet. Der Kalender leert sich beim nächsten Abholen von selbst.")), "ok")
    return redirect(_back(), code=303)


def _back() -> Any:
    return url_for("subscriptions.list_subscriptions")
