"""What reaches somebody besides the partner's own login: an answering desk that reads, a name told by telephone."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.actions.answers import NOTICE_VERSION
from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.enquiry import Enquiry
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.acknowledgements import require_accepted
from hub.queries.consents import require_named
from hub.queries.disclosures import PERSONAL, has_opened
from hub.queries.enquiries import get_person, lock_enquiry
from hub.queries.states import require_version

READ_BY_DESK = "enquiry.read_by_desk"
TOLD_BY_PHONE = "enquiry.told_by_phone"


def note_read_for_partner(
    session: Session, *, actor: Actor, enquiry: Enquiry, fields: Iterable[Field], at: datetime
) -> None:
    """Write down what an umbrella or the network's desk read of an enquiry to answer it for a partner.

    The log has a row each time, the person's own list one for each enquiry and organisation that read.
    """
    require(actor, Permission.ANSWER_ENQUIRY, enquiry)
    row = lock_enquiry(session, enquiry.id)
    shown = set(fields)
    about, purpose = [row.participant], "on_behalf"
    log.record(session, actor=actor, action=READ_BY_DESK, thing=row, about=about, fields=shown, purpose=purpose, at=at)
    empty = {Field.ROUGH: not row.rough, Field.ACCESS: not row.access_needs}
    told = {one for one in shown & PERSONAL if not empty.get(one, False)}
    reader = _organisation_of(actor, row)
    if told and not has_opened(session, enquiry_id=row.id, purpose=READ_BY_DESK, organisation_id=reader):
        log.disclose(
            session,
            participant_id=row.participant_id,
            organisation_id=reader,
            enquiry_id=row.id,
            fields=told,
            purpose=READ_BY_DESK,
            at=at,
        )


def _organisation_of(actor: Actor, enquiry: Enquiry) -> int:
    """Return where the reader works: the umbrella's office for its members, else the network's."""
    role = Role.PARTNER if enquiry.organisation_id in actor.member_ids else Role.COORDINATOR
    return min(actor.organisations(role))


def note_told_by_phone(
    session: Session, *, actor: Actor, enquiry: Enquiry, read_out: bool, version: int | None = None, at: datetime
) -> None:
    """Write down that the coach told a partner on the telephone who comes, after reading the purpose notice out.

    For partners without a login (R-LAW-05 holds there as well). Raises RuleBroken (409) before the yes and without a
    consent in force, InvalidInput (422) where the notice was not read out.
    """
    person = get_person(session, enquiry.participant_id)
    require(actor, Permission.SEND_ENQUIRY, person)
    if not read_out:
        raise InvalidInput(fields={"read_out": N_("Bitte lesen Sie den Hinweis zuerst vor.")})
    require_named(session, enquiry, at=at)
    row = lock_enquiry(session, enquiry.id)
    require_version(row, version)
    fields = require_accepted(row, at=at)
    purpose = f"notice {NOTICE_VERSION}"
    log.record(
        session, actor=actor, action=TOLD_BY_PHONE, thing=row, about=[person], fields=fields, purpose=purpose, at=at
    )
    if not has_opened(session, enquiry_id=row.id, purpose=TOLD_BY_PHONE):
        log.disclose(
            session,
            participant_id=person.id,
            organisation_id=row.organisation_id,
            enquiry_id=row.id,
            fields=fields,
            purpose=TOLD_BY_PHONE,
            at=at,
        )
