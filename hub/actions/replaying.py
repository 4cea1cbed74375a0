"""Ending again, in a database put back from a backup, what the deletion journal says has ended since (R-DSR-07)."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.actions.exclusions import exclude_again
from hub.actions.withdrawals import WITHDRAWAL, end_consent, withdraw_again
from hub.journal import Ended
from hub.models.card import Card
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import Enquiry
from hub.models.invitation import Invitation
from hub.models.subscription import Subscription
from hub.models.user import Membership, User
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import journal, logins
from hub.queries.subscriptions import end_feed

BY_PERSON = "participant"


def replay(session: Session, *, actor: Actor, lines: Iterable[Ended], at: datetime) -> dict[str, int]:
    """End again what runs again, as of `at`, and return how many of each table that were.

    Whom a person kept out since is kept out again. Then consents come first and take with them what hung on them;
    partners and coaches are told once more. Every browser is signed out: sign-outs after the backup are not known. What
    else was added since the backup is not in it and has no end.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    logins.end_all_logins(session, at=at)
    known = list(lines)
    done: Counter[str] = Counter({journal.EXCLUSIONS: _exclusions(session, actor, known, at)})
    endings = [line for line in known if line.table != journal.EXCLUSIONS]
    for line in sorted(endings, key=lambda one: list(journal.TABLES).index(one.table)):
        row = journal.find_running(session, line)
        if row is not None:
            AGAIN[type(row)](session, actor, row, line.how, at)
            session.flush()
            done[line.table] += 1
    log.record(session, actor=actor, action="house.replayed", at=at)
    return dict(+done)


def _exclusions(session: Session, actor: Actor, lines: list[Ended], at: datetime) -> int:
    """Keep out again whom the last line about an exclusion keeps out, and end those it ended; return how many."""
    last = {line.id: line for line in sorted(lines, key=lambda one: one.at) if line.table == journal.EXCLUSIONS}
    done = 0
    for line in last.values():
        row, excluded = journal.find_exclusion(session, line.id), journal.find_excluded(session, line.how)
        if row is not None and row.ended_at is None and not line.how:
            row.ended_at = at
            done += 1
        elif row is None and excluded is not None:
            person, target = excluded
            exclude_again(session, actor=actor, participant=person, target=target, public_id=line.id, at=at)
            done += 1
    return done


def _consent(session: Session, actor: Actor, row: Consent, how: str, at: datetime) -> None:
    by = BY_PERSON if how == ConsentState.WITHDRAWN else "controller"
    ending = replace(WITHDRAWAL, state=ConsentState(how), permission=Permission.RUN_MAINTENANCE, expressed_by=by)
    end_consent(session, actor=actor, consent=row, ending=ending, at=at)


def _enquiry(session: Session, actor: Actor, row: Enquiry, how: str, at: datetime) -> None:
    withdraw_again(session, actor=actor, enquiry=row, by=how, at=at)


def _subscription(session: Session, _actor: Actor, row: Subscription, _how: str, at: datetime) -> None:
    end_feed(session, row.id, at=at, why="restored")


def _card(_session: Session, _actor: Actor, row: Card, _how: str, at: datetime) -> None:
    row.blocked_at = at


def _membership(_session: Session, _actor: Actor, row: Membership, _how: str, at: datetime) -> None:
    row.ended_at = at


def _user(_session: Session, _actor: Actor, row: User, _how: str, at: datetime) -> None:
    row.disabled_at = at


def _invitation(_session: Session, _actor: Actor, row: Invitation, _how: str, at: datetime) -> None:
    row.withdrawn_at = at


AGAIN: dict[type, Callable[..., None]] = {
    Consent: _consent,
    Enquiry: _enquiry,
    Subscription: _subscription,
    Card: _card,
    Membership: _membership,
    User: _user,
    Invitation: _invitation,
}
