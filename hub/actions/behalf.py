"""Telling an organisation's own office what somebody else did for it: its umbrella, or whoever held a mail's link."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import notices
from hub.actions.notices import Facts
from hub.models.offer import Offer
from hub.models.slot import Slot
from hub.policy.actor import Actor


def tell_desks(
    session: Session, *, actor: Actor, offers: Iterable[Offer], slot: Slot | None = None, at: datetime
) -> None:
    """Tell the office of each organisation for which the actor changed dates or an offer, once; a step of a verb.

    `slot` is the date where it was only one. What an organisation does itself it need not be told.
    """
    changed: dict[int, dict[int, Offer]] = {}
    for offer in offers:
        if actor.acts_from_outside(offer.organisation_id):
            changed.setdefault(offer.organisation_id, {})[offer.id] = offer
    for organisation_id, found in sorted(changed.items()):
        only = next(iter(found.values())) if len(found) == 1 else None
        facts = Facts(organisation_id=organisation_id, offer=only, slot=slot)
        notices.announce(session, "dates.changed_on_behalf", facts, at=at)
