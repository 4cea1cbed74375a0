"""The form of a foreign calendar: what it is for, and where it comes from."""

from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import FileField, SelectChoice, StringField
from wtforms.validators import Optional

from hub.actions.calendar_sources import LARGEST_FILE, Goal
from hub.errors import InvalidInput
from hub.fetching import Fetcher, FetchFailed
from hub.i18n import N_, Message
from hub.models.offer import Form, OfferState
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.queries.own_offers import list_own_offers, list_usable_locations
from hub.web.calendar_source_words import OWN_TIME, TROUBLES, busy_times_of, dates_for
from hub.web.fields import Needed, NotLonger, OneLine, OneOf

OWN = "own"


class FileForm(FlaskForm):
    """A calendar as a file."""

    file = FileField(N_("Datei"))

    def content(self) -> bytes | None:
        """Return the file's bytes, one more than is allowed at most."""
        upload: Any = self.file.data
        return upload.read(LARGEST_FILE + 1) if upload else None


class SourceForm(FileForm):
    """What the calendar is for, its name, and its address or file."""

    goal = OneOf(N_("Wofür ist der Kalender?"), validate_choice=True)
    name = StringField(N_("Wie soll er hier heißen?"), [Needed(N_("Bitte ein kurzer Name.")), NotLonger(80), OneLine()])
    url = StringField(N_("Adresse"), [Optional(), NotLonger(2000)])

    def prepare(self, goals: dict[str, tuple[Goal, Message]]) -> None:
        """Offer what the actor may fill from a calendar."""
        self.goal.choices = [SelectChoice(value, words) for value, (_, words) in goals.items()]

    def address(self, fetcher: Fetcher) -> str | None:
        """Return the address that was typed, if one may be asked at all; raises InvalidInput (422)."""
        typed = (self.url.data or "").strip()
        if typed and self.file.data:
            raise InvalidInput(fields={"file": N_("Bitte entweder eine Adresse oder eine Datei.")})
        if not typed and not self.file.data:
            raise InvalidInput(fields={"url": N_("Bitte tragen Sie eine Adresse ein oder wählen Sie eine Datei.")})
        return askable(typed, fetcher)


class ChangeForm(FlaskForm):
    """Another name, and another address if one is typed; the present one is shown to nobody."""

    name = StringField(N_("Wie soll er hier heißen?"), [Needed(N_("Bitte ein kurzer Name.")), NotLonger(80), OneLine()])
    url = StringField(N_("Neue Adresse"), [Optional(), NotLonger(2000)])

    def address(self, fetcher: Fetcher) -> str | None:
        """Return the address that was typed, if one may be asked at all; raises InvalidInput (422)."""
        return askable((self.url.data or "").strip(), fetcher)


def askable(typed: str, fetcher: Fetcher) -> str | None:
    """Return a typed address, or None for none; raises InvalidInput (422) for one that is never asked."""
    if not typed:
        return None
    try:
        fetcher.target(typed)
    except FetchFailed as failed:
        raise InvalidInput(fields={"url": TROUBLES[failed.trouble]}) from None
    return typed


def goals_of(session: Session, actor: Actor) -> dict[str, tuple[Goal, Message]]:
    """Return what the actor may fill from a calendar: own offers, rooms of own places, a coach's own time."""
    goals: dict[str, tuple[Goal, Message]] = {}
    if actor.has(Role.COACH):
        goals[OWN] = Goal(user_id=actor.user_id), OWN_TIME
    if actor.partner_ids:
        for offer in list_own_offers(session, actor):
            if offer.state is not OfferState.ENDED and offer.form is not Form.ROOM:
                goal = Goal(organisation_id=offer.organisation_id, offer=offer)
                goals[f"offer:{offer.public_id}"] = goal, dates_for(offer.title)
        for location in list_usable_locations(session, actor):
            if location.organisation_id in actor.partner_ids:
                for room in location.rooms:
                    goal = Goal(organisation_id=location.organisation_id, room=room)
                    goals[f"room:{room.public_id}"] = goal, busy_times_of(location.name, room.name)
    return goals
