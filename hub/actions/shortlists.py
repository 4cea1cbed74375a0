"""The shortlist: a coach picks a few offers and hands them over, the person says which it shall be."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import log
from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.shortlist import MOST, ShortlistItem, ShortlistState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import shortlists
from hub.queries.bookability import obstacle_of_offer, obstacle_of_person
from hub.queries.exclusions import obstacle_of_exclusion
from hub.queries.participants import lock_participant
from hub.queries.states import move


def pick_offers(
    session: Session, *, actor: Actor, participant: Participant, offers: Sequence[Offer], at: datetime
) -> int:
    """Put offers on a person's shortlist and return how many are new there; those on it already stay as they are.

    Raises RuleBroken (409) when an offer takes nobody or is not meant for this person, or when there are too many.
    """
    require(actor, Permission.KEEP_SHORTLIST, participant)
    lock_participant(session, participant.id)  # first: an exclusion written at the same instant wins
    for offer in offers:
        _require_open(session, offer, participant, at)
    known = shortlists.list_offer_ids(session, actor, participant.id, at=at)
    new = [offer for offer in offers if offer.id not in known]
    if len(known) + len(new) > MOST:
        raise RuleBroken(N_("Auf die Auswahl passen {n} Angebote. Bitte nehmen Sie zuerst eins herunter.", n=MOST))
    for offer in new:
        item = ShortlistItem(participant_id=participant.id, offer_id=offer.id, picked_at=at)
        session.add(item)
        session.flush()
        log.record(session, actor=actor, action="shortlist.picked", thing=item, about=[participant], at=at)
    return len(new)


def remove_item(session: Session, *, actor: Actor, participant: Participant, item: ShortlistItem, at: datetime) -> None:
    """Take an offer off the shortlist, whatever became of it; nothing of it is kept."""
    require(actor, Permission.KEEP_SHORTLIST, participant)
    session.delete(item)
    log.record(session, actor=actor, action="shortlist.removed", thing=item, about=[participant], at=at)


def hand_over(session: Session, *, actor: Actor, participant: Participant, at: datetime) -> int:
    """Show the person all that was picked, on their own page; return how much is new there.

    Raises RuleBroken (409) when there is nothing new to show.
    """
    require(actor, Permission.KEEP_SHORTLIST, participant)
    lock_participant(session, participant.id)
    entries = shortlists.list_entries(session, actor, participant.id, at=at)
    picked = [entry.item for entry in entries if entry.item.state is ShortlistState.PICKED]
    if not picked:
        raise RuleBroken(N_("Es gibt nichts Neues zu zeigen."))
    for item in picked:
        move(session, item, ShortlistState.SHOWN, at=at, shown_at=at)
        log.record(session, actor=actor, action="shortlist.handed_over", thing=item, about=[participant], at=at)
    return len(picked)


def want_offer(session: Session, *, actor: Actor, participant: Participant, item: ShortlistItem, at: datetime) -> None:
    """Let the person say "that is what I want"; the coach acts next. Nothing is booked, nobody else is told."""
    require(actor, Permission.CHOOSE_FROM_SHORTLIST, participant)
    if item.state is not ShortlistState.WANTED:  # a second tap says nothing new
        move(session, item, ShortlistState.WANTED, at=at, wanted_at=at)
        log.record(session, actor=actor, action="shortlist.wanted", thing=item, about=[participant], at=at)


def wish_offer(session: Session, *, actor: Actor, participant: Participant, offer: Offer, at: datetime) -> None:
    """Let the person say "that is what I want" of any offer they found themselves; it stands on their shortlist then.

    Raises RuleBroken (409) when the offer takes nobody or is not meant for them, or when they want so much already.
    """
    require(actor, Permission.CHOOSE_FROM_SHORTLIST, participant)
    lock_participant(session, participant.id)
    item = shortlists.find_item(session, participant.id, offer.id)
    if item is not None and item.state is ShortlistState.WANTED:
        return  # a second tap says nothing new
    _require_open(session, offer, participant, at)
    if shortlists.count_wanted(session, participant.id) >= MOST:
        raise RuleBroken(N_("Sie haben schon {n} Wünsche. Ihr Coach meldet sich zuerst dazu.", n=MOST))
    if item is None:
        item = ShortlistItem(participant_id=participant.id, offer_id=offer.id, picked_at=at)
        session.add(item)
        session.flush()
    move(session, item, ShortlistState.WANTED, at=at, shown_at=item.shown_at or at, wanted_at=at)
    log.record(session, actor=actor, action="shortlist.wanted", thing=item, about=[participant], at=at)


def _require_open(session: Session, offer: Offer, participant: Participant, at: datetime) -> None:
    obstacle = obstacle_of_offer(offer) or obstacle_of_person(offer, participant, clock.local_date(at).year)
    if obstacle := obstacle or obstacle_of_exclusion(session, participant.id, offer.organisation_id):
        raise RuleBroken(obstacle)


def take_wish_back(
    session: Session, *, actor: Actor, participant: Participant, item: ShortlistItem, at: datetime
) -> None:
    """Let the person think again; no reason is asked."""
    require(actor, Permission.CHOOSE_FROM_SHORTLIST, participant)
    if item.state is ShortlistState.WANTED:
        move(session, item, ShortlistState.SHOWN, at=at, wanted_at=None)
        log.record(session, actor=actor, action="shortlist.wish_taken_back", thing=item, about=[participant], at=at)
