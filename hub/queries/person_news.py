"""What people are to be told, read off the state of things: each change, reminder and question has a key of its own."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from hub.models.booking import BY_OTHERS, Booking, BookingState
from hub.models.consent import Consent, ConsentState, MessagePurpose
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import Notice, NoticeState
from hub.models.participant import Participant
from hub.models.round import Round, RoundKind, RoundState
from hub.models.slot import Slot, SlotState
from hub.policy.scopes import kept_privately
from hub.queries.date_news import is_fallen_away, is_moved_unknown
from hub.queries.permissions import Choice, Column, has_chosen, list_choices, way_for
from hub.queries.reminders import FARTHEST, reminds_at, when_of

CHANGE, REMINDER, QUESTION = "person_change", "person_reminder", "person_question"
TO_PEOPLE = (CHANGE, REMINDER, QUESTION)
ASKED_AWAY = timedelta(hours=2)  # until then the question is being talked over
ASKED_LATELY = timedelta(days=14)
OFF, MOVED, BACK = "off", "moved", "back"


def list_changed(session: Session, *, only: int | None = None, at: datetime) -> list[int]:
    """Return the bookings whose person has not been told of a change that others made, and wants to be. By id."""
    back = aliased(Notice)
    told_off = select(back.id).where(
        back.booking_id == Booking.id, back.key.like(f"{OFF}:%"), back.state == NoticeState.SENT
    )
    again = and_(Booking.state == BookingState.CONFIRMED, Booking.ends_at > at, told_off.correlate(Booking).exists())
    changed = or_(is_moved_unknown(at), is_fallen_away(at), again)
    found = session.scalars(_of_people(only, at).where(changed, ~kept_privately()).order_by(Booking.id)).all()
    keys = {one.id: news_key(one, at) for one in found}
    wanted = _wanting(session, found, MessagePurpose.CHANGES, at)
    known = _known(session, keys.values()) | _back_again(session, [one.id for one in found])
    return [one.id for one in found if one.id in wanted and keys[one.id] not in known]


def change_key(booking: Booking, at: datetime) -> str | None:
    """Return what names this change of a coming date once for all, None where there is nothing others changed.

    A session that takes place after all has none: only what its person was told before makes it news.
    """
    if booking.ends_at <= at:
        return None
    if booking.state is BookingState.CANCELLED and booking.cancelled_by in BY_OTHERS and booking.told_at is None:
        return _key(OFF, booking)
    moved = booking.state is BookingState.CONFIRMED and booking.moved_from_at is not None
    return _key(MOVED, booking) if moved else None


def news_key(booking: Booking, at: datetime) -> str:
    """Return what names the news about a booking that `list_changed` found."""
    return change_key(booking, at) or back_key(booking)


def back_key(booking: Booking) -> str:
    """Return what names a session that takes place after all."""
    return _key(BACK, booking)


def _key(kind: str, booking: Booking) -> str:
    return f"{kind}:{booking.id}:{booking.sequence}"


def _back_again(session: Session, booking_ids: Collection[int]) -> set[str]:
    """Return the keys of what was told to take place after all, since it was last called off."""
    off, back = aliased(Notice), aliased(Notice)
    later = select(off.id).where(off.booking_id == back.booking_id, off.key.like(f"{OFF}:%"), off.id > back.id)
    query = select(Booking).join(back, back.booking_id == Booking.id)
    query = query.where(Booking.id.in_(booking_ids), back.key.like(f"{BACK}:%"), ~later.correlate(back).exists())
    return {back_key(one) for one in session.scalars(query)}


def list_to_remind(session: Session, *, only: int | None = None, at: datetime) -> list[int]:
    """Return the bookings of whose date the person is to be reminded now, by id.

    Never of a date that was made, or moved, after the reminder would have left: they have just heard of it.
    """
    coming = and_(Booking.state == BookingState.CONFIRMED, Booking.starts_at > at, Booking.starts_at < at + FARTHEST)
    open_date = select(Slot.id).where(Slot.id == Booking.slot_id, Slot.state == SlotState.UNSETTLED).exists()
    found = session.scalars(
        _of_people(only, at).where(coming, ~kept_privately(), ~open_date).order_by(Booking.id)
    ).all()
    choices = _choices(session, found, at)
    due = [one for one in found if is_reminder_due(one, choices.get(one.participant_id or 0, {}), at)]
    known = _known(session, map(reminder_key, due))
    return [one.id for one in due if reminder_key(one) not in known]


def is_reminder_due(booking: Booking, choice: Choice, at: datetime) -> bool:
    """Tell whether now is the time to remind somebody of a loaded coming date."""
    way = way_for(choice, MessagePurpose.REMINDERS)
    if way is None or booking.state is not BookingState.CONFIRMED:
        return False
    due_at = reminds_at(booking.starts_at, when_of(choice), way)
    return max(booking.created_at, booking.changed_at) <= due_at <= at < booking.starts_at


def reminder_key(booking: Booking) -> str:
    """Return what names the reminder of a date at its present time."""
    return _key("reminder", booking)


def list_asked(session: Session, *, only: int | None = None, at: datetime) -> list[int]:
    """Return the sheets a coach left with a person some hours ago, who wants to hear of questions. By id."""
    query = select(ConsentSheet).where(
        ConsentSheet.requested_by_id.is_not(None),
        ConsentSheet.requested_at <= at - ASKED_AWAY,
        ConsentSheet.requested_at > at - ASKED_LATELY,
        is_asked(at).correlate(ConsentSheet),
        has_chosen(ConsentSheet.participant_id, at),
        _is(ConsentSheet.id, only),
        ~exists().where(Notice.sheet_id == ConsentSheet.id).correlate(ConsentSheet),
    )
    found = session.scalars(query.order_by(ConsentSheet.id)).all()
    wanted = _wanting(session, found, MessagePurpose.QUESTIONS, at)
    return [one.id for one in found if one.id in wanted]


def is_asked(at: datetime) -> ColumnElement[bool]:
    """Whether something on a sheet still waits for the person's answer; put off, nobody is asked again."""
    asked = select(Consent.id).where(Consent.sheet_id == ConsentSheet.id, Consent.state == ConsentState.REQUESTED)
    return asked.where(Consent.valid_until > at).exists()


