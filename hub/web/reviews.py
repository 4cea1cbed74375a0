"""A coordinator's page of offers that wait: each as coaches will see it, to let in or to give back with a reason."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, TextAreaField

from hub import clock
from hub.actions import reviews as verbs
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.user import Role
from hub.queries import courses, offers
from hub.queries import reviews as queries
from hub.web import offer_page, offer_words
from hub.web.access import for_roles
from hub.web.context import at, config, current_actor, reading, render, transaction
from hub.web.fields import Needed, NotLonger, add_error
from hub.web.free_text import MEANT, Unsuspicious
from hub.web.offers import DATES_ON_PAGE
from hub.web.own_offers import seen_version

blueprint = Blueprint("reviews", __name__)


class ReturnForm(FlaskForm):
    """Why an offer goes back; the partner reads it word for word."""

    note = TextAreaField(
        N_("Was soll der Partner ändern?"),
        [
            Needed(N_("Bitte schreiben Sie, was noch fehlt. Der Partner liest es.")),
            NotLonger(verbs.LONGEST_NOTE),
            Unsuspicious(),
        ],
    )
    meant = BooleanField(MEANT)
    version = HiddenField()


@blueprint.get("/reviews")
@for_roles(Role.COORDINATOR)
def list_reviews() -> Any:
    """Show the offers that wait, the longest waiting first."""
    with reading() as session:
        found = queries.list_reviewed_offers(session, current_actor())
    return render("reviews/list_reviews.html", offers=found, words=offer_words)


@blueprint.get("/reviews/<public_id>")
@for_roles(Role.COORDINATOR)
def show_review(public_id: str) -> Any:
    """Show an offer as coaches will see it, with its coming dates."""
    return _page(ReturnForm(), public_id)


@blueprint.post("/reviews/<public_id>/approval")
@for_roles(Role.COORDINATOR)
def create_approval(public_id: str) -> Any:
    """Let the offer into the catalogue, as it was read; one that changed meanwhile is shown again."""
    try:
        with transaction() as session:
            offer = queries.get_reviewed_offer(session, current_actor(), public_id)
            verbs.approve_offer(session, actor=current_actor(), offer=offer, version=seen_version(), at=at())
    except RuleBroken as error:
        return _page(ReturnForm(formdata=None), public_id, error)
    flash(str(N_("Freigegeben. „{title}“ steht jetzt im Verzeichnis.", title=offer.title)), "ok")
    return redirect(url_for("reviews.list_reviews"), code=303)


@blueprint.post("/reviews/<public_id>/return")
@for_roles(Role.COORDINATOR)
def create_return(public_id: str) -> Any:
    """Give the offer back with a reason."""
    form = ReturnForm()
    if not form.validate_on_submit():
        return _page(form, public_id, status=422)
    try:
        with transaction() as session:
            offer = queries.get_reviewed_offer(session, current_actor(), public_id)
            note = form.note.data or ""
            verbs.return_offer(session, actor=current_actor(), offer=offer, note=note, version=seen_version(), at=at())
    except (InvalidInput, RuleBroken) as error:
        return _page(form, public_id, error)
    flash(str(N_("Zurückgegeben. Der Partner liest jetzt, was fehlt.")), "ok")
    return redirect(url_for("reviews.list_reviews"), code=303)


def _page(form: ReturnForm, public_id: str, error: InvalidInput | RuleBroken | None = None, status: int = 200) -> Any:
    actor = current_actor()
    with reading() as session:
        offer = queries.get_reviewed_offer(session, actor, public_id)
        slots = offers.list_coming_slots(session, offer, at=at(), limit=DATES_ON_PAGE)
        whole = courses.list_open_courses(session, offer, at=at())
    if error is not None:
        add_error(form, error)
    form.version.data = str(offer.version)  # of what is shown now
    phone = offer.phone or offer.organisation.phone or config().site_phone_text
    return render(
        "reviews/show_review.html",
        error.status if error is not None else status,
        form=form,
        offer=offer,
        how=offer_page.entrance(offer, offer_page.in_order(slots, whole, at()), phone),
        dates=[offer_page.date(offer, slot, actor) for slot in slots],
        courses=[offer_page.course(offer, one, actor, at()) for one in whole],
        known=offer_page.known(offer, clock.local_date(at())),
        groups=[offer_words.FIELD_GROUPS[group] for group in offer.field_groups if group in offer_words.FIELD_GROUPS],
        words=offer_words,
    )
