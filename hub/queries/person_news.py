"""What people are to be told, read off the state of things: each change, reminder and question has a key of its own."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from hub.models.base import Base
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
WITH_ANOTHER = "with_another"  # trouble of what another's mail told as well
QUESTIONS: Mapping[type[Base], str] = {ConsentSheet: "sheet", Booking: "offered", Round: "choice"}
_IS_OPEN_CHOICE = (Round.state == RoundState.OPEN, Round.kind == RoundKind.CHOICE)
About = Booking | Enquiry | ConsentSheet
ASKED_AWAY = timedelta(hours=2)  # until then the question is being talked over
ASKED_LATELY = timedelta(days=14)
OFF, MOVED, BACK = "off", "moved", "back"


def list_changed(session: Session, *, only: int | None = None, at: datetime) -> list[int]:
    """Return the bookings whose person has not been told of a change that others made, and wants to be. By id."""
    told_off = select(Notice.id).where(Notice.booking_id == Booking.id, Notice.key.like(f"{OFF}:%"), was_told())
    again = and_(Booking.state == BookingState.CONFIRMED, Booking.ends_at > at, told_off.correlate(Booking).exists())
    changed = or_(is_moved_unknown(at), is_fallen_away(at), again)
    found = session.scalars(_of_people(only, at).where(changed, ~kept_privately()).order_by(Booking.id)).all()
    keys = {one.id: news_key(one, at) for one in found}
    wanted = _wanting(session, found, MessagePurpose.CHANGES, at)
    known = _known(session, keys.values()) | _back_again(session, [one.id for one in found])
    return [one.id for one in found if one.id in wanted and keys[one.id] not in known]


def was_told() -> ColumnElement[bool]:
    """Whether a notice to a person reached them, in a mail of its own or with another's."""
    with_another = and_(Notice.state == NoticeState.DROPPED, Notice.trouble == WITH_ANOTHER)
    return or_(Notice.state == NoticeState.SENT, with_another)


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
        ~_is_told(ConsentSheet),
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
    offered = (Booking.state == BookingState.OFFERED, Booking.expires_at > at, ~_is_told(Booking))
    found = session.scalars(_of_people(only, at).where(*offered).order_by(Booking.id)).all()
    wanted = _wanting(session, found, MessagePurpose.QUESTIONS, at)
    return [one.id for one in found if one.id in wanted]


def list_to_choose(session: Session, *, only: int | None = None, at: datetime) -> list[int]:
    """Return the askings around among whose answers a person may choose, and nobody told them. By id."""
    yes = select(Enquiry.id).where(Enquiry.round_id == Round.id, Enquiry.state == EnquiryState.ACCEPTED)
    query = select(Round).where(*_IS_OPEN_CHOICE, yes.correlate(Round).exists(), ~_is_told(Round))
    query = query.where(has_chosen(Round.participant_id, at), _is(Round.id, only))
    found = session.scalars(query.order_by(Round.id)).all()
    wanted = _wanting(session, found, MessagePurpose.QUESTIONS, at)
    return [one.id for one in found if one.id in wanted]


def get_booking(session: Session, booking_id: int) -> Booking:
    """Return a booking that is told about."""
    return session.get_one(Booking, booking_id)


def get_sheet(session: Session, sheet_id: int) -> ConsentSheet:
    """Return a sheet that is told about."""
    return session.get_one(ConsentSheet, sheet_id)


def get_first_yes(session: Session, round_id: int) -> Enquiry:
    """Return the first of the answers among which a person may choose, with its asking around."""
    query = select(Enquiry).where(Enquiry.round_id == round_id, Enquiry.state == EnquiryState.ACCEPTED)
    return session.scalars(query.order_by(Enquiry.id).limit(1).options(joinedload(Enquiry.round))).one()


def get_person(session: Session, about: About) -> Participant:
    """Return who is told."""
    return session.get_one(Participant, about.participant_id)


def question_key(about: Any) -> Any:
    """Return what names a question once for all: a sheet, an offered place, a round; valid in Python and in SQL."""
    kind = QUESTIONS[about if isinstance(about, type) else type(about)]
    return f"{kind}:" + about.public_id


def _is_told(about: type[Base]) -> ColumnElement[bool]:
    return exists().where(Notice.key == question_key(about)).correlate(about)


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


@dataclass(frozen=True)
class News:
    """One kind of news to people: what it is for, whom it waits for, what it is about, and what names it once only."""

    purpose: MessagePurpose
    find: Callable[..., list[int]]
    get: Callable[[Session, int], About]
    key: Callable[[Any, datetime], str]


DATE_CHANGED = News(MessagePurpose.CHANGES, list_changed, get_booking, news_key)
DATE_AHEAD = News(MessagePurpose.REMINDERS, list_to_remind, get_booking, lambda booking, _at: reminder_key(booking))
PLACE_OFFERED = News(MessagePurpose.QUESTIONS, list_offered, get_booking, lambda booking, _at: question_key(booking))
SHEET_LEFT = News(MessagePurpose.QUESTIONS, list_asked, get_sheet, lambda sheet, _at: question_key(sheet))
ANSWERS_CAME = News(MessagePurpose.QUESTIONS, list_to_choose, get_first_yes, lambda yes, _at: question_key(yes.round))
