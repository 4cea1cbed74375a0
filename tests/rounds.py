"""Rounds for tests: offers of several partners, asking around, the person's yes, sending, answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import answers, asking_around, consents, rounds
from hub.actions.referrals import open_referral
from hub.actions.sheets import Ask, Reading
from hub.models.consent import Consent, ConsentState
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry
from hub.models.offer import Access, Aim, Offer
from hub.models.organisation import Organisation
from hub.models.programme import ProgrammeOrganisation
from hub.models.referral import Referral
from hub.models.round import Round, RoundKind
from hub.models.slot import Slot
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.queries.enquiries import get_offer_of, get_person, get_received
from hub.queries.offers import get_offer
from hub.queries.participants import get_participant
from hub.queries.referrals import get_referral, get_referral_by_id
from hub.queries.rounds import get_round
from hub.queries.slots import get_slot
from hub.queries.users import find_actor
from hub.queries.wishes import Wish
from tests.loop import person_actor, request_offer, rows
from tests.places import make_offer
from tests.sheets import answer
from tests.world import World

ROUGH = Wish(access_needs=("step_free",), rough={"distance_km": 10, "languages": ["de"]})
STAFF = {"clinic": "petra", "club": "sven", "town": "gudrun"}


def offers_of(world: World, *owners: str, **values: Any) -> list[Offer]:
    """Add an offer on request for each of these organisations."""
    return [request_offer(world, owner=owner, title=f"Kurs {owner}", **values)[0] for owner in owners]


def many_partners(world: World, n: int) -> list[tuple[Offer, Actor]]:
    """Add that many clubs of the network, each with an offer on request and somebody who answers for it."""
    found = []
    for number in range(n):
        offer = make_offer(world, title=f"Kurs {number}", access=Access.REQUEST)
        with world.database.transaction() as session:
            club = Organisation(kind=world.cast.club.kind, name=f"Verein {number}", email=f"v{number}@demo.invalid")
            user = User(email=f"anja{number}@demo.invalid", name=f"Anja {number}", created_at=world.at)
            session.add_all([club, user])
            session.flush()
            session.add(ProgrammeOrganisation(programme_id=world.cast.resilience.id, organisation_id=club.id))
            session.add(Membership(user_id=user.id, organisation_id=club.id, role=Role.PARTNER, created_at=world.at))
            session.get_one(Offer, offer.id).organisation_id = club.id
        with world.database.reading() as session:
            actor = find_actor(session, user.id)
        assert actor is not None
        found.append((offer, actor))
    return found


def open_need(world: World, *, person: str = "tarik", aim: Aim = Aim.MOVE) -> Referral:
    """Open a search of a person."""
    actor, who = world.actor("clara"), world.cast.people[person]

    def unit(session: Session) -> Referral:
        found = get_participant(session, actor, who.public_id, at=world.at)
        return open_referral(session, actor=actor, participant=found, aim=aim, at=world.at)

    return world.database.run(unit)


def ask_around(
    world: World,
    offers: list[Offer],
    *,
    kind: RoundKind = RoundKind.FIRST_YES,
    wish: Wish = ROUGH,
    slots: dict[int, Slot] | None = None,
    person: str = "tarik",
    referral: Referral | None = None,
    by: str = "clara",
    at: datetime | None = None,
    **reading: Any,
) -> ConsentSheet:
    """Let a coach ask whether these partners may be asked without a name."""
    actor, who, when = world.actor(by), world.cast.people[person], at or world.at
    need = referral or open_need(world, person=person)

    def unit(session: Session) -> ConsentSheet:
        asks = []
        for one in offers:
            slot = (slots or {}).get(one.id)
            date = get_slot(session, actor, slot.public_id) if slot else None
            asks.append(Ask(get_offer(session, actor, one.public_id), date, wish))
        return asking_around.ask_around(
            session,
            actor=actor,
            participant=get_participant(session, actor, who.public_id, at=when),
            referral=get_referral(session, actor, need.public_id, at=when),
            asks=asks,
            kind=kind,
            reading=Reading(**({"locale": "de"} | reading)),
            at=when,
        )

    return world.database.run(unit)


def line_of(world: World, sheet: ConsentSheet) -> Consent:
    """Return the one line of the sheet."""
    [line] = rows(world, Consent, Consent.sheet_id == sheet.id)
    return line


def round_of(world: World, sheet: ConsentSheet) -> Round:
    """Return the round of a sheet as it is now."""
    [found] = rows(world, Round, Round.consent_id == line_of(world, sheet).id)
    return found


def permitted(world: World, offers: list[Offer], *, by: Actor | None = None, **more: Any) -> Round:
    """Ask around and let the person say yes to it."""
    sheet = ask_around(world, offers, **more)
    answer(world, sheet, [line_of(world, sheet)], by=by or person_actor(world.cast.people[more.get("person", "tarik")]))
    return round_of(world, sheet)


def sent_round(world: World, offers: list[Offer], **more: Any) -> Round:
    """Ask around, with the person's yes, and send it."""
    found = permitted(world, offers, **more)
    lead(world, found, rounds.send_round)
    return now_of(world, found)


