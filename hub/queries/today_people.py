"""Whom a coach's day is about, and what is worth asking for of them, all in one statement."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from hub.models.booking import Booking, BookingState
from hub.models.calendar_source import CalendarSource
from hub.models.card import Card
from hub.models.consent import Release
from hub.models.notice import Notice
from hub.models.participant import Participant
from hub.models.prior_question import PriorQuestion
from hub.models.shortlist import ShortlistItem
from hub.models.subscription import Subscription
from hub.models.user import User
from hub.policy.actor import Actor
from hub.policy.prior_question_scopes import own_prior_questions_for
from hub.policy.scopes import participants_for
from hub.queries import deliveries, person_notices, subscription_care
from hub.queries.consent_reminders import is_ending
from hub.queries.shortlists import is_wanted

COACH = aliased(User)  # made once, as making an alias takes long


@dataclass
class Folder:
    """Everybody a coach looks after, with what the day begins with; the flags say what is worth asking for."""

    people: dict[int, Participant] = field(default_factory=dict)  # by key, in order of their names
    wanted: list[ShortlistItem] = field(default_factory=list)  # the oldest wish first
    carded: set[int] = field(default_factory=set)
    late_calls: bool = False  # somebody gave a place back at short notice
    releases: bool = False  # a release from secrecy ends soon
    prior_questions: bool = False  # the coach asked something beforehand
    requests: bool = False  # somebody wishes for a date that a partner has not agreed to yet
    calendar: bool = True  # the coach has a calendar of their own here
    called: set[int] = field(default_factory=set)  # somebody has to phone them, about more than a date others changed
    letters: int = 0  # so many of them wait for a letter
    untold: int = 0  # so many of them do not know of a change of the next two days
    quiet_feeds: set[int] = field(default_factory=set)  # it is asked whether a calendar of theirs is still needed
    account: User | None = None  # the coach's; unknown where there is nobody to look after


def list_people(session: Session, actor: Actor, *, at: datetime) -> Folder:
    """Return the persons a coach looks after, what they want, who has a card, and what there may be. One statement."""
    mine, own = Participant.id, COACH
    called = select(Notice.id).join(Booking, Notice.booking_id == Booking.id).where(Notice.template == "late_call")
    flags = (
        select(Card.id).where(Card.participant_id == mine, Card.blocked_at.is_(None)),
        called.where(Booking.participant_id == mine, Booking.ends_at > at),
        select(Release.id).where(Release.participant_id == mine, is_ending(Release, at)),
        own_prior_questions_for(actor).with_only_columns(PriorQuestion.id),
        select(Booking.id).where(Booking.participant_id == mine, Booking.state == BookingState.REQUESTED),
        select(CalendarSource.id).where(CalendarSource.user_id == own.id, CalendarSource.ended_at.is_(None)),
        person_notices.calls_to(mine),
        person_notices.letters_to(mine),
        deliveries.untold_of(mine, at),
        select(Subscription.id).where(Subscription.participant_id == mine, subscription_care.is_asked()),
    )
    query = participants_for(actor, at).select_from(Participant)
    query = query.join(own, own.id == actor.user_id).outerjoin(ShortlistItem, is_wanted(at))
    query = query.add_columns(*(flag.exists() for flag in flags), ShortlistItem, own).options(
        joinedload(Participant.coach),
        joinedload(Participant.participations),
        joinedload(ShortlistItem.offer),
    )
    rows = session.execute(query).unique().all()
    rows = sorted(rows, key=lambda row: (row[0].name["family"].casefold(), row[0].name["given"].casefold()))
    wanted = [row[-2] for row in rows if row[-2] is not None]
    return Folder(
        people={row[0].id: row[0] for row in rows},
        wanted=sorted(wanted, key=lambda item: (item.wanted_at or at, item.id)),
        carded={row[0].id for row in rows if row[1]},
        late_calls=any(row[2] for row in rows),
        releases=any(row[3] for row in rows),
        prior_questions=not rows or any(row[4] for row in rows),
        requests=any(row[5] for row in rows),
        calendar=not rows or any(row[6] for row in rows),
        called={row[0].id for row in rows if row[7]},
        letters=sum(bool(row[8]) for row in rows),
        untold=len({row[0].id for row in rows if row[9]}),
        quiet_feeds={row[0].id for row in rows if row[10]},
        account=rows[0][-1] if rows else None,
    )
