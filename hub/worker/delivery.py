"""Delivering the outbox: take, write, hand over, report; nothing leaves the house inside a transaction."""

import logging
from collections.abc import Callable
from datetime import datetime
from smtplib import SMTPException

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import outbox
from hub.config import Config
from hub.db import Database
from hub.models.notice import Notice
from hub.policy.actor import SYSTEM
from hub.queries.notices import get_notice_by_id
from hub.worker.letters import Letter, prepare_letter, write_mail
from hub.worker.transport import Send

logger = logging.getLogger(__name__)


def deliver(database: Database, config: Config, send: Send, *, at: datetime) -> int:
    """Send what is due; return how many mails left. A mail in flight during a crash is sent again, once, unchanged."""
    database.run(lambda session: outbox.return_stuck_notices(session, actor=SYSTEM, at=at))
    taken = database.run(lambda session: outbox.take_notices(session, actor=SYSTEM, at=at))
    return sum(_deliver_one(database, config, send, notice_id) for notice_id in taken)


def _deliver_one(database: Database, config: Config, send: Send, notice_id: int) -> bool:
    at = clock.now()
    letter = database.run(lambda session: _prepare(session, notice_id, config, at))
    if letter is None:
        return False
    try:
        send(write_mail(letter, config))
    except (SMTPException, OSError) as error:
        trouble = type(error).__name__
        logger.warning("mail %s: %s", letter.notice.public_id, trouble)
        _report(database, notice_id, lambda s, n: outbox.note_failed(s, actor=SYSTEM, notice=n, trouble=trouble, at=at))
        return False
    _report(database, notice_id, lambda s, n: outbox.note_sent(s, actor=SYSTEM, notice=n, at=at))
    return True


def _prepare(session: Session, notice_id: int, config: Config, at: datetime) -> Letter | None:
    notice = get_notice_by_id(session, notice_id)
    letter = prepare_letter(session, notice, config, at=at)
    if isinstance(letter, str):
        outbox.note_dropped(session, actor=SYSTEM, notice=notice, why=letter, at=at)
        return None
    return letter


def _report(database: Database, notice_id: int, verb: Callable[[Session, Notice], None]) -> None:
    database.run(lambda session: verb(session, get_notice_by_id(session, notice_id)))
