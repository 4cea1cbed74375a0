"""The page behind the link to one offer: is it still right, what is not, or please call; looking changes nothing."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms.validators import Optional

from hub.actions import calls, freshness, offers
from hub.actions import slots as slot_verbs
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.notice import Link
from hub.models.offer import Freshness, Offer, OfferState
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.queries import slots as slot_queries
from hub.queries.freshness import lowers_at
from hub.queries.links import actor_of_link, find_offer_link
from hub.web.access import for_everyone
from hub.web.context import at, reading, render, request_id, transaction
from hub.web.enquiry_steps import StepForm
from hub.web.fields import Day, add_error
from hub.web.filters import day_clock
from hub.web.own_offer_dates import knot

blueprint = Blueprint("kept_offers", __name__)
WHY = "the link is the key: random, for one offer of one organisation, and it shows no person"
SHOWN_DATES = 6
AWAY = {OfferState.ENDED: "ended", OfferState.PAUSED: "paused", OfferState.DRAFT: "away", OfferState.REVIEW: "away"}


class PauseForm(FlaskForm):
    """A pause, until a day where it is known."""

    until = Day(N_("Wann geht es weiter?"), [Optional()])


def _get(session: Session, token: str) -> tuple[Link, Offer, Actor]:
    link = find_offer_link(session, token, at())
    if link is None or link.offer is None:
        raise NotFound
    return link, link.offer, actor_of_link(link, request_id=request_id())


@blueprint.get("/links/offers/<token>")
@for_everyone(WHY)
def show_kept_offer(token: str) -> Any:
    """Show the offer's own words and next dates; following changes nothing, however often a scanner does it."""
    return _page(token)


def _page(token: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    with reading() as session:
        link, offer, _ = _get(session, token)
        ended = offer.state is OfferState.ENDED
        coming = [] if ended else slot_queries.list_offer_slots(session, offer, at=at(), limit=SHOWN_DATES)
    return render(
        "kept_offers/show_kept_offer.html",
        status,
        link=link,
        offer=offer,
        token=token,
        phase=_phase(offer, link),
        freshness=offer.freshness,
        states=Freshness,
        lowers_at=lowers_at(offer),
        knots=[_knot(slot, token) for slot in coming],
        form=form,
        pause_form=form if isinstance(form, PauseForm) else PauseForm(formdata=None),
    )


def _phase(offer: Offer, link: Link) -> str:
    """Tell what the page is about: the question, the thanks for its answer, or an offer that is away."""
    if offer.state is not OfferState.PUBLISHED:
        return AWAY[offer.state]
    answered = offer.confirmed_at is not None and offer.confirmed_at >= link.created_at
    return "thanks" if answered and offer.freshness is Freshness.FRESH else "question"


def _knot(slot: Slot, token: str) -> dict[str, Any]:
    """Return one date as the thread wants it: counts of places, nobody's code."""
    found = knot(slot)
    if not _changeable(slot):
        return found
    when = day_clock(slot.starts_at)
    href = url_for(".new_calling_off", token=token, public_id=slot.public_id)
    return found | {"href": href, "link": N_("Fällt aus?"), "label": N_("{when} fällt aus?", when=when)}


def _changeable(slot: Slot) -> bool:
    return slot.state is not SlotState.CALLED_OFF and slot.starts_at > at()


@blueprint.post("/links/offers/<token>/confirmation")
@for_everyone(WHY)
def create_confirmation(token: str) -> Any:
    """Say with one tap that it is still right."""
    return _act(token, StepForm(), freshness.confirm_offer, N_("Danke. Das Angebot gilt weiter als bestätigt."))


@blueprint.post("/links/offers/<token>/pause")
@for_everyone(WHY)
def create_pause(token: str) -> Any:
    """Take the offer out of the catalogue, until a day or until somebody says so."""
    form = PauseForm()

    def pause(session: Session, **facts: Any) -> None:
        offers.pause_offer(session, until=form.until.data, **facts)

    return _act(token, form, pause, N_("Gute Pause. Gebuchte Plätze bleiben."))


@blueprint.post("/links/offers/<token>/publication")
@for_everyone(WHY)
def create_publication(token: str) -> Any:
    """End a pause; nothing else is published through a link."""

    def resume(session: Session, *, offer: Offer, **facts: Any) -> None:
        if offer.state is not OfferState.PAUSED:
            raise RuleBroken(N_("Dieses Angebot macht gerade keine Pause."))
        offers.publish_offer(session, offer=offer, **facts)

    return _act(token, StepForm(), resume, N_("Das Angebot steht wieder im Verzeichnis."))


@blueprint.post("/links/offers/<token>/call")
@for_everyone(WHY)
def create_call(token: str) -> Any:
    """Ask to be phoned."""

    def ask(session: Session, *, offer: Offer, **facts: Any) -> None:
        calls.ask_for_call(session, organisation_id=offer.organisation_id, offer=offer, **facts)

    return _act(token, StepForm(), ask, N_("Gut, wir rufen Sie an."))


def _act(token: str, form: FlaskForm, verb: Callable[..., None], done: Message) -> Any:
    if not form.validate_on_submit():
        return _page(token, form, 422)
    try:
        with transaction() as session:
            link, offer, actor = _get(session, token)
            verb(session, actor=actor, offer=offer, at=at())
            link.used_at = at()
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return _page(token, form, error.status)
    flash(str(done), "ok")
    return redirect(url_for(".show_kept_offer", token=token), code=303)


@blueprint.get("/links/offers/<token>/slots/<public_id>/calling-off")
@for_everyone(WHY)
def new_calling_off(token: str, public_id: str) -> Any:
    """Show what calling one date off does, before it happens."""
    return _calling_off_page(token, public_id, StepForm(formdata=None))


@blueprint.post("/links/offers/<token>/slots/<public_id>/calling-off")
@for_everyone(WHY)
def create_calling_off(token: str, public_id: str) -> Any:
    """Call one date off; the coaches of all who are booked are told."""
    form = StepForm()
    if not form.validate_on_submit():
        return _calling_off_page(token, public_id, form, 422)
    try:
        with transaction() as session:
            link, _, actor = _get(session, token)
            slot = slot_queries.get_own_slot(session, actor, public_id)
            slot_verbs.call_off_slot(session, actor=actor, slot=slot, version=form.version.data or 0, at=at())
            link.used_at = at()
    except RuleBroken as error:
        add_error(form, error)
        return _calling_off_page(token, public_id, form, error.status)
    flash(str(N_("Der Termin ist abgesagt. Wer gebucht war, erfährt es. War es ein Versehen, rufen Sie uns an.")), "ok")
    return redirect(url_for(".show_kept_offer", token=token), code=303)


def _calling_off_page(token: str, public_id: str, form: StepForm, status: int = 200) -> Any:
    with reading() as session:
        _, offer, actor = _get(session, token)
        slot = slot_queries.get_own_slot(session, actor, public_id)
        effects = slot_queries.consequences(session, slot)
    if not _changeable(slot) and not form.errors:
        raise NotFound
    form.version.data = slot.version
    changeable = _changeable(slot)
    context = {"token": token, "offer": offer, "slot": slot, "effects": effects, "form": form, "changeable": changeable}
    return render("kept_offers/new_calling_off.html", status, **context)
