"""The end of a consent in each of the twelve states, by each way it can end: one table, every effect (T4, T8)."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from hub.actions import answers, deadlines, enquiries, withdrawals
from hub.models.booking import Booking, BookingState
from hub.models.consent import ConsentEvent, ConsentState
from hub.models.duty import Duty, DutyState
from hub.models.enquiry import EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Notice, NoticeState
from hub.policy.actor import SYSTEM, Actor, ActorKind
from hub.policy.fields import Field, Phase
from hub.queries.disclosures import fields_for, phase_now
from hub.queries.wishes import Wish
from tests.loop import ask, coach, drafted, now, partner, person_actor, request_offer, say, send
from tests.places import make_people

S, C, B = EnquiryState, ConsentState, BookingState
WISH = Wish(rough={"distance_km": 10})
WAYS = ["person", "person keeps", "code", "coach", "coach keeps", "any staff", "clock"]

# state → (state afterwards, who ended it, templates of the notices that still go to the partner, owes an answer)
TABLE = {
    S.DRAFT: (S.WITHDRAWN, "consent", [], False),
    S.SENT: (S.WITHDRAWN, "consent", ["partner_check"], False),
    S.SEEN: (S.WITHDRAWN, "consent", ["partner_check"], False),
    S.RETURNED: (S.WITHDRAWN, "consent", ["partner_check"], False),
    S.WAITLISTED: (S.WITHDRAWN, "consent", ["partner_check"], False),
    S.ACCEPTED: (S.WITHDRAWN, "consent", ["partner_check"], True),
    S.RUNNING: (S.WITHDRAWN, "consent", ["partner_check"], True),
    S.EXPIRED: (S.WITHDRAWN, "consent", ["partner_check"], False),
    S.DECLINED: (S.DECLINED, "partner", ["partner_question"], False),
    S.COMPLETED: (S.COMPLETED, "coach", ["partner_check"], True),
    S.FAILED: (S.FAILED, "coach", ["partner_check"], True),
    S.WITHDRAWN: (S.WITHDRAWN, "coach", ["partner_check", "partner_check"], True),
}
AFTER = (S.COMPLETED, S.FAILED)


NAMED = (answers.accept_enquiry, answers.open_identity)
STEPS = {
    S.SEEN: (answers.note_seen,),
    S.RETURNED: (answers.note_seen, partial(answers.return_enquiry, question="times")),
    S.WAITLISTED: (answers.note_seen, answers.waitlist_enquiry),
    S.DECLINED: (partial(answers.decline_enquiry, reason="no_capacity"),),
    S.ACCEPTED: NAMED,
    S.RUNNING: NAMED,
    S.COMPLETED: NAMED,
    S.FAILED: NAMED,
    S.WITHDRAWN: NAMED,
}
WISHED = (S.SENT, S.SEEN, S.RETURNED, S.WAITLISTED, S.DECLINED, S.EXPIRED)  # here for a date, which holds a place


def reach(world, state, person, offer, slot):
    """Bring an enquiry about a person into a state; where a partner may know the name, it has been opened."""
    consent = say(world, person, ask(world, person, offer, slot if state in (*WISHED, S.RUNNING) else None, WISH))
    enquiry = drafted(world, consent)
    if state is not S.DRAFT:
        send(world, enquiry)
    for step in STEPS.get(state, ()):
        partner(world, enquiry, step)
    if state is S.EXPIRED:
        late = world.at + timedelta(days=30)
        world.do(deadlines.expire_enquiry, actor=SYSTEM, enquiry_id=enquiry.id, at=late)
    elif state in AFTER:
        closing = "completed" if state is S.COMPLETED else "could_not_reach"
        coach(world, enquiry, enquiries.close_enquiry, closing=closing)
    elif state is S.WITHDRAWN:
        coach(world, enquiry, withdrawals.withdraw_enquiry)
    return enquiry, consent


def end(world, way, person, consent):
    """End the consent in one way and return when that was."""
    if way == "clock":
        at = consent.valid_until
        assert world.do(deadlines.expire_consent, actor=SYSTEM, consent_id=consent.id, at=at)
        return at
    at = world.at + timedelta(hours=1)
    if way == "any staff":
        facts = {"consent": consent, "ending": withdrawals.FOR_CALLER, "at": at}
        world.do(withdrawals.end_consent, actor=world.actor("frank"), **facts)
        return at
    slip = Actor(ActorKind.PERSON, consent.public_id, participant_id=person.id)
    actors = {"person": person_actor(person), "code": slip, "coach": world.actor("clara")}
    keep = way.endswith("keeps")
    actor = actors[way.split()[0]]
    world.do(withdrawals.withdraw_consent, actor=actor, consent=consent, keep_bookings=keep, at=at)
    return at


def effects(world, enquiry, consent, at):
    """Return what there is now of every effect."""
    found, row = now(world, consent), now(world, enquiry)
    things = [row.public_id, found.public_id]
    with world.database.reading() as session:
        notices = session.scalars(select(Notice).where(Notice.enquiry_id == row.id).order_by(Notice.id)).all()
        duties = session.scalars(select(Duty).where(Duty.enquiry_id == row.id).order_by(Duty.id)).all()
        booked = session.scalars(select(Booking).where(Booking.enquiry_id == row.id).order_by(Booking.id)).all()
        history = select(ConsentEvent).where(ConsentEvent.consent_id == found.id).order_by(ConsentEvent.id)
        events = session.scalars(history).all()
        entries = select(LogEntry.action, LogEntry.purpose).where(LogEntry.object_ref.in_(things), LogEntry.at == at)
        logged = {tuple(entry) for entry in session.execute(entries)}
    phase = phase_now(row, live=False, at=at)
    return {
        "consent": (found.state, found.ended_at, events[-1].state),
        "enquiry": (row.state, row.ended_by),
        "going out": [n.template for n in notices if n.state is NoticeState.QUEUED and n.organisation_id],
        "owed": [(one.state, one.due_at, "I1" in one.fields, one.reason) for one in duties],
        "booked": [(one.state, one.cancelled_by) for one in booked],
        "logged": logged,
        "named": Field.IDENTITY in fields_for(row, world.actor("petra"), live=False, acknowledged=True, at=at),
        "phase": phase in (Phase.CONSENT_ENDED, Phase.RECALLED, Phase.DECLINED),
    }


def expected(state, way, at):
    """Return what there should be, by the table."""
    to, ended_by, told, owes = TABLE[state]
    ended = C.EXPIRED if way == "clock" else C.WITHDRAWN
    logged = {(f"consent.{ended.value}", "E2")}
    if to is S.WITHDRAWN and state is not S.WITHDRAWN:
        logged.add(("enquiry.withdrawn", "consent"))
    if state in AFTER:
        logged.add(("enquiry.closed", "after_completion"))
    kept = way.endswith("keeps") or way == "clock"  # nothing is booked beyond the last day of a consent
    place = (B.CONFIRMED, "") if kept else (B.CANCELLED, "person")
    return {
        "consent": (ended, at, ended),
        "enquiry": (to, ended_by),
        "going out": told,
        "owed": [(DutyState.OPEN, at + timedelta(days=7), True, ended.value)] if owes else [],
        "booked": [place] if state is S.RUNNING else [(B.EXPIRED, "")] if state in WISHED else [],
        "logged": logged,
        "named": False,
        "phase": True,
    }


@pytest.mark.parametrize("state", list(S))
def test_each_way_in_each_state_has_every_effect_of_the_table(world, state):
    offer, slot = request_offer(world)
    for way, person in zip(WAYS, make_people(world, len(WAYS)), strict=True):
        enquiry, consent = reach(world, state, person, offer, slot)
        assert now(world, enquiry).state is state, (way, state)
        at = end(world, way, person, now(world, consent))
        assert (way, effects(world, enquiry, consent, at)) == (way, expected(state, way, at))
