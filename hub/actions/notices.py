"""Who is told what, when, by which channel: one table, event → recipients and template; a worker delivers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from sqlalchemy.orm import Session

from hub.models.booking import Booking
from hub.models.enquiry import Enquiry
from hub.models.invitation import Invitation
from hub.models.notice import Channel, Notice
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.prior_question import PriorQuestion
from hub.models.slot import Slot
from hub.queries.covers import list_team_leads


@dataclass(frozen=True)
class Facts:
    """What an event is about; recipients and references are read off it."""

    enquiry: Enquiry | None = None
    booking: Booking | None = None
    slot: Slot | None = None
    participant: Participant | None = None
    invitation: Invitation | None = None
    organisation_id: int | None = None
    coach_ids: frozenset[int] = frozenset()
    people: Sequence[Participant] = ()  # whom it concerns: for those without a coach, their team leads are told
    offer: Offer | None = None
    prior_question: PriorQuestion | None = None
    staff_ids: frozenset[int] = frozenset()
    lead_ids: frozenset[int] = frozenset()

    @classmethod
    def of_booking(cls, booking: Booking, slot: Slot) -> Self:
        """Return what concerns a place in a date; enquiry, person and `slot.offer` must be loaded."""
        desk = slot.offer.organisation_id
        return cls(booking=booking, enquiry=booking.enquiry, participant=booking.participant, organisation_id=desk)


Recipients = Callable[[Facts], Iterable[dict[str, Any]]]


def partner_desk(facts: Facts) -> Iterable[dict[str, Any]]:
    """The office of the organisation concerned."""
    about = facts.enquiry or facts.prior_question
    organisation_id = about.organisation_id if about else facts.organisation_id
    return [{"organisation_id": organisation_id}] if organisation_id else []


def umbrella(facts: Facts) -> Iterable[dict[str, Any]]:
    """The office of the umbrella over the offer's organisation (which must be loaded), if there is one."""
    parent_id = facts.offer.organisation.parent_id if facts.offer else None
    return [{"organisation_id": parent_id}] if parent_id else []


def coaches(facts: Facts) -> Iterable[dict[str, Any]]:
    """The coaches of the persons concerned."""
    own = {facts.participant.coach_id} if facts.participant and facts.participant.coach_id else set()
    return [{"user_id": user_id} for user_id in sorted(own | facts.coach_ids)]


def team_leads(facts: Facts) -> Iterable[dict[str, Any]]:
    """Who leads the teams of people whom no coach looks after, so that somebody does."""
    return [{"user_id": user_id} for user_id in sorted(facts.lead_ids)]


def staff(facts: Facts) -> Iterable[dict[str, Any]]:
    """Members of staff who were named."""
    return [{"user_id": user_id} for user_id in sorted(facts.staff_ids)]


def invited_person(_facts: Facts) -> Iterable[dict[str, Any]]:
    """The person an invitation is for; the worker reads the address off the invitation."""
    return [{}]


