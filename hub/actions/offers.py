"""What partners do with their offers: write, change, publish, pause, end."""

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import log, notices
from hub.actions.behalf import tell_desks
from hub.actions.notices import Facts
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.mark import valid_marks
from hub.models.offer import Form, Offer, OfferState
from hub.models.organisation import Organisation
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, freshness, offer_versions, offer_words, own_offers, reviews, series, slots
from hub.queries.next_free import keep_next_free
from hub.queries.offer_entries import Entries, check_entries, entries_of
from hub.queries.states import move, require_version

LONGEST_PAUSE = timedelta(days=366)


def create_offer(
    session: Session, *, actor: Actor, organisation: Organisation, entries: Entries, at: datetime
) -> Offer:
    """Write a draft for an organisation the actor acts for; raises NotAllowed, InvalidInput (422)."""
    require(actor, Permission.EDIT_OFFER, Offer(organisation_id=organisation.id))
    check_entries(session, actor, entries, organisation, before=None, today=clock.local_date(at))
    return _add(session, actor, "offer.created", Offer(**asdict(entries), organisation_id=organisation.id), at)


def copy_offer(session: Session, *, actor: Actor, offer: Offer, at: datetime) -> Offer:
    """Write a draft that says what another offer says, also an ended one: without its dates and marks that ran out."""
    require(actor, Permission.EDIT_OFFER, offer)
    marks = [mark.stored for mark in valid_marks(offer, clock.local_date(at))]
    values = asdict(replace(entries_of(offer), marks=marks))
    copy = Offer(**values, organisation_id=offer.organisation_id, copied_from_id=offer.id)
    return _add(session, actor, "offer.copied", copy, at)


def _add(session: Session, actor: Actor, action: str, offer: Offer, at: datetime) -> Offer:
    offer.created_at = offer.changed_at = at
    session.add(offer)
    session.flush()
    own_offers.set_programmes(session, offer)
    offer_words.keep_words_of_offer(session, offer)
    offer_versions.add_version(session, actor=actor, offer=offer, at=at)
    purpose = actor.purpose_for(offer.organisation_id)
    log.record(session, actor=actor, action=action, thing=offer, purpose=purpose, at=at)
    return offer


def update_offer(
    session: Session, *, actor: Actor, offer: Offer, entries: Entries, version: int | None = None, at: datetime
) -> int:
    """Change what an offer says, and return how many coaches are told because it matters to their people.

    A new title, form or place reaches the feeds of all who are booked. Raises InvalidInput (422), SomebodyWasFaster
    (409) for a stale form, RuleBroken (409) for an ended offer and for a change of access while places are booked.
    """
    require(actor, Permission.EDIT_OFFER, offer)
    require_version(offer, version)
    check_entries(session, actor, entries, offer.organisation, before=offer, today=clock.local_date(at))
    if offer.state is OfferState.ENDED:
        raise RuleBroken(N_("Dieses Angebot ist beendet und lässt sich nicht mehr ändern."))
    if entries.access != offer.access and own_offers.count_booked(session, offer, at=at):
        raise RuleBroken(N_("Es sind schon Plätze gebucht. Wie man hineinkommt, lässt sich jetzt nicht mehr ändern."))
    own_offers.lock_dates(session, offer, at=at)
    offer_versions.begin_versions(session, offer)
    words, place, link = _in_calendars(offer), offer.location_id, offer.join_link
    for name, value in asdict(entries).items():
        setattr(offer, name, value)
    own_offers.raise_version(session, offer, at=at)
    freshness.freshen(session, offer, actor=actor, at=at)  # who saves the form has read it
    keep_next_free(session, offer_ids=[offer.id], at=at)
    own_offers.set_programmes(session, offer)
    offer_words.keep_words_of_offer(session, offer)
    unkept = [offer_versions.UNKEPT] if offer.join_link != link else []
    written = offer_versions.add_version(session, actor=actor, offer=offer, at=at, unkept=unkept)
    people, coaches = own_offers.raise_sequences(
        session, offer, reworded=_in_calendars(offer) != words, replaced=offer.location_id != place, at=at
    )
    purpose = actor.purpose_for(offer.organisation_id)
    log.record(session, actor=actor, action="offer.changed", thing=offer, purpose=purpose, at=at)
    told = _tell_coaches(session, offer, written.changed if written else [], at)
    feeds.raise_revisions(session, participants=people, users=coaches, organisations=[offer.organisation_id])
    return told


def _tell_coaches(session: Session, offer: Offer, changed: list[str], at: datetime) -> int:
    """Tell the coaches of all who come or asked to, once each, when something changed that matters to people."""
    shown = offer.state in (OfferState.PUBLISHED, OfferState.PAUSED)  # in a pause, what is booked stays
    if not shown or not offer_versions.MATTERS & set(changed):
        return 0
    people = offer_versions.list_concerned(session, offer, at=at)
    coach_ids = offer_versions.list_borrowers(session, offer, at=at) | {one.coach_id for one in people if one.coach_id}
    notices.announce(session, "offer.changed", Facts(offer=offer, coach_ids=coach_ids, people=people), at=at)
    return len(coach_ids)


