"""Who is told what, when, by which channel: one table, event → recipients and template; a worker delivers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
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
from hub.policy.notice_scopes import BY_HAND
from hub.queries import digests
from hub.queries.covers import list_team_leads
from hub.queries.quiet_hours import leaves_at


@dataclass(frozen=True)
class Telling:
    """How a person is told something, and for what they allowed it; the key names what is told once only."""

    purpose: str
    channel: Channel
    key: str
    sheet_id: int | None = None


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
    telling: Telling | None = None

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


def the_person(facts: Facts) -> Iterable[dict[str, Any]]:
    """The person it is about, by the way they chose for this purpose (E6); without a purpose nobody."""
    if facts.participant is None or facts.telling is None:
        return []
    return [{"participant_id": facts.participant.id, **asdict(facts.telling)}]


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
    "attendance.asked": ((partner_desk, "partner_attendance"),),
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
    "place.called_off": TO_COACHES,
    "series.changed": TO_COACHES,
    "offer.handed_in": ((staff, "staff_news"),),
    "offer.approved": ((partner_desk, "partner_news"),),
    "offer.returned": ((partner_desk, "partner_news"),),
    "offer.resumed": ((partner_desk, "partner_news"),),
    "offer.changed": TO_COACHES,
    "waiting.offered": TO_COACHES,
    "waiting.offered_in_absence": ((staff, "deputy_news"),),
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
    "barrier.told": ((staff, "staff_news"),),
    "demand.asked": ((partner_desk, "partner_wanted"),),
    "prior_question.asked": ((partner_desk, "partner_prior_question"),),
    "prior_question.reminder": ((partner_desk, "partner_prior_reminder"),),
    "calendar.changed": ((staff, "calendar_entry"),),
    "call.asked": ((partner_desk, "call_back"),),
    "call.weekly": ((partner_desk, "weekly_call"),),
    "person.date_changed": ((the_person, "person_change"),),
    "person.date_ahead": ((the_person, "person_reminder"),),
    "person.asked": ((the_person, "person_question"),),
}
CALLED = frozenset({"call_back", "weekly_call", "late_call"})  # never written: somebody picks up the phone
# Somebody waits at the other end, whatever the hour.
URGENT = frozenset({"invitation.made", "waiting.offered", "waiting.offered_in_absence"})
# A name to read, one told by law, dates somebody else changed: about which day is not known here. And what asks back.
NEVER_WAITS = frozenset({"enquiry.named", "enquiry.sent_by_law", "dates.changed_on_behalf", "offer.returned"})
SOON = timedelta(hours=24)  # what begins within it cannot wait for the morning


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
    urgent = _is_urgent(event, facts, at)
    for recipients, template in TABLE[event]:
        channel = Channel.CALL if template in CALLED else Channel.EMAIL
        for recipient in recipients(facts):
            values = {"template": template, "channel": channel} | references | recipient
            session.add(
                Notice(
                    **values,
                    next_at=_leaves_at(values, urgent, _news_at(session, event, values, facts, at)),
                    created_at=at,
                )
            )


def _news_at(session: Session, event: str, values: dict[str, Any], facts: Facts, at: datetime) -> datetime:
    """Return when the reader's next news leave, where this may wait for others."""
    date, organisation_id = facts.booking or facts.slot, values.get("organisation_id")
    if event in URGENT | NEVER_WAITS:
        return at
    starts_at = date.starts_at if date is not None else None
    return digests.leaves_at(session, values["template"], organisation_id, starts_at=starts_at, at=at)


def _leaves_at(values: dict[str, Any], urgent: bool, at: datetime) -> datetime:
    """Return when a notice may leave; what is said or printed by hand has its people's own hours."""
    if values["channel"] in BY_HAND:
        return at
    to_person = "participant_id" in values
    return leaves_at(at, to_person=to_person, urgent=urgent and not to_person)


def _is_urgent(event: str, facts: Facts, at: datetime) -> bool:
    date = facts.booking or facts.slot
    return event in URGENT or (date is not None and at < date.ends_at and date.starts_at - at < SOON)


def _with_leads(session: Session, facts: Facts) -> Facts:
    """Fill in who leads the teams of those whom no coach looks after."""
    alone = {one.jobcenter_id for one in (*facts.people, facts.participant) if one and one.coach_id is None}
    return replace(facts, lead_ids=facts.lead_ids | list_team_leads(session, alone)) if alone else facts
