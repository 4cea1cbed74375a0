"""The log for auditors: who did what to which thing, never any content, and whether the chain is unbroken."""

from datetime import date
from typing import Any

from flask import Blueprint, request, url_for

from hub.actions.log_chain import note_verification, verify_log
from hub.models.user import Role
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import log as questions
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.log_words import word

blueprint = Blueprint("log", __name__)
PAGE = 50


@blueprint.get("/log")
@for_roles(Role.AUDITOR)
def list_entries() -> Any:
    """Show the log, newest first, filtered by action, day, actor or thing."""
    wanted, page = _filter(), max(1, min(100_000, request.args.get("page", 1, type=int)))
    with reading() as session:
        found = questions.list_entries(session, current_actor(), wanted, page=page, size=PAGE)
        names = questions.names_of(session, [entry.actor_ref for entry in found])
        actions = questions.list_actions(session)
    return render(
        "log/list_entries.html",
        entries=found[:PAGE],
        names=names,
        actions=actions,
        wanted=wanted,
        back=_address(wanted, page - 1) if page > 1 else None,
        onward=_address(wanted, page + 1) if len(found) > PAGE else None,
        page=page,
        word=word,
    )


@blueprint.post("/log/verification")
@for_roles(Role.AUDITOR)
def verify_entries() -> Any:
    """Recompute the whole chain and show the first broken row, if any."""
    actor = current_actor()
    require(actor, Permission.VERIFY_LOG)
    with reading() as session:
        verdict = verify_log(session, at=at())
    with transaction() as session:
        note_verification(session, actor=actor, verdict=verdict, at=at())
    return render("log/show_verdict.html", verdict=verdict)


def _filter() -> questions.Filter:
    words = request.args
    try:
        on = date.fromisoformat(words.get("on", ""))
    except ValueError:
        on = None
    return questions.Filter(words.get("action", "")[:40], on, words.get("who", "")[:24], words.get("what", "")[:24])


def _address(wanted: questions.Filter, page: int) -> str:
    on = wanted.on.isoformat() if wanted.on else None
    facts: dict[str, Any] = {
        "action": wanted.action or None,
        "on": on,
        "who": wanted.who or None,
        "what": wanted.what or None,
    }
    return url_for("log.list_entries", **facts, page=page)
