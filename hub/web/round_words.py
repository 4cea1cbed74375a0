"""How a round stands, in words: for each partner that was asked, and for the person whose round it is."""

from collections.abc import Mapping
from typing import Any

from hub.i18n import N_, Message
from hub.models.consent import PERMITTING
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.round import RoundKind, RoundState
from hub.models.wording import STATES
from hub.policy.fields import Field
from hub.policy.visibility import Fields
from hub.queries.rounds import BY_ROUND, Asking
from hub.web.filters import day_clock

S, R = EnquiryState, RoundState
SOMEBODY = N_("Ein Partner")
LEFT_OUT = ("info", N_("nicht gefragt"))
THANKED = ("info", N_("hat sich erledigt"))
KEPT = ("held", N_("Zusage gehalten"))


def row_of(enquiry: Enquiry, asking: Asking, fields: Fields) -> dict[str, Any]:
    """Return one partner of a round for those who look after its person, as far as the matrix lets them read it."""
    told = Field.OFFER in fields
    date = day_clock(enquiry.slot.starts_at) if enquiry.slot is not None and told else ""
    return {
        "enquiry": enquiry,
        "partner": enquiry.organisation.name if told else SOMEBODY,
        "line": " · ".join(part for part in (enquiry.offer.title, date) if part) if told else "",
        "state": _state(enquiry, asking),
    }


def _state(enquiry: Enquiry, asking: Asking) -> tuple[str, Message]:
    if enquiry.state is S.WITHDRAWN and enquiry.ended_by == BY_ROUND:
        return THANKED if enquiry.sent_at is not None else LEFT_OUT
    if enquiry is asking.held and asking.round.state is R.HELD:
        return KEPT
    return STATES[enquiry.state]


def headline(asking: Asking) -> Message:
    """Return how the round stands, in one sentence for the coach."""
    state, held = asking.round.state, asking.held
    if state is R.DRAFT:
        asked = asking.consent.state in PERMITTING
        return N_("Alles ist bereit.") if asked else N_("Erst fehlt noch das Ja.")
    if state is R.HELD and held is not None:
        return N_("{partner} hat Ja gesagt.", partner=held.organisation.name)
    if state is R.SETTLED:
        return N_("Es ist ein Partner gefunden.")
    if state is R.ENDED:
        return N_("Diese Anfragen sind zu Ende.")
    if asking.yeses:
        return N_("{n} von {all} haben Ja gesagt.", n=len(asking.yeses), all=len(asking.last))
    if asking.waiting:
        return N_("{n} von {all} haben noch nicht geantwortet.", n=len(asking.waiting), all=len(asking.last))
    return N_("Bisher hat niemand Ja gesagt.")


def for_person(asking: Asking) -> dict[str, Any]:
    """Return a round in plain words for the person whose it is, and what they can choose from."""
    chooses = asking.round.kind is RoundKind.CHOICE and asking.round.state is R.OPEN
    yeses = asking.yeses if chooses else []
    return {
        "round": asking.round,
        "sentence": _sentence(asking, yeses),
        "partners": [one.organisation.name for one in asking.last if one.sent_at is not None and not one.ended_at],
        "yeses": yeses,
    }


def _sentence(asking: Asking, yeses: list[Enquiry]) -> Message:
    state, held = asking.round.state, asking.held
    if state is R.HELD and held is not None and asking.round.hold_until_at is not None:
        facts: Mapping[str, Any] = {
            "partner": held.organisation.name,
            "when": day_clock(asking.round.hold_until_at),
        }
        return N_("{partner} hat Ja gesagt und wartet bis {when}. Ihren Namen gibt es dort nur mit Ihrem Ja.", **facts)
    if state is R.DRAFT:
        return N_("Ihr Coach fragt jetzt {n} Partner, ohne Ihren Namen.", n=len(asking.last))
    if yeses:
        return N_("Diese haben Ja gesagt. Ihren Namen kennen sie nicht.")
    if asking.waiting:
        return N_("Wir haben ohne Ihren Namen gefragt. Noch fehlen {n} Antworten.", n=len(asking.waiting))
    return N_("Bisher hat niemand Ja gesagt. Ihr Coach sucht weiter.")
