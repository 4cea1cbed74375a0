"""What the clock does: remind, let run out, end; each verb settles one row and does nothing when it is settled already.

A verb locks its row, looks again, and leaves it to whoever was faster. The locks come in the order of all verbs: the
person, then consent, enquiry and places, feed revisions last.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import endings, enquiries, feeds, log, notices, waiting, withdrawals
from hub.actions.notices import Facts
from hub.models.booking import Booking, BookingState
from hub.models.consent import PERMITTING, ConsentState
from hub.models.enquiry import EnquiryState
from hub.models.participant import ParticipationState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import deadlines, holds, logins, participants, subscriptions
from hub.queries import waiting as queues
from hub.queries.consent_steps import drop_draft, step
from hub.queries.consents import WAITING, lock_consent
from hub.queries.enquiries import lock_enquiry
from hub.queries.feeds import raise_revisions
from hub.queries.states import move


def remind_partner(session: Session, *, actor: Actor, enquiry_id: int, at: datetime) -> bool:
    """Remind a partner once, on its last working day before the date to hear by; False when there is no need."""
    require(actor, Permission.RUN_MAINTENANCE)
    row = lock_enquiry(session, enquiry_id)
    if not deadlines.is_to_be_reminded(session, row, at):
        return False
    log.record(session, actor=actor, action="enquiry.reminded", thing=row, about=[row.participant], at=at)
    notices.announce(session, "enquiry.reminder", Facts(enquiry=row), at=at)
    return True


def expire_enquiry(session: Session, *, actor: Actor, enquiry_id: int, at: datetime) -> bool:
    """Note that a partner was silent until the date to hear by; a late answer is still welcome.

    Now it is the umbrella's or the network's desk that asks; the coach is told when it is the coach's turn.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    row = lock_enquiry(session, enquiry_id)
    if row.state not in deadlines.SILENT or row.hear_by_at is None or row.hear_by_at > at:
        return False
    move(session, row, EnquiryState.EXPIRED, at=at)
    log.record(session, actor=actor, action="enquiry.expired", thing=row, about=[row.participant], at=at)
    return True


def expire_consent(session: Session, *, actor: Actor, consent_id: int, at: datetime) -> bool:
    """Let a consent run out with all it permitted (T8), or a question nobody answered.

    What a newer consent covers goes on. A calendar of the person lives for two weeks more (`lapse_feed`).
    """
    require(actor, Permission.RUN_MAINTENANCE)
    queues.lock_person(session, deadlines.get_consent_by_id(session, consent_id).participant_id)
    row = lock_consent(session, consent_id)
    given = row.state in PERMITTING
    if row.valid_until > at or not (given or row.state in WAITING):
        return False
    step(session, row, ConsentState.EXPIRED, expressed_by="clock", recorded_by_id=None, at=at, ended_at=at)
    purpose, about = row.scope.value, [row.participant]
    log.record(session, actor=actor, action="consent.expired", thing=row, about=about, purpose=purpose, at=at)
    if given:
        withdrawals.end_uncovered(session, actor=actor, consent=row, at=at)
    else:
        drop_draft(session, row, by="clock", at=at)
    return True


def end_participation(session: Session, *, actor: Actor, participation_id: int, at: datetime) -> bool:
    """End a participation whose last day is over; the person's later places are given back by the programme.

    Places on days of another admitted participation stay. Calendars and card live for two weeks more.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    known = deadlines.get_participation_by_id(session, participation_id)
    queues.lock_person(session, known.participant_id)
    row = deadlines.lock_participation(session, participation_id)
    if row.state is not ParticipationState.ADMITTED or row.ends_on >= clock.local_date(at):
        return False
    person = row.participant
    move(session, row, ParticipationState.ENDED, at=at)
    log.record(session, actor=actor, action="participation.ended", thing=row, about=[person], at=at)
    since = clock.end_of_day(row.ends_on)
    coming = endings.end_uncovered_places(session, actor=actor, participant=person, since=since, at=at)
    _raise_revisions(session, coming)
    return True


def expire_hold(session: Session, *, actor: Actor, booking_id: int, at: datetime) -> bool:
    """Let a hold, a request or an offer run out and give its place back; False when it became a booking before.

    None of them was in anybody's calendar.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    known = holds.get_booking_by_id(session, booking_id)
    queues.lock_queues(session, [known.slot_id], people=[known.participant_id])
    row = holds.lock_booking(session, booking_id)
    if row.state not in holds.RUNNING_OUT or row.expires_at is None or row.expires_at > at:
        return False
    was = row.state
    holds.end_hold(session, row, at=at)
    if row.enquiry is not None:
        enquiries.note_unbooked(session, actor=actor, enquiry=row.enquiry, at=at)
    about = [row.participant] if row.participant else []
    log.record(session, actor=actor, action="hold.expired", thing=row, about=about, purpose=was.value, at=at)
    if was is BookingState.OFFERED:
        waiting.tell_run_out(session, actor=actor, offer=row, at=at)
    waiting.offer_places(session, slot_ids=[row.slot_id], at=at)
    return True


def lapse_feed(session: Session, *, actor: Actor, subscription_id: int, at: datetime) -> bool:
    """End a person's calendar two weeks after its consent or the participation ended (R-CAL-12)."""
    require(actor, Permission.RUN_MAINTENANCE)
    row = deadlines.lock_feed(session, subscription_id)
    end = subscriptions.find_end(session, row, None, at=at)
    if row.ended_at is not None or end.at > at:
        return False
    feeds.lapse_feed(session, actor=actor, subscription=row, end=end)
    about = [row.participant] if row.participant else []
    log.record(session, actor=actor, action="subscription.ended", thing=row, about=about, purpose=end.why, at=at)
    return True


def retire_card(session: Session, *, actor: Actor, card_id: int, at: datetime) -> bool:
    """Block a card two weeks after its person's last participation ended, with every browser signed in with it."""
    require(actor, Permission.RUN_MAINTENANCE)
    participants.lock_participant(session, deadlines.get_card_by_id(session, card_id).participant_id)
    card = deadlines.lock_card(session, card_id)
    if card.blocked_at is not None or subscriptions.participation_end(session, card.participant_id) > at:
        return False
    card.blocked_at = at
    logins.end_logins_of_card(session, card.id, at=at)
    about = [card.participant]
    log.record(session, actor=actor, action="card.blocked", thing=card, about=about, purpose="participation", at=at)
    return True


def _raise_revisions(session: Session, ended: list[Booking]) -> None:
    """Raise the feeds that showed these bookings; the last statement of a verb."""
    session.flush()
    organisations = sorted({one.slot.offer.organisation_id for one in ended if one.slot is not None})
    raise_revisions(session, participants=[one.participant_id for one in ended], seats=organisations)
