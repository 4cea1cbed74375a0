"""The device in the person's hand: one locked page, until the coach types the own password again.

This is the page of a sheet; those of a release and of the PIN (release_handover.py, pins.py) are locked and opened by
the same mark.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from hub import i18n
from hub.actions import limits, logins, sheet_answers
from hub.actions.sheet_answers import Signature
from hub.errors import InvalidInput, NotFound, RuleBroken, TooManyAttempts
from hub.i18n import N_
from hub.models.consent import ConsentForm
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.queries.cards import find_card
from hub.queries.logins import person_actor
from hub.queries.users import get_user
from hub.web import clients
from hub.web.access import for_roles
from hub.web.consent_forms import EndForm
from hub.web.context import at, config, current_actor, reading, render, request_id, transaction
from hub.web.fields import add_error
from hub.web.sheet_forms import BROKEN, HandedOverForm, read_strokes
from hub.web.sheets import open_parts, read_sheet, view_of

blueprint = Blueprint("handover", __name__)
MARK = "handover"
LATER = "later"
# The pages a locked device opens, the one it comes back to first: of a sheet, a release, or of the person's PIN.
SHEET = (
    "handover.show_handover",
    "handover.create_answer",
    "handover.create_deferral",
    "handover.delete_handover",
    "booking_sheets.create_booking",
)
RELEASE = tuple(f"release_handover.{name}" for name in ("show_handover", "create_answer", "delete_handover"))
PIN = ("pins.new_pin", "pins.create_pin", "pins.delete_handover")
WRONG_PIN = N_("Diese PIN passt nicht. Ist es die PIN zu Ihrer Karte?")
NO_CARD = N_("Es gibt noch keine Karte mit PIN. Bitte unterschreiben Sie hier im Feld oder auf Papier.")
NO_SIGN = N_("Bitte unterschreiben Sie im Feld oder geben Sie Ihre PIN ein.")


@blueprint.before_app_request
def keep_locked() -> Response | None:
    """While the device is in the person's hand, every other page leads back to the one they may see."""
    marked = cookie.get(MARK)
    if not marked or request.endpoint == "static":
        return None
    pages = SHEET if "sheet_id" in marked else RELEASE if "release_id" in marked else PIN
    ids = _locked_to()
    if request.endpoint in pages and request.view_args == ids:
        return None
    return redirect(url_for(pages[0], **ids), code=303)


def _locked_to() -> dict[str, Any]:
    """Return the ids of the one page the device is locked to; none when it is not."""
    return {name: value for name, value in (cookie.get(MARK) or {}).items() if name.endswith("_id")}


def is_locked_to(**ids: str) -> bool:
    """Tell whether the device is locked to the page with exactly these ids."""
    return _locked_to() == ids


def require_locked_to(**ids: str) -> None:
    """Only what the device was locked to can be answered or ended there; raises NotFound for anything else."""
    if not is_locked_to(**ids):
        raise NotFound


@blueprint.post("/people/<public_id>/sheets/<sheet_id>/handover")
@for_roles(Role.COACH)
def create_handover(public_id: str, sheet_id: str) -> Response:
    """Lock the device to this one sheet."""
    with reading() as session:
        _, parts = read_sheet(session, public_id, sheet_id)
    if not open_parts(parts):
        raise NotFound
    lock(public_id=public_id, sheet_id=sheet_id)
    return redirect(url_for(".show_handover", public_id=public_id, sheet_id=sheet_id), code=303)


def lock(*, public_id: str, sheet_id: str, **asked: str) -> None:
    """Lock the device to one sheet; `asked`: the `slot` to be booked at its return, and the start that was `seen`."""
    cookie[MARK] = {"public_id": public_id, "sheet_id": sheet_id, **asked}


@blueprint.get("/people/<public_id>/sheets/<sheet_id>/handover")
@for_roles(Role.COACH)
def show_handover(public_id: str, sheet_id: str) -> Any:
    """Show the person the questions, and nothing else."""
    return locked_page(public_id, sheet_id)


@blueprint.post("/people/<public_id>/sheets/<sheet_id>/handover/answer")
@for_roles(Role.COACH)
def create_answer(public_id: str, sheet_id: str) -> Any:
    """Write down what the person answered; without their own PIN or drawn signature nothing is written (R-CON-06)."""
    require_locked_to(public_id=public_id, sheet_id=sheet_id)
    with reading() as session:
        sheet, parts = read_sheet(session, public_id, sheet_id)
    waiting = open_parts(parts)
    with i18n.using(sheet.locale):
        form = HandedOverForm.for_parts(waiting)
        if not form.validate_for(waiting):
            return locked_page(public_id, sheet_id, form, 422)
    try:
        who = signed(sheet.participant_id, form)
        if who is None:
            return locked_page(public_id, sheet_id, form, 422)
        actor, signature = who
        with transaction() as session:
            sheet_answers.answer_sheet(
                session,
                actor=actor,
                sheet=sheet,
                yes=form.yes(waiting),
                signature=signature,
                waive=form.waive.data,
                at=at(),
            )
    except (RuleBroken, InvalidInput, TooManyAttempts) as error:
        add_error(form, error)
        return locked_page(public_id, sheet_id, form, error.status)
    return redirect(url_for(".show_handover", public_id=public_id, sheet_id=sheet_id), code=303)


