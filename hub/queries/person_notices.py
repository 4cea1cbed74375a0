"""Notices to people: whether one still has its reason, and which calls and letters somebody has to see to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.booking import Booking, BookingState
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.notice_scopes import BY_HAND, notices_by_hand_for
from hub.queries.permissions import Choice, Column, list_choices, wants_entry, way_for
from hub.queries.person_news import (
    BACK,
    CHANGE,
    QUESTION,
    REMINDER,
    back_key,
    change_key,
    is_asked,
    is_choosing,
    reminder_key,
)

NO_CONSENT, CHANGED_WAY = WAY_CLOSED = ("no_consent", "changed_way")  # the news may stand all the same
ABOUT_DATES = (CHANGE, REMINDER)
REPRINTED = timedelta(days=14)  # so long a printed letter can be printed once more


@dataclass(frozen=True)
class Standing:
    """What decides whether a notice to a person still leaves, read in one go."""

    choices: dict[int, Choice]
    open_sheets: frozenset[int]
    at: datetime

    def why_not(self, notice: Notice) -> str:
        """Return why a notice to a person must not leave any more, empty where it may (T7, R-CON-12).

        What reached nobody by the chosen way is the coach's to say, whatever the way was.
        """
        choice = self.choices.get(notice.participant_id or 0, {})
        if not choice:
            return NO_CONSENT
        way, unreached = way_for(choice, notice.purpose), notice.channel is Channel.CALL and notice.trouble != ""
        if way is None or not (way is notice.channel or unreached):
            return CHANGED_WAY
        return "" if self._has_reason(notice) else "settled"

    def _has_reason(self, notice: Notice) -> bool:
        if notice.sheet_id is not None:
            return notice.sheet_id in self.open_sheets
        if notice.booking is not None:
            return not _has_fallen(notice.booking) and self._is_news(notice, notice.booking)
        return notice.enquiry is not None and is_choosing(notice.enquiry)

    def _is_news(self, notice: Notice, booking: Booking) -> bool:
        if notice.template == QUESTION:
            return booking.state is BookingState.OFFERED and (booking.expires_at or self.at) > self.at
        if notice.template == REMINDER:
            stands = booking.state is BookingState.CONFIRMED and booking.starts_at > self.at
            return stands and notice.key == reminder_key(booking)
        if (notice.key or "").startswith(f"{BACK}:"):
            stands = booking.state is BookingState.CONFIRMED and booking.ends_at > self.at
            return stands and notice.key == back_key(booking)
        return notice.key == change_key(booking, self.at)


def _has_fallen(booking: Booking) -> bool:
    """Tell whether the consent to this date was taken back: since then it is its person's alone."""
    asked = booking.enquiry
    return asked is not None and asked.state is EnquiryState.WITHDRAWN and asked.ended_by == "consent"


def standing_of(session: Session, notices: Collection[Notice], *, at: datetime) -> Standing:
    """Read what decides about these notices; each with booking, enquiry and round loaded. Two statements at most."""
    sheets = {one.sheet_id for one in notices if one.sheet_id is not None}
    asked = select(ConsentSheet.id).where(ConsentSheet.id.in_(sheets), is_asked(at).correlate(ConsentSheet))
    open_sheets = frozenset(session.scalars(asked)) if sheets else frozenset()
    people = {one.participant_id for one in notices if one.participant_id is not None}
    return Standing(list_choices(session, people, at=at) if people else {}, open_sheets, at)


def _with_reason(query: Select[Any]) -> Select[Any]:
    booking = joinedload(Notice.booking)
    return query.options(
        booking.joinedload(Booking.slot).joinedload(Slot.offer),
        booking.joinedload(Booking.enquiry),
        joinedload(Notice.enquiry).joinedload(Enquiry.round),
        joinedload(Notice.participant).joinedload(Participant.coach),
    )


def get_with_reason(session: Session, notice_id: int) -> Notice:
    """Return one notice to a person with all that decides about it."""
    notice: Notice = session.scalars(_with_reason(select(Notice).where(Notice.id == notice_id))).one()
    return notice


def why_not(session: Session, notice: Notice, *, at: datetime) -> str:
    """Return why a notice to a person must not leave any more, empty where it may; asked when it leaves."""
    found = get_with_reason(session, notice.id)
    return standing_of(session, [found], at=at).why_not(found)


