"""One sheet on a coach's screen: read it together, print it, record the signature, a no or a later, and the receipt."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import i18n
from hub.actions import sheet_answers
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.consent import Consent
from hub.models.consent_sheet import ConsentSheet
from hub.models.user import Role
from hub.queries import releases
from hub.queries.consent_texts import Wording, read_wording, shared_paragraphs
from hub.queries.consents import WAITING
from hub.queries.participants import reader_of
from hub.queries.permissions import find_line
from hub.queries.reading import reads_words
from hub.queries.rounds import find_of_sheet
from hub.queries.sheets import Part, find_by_reference, find_drafts, get_sheet, list_parts
from hub.web.access import for_roles
from hub.web.consent_forms import HELPERS, INTERPRETERS
from hub.web.consents import note_reading
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.receipt_words import file_address, on_paper, records_of
from hub.web.sheet_asking import hold_of
from hub.web.sheet_forms import REASONS, SheetPaperForm, drawn_paths

blueprint = Blueprint("sheets", __name__)
UNKNOWN = N_("Dieses Blatt finden wir nicht bei Ihren Menschen. Stimmt die Nummer?")


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the people in the navigation."""
    g.section = "participants"


@blueprint.get("/sheets")
@for_roles(Role.COACH)
def find_sheet() -> Any:
    """Find the sheet that came back on paper by the number printed on it."""
    number = request.args.get("number", "").strip()[:24]
    found = _address_of(number) if number else None
    if found is None:
        return render("sheets/find_sheet.html", number=number, unknown=UNKNOWN if number else None)
    return redirect(found, code=303)


def _address_of(number: str) -> str | None:
    """Return where the sheet with this number stands: of consents, or of a release."""
    with reading() as session:
        sheet = find_by_reference(session, current_actor(), number, at=at())
        release = None if sheet else releases.find_by_reference(session, current_actor(), number, at=at())
        own = find_line(session, sheet.id) if sheet else None
    if sheet is not None:
        page = "paper_permissions.show_sheet" if own else ".show_sheet"
        return url_for(page, public_id=sheet.participant.public_id, sheet_id=sheet.public_id)
    if release is not None:
        person_id = release.participant.public_id
        return url_for("releases.show_release", public_id=person_id, release_id=release.public_id)
    return None


@blueprint.get("/people/<public_id>/sheets/<sheet_id>")
@for_roles(Role.COACH)
def show_sheet(public_id: str, sheet_id: str) -> Any:
    """Show the exact words and the three ways in which the person can answer; afterwards, what was answered."""
    return _page(public_id, sheet_id)


def _page(public_id: str, sheet_id: str, form: SheetPaperForm | None = None, status: int = 200) -> Any:
    with reading() as session:
        sheet, parts = read_sheet(session, public_id, sheet_id)
        drafts = find_drafts(session, sheet)
        first = parts[0].offer if parts else None
        hold = hold_of(session, sheet.participant_id, first.id if first is not None else None)
        asking = find_of_sheet(session, sheet.id)
    note_reading(sheet.participant, "consent")
    if not _reads(sheet):
        view = view_of(sheet, parts)
        shown = {key: view[key] for key in ("sheet", "person", "waits", "given")}
        return render("sheets/show_withheld.html", status, **shown)
    if form is None:
        form = SheetPaperForm(formdata=None)
        form.prepare(open_parts(parts))
    return render(
        "sheets/show_sheet.html",
        status,
        form=form,
        drafts=drafts,
        hold=hold,
        asking=asking,
        at=at(),
        **view_of(sheet, parts),
    )


def _reads(sheet: ConsentSheet) -> bool:
    """Tell whether the reader may see the words; a deputy who did not ask leaves them to person and coach."""
    return reads_words(current_actor(), reader_of(current_actor(), sheet.participant), sheet)


def read_sheet(session: Session, public_id: str, sheet_id: str) -> tuple[ConsentSheet, list[Part]]:
    """Return a sheet of this very person with what it asks; else NotFound."""
    sheet = get_sheet(session, current_actor(), sheet_id, at=at())
    if sheet.participant.public_id != public_id:
        raise NotFound
    return sheet, list_parts(session, sheet)


def open_parts(parts: list[Part]) -> list[Part]:
    """Return what still waits for an answer."""

    def waits(line: Consent) -> bool:
        return line.state in WAITING and line.valid_until > at()

    found = [Part(part.offer, [line for line in part.lines if waits(line)]) for part in parts]
    return [part for part in found if part.lines]


def view_of(sheet: ConsentSheet, parts: list[Part]) -> dict[str, Any]:
    """Return what every page of a sheet shows: the words of each line, those all of them share once, and who helped."""
    waiting = open_parts(parts)
    shown = waiting or [Part(one.offer, [line for line in one.lines if line.is_live(at())]) for one in parts]
    words: dict[str, Wording] = {line.public_id: read_wording(line.notice_text) for p in shown for line in p.lines}
    shared = shared_paragraphs(list(words.values()))
    return {
        "sheet": sheet,
        "person": sheet.participant,
        "parts": [part for part in shown if part.lines],
        "words": words,
        "shared": shared,
        "waits": bool(waiting),
        "given": any(line.is_live(at()) for part in parts for line in part.lines),
        "interpreter": INTERPRETERS.get(sheet.interpreter),
        "helper": HELPERS.get(sheet.helper),
    }


