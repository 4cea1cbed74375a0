"""Who learned what: the coach's page of one person, and a partner's page of its own organisation by number."""

from typing import Any

from flask import Blueprint, g, request, url_for

from hub.actions import log
from hub.errors import NotFound
from hub.models.user import Role
from hub.policy.fields import Reader
from hub.queries import disclosures, participants, transmissions
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.disclosure_words import PURPOSES, in_words

blueprint = Blueprint("disclosures", __name__)
PAGE = 50
LAST = 100_000
READ = ("I1", "L1")


@blueprint.get("/people/<public_id>/disclosures")
@for_roles(Role.COACH)
def list_of_person(public_id: str) -> Any:
    """Show the own coach what of a person went to whom; for a deputy there is no such page (matrix, L1)."""
    g.section = "participants"
    actor, now, page = current_actor(), at(), _page()
    with reading() as session:
        person = participants.get_participant(session, actor, public_id, at=now)
        if participants.reader_of(actor, person) is not Reader.COACH:
            raise NotFound
        facts: dict[str, Any] = {"participant_id": person.id, "page": page, "size": PAGE}
        found = disclosures.list_disclosures(session, actor, **facts, at=now)
        lawful = bool(transmissions.list_offers(session, actor, person.id, at=now))
    with transaction() as session:
        log.record_reading(session, actor=actor, person=person, fields=READ, purpose="disclosures", at=now)
    return render(
        "disclosures/list_of_person.html",
        person=person,
        rows=found[:PAGE],
        lawful=lawful,
        **_shown(page, len(found) > PAGE, public_id=public_id),
    )


@blueprint.get("/inbox/disclosures")
@for_roles(Role.PARTNER)
def list_received() -> Any:
    """Show a partner's staff what their own organisation learned: when, by number, which groups, why; never whom."""
    g.section = "inbox"
    actor, page = current_actor(), _page()
    with reading() as session:
        found = disclosures.list_received(session, actor, page=page, size=PAGE, at=at())
    several = len(actor.organisations(Role.PARTNER)) > 1
    return render(
        "disclosures/list_received.html", rows=found[:PAGE], several=several, **_shown(page, len(found) > PAGE)
    )


def _page() -> int:
    return max(1, min(LAST, request.args.get("page", 1, type=int)))


def _shown(page: int, more: bool, **values: Any) -> dict[str, Any]:
    """Return what both pages show alike: the words and the way to the pages before and after."""
    endpoint = request.endpoint or ""
    return {
        "page": page,
        "back": url_for(endpoint, page=page - 1, **values) if page > 1 else None,
        "onward": url_for(endpoint, page=page + 1, **values) if more else None,
        "in_words": in_words,
        "purposes": PURPOSES,
    }
