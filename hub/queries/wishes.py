"""What a coach and a person chose together that a partner may learn, and what it amounts to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hub import geography
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.offer import Offer, Stage
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.wording import TIMES
from hub.policy.fields import Field
from hub.queries.consents import needed_groups
from hub.queries.disclosures import THROUGH_COACH, Content

F = Field
ROUGH = frozenset({"distance_km", "ages", "languages", "times", "women_only"})
RINGS = (5, 10, 15, 20, 30, 40, 60, 80)  # kilometres; the municipality itself is never told


@dataclass(frozen=True)
class Wish:
    """What a coach and a person chose together that a partner may learn; nothing of it is set beforehand."""

    access_needs: tuple[str, ...] = ()  # A1, each ticked singly
    contact: Mapping[str, Any] | None = None  # I2: one of the person's ways, None: through the coach
    rough: Mapping[str, Any] = field(default_factory=dict)  # R1
    matters: tuple[str, ...] = ()
    stage: Stage = Stage.PREVENTION
    soon: bool = False

    def beside(self, rough: Mapping[str, Any], access_needs: Iterable[str]) -> "Wish":
        """Return this wish with what the partner was told without a name; nothing of that can be unsaid."""
        needs = tuple(dict.fromkeys((*access_needs, *self.access_needs)))
        return replace(self, rough={**rough, **self.rough}, access_needs=needs)


def preview_of(participant: Participant, offer: Offer, slot: Slot | None, wish: Wish, reference: str) -> Content:
    """Return what would be told, with the person's real values, for the literal preview."""
    return Content(
        reference=reference or str(N_("gibt es mit der Buchung")),
        aim=offer.aim,
        offer=offer,
        slot=slot,
        rough=wish.rough,
        access_needs=wish.access_needs,
        contact=contact_of(participant, offer, wish),
        person=participant,
        coach=participant.coach.name if participant.coach else "",
    )


def groups_of(offer: Offer, wish: Wish) -> list[str]:
    """Return the field groups a wish amounts to: what the offer needs and what was ticked, no more."""
    chosen = {F.CONTACT: True, F.ACCESS: bool(wish.access_needs), F.ROUGH: bool(wish.rough)}
    return sorted(needed_groups(offer.field_groups) | {one.value for one, ticked in chosen.items() if ticked})


def groups_without_name(wish: Wish) -> list[str]:
    """Return the field groups of an asking around: never name, contact, health or the way back."""
    ticked = {F.ACCESS: bool(wish.access_needs), F.ROUGH: bool(wish.rough)}
    return sorted([F.REFERENCE, F.AIM, F.DATE, *(one for one, chosen in ticked.items() if chosen)])


def require_own(participant: Participant, wish: Wish) -> None:
    """Raise InvalidInput (422) for what is not the person's own; a tick that was never on the page included."""
    contact_known = wish.contact is None or wish.contact in contacts_of(participant)
    own = set(wish.access_needs) <= set(participant.access_needs) and contact_known and set(wish.rough) <= ROUGH
    spoken = set(wish.rough.get("languages", ())) <= set(participant.languages)
    if not (own and spoken and set(wish.rough.get("times", ())) <= set(TIMES)):
        raise InvalidInput


def contact_of(participant: Participant, offer: Offer, wish: Wish) -> Mapping[str, Any] | None:
    """Return what the contact group holds: the way that was chosen, and for a visit at home where it goes.

    Raises RuleBroken (409) when nobody has written down where the person lives.
    """
    if not offer.visits_home:
        return wish.contact
    home = participant.home_address or {}
    if not home.get("street"):
        raise RuleBroken(N_("Für einen Besuch zu Hause fehlt die Straße. Bitte tragen Sie sie bei den Angaben ein."))
    town = f"{home.get('postal_code', '')} {home.get('town', '')}".strip()
    address = ", ".join(part for part in (home["street"], town) if part)
    return {**(wish.contact or {"kind": THROUGH_COACH}), "address": address}


def contacts_of(participant: Participant) -> list[Mapping[str, Any]]:
    """Return the ways of contact that the person lets partners have."""
    return [contact for contact in participant.contacts if "partner" in contact.get("allowed_for", ())]


def ring_of(participant: Participant, slot: Slot | None, offer: Offer) -> int | None:
    """Return within how many kilometres of the place the person lives, as a ring; None when farther or unknown."""
    place = (slot.location if slot else None) or offer.location
    home = geography.find_municipality(participant.municipality_code)
    if place is None or home is None:
        return None
    distance = geography.distance_km(home.latitude, home.longitude, place.latitude, place.longitude)
    return next((ring for ring in RINGS if distance <= ring), None)


def ages_of(participant: Participant, offer: Offer, on: date) -> tuple[int, int] | None:
    """Return the offer's own age band when it has one and the person is certainly in it; never the exact age."""
    if participant.birth_year is None or (offer.youngest is None and offer.oldest is None):
        return None
    age, youngest, oldest = on.year - participant.birth_year, offer.youngest or 0, offer.oldest or 120
    return (youngest, oldest) if youngest < age <= oldest else None
