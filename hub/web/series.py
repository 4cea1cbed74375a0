"""Series: the form, the preview with the real dates, publishing, and closed days that take place all the same."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from hub import clock, i18n
from hub.actions import slots as verbs
from hub.actions.offers import publish_offer
from hub.errors import HubError, InvalidInput, NotFound
from hub.i18n import N_
from hub.models.offer import Access, Offer, OfferState
from hub.models.series import Series
from hub.models.user import Role
from hub.queries import course_plans, own_offers
from hub.queries import series as queries
from hub.queries.plans import check_rule
from hub.queries.pools import require_contingents
from hub.queries.reviews import is_reviewed
from hub.web.access import for_roles
from hub.web.busy_rooms import takes_it_anyway, warning
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.contingent_fields import note_contingents
from hub.web.course_fields import number_sessions
from hub.web.fields import add_error
from hub.web.own_offer_form import place_value
from hub.web.series_form import SeriesForm
from hub.web.series_words import date_knot, plan_sentences

blueprint = Blueprint("series", __name__)
OPEN_DATES = 6  # of a preview; its button stands below them
DONE = {
    None: N_("Die Termine stehen."),
    OfferState.PUBLISHED: N_("Die Termine stehen, und das Angebot ist im Verzeichnis."),
    OfferState.REVIEW: N_("Die Termine stehen. Das Angebot ist zur Prüfung abgegeben, Ihr Netzwerk meldet sich."),
}


@blueprint.before_request
def _section() -> None:
    g.section = "own_offers"


@blueprint.get("/own-offers/<public_id>/series/new")
@for_roles(Role.PARTNER)
def new_series(public_id: str) -> Any:
    """Show the form: with the entries of the address on the way back from the preview, else as the offer says.

    An offer made from another starts with the days and times of that one.
    """
    with reading() as session:
        offer = own_offers.get_own_offer(session, current_actor(), public_id)
        locations = own_offers.list_usable_locations(session, current_actor())
        model = _model(session, offer) if not request.args else None
    form = _form(offer, locations, request.args)
    if model is not None:
        form.fill(queries.plan_of(model), place_value(model.location, model.room), today=clock.local_date(at()))
    return _form_page(form, offer, copied=model is not None)


@blueprint.get("/own-offers/<public_id>/series/preview")
@for_roles(Role.PARTNER)
def show_preview(public_id: str) -> Any:
    """Show the rule in plain words and the real dates, before anything is made."""
    offer, locations = _offer(public_id)
    form = _form(offer, locations, request.args)
    if not form.validate():
        return _form_page(form, offer, 422)
    return _preview(form, offer, locations, _kept(request.args))


@blueprint.post("/own-offers/<public_id>/series")
@for_roles(Role.PARTNER)
def create_series(public_id: str) -> Any:
    """Publish the series with its dates, and with `then` the offer too; what was taken meanwhile shows the preview."""
    offer, locations = _offer(public_id)
    form = _form(offer, locations, request.form)
    if not form.validate():
        return _form_page(form, offer, 422)
    kept, state = _kept(request.form), None
    try:
        plan = replace(form.plan(offer, locations, at(), kept), despite_busy=takes_it_anyway())
        with transaction() as session:
            fresh = own_offers.get_own_offer(session, current_actor(), public_id)
            verbs.publish_series(session, actor=current_actor(), offer=fresh, plan=plan, at=at())
            if request.form.get("then") == "publish" and fresh.state is OfferState.DRAFT:
                state = publish_offer(session, actor=current_actor(), offer=fresh, at=at())
    except InvalidInput as error:
        add_error(form, error)
        return _form_page(form, offer, error.status)
    except HubError as error:
        add_error(form, error)
        return _preview(form, offer, locations, kept, error.status)
    flash(str(DONE[state]), "ok")
    return redirect(url_for("own_offers.show_own_offer", public_id=public_id), code=303)


@blueprint.post("/series/<public_id>/kept-days")
@for_roles(Role.PARTNER)
def create_kept_day(public_id: str) -> Any:
    """Let the date on one closed day take place all the same."""
    day = _day(request.form.get("day", ""))
    if day is None:
        raise NotFound
    with transaction() as session:
        series = queries.get_own_series(session, current_actor(), public_id)
        verbs.keep_day(session, actor=current_actor(), series=series, day=day, at=at())
    flash(str(N_("Der Termin findet statt.")), "ok")
    return redirect(url_for("own_offers.show_own_offer", public_id=series.offer.public_id), code=303)


def _offer(public_id: str) -> tuple[Offer, list[Any]]:
    with reading() as session:
        offer = own_offers.get_own_offer(session, current_actor(), public_id)
        return offer, own_offers.list_usable_locations(session, current_actor())


def _form(offer: Offer, locations: list[Any], entries: MultiDict[str, str]) -> SeriesForm:
    # The preview is a GET: it changes nothing, can be reloaded, and the way back keeps all entries. POSTs are guarded
    # for the whole application.
    form = SeriesForm(entries or None, meta={"csrf": False})
    form.prepare(current_actor(), offer, locations, at(), empty=not entries)
    return form


def _model(session: Session, offer: Offer) -> Series | None:
    """Return the last series of the offer this one was made from, as long as it has none of its own."""
    if offer.copied_from_id is None or queries.list_series(session, offer):
        return None
    return queries.find_last_series(session, current_actor(), offer.copied_from_id)


def _form_page(form: SeriesForm, offer: Offer, status: int = 200, *, copied: bool = False) -> Any:
    dropin = offer.access is Access.OPEN
    return render("series/new_series.html", status, form=form, offer=offer, copied=copied, dropin=dropin)


def _preview(form: SeriesForm, offer: Offer, locations: list[Any], kept: tuple[date, ...], status: int = 200) -> Any:
    try:
        plan = form.plan(offer, locations, at(), kept)
        check_rule(plan.rule)
        with reading() as session:
            plan = course_plans.settle_plan(session, plan, offer, at=at())
            require_contingents(session, offer, plan)
    except InvalidInput as error:
        add_error(form, error)
        return _form_page(form, offer, error.status)
    with reading() as session:
        dates = queries.plan_dates(
            session,
            plan,
            organisation_id=offer.organisation_id,
            first=plan.rule.starts_on,
            last=queries.horizon(at()) if plan.join_until is None else course_plans.last_day(plan.rule),
            at=at(),
            language=i18n.current(),
        )
        reviewed = is_reviewed(session, offer.organisation_id, on=clock.local_date(at()))
    knots = [date_knot(one) for one in dates]
    note_contingents(knots, plan, dates, at=at())
    if plan.join_until is not None:
        number_sessions(knots)
    clashes = sum(one.takes_place and one.room_taken for one in dates)
    first, later = (knots, []) if clashes or plan.join_until is not None else _fold(knots)
    entries = [(name, value) for name, value in _entries().items(multi=True) if name.partition("-")[0] in form]
    query: dict[str, Any] = {**MultiDict(entries).to_dict(flat=False), "public_id": offer.public_id}
    return render(
        "series/show_preview.html",
        status,
        form=form,
        offer=offer,
        plan=plan,
        sentences=plan_sentences(plan),
        draft=offer.state is OfferState.DRAFT,
        shown=offer.state is OfferState.PUBLISHED,
        reviewed=reviewed,
        knots=first,
        later=later,
        taking_place=sum(one.takes_place for one in dates),
        clashes=clashes,
        busy=warning(one.room_known for one in dates if one.takes_place) if not form.lends else None,
        entries=entries,
        back=url_for("series.new_series", **query),
    )


def _fold(knots: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what stands open, the first dates and every day that is not like the others, and the rest."""
    first: list[dict[str, Any]] = []
    later: list[dict[str, Any]] = []
    for number, one in enumerate(knots):
        (first if number < OPEN_DATES or one["asked"] or one["mark"] != "free" else later).append(one)
    return first, later


def _entries() -> MultiDict[str, str]:
    return request.form if request.method == "POST" else request.args


def _kept(entries: MultiDict[str, str]) -> tuple[date, ...]:
    return tuple(day for day in map(_day, entries.getlist("kept")) if day is not None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
