"""Telling people what they wanted to be told, by the way they chose; calls made and letters printed for them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log, notices
from hub.actions.notices import Facts, Telling
from hub.actions.participants import note_told
from hub.errors import RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.booking import Booking
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
from hub.queries.person_news import CHANGE, News
from hub.queries.states import move


def tell_of_change(session: Session, *, actor: Actor, booking_id: int, at: datetime) -> bool:
    """Queue that others changed a date, once for each change; False when somebody told the person meanwhile."""
    require(actor, Permission.RUN_MAINTENANCE)
    return _tell(session, actor, "person.date_changed", person_news.DATE_CHANGED, booking_id, at)


def remind_of_date(session: Session, *, actor: Actor, booking_id: int, at: datetime) -> bool:
    """Queue the reminder of a date, once for its present time; False when it is settled."""
    require(actor, Permission.RUN_MAINTENANCE)
    return _tell(session, actor, "person.date_ahead", person_news.DATE_AHEAD, booking_id, at)


def tell_of_offer(session: Session, *, actor: Actor, booking_id: int, at: datetime) -> bool:
    """Queue that a place came free for somebody who waits; False when it is settled."""
    require(actor, Permission.RUN_MAINTENANCE)
    return _tell(session, actor, "person.asked", person_news.PLACE_OFFERED, booking_id, at)


def tell_of_sheet(session: Session, *, actor: Actor, sheet_id: int, at: datetime) -> bool:
    """Queue that a question on a sheet waits for its person; False when it is settled."""
    require(actor, Permission.RUN_MAINTENANCE)
    return _tell(session, actor, "person.asked", person_news.SHEET_LEFT, sheet_id, at)


def tell_of_choice(session: Session, *, actor: Actor, round_id: int, at: datetime) -> bool:
    """Queue that a person may choose among those that said yes; False when it is settled."""
    require(actor, Permission.RUN_MAINTENANCE)
    return _tell(session, actor, "person.asked", person_news.ANSWERS_CAME, round_id, at)


def _tell(session: Session, actor: Actor, event: str, news: News, row_id: int, at: datetime) -> bool:
    """Queue it by the way the person chose for this purpose, unless another worker has, or it is settled."""
    lock_name(session, f"{event} {row_id}")
    if not news.find(session, only=row_id, at=at):
        return False
    about = news.get(session, row_id)
    person = person_news.get_person(session, about)
    channel = find_channel(session, participant_id=person.id, purpose=news.purpose, at=at)
    if channel is None:  # taken back this very moment
        return False
    facts = Facts(
        participant=person,
        booking=about if isinstance(about, Booking) else None,
        enquiry=about if isinstance(about, Enquiry) else None,
        telling=Telling(
            news.purpose.value, channel, news.key(about, at), about.id if isinstance(about, ConsentSheet) else None
        ),
    )
    notices.announce(session, event, facts, at=at)
    log.record(
        session, actor=actor, action="notice.queued", thing=about, about=[person], purpose=news.purpose.value, at=at
    )
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
