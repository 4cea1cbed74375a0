"""The card: issuing, printing and blocking it, and the way in with code and PIN."""

from flask import Blueprint, Response, flash, g, make_response, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from hub.actions import limits, log
from hub.actions.cards import block_card, issue_card, set_pin
from hub.actions.logins import take_card_tries
from hub.errors import HubError, InvalidInput, TooManyAttempts
from hub.i18n import N_
from hub.models.card import Card
from hub.models.participant import Participant
from hub.models.slip import Slip, SlipSize
from hub.models.user import Role
from hub.policy.actor import ActorKind
from hub.queries import bookings, cards, slip_contents, slips
from hub.queries.cards import find_open_card, grouped, start_number, start_number_works
from hub.queries.logins import person_actor
from hub.queries.participants import get_participant
from hub.queries.slips import ROOM
from hub.web import clients
from hub.web.access import for_everyone, for_roles
from hub.web.context import at, current_actor, reading, render, request_id, transaction
from hub.web.fields import add_error
from hub.web.logins import enter_with_card
from hub.web.slip_sheets import SIZES, phone_of, sheets_of

blueprint = Blueprint("cards", __name__)
ON_SLIP = ROOM[SlipSize.SLIP]
WRONG = N_("Code und PIN passen nicht zusammen. Oder rufen Sie uns an.")
LONGEST_CODE = 40


class CodeForm(FlaskForm):
    """The code on the card."""

    code = StringField(N_("Code auf Ihrer Karte"), [InputRequired(N_("Bitte geben Sie den Code ein.")), Length(max=40)])


class PinForm(FlaskForm):
    """The PIN, and whether the device is somebody else's."""

    pin = PasswordField(N_("PIN"), [InputRequired(N_("Bitte geben Sie Ihre PIN ein.")), Length(max=20)])
    shared = BooleanField(N_("Das ist ein fremdes Gerät"))


class NewPinForm(FlaskForm):
    """A new PIN, typed twice."""

    pin = PasswordField(N_("PIN"), [InputRequired(N_("Bitte vier bis acht Ziffern.")), Length(max=20)])
    again = PasswordField(N_("PIN noch einmal"), [InputRequired(N_("Bitte tippen Sie die PIN noch einmal."))])

    def validate(self, extra_validators: object = None) -> bool:
        """Check that both are the same; whether it is good enough is the verb's matter."""
        fine = super().validate(extra_validators)
        if fine and self.pin.data != self.again.data:
            self.again.errors = [*self.again.errors, N_("Das ist nicht dieselbe PIN.")]
            return False
        return fine


class FirstPinForm(NewPinForm):
    """The start number of the slip, and the first PIN."""

    start = StringField(N_("Startnummer auf dem Zettel"), [InputRequired(N_("Bitte geben Sie die Startnummer ein."))])


@blueprint.get("/people/<public_id>/card")
@for_roles(Role.COACH)
def show_card(public_id: str) -> tuple[str, int]:
    """Show whether there is a card and what can be done with it; a logged read."""
    with reading() as session:
        person, card = _person_and_card(session, public_id)
        printed = slips.list_of_person(session, person.id, at=at())
    _log(person, "card")
    return render("cards/show_card.html", person=person, card=card, printed=printed, sizes=SIZES)


def _person_and_card(session: Session, public_id: str) -> tuple[Participant, Card | None]:
    g.section = "participants"
    person = get_participant(session, current_actor(), public_id, at=at())
    return person, cards.find_card(session, person.id)


def _log(person: Participant, purpose: str) -> None:
    with transaction() as session:
        log.record_reading(session, actor=current_actor(), person=person, fields=["I1", "B1"], purpose=purpose, at=at())


@blueprint.post("/people/<public_id>/card")
@for_roles(Role.COACH)
def create_card(public_id: str) -> AnyResponse:
    """Issue a card, and with it make any earlier one worthless."""
    with transaction() as session:
        person = get_participant(session, current_actor(), public_id, at=at())
        issue_card(session, actor=current_actor(), participant=person, at=at())
    return redirect(url_for("cards.print_card", public_id=public_id), code=303)


@blueprint.post("/people/<public_id>/card/block")
@for_roles(Role.COACH)
def delete_card(public_id: str) -> AnyResponse:
    """Block the card at once, for instance when it is lost."""
    with transaction() as session:
        person = get_participant(session, current_actor(), public_id, at=at())
        block_card(session, actor=current_actor(), participant=person, at=at())
    flash(str(N_("Die Karte ist gesperrt. Niemand kommt mehr mit ihr hinein.")), "ok")
    return redirect(url_for("cards.show_card", public_id=public_id), code=303)


