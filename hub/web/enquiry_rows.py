"""Enquiries in a list on the screen of those who look after the person: a row says what the matrix gives, no more."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for

from hub.i18n import N_, Message
from hub.models.enquiry import Enquiry
from hub.models.wording import STATES
from hub.policy.fields import Field, Phase, Reader
from hub.policy.visibility import visible

NAMELESS = N_("Anfrage")
CONSENT_WORDS: Mapping[Phase, Message] = {
    Phase.CONSENT_REQUESTED: N_("Die Antwort auf die Einwilligung steht noch aus."),
    Phase.CONSENT_ENDED: N_("Dafür gilt keine Einwilligung mehr."),
}


def rows_of(enquiries: Iterable[Enquiry], phases: Mapping[int, Phase], reader: Reader) -> list[dict[str, Any]]:
    """Return a row for each enquiry this reader may see at all: offer and partner only where B1 is theirs now."""
    rows = []
    for one in enquiries:
        fields, (shape, word) = visible(reader, phases[one.id]), STATES[one.state]
        if not fields:
            continue
        told = Field.OFFER in fields
        rows.append(
            {
                "href": url_for("enquiries.show_enquiry", public_id=one.public_id),
                "title": one.offer.title if told else NAMELESS,
                "partner": one.organisation.name if told else "",
                "slot": one.slot if told else None,
                "consent": "" if told else CONSENT_WORDS.get(phases[one.id], ""),
                "shape": shape,
                "word": word,
            }
        )
    return rows
