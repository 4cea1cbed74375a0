"""Steps of the closed loop for tests: ask, say yes, send, answer; each in one transaction, as pages do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.actions import answers, cards, consent_answers, consents, enquiries, withdrawals
from hub.models.consent import Consent, ConsentForm
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import Actor, ActorKind
from hub.queries.consents import get_consent
from hub.queries.enquiries import get_enquiry, get_received
from hub.queries.offers import get_offer
from hub.queries.participants import get_participant
from hub.queries.slots import get_slot
from hub.queries.wishes import Wish
from tests.places import make_offer, make_slot
from tests.world import World

PIN = "4711"
WISH = Wish(access_needs=("step_free",), rough={"distance_km": 10, "languages": ["de"]})


def request_offer(world: World, *, owner: str = "clinic", **values: Any) -> tuple[Offer, Slot]:
    """Add an offer whose partner accepts first, with one date in a week."""
    facts = {"title": "Rückenschule", "access": Access.REQUEST, "field_groups": ["I1", "I2"], **values}
    offer = make_offer(world, owner=owner, **facts)
    return offer, make_slot(world, offer, starts_at=world.at + timedelta(days=7))


def person_actor(person: Participant) -> Actor:
    """Return the person as actor, as behind card and PIN."""
    return Actor(ActorKind.PERSON, person.public_id, participant_id=person.id)


def ask(
    world: World, person: Participant, offer: Offer, slot: Slot | None, wish: Wish = WISH, by: str = "clara"
) -> Consent:
    """Let a coach ask for a consent."""
    actor = world.actor(by)

    def unit(session: Session) -> Consent:
        return consents.request_disclosure(
            session,
            actor=actor,
            participant=get_participant(session, actor, person.public_id, at=world.at),
            offer=get_offer(session, actor, offer.public_id),
            slot=get_slot(session, actor, slot.public_id) if slot else None,
            wish=wish,
            locale="de",
            at=world.at,
        )

    return world.database.run(unit)


def sheet_of(world: World, consent: Consent) -> ConsentSheet:
    """Return the sheet a consent stands on."""
    with world.database.reading() as session:
        return session.get_one(ConsentSheet, consent.sheet_id)


def say(
    world: World, person: Participant, consent: Consent, *, yes: bool = True, at: datetime | None = None
) -> Consent:
    """Let the person answer on their own device."""
    actor, when = person_actor(person), at or world.at

    def unit(session: Session) -> Consent:
        asked = get_consent(session, actor, consent.public_id, at=when)
        return consent_answers.express_consent(
            session, actor=actor, consent=asked, yes=yes, form=ConsentForm.OWN_DEVICE, at=when
        )

    return world.database.run(unit)


def drafted(world: World, consent: Consent) -> Enquiry:
    """Return the enquiry made with a consent."""
    with world.database.reading() as session:
        return session.scalars(select(Enquiry).where(Enquiry.consent_id == consent.id)).one()


def send(world: World, enquiry: Enquiry, *, by: str = "clara", at: datetime | None = None) -> None:
    """Let the coach send a draft."""
    coach(world, enquiry, enquiries.send_enquiry, by=by, at=at)


def coach(
    world: World,
    enquiry: Enquiry,
    verb: Callable[..., None],
    *,
    by: str = "clara",
    at: datetime | None = None,
    **more: Any,
) -> None:
    """Let the coach do something with an enquiry."""
    actor, when = world.actor(by), at or world.at

    def unit(session: Session) -> None:
        verb(session, actor=actor, enquiry=get_enquiry(session, actor, enquiry.public_id, at=when), at=when, **more)

    world.database.run(unit)


def partner(
    world: World,
    enquiry: Enquiry,
    verb: Callable[..., None],
    *,
    by: str = "petra",
    at: datetime | None = None,
    **more: Any,
) -> None:
    """Let a partner's staff do something with an enquiry they received."""
    actor, when = world.actor(by), at or world.at

    def unit(session: Session) -> None:
        verb(session, actor=actor, enquiry=get_received(session, actor, enquiry.reference, at=when), at=when, **more)

    world.database.run(unit)


def sent_enquiry(
    world: World, *, person: str = "tarik", owner: str = "clinic", wish: Wish = WISH, dated: bool = True
) -> tuple[Enquiry, Consent]:
    """Return an enquiry that a partner has, and the consent it was sent under; it wishes for a date unless told."""
    offer, slot = request_offer(world, owner=owner)
    who = world.cast.people[person]
    consent = say(world, who, ask(world, who, offer, slot if dated else None, wish))
    enquiry = drafted(world, consent)
    send(world, enquiry)
    return now(world, enquiry), now(world, consent)


def accepted_enquiry(world: World, **more: Any) -> tuple[Enquiry, Consent]:
    """Return an enquiry that its partner accepted; with the date it wished for, unless told."""
    enquiry, consent = sent_enquiry(world, **more)
    partner(world, enquiry, answers.accept_enquiry)
    return now(world, enquiry), consent


def withdraw(world: World, person: Participant, consent: Consent, *, at: datetime | None = None, **more: Any) -> None:
    """Let the person withdraw."""
    actor, when = person_actor(person), at or world.at

    def unit(session: Session) -> None:
        found = get_consent(session, actor, consent.public_id, at=when)
        withdrawals.withdraw_consent(session, actor=actor, consent=found, at=when, **more)

    world.database.run(unit)


def now(world: World, row: Any) -> Any:
    """Return a row as it is in the database now."""
    with world.database.reading() as session:
        return session.get_one(type(row), row.id)


def rows(world: World, table: Any, *where: Any) -> list[Any]:
    """Return the rows of a table that fit."""
    with world.database.reading() as session:
        return list(session.scalars(select(table).where(*where).order_by(table.id)))


def card_with_pin(world: World, person: Participant) -> str:
    """Give the person a card with a PIN and return its code."""
    actor = world.actor("clara")

    def unit(session: Session) -> str:
        card = cards.issue_card(
            session,
            actor=actor,
            participant=get_participant(session, actor, person.public_id, at=world.at),
            at=world.at,
        )
        cards.set_pin(session, actor=person_actor(person), card=card, pin=PIN, at=world.at)
        return card.code

    return world.database.run(unit)