def signed(participant_id: int, form: Any) -> tuple[Actor, Signature] | None:
    """Return who answers and how, by drawn signature or PIN (fields of the form); None with the reason at its field."""
    coach = current_actor()
    if form.signature.data:
        try:
            evidence = {"strokes": read_strokes(form.signature.data)}
        except (ValueError, TypeError):
            form.signature.errors = [BROKEN]
            return None
        return coach, Signature(ConsentForm.DRAWN, evidence, recorded_by_id=coach.user_id)
    if not form.pin.data:
        form.pin.errors = [NO_SIGN]
        return None
    person = _recognise(participant_id, form.pin.data)
    if person is None:
        form.pin.errors = [WRONG_PIN]
        return None
    return person, Signature(ConsentForm.HANDED_OVER, recorded_by_id=coach.user_id)


@blueprint.post("/people/<public_id>/sheets/<sheet_id>/handover/later")
@for_roles(Role.COACH)
def create_deferral(public_id: str, sheet_id: str) -> Any:
    """Put it off: nothing is given, so nothing proves who tapped it."""
    require_locked_to(public_id=public_id, sheet_id=sheet_id)
    try:
        with transaction() as session:
            sheet, _ = read_sheet(session, public_id, sheet_id)
            sheet_answers.defer_sheet(session, actor=current_actor(), sheet=sheet, at=at())
    except RuleBroken as error:
        form = _empty_form(public_id, sheet_id)
        add_error(form, error)
        return locked_page(public_id, sheet_id, form, error.status)
    cookie[MARK] = {"public_id": public_id, "sheet_id": sheet_id, LATER: True}
    return redirect(url_for(".show_handover", public_id=public_id, sheet_id=sheet_id), code=303)


def _empty_form(public_id: str, sheet_id: str) -> HandedOverForm:
    with reading() as session:
        _, parts = read_sheet(session, public_id, sheet_id)
    form = HandedOverForm.for_parts(open_parts(parts), formdata=None)
    assert isinstance(form, HandedOverForm)  # noqa: S101
    return form


@blueprint.post("/people/<public_id>/sheets/<sheet_id>/handover/end")
@for_roles(Role.COACH)
def delete_handover(public_id: str, sheet_id: str) -> Any:
    """The coach takes the device back: only the own password opens the other pages again."""
    require_locked_to(public_id=public_id, sheet_id=sheet_id)
    return end_handover(
        lambda form, status: locked_page(public_id, sheet_id, None, status, form),
        lambda: url_for("sheets.show_sheet", public_id=public_id, sheet_id=sheet_id),
    )


def end_handover(page: Callable[[EndForm, int], Any], go_on: Callable[[], str]) -> Any:
    """End the lock and lead the coach to where `go_on` says; with a wrong password show the locked page again."""
    form = EndForm()
    try:
        if not take_back(form):
            return page(form, 422)
    except TooManyAttempts as error:
        add_error(form, error)
        return page(form, error.status)
    flash(str(N_("Sie haben das Gerät wieder.")), "ok")
    return redirect(go_on(), code=303)


def take_back(form: EndForm) -> bool:
    """End the lock if the coach's own password fits, else say so at its field; raises TooManyAttempts (429)."""
    if not (form.validate_on_submit() and _password_fits(form.password.data)):
        form.password.errors = form.password.errors or [N_("Dieses Passwort passt nicht.")]
        return False
    cookie.pop(MARK, None)
    return True


def _recognise(participant_id: int, pin: str) -> Actor | None:
    """Return the person as actor when the PIN of their card in force fits; tries are counted first."""
    with transaction() as session:
        card = find_card(session, participant_id)
        if card is None or card.pin_hash is None:
            raise RuleBroken(NO_CARD)
        tries = logins.take_card_tries(session, code=card.code, address=clients.address(), at=at())
    with reading() as session:
        fitting = logins.recognise_card(session, code=card.code, pin=pin)
    if fitting is None:
        return None
    with transaction() as session:
        limits.take_back(session, tries)
    return person_actor(card, request_id=request_id())


def _password_fits(password: str) -> bool:
    actor = current_actor()
    with transaction() as session:
        user = get_user(session, actor, actor.ref)
        limits.take_try(session, "password", user.public_id, at())
    demo = config().environment != "production"
    with reading() as session:
        fits = logins.recognise(session, email=user.email, password=password, demo=demo) is not None
    if fits:
        with transaction() as session:
            limits.forget(session, "password", user.public_id)
    return fits


def locked_page(
    public_id: str,
    sheet_id: str,
    form: HandedOverForm | None = None,
    status: int = 200,
    end_form: EndForm | None = None,
) -> Any:
    """Return the one page the device shows: the questions, then thanks and the coach's way back."""
    with reading() as session:
        sheet, parts = read_sheet(session, public_id, sheet_id)
    if not is_locked_to(public_id=public_id, sheet_id=sheet_id):
        return redirect(url_for("sheets.show_sheet", public_id=public_id, sheet_id=sheet_id), code=303)
    view = view_of(sheet, parts)
    marked = cookie[MARK]
    later = LATER in marked
    with i18n.using(sheet.locale):
        return render(
            "sheets/show_handover.html",
            status,
            form=form or HandedOverForm.for_parts(open_parts(parts), formdata=None),
            end_form=end_form or EndForm(formdata=None),
            asks=view["waits"] and not later,
            later=later,
            books="slot" in marked and view["given"] and not view["waits"],
            languages=[],
            locale=sheet.locale,
            **view,
        )