@blueprint.get("/people/<public_id>/card/print")
@for_roles(Role.COACH)
def print_card(public_id: str) -> tuple[str, int]:
    """Show the sheets as they would be printed now, without a number; names of offers only where the person wishes."""
    now, titles = at(), request.args.get("titles") == "yes"
    large = request.args.get("size") == SlipSize.LARGE
    sizes = [SlipSize.LARGE] if large else [SlipSize.CARD, SlipSize.SLIP]
    with reading() as session:
        person, _ = _person_and_card(session, public_id)
        drafts = [_draft(person, size, titles=titles) for size in sizes]
        contents = slip_contents.load(session, drafts, at=now)
    _log(person, "card")
    return render("cards/print_card.html", person=person, papers=sheets_of(contents), titles=titles, large=large)


def _draft(person: Participant, size: SlipSize, *, titles: bool) -> Slip:
    """Return a sheet that is only looked at: it has no number and is never stored."""
    slip = Slip(participant_id=person.id, number=0, size=size, titles=titles, locale=person.locale, printed_at=at())
    slip.participant = person
    return slip


@blueprint.get("/card")
@for_everyone("the way in with a card begins with typing its code")
def new_code() -> tuple[str, int]:
    """Show the field for the code."""
    return render("cards/new_code.html", form=CodeForm())


@blueprint.post("/card")
@for_everyone("the way in with a card begins with typing its code")
def create_code() -> AnyResponse | tuple[str, int]:
    """Go on to the page of a code, whether it exists or not (R-ACC-12)."""
    form = CodeForm()
    if not form.validate_on_submit():
        return render("cards/new_code.html", 422, form=form)
    typed = "".join(letter for letter in form.code.data.casefold() if letter.isascii() and letter.isalnum())
    if not typed:
        form.code.errors = [*form.code.errors, N_("Bitte geben Sie den Code ein.")]
        return render("cards/new_code.html", 422, form=form)
    return redirect(url_for("cards.show_code", code=grouped(typed[:LONGEST_CODE])), code=303)


@blueprint.get("/card/<code>")
@for_everyone("the printed code leads here; without the PIN it shows times only, and those only while there is no PIN")
def show_code(code: str) -> AnyResponse:
    """Ask for the PIN; as long as there is none, show only times and a neutral word."""
    if current_actor().kind is ActorKind.PERSON:
        return redirect(url_for("me.show_me"), code=303)
    return _code_page(code, PinForm())


def _code_page(code: str, form: FlaskForm, status: int = 200) -> Response:
    """Render the page of a code; an unknown code looks like one with a PIN."""
    with reading() as session:
        card = find_open_card(session, code)
        open_card = card if card is not None and card.pin_hash is None else None
        coming = bookings.list_coming(session, open_card.participant_id, since=at(), limit=ON_SLIP) if open_card else []
    if open_card is None:
        page = render("cards/show_code.html", status, form=form if isinstance(form, PinForm) else PinForm(), code=code)
    else:
        page = render(
            "cards/show_times.html",
            status,
            form=form if isinstance(form, FirstPinForm) else FirstPinForm(),
            code=code,
            word=open_card.participant.neutral_word,
            bookings=coming,
            startable=start_number_works(open_card, at()),
            phone=phone_of(open_card.participant),
        )
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/card/<code>")
@for_everyone("signing in with code and PIN")
def create_login(code: str) -> AnyResponse:
    """Sign the person in; five wrong tries make the card wait, known code or not."""
    form = PinForm()
    if not form.validate_on_submit():
        return _code_page(code, form, 422)
    try:
        actor = enter_with_card(code, form.pin.data, shared=bool(form.shared.data))
    except TooManyAttempts as error:
        form.form_errors.append(error.message)
        return _code_page(code, form, error.status)
    if actor is None:
        form.form_errors.append(WRONG)
        return _code_page(code, form, 422)
    return redirect(url_for("me.show_me"), code=303)


@blueprint.post("/card/<code>/pin")
@for_everyone("the start number printed on a new slip sets the first PIN within a day")
def create_first_pin(code: str) -> AnyResponse:
    """Set the first PIN with the start number, and go in; tries are counted like those at a PIN."""
    form = FirstPinForm()
    if not form.validate_on_submit():
        return _code_page(code, form, 422)
    try:
        _set_first_pin(code, form)
        enter_with_card(code, form.pin.data, shared=False)
    except HubError as error:
        add_error(form, error)
        return _code_page(code, form, error.status)
    return redirect(url_for("me.show_me"), code=303)


def _set_first_pin(code: str, form: FirstPinForm) -> None:
    """Count the try in a transaction of its own, then check the number and set the PIN."""
    with transaction() as session:
        tries = take_card_tries(session, code=code, address=clients.address(), at=at())
    typed = "".join(digit for digit in form.start.data if digit.isdigit())
    with transaction() as session:
        card = find_open_card(session, code)
        if card is None or not start_number_works(card, at()) or start_number(card) != typed:
            raise InvalidInput(fields={"start": N_("Diese Startnummer passt nicht oder gilt nicht mehr.")})
        person = person_actor(card, request_id=request_id())
        set_pin(session, actor=person, card=card, pin=form.pin.data, at=at())
        limits.take_back(session, tries)
