"""Asking several partners at once without a name, on a coach's screen: choose, send, follow, ask the next, end."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions import log
from hub.actions import rounds as verbs
from hub.actions.asking_around import ask_around
from hub.actions.rounds import Sending
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_
from hub.models.round import MOST, RUNNING
from hub.models.user import Role
from hub.policy.fields import Field
from hub.queries import participants, shortlists
from hub.queries import rounds as questions
from hub.queries.consents import WAITING
from hub.queries.reading import fields_of
from hub.queries.rounds import Asking
from hub.queries.sheets import find_open_about, get_sheet_by_id
from hub.web import round_words
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.round_asking import Candidates, candidates_of
from hub.web.round_forms import DatesForm, PickForm, RoundForm, RoundStepForm

blueprint = Blueprint("rounds", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


@blueprint.post("/people/<public_id>/rounds/picks")
@for_roles(Role.COACH)
def create_picks(public_id: str) -> Response:
    """Lead from the ticked hits to the page with them; nothing is changed or kept."""
    with reading() as session:
        participants.get_participant(session, current_actor(), public_id, at=at())
        found = shortlists.list_ticked_offers(session, current_actor(), request.form.getlist("offer")[:MOST])
    goal = url_for(".new_round", public_id=public_id, offer=[one.public_id for one in found])
    return redirect(goal, code=303)


@blueprint.get("/people/<public_id>/rounds/new")
@for_roles(Role.COACH)
def new_round(public_id: str) -> Any:
    """Choose together whom to ask, and what may be told without a name; nothing of that is ticked beforehand."""
    with reading() as session:
        found = candidates_of(session, public_id)
    form = RoundForm(formdata=None)
    form.prepare(found, filled=False)
    return _new_page(found, form, DatesForm.for_dates(found, formdata=None))


def _new_page(found: Candidates, form: RoundForm, dates: DatesForm, status: int = 200) -> Any:
    with transaction() as session:
        fields = [Field.IDENTITY, Field.ACCESS]
        log.record_reading(session, actor=current_actor(), person=found.person, fields=fields, purpose="round", at=at())
    return render("rounds/new_round.html", status, found=found, form=form, dates=dates, person=found.person, most=MOST)


@blueprint.post("/people/<public_id>/rounds/new")
@for_roles(Role.COACH)
def create_round(public_id: str) -> Any:
    """Write the question down on a sheet of its own, with what every partner would read (T1)."""
    with reading() as session:
        found = candidates_of(session, public_id)
    form, dates = RoundForm(), DatesForm.for_dates(found)
    form.prepare(found, filled=True)
    if found.referral is None or not (form.validate_on_submit() and dates.validate_on_submit()):
        return _new_page(found, form, dates, 422)
    try:
        with transaction() as session:
            sheet = _ask(session, candidates_of(session, public_id), form, dates)
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return _new_page(found, form, dates, error.status)
    return redirect(url_for("sheets.show_sheet", public_id=public_id, sheet_id=sheet.public_id), code=303)


def _ask(session: Session, found: Candidates, form: RoundForm, dates: DatesForm) -> Any:
    if found.referral is None:
        raise NotFound
    slots = dates.slots(found)
    return ask_around(
        session,
        actor=current_actor(),
        participant=found.person,
        referral=found.referral,
        asks=found.asks(form.chosen(found), lambda offer, slot: form.wish(found.person, offer, slot), slots),
        kind=form.chosen_kind(),
        reading=form.reading(),
        at=at(),
    )


@blueprint.get("/people/<public_id>/rounds/<round_id>")
@for_roles(Role.COACH)
def show_round(public_id: str, round_id: str) -> Any:
    """Show who was asked, where each stands, and the next step as one button."""
    return _page(public_id, round_id)


def _get(session: Session, public_id: str, round_id: str) -> Asking:
    asking = questions.get_round(session, current_actor(), round_id, at=at())
    if asking.round.participant.public_id != public_id:
        raise NotFound
    return asking


def _page(public_id: str, round_id: str, error: RuleBroken | None = None) -> Any:
    with reading() as session:
        asking = _get(session, public_id, round_id)
        person = asking.round.participant
        reader = participants.reader_of(current_actor(), person)
        fields = fields_of(session, asking.enquiries, reader, at=at())
        sheet = get_sheet_by_id(session, asking.consent.sheet_id) if asking.consent.sheet_id else None
        asked = find_open_about(session, person.id, asking.held.offer_id) if asking.held is not None else None
        again = questions.list_again(session, asking.round)
    with transaction() as session:
        log.record_reading(
            session, actor=current_actor(), person=person, fields=[Field.IDENTITY, Field.AIM], purpose="round", at=at()
        )
    return render(
        "rounds/show_round.html",
        error.status if error else 200,
        asking=asking,
        round=asking.round,
        person=person,
        rows=[round_words.row_of(one, asking, fields.get(one.id, frozenset())) for one in asking.last],
        headline=round_words.headline(asking),
        waits=asking.consent.state in WAITING,
        live=asking.consent.is_live(at()),
        resting=asking.consent.is_resting(at()),
        sheet=sheet,
        question=asked,
        again=again,
        running=asking.round.state in RUNNING,
        refusal=error.message if error else None,
    )


def _step(public_id: str, round_id: str, verb: Callable[..., Any], said: Callable[[Any], tuple[str, str]]) -> Any:
    """Run a verb on a round of this person in one transaction; a broken rule shows the page with its reason."""
    form = RoundStepForm()
    try:
        with transaction() as session:
            asking = _get(session, public_id, round_id)
            done = verb(session, actor=current_actor(), round_=asking.round, version=form.version.data, at=at())
            words, kind = said(done)
    except RuleBroken as error:
        return _page(public_id, round_id, error)
    flash(words, kind)
    return redirect(url_for(".show_round", public_id=public_id, round_id=round_id), code=303)


@blueprint.post("/people/<public_id>/rounds/<round_id>/sending")
@for_roles(Role.COACH)
def create_sending(public_id: str, round_id: str) -> Any:
    """Ask them all; without the person's yes to exactly this nothing leaves (409)."""
    return _step(public_id, round_id, verbs.send_round, _sent)