TO_COACHES: tuple[tuple[Recipients, str], ...] = ((coaches, "staff_news"), (team_leads, "team_news"))
TABLE: dict[str, tuple[tuple[Recipients, str], ...]] = {
    "enquiry.sent": ((partner_desk, "partner_question"),),
    "enquiry.sent_by_law": ((partner_desk, "partner_news"),),
    "enquiry.objected": TO_COACHES,
    "enquiry.withdrawn": ((partner_desk, "partner_check"),),
    "round.thanked": ((partner_desk, "partner_settled"),),
    "round.picked": TO_COACHES,
    "round.run_out": TO_COACHES,
    "enquiry.named": ((partner_desk, "partner_news"),),
    "enquiry.accepted": TO_COACHES,
    "enquiry.declined": TO_COACHES,
    "enquiry.returned": TO_COACHES,
    "enquiry.waitlisted": TO_COACHES,
    "enquiry.reopened": TO_COACHES,
    "enquiry.expired": TO_COACHES,
    "enquiry.reported": TO_COACHES,
    "enquiry.reminder": ((partner_desk, "partner_reminder"),),
    "booking.made": ((partner_desk, "partner_news"),),
    "booking.made_by_person": ((partner_desk, "partner_news"), *TO_COACHES),
    "booking.cancelled": ((partner_desk, "partner_news"),),
    "booking.cancelled_late": ((partner_desk, "late_call"), *TO_COACHES),
    "consents.ending": TO_COACHES,
    "organisation.left": TO_COACHES,
    "consents.withdrawn_for_caller": TO_COACHES,
    "duty.opened": ((partner_desk, "partner_check"),),
    "duty.overdue": ((staff, "staff_news"),),
    "booking.cancelled_by_person": ((partner_desk, "partner_news"), *TO_COACHES),
    "slot.moved": TO_COACHES,
    "slot.called_off": TO_COACHES,
    "slot.unsettled": TO_COACHES,
    "slot.restored": TO_COACHES,
    "series.changed": TO_COACHES,
    "offer.handed_in": ((staff, "staff_news"),),
    "offer.approved": ((partner_desk, "partner_news"),),
    "offer.returned": ((partner_desk, "partner_news"),),
    "offer.resumed": ((partner_desk, "partner_news"),),
    "offer.changed": TO_COACHES,
    "waiting.offered": TO_COACHES,
    "waiting.lapsed": TO_COACHES,
    "emergency.opened": ((staff, "staff_news"),),
    "inspection.proposed": ((staff, "staff_news"),),
    "coach.covered": ((staff, "deputy_news"),),
    "person.handed_over": ((staff, "staff_news"),),
    "room.handed_over": ((partner_desk, "partner_news"),),
    "coach.gone": ((team_leads, "team_news"),),
    "dates.changed_on_behalf": ((partner_desk, "partner_news"),),
    "invitation.made": ((invited_person, "invitation"),),
    "offer.asked": ((partner_desk, "partner_confirm"),),
    "offer.link_wanted": ((partner_desk, "partner_confirm"),),
    "offer.fading_soon": ((partner_desk, "partner_fading"), (umbrella, "umbrella_fading")),
    "offer.hiding_soon": ((partner_desk, "partner_hiding"), (umbrella, "umbrella_hiding")),
    "demand.asked": ((partner_desk, "partner_wanted"),),
    "prior_question.asked": ((partner_desk, "partner_prior_question"),),
    "prior_question.reminder": ((partner_desk, "partner_prior_reminder"),),
    "call.asked": ((partner_desk, "call_back"),),
    "call.weekly": ((partner_desk, "weekly_call"),),
}
CALLED = frozenset({"call_back", "weekly_call", "late_call"})  # never written: somebody picks up the phone


def announce(session: Session, event: str, facts: Facts, *, at: datetime) -> None:
    """Queue what the table says about this event, in the same transaction; raises KeyError for an unknown event."""
    facts = _with_leads(session, facts)
    references = {
        "enquiry_id": facts.enquiry and facts.enquiry.id,
        "booking_id": facts.booking and facts.booking.id,
        "slot_id": facts.slot and facts.slot.id,
        "invitation_id": facts.invitation and facts.invitation.id,
        "offer_id": facts.offer and facts.offer.id,
        "prior_question_id": facts.prior_question and facts.prior_question.id,
    }
    for recipients, template in TABLE[event]:
        channel = Channel.CALL if template in CALLED else Channel.EMAIL
        for recipient in recipients(facts):
            session.add(
                Notice(template=template, channel=channel, next_at=at, created_at=at, **references, **recipient)
            )


def _with_leads(session: Session, facts: Facts) -> Facts:
    """Fill in who leads the teams of those whom no coach looks after."""
    alone = {one.jobcenter_id for one in (*facts.people, facts.participant) if one and one.coach_id is None}
    return replace(facts, lead_ids=facts.lead_ids | list_team_leads(session, alone)) if alone else facts
