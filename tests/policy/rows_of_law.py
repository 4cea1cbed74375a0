"""Rows for the table of scopes: inspections, legal grounds with what stands on them, and who was told what."""

from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.inspection import Inspection, InspectionReason
from hub.models.log import Disclosure
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import ProgrammeOrganisation
from hub.models.transmission import AdmittedGround, LegalGround, LegalTask, Transmission


def inspection(cast, at, **facts):
    known = {"participant_id": cast.tarik.id, "proposed_by_id": cast.users["anna"].id, "proposed_at": at}
    house = {"organisation_id": cast.office.id, "reason": InspectionReason.SAMPLE, "restricted": False}
    return Inspection(**known, **house, **facts)


def lawful(session, world, made):
    """Add a carrier, grounds that hold and do not, and what stands on one."""
    cast, at = world.cast, world.at
    carrier = Organisation(kind=OrganisationKind.CARRIER, name="Träger")
    session.add(carrier)
    session.flush()
    network = cast.programmes["resilience"].id
    session.add(ProgrammeOrganisation(programme_id=network, organisation_id=carrier.id))
    facts = {"programme_id": network, "ground": LegalGround.SOCIAL_TASK, "admitted_by_id": cast.anna.id}
    grounds = {
        "ground": AdmittedGround(organisation_id=carrier.id, admitted_at=at, **facts),
        "ground ended": AdmittedGround(organisation_id=carrier.id, admitted_at=at, ended_at=at, **facts),
        "ground for the club": AdmittedGround(organisation_id=cast.club.id, admitted_at=at, **facts),
    }
    session.add_all(grounds.values())
    session.flush()
    chosen = {"task": LegalTask.APPLICATION, "chosen_by_id": cast.clara.id, "chosen_at": at}
    why = Transmission(admitted_id=grounds["ground"].id, **chosen)
    like = made["enquiry to the club"]
    session.add(why)
    session.flush()
    told = {"referral_id": like.referral_id, "participant_id": cast.tarik.id, "offer_id": like.offer_id}
    one = Enquiry(**told, organisation_id=carrier.id, transmission_id=why.id, created_at=at, sent_at=at)
    one.state = EnquiryState.ACCEPTED
    session.add(one)
    session.flush()
    return {"carrier": carrier, **grounds, "by law to the carrier": one}


def tellings(world, enquiry):
    facts = {"participant_id": world.cast.tarik.id, "enquiry_id": enquiry.id, "fields": ["I1"], "purpose": "enquiry"}
    return {
        "told the club": Disclosure(organisation_id=enquiry.organisation_id, at=world.at, **facts),
        "told the Jobcenter": Disclosure(organisation_id=world.cast.jc_meissen.id, at=world.at, **facts),
    }
