"""People who want to be told, and a house that tells them: for tests of notices to people."""

from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import permissions, slots
from hub.models.booking import Booking
from hub.models.consent import Consent
from hub.models.notice import Notice
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.queries.participants import get_participant
from hub.queries.slots import get_own_slot
from hub.worker import delivery
from hub.worker.deadlines import DEADLINES
from tests.loop import person_actor, rows
from tests.places import book, make_offer, make_slot
from tests.post import mail_settings
from tests.world import World

MAIL = "tarik@post.example"
TELLINGS = ("changes to tell", "reminders to people", "offers to tell", "sheets to tell", "choices to tell")


def reachable(world: World, person: Participant | None = None) -> None:
    """Give somebody (Tarik unless told) an e-mail address and a letter box besides a telephone."""
    with world.database.transaction() as session:
        row = session.get_one(Participant, (person or world.cast.tarik).id)
        ways = {"phone": "0151 5550 1799", "email": MAIL}
        missing = set(ways) - {one["kind"] for one in row.contacts}
        more = [{"kind": kind, "value": ways[kind], "allowed_for": ["coach"]} for kind in sorted(missing)]
        row.contacts = [*row.contacts, *more]
        row.home_address = {"street": "Neugasse 5", "postal_code": "01662", "town": "Meißen"}


def choose(
    world: World,
    person: Participant | None = None,
    *,
    messages: bool = False,
    at: datetime | None = None,
    **choice: str,
) -> Consent:
    """Let a person choose how they are reached (E6): purpose=way; `messages`: the house sends short ones."""
    who, when = person or world.cast.tarik, at or world.at
    coach = world.actor("clara")

    def unit(session: Session) -> Consent:
        row = get_participant(session, coach, who.public_id, at=when)
        facts: dict[str, Any] = {
            "participant": row,
            "channels": choice,
            "locale": "de",
            "at": when,
            "messages": messages,
        }
        return permissions.allow_messages(session, actor=person_actor(who), **facts)

    return world.database.run(unit)


def booked(world: World, person: Participant | None = None, **slot: Any) -> tuple[Booking, Slot]:
    """Return a place of a person (Tarik unless told) in a date of the club, in three days unless told."""
    date = make_slot(world, make_offer(world), **slot)
    return book(world, date, person or world.cast.tarik), date


def partner_does(world: World, slot: Slot, verb: Any, *, at: datetime | None = None, **more: Any) -> None:
    """Let the club do something with a date: slots.move_slot, slots.call_off_slot, slots.restore_slot."""
    actor = world.actor("sven")

    def unit(session: Session) -> None:
        verb(session, actor=actor, slot=get_own_slot(session, actor, slot.public_id), at=at or world.at, **more)

    world.database.run(unit)


def moved(world: World, slot: Slot, starts_at: datetime, *, at: datetime | None = None) -> None:
    """Let the club move a date."""
    partner_does(
        world, slot, slots.move_slot, at=at, starts_at=starts_at, ends_at=starts_at + (slot.ends_at - slot.starts_at)
    )


def tell(world: World, at: datetime | None = None) -> None:
    """Let the worker find out what people are to be told, and queue it."""
    for one in DEADLINES:
        if one.name in TELLINGS:
            one.meet(world.database, at or world.at)


def tidy(world: World, at: datetime | None = None) -> None:
    """Let the worker take back calls and letters that have lost their reason."""
    for one in DEADLINES:
        if one.name == "notices by hand":
            one.meet(world.database, at or world.at)


def mails(world: World, at: datetime | None = None) -> list[EmailMessage]:
    """Return what leaves now for people."""
    sent: list[EmailMessage] = []
    delivery.deliver(world.database, mail_settings(), sent.append, at=at or world.at)
    return [mail for mail in sent if str(mail["To"]).endswith("@post.example")]


def to_people(world: World) -> list[Notice]:
    """Return all notices to people, the oldest first."""
    return rows(world, Notice, Notice.participant_id.is_not(None))
