"""A partner's own offers: the list, the form, one offer with its dates, and what may be done with it."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from hub import clock, i18n
from hub.actions import offers as verbs
from hub.errors import HubError, NotAllowed
from hub.i18n import N_
from hub.models.offer import Offer, OfferState
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.queries import own_offers as queries
from hub.queries import series as series_queries
from hub.queries import slots as slot_queries
from hub.queries.states import may_move
from hub.web import offer_words
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.filters import clock_time, day_clock
from hub.web.own_offer_form import OfferForm
from hub.web.series_words import sentences
from hub.web.week import short_date, weekday

blueprint = Blueprint("own_offers", __name__)
SHOWN_DATES = 12
ORDER = (OfferState.PUBLISHED, OfferState.DRAFT, OfferState.REVIEW, OfferState.PAUSED, OfferState.ENDED)


@blueprint.get("/own-offers")
@for_roles(Role.PARTNER)
def list_own_offers() -> Any:
    """Show all own offers, the published ones first."""
    with reading() as session:
        offers = queries.list_own_offers(session, current_actor())
        dates = queries.next_dates(session, current_actor(), at=at())
        organisations = queries.list_acted_for(session, current_actor())
    offers.sort(key=lambda offer: (ORDER.index(offer.state), offer.title.casefold()))
    running = sum(offer.state is OfferState.PUBLISHED for offer in offers)
    return render(
        "own_offers/list_own_offers.html",
        offers=offers,
        dates=dates,
        running=running,
        several=len(organisations) > 1,
        words=offer_words,
    )


@blueprint.get("/own-offers/new")
@for_roles(Role.PARTNER)
def new_own_offer() -> Any:
    """Show the empty form."""
    form, _, _ = _form()
    return _form_page(form)


@blueprint.post("/own-offers")
@for_roles(Role.PARTNER)
def create_own_offer() -> Any:
    """Write a draft."""
    form, organisations, locations = _form()
    if not form.validate_on_submit():
        return _form_page(form, status=422)
    organisation = next((one for one in organisations if one.public_id == form.organisation.data), None)
    try:
        if organisation is None:
            raise NotAllowed
        with transaction() as session:
            offer = verbs.create_offer(
                session, actor=current_actor(), organisation=organisation, entries=form.entries(locations), at=at()
            )
    except HubError as error:
        add_error(form, error)
        return _form_page(form, status=error.status)
    flash(str(N_("Der Entwurf ist gespeichert. Legen Sie jetzt die Termine an.")), "ok")
    return redirect(url_for("own_offers.show_own_offer", public_id=offer.public_id), code=303)


@blueprint.get("/own-offers/<public_id>")
@for_roles(Role.PARTNER)
def show_own_offer(public_id: str) -> Any:
    """Show one own offer: where it stands, its series, its next dates, what to do."""
    with reading() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
        series = series_queries.list_series(session, offer)
        coming = slot_queries.list_offer_slots(session, offer, at=at(), limit=SHOWN_DATES + 1)
        closed = series_queries.list_closed_days(session, series, offer, at=at(), language=i18n.current())
    return render(
        "own_offers/show_own_offer.html",
        offer=offer,
        series=[(one, sentences(one.rule)) for one in series],
        closed=closed,
        slots=coming[:SHOWN_DATES],
        knots=[_knot(slot) for slot in coming[:SHOWN_DATES]],
        more=len(coming) > SHOWN_DATES,
        may_move=may_move,
        states=OfferState,
        words=offer_words,
    )


@blueprint.get("/own-offers/<public_id>/edit")
@for_roles(Role.PARTNER)
def edit_own_offer(public_id: str) -> Any:
    """Show the form of an offer as it stands."""
    with reading() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
    form, _, _ = _form(offer)
    return _form_page(form, offer)


@blueprint.post("/own-offers/<public_id>")
@for_roles(Role.PARTNER)
def update_own_offer(public_id: str) -> Any:
    """Save changes; a stale form answers 409 and keeps the entries."""
    with reading() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
    form, _, locations = _form(offer)
    if not form.validate_on_submit():
        return _form_page(form, offer, status=422)
    try:
        with transaction() as session:
            fresh = queries.get_own_offer(session, current_actor(), public_id)
            verbs.update_offer(
                session,
                actor=current_actor(),
                offer=fresh,
                entries=form.entries(locations),
                version=seen_version(),
                at=at(),
            )
    except HubError as error:
        add_error(form, error)
        return _form_page(form, offer, status=error.status)
    flash(str(N_("Gespeichert.")), "ok")
    return redirect(url_for("own_offers.show_own_offer", public_id=public_id), code=303)


@blueprint.post("/own-offers/<public_id>/publication")
@for_roles(Role.PARTNER)
def create_publication(public_id: str) -> Any:
    """Show the offer in the catalogue."""
    with transaction() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
        verbs.publish_offer(session, actor=current_actor(), offer=offer, at=at())
    flash(str(N_("Veröffentlicht. Das Angebot steht jetzt im Verzeichnis.")), "ok")
    return redirect(url_for("own_offers.show_own_offer", public_id=public_id), code=303)


@blueprint.post("/own-offers/<public_id>/pause")
@for_roles(Role.PARTNER)
def create_pause(public_id: str) -> Any:
    """Take the offer out of the catalogue for a while."""
    with transaction() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
        verbs.pause_offer(session, actor=current_actor(), offer=offer, at=at())
    flash(str(N_("Pausiert. Neue Buchungen gehen nicht mehr, gebuchte Plätze bleiben.")), "ok")
    return redirect(url_for("own_offers.show_own_offer", public_id=public_id), code=303)


@blueprint.get("/own-offers/<public_id>/end")
@for_roles(Role.PARTNER)
def new_end(public_id: str) -> Any:
    """Show what ending the offer does before it happens."""
    return _end_page(public_id)


@blueprint.post("/own-offers/<public_id>/end")
@for_roles(Role.PARTNER)
def create_end(public_id: str) -> Any:
    """End the offer for good; refused while places are booked."""
    try:
        with transaction() as session:
            offer = queries.get_own_offer(session, current_actor(), public_id)
            verbs.end_offer(session, actor=current_actor(), offer=offer, at=at())
    except HubError as error:
        if error.status != 409:
            raise
        return _end_page(public_id, str(error.message), error.status)
    flash(str(N_("Das Angebot ist beendet.")), "ok")
    return redirect(url_for("own_offers.list_own_offers"), code=303)


def _knot(slot: Slot) -> dict[str, Any]:
    """Return one date as the thread wants it."""
    off, on = slot.state is SlotState.CALLED_OFF, clock.local_date(slot.starts_at)
    filled = N_("einfach hingehen") if slot.places == 0 else N_("{n} von {of} belegt", n=slot.taken, of=slot.places)
    return {
        "when": weekday(on),
        "note": short_date(on),
        "at": slot.starts_at.isoformat(),
        "mark": "off" if off else "free",
        "headline": f"{clock_time(slot.starts_at)}, {filled}",
        "off": off,
        "state": N_("Fällt aus.") if off else None,
        "href": url_for("slots.show_slot", public_id=slot.public_id),
        "whole": True,
        "label": N_("{when} ansehen", when=day_clock(slot.starts_at)),
    }


def seen_version() -> int | None:
    """Return the version the form was made from; one that is no number is as good as a stale one."""
    value = request.form.get("version", "")
    return int(value) if value.isdecimal() else 0


def _end_page(public_id: str, problem: str = "", status: int = 200) -> Any:
    with reading() as session:
        offer = queries.get_own_offer(session, current_actor(), public_id)
        booked = queries.count_booked(session, offer, at=at())
        empty = slot_queries.count_coming(session, offer, at=at())
    return render("own_offers/new_end.html", status, offer=offer, booked=booked, dates=empty, problem=problem)


def _form(offer: Offer | None = None) -> tuple[OfferForm, list[Any], list[Any]]:
    with reading() as session:
        organisations = queries.list_acted_for(session, current_actor())
        locations = queries.list_usable_locations(session, current_actor())
    form = OfferForm()
    if offer is not None and not form.is_submitted():
        form.fill(offer)
    if offer is not None:
        organisations = [offer.organisation]
        form.organisation.data = offer.organisation.public_id
    elif not form.is_submitted() and locations:
        own = [one for one in locations if one.organisation_id in current_actor().partner_ids]
        form.place.data = own[0].public_id if len(own) == 1 else ""
    form.offer_choices(current_actor(), organisations, locations)
    if len(organisations) == 1:
        form.organisation.data = organisations[0].public_id
    return form, organisations, locations


def _form_page(form: OfferForm, offer: Offer | None = None, status: int = 200) -> Any:
    several = len(form.organisation.choices or []) > 1
    return render("own_offers/edit_own_offer.html", status, form=form, offer=offer, several=several)
