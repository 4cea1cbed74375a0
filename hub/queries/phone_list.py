"""The phone list: for each organisation an umbrella or the network desk phones, all there is to say and to ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from hub import clock
from hub.errors import NotFound
from hub.models.booking import Booking
from hub.models.consent import Consent
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import Notice, NoticeState
from hub.models.offer import Freshness, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.prior_question import PriorQuestion
from hub.models.slot import Slot, SlotState
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.fields import Reader
from hub.policy.phone_scopes import calls_for, phoned_enquiries_for, phoned_offers_for, phoned_organisations_for
from hub.queries import prior_questions
from hub.queries.covering import allows, covering
from hub.queries.ladder import FURTHEST, Owner, list_turns
from hub.queries.notices import ABOUT_ENQUIRY, ABOUT_OFFER, ABOUT_PRIOR_QUESTION, AWAITING_ANSWER, needless

WEEK = timedelta(days=7)
SAID_ELSEWHERE = (*ABOUT_ENQUIRY, *ABOUT_OFFER, *ABOUT_PRIOR_QUESTION, "weekly_call")  # by what they are about


@dataclass
class Phoned:
    """One organisation on the list: whom to ask for, and everything to talk about; quiet when there is nothing."""

    organisation: Organisation
    reader: Reader  # which column of the matrix its enquiries are shown by
    contacts: list[str] = field(default_factory=list)
    enquiries: list[Enquiry] = field(default_factory=list)
    prior_questions: list[PriorQuestion] = field(default_factory=list)
    calls: list["Call"] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    unsettled: list[Slot] = field(default_factory=list)
    dates: list[Slot] = field(default_factory=list)
    called_at: datetime | None = None  # in the week of the list
    read_out: list[str] = field(default_factory=list)  # public ids of all its open calls
    tries: int = 0
    tried_at: datetime | None = None
    undelivered: bool = False  # a mail came back: ask for the right address
    backup: bool = False  # its umbrella phones it; here only because that reached nobody

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to say and nothing to ask."""
        return not (self.enquiries or self.prior_questions or self.calls or self.offers or self.unsettled)


@dataclass(frozen=True)
class Call:
    """Something to be told by phone, and what it is about."""

    notice: Notice
    offer: Offer | None
    slot: Slot | None
    reference: str | None


def list_phoned(session: Session, actor: Actor, *, monday: date, at: datetime) -> list[Phoned]:
    """Return every organisation on the actor's phone list, those with something open first, then by name.

    Dates are the coming ones of the local week that begins on `monday`. Eight statements, however long the list, and
    one more where a partner was silent.
    """
    enquiries = _permitted(session, actor, at)
    silent = {one.organisation_id for one in enquiries} & actor.backup_ids
    found: dict[int, Phoned] = {}
    for organisation, name in session.execute(_organisations(actor, silent)):
        one = found.setdefault(organisation.id, _phoned(actor, organisation))
        one.contacts.extend([name] if name else [])
    for enquiry in enquiries:
        found[enquiry.organisation_id].enquiries.append(enquiry)
    for question in prior_questions.list_phoned(session, actor):
        found[question.organisation_id].prior_questions.append(question)
    for row in session.execute(_calls(actor, at)):
        _add_call(found[row.Notice.organisation_id], row)
    for offer in session.scalars(_offers(actor)):
        found[offer.organisation_id].offers.append(offer)
    for slot in session.scalars(_slots(actor, monday, at)):
        one = found[slot.offer.organisation_id]
        (one.unsettled if slot.state is SlotState.UNSETTLED else one.dates).append(slot)
    for organisation_id, called_at in session.execute(_called(actor, monday)):
        found[organisation_id].called_at = called_at
    return sorted(found.values(), key=lambda one: one.quiet)


def get_phoned_offer(session: Session, actor: Actor, public_id: str) -> Offer:
    """Return an offer of an organisation on the actor's phone list, with the organisation; else NotFound."""
    query = phoned_offers_for(actor).where(Offer.public_id == public_id, Offer.state == OfferState.PUBLISHED)
    found: Offer = _found(session.scalar(query.options(joinedload(Offer.organisation))))
    return found


def get_phoned_organisation(session: Session, actor: Actor, public_id: str) -> Organisation:
    """Return an organisation on the actor's phone list; else NotFound."""
    query = phoned_organisations_for(actor).where(Organisation.public_id == public_id)
    found: Organisation = _found(session.scalar(query))
    return found


def get_phoned_organisation_by_id(session: Session, actor: Actor, organisation_id: int | None) -> Organisation:
    """Return the same by its internal key."""
    query = phoned_organisations_for(actor).where(Organisation.id == organisation_id)
    found: Organisation = _found(session.scalar(query))
    return found


def get_phoned_enquiry(session: Session, actor: Actor, reference: str, *, at: datetime) -> Enquiry:
    """Return an enquiry that an organisation on the phone list still has to answer, as its page needs it.

    Else NotFound: the view before the yes is for the step of answering only, and whoever was answered is left alone. A
    silent one is there while it is this desk's turn.
    """
    query = _awaiting(actor, at).where(Enquiry.reference == reference.upper())
    found: Enquiry = _found(
        session.scalar(query.options(joinedload(Enquiry.participant).joinedload(Participant.coach)))
    )
    if found not in _on_turn(session, actor, [found], at):
        raise NotFound
    return found


def _on_turn(session: Session, actor: Actor, enquiries: list[Enquiry], at: datetime) -> list[Enquiry]:
    """Leave out the silent ones that are not with the actor's desk now."""
    turns = list_turns(session, enquiries, at=at)

    def here(one: Enquiry) -> bool:
        mine = Owner.UMBRELLA if one.organisation_id in actor.member_ids else Owner.DESK
        return one.id not in turns or turns[one.id].owner is mine

    return [one for one in enquiries if here(one)]


