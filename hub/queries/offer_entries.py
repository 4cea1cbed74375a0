"""What a partner writes about an offer, and what of it does not go together."""

import re
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from hub.errors import InvalidInput
from hub.i18n import N_, Message
from hub.models.mark import Mark
from hub.models.offer import CARRIES_IDENTITY, Access, Aim, Form, Offer, Stage
from hub.models.organisation import Organisation
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.queries import own_offers

# What a partner may ask for: contact, access needs, aim, health; identity always goes with a name.
FIELD_GROUPS = (Field.CONTACT, Field.ACCESS, Field.AIM, Field.HEALTH)
MARK_NUMBER = re.compile(r"[\w][\w./ -]{1,39}")  # certifying bodies write letters, digits and these signs


@dataclass(frozen=True, kw_only=True)
class Entries:
    """What a partner writes about an offer; durations in minutes, the window in days, marks as `Mark.stored`."""

    title: str
    aim: Aim
    form: Form
    access: Access
    short_title: str = ""
    summary: str = ""
    stage: Stage = Stage.PREVENTION
    public: bool = True
    location_id: int | None = None
    room_id: int | None = None
    languages: list[str] = field(default_factory=lambda: ["de"])
    bring: str = ""
    cost: str = ""
    phone: str = ""
    companion_welcome: bool = False
    women_only: bool = False
    youngest: int | None = None
    oldest: int | None = None
    places: int = 1
    notice_minutes: int = 0
    window_days: int = 90
    cancel_minutes: int = 24 * 60
    field_groups: list[str] = field(default_factory=list)
    field_reason: str = ""
    join_link: str | None = None
    marks: list[dict[str, Any]] = field(default_factory=list)


def entries_of(offer: Offer) -> Entries:
    """Return what an offer says as if it were written anew; no list is shared with it."""
    said = {one.name: getattr(offer, one.name) for one in fields(Entries)}
    return Entries(**deepcopy(said))


def check_entries(
    session: Session, actor: Actor, entries: Entries, organisation: Organisation, *, before: Offer | None, today: date
) -> None:
    """Raise InvalidInput (422) naming each field that does not fit; `before` is the offer as it stands, if there is."""
    wrong = _wrong_groups(entries, organisation)
    if entries.youngest is not None and entries.oldest is not None and entries.youngest > entries.oldest:
        wrong["oldest"] = N_("Das höchste Alter liegt unter dem niedrigsten.")
    if entries.places < (0 if entries.access is Access.OPEN else 1):  # who just comes needs no number of places
        wrong["places"] = N_("Mindestens ein Platz.")
    if not (entries.join_link or "https://").startswith(("https://", "http://")):
        wrong["join_link"] = N_("Bitte beginnen Sie mit https://")  # it becomes a link on somebody's page
    if not _usable(session, actor, entries.location_id, entries.room_id):
        wrong["place"] = N_("Diesen Raum können Sie nicht belegen.")
    wrong |= _wrong_loan(entries, before)
    wrong |= _wrong_visit(entries)
    wrong |= _wrong_marks(entries.marks, before.marks if before else [], today)
    if wrong:
        raise InvalidInput(fields=wrong)


def as_loan(entries: Entries) -> Entries:
    """Return what is written about a room to borrow without all that only makes sense for people who come."""
    for_people: dict[str, Any] = {
        "companion_welcome": False,
        "women_only": False,
        "youngest": None,
        "oldest": None,
        "join_link": None,
    }
    asked: dict[str, Any] = {"field_groups": [], "field_reason": "", "marks": []}
    return replace(entries, access=Access.ANONYMOUS, places=1, **for_people, **asked)


def _wrong_loan(entries: Entries, before: Offer | None) -> dict[str, Message]:
    """Say what is wrong about a room to borrow; its dates are of another kind than those people come to."""
    if before is not None and (before.form is Form.ROOM) is not (entries.form is Form.ROOM):
        return {"form": N_("Ein Raum zum Ausleihen ist etwas Eigenes. Bitte legen Sie dafür ein neues Angebot an.")}
    if entries.form is not Form.ROOM:
        return {}
    wrong = {} if entries.location_id is not None else {"place": N_("Welcher Raum wird verliehen?")}
    if (entries.access, entries.places) != (Access.ANONYMOUS, 1):
        wrong["places"] = N_("Ein Raum wird als Ganzes verliehen.")
    return wrong


def _wrong_groups(entries: Entries, organisation: Organisation) -> dict[str, Message]:
    """Say what is wrong about what the partner wants to know."""
    wrong: dict[str, Message] = {}
    groups = set(entries.field_groups)
    if groups and entries.access not in CARRIES_IDENTITY:
        wrong["field_groups"] = N_("Wer ohne Namen kommt, gibt auch sonst nichts an.")
    if not groups <= set(FIELD_GROUPS) or (Field.HEALTH in groups and not organisation.clinic_type):
        wrong["field_groups"] = N_("Gesundheitsangaben dürfen nur Kliniken und Praxen erfragen.")
    if groups and not entries.field_reason.strip():
        wrong["field_reason"] = N_("Bitte schreiben Sie, wozu Sie das brauchen.")
    return wrong


def _wrong_visit(entries: Entries) -> dict[str, Message]:
    """Say what a visit at home lacks: who comes to a door must know whose it is, and that person agrees first."""
    wrong: dict[str, Message] = {}
    if entries.form is not Form.HOME_VISIT:
        return wrong
    if entries.access not in CARRIES_IDENTITY:
        wrong["access"] = N_("Ein Besuch zu Hause braucht eine Adresse. Wählen Sie: mit Namen, oder erst anfragen.")
    elif Field.CONTACT not in entries.field_groups:
        wrong["field_groups"] = N_(
            "Für einen Besuch brauchen Sie die Adresse. Kreuzen Sie an, wie man die Person erreicht."
        )
    return wrong


def _wrong_marks(stored: list[dict[str, Any]], before: list[dict[str, Any]], today: date) -> dict[str, Message]:
    """Say what is wrong about certified marks; one that ran out since it was written may stay, it is not shown."""
    wrong: dict[str, Message] = {}
    for row in stored:
        mark = Mark.from_stored(row)
        if not MARK_NUMBER.fullmatch(mark.number):
            wrong[f"{mark.kind}_number"] = N_("Bitte schreiben Sie die Nummer so, wie sie auf der Urkunde steht.")
        if mark.expires_on < today and row not in before:
            wrong[f"{mark.kind}_until"] = N_("Dieser Tag ist schon vorbei. Bis wann gilt das Siegel?")
    return wrong


def _usable(session: Session, actor: Actor, location_id: int | None, room_id: int | None) -> bool:
    if location_id is None:
        return room_id is None
    location = own_offers.find_usable_location(session, actor, location_id)
    if location is None or room_id is None:
        return location is not None
    return any(room.id == room_id and own_offers.may_use_room(actor, location, room) for room in location.rooms)