def lead(
    world: World, round_: Round, verb: Callable[..., Any], *, by: str = "clara", at: Any = None, **more: Any
) -> Any:
    """Let the coach do something with a round."""
    return act(world, world.actor(by), round_, verb, at=at, **more)


def act(world: World, actor: Actor, round_: Round, verb: Callable[..., Any], *, at: Any = None, **more: Any) -> Any:
    """Let somebody do something with a round they see."""
    when = at or world.at

    def unit(session: Session) -> Any:
        found = get_round(session, actor, round_.public_id, at=when).round
        return verb(session, actor=actor, round_=found, at=when, **more)

    return world.database.run(unit)


def respond(
    world: World, actor: Actor | str, enquiry: Enquiry, verb: Callable[..., None] = answers.accept_enquiry, **more: Any
) -> None:
    """Let somebody of a partner answer; yes unless told."""
    who, when = world.actor(actor) if isinstance(actor, str) else actor, more.pop("at", None) or world.at

    def unit(session: Session) -> None:
        verb(session, actor=who, enquiry=get_received(session, who, enquiry.reference, at=when), at=when, **more)

    world.database.run(unit)


def asked(world: World, round_: Round) -> list[Enquiry]:
    """Return the enquiries of a round, the oldest first."""
    return rows(world, Enquiry, Enquiry.round_id == round_.id)


def asked_of(world: World, round_: Round, owner: str) -> Enquiry:
    """Return the last enquiry of a round to this organisation of the cast."""
    return rows(
        world, Enquiry, Enquiry.round_id == round_.id, Enquiry.organisation_id == world.cast.organisations[owner].id
    )[-1]


def states(world: World, round_: Round) -> list[str]:
    """Return the states of all enquiries of a round, the oldest first."""
    return [one.state.value for one in asked(world, round_)]


def now_of(world: World, round_: Round) -> Round:
    """Return a round as it is now."""
    [found] = rows(world, Round, Round.id == round_.id)
    return found


def ask_name(world: World, round_: Round, *, by: str = "clara", at: datetime | None = None) -> Consent:
    """Let the coach ask the person whether the partner whose yes is kept may know the name (E2)."""
    when = at or world.at
    actor, found = world.actor(by), now_of(world, round_)
    [held] = rows(world, Enquiry, Enquiry.id == found.held_enquiry_id)

    def unit(session: Session) -> Consent:
        person = get_person(session, held.participant_id)
        return consents.request_disclosure(
            session,
            actor=actor,
            participant=get_participant(session, actor, person.public_id, at=when),
            offer=get_offer(session, actor, get_offer_of(session, held).public_id),
            slot=None,
            wish=Wish(),
            locale="de",
            referral=get_referral_by_id(session, held.referral_id),
            at=when,
        )

    return world.database.run(unit)


def withdrawn(world: World, consent: Consent) -> bool:
    """Tell whether a consent is withdrawn."""
    [found] = rows(world, Consent, Consent.id == consent.id)
    return found.state is ConsentState.WITHDRAWN
