"""What partners owe once a consent has ended: which enquiries were ever opened, the open duties, the overdue ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.consent import Consent, Scope
from hub.models.duty import OWED, Duty, DutyReason, DutyState
from hub.models.enquiry import OPEN_STATES, Enquiry, EnquiryState
from hub.models.log import Disclosure
from hub.models.programme import ProgrammeOrganisation
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.duty_scopes import duties_for
from hub.queries.consents import find_permitting
from hub.queries.covering import under
from hub.queries.printed_names import PRINTED, list_read

TERM = timedelta(days=7)
OPENING = frozenset({"I1", "I2", "H1"})  # a partner who never learned one of these knows nobody, and owes nothing
NOT_PERSONAL = frozenset({"I0"})
NAME = frozenset({"I1"})
CLOSED = (EnquiryState.COMPLETED, EnquiryState.FAILED)


def add_duties(session: Session, consent: Consent, reason: DutyReason, *, at: datetime) -> list[Duty]:
    """Write down what the partner owes for each enquiry that this ended consent had let it open, once each.

    A step of verbs that end a consent, after its enquiries have moved. For E2 it is everything that was told, for E3
    the health text alone, for E4 what the partner itself reported. An umbrella that printed the name owes that (E2b).
    """
    added = []
    for enquiry, organisation_id, owed in _list_owed(session, consent):
        written = owed and _is_written(session, enquiry, owed, organisation_id)
        if not owed or written or _still_allowed(session, consent.scope, enquiry, at):
            continue
        duty = Duty(enquiry_id=enquiry.id, organisation_id=organisation_id, reason=reason, fields=sorted(owed))
        duty.opened_at, duty.due_at = at, at + TERM
        duty.enquiry = enquiry
        session.add(duty)
        added.append(duty)
    session.flush()
    return added


def _list_owed(session: Session, consent: Consent) -> list[tuple[Enquiry, int, frozenset[str]]]:
    """Return by enquiry who owes what: the partner, and the umbrella that read the name to print it."""
    told = _list_told(session, consent)
    partners = [(one, one.organisation_id, _owed(consent.scope, one, fields)) for one, fields in told]
    return [*partners, *((one, umbrella_id, NAME) for one, umbrella_id in list_read(session, consent))]


def _list_told(session: Session, consent: Consent) -> list[tuple[Enquiry, frozenset[str]]]:
    """Return the person's enquiries to the consent's recipient and offer, each with all field groups ever told."""
    query = select(Enquiry).where(*under(consent))
    found = session.scalars(query.options(joinedload(Enquiry.participant)).order_by(Enquiry.id)).all()
    told: dict[int, set[str]] = {}
    rows = select(Disclosure.enquiry_id, Disclosure.fields).where(
        Disclosure.enquiry_id.in_([one.id for one in found]),
        Disclosure.purpose != PRINTED,  # not to the partner: its umbrella owes that
    )
    for enquiry_id, fields in session.execute(rows):
        told.setdefault(enquiry_id or 0, set()).update(fields)
    return [(one, frozenset(told.get(one.id, ()))) for one in found]


def _owed(scope: Scope, enquiry: Enquiry, told: frozenset[str]) -> frozenset[str]:
    if scope is Scope.TRANSMIT:
        return told - NOT_PERSONAL if told & OPENING else frozenset()
    if scope is Scope.HEALTH:
        return told & {"H1"}
    reported = enquiry.state in CLOSED and enquiry.ended_by == "partner"
    return frozenset({"F1"}) if scope is Scope.FEEDBACK and reported else frozenset()


def _still_allowed(session: Session, scope: Scope, enquiry: Enquiry, at: datetime) -> bool:
    """Tell whether a newer consent lets the partner go on with this enquiry."""
    if scope is not Scope.TRANSMIT:
        return False
    return enquiry.state in OPEN_STATES or find_permitting(session, enquiry, at=at) is not None


def _is_written(session: Session, enquiry: Enquiry, owed: frozenset[str], organisation_id: int) -> bool:
    query = select(Duty.fields).where(Duty.enquiry_id == enquiry.id, Duty.organisation_id == organisation_id)
    known = session.scalars(query.order_by(Duty.id))
    return any(owed <= set(fields) for fields in known)


def list_closed_under(session: Session, consent: Consent) -> list[Enquiry]:
    """Return the completed and failed enquiries to the consent's recipient and offer, in order of id (T4d)."""
    query = select(Enquiry).where(*under(consent), Enquiry.state.in_(CLOSED))
    return list(session.scalars(query.order_by(Enquiry.id)))