def _in_calendars(offer: Offer) -> tuple[str, str, Form]:
    """What calendars say of it: the partner's the title, a person's the neutral one; online there is no street."""
    return offer.title, offer.calendar_title, offer.form


def publish_offer(session: Session, *, actor: Actor, offer: Offer, at: datetime) -> OfferState:
    """Show an offer in the catalogue, also again after a pause; return where it stands then.

    A draft goes to the coordinators first where a programme of the organisation reviews offers: REVIEW, and they are
    told. Raises StepNotPossible (409) also for an offer that already waits there, SomebodyWasFaster (409).
    """
    require(actor, Permission.PAUSE_OFFER if offer.state is OfferState.PAUSED else Permission.PUBLISH_OFFER, offer)
    on, waiting = clock.local_date(at), offer.state in (OfferState.DRAFT, OfferState.REVIEW)
    reviewed = waiting and reviews.is_reviewed(session, offer.organisation_id, on=on)
    to = OfferState.REVIEW if reviewed else OfferState.PUBLISHED
    resumed = offer.state is OfferState.PAUSED
    _step(session, actor, offer, to, at, paused_until=None, review_note="")
    freshness.freshen(session, offer, actor=actor, at=at)
    if reviewed:
        coordinators = reviews.list_coordinators(session, offer.organisation_id, on=on)
        notices.announce(session, "offer.handed_in", Facts(offer=offer, staff_ids=coordinators), at=at)
    tell_desks(session, actor=actor, offers=[offer] if resumed else [], at=at)
    _record(session, actor, "offer.handed_in" if reviewed else "offer.published", offer, at)
    return to


def pause_offer(session: Session, *, actor: Actor, offer: Offer, until: date | None = None, at: datetime) -> None:
    """Take an offer out of the catalogue, until a day on which it comes back by itself; what is booked stays.

    Of an offer in a pause it changes the day. Raises InvalidInput (422) for a day that is not ahead or too far.
    """
    require(actor, Permission.PAUSE_OFFER, offer)
    today = clock.local_date(at)
    if until is not None and not today < until <= today + LONGEST_PAUSE:
        raise InvalidInput(fields={"until": N_("Bitte einen Tag in den nächsten zwölf Monaten.")})
    _step(session, actor, offer, OfferState.PAUSED, at, paused_until=until)
    tell_desks(session, actor=actor, offers=[offer], at=at)
    _record(session, actor, "offer.paused", offer, at)


def resume_offer(session: Session, *, actor: Actor, offer_id: int, at: datetime) -> bool:
    """Publish an offer again whose pause is over, and tell the partner; False when there is no need any more."""
    require(actor, Permission.RUN_MAINTENANCE)
    offer = own_offers.lock_offer(session, offer_id)
    if offer.state is not OfferState.PAUSED or not own_offers.is_pause_over(offer, at):
        return False
    _step(session, actor, offer, OfferState.PUBLISHED, at, paused_until=None)
    freshness.freshen(session, offer, actor=actor, at=at)
    notices.announce(session, "offer.resumed", Facts(offer=offer, organisation_id=offer.organisation_id), at=at)
    _record(session, actor, "offer.resumed", offer, at)
    return True


def end_offer(session: Session, *, actor: Actor, offer: Offer, at: datetime) -> None:
    """End an offer for good with its series and its empty dates.

    Raises RuleBroken (409) while places are booked: nobody's date disappears in silence.
    """
    require(actor, Permission.PUBLISH_OFFER, offer)
    series.lock_running(session, offer.organisation_id)  # before their dates, as whoever changes a series does
    own_offers.lock_dates(session, offer, at=at)
    _step(session, actor, offer, OfferState.ENDED, at)
    slots.call_off_empty(session, offer, at=at)
    booked = own_offers.count_booked(session, offer, at=at)
    if booked:
        raise RuleBroken(
            N_("Es sind noch {n} Plätze gebucht. Sagen Sie diese Termine zuerst ab, dann erfahren es alle.", n=booked)
        )
    series.end_all(session, offer, at=at)
    tell_desks(session, actor=actor, offers=[offer], at=at)
    _record(session, actor, "offer.ended", offer, at)


def _step(session: Session, actor: Actor, offer: Offer, to: OfferState, at: datetime, **values: Any) -> None:
    """Move the offer and keep what it says then."""
    offer_versions.begin_versions(session, offer)
    move(session, offer, to, at=at, **values)
    offer_versions.add_version(session, actor=actor, offer=offer, at=at)


def _record(session: Session, actor: Actor, action: str, offer: Offer, at: datetime) -> None:
    purpose = actor.purpose_for(offer.organisation_id)
    log.record(session, actor=actor, action=action, thing=offer, purpose=purpose, at=at)
    feeds.raise_revisions(session, organisations=[offer.organisation_id])
