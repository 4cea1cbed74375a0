"""Printed lists for tests: a club in which nobody signs in, people in its date, and whom the umbrella reads by name."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.actions import sheets
from hub.actions.printed_names import open_printed_names
from hub.actions.sheets import Ask, Reading
from hub.models.consent import Consent, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.user import User
from hub.queries.offers import get_offer
from hub.queries.participants import get_participant
from hub.queries.slots import get_own_slot
from hub.queries.wishes import Wish
from tests.loop import person_actor
from tests.places import make_offer, make_slot
from tests.sheets import answer, lines_of
from tests.world import World

TITLE = "Turnen am Mittwoch"


def without_login(world: World, key: str = "sven", *, ended: bool = True) -> None:
    """Let nobody sign in at the club any more, or again."""
    with world.database.transaction() as session:
        session.get_one(User, world.user(key).id).disabled_at = world.at if ended else None


def small_club(world: World, **values: Any) -> tuple[Offer, Slot]:
    """Return an offer that carries names, and its date in three days, of a club in which nobody signs in."""
    without_login(world)
    facts = {"access": Access.NAMED, "field_groups": ["I1"], "title": TITLE, **values}
    offer = make_offer(world, **facts)
    return offer, make_slot(world, offer, places=60)


def ask_for_list(world: World, offer: Offer, person: Participant, *, wanted: bool = True, **more: Any) -> ConsentSheet:
    """Ask a person on a sheet about an offer, and whether the umbrella may print their name."""
    clara = world.actor("clara")

    def unit(session: Session) -> ConsentSheet:
        who = get_participant(session, clara, person.public_id, at=world.at)
        asks = [Ask(get_offer(session, clara, offer.public_id), None, Wish(), print_list=wanted)]
        reading = Reading(**({"locale": "de"} | more))
        return sheets.ask_sheet(session, actor=clara, participant=who, asks=asks, reading=reading, at=world.at)

    return world.database.run(unit)


def allow(
    world: World, offer: Offer, person: Participant, *, wanted: bool = True, yes: Iterable[Scope] = tuple(Scope)
) -> list[Consent]:
    """Ask, and let the person say yes to the lines of these kinds; return all lines."""
    sheet = ask_for_list(world, offer, person, wanted=wanted)
    lines = lines_of(world, sheet)
    answer(world, sheet, [line for line in lines if line.scope in yes], by=person_actor(person))
    return lines_of(world, sheet)


def line_of(lines: Iterable[Consent], scope: Scope = Scope.PRINT_LIST) -> Consent:
    """Return the line of a kind."""
    return next(line for line in lines if line.scope is scope)


def run_out(world: World, consent: Consent) -> None:
    """Let a consent have ended by its day alone, before any clock wrote it down."""
    with world.database.transaction() as session:
        past = world.at - timedelta(minutes=1)
        session.execute(update(Consent).where(Consent.id == consent.id).values(valid_until=past))


def open_names(world: World, slot: Slot, *, by: str = "kerstin", at: datetime | None = None) -> None:
    """Let a member of an umbrella confirm the purpose notice for a list."""
    actor, when = world.actor(by), at or world.at

    def unit(session: Session) -> None:
        found = get_own_slot(session, actor, slot.public_id)
        open_printed_names(session, actor=actor, slot=found, at=when)

    world.database.run(unit)
