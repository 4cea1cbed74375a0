"""What a coach is about to ask on one sheet, read from the address: the person, the offers, dates and the search."""

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from hub import clock
from hub.actions.sheets import MOST, Ask
from hub.errors import NotFound
from hub.models.booking import Booking
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.referral import Referral
from hub.models.slot import Slot
from hub.queries import holds, participants, referrals, shortlists, slots
from hub.queries.origins import blocked_needs
from hub.queries.printed_names import printing_umbrellas
from hub.web.consent_forms import SheetForm, WishForm
from hub.web.context import at, current_actor


@dataclass(frozen=True)
class Asked:
    """Whom and what it is about; `more` are offers of the shortlist that may join the same sheet."""

    person: Participant
    offers: list[Offer]
    slots: dict[int, Slot]
    referral: Referral | None
    hold: Booking | None
    more: list[Offer]
    blocked: dict[int, frozenset[str]]  # by organisation: what a doctor said and it may not be told
    umbrellas: dict[int, Organisation]  # by organisation: who would print its lists

    def blocks(self, *, filled: bool) -> list[WishForm]:
        """Return one form per offer; only those after the first carry a prefix."""
        found = []
        for number, offer in enumerate(self.offers):
            options: dict[str, Any] = {"prefix": f"offer{number}"} if number else {}
            form = WishForm(**options) if filled else WishForm(formdata=None, **options)
            form.offer, form.slot = offer, self.slots.get(offer.id)
            form.umbrella = self.umbrellas.get(offer.organisation_id)
            form.prepare(self.person, offer, form.slot, clock.local_date(at()), self.blocked[offer.organisation_id])
            found.append(form)
        return found

    def asks(self, form: SheetForm, blocks: list[WishForm]) -> list[Ask]:
        """Return what was chosen, offer by offer."""
        matters, stage = form.matters.data or [], form.chosen_stage()
        return [
            Ask(
                offer,
                self.slots.get(offer.id),
                block.wish(matters, stage),
                health=(block.health.data or "").strip() if block.asks_health else "",
                feedback=block.feedback.data,
                print_list=block.umbrella is not None and block.print_list.data,
            )
            for offer, block in zip(self.offers, blocks, strict=True)
        ]


def asked_of(session: Session, public_id: str) -> Asked:
    """Read it off the address: any number of `offer`, `slot` and one `referral`; NotFound for what is not there."""
    actor, now, wanted = current_actor(), at(), request.args
    person = participants.get_participant(session, actor, public_id, at=now)
    keys = list(dict.fromkeys(wanted.getlist("offer")))
    found = shortlists.list_ticked_offers(session, actor, keys[: MOST + 1])
    if not found or len(found) != len(keys):
        raise NotFound
    dates = [slots.get_slot(session, actor, key) for key in wanted.getlist("slot") if key]
    if not {slot.offer_id for slot in dates} <= {offer.id for offer in found}:
        raise NotFound
    search = wanted.get("referral")
    return Asked(
        person,
        found,
        {slot.offer_id: slot for slot in dates},
        referrals.get_referral(session, actor, search, at=now) if search else None,
        hold_of(session, person.id, found[0].id),
        _more(session, person, found),
        {one.organisation_id: blocked_needs(session, person, one.organisation_id, at=now) for one in found},
        printing_umbrellas(session, [one.organisation_id for one in found], participant_id=person.id),
    )


def _more(session: Session, person: Participant, offers: list[Offer]) -> list[Offer]:
    """Return what else stands on the shortlist, needs a name, and is neither asked for nor booked."""
    if len(offers) >= MOST:
        return []
    entries = shortlists.list_entries(session, current_actor(), person.id, at=at())
    taken = {offer.id for offer in offers}
    free = [one.item.offer for one in entries if not (one.asked or one.booked)]
    return [offer for offer in free if offer.carries_identity and offer.id not in taken]


def hold_of(session: Session, participant_id: int, offer_id: int | None) -> Booking | None:
    """Return the place held for the person while this is asked, None when there is none any more."""
    hold = holds.find_hold_of_offer(session, participant_id, offer_id) if offer_id else None
    return hold if holds.is_running(hold, at()) else None
