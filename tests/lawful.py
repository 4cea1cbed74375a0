"""Telling on a legal ground for tests: a carrier with an offer and a clerk, an admission, a telling."""

from typing import Any

from sqlalchemy.orm import Session

from hub.actions.legal_grounds import admit_ground
from hub.actions.transmissions import transmit_by_law
from hub.models.enquiry import Enquiry
from hub.models.offer import Access, Offer
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.participant import Participant
from hub.models.programme import Programme, ProgrammeOrganisation
from hub.models.transmission import AdmittedGround, LegalGround, LegalTask
from hub.models.user import Membership, Role
from hub.queries.participants import get_participant
from hub.queries.transmissions import list_offers
from tests.places import make_offer
from tests.world import World

CLERK = "fred"
GROUND, TASK = LegalGround.SOCIAL_TASK.value, LegalTask.JURISDICTION.value


def make_body(world: World, kind: OrganisationKind = OrganisationKind.CARRIER) -> Offer:
    """Add an organisation of a kind to the network, with Fred as its clerk, and return its offer with a name."""
    with world.database.transaction() as session:
        body = Organisation(kind=kind, name="Rentenkasse Elbe")
        session.add(body)
        session.flush()
        session.add(ProgrammeOrganisation(programme_id=world.cast.programmes["resilience"].id, organisation_id=body.id))
        session.add(
            Membership(user_id=world.user(CLERK).id, organisation_id=body.id, role=Role.PARTNER, created_at=world.at)
        )
    world.cast.organisations["body"] = body
    facts: dict[str, Any] = {"title": "Beratung zur Rehabilitation", "location_id": None, "field_groups": ["I1"]}
    return make_offer(world, owner="body", access=Access.REQUEST, **facts)


def admit(world: World, *, by: str = "anna", owner: str = "body", ground: str = GROUND) -> AdmittedGround:
    """Let an auditor admit the ground for an organisation."""

    def unit(session: Session) -> AdmittedGround:
        return admit_ground(
            session,
            actor=world.actor(by),
            programme=session.get_one(Programme, world.cast.programmes["resilience"].id),
            organisation=session.get_one(Organisation, world.cast.organisations[owner].id),
            ground=ground,
            at=world.at,
        )

    return world.database.run(unit)


def transmit(
    world: World, offer: Offer, *, by: str = "clara", person: Participant | None = None, **words: str
) -> Enquiry:
    """Let the coach tell the body of an offer."""
    actor, whom = world.actor(by), person or world.cast.tarik

    def unit(session: Session) -> Enquiry:
        found = session.get_one(Offer, offer.id)
        session.get_one(Organisation, found.organisation_id)
        session.refresh(found, ["organisation"])
        return transmit_by_law(
            session,
            actor=actor,
            participant=get_participant(session, actor, whom.public_id, at=world.at),
            offer=found,
            **{"ground": GROUND, "task": TASK} | words,
            at=world.at,
        )

    return world.database.run(unit)


def offered(world: World, *, by: str = "clara") -> list[str]:
    """Return the titles of the offers a coach could choose for Tarik on a legal ground."""
    with world.database.reading() as session:
        return [one.title for one in list_offers(session, world.actor(by), world.cast.tarik.id, at=world.at)]
