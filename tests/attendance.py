"""Past places for tests: a date that is over with somebody's place in it, and who says whether they were there."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from hub.actions import attendance
from hub.actions.attendance import Marked
from hub.actions.links import issue_attendance_link, link_token
from hub.models.booking import Booking
from hub.models.consent import Consent, Scope
from hub.models.notice import Link
from hub.models.offer import Access
from hub.models.slot import Slot
from hub.policy.actor import SYSTEM, Actor
from hub.queries.bookings import get_booking
from hub.queries.links import actor_of_link
from hub.queries.slots import get_own_slot
from tests.loop import now, person_actor
from tests.places import book, make_offer, make_slot
from tests.sheets import answer, ask_all, lines_of
from tests.world import World


def past_place(
    world: World, access: Access = Access.NAMED, *, feedback: bool = True, owner: str = "club", title: str = "Gymnastik"
) -> tuple[Slot, Booking]:
    """Return a date in three days with Tarik's place in it, under his E2 (and E4) where it needs one."""
    offer = make_offer(world, access=access, owner=owner, field_groups=["I1"], title=title)
    slot, tarik = make_slot(world, offer), world.cast.tarik
    if access is Access.NAMED:
        sheet = ask_all(world, [offer], health="", feedback=feedback)
        answer(world, sheet, lines_of(world, sheet), by=person_actor(tarik))
    return slot, book(world, slot, tarik)


def mark(
    world: World, slot: Slot, marks: dict[str, str], *, by: Any = "sven", at: Any = None, rest: str = ""
) -> Marked:
    """Let a partner, an umbrella or a link write down who was there."""
    actor, when = by if isinstance(by, Actor) else world.actor(by), at or slot.ends_at

    def unit(session: Any) -> Marked:
        known = world.actor("sven") if actor.slot_id else actor  # a link's date comes with the link
        found = get_own_slot(session, known, slot.public_id)
        return attendance.mark_attendance(session, actor=actor, slot=found, marks=marks, rest=rest, at=when)

    return world.database.run(unit)


def told(world: World, booking: Booking, word: str, *, by: str = "clara", at: datetime | None = None) -> None:
    """Let a coach write down what the person said."""
    actor, when = world.actor(by), at or booking.ends_at

    def unit(session: Any) -> None:
        found = get_booking(session, actor, booking.public_id, at=when)
        attendance.mark_for_person(session, actor=actor, booking=found, mark=word, at=when)

    world.database.run(unit)


def change_consents(world: World, scope: Scope, **values: Any) -> None:
    """Change all consents of a kind as they lie in the database."""
    with world.database.transaction() as session:
        session.execute(update(Consent).where(Consent.scope == scope).values(**values))


def link_to(world: World, slot: Slot, at: datetime | None = None) -> tuple[str, Actor]:
    """Return the token of the mail's link to a date, and who acts through it."""

    def unit(session: Any) -> Link:
        found = get_own_slot(session, world.actor("sven"), slot.public_id)
        return issue_attendance_link(session, actor=SYSTEM, slot=found, at=at or slot.ends_at)

    link = world.database.run(unit)
    return link_token(link), actor_of_link(link)


def state_of(world: World, booking: Booking) -> tuple[str, str]:
    """Return what a booking says now, and whose hand wrote it."""
    found = now(world, booking)
    return found.state.value, found.marked_by
