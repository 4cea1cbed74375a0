"""The catalogue that everybody may read, and the page of one offer. No page here shows a person."""

from datetime import datetime
from itertools import groupby
from typing import Any

from babel.dates import format_date
from flask import Blueprint, g, request, url_for
from sqlalchemy.orm import Session

from hub import clock, i18n
from hub.errors import NotFound
from hub.i18n import N_, Message
from hub.models.location import Location
from hub.models.offer import STALE, Access, Form, Freshness, Offer, OfferState
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.queries import courses, offers, prior_questions, public_offers
from hub.queries.bookability import obstacle_of_offer
from hub.queries.courses import Outline
from hub.queries.offer_facets import Facets
from hub.queries.offer_filters import RADII
from hub.queries.offer_ways import WayOut, find_way_out
from hub.queries.offers import Hit
from hub.web import course_words, crowding_words, filters, offer_page, offer_words, place_words, structured_data
from hub.web.access import for_everyone
from hub.web.context import at, config, current_actor, reading, render
from hub.web.offer_rings import drawing
from hub.web.offer_search import ICONS, Search, day_name
from hub.web.prior_question_words import in_words
from hub.web.public_calendars import calendar_address

blueprint = Blueprint("offers", __name__)
PAGE = 20
DATES_ON_PAGE = 8
UNCONFIRMED = N_("Lange nicht bestätigt, bitte vorher anrufen")


@blueprint.get("/offers")
@for_everyone("the catalogue is public; the scope shows published public offers only")
def list_offers() -> Any:
    """Show what fits the search, by day."""
    g.section = "finding" if current_actor().has(Role.COACH) else "offers"
    search, actor, way = Search.read(request.args), current_actor(), None
    if search.place_unknown:
        return render("offers/list_offers.html", search=search, page=None, facets=Facets(), days=[], radii=RADII)
    with reading() as session:
        offset = (search.page - 1) * PAGE
        page = offers.search(session, actor, search.filters, at=at(), limit=PAGE, offset=offset, count_aims=True)
        if not page.total:
            way = find_way_out(session, actor, search.filters, facets=page.facets, at=at())
        whole = courses.outlines_of(session, [slot for hit in page.hits for slot in hit.slots[:1]])
    return render(
        "offers/list_offers.html",
        search=search,
        page=page,
        facets=page.facets,
        rings=drawing(search.place, search.filters.radius_km, page.hits),
        days=_days(page.hits, actor, at(), whole),
        way=_way(search, way),
        onward=search.address(page=search.page + 1) if offset + PAGE < page.total else None,
        back=search.address(page=search.page - 1) if search.page > 1 else None,
        radii=RADII,
        canonical=structured_data.absolute(url_for(".list_offers")),
    )


def _way(search: Search, way: WayOut | None) -> dict[str, Any] | None:
    if way is None:
        return None
    wider = way.filters
    days = " ".join(day_name(day) for day in sorted(wider.weekdays))
    address = search.address(wider)
    return {"kind": way.way.value, "km": int(wider.radius_km), "day": days, "href": address, "total": way.total}


