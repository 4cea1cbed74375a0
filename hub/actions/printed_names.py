"""Opening the names on the list that an umbrella prints for its member, after the purpose notice (E2b)."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.actions.answers import NOTICE_VERSION
from hub.errors import NotAllowed
from hub.models.enquiry import Acknowledgement, Enquiry
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.acknowledgements import has_confirmed
from hub.queries.disclosures import has_opened
from hub.queries.enquiries import get_person
from hub.queries.participants import lock_participant
from hub.queries.printed_names import PRINTED, list_printable


def open_printed_names(session: Session, *, actor: Actor, slot: Slot, at: datetime) -> None:
    """Confirm the purpose notice (R-LAW-05) for all on a list whose name this member of the umbrella may read now.

    The persons are locked first and all is asked once more, so that no withdrawal passes meanwhile. Writes down, once
    for each enquiry, that the umbrella read the name, for the person to read.
    """
    require(actor, Permission.PRINT_NAMES, slot)
    if actor.user_id is None:
        raise NotAllowed  # a notice is confirmed by somebody
    for enquiry in list_printable(session, actor, slot, at=at):
        lock_participant(session, enquiry.participant_id)
    for enquiry in list_printable(session, actor, slot, at=at):
        if not has_confirmed(session, enquiry=enquiry, user_id=actor.user_id, version=NOTICE_VERSION):
            session.add(
                Acknowledgement(enquiry_id=enquiry.id, user_id=actor.user_id, notice_version=NOTICE_VERSION, at=at)
            )
            _note(session, actor, slot, enquiry, at)


def _note(session: Session, actor: Actor, slot: Slot, enquiry: Enquiry, at: datetime) -> None:
    """Write down, for log and person, that the name went to the umbrella."""
    person, fields = get_person(session, enquiry.participant_id), [Field.IDENTITY]
    purpose = f"notice {NOTICE_VERSION}"
    log.record(
        session, actor=actor, action=PRINTED, thing=enquiry, about=[person], fields=fields, purpose=purpose, at=at
    )
    umbrella_id = slot.offer.organisation.parent_id
    assert umbrella_id is not None  # noqa: S101 - the names were found through it
    if not has_opened(session, enquiry_id=enquiry.id, purpose=PRINTED, organisation_id=umbrella_id):
        log.disclose(
            session,
            participant_id=person.id,
            organisation_id=umbrella_id,
            enquiry_id=enquiry.id,
            fields=fields,
            purpose=PRINTED,
            at=at,
        )