def _loaded(query: Select[Any]) -> Select[Any]:
    return query.options(joinedload(Duty.enquiry), joinedload(Duty.organisation))


def get_duty(session: Session, actor: Actor, public_id: str) -> Duty:
    """Return a duty of an organisation the actor answers for, or an overdue one of the own network; else NotFound."""
    found: Duty | None = session.scalar(_loaded(duties_for(actor).where(Duty.public_id == public_id)))
    if found is None:
        raise NotFound
    return found


def lock_duty(session: Session, duty_id: int) -> Duty:
    """Return a duty with its enquiry and person, locked and fresh."""
    query = select(Duty).where(Duty.id == duty_id)
    query = query.options(joinedload(Duty.enquiry, innerjoin=True).joinedload(Enquiry.participant, innerjoin=True))
    return session.scalars(query.with_for_update(of=Duty).execution_options(populate_existing=True)).one()


def list_owed(session: Session, actor: Actor, *, limit: int = 100) -> list[Duty]:
    """Return what is still to be answered, the overdue first, then by the day it is due. One statement."""
    first = case((Duty.state == DutyState.OVERDUE, 0), else_=1)
    query = _loaded(duties_for(actor).where(Duty.state.in_(OWED))).order_by(first, Duty.due_at, Duty.id)
    return list(session.scalars(query.limit(limit)))


def count_owed(session: Session, actor: Actor) -> int:
    """Return how many duties wait for an answer."""
    query = duties_for(actor).where(Duty.state.in_(OWED)).with_only_columns(func.count(Duty.id))
    return session.scalar(query) or 0


def find_owed_of(session: Session, enquiry_id: int) -> Duty | None:
    """Return what the partner still owes for an enquiry; the caller came through a scope to the enquiry."""
    query = select(Duty).join(Duty.enquiry).where(Duty.enquiry_id == enquiry_id, Duty.state.in_(OWED))
    query = query.where(Duty.organisation_id == Enquiry.organisation_id)
    return session.scalars(query.order_by(Duty.due_at, Duty.id).limit(1)).first()


def list_of_person(session: Session, participant_id: int, *, limit: int = 50) -> list[Duty]:
    """Return all duties that follow from a person's consents, the newest first, for the person to read."""
    query = select(Duty).join(Enquiry, Duty.enquiry_id == Enquiry.id).where(Enquiry.participant_id == participant_id)
    return list(session.scalars(query.options(joinedload(Duty.organisation)).order_by(Duty.id.desc()).limit(limit)))


def list_overdue(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of duties whose seven days are over without an answer."""
    query = select(Duty.id).where(Duty.state == DutyState.OPEN, Duty.due_at <= at)
    return session.scalars(query.order_by(Duty.id)).all()


def list_coordinators(session: Session, organisation_id: int) -> frozenset[int]:
    """Return the accounts of those who coordinate a network this organisation takes part in."""
    own = select(ProgrammeOrganisation.programme_id).where(ProgrammeOrganisation.organisation_id == organisation_id)
    seats = select(ProgrammeOrganisation.organisation_id).where(ProgrammeOrganisation.programme_id.in_(own))
    query = select(User.id).join(Membership, Membership.user_id == User.id)
    query = query.where(
        Membership.role == Role.COORDINATOR,
        Membership.ended_at.is_(None),
        Membership.organisation_id.in_(seats),
        User.disabled_at.is_(None),
    )
    return frozenset(session.scalars(query))
