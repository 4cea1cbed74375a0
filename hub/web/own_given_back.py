"""What a person gave back and could take again with their own hand, as long as the offer takes people."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.offer import Access
from hub.queries.bookability import obstacle_of_slot
from hub.web import other_dates
from hub.web.booking_words import title_of
from hub.web.filters import day_clock

SHOWN_AT_MOST = 4
FREE = {"words": N_("Geht es doch? Es ist noch ein Platz frei."), "link": N_("Wieder buchen")}
JUST_GO = {"words": N_("Geht es doch? Dann einfach hingehen."), "link": N_("Wieder vormerken")}


def rows_of(given_back: Iterable[Booking], now: datetime) -> list[dict[str, Any]]:
    """Return the next of these places as links to the page that books them; no statement."""
    rows = []
    for one in given_back:
        href = other_dates.own_way_to(one.slot) if one.slot is not None else None
        if one.slot is not None and href is not None and obstacle_of_slot(one.slot, now) is None:
            words = JUST_GO if one.access == Access.OPEN else FREE
            rows.append({"title": title_of(one), "when": day_clock(one.starts_at), "href": href, **words})
    return rows[:SHOWN_AT_MOST]