def _found(row: Any) -> Any:
    if row is None:
        raise NotFound
    return row


def _organisations(actor: Actor, silent: Iterable[int]) -> Select[Organisation, str | None]:
    """Those the actor phones, and those whose umbrella reached nobody; each once for every name to ask for."""
    query = select(Organisation, User.name).where(
        Organisation.id.in_((*actor.phoned_ids, *silent)), Organisation.ended_at.is_(None)
    )
    seat = (Membership.organisation_id == Organisation.id) & (Membership.role == Role.PARTNER)
    query = query.outerjoin(Membership, seat & Membership.ended_at.is_(None))
    query = query.outerjoin(User, (Membership.user_id == User.id) & User.disabled_at.is_(None))
    return query.order_by(Organisation.folded_name, Organisation.id, User.name)


def _phoned(actor: Actor, organisation: Organisation) -> Phoned:
    member = organisation.id in actor.member_ids
    reader = Reader.UMBRELLA if member else Reader.COORDINATOR
    return Phoned(organisation, reader, backup=organisation.id in actor.backup_ids)


def _awaiting(actor: Actor, at: datetime) -> Select[Any]:
    running = select(Organisation.id).where(Organisation.id == Enquiry.organisation_id, Organisation.ended_at.is_(None))
    silent = and_(Enquiry.state == EnquiryState.EXPIRED, Enquiry.hear_by_at > at - FURTHEST)
    query = phoned_enquiries_for(actor).where(or_(Enquiry.state.in_(AWAITING_ANSWER), silent), running.exists())
    return query.options(
        joinedload(Enquiry.offer),
        joinedload(Enquiry.organisation),
        joinedload(Enquiry.referral),
        joinedload(Enquiry.slot).joinedload(Slot.location),
    )


def _permitted(session: Session, actor: Actor, at: datetime) -> list[Enquiry]:
    """Return enquiries that wait for an answer under a consent in force now, the most urgent first (R-CON-12)."""
    query = _awaiting(actor, at).join(Consent, covering(Enquiry)).where(Consent.live(at)).add_columns(Consent)
    query = query.order_by(Enquiry.hear_by_at, Enquiry.id, Consent.given_at.desc(), Consent.id.desc())
    newest: dict[int, tuple[Enquiry, Consent]] = {}
    for enquiry, consent in session.execute(query):
        newest.setdefault(enquiry.id, (enquiry, consent))
    covered = [one for one, consent in newest.values() if allows(consent, one)]
    return _on_turn(session, actor, covered, at)


def _calls(actor: Actor, at: datetime) -> Select[Any]:
    query = calls_for(actor).where(Notice.state == NoticeState.QUEUED, ~needless(at))
    query = query.outerjoin(Booking, Notice.booking_id == Booking.id)
    query = query.outerjoin(Slot, Slot.id == func.coalesce(Notice.slot_id, Booking.slot_id))
    query = query.outerjoin(Enquiry, Notice.enquiry_id == Enquiry.id)
    query = query.outerjoin(Offer, Offer.id == func.coalesce(Notice.offer_id, Slot.offer_id))
    query = query.add_columns(Slot, Offer, Enquiry.reference)
    return query.options(selectinload(Slot.pools)).order_by(Notice.created_at, Notice.id)


def _add_call(one: Phoned, row: Row[Any]) -> None:
    notice: Notice = row.Notice
    one.read_out.append(notice.public_id)
    one.undelivered |= notice.trouble not in ("", "nobody")
    if notice.tries:
        one.tries, one.tried_at = max(one.tries, notice.tries), max(one.tried_at or notice.next_at, notice.next_at)
    if notice.template not in SAID_ELSEWHERE:
        one.calls.append(Call(notice, row.Offer, row.Slot, row.reference))


def _offers(actor: Actor) -> Select[Any]:
    running = phoned_organisations_for(actor).with_only_columns(Organisation.id)
    query = phoned_offers_for(actor).where(Offer.state == OfferState.PUBLISHED, Offer.freshness != Freshness.FRESH)
    return query.where(Offer.organisation_id.in_(running)).order_by(Offer.freshness_at, Offer.title, Offer.id)


def _slots(actor: Actor, monday: date, at: datetime) -> Select[Any]:
    running = phoned_organisations_for(actor).with_only_columns(Organisation.id)
    first, last = clock.start_of_day(monday), clock.start_of_day(monday + WEEK)
    this_week = (Slot.state == SlotState.PLANNED) & (Slot.starts_at >= first) & (Slot.starts_at < last)
    query = select(Slot).join(Offer, Slot.offer_id == Offer.id).where(Offer.organisation_id.in_(running))
    query = query.where(Slot.starts_at > at, or_(this_week, Slot.state == SlotState.UNSETTLED))
    query = query.options(contains_eager(Slot.offer), selectinload(Slot.pools))
    return query.order_by(Slot.starts_at, Slot.id)


def _called(actor: Actor, monday: date) -> Select[Any, Any]:
    first, last = clock.start_of_day(monday), clock.start_of_day(monday + WEEK)
    made = calls_for(actor).where(Notice.state == NoticeState.SENT, Notice.sent_at >= first, Notice.sent_at < last)
    query = made.with_only_columns(Notice.organisation_id, func.max(Notice.sent_at))
    return query.group_by(Notice.organisation_id)


def waiting_calls(phoned: Sequence[Phoned]) -> int:
    """Return how many organisations should be phoned."""
    return sum(not one.quiet for one in phoned)
