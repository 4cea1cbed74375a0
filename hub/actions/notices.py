"""Who is told what, when, by which channel: one table, event → recipients and template; a worker delivers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.models.booking import Booking
from hub.models.enquiry import Enquiry
from hub.models.invitation import Invitation
from hub.models.notice import Channel, Notice
from hub.models.participant import Participant
from hub.models.slot import Slot


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


Recipients = Callable[[Facts], Iterable[dict[str, Any]]]


def partner_desk(facts: Facts) -> Iterable[dict[str, Any]]:
    """The office of the organisation concerned."""
    organisation_id = facts.enquiry.organisation_id if facts.enquiry else facts.organisation_id
    return [{"organisation_id": organisation_id}] if organisation_id else []


def coaches(facts: Facts) -> Iterable[dict[str, Any]]:
    """The coaches of the persons concerned."""
    own = {facts.participant.coach_id} if facts.participant and facts.participant.coach_id else set()
    return [{"user_id": user_id} for user_id in sorted(own | facts.coach_ids)]


def invited_person(_facts: Facts) -> Iterable[dict[str, Any]]:
    """The person an invitation is for; the worker reads the address off the invitation."""
    return [{}]


TABLE: dict[str, tuple[tuple[Recipients, str], ...]] = {
    "enquiry.sent": ((partner_desk, "partner_question"),),
    "enquiry.withdrawn": ((partner_desk, "partner_check"),),
    "enquiry.accepted": ((coaches, "staff_news"),),
    "enquiry.declined": ((coaches, "staff_news"),),
    "enquiry.returned": ((coaches, "staff_news"),),
    "enquiry.waitlisted": ((coaches, "staff_news"),),
    "enquiry.reopened": ((coaches, "staff_news"),),
    "enquiry.expired": ((coaches, "staff_news"),),
    "enquiry.reminder": ((partner_desk, "partner_reminder"),),
    "booking.made": ((partner_desk, "partner_news"),),
    "booking.cancelled": ((partner_desk, "partner_news"),),
    "booking.cancelled_by_person": ((partner_desk, "partner_news"), (coaches, "staff_news")),
    "slot.moved": ((coaches, "staff_news"),),
    "slot.called_off": ((coaches, "staff_news"),),
    "invitation.made": ((invited_person, "invitation"),),
}


def announce(session: Session, event: str, facts: Facts, *, at: datetime) -> None:
    """Queue what the table says about this event, in the same transaction; raises KeyError for an unknown event."""
    references = {
        "enquiry_id": facts.enquiry and facts.enquiry.id,
        "booking_id": facts.booking and facts.booking.id,
        "slot_id": facts.slot and facts.slot.id,
        "invitation_id": facts.invitation and facts.invitation.id,
    }
    for recipients, template in TABLE[event]:
        for recipient in recipients(facts):
            session.add(
                Notice(template=template, channel=Channel.EMAIL, next_at=at, created_at=at, **references, **recipient)
            )
