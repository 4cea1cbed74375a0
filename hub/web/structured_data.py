"""What public pages tell search engines in schema.org's words: offers with their dates, places, who organises them.

Only the pages that anybody reads without a login carry it, and it says nothing that the page itself does not show: of
the places that are left only whether there are any, of an online date not its address, of a visit at home no place.
"""

from typing import Any

from flask import url_for

from hub import clock
from hub.models.location import Location
from hub.models.offer import Access, Freshness, Offer
from hub.models.organisation import Organisation
from hub.models.slot import Slot, SlotState
from hub.policy.actor import ANONYMOUS
from hub.queries.courses import Outline
from hub.web import offer_page, place_words
from hub.web.context import at, config

CONTEXT = "https://schema.org"


def absolute(path: str) -> str:
    """Return the one address a page is known by."""
    return config().public_url.rstrip("/") + path


def of_offer(offer: Offer, slots: list[Slot], courses: list[Outline]) -> dict[str, Any]:
    """Return an offer's dates as events and its courses as courses; without any of them it is a service."""
    if offer.visits_home or offer.freshness is Freshness.HIDDEN:  # nobody knows whether a hidden one still takes place
        return {"@context": CONTEXT, "@graph": [_service(offer)]}
    known = [_event(offer, slot) for slot in slots if slot.state is not SlotState.UNSETTLED]
    known += [_course(offer, one) for one in courses]
    return {"@context": CONTEXT, "@graph": known or [_service(offer)]}


def of_house(house: Location) -> dict[str, Any]:
    """Return a house as a place with who runs it."""
    return {
        "@context": CONTEXT,
        **_place(house),
        "url": absolute(url_for("houses.show_house", public_id=house.public_id)),
    }


def _about(offer: Offer) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": offer.title,
        "url": absolute(offer_page.address(offer)),
        "inLanguage": list(offer.languages),
        "isAccessibleForFree": not offer.cost,
    }
    if offer.summary:
        facts["description"] = offer.summary
    if offer.women_only or offer.youngest is not None or offer.oldest is not None:
        facts["audience"] = _audience(offer)
    return facts


def _audience(offer: Offer) -> dict[str, Any]:
    wanted = {
        "suggestedGender": "female" if offer.women_only else None,
        "suggestedMinAge": offer.youngest,
        "suggestedMaxAge": offer.oldest,
    }
    return {"@type": "PeopleAudience", **{name: value for name, value in wanted.items() if value is not None}}


def _event(offer: Offer, slot: Slot) -> dict[str, Any]:
    return {
        "@type": "Event",
        **_about(offer),
        **_times(slot),
        "eventStatus": f"{CONTEXT}/{'EventCancelled' if slot.state is SlotState.CALLED_OFF else 'EventScheduled'}",
        **_whereabouts(offer, slot),
        "organizer": _organisation(offer.organisation),
        "offers": _places_left(offer, *offer_page.how_full(offer, slot, ANONYMOUS)),
    }


def _course(offer: Offer, outline: Outline) -> dict[str, Any]:
    coming = outline.to_come(at())
    instance = {"@type": "CourseInstance", **_whereabouts(offer, coming[0] if coming else None)}
    if coming:
        instance |= {"startDate": _times(coming[0])["startDate"], "endDate": _times(coming[-1])["endDate"]}
        instance["subEvent"] = [{"@type": "Event", "name": offer.title, **_times(slot)} for slot in coming]
    state = offer_page.course(offer, outline, ANONYMOUS, at())
    instance["offers"] = _places_left(offer, state["state"], state["word"])
    about = {**_about(offer), "name": outline.course.name or offer.title}
    about.setdefault("description", offer.title)
    return {
        "@type": "Course",
        **about,
        "provider": _organisation(offer.organisation),
        "hasCourseInstance": instance,
    }


def _service(offer: Offer) -> dict[str, Any]:
    service = {"@type": "Service", **_about(offer), "provider": _organisation(offer.organisation)}
    del service["isAccessibleForFree"], service["inLanguage"]  # of events only
    if offer.visits_home and offer.location:
        town = place_words.town(offer.location.municipality_code)
        return service | {"areaServed": {"@type": "AdministrativeArea", "name": town}}
    return service | ({"areaServed": _place(offer.location)} if offer.location else {})


def _times(slot: Slot) -> dict[str, str]:
    return {"startDate": clock.local(slot.starts_at).isoformat(), "endDate": clock.local(slot.ends_at).isoformat()}


def _whereabouts(offer: Offer, slot: Slot | None) -> dict[str, Any]:
    place = slot.location if slot is not None and slot.location is not None else offer.location
    online = {"@type": "VirtualLocation", "url": absolute(offer_page.address(offer))}
    mode = "OnlineEventAttendanceMode" if offer.is_online else "OfflineEventAttendanceMode"
    where = online if offer.is_online else _place(place) if place else None
    return {"eventAttendanceMode": f"{CONTEXT}/{mode}"} | ({"location": where} if where else {})


def _place(place: Location) -> dict[str, Any]:
    address = {
        "@type": "PostalAddress",
        "streetAddress": place.street,
        "postalCode": place.postal_code,
        "addressLocality": place_words.town(place.municipality_code),
        "addressCountry": "DE",
    }
    known: dict[str, Any] = {
        "@type": "Place",
        "name": place.name,
        "address": {name: value for name, value in address.items() if value},
        "amenityFeature": [
            {"@type": "LocationFeatureSpecification", "name": str(word), "value": True}
            for fact, word in place_words.FACTS.items()
            if fact.value in place.facts
        ],
    }
    if not place.approximate:
        known["geo"] = {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}
    return known


def _organisation(organisation: Organisation) -> dict[str, Any]:
    return {"@type": "Organization", "name": organisation.name} | (
        {"telephone": organisation.phone} if organisation.phone else {}
    )


def _places_left(offer: Offer, state: str, word: object) -> dict[str, Any]:
    """Return whether there are places, as the page says it: never how many."""
    full = offer.access is not Access.OPEN and state in ("full", "off")
    left = {
        "@type": "Offer",
        "availability": f"{CONTEXT}/{'SoldOut' if full else 'InStock'}",
        "description": str(word),
        "url": absolute(offer_page.address(offer)),
    }
    return left if offer.cost else left | {"price": "0", "priceCurrency": "EUR"}