def list_needless(session: Session, *, at: datetime) -> list[int]:
    """Return the calls and letters to people that nobody need make or print any more, by id."""
    query = select(Notice).where(Notice.participant_id.is_not(None), Notice.channel.in_(BY_HAND))
    query = query.where(Notice.state == NoticeState.QUEUED).order_by(Notice.id)
    found = list(session.scalars(_with_reason(query)))
    standing = standing_of(session, found, at=at)
    return [one.id for one in found if standing.why_not(one)]


def list_by_hand(session: Session, actor: Actor, channel: Channel, *, at: datetime) -> list[Notice]:
    """Return the open calls or letters to those a coach looks after, the oldest first; three statements at most."""
    query = notices_by_hand_for(actor, at).where(Notice.channel == channel, Notice.state == NoticeState.QUEUED)
    found = list(session.scalars(_with_reason(query.order_by(Notice.next_at, Notice.id))))
    standing = standing_of(session, found, at=at)
    return [one for one in found if not standing.why_not(one)]


def list_printed(session: Session, actor: Actor, *, at: datetime) -> list[Notice]:
    """Return the letters printed lately for those a coach looks after who still want them, the newest first.

    Three statements at most.
    """
    query = notices_by_hand_for(actor, at).where(Notice.channel == Channel.PRINT, Notice.state == NoticeState.SENT)
    query = query.where(Notice.sent_at > at - REPRINTED)
    found = list(session.scalars(_with_reason(query.order_by(Notice.sent_at.desc(), Notice.id.desc()))))
    standing = standing_of(session, found, at=at)
    return [one for one in found if standing.why_not(one) not in WAY_CLOSED]


def get_by_hand(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Notice:
    """Return one call or letter to somebody a coach looks after, with its person and date; raises NotFound."""
    query = notices_by_hand_for(actor, at).where(Notice.public_id == public_id)
    notice: Notice | None = session.scalar(_with_reason(query))
    if notice is None:
        raise NotFound
    return notice


def letters_to(participant_id: Column) -> Select[Any]:
    """Select the letters that wait for a person, for a list that asks whether there are any."""
    return _open_by_hand(participant_id, Channel.PRINT)


def calls_to(participant_id: Column) -> Select[Any]:
    """Select the open calls to a person, but for a date that others moved or called off: the day names that itself."""
    named = and_(Notice.template == CHANGE, ~Notice.key.like(f"{BACK}:%"))
    return _open_by_hand(participant_id, Channel.CALL).where(~named)


def _open_by_hand(participant_id: Column, channel: Channel) -> Select[Any]:
    query = select(Notice.id).where(Notice.participant_id == participant_id, Notice.channel == channel)
    return query.where(Notice.state == NoticeState.QUEUED)


def carries_entry(session: Session, notice: Notice, *, at: datetime) -> bool:
    """Tell whether the mail brings its date along for the person's own calendar: where they ticked it (E6)."""
    if notice.participant_id is None or notice.channel is not Channel.EMAIL or notice.template not in ABOUT_DATES:
        return False
    return wants_entry(list_choices(session, [notice.participant_id], at=at).get(notice.participant_id, {}))


def list_siblings(session: Session, notice: Notice, *, at: datetime) -> list[Notice]:
    """Return what else of the same kind waits for the same person by the same way, locked, by id.

    Nothing where each mail carries the entry of its own date.
    """
    if carries_entry(session, notice, at=at):
        return []
    query = select(Notice).where(
        Notice.id != notice.id,
        Notice.participant_id == notice.participant_id,
        Notice.template == notice.template,
        Notice.channel == notice.channel,
        Notice.state == NoticeState.QUEUED,
        Notice.next_at <= at,
    )
    return list(session.scalars(query.order_by(Notice.id).with_for_update(skip_locked=True)))


def list_calls_about(session: Session, booking_id: int) -> list[Notice]:
    """Return the open calls to a person about one date, locked, by id."""
    query = select(Notice).where(Notice.booking_id == booking_id, Notice.template == CHANGE)
    query = query.where(Notice.channel == Channel.CALL, Notice.state == NoticeState.QUEUED)
    return list(session.scalars(query.order_by(Notice.id).with_for_update()))
