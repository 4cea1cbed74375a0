"""Telling people what they wanted to be told, by the way they chose; calls made and letters printed for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts, Telling
from hub.actions.participants import note_told
from hub.errors import RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.consent import MessagePurpose
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Enquiry
from hub.models.notice import Notice, NoticeState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require, require_each
from hub.queries import person_news
from hub.queries.locks import lock_name
from hub.queries.notices import count_call_try
from hub.queries.permissions import find_channel
from hub.queries.person_news import CHANGE
from hub.queries.states import move

P = MessagePurpose


def tell_of_change(session: Session, *, actor: Actor, booking_id: int, at: datetime) -> bool:
    """Queue that others changed a date, once for each change; False when somebody told the person meanwhile."""
    require(actor, Permission.RUN_MAINTENANCE)
    lock_name(session, f"change of {booking_id}")
    if not person_news.list_changed(session, only=booking_id, at=at):
        return False
    booking = person_news.get_booking(session, booking_id)
    return _tell(session, actor, "person.date_changed", P.CHANGES, person_news.news_key(booking, at), booking, at)


def remind_of_date(session: Session, *, actor: Actor, booking_id: int, at: datetime) -> bool:
    """Queue the reminder of a date, once for its present time; False when it is settled."""
    require(actor, Permission.RUN_MAINTENANCE)
    lock_name(session, f"reminder of {booking_id}")
    if not person_news.list_to_remind(session, only=booking_id, at=at):
        return False
    booking = person_news.get_booking(session, booking_id)
    return _tell(session, actor, "person.date_ahead", P.REMINDERS, person_news.reminder_key(booking), booking, at)


def tell_of_offer(session: Session, *, actor: Actor, booking_id: int, at: datetime) -> bool:
    """Queue that a place came free for somebody who waits; False when it is settled."""
    require(actor, Permission.RUN_MAINTENANCE)
    lock_name(session, f"offer of {booking_id}")
    if not person_news.list_offered(session, only=booking_id, at=at):
        return False
    booking = person_news.get_booking(session, booking_id)
    return _tell(session, actor, "person.asked", P.QUESTIONS, f"offered:{booking.public_id}", booking, at)


def tell_of_sheet(session: Session, *, actor: Actor, sheet_id: int, at: datetime) -> bool:
    """Queue that a question on a sheet waits for its person; False when it is settled."""
    require(actor, Permission.RUN_MAINTENANCE)
    lock_name(session, f"sheet {sheet_id}")
    if not person_news.list_asked(session, only=sheet_id, at=at):
        return False
    sheet = person_news.get_sheet(session, sheet_id)
    return _tell(session, actor, "person.asked", P.QUESTIONS, f"sheet:{sheet.public_id}", sheet, at)


def tell_of_choice(session: Session, *, actor: Actor, enquiry_id: int, at: datetime) -> bool:
    """Queue that a person may choose among those that said yes; False when it is settled."""
    require(actor, Permission.RUN_MAINTENANCE)
    enquiry = person_news.get_with_round(session, enquiry_id)
    lock_name(session, f"choice of {enquiry.round_id}")
    if enquiry.round is None or not person_news.list_to_choose(session, only=enquiry_id, at=at):
        return False
    return _tell(session, actor, "person.asked", P.QUESTIONS, person_news.choice_key(enquiry.round), enquiry, at)


def _tell(
    session: Session,
    actor: Actor,
    event: str,
    purpose: MessagePurpose,
    key: str,
    about: Booking | Enquiry | ConsentSheet,
    at: datetime,
) -> bool:
    """Queue it by the way the person chose for this purpose; False where they chose none."""
    if about.participant_id is None:
        return False
    channel = find_channel(session, participant_id=about.participant_id, purpose=purpose, at=at)
    if channel is None:
        return False
    person = person_news.get_person(session, about.participant_id)
    telling = Telling(purpose.value, channel, key, about.id if isinstance(about, ConsentSheet) else None)
    subject: dict[str, Any] = {}
    if not isinstance(about, ConsentSheet):
        subject = {"booking" if isinstance(about, Booking) else "enquiry": about}
    notices.announce(session, event, Facts(participant=person, telling=telling, **subject), at=at)
    log.record(session, actor=actor, action="notice.queued", thing=about, about=[person], purpose=purpose.value, at=at)
    return True


def note_called(session: Session, *, actor: Actor, notice: Notice, at: datetime) -> None:
    """Note that the person was told on the phone; of a changed date, that they know it.

    Raises StepNotPossible (409) when somebody told them before, RuleBroken (409) when the date changed again meanwhile.
    """
    require(actor, Permission.TELL_PERSON, notice.participant)
    _require_open(notice)
    changed = person_news.change_key(notice.booking, at) if notice.template == CHANGE and notice.booking else None
    if changed is not None and notice.booking is not None:
        if changed != notice.key:
            raise RuleBroken(N_("Der Termin hat sich noch einmal geändert. Bitte sehen Sie nach."))
        note_told(session, actor=actor, booking=notice.booking, seen_at=notice.booking.starts_at, at=at)
    if notice.state is NoticeState.QUEUED:  # else that settled the call with it
        move(session, notice, NoticeState.SENT, at=at, sent_at=at)
    _log(session, actor, "call.made", [notice], at)


def note_not_reached(session: Session, *, actor: Actor, notice: Notice, at: datetime) -> None:
    """Note that nobody answered; the call stays open and says how often it was tried."""
    require(actor, Permission.TELL_PERSON, notice.participant)
    _require_open(notice)
    count_call_try(session, notice, at=at)
    _log(session, actor, "call.not_reached", [notice], at)


def note_printed(session: Session, *, actor: Actor, letters: Sequence[Notice], at: datetime) -> None:
    """Note that these letters were printed and go to the post; what was noted before stays as it is."""
    require_each(actor, Permission.PRINT_LETTER, [one.participant for one in letters])
    printed = [one for one in letters if one.state is NoticeState.QUEUED]
    for one in printed:
        move(session, one, NoticeState.SENT, at=at, sent_at=at)
    _log(session, actor, "letter.printed", printed, at)


def _require_open(notice: Notice) -> None:
    if notice.state is not NoticeState.QUEUED:
        raise StepNotPossible(N_("Das ist schon eingetragen."))


def _log(session: Session, actor: Actor, action: str, told: Sequence[Notice], at: datetime) -> None:
    for one in told:
        about = [one.participant] if one.participant is not None else []
        log.record(session, actor=actor, action=action, thing=one, about=about, purpose=one.purpose, at=at)
