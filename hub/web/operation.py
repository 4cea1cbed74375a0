"""The operator's page: the outbox, mails that were given up, the tail of the log, the tables and what they hold."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, url_for

from hub import backup_files, migrating
from hub.actions import check_runs as check_verbs
from hub.actions.outbox import revive_notice
from hub.i18n import N_, Message, gettext
from hub.models.check_run import CheckRun
from hub.models.notice import NoticeState
from hub.models.user import Role
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import check_runs, log, notices, operation
from hub.web.access import for_roles
from hub.web.check_words import TRUTHS
from hub.web.context import at, config, current_actor, reading, render, transaction

blueprint = Blueprint("operation", __name__)
LATE_MINUTES = 10
OLD = timedelta(hours=30)  # a check of every night is never older than this
STATES: dict[NoticeState, Message] = {
    NoticeState.QUEUED: N_("wartet"),
    NoticeState.SENDING: N_("wird gerade verschickt"),
    NoticeState.SENT: N_("verschickt"),
    NoticeState.DROPPED: N_("nicht mehr nötig"),
    NoticeState.DEAD: N_("aufgegeben"),
}


@blueprint.get("/operation")
@for_roles(Role.OPERATOR)
def show_operation() -> Any:
    """Show whether everything runs; no content of any mail, no persons."""
    actor = current_actor()
    require(actor, Permission.SEE_OUTBOX)
    with reading() as session:
        counts = notices.count_notices(session)
        oldest = notices.oldest_due_at(session)
        dead = operation.list_dead_notices(session, actor)
        unchained, unchained_at = log.count_waiting(session)
        revision = operation.find_revision(session)
        checked = check_runs.find_last_run(session)
    mails, tail, head = _minutes(oldest), _minutes(unchained_at), migrating.head()
    backed_up_at = backup_files.find_newest(config().backups)
    troubles = [bool(dead), mails > LATE_MINUTES, tail > LATE_MINUTES, revision != head, not _is_good(checked)]
    troubles.append(not _is_backed_up(backed_up_at))
    return render(
        "operation/show_operation.html",
        counts=[(word, str(counts.get(state, 0))) for state, word in STATES.items()],
        dead=dead,
        mails=mails,
        unchained=unchained,
        tail=tail,
        late=LATE_MINUTES,
        revision=revision,
        head=head,
        checked=checked,
        data_good=_is_good(checked),
        backed_up_at=backed_up_at,
        backed_up=_is_backed_up(backed_up_at),
        broken=_broken(checked),
        well=not any(troubles),
    )


@blueprint.post("/operation/checks")
@for_roles(Role.OPERATOR)
def create_check() -> Any:
    """Look now whether everything holds that must always be true of the data."""
    with reading() as session:
        found = check_verbs.check_data(session, actor=current_actor(), at=at())
    with transaction() as session:
        check_verbs.keep_check(session, actor=current_actor(), found=found, at=at())
    if found.broken:
        flash(gettext("Bei der Prüfung stimmte etwas nicht."), "warn")
    else:
        flash(gettext("Geprüft. Alles stimmt."), "ok")
    return redirect(url_for("operation.show_operation"), code=303)


@blueprint.post("/operation/notices/<public_id>/again")
@for_roles(Role.OPERATOR)
def revive(public_id: str) -> Any:
    """Send a mail that was given up once more."""
    with transaction() as session:
        notice = operation.get_notice(session, current_actor(), public_id)
        revive_notice(session, actor=current_actor(), notice=notice, at=at())
    flash(gettext("Die Nachricht wird noch einmal verschickt."), "ok")
    return redirect(url_for("operation.show_operation"), code=303)


def _is_good(checked: CheckRun | None) -> bool:
    """Tell whether the last check is a recent one and found nothing."""
    return checked is not None and not checked.broken and at() - checked.ran_at <= OLD


def _is_backed_up(made: datetime | None) -> bool:
    """Tell whether there is a recent backup; only real data need one."""
    return config().environment != "production" or (made is not None and not backup_files.is_too_old(made, at()))


def _broken(checked: CheckRun | None) -> list[tuple[str, int]]:
    """Return what did not hold, in words, each with how many rows break it."""
    found = checked.broken if checked is not None else {}
    return [(str(TRUTHS.get(name, name)), count) for name, count in found.items()]


def _minutes(since: datetime | None) -> int:
    """Return how long ago it was; what is due later has not waited at all."""
    return max(0, int((at() - since).total_seconds() // 60)) if since is not None else 0
