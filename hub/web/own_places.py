"""Finding something oneself, behind card and PIN: a place that needs no name is taken at once, all else is wished."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField

from hub import clock
from hub.actions.bookings import book_slot
from hub.actions.shortlists import wish_offer
from hub.crypto import new_token
from hub.errors import NotFound, PersonElsewhere, RuleBroken, SentBefore, SlotFull
from hub.i18n import N_, Message
from hub.models.booking import Booking
from hub.models.offer import Access, Aim, Form, Offer
from hub.models.participant import Participant, ParticipationState
from hub.models.preference import EVERYWHERE
from hub.models.shortlist import ShortlistState
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.queries import bookings, busy_dates, exclusions, holds, offers, participants, preferences, shortlists, slots
from hub.queries.bookability import obstacle_of_offer, obstacle_of_person, obstacle_of_slot
from hub.queries.offers import Hit
from hub.queries.places import Taker, fits, free_for, taker_of_person
from hub.web import offer_words, other_dates, waiting_words
from hub.web.access import for_person
from hub.web.booking_words import place_of_date
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import instant_of
from hub.web.filters import day_clock
from hub.web.finding_form import AIM_SENTENCES
from hub.web.finding_wishes import Wishes, suits_of
from hub.web.offer_search import ICONS
from hub.web.shortlist_words import HOW, phone_for

blueprint = Blueprint("own_places", __name__)
HITS, DATES = 8, 8
ELSEWHERE = N_("Zu dieser Zeit haben Sie schon einen Termin.")


class PlaceForm(FlaskForm):
    """What was shown, and the key that makes a double tap one."""

    key = HiddenField()
    seen = HiddenField()


@dataclass(frozen=True)
class Self:
    """The person behind the card, the actor who also sees the offers of their networks, and what they wished for."""

    person: Participant
    actor: Actor
    wanted: frozenset[int]


def find_self(session: Session, now: datetime) -> Self:
    """Return the person behind the card; raises NotFound."""
    actor = current_actor()
    person = participants.get_self(session, actor, at=now)
    entries = shortlists.list_entries(session, actor, person.id, at=now)
    wanted = frozenset(one.item.offer_id for one in entries if one.item.state is ShortlistState.WANTED)
    return Self(person, seeing_own_networks(actor, person, now), wanted)


def seeing_own_networks(actor: Actor, person: Participant, now: datetime) -> Actor:
    """Return the card's actor with the networks the person takes part in now; participations must be loaded."""
    today = clock.local_date(now)
    running = (one for one in person.participations if one.state is ParticipationState.ADMITTED)
    return replace(actor, programme_ids=frozenset(one.programme_id for one in running if one.ends_on >= today))


@blueprint.get("/me/offers")
@for_person
def list_offers() -> tuple[str, int]:
    """Show what fits and has a free date, with the one thing that can be done about each."""
    now = at()
    aims = frozenset(aim for aim in Aim if aim == request.args.get("aim"))
    with reading() as session:
        own = find_self(session, now)
        wishes = Wishes(suits_of(own.person, preferences.find_preference(session, own.person.id)), aims)
        taker = taker_of_person(session, own.person)
        filters = wishes.filters(own.person, taker, year=clock.local_date(now).year)
        page = offers.search(session, own.actor, filters, at=now, limit=HITS)
        far = not page.total and filters.radius_km < EVERYWHERE
        if far:  # somebody in a small place still finds something
            page = offers.search(session, own.actor, replace(filters, radius_km=EVERYWHERE), at=now, limit=HITS)
    return render(
        "me/list_offers.html",
        aims=_aims(aims),
        hits=[_hit(hit, own) for hit in page.hits],
        more=page.total > HITS,
        far=far,
        help_phone=phone_for(own.person),
    )


def _aims(chosen: frozenset[Aim]) -> list[tuple[Any, str, str | None, bool]]:
    everything: tuple[Any, str, str | None, bool] = (N_("Alles"), url_for(".list_offers"), None, not chosen)
    named = [(AIM_SENTENCES[aim], url_for(".list_offers", aim=aim), ICONS[aim], aim in chosen) for aim in Aim]
    return [everything, *named]


def _hit(hit: Hit, own: Self) -> dict[str, Any]:
    first = hit.slots[0] if hit.slots else None
    return {
        **_words(hit.offer, own),
        "when": day_clock(first.starts_at) if first else "",
        "place": _place(hit.offer, first),
        "take": other_dates.own_way_to(first) if first else None,
    }


def _words(offer: Offer, own: Self) -> dict[str, Any]:
    return {
        "offer": offer,
        "how": HOW[offer.access],
        "form": offer_words.FORMS[offer.form],
        "wanted": offer.id in own.wanted,
    }


def _place(offer: Offer, slot: Slot | None) -> str:
    if offer.visits_home:
        return str(N_("Bei Ihnen zu Hause"))
    if slot is not None:
        return place_of_date(slot)
    return offer.location.name if offer.location is not None else ""


@blueprint.get("/me/offers/<public_id>")
@for_person
def show_offer(public_id: str) -> tuple[str, int]:
    """Show one offer and its free dates."""
    return _offer_page(public_id)


