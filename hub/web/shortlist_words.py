"""How a shortlist reads for the person: when, where, how one gets in; on paper without names unless they are wished."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.i18n import N_, Message
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.queries.neutral_titles import neutral_title
from hub.queries.offers import Hit
from hub.queries.shortlists import Entry
from hub.web.booking_words import address_of
from hub.web.context import config
from hub.web.filters import day_clock

HOW: Mapping[Access, Message] = {
    Access.OPEN: N_("Einfach hingehen."),
    Access.ANONYMOUS: N_("Ein Platz ohne Ihren Namen."),
    Access.NAMED: N_("Ein Platz mit Ihrem Namen. Vorher werden Sie gefragt."),
    Access.REQUEST: N_("Wir fragen für Sie an."),
}


def phone_for(person: Participant) -> str:
    """Return the number of the person's own coach, else the house's."""
    return (person.coach.phone if person.coach is not None else "") or config().site_phone_text


def choices(
    entries: Sequence[Entry], hits: Mapping[int, Hit], *, titles: bool, paper: bool = False
) -> list[dict[str, Any]]:
    """Return each offer of a shortlist with its next free date, for the person's page or for paper."""
    return [_choice(entry, hits.get(entry.item.offer_id), titles=titles, paper=paper) for entry in entries]


def _choice(entry: Entry, hit: Hit | None, *, titles: bool, paper: bool) -> dict[str, Any]:
    offer, first = entry.item.offer, hit.slots[0] if hit and hit.slots else None
    place = (first.location if first else None) or offer.location
    return {
        "item": entry.item,
        "asked": entry.asked,
        "title": offer.title if titles else offer.short_title or neutral_title(offer.form),
        "when": day_clock(first.starts_at) if first else "",
        "place": _place(offer, first, paper=paper),
        "step_free": place is not None and place.step_free and not offer.visits_home,
        "how": HOW[offer.access],
        "cost": offer.cost,
        "bring": offer.bring if titles else "",
        "full": hit is None,
    }


def _place(offer: Offer, slot: Slot | None, *, paper: bool) -> str:
    """Return where it is; paper names the street alone, as a house's name would say what it is about."""
    if offer.visits_home:
        return str(N_("Bei Ihnen zu Hause"))
    if offer.is_online:
        return str(N_("Am Telefon oder Computer"))
    location = (slot.location if slot else None) or offer.location
    name = location.name if location is not None and not paper else ""
    return ", ".join(part for part in (name, address_of(location)) if part)
