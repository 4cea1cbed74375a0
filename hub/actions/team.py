"""What a team lead does: assign a coach, order a deputy for a time, end that early."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import endings, log, notices
from hub.actions.notices import Facts
from hub.errors import InvalidInput, NotFound
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.participant import Cover, Participant
from hub.models.user import User
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import appointments, bookings, coach_time, feeds, participants, team

LONGEST_COVER = timedelta(days=184)


@dataclass(frozen=True)
class Team:
    """A Jobcenter's team as the policy sees it."""

    jobcenter_id: int


def assign_coach(
    session: Session, *, actor: Actor, participant: Participant, coach: User, announce: bool = True, at: datetime
) -> frozenset[int]:
    """Hand a person over to another coach of the same Jobcenter; consents bind the Jobcenter and go on (T12).

    Coming visits and lent rooms go with the person; one for which the new coach has no time ends, and both coaches and
    the lender hear of it (decision 0030). Returns which coaches hear of it; without `announce` the caller tells them
    when all of many is done. Locks: person, coaches, dates (scheduling rule 4).
    """
    require(actor, Permission.ASSIGN_COACH, participant)
    if not team.works_as_coach(session, coach.id, participant.jobcenter_id):
        raise NotFound
    participants.lock_participant(session, participant.id)
    changed = participant.coach_id != coach.id
    coming = appointments.list_with_another_coach(session, participant.id, coach.id, at=at) if changed else []
    concerned = {participant.coach_id, coach.id, *(one.coach_id for one in coming)}
    participant.coach_id, participant.coach = coach.id, coach
    log.record(session, actor=actor, action="person.coach_assigned", thing=coach, about=[participant], at=at)
    if changed:
        participant.coach_changed_at = at
        _hand_over_appointments(session, actor, participant, coming, coach, at)
    staff = frozenset(filter(None, concerned)) if changed else frozenset[int]()
    if staff and announce:
        notices.announce(session, "person.handed_over", Facts(staff_ids=staff), at=at)
    lenders = [one.slot.offer.organisation_id for one in coming if one.slot is not None]
    feeds.raise_revisions(session, participants=[participant.id], users=concerned, seats=lenders)
    return staff


def _hand_over_appointments(
    session: Session, actor: Actor, participant: Participant, coming: list[Booking], coach: User, at: datetime
) -> None:
    """Put coming appointments into the new coach's time; one that does not fit there ends, and the lender hears it."""
    for user_id in sorted({coach.id, *(one.coach_id for one in coming if one.coach_id is not None)}):
        participants.lock_coach(session, user_id)
    bookings.lock_slots(session, [one.slot for one in coming if one.slot is not None])
    for one in coming:
        travel = timedelta(minutes=one.travel_minutes)
        stop = coach_time.stop_of(one)
        place = {"town": stop.town, "door": stop.door}
        busy = bookings.find_coach_overlap(session, coach.id, one.starts_at, one.ends_at, travel=travel, **place)
        bookings.change_booking(session, one, coach_id=coach.id, sequence=one.sequence + 1, changed_at=at)
        log.record(session, actor=actor, action="appointment.handed_over", thing=one, about=[participant], at=at)
        if busy is not None:  # the new coach reads that it falls away, and tells the person
            endings.end_bookings(session, actor=SYSTEM, participant=participant, coming=[one], by="programme", at=at)
        elif one.slot is not None:
            lender = one.slot.offer.organisation_id
            notices.announce(session, "room.handed_over", Facts(booking=one, organisation_id=lender), at=at)


def order_cover(
    session: Session,
    *,
    actor: Actor,
    jobcenter_id: int,
    coach: User,
    deputy: User,
    first_on: date,
    last_on: date,
    at: datetime,
) -> Cover:
    """Let a deputy look after a coach's persons from the first to the last day, both included (R-ACC-05).

    A cover that begins today begins now; it ends by itself.
    """
    require(actor, Permission.ORDER_COVER, Team(jobcenter_id))
    if not all(team.works_as_coach(session, user.id, jobcenter_id) for user in (coach, deputy)):
        raise NotFound
    _require_sound(coach, deputy, first_on, last_on, clock.local_date(at))
    cover = Cover(
        coach_id=coach.id,
        deputy_id=deputy.id,
        ordered_by_id=actor.user_id,
        starts_at=max(at, clock.start_of_day(first_on)),
        ends_at=clock.end_of_day(last_on),
    )
    session.add(cover)
    session.flush()
    log.record(session, actor=actor, action="cover.ordered", thing=cover, at=at)
    feeds.raise_revisions(session, users=[coach.id, deputy.id])
    return cover


def end_cover(session: Session, *, actor: Actor, cover: Cover, jobcenter_id: int, at: datetime) -> None:
    """End a cover now; the deputy sees nothing of these persons from the next request on."""
    require(actor, Permission.ORDER_COVER, Team(jobcenter_id))
    if cover.ends_at > at:
        cover.ends_at = at
        cover.starts_at = min(cover.starts_at, at)
        log.record(session, actor=actor, action="cover.ended", thing=cover, at=at)
        feeds.raise_revisions(session, users=[cover.coach_id, cover.deputy_id])


def _require_sound(coach: User, deputy: User, first_on: date, last_on: date, today: date) -> None:
    fields = {}
    if coach.id == deputy.id:
        fields["deputy"] = N_("Niemand vertritt sich selbst.")
    if first_on < today:
        fields["first_on"] = N_("Der erste Tag liegt in der Vergangenheit.")
    if last_on < first_on:
        fields["last_on"] = N_("Der letzte Tag liegt vor dem ersten.")
    elif last_on - first_on > LONGEST_COVER:
        fields["last_on"] = N_("Eine Vertretung dauert höchstens ein halbes Jahr.")
    if fields:
        raise InvalidInput(fields=fields)