def _offer_page(public_id: str, status: int = 200, refusal: Message | None = None) -> tuple[str, int]:
    now = at()
    with reading() as session:
        own = find_self(session, now)
        offer = _get_offer(session, own, public_id)
        taker = taker_of_person(session, own.person)
        found = slots.list_next_slots(session, offer, at=now, limit=DATES)
        excluded = exclusions.obstacle_of_exclusion(session, own.person.id, offer.organisation_id)
    for slot in found:
        bookings.with_offer(slot, offer)
    closed = obstacle_of_offer(offer) or obstacle_of_person(offer, own.person, clock.local_date(now).year) or excluded
    takeable = [slot for slot in found if other_dates.own_way_to(slot) and obstacle_of_slot(slot, now) is None]
    dates = [
        {"when": day_clock(slot.starts_at), "href": other_dates.own_way_to(slot)}
        for slot in takeable
        if offer.access is Access.OPEN or free_for(slot, taker) > 0
    ]
    return render(
        "me/show_offer.html",
        status,
        **_words(offer, own),
        place=_place(offer, found[0] if found else None),
        closed=closed,
        dates=[] if closed else dates,
        refusal=refusal,
        help_phone=phone_for(own.person),
    )


def _get_offer(session: Session, own: Self, public_id: str) -> Offer:
    offer = offers.get_offer(session, own.actor, public_id)
    if offer.form is Form.ROOM:
        raise NotFound
    return offer


@blueprint.post("/me/offers/<public_id>/wish")
@for_person
def create_wish(public_id: str) -> Response | tuple[str, int]:
    """Say "that is what I want"; it lands on the coach's list."""
    try:
        with transaction() as session:
            own = find_self(session, at())
            offer = _get_offer(session, own, public_id)
            wish_offer(session, actor=current_actor(), participant=own.person, offer=offer, at=at())
    except RuleBroken as error:
        return _offer_page(public_id, error.status, error.message)
    flash(str(N_("Danke. Ihr Coach sieht das und meldet sich.")), "ok")
    return redirect(url_for("own_shortlists.show_shortlist"), code=303)


@blueprint.get("/me/slots/<public_id>/booking")
@for_person
def new_booking(public_id: str) -> Response | tuple[str, int]:
    """Show what taking this place does, before it does it."""
    return confirm_page(public_id, PlaceForm(formdata=None, key=new_token(160)))


def confirm_page(
    public_id: str, form: PlaceForm, status: int = 200, refusal: RuleBroken | None = None
) -> Response | tuple[str, int]:
    """Return the page before the booking; where it is full, with other dates and the waiting list."""
    now = at()
    with reading() as session:
        own = find_self(session, now)
        slot = slots.get_slot(session, own.actor, public_id)
        if refusal is None and other_dates.own_way_to(slot) is None:
            return redirect(url_for(".show_offer", public_id=slot.offer.public_id), code=303)
        hold = holds.find_hold(session, slot.id, own.person.id)
        taker = taker_of_person(session, own.person)
        full = isinstance(refusal, SlotFull) or (hold is None and _is_full(slot, taker))
        obstacle = _obstacle(session, own, slot, hold, now) if refusal is None else _reason(refusal)
        queue = waiting_words.queue_of(session, slot, own.person) if full or hold else None
        elsewhere = full or obstacle is ELSEWHERE
        others = other_dates.own_alternatives(session, own.actor, slot, own.person, taker) if elsewhere else []
    again = isinstance(refusal, SentBefore)
    if again:
        form.key.data = new_token(160)
    form.seen.data = slot.starts_at.isoformat()
    return render(
        "me/new_booking.html",
        status,
        form=form,
        slot=slot,
        offer=slot.offer,
        place=_place(slot.offer, slot),
        obstacle=obstacle,
        again=again,
        full=full,
        hold=hold if holds.is_running(hold, now) else None,
        queue=queue,
        alternatives=others,
        coach=own.person.coach.name if own.person.coach is not None else "",
        help_phone=phone_for(own.person),
    )


def _is_full(slot: Slot, taker: Taker) -> bool:
    return slot.offer.access is not Access.OPEN and not fits(slot, taker, 1)


def _reason(refusal: RuleBroken) -> Message:
    return ELSEWHERE if isinstance(refusal, PersonElsewhere) else refusal.message


def _obstacle(session: Session, own: Self, slot: Slot, hold: Booking | None, now: datetime) -> Message | None:
    """Return why the person cannot have this date though it may have a place, or None."""
    person, offer = own.person, slot.offer
    suited = obstacle_of_person(offer, person, clock.local_date(slot.starts_at).year)
    if found := obstacle_of_slot(slot, now) or suited:
        return found
    if excluded := exclusions.obstacle_of_exclusion(session, person.id, offer.organisation_id):
        return excluded
    besides = hold.id if hold is not None else None
    there = busy_dates.find_overlap(session, person.id, slot.starts_at, slot.ends_at, besides=besides)
    return ELSEWHERE if there else None


@blueprint.post("/me/slots/<public_id>/booking")
@for_person
def create_booking(public_id: str) -> Response | tuple[str, int]:
    """Take the place; a refusal brings the page back with the reason and the way on."""
    form = PlaceForm()
    if not form.validate_on_submit():
        return confirm_page(public_id, form, 422)
    try:
        with transaction() as session:
            own = find_self(session, at())
            book_slot(
                session,
                actor=current_actor(),
                slot=slots.get_slot_to_book(session, own.actor, public_id),
                participant=own.person,
                idempotency_key=form.key.data or None,
                seen_at=instant_of(form.seen.data),
                at=at(),
            )
    except RuleBroken as error:
        return confirm_page(public_id, form, error.status, error)
    flash(str(N_("Der Termin steht jetzt hier. Absagen ist in Ordnung, ohne Grund.")), "ok")
    return redirect(url_for("me.show_me"), code=303)
