"""Offers and dates for tests about places: short to write, everything that matters by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from hub import clock
from hub.actions import logins
from hub.actions.bookings import book_slot
from hub.actions.cards import issue_card, set_pin
from hub.crypto import new_public_id
from hub.models.booking import Booking
from hub.models.consent import Consent, ConsentForm, ConsentState, Scope
from hub.models.offer import Access, Aim, Form, Offer, OfferState
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.slot import Pool, Slot
from hub.queries.logins import person_actor
from hub.queries.next_free import keep_next_free
from hub.queries.participants import get_participant
from hub.queries.slots import get_slot
from tests.world import UNCOUNTED, World, holding


def make_offer(world: World, *, access: Access = Access.ANONYMOUS, owner: str = "club", **values: Any) -> Offer:
    """Add a published offer of an organisation of the cast."""
    facts: dict[str, Any] = {
        "title": "Bewegung am Vormittag",
        "aim": Aim.MOVE,
        "form": Form.GROUP,
        "state": OfferState.PUBLISHED,
        "location_id": world.cast.locations["gym"].id,
        "cancel_minutes": 24 * 60,
        "places": 3,
        "created_at": world.at,
        "changed_at": world.at,
    }
    with world.database.transaction() as session:
        offer = Offer(organisation_id=world.cast.organisations[owner].id, access=access, **facts | values)
        session.add(offer)
    return offer


def make_slot(
    world: World, offer: Offer, *, starts_at: datetime | None = None, minutes: int = 60, places: int = 3, **values: Any
) -> Slot:
    """Add a date (in three days at the world's hour unless told) with its open pool."""
    start = starts_at or world.at + timedelta(days=3)
    with world.database.transaction() as session:
        slot = Slot(
            offer_id=offer.id,
            location_id=offer.location_id,
            starts_at=start,
            ends_at=start + timedelta(minutes=minutes),
            places=places,
            created_at=world.at,
            changed_at=world.at,
            **values,
        )
        slot.pools = [Pool(places=places)]
        session.add(slot)
        keep_next_free(session, offer_ids=[offer.id], at=world.at)
    return slot


def make_people(world: World, n: int, *, coach: str = "clara") -> list[Participant]:
    """Add persons of Clara's Jobcenter whose participation runs, like Tarik's."""
    like = world.cast.tarik
    people = []
    with world.database.transaction() as session:
        model = session.get_one(Participant, like.id)
        for number in range(n):
            person = Participant(
                jobcenter_id=model.jobcenter_id,
                coach_id=world.user(coach).id,
                name={"form_of_address": "Frau", "given": f"Vorname{number:02}", "family": f"Person{number:02}"},
                name_digest=f"{number:064}",
                contacts=[],
                access_needs=[],
                log_key=new_public_id(),
                municipality_code=model.municipality_code,
                birth_year=1980,
                call_word=f"Wort{number}",
                created_at=world.at,
            )
            session.add(person)
            session.flush()
            session.add(running_from(world, person))
            people.append(person)
    return people


def running_from(world: World, person: Participant) -> Participation:
    """Return an admitted participation of a person, the same as the cast's."""
    from_on = clock.local_date(world.at)
    return Participation(
        participant_id=person.id,
        programme_id=world.cast.programmes["resilience"].id,
        state=ParticipationState.ADMITTED,
        starts_on=from_on - timedelta(days=100),
        ends_on=from_on + timedelta(days=400),
        criteria=["health"],
        case_manager_id=world.user("frank").id,
        proposed_by_id=world.user("clara").id,
        proposed_at=world.at,
    )


def book(world: World, slot: Slot, person: Participant, *, by: str = "clara", **arguments: Any) -> Booking:
    """Let a coach book a place; the date and the person are read through the coach's scopes as a page does."""
    actor = world.actor(by)

    def unit(session: Session) -> Booking:
        return book_slot(
            session,
            actor=actor,
            slot=get_slot(session, actor, slot.public_id),
            participant=get_participant(session, actor, person.public_id, at=world.at),
            **{"at": world.at} | arguments,
        )

    return world.database.run(unit)


def all_rows(world: World, table: Any) -> list[Any]:
    """Return every row of a table in order of its key."""
    with world.database.reading() as session:
        return list(session.scalars(select(table).order_by(*inspect(table).primary_key)))


def give_consent(
    world: World, person: Participant, offer: Offer, *, days: int = 300, groups: tuple[str, ...]
) -> Consent:
    """Let a person have allowed the transmission to the offer's organisation on paper."""
    last = clock.local_date(world.at) + timedelta(days=days)
    with world.database.transaction() as session:
        consent = Consent(
            participant_id=person.id,
            scope=Scope.TRANSMIT,
            organisation_id=offer.organisation_id,
            offer_id=offer.id,
            field_groups=list(groups),
            state=ConsentState.GIVEN,
            form=ConsentForm.PAPER,
            notice_version="test",
            notice_locale="de",
            notice_text="…",
            notice_hash="0" * 64,
            requested_at=world.at,
            given_at=world.at - timedelta(minutes=1),
            valid_until_on=last,
            valid_until=clock.end_of_day(last),
        )
        session.add(consent)
    return consent


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """Collect the statements a page runs, without opening and closing of transactions."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(world.database.engine, "before_cursor_execute", note)


def give_card(world: World, person: Participant, *, pin: str = "4711", by: str = "clara") -> str:
    """Issue a card with a PIN and return its code."""
    coach = world.actor(by)
    with world.database.transaction() as session:
        row = get_participant(session, coach, person.public_id, at=world.at)
        card = issue_card(session, actor=coach, participant=row, at=world.at)
        set_pin(session, actor=person_actor(card, request_id=""), card=card, pin=pin, at=world.at)
        return card.code


def enter(app: Flask, code: str, *, pin: str = "4711") -> FlaskClient:
    """Return the browser of a person who signed in with card and PIN, by the login page's own actions."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.extensions["database"].transaction() as session:
        fitting = logins.recognise_card(session, code=code, pin=pin)
        made = logins.sign_in_card(session, code=code, fitting=fitting, shared=False, **UNCOUNTED, at=clock.now())
    assert made is not None, f"{code} and {pin} do not open a login"
    return holding(app, made[0])