@blueprint.post("/people/<public_id>/rounds/<round_id>/next")
@for_roles(Role.COACH)
def create_next(public_id: str, round_id: str) -> Any:
    """Ask those of the list once more who may still be asked."""
    return _step(public_id, round_id, verbs.ask_next, _sent)


def _sent(sending: Sending) -> tuple[str, str]:
    """Return what to say: how many were asked, and who was left out, by name."""
    left = ", ".join(one.offer.organisation.name for one, _ in sending.left_out)
    if not sending.sent:
        return str(N_("Auf der Liste ist niemand mehr, den wir fragen können.")), "info"
    if left:
        return str(N_("{n} Partner sind gefragt. Nicht gefragt: {left}.", n=len(sending.sent), left=left)), "info"
    return str(N_("{n} Partner sind gefragt. Keiner sieht einen Namen.", n=len(sending.sent))), "ok"


@blueprint.post("/people/<public_id>/rounds/<round_id>/end")
@for_roles(Role.COACH)
def create_end(public_id: str, round_id: str) -> Any:
    """End it: whoever still has something is thanked."""
    return _step(public_id, round_id, verbs.end_round, lambda _done: (str(N_("Beendet. Allen ist gedankt.")), "ok"))


@blueprint.post("/people/<public_id>/rounds/<round_id>/choice")
@for_roles(Role.COACH)
def create_choice(public_id: str, round_id: str) -> Any:
    """Write down whom the person picked among those that said yes."""
    try:
        with transaction() as session:
            pick(session, _get(session, public_id, round_id))
    except RuleBroken as error:
        return _page(public_id, round_id, error)
    flash(str(N_("In Ordnung. Jetzt fehlt nur noch das Ja zum Namen.")), "ok")
    return redirect(url_for(".show_round", public_id=public_id, round_id=round_id), code=303)


def pick(session: Session, asking: Asking) -> None:
    """Keep the yes that the form names; NotFound for one that is not of this round."""
    wanted = PickForm().enquiry.data
    enquiry = next((one for one in asking.enquiries if one.public_id == wanted), None)
    if enquiry is None:
        raise NotFound
    verbs.pick(session, actor=current_actor(), round_=asking.round, enquiry=enquiry, at=at())
