"""A partner's own offers: the list, the form, one offer with its dates, and what may be done with it."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session

from hub import clock, i18n
from hub.actions import offers as verbs
from hub.errors import HubError, NotAllowed
from hub.i18n import N_, Message
from hub.models.mark import Mark, marks_of
from hub.models.offer import Form, Offer, OfferState
from hub.models.series import Series
from hub.models.slot import Slot
from hub.models.user import Role
from hub.plain_words import find_hints
from hub.queries import demands, pools, reviews
from hub.queries import offer_versions as versions
from hub.queries import own_offers as queries
from hub.queries import series as series_queries
from hub.queries import slots as slot_queries
from hub.queries.states import may_move
from hub.web import confirmations, offer_words, own_offer_dates
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.demands import district_name
from hub.web.fields import add_error
from hub.web.filters import day_clock
from hub.web.offer_versions import mark_words
from hub.web.own_offer_form import OfferForm
from hub.web.series_words import sentences

blueprint = Blueprint("own_offers", __name__)
SHOWN_DATES = 12
LONGEST_TEXT = 2000  # characters of a text looked at; the form takes fewer
ORDER = (OfferState.PUBLISHED, OfferState.DRAFT, OfferState.REVIEW, OfferState.PAUSED, OfferState.ENDED)


@blueprint.get("/own-offers")
@for_roles(Role.PARTNER)
def list_own_offers() -> Any:
    """Show all own offers, the published ones first."""
    with reading() as session:
        offers = queries.list_own_offers(session, current_actor())
        dates = queries.next_dates(session, current_actor(), at=at())
        organisations = queries.list_acted_for(session, current_actor())
        wanted = demands.list_requests(session, current_actor(), at=at())
    offers.sort(key=lambda offer: (ORDER.index(offer.state), offer.title.casefold()))
    # Rooms are lent to coaches and stand in no public list.
    running = sum(offer.state is OfferState.PUBLISHED and offer.form is not Form.ROOM for offer in offers)
    return render(
        "own_offers/list_own_offers.html",
        offers=offers,
        dates=dates,
        running=running,
        several=len(organisations) > 1,
        wanted=[(offer_words.AIMS[aim], district_name(district)) for aim, district in wanted],
        words=offer_words,
    )


@blueprint.get("/own-offers/new")
@for_roles(Role.PARTNER)
def new_own_offer() -> Any:
    """Show the empty form."""
    form, _, _ = _form()
    if request.args.get("form") in set(Form):
        form.form.data = request.args["form"]
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
        kept = _kept(session, series)
        coming = slot_queries.list_offer_slots(session, offer, at=at(), limit=SHOWN_DATES + 1)
        closed = series_queries.list_closed_days(session, series, offer, at=at(), language=i18n.current())
        latest = versions.find_latest_version(session, offer)
        reviewed = reviews.is_reviewed(session, offer.organisation_id, on=clock.local_date(at()))
        standing = confirmations.standing(session, offer)
    return render(
        "own_offers/show_own_offer.html",
        standing=standing,
        offer=offer,
        series=[(one, sentences(one.rule), kept.get(one.id, [])) for one in series],
        closed=closed,
        slots=coming[:SHOWN_DATES],
        knots=[_knot(slot) for slot in coming[:SHOWN_DATES]],
        more=len(coming) > SHOWN_DATES,
        reviewed=reviewed,
        mended=latest is not None and "state" not in latest.changed,
        marks=[(mark, mark_words(mark), *_state_of(mark)) for mark in marks_of(offer)],
        hints=find_hints(offer.summary),
        elsewhere=_elsewhere(series, offer) if request.args.get("place") == "changed" else None,
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
            place, entries = fresh.location_id, form.entries(locations)
            told = verbs.update_offer(
                session, actor=current_actor(), offer=fresh, entries=entries, version=seen_version(), at=at()
            )
    except HubError as error:
        add_error(form, error)
        return _form_page(form, offer, status=error.status)
    flash(str(_saved(told)), "ok")
    moved = "changed" if entries.location_id != place else None
    return redirect(url_for("own_offers.show_own_offer", public_id=public_id, place=moved), code=303)


def _saved(told: int) -> Message:
    if told > 1:
        return N_("Gespeichert. {n} Coaches erfahren, dass sich etwas geändert hat.", n=told)
    return N_("Gespeichert. Ein Coach erfährt, dass sich etwas geändert hat.") if told else N_("Gespeichert.")


@blueprint.post("/own-offers/plain-words")
@for_roles(Role.PARTNER)
def create_plain_words() -> Any:
    """Say what in a short text is hard to read, as a piece of a page; nothing is kept."""
    return render("own_offers/_plain_words.html", hints=find_hints(request.form.get("summary", "")[:LONGEST_TEXT]))


def _state_of(mark: Mark) -> tuple[str, Message]:
    """Return how a mark stands today as state and words."""
    today = clock.local_date(at())
    if not mark.valid(today):
        return "off", N_("abgelaufen, steht nicht mehr im Verzeichnis")
    left = (mark.expires_on - today).days
    if mark.running_out(today):
        return "due", N_("läuft in {n} Tagen ab", n=left) if left > 1 else N_("läuft bald ab")
    return "accepted", N_("gilt")


def _elsewhere(series: list[Series], offer: Offer) -> list[tuple[str, str, str]]:
    """Return the running series that take place elsewhere than the offer now says: when, where, where to change it."""
    return [
        (
            " ".join(str(sentence) for sentence in sentences(one.rule)),
            one.location.name,
            url_for("series_changes.edit_series", public_id=one.public_id),
        )
        for one in series
        if one.location is not None and one.location_id != offer.location_id
    ]


def _knot(slot: Slot) -> dict[str, Any]:
    """Return one date as the thread wants it, with the way to its page."""
    href = url_for("slots.show_slot", public_id=slot.public_id)
    label = N_("{when} ansehen", when=day_clock(slot.starts_at))
    return own_offer_dates.knot(slot) | {"href": href, "whole": True, "label": label}


def _kept(session: Session, series: list[Series]) -> dict[int, list[Message]]:
    """Say for each series what it keeps for whom, by its key. Two statements at most."""
    plans = [(one.id, series_queries.plan_of(one)) for one in series]
    parts = [(key, plan.places, contingent) for key, plan in plans for contingent in plan.contingents]
    names = pools.names_of(session, [contingent for _, _, contingent in parts])
    found: dict[int, list[Message]] = {}
    for (key, places, contingent), whom in zip(parts, names, strict=True):
        found.setdefault(key, []).append(own_offer_dates.kept_sentence(contingent, whom, places))
    return found


def seen_version() -> int | None:
    """Return the version the form was made from; one that is no number is as good as a stale one."""
    value = request.form.get("version", "")
    return int(value) if value.isdecimal() else 0


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
    hints = find_hints(form.summary.data or "")
    return render("own_offers/edit_own_offer.html", status, form=form, offer=offer, several=several, hints=hints)