def list_offered(session: Session, *, only: int | None = None, at: datetime) -> list[int]:
    """Return the places that came free for somebody who waits, and wants to hear of questions. By id."""
    told = exists().where(Notice.booking_id == Booking.id, Notice.template == QUESTION).correlate(Booking)
    offered = (Booking.state == BookingState.OFFERED, Booking.expires_at > at, ~told)
    found = session.scalars(_of_people(only, at).where(*offered).order_by(Booking.id)).all()
    wanted = _wanting(session, found, MessagePurpose.QUESTIONS, at)
    return [one.id for one in found if one.id in wanted]


def list_to_choose(session: Session, *, only: int | None = None, at: datetime) -> list[int]:
    """Return of each asking around among whose answers a person may choose the first yes, where nobody told them."""
    told = exists().where(Notice.key == choice_key_sql()).correlate(Round)
    query = select(Enquiry).join(Round, Enquiry.round_id == Round.id).where(*_is_choosing(), ~told)
    query = query.where(has_chosen(Round.participant_id, at), _is(Enquiry.id, only))
    query = query.order_by(Enquiry.id).options(joinedload(Enquiry.round))
    first: dict[int | None, Enquiry] = {}
    for one in session.scalars(query):
        first.setdefault(one.round_id, one)
    wanted = _wanting(session, list(first.values()), MessagePurpose.QUESTIONS, at)
    return [one.id for one in first.values() if one.id in wanted]


def get_booking(session: Session, booking_id: int) -> Booking:
    """Return a booking that is told about."""
    return session.get_one(Booking, booking_id)


def get_sheet(session: Session, sheet_id: int) -> ConsentSheet:
    """Return a sheet that is told about."""
    return session.get_one(ConsentSheet, sheet_id)


def get_person(session: Session, participant_id: int) -> Participant:
    """Return who is told."""
    return session.get_one(Participant, participant_id)


def get_with_round(session: Session, enquiry_id: int) -> Enquiry:
    """Return one enquiry with the asking around it belongs to."""
    return session.scalars(select(Enquiry).where(Enquiry.id == enquiry_id).options(joinedload(Enquiry.round))).one()


def choice_key_sql() -> ColumnElement[str]:
    """Return the key of the question which of several it shall be, as SQL."""
    return "choice:" + Round.public_id


def choice_key(asked: Round) -> str:
    """Return the same of a loaded round."""
    return f"choice:{asked.public_id}"


def _is_choosing() -> tuple[ColumnElement[bool], ...]:
    return Round.state == RoundState.OPEN, Round.kind == RoundKind.CHOICE, Enquiry.state == EnquiryState.ACCEPTED


def is_choosing(enquiry: Enquiry) -> bool:
    """Tell whether its person may still choose it among others; its round must be loaded."""
    asked = enquiry.round
    open_choice = asked is not None and asked.state is RoundState.OPEN and asked.kind is RoundKind.CHOICE
    return open_choice and enquiry.state is EnquiryState.ACCEPTED


def _of_people(only: int | None, at: datetime) -> Select[Any]:
    query = select(Booking).where(Booking.participant_id.is_not(None), has_chosen(Booking.participant_id, at))
    return query.where(_is(Booking.id, only))


def _is(column: Column, only: int | None) -> ColumnElement[bool]:
    return column == only if only is not None else true()


def _choices(session: Session, rows: Iterable[Any], at: datetime) -> dict[int, Choice]:
    return list_choices(session, {one.participant_id for one in rows}, at=at)


def _wanting(session: Session, rows: Collection[Any], purpose: str, at: datetime) -> set[int]:
    """Return the keys of those rows whose person chose a way for this purpose."""
    choices = _choices(session, rows, at)
    return {one.id for one in rows if way_for(choices.get(one.participant_id, {}), purpose)}


def _known(session: Session, keys: Iterable[str]) -> set[str]:
    return {key for key in session.scalars(select(Notice.key).where(Notice.key.in_(set(keys)))) if key}
