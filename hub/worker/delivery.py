"""Delivering the outbox: take, write, hand over, report; nothing leaves the house inside a transaction."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import outbox
from hub.config import Config
from hub.db import Database
from hub.errors import RuleBroken
from hub.models.notice import Channel, Notice
from hub.policy.actor import SYSTEM
from hub.queries.notices import get_notice_by_id
from hub.queries.states import require_version
from hub.worker.letters import Letter, prepare_letter, write_mail
from hub.worker.messages import SendText, write_text
from hub.worker.transport import Send

logger = logging.getLogger(__name__)
ROUND_SECONDS = 30  # then other tasks have their turn, however many mails wait


@dataclass(frozen=True)
class Ways:
    """How notices leave: as mails, and as short messages where the house has a way for them."""

    mail: Send
    text: SendText | None

    def reach(self, notice: Notice) -> bool:
        """Tell whether there is a way for this notice."""
        return notice.channel is not Channel.MESSAGE or self.text is not None

    def send(self, letter: Letter, config: Config) -> None:
        """Hand it over; raises what the mail server or the gateway gives."""
        if letter.notice.channel is Channel.MESSAGE and self.text is not None:
            self.text(letter.recipient.address, write_text(letter, config))
        else:
            self.mail(write_mail(letter, config))


def deliver(
    database: Database,
    config: Config,
    send: Send,
    *,
    text: SendText | None = None,
    at: datetime,
    stop: threading.Event | None = None,
) -> int:
    """Send what is due, one by one, and return how many mails left; ends early when `stop` is set.

    `text` sends short messages, where the house has a way for them. A mail in flight during a crash is sent again,
    unchanged: the same Message-ID, the same link.
    """
    database.run(lambda session: outbox.return_stuck_notices(session, actor=SYSTEM, at=at))
    sent, started = 0, time.monotonic()
    while time.monotonic() - started < ROUND_SECONDS and not (stop and stop.is_set()):
        taken = _take(database, at)
        if taken is None:
            break
        sent += _deliver_one(database, config, Ways(send, text), taken, at)
    return sent


def _take(database: Database, at: datetime) -> Notice | None:
    return database.run(lambda session: outbox.take_notice(session, actor=SYSTEM, at=at))


def _deliver_one(database: Database, config: Config, ways: Ways, taken: Notice, at: datetime) -> bool:
    try:
        letter = database.run(lambda session: _prepare(session, taken, config, ways, at))
        if letter is None:
            return False
        ways.send(letter, config)
    except Exception as error:  # noqa: BLE001 (one bad notice must not hold up all others)
        trouble = type(error).__name__
        logger.warning("mail %s: %s", taken.public_id, trouble)
        _report(database, taken, lambda s, n: outbox.note_failed(s, actor=SYSTEM, notice=n, trouble=trouble, at=at))
        return False
    _report(database, taken, lambda s, n: outbox.note_sent(s, actor=SYSTEM, notice=n, at=at))
    return True


def _prepare(session: Session, taken: Notice, config: Config, ways: Ways, at: datetime) -> Letter | None:
    notice = get_notice_by_id(session, taken.id)
    letter = prepare_letter(session, notice, config, at=at)
    if isinstance(letter, Letter) and not ways.reach(notice):
        letter = "nobody"
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
