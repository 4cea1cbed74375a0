"""Delivering the outbox: take, write, hand over, report; nothing leaves the house inside a transaction."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import outbox
from hub.config import Config
from hub.db import Database
from hub.errors import RuleBroken
from hub.models.notice import Notice
from hub.policy.actor import SYSTEM
from hub.queries.notices import get_notice_by_id
from hub.queries.states import require_version
from hub.worker.letters import Letter, prepare_letter, write_mail
from hub.worker.transport import Send

logger = logging.getLogger(__name__)
ROUND_SECONDS = 30  # then other tasks have their turn, however many mails wait


def deliver(
    database: Database, config: Config, send: Send, *, at: datetime, stop: threading.Event | None = None
) -> int:
    """Send what is due, one by one, and return how many mails left; ends early when `stop` is set.

    A mail in flight during a crash is sent again, unchanged: the same Message-ID, the same link.
    """
    database.run(lambda session: outbox.return_stuck_notices(session, actor=SYSTEM, at=at))
    sent, started = 0, time.monotonic()
    while time.monotonic() - started < ROUND_SECONDS and not (stop and stop.is_set()):
        taken = _take(database, at)
        if taken is None:
            break
        sent += _deliver_one(database, config, send, taken, at)
    return sent


def _take(database: Database, at: datetime) -> Notice | None:
    return database.run(lambda session: outbox.take_notice(session, actor=SYSTEM, at=at))


def _deliver_one(database: Database, config: Config, send: Send, taken: Notice, at: datetime) -> bool:
    try:
        letter = database.run(lambda session: _prepare(session, taken, config, at))
        if letter is None:
            return False
        send(write_mail(letter, config))
    except Exception as error:  # noqa: BLE001 (one bad notice must not hold up all others)
        trouble = type(error).__name__
        logger.warning("mail %s: %s", taken.public_id, trouble)
        _report(database, taken, lambda s, n: outbox.note_failed(s, actor=SYSTEM, notice=n, trouble=trouble, at=at))
        return False
    _report(database, taken, lambda s, n: outbox.note_sent(s, actor=SYSTEM, notice=n, at=at))
    return True


def _prepare(session: Session, taken: Notice, config: Config, at: datetime) -> Letter | None:
    notice = get_notice_by_id(session, taken.id)
    letter = prepare_letter(session, notice, config, at=at)
    if letter == "nobody":
        outbox.note_unaddressed(session, actor=SYSTEM, notice=notice, at=at)
        return None
    if isinstance(letter, str):
        outbox.note_dropped(session, actor=SYSTEM, notice=notice, why=letter, at=at)
        return None
    return letter


def _report(database: Database, taken: Notice, verb: Callable[[Session, Notice], None]) -> None:
    """Write down what became of a notice, unless its lease ran out and another worker has it by now."""

    def unit(session: Session) -> None:
        notice = get_notice_by_id(session, taken.id)
        require_version(notice, taken.version)
        verb(session, notice)

    try:
        database.run(unit)
    except RuleBroken:
        logger.warning("mail %s: another worker took it meanwhile", taken.public_id)
