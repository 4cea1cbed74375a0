"""Weekly series: the form, the preview with the real dates, publishing, and holidays that take place all the same."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from hub import i18n
from hub.actions import slots as verbs
from hub.errors import HubError, InvalidInput, NotFound
from hub.i18n import N_
from hub.models.offer import Offer
from hub.models.user import Role
from hub.queries import own_offers
from hub.queries import series as queries
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.series_form import SeriesForm
from hub.web.series_words import date_knot, sentences

blueprint = Blueprint("series", __name__)


@blueprint.before_request
def _section() -> None:
    g.section = "own_offers"


@blueprint.get("/own-offers/<public_id>/series/new")
@for_roles(Role.PARTNER)
def new_series(public_id: str) -> Any:
    """Show the form, with the entries of the address when somebody comes back from the preview."""
    offer, locations = _offer(public_id)
    form = _form(offer, locations, request.args)
    return _form_page(form, offer)


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
    """Publish the series with its dates; a room taken meanwhile shows the preview again with the reason."""
    offer, locations = _offer(public_id)
    form = _form(offer, locations, request.form)
    if not form.validate():
        return _form_page(form, offer, 422)
    kept = _kept(request.form)
    try:
        plan = form.plan(offer, locations, at(), kept)
        with transaction() as session:
            fresh = own_offers.get_own_offer(session, current_actor(), public_id)
            verbs.publish_series(session, actor=current_actor(), offer=fresh, plan=plan, at=at())
    except InvalidInput as error:
        add_error(form, error)
        return _form_page(form, offer, error.status)
    except HubError as error:
        add_error(form, error)
        return _preview(form, offer, locations, kept, error.status)
    flash(str(N_("Die Termine stehen.")), "ok")
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


def _form_page(form: SeriesForm, offer: Offer, status: int = 200) -> Any:
    return render("series/new_series.html", status, form=form, offer=offer)


def _preview(form: SeriesForm, offer: Offer, locations: list[Any], kept: tuple[date, ...], status: int = 200) -> Any:
    try:
        plan = form.plan(offer, locations, at(), kept)
        queries.check_rule(plan.rule)
    except InvalidInput as error:
        add_error(form, error)
        return _form_page(form, offer, error.status)
    with reading() as session:
        dates = queries.plan_dates(
            session,
            plan,
            organisation_id=offer.organisation_id,
            first=plan.rule.starts_on,
            last=queries.horizon(at()),
            at=at(),
            language=i18n.current(),
        )
    entries = [(name, value) for name, value in _entries().items(multi=True) if name.partition("-")[0] in form]
    query: dict[str, Any] = {**MultiDict(entries).to_dict(flat=False), "public_id": offer.public_id}
    return render(
        "series/show_preview.html",
        status,
        form=form,
        offer=offer,
        plan=plan,
        sentences=sentences(plan.rule),
        knots=[date_knot(one) for one in dates],
        taking_place=sum(one.takes_place for one in dates),
        clashes=sum(one.takes_place and one.room_taken for one in dates),
        entries=entries,
        back=url_for("series.new_series", **query),
    )


def _entries() -> MultiDict[str, str]:
    return request.form if request.method == "POST" else request.args


def _kept(entries: MultiDict[str, str]) -> tuple[date, ...]:
    return tuple(day for day in map(_day, entries.getlist("kept")) if day is not None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
