"""The device in the person's hand: one locked page, until the coach types the own password again.

This is the page of a consent; that of the PIN is in pins.py and is locked and opened by the same mark.
"""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from hub import i18n
from hub.actions import consent_answers, limits, logins
from hub.errors import NotFound, RuleBroken, TooManyAttempts
from hub.i18n import N_
from hub.models.consent import ConsentForm
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.queries.cards import find_card
from hub.queries.consent_texts import read_wording
from hub.queries.logins import person_actor
from hub.queries.users import get_user
from hub.web import clients
from hub.web.access import for_roles
from hub.web.consent_forms import EndForm, PinForm
from hub.web.consents import get_consent, is_open
from hub.web.context import at, config, current_actor, reading, render, request_id, transaction
from hub.web.fields import add_error

blueprint = Blueprint("handover", __name__)
MARK = "handover"
# The pages a locked device opens, the one it comes back to first: of a consent, or of the person's PIN.
CONSENT = ("handover.show_handover", "handover.create_answer", "handover.delete_handover")
PIN = ("pins.new_pin", "pins.create_pin", "pins.delete_handover")
WRONG_PIN = N_("Diese PIN passt nicht. Ist es die PIN zu Ihrer Karte?")
NO_CARD = N_("Es gibt noch keine Karte mit PIN. Bitte unterschreiben Sie auf Papier.")


@blueprint.before_app_request
def keep_locked() -> Response | None:
    """While the device is in the person's hand, every other page leads back to the one they may see."""
    marked = cookie.get(MARK)
    if not marked or request.endpoint == "static":
        return None
    pages = CONSENT if "consent_id" in marked else PIN
    ids = {name: value for name, value in marked.items() if name.endswith("_id")}
    if request.endpoint in pages and request.view_args == ids:
        return None
    return redirect(url_for(pages[0], **ids), code=303)


@blueprint.post("/people/<public_id>/consents/<consent_id>/handover")
@for_roles(Role.COACH)
def create_handover(public_id: str, consent_id: str) -> Response:
    """Lock the device to this one question."""
    with reading() as session:
        consent = get_consent(session, public_id, consent_id)
    if not is_open(consent):
        raise NotFound
    cookie[MARK] = {"public_id": public_id, "consent_id": consent_id}
    return redirect(url_for(".show_handover", public_id=public_id, consent_id=consent_id), code=303)


@blueprint.get("/people/<public_id>/consents/<consent_id>/handover")
@for_roles(Role.COACH)
def show_handover(public_id: str, consent_id: str) -> Any:
    """Show the person the question, and nothing else."""
    return _page(public_id, consent_id, PinForm(formdata=None), EndForm(formdata=None))


@blueprint.post("/people/<public_id>/consents/<consent_id>/handover/answer")
@for_roles(Role.COACH)
def create_answer(public_id: str, consent_id: str) -> Any:
    """Write down what the person answered; without their own PIN nothing is written (R-CON-06)."""
    _require_marked(public_id, consent_id)
    form = PinForm()
    if not form.validate_on_submit():
        return _page(public_id, consent_id, form, EndForm(formdata=None), 422)
    try:
        person = _recognise(public_id, consent_id, form.pin.data)
        if person is None:
            form.pin.errors = [WRONG_PIN]
            return _page(public_id, consent_id, form, EndForm(formdata=None), 422)
        with transaction() as session:
            consent_answers.express_consent(
                session,
                actor=person,
                consent=get_consent(session, public_id, consent_id),
                yes=form.answer.data == "yes",
                form=ConsentForm.HANDED_OVER,
                recorded_by_id=current_actor().user_id,
                at=at(),
            )
    except (RuleBroken, TooManyAttempts) as error:
        add_error(form, error)
        return _page(public_id, consent_id, form, EndForm(formdata=None), error.status)
    return redirect(url_for(".show_handover", public_id=public_id, consent_id=consent_id), code=303)


@blueprint.post("/people/<public_id>/consents/<consent_id>/handover/end")
@for_roles(Role.COACH)
def delete_handover(public_id: str, consent_id: str) -> Any:
    """The coach takes the device back: only the own password opens the other pages again."""
    _require_marked(public_id, consent_id)
    form = EndForm()
    try:
        if not take_back(form):
            return _page(public_id, consent_id, PinForm(formdata=None), form, 422)
    except TooManyAttempts as error:
        add_error(form, error)
        return _page(public_id, consent_id, PinForm(formdata=None), form, error.status)
    flash(str(N_("Sie haben das Gerät wieder.")), "ok")
    return redirect(url_for("consents.show_consent", public_id=public_id, consent_id=consent_id), code=303)


def take_back(form: EndForm) -> bool:
    """End the lock if the coach's own password fits, else say so at its field; raises TooManyAttempts (429)."""
    if not (form.validate_on_submit() and _password_fits(form.password.data)):
        form.password.errors = form.password.errors or [N_("Dieses Passwort passt nicht.")]
        return False
    cookie.pop(MARK, None)
    return True


def _require_marked(public_id: str, consent_id: str) -> None:
    """Only the question the device was locked to can be answered or ended here."""
    if cookie.get(MARK) != {"public_id": public_id, "consent_id": consent_id}:
        raise NotFound


def _recognise(public_id: str, consent_id: str, pin: str) -> Actor | None:
    """Return the person as actor when the PIN of their card in force fits; tries are counted first."""
    with transaction() as session:
        consent = get_consent(session, public_id, consent_id)
        card = find_card(session, consent.participant_id)
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


def _page(public_id: str, consent_id: str, form: PinForm, end_form: EndForm, status: int = 200) -> Any:
    if cookie.get(MARK) != {"public_id": public_id, "consent_id": consent_id}:
        return redirect(url_for("consents.show_consent", public_id=public_id, consent_id=consent_id), code=303)
    with reading() as session:
        consent = get_consent(session, public_id, consent_id)
    with i18n.using(consent.notice_locale):
        return render(
            "consents/show_handover.html",
            status,
            consent=consent,
            wording=read_wording(consent.notice_text),
            waits=is_open(consent),
            form=form,
            end_form=end_form,
            languages=[],
            locale=consent.notice_locale,
        )
