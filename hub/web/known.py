"""Who knows what of me: each organisation with what it knows, what it may still learn, and the way to take it back."""

from typing import Any

from flask import Blueprint

from hub.models.consent import Consent
from hub.queries import duties, participants
from hub.queries import known as questions
from hub.queries.known import Known
from hub.web.access import for_person
from hub.web.context import at, current_actor, reading, render
from hub.web.duty_words import sentence_for_person
from hub.web.shortlist_words import phone_for
from hub.web.telling_words import words_of

blueprint = Blueprint("known", __name__)


@blueprint.get("/me/known")
@for_person
def show_known() -> tuple[str, int]:
    """Show the picture: organisations, field groups, and until when (R-DSR-09)."""
    actor, now = current_actor(), at()
    with reading() as session:
        person = participants.get_self(session, actor, at=now)
        found = questions.list_known(session, actor, participant_id=person.id, at=now)
        owed = duties.list_of_person(session, person.id)
    return render(
        "me/show_known.html",
        rows=[_row(one) for one in found],
        knowing=sum(one.is_partner and bool(one.told) for one in found),
        duties=[sentence_for_person(one) for one in owed],
        help_phone=phone_for(person),
    )


def _row(one: Known) -> dict[str, Any]:
    """Return one organisation in words: each field group with whether it was told, and until when it may be."""
    return {
        "organisation": one.organisation,
        "last_at": one.last_at,
        "fields": [
            {"word": word, "told": group in one.told, "until": one.until.get(group)}
            for group, word in words_of(one.fields).items()
        ],
        "ways_back": _ways_back(one.consents),
    }


def _ways_back(consents: list[Consent]) -> list[Consent]:
    return sorted(consents, key=lambda one: (one.scope.value, one.id))
