"""The catalogue that everybody may read, and the page of one offer. No page here shows a person."""

from datetime import datetime
from itertools import groupby
from typing import Any

from babel.dates import format_date
from flask import Blueprint, g, request

from hub import clock, i18n
from hub.i18n import N_, Message
from hub.models.location import Location
from hub.models.offer import Access, Offer, OfferState
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.queries import offers
from hub.queries.offers import Hit
from hub.web import filters, offer_page, offer_words, place_words
from hub.web.access import for_everyone
from hub.web.context import at, config, current_actor, reading, render
from hub.web.offer_search import ICONS, RADII, Search

blueprint = Blueprint("offers", __name__)
PAGE = 20
DATES_ON_PAGE = 8


@blueprint.get("/offers")
@for_everyone("the catalogue is public; the scope shows published public offers only")
def list_offers() -> Any:
    """Show what fits the search, by day."""
    g.section = "finding" if current_actor().has(Role.COACH) else "offers"
    search, actor, way = Search.read(request.args), current_actor(), None
    if search.place_unknown:
        return render("offers/list_offers.html", search=search, page=None, days=[], way=None, radii=RADII)
    with reading() as session:
        offset = (search.page - 1) * PAGE
        page = offers.search(session, actor, search.filters, at=at(), limit=PAGE, offset=offset)
        if not page.total:
            way = offers.find_way_out(session, actor, search.filters, at=at())
    return render(
        "offers/list_offers.html",
        search=search,
        page=page,
        days=_days(page.hits, actor, at()),
        way=_way(search, way),
        onward=search.address(page=search.page + 1) if offset + PAGE < page.total else None,
        back=search.address(page=search.page - 1) if search.page > 1 else None,
        radii=RADII,
    )


def _way(search: Search, way: Any) -> dict[str, Any] | None:
    if way is None:
        return None
    kind, wider, total = way
    return {"kind": kind.value, "km": int(wider.radius_km), "href": search.address(wider), "total": total}


def _days(hits: list[Hit], actor: Actor, now: datetime) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Return the hits under the days of their first date; those by arrangement come last."""

    def on(hit: Hit) -> Any:
        return clock.local_date(hit.slots[0].starts_at) if hit.slots else None

    today = clock.local_date(now)
    return [
        (day_head(day, today) if day else N_("Termin nach Absprache"), [_row(hit, actor) for hit in group])
        for day, group in groupby(hits, key=on)
    ]


def day_head(day: Any, today: Any) -> Any:
    """Return "Heute, Montag", "Morgen, Dienstag", else the weekday with its date."""
    near = {0: N_("Heute, {weekday}"), 1: N_("Morgen, {weekday}")}.get((day - today).days)
    if near is None:
        return filters.day(day)
    return Message(near.text, {"weekday": format_date(day, "EEEE", locale=i18n.CLDR[i18n.current()])})


def _row(hit: Hit, actor: Actor) -> dict[str, Any]:
    offer, first = hit.offer, hit.slots[0] if hit.slots else None
    state, word = offer_page.how_full(offer, first, actor)
    return {
        "at": filters.short_clock(first.starts_at) if first else "",
        "title": offer.title,
        "href": offer_page.address(offer),
        "where": _where(offer, first.location if first and first.location else offer.location, hit.distance_km),
        "state": state,
        "word": word,
        "aim": ICONS[offer.aim],
    }


def _where(offer: Offer, place: Location | None, kilometres: float | None) -> str:
    if place is None:
        return f"{offer_words.FORMS[offer.form]} · {offer.organisation.name}"
    if kilometres is not None:
        return f"{place.name} · {filters.kilometres(kilometres)}"
    town = place_words.town(place.municipality_code)
    return place.name if town in place.name else f"{place.name}, {town}"


@blueprint.get("/offers/<public_id>")
@for_everyone("the page of one offer is public; the scope decides which offers exist for whom")
def show_offer(public_id: str) -> Any:
    """Show one offer: when, where, how one comes, and whom to call."""
    actor = current_actor()
    g.section = "finding" if actor.has(Role.COACH) else "offers"
    with reading() as session:
        offer = offers.get_offer(session, actor, public_id)
        slots = offers.list_coming_slots(session, offer, at=at(), limit=DATES_ON_PAGE)
    phone = offer.phone or offer.organisation.phone or config().site_phone_text
    return render(
        "offers/show_offer.html",
        offer=offer,
        how=offer_page.entrance(offer, slots, phone),
        dates=[offer_page.date(offer, slot, actor) for slot in slots],
        known=offer_page.known(offer),
        published=offer.state is OfferState.PUBLISHED,
        canonical=config().public_url.rstrip("/") + offer_page.address(offer),
        icon_of_aim=ICONS[offer.aim],
        kicker=[offer_words.AIMS[offer.aim], offer_words.FORMS[offer.form], offer.cost or N_("kostenlos")],
        may_book=actor.has(Role.COACH) and offer.access is not Access.OPEN,
    )
