"""Whom a coach could ask without a name for one need: ticked offers, those of the shortlist, and all that suit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from hub import clock
from hub.actions.sheets import Ask
from hub.errors import NotFound
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.models.referral import Referral, ReferralState
from hub.models.round import MOST
from hub.models.slot import Slot
from hub.queries import offers, participants, preferences, referrals, shortlists
from hub.queries.offers import Hit
from hub.queries.places import taker_of_person
from hub.queries.wishes import ages_of, ring_of
from hub.web.context import at, current_actor
from hub.web.finding_hits import obstacle
from hub.web.finding_wishes import Wishes, suits_of

SEARCHED = 60  # hits looked at to find the nearest of each partner


@dataclass(frozen=True)
class Candidates:
    """The person, the need (None: there is none yet), the offers in the order of the page, and those ticked already."""

    person: Participant
    referral: Referral | None
    offers: list[Offer] = field(default_factory=list)
    ticked: set[str] = field(default_factory=set)
    suited: list[Offer] = field(default_factory=list)  # one of each partner, the nearest first, at most twelve
    more: int = 0  # how many besides suit the need
    dates: Mapping[int, list[Slot]] = field(default_factory=dict)

    def asks(self, chosen: list[Offer], wish: Any, slots: Mapping[int, Slot]) -> list[Ask]:
        """Return what each of them would read: the same ticks, with the values that are true for this offer."""
        return [Ask(one, slots.get(one.id), wish(one, slots.get(one.id))) for one in chosen]


def candidates_of(session: Session, public_id: str) -> Candidates:
    """Read them off the address: any number of `offer`, one `referral`; NotFound for what is not this person's."""
    actor, now = current_actor(), at()
    person = participants.get_participant(session, actor, public_id, at=now)
    keys = list(dict.fromkeys(request.args.getlist("offer")))[:MOST]
    named = shortlists.list_ticked_offers(session, actor, keys)
    referral = _need_of(session, person, named)
    if referral is None:
        return Candidates(person, None)
    entries = shortlists.list_entries(session, actor, person.id, at=now)
    listed = [one.item.offer for one in entries if not (one.asked or one.booked)]
    hits, total = _suited(session, person, referral)
    one_each = list({hit.offer.organisation_id: hit.offer for hit in reversed(hits)}.values())[::-1]
    picked = [offer for offer in (*named, *listed) if _can_be_asked(offer, person)]
    found = {offer.id: offer for offer in (*picked, *one_each[: 2 * MOST])}
    return Candidates(
        person,
        referral,
        list(found.values()),
        {offer.public_id for offer in picked},
        one_each[:MOST],
        max(0, total - len(hits)) + max(0, len(one_each) - MOST),
        {hit.offer.id: hit.slots for hit in hits},
    )


def _can_be_asked(offer: Offer, person: Participant) -> bool:
    return offer.access is Access.REQUEST and obstacle(offer, person, at()) is None


def _need_of(session: Session, person: Participant, named: list[Offer]) -> Referral | None:
    """Return the search it is for: the one named, else the open one the first offer answers, else the newest open."""
    key = request.args.get("referral", "")
    if key:
        found = referrals.get_referral(session, current_actor(), key, at=at())
        if found.participant_id != person.id:
            raise NotFound
        return found
    running = [one for one in referrals.list_of_person(session, person.id) if one.state is ReferralState.OPEN]
    aims = {offer.aim for offer in named[:1]}
    fitting = [one for one in running if aims & {one.aim, *one.tags}]
    return next(iter(fitting or running), None)


def _suited(session: Session, person: Participant, referral: Referral) -> tuple[list[Hit], int]:
    """Return what suits the need and is asked by enquiry, the nearest first, and how many there are."""
    wishes = Wishes(suits_of(person, preferences.find_preference(session, person.id))).with_need(referral, person)
    filters = wishes.filters(person, taker_of_person(session, person), year=clock.local_date(at()).year)
    filters = replace(filters, need=referral.id, accesses=frozenset({Access.REQUEST}))
    page = offers.search(session, current_actor(), filters, at=at(), limit=SEARCHED)
    return sorted(page.hits, key=lambda hit: hit.distance_km or 0), page.total


def rough_of(person: Participant, offer: Offer, slot: Slot | None) -> dict[str, Any]:
    """Return what could be told of a person to this partner, each only where it is true."""
    ages = ages_of(person, offer, clock.local_date(at()))
    found = {
        "distance_km": ring_of(person, slot, offer),
        "ages": list(ages) if ages else None,
        "languages": list(person.languages),
        "women_only": True,
    }
    return {name: value for name, value in found.items() if value}