def _days(
    hits: list[Hit], actor: Actor, now: datetime, whole: dict[int, Outline]
) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Return the hits under the days of their first date; then those by arrangement, and what nobody confirms."""

    def under(hit: Hit) -> Any:
        if hit.offer.freshness in STALE:
            return UNCONFIRMED
        return day_head(clock.local_date(hit.slots[0].starts_at), today) if hit.slots else N_("Termin nach Absprache")

    today = clock.local_date(now)
    return [(head, [_row(hit, actor, now, whole) for hit in group]) for head, group in groupby(hits, key=under)]


def day_head(day: Any, today: Any) -> Any:
    """Return "Heute, Montag", "Morgen, Dienstag", else the weekday with its date."""
    near = {0: N_("Heute, {weekday}"), 1: N_("Morgen, {weekday}")}.get((day - today).days)
    if near is None:
        return filters.day(day)
    return Message(near.text, {"weekday": format_date(day, "EEEE", locale=i18n.CLDR[i18n.current()])})


def _row(hit: Hit, actor: Actor, now: datetime, whole: dict[int, Outline]) -> dict[str, Any]:
    offer, first = hit.offer, hit.slots[0] if hit.slots else None
    course = whole.get(first.course_id or 0) if first else None
    state, word = offer_page.how_full(offer, first, actor, course.free(actor, now) if course else None)
    where = _where(offer, first.location if first and first.location else offer.location, hit.distance_km)
    if first and offer.freshness in STALE:  # it does not stand under its day
        where = f"{filters.short_day(first.starts_at)} · {where}"
    if course is not None:
        where = f"{course_words.in_short(course, now)} · {where}"
    return {
        "at": filters.short_clock(first.starts_at) if first else "",
        "crowding": crowding_words.shown(offer, first),
        "title": offer.title,
        "href": offer_page.address(offer),
        "where": where,
        "state": state,
        "word": word,
        "aim": ICONS[offer.aim],
    }


def _where(offer: Offer, place: Location | None, kilometres: float | None) -> str:
    if place is None or offer.visits_home:
        return f"{offer_words.FORMS[offer.form]} · {offer.organisation.name}"
    if kilometres is not None:
        return f"{place.name} · {filters.kilometres(kilometres)}"
    town = place_words.town(place.municipality_code)
    return place.name if town in place.name else f"{place.name}, {town}"


def _paused_page(session: Session, public_id: str) -> Any:
    """Say kindly that an offer only pauses, and none of its words: still 404, so that no search engine lists it."""
    paused = public_offers.find_paused_offer(session, current_actor(), public_id)
    if paused is None:
        raise NotFound
    return render("offers/show_pause.html", NotFound.status, until=paused.paused_until)


@blueprint.get("/offers/<public_id>")
@for_everyone("the page of one offer is public; the scope decides which offers exist for whom")
def show_offer(public_id: str) -> Any:
    """Show one offer: when, where, how one comes, and whom to call."""
    actor = current_actor()
    g.section = "finding" if actor.has(Role.COACH) else "offers"
    with reading() as session:
        try:
            offer = offers.get_offer(session, actor, public_id)
        except NotFound:
            return _paused_page(session, public_id)
        if offer.form is Form.ROOM:
            raise NotFound  # lent to coaches, who find it among the rooms
        slots = offers.list_coming_slots(session, offer, at=at(), limit=DATES_ON_PAGE)
        whole = courses.list_open_courses(session, offer, at=at())
        coach = actor.has(Role.COACH)
        answered = prior_questions.list_known(session, actor, offer.id, at=at()) if coach else []
    phone = offer.phone or offer.organisation.phone or config().site_phone_text
    return render(
        "offers/show_offer.html",
        offer=offer,
        how=offer_page.entrance(offer, offer_page.in_order(slots, whole, at()), phone),
        dates=[offer_page.date(offer, slot, actor) for slot in slots],
        courses=[offer_page.course(offer, one, actor, at()) for one in whole],
        known=offer_page.known(offer, clock.local_date(at())),
        published=offer.state is OfferState.PUBLISHED,
        calendar=calendar_address("offers", offer.public_id) if public_offers.is_found_by_all(offer) else None,
        canonical=structured_data.absolute(offer_page.address(offer)),
        structured=structured_data.of_offer(offer, slots, whole),
        icon_of_aim=ICONS[offer.aim],
        kicker=[offer_words.AIMS[offer.aim], offer_words.FORMS[offer.form], offer.cost or N_("kostenlos")],
        known_before=in_words(answered),
        may_ask=coach and obstacle_of_offer(offer) is None,
        may_book=coach and offer.access is not Access.OPEN and offer.freshness is not Freshness.HIDDEN,
    )