@blueprint.get("/people/<public_id>/sheets/<sheet_id>/paper")
@for_roles(Role.COACH)
def show_paper(public_id: str, sheet_id: str) -> Any:
    """Show the questions as one sheet to sign, wholly in its language."""
    with reading() as session:
        sheet, parts = read_sheet(session, public_id, sheet_id)
    view = view_of(sheet, parts)
    if not (view["waits"] and _reads(sheet)):
        raise NotFound
    note_reading(sheet.participant, "consent")
    back = url_for(".show_sheet", public_id=public_id, sheet_id=sheet_id)
    with i18n.using(sheet.locale):
        return render("sheets/show_paper.html", back_url=back, locale=sheet.locale, **view)


@blueprint.post("/people/<public_id>/sheets/<sheet_id>/paper")
@for_roles(Role.COACH)
def create_paper(public_id: str, sheet_id: str) -> Any:
    """Record a sheet the person signed; of a scan only its hash is kept."""
    with reading() as session:
        _, parts = read_sheet(session, public_id, sheet_id)
    form = SheetPaperForm()
    form.prepare(open_parts(parts))
    if not form.validate_on_submit():
        return _page(public_id, sheet_id, form, 422)
    if not form.chosen():
        form.yes.errors = [N_("Bitte kreuzen Sie an, wo ein Ja steht. Steht überall Nein, dann unten.")]
        return _page(public_id, sheet_id, form, 422)
    signature = form.signed(current_actor().user_id)
    record = partial(sheet_answers.answer_sheet, yes=form.chosen(), signature=signature, waive=form.waive.data)
    done = N_("Die Unterschrift ist eingetragen. Bitte drucken Sie den Beleg mit.")
    return _write(public_id, sheet_id, form, record, done)


def _write(
    public_id: str,
    sheet_id: str,
    form: SheetPaperForm | None,
    verb: Callable[..., object],
    done: Message,
) -> Any:
    try:
        with transaction() as session:
            sheet, _ = read_sheet(session, public_id, sheet_id)
            verb(session, actor=current_actor(), sheet=sheet, at=at())
    except (RuleBroken, InvalidInput) as error:
        form = form or _empty_form(public_id, sheet_id)
        add_error(form, error)
        return _page(public_id, sheet_id, form, error.status)
    flash(str(done), "ok")
    return redirect(url_for(".show_sheet", public_id=public_id, sheet_id=sheet_id), code=303)


def _empty_form(public_id: str, sheet_id: str) -> SheetPaperForm:
    with reading() as session:
        _, parts = read_sheet(session, public_id, sheet_id)
    form = SheetPaperForm(formdata=None)
    form.prepare(open_parts(parts))
    return form


@blueprint.post("/people/<public_id>/sheets/<sheet_id>/refusal")
@for_roles(Role.COACH)
def create_refusal(public_id: str, sheet_id: str) -> Any:
    """Record the person's no to all of it: no reason, and nobody is told."""
    return _write(public_id, sheet_id, None, sheet_answers.refuse_sheet, N_("In Ordnung. Niemand erfährt etwas."))


@blueprint.post("/people/<public_id>/sheets/<sheet_id>/deferral")
@for_roles(Role.COACH)
def create_deferral(public_id: str, sheet_id: str) -> Response | Any:
    """Put the sheet off: it stays on the person's page and can be answered any day."""
    return _write(public_id, sheet_id, None, sheet_answers.defer_sheet, N_("In Ordnung. Das hat Zeit."))


@blueprint.get("/people/<public_id>/sheets/<sheet_id>/receipt")
@for_roles(Role.COACH)
def show_receipt(public_id: str, sheet_id: str) -> Any:
    """Show the receipt of the whole sheet with its one withdrawal code, to be printed for the person."""
    with reading() as session:
        sheet, parts = read_sheet(session, public_id, sheet_id)
    if not _reads(sheet):
        raise NotFound
    page = receipt_page(sheet, parts, url_for(".show_sheet", public_id=public_id, sheet_id=sheet_id))
    note_reading(sheet.participant, "consent")
    return page


def receipt_page(sheet: ConsentSheet, parts: list[Part], back_url: str) -> Any:
    """Render the receipt of what is in force on a sheet, wholly in its language; NotFound when nothing is."""
    given = [Part(part.offer, [line for line in part.lines if line.is_live(at())]) for part in parts]
    given = [part for part in given if part.lines]
    if not given or not sheet.withdrawal_code:
        raise NotFound
    lines = [line for part in given for line in part.lines]
    words = {line.public_id: read_wording(line.notice_text) for line in lines}
    with reading() as session:
        items, shared_items = on_paper(records_of(session, sheet.participant, lines), sheet.locale)
    with i18n.using(sheet.locale):
        return render(
            "sheets/show_receipt.html",
            sheet=sheet,
            parts=given,
            words=words,
            items=items,
            shared_items=shared_items,
            files={line.public_id: file_address(line, sheet.participant) for line in lines},
            shared=shared_paragraphs(list(words.values())),
            drawing=drawn_paths((sheet.evidence or {}).get("strokes", [])),
            interpreter=INTERPRETERS.get(sheet.interpreter),
            helper=HELPERS.get(sheet.helper),
            reason=REASONS.get(sheet.form_reason),
            back_url=back_url,
            locale=sheet.locale,
        )
