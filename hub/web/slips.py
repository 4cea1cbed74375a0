"""Printed sheets of dates: numbered when printed, shown as long as they are up to date, and printed anew in one go."""

from collections.abc import Sequence

from flask import Blueprint, g, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField

from hub import i18n
from hub.actions import log
from hub.actions.slips import print_again, print_slip
from hub.errors import InvalidInput, NotFound
from hub.models.participant import Participant
from hub.models.slip import Slip, SlipSize
from hub.models.user import Role
from hub.pdf import missing_libraries
from hub.queries import slip_contents, slips
from hub.queries.participants import get_participant
from hub.queries.slip_contents import Contents
from hub.queries.slips import AT_ONCE
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.downloads import download_pdf
from hub.web.fields import OneOf
from hub.web.slip_sheets import SIZES, sheets_of

blueprint = Blueprint("slips", __name__)
NAME = "termine"  # of the file: it says nothing about anybody


class SlipForm(FlaskForm):
    """Which sheet, and whether the person wants to read on it what each date is."""

    size = OneOf(choices=[size.value for size in SlipSize])
    titles = BooleanField(false_values=("", "no", False))


@blueprint.before_request
def mark_section() -> None:
    """The list belongs to the day, a sheet to its person."""
    g.section = "participants" if "public_id" in (request.view_args or {}) else "today"


@blueprint.post("/people/<public_id>/slips")
@for_roles(Role.COACH)
def create_slip(public_id: str) -> Response:
    """Number the next sheet and lead to it."""
    form = SlipForm()
    with transaction() as session:
        person = get_participant(session, current_actor(), public_id, at=at())
        if not form.validate_on_submit():
            raise InvalidInput
        size, titles = SlipSize(form.size.data), bool(form.titles.data)
        slip = print_slip(session, actor=current_actor(), participant=person, size=size, titles=titles, at=at())
    return redirect(url_for(".show_slip", public_id=public_id, number=slip.number), code=303)


@blueprint.get("/people/<public_id>/slips/<int:number>")
@for_roles(Role.COACH)
def show_slip(public_id: str, number: int) -> tuple[str, int]:
    """Show a sheet as it is printed; one that is out of date only says so."""
    with reading() as session:
        slip, outdated = _get_slip(session, public_id, number)
        contents = [] if outdated else slip_contents.load(session, [slip], at=at())
    _note(slip.participant)
    return _page(slip, contents, outdated=outdated)


@blueprint.get("/people/<public_id>/slips/<int:number>.pdf")
@for_roles(Role.COACH)
def download_slip(public_id: str, number: int) -> Response:
    """Give the same sheet as a PDF; one that is out of date leads back to the page that says so."""
    with reading() as session:
        slip, outdated = _get_slip(session, public_id, number)
        contents = [] if outdated else slip_contents.load(session, [slip], at=at())
    if outdated:
        return redirect(url_for(".show_slip", public_id=public_id, number=number))
    _note(slip.participant)
    with i18n.using(slip.locale):
        page, _ = _page(slip, contents, outdated=False)
    return download_pdf(page, NAME, key=current_actor().ref)


def _get_slip(session: Session, public_id: str, number: int) -> tuple[Slip, bool]:
    person = get_participant(session, current_actor(), public_id, at=at())
    return slips.get_slip(session, current_actor(), person.id, number, at=at())


def _page(slip: Slip, contents: list[Contents], *, outdated: bool) -> tuple[str, int]:
    can_draw = not missing_libraries() and not outdated
    return render(
        "slips/show_slip.html",
        slip=slip,
        person=slip.participant,
        outdated=outdated,
        pdf=can_draw,
        papers=sheets_of(contents),
    )


def _note(person: Participant) -> None:
    """Log that somebody looked; it is written before anything is shown."""
    with transaction() as session:
        log.record_reading(session, actor=current_actor(), person=person, fields=["I1", "B1"], purpose="card", at=at())


@blueprint.get("/reprints")
@for_roles(Role.COACH)
def list_outdated() -> tuple[str, int]:
    """Show whose paper is out of date; a logged read."""
    with reading() as session:
        found = slips.list_outdated(session, current_actor(), at=at())
    _note_list(found)
    return render("slips/list_outdated.html", slips=found, most=AT_ONCE, sizes=SIZES)


def _note_list(found: Sequence[Slip]) -> None:
    people = [one.participant for one in found]
    with transaction() as session:
        log.record_list(
            session, actor=current_actor(), name="reprints", persons=people, fields=("I1", "I2", "B1"), at=at()
        )


@blueprint.post("/reprints")
@for_roles(Role.COACH)
def create_reprints() -> Response:
    """Number new sheets for all who need one, as many as one press prints, and lead to them."""
    with transaction() as session:
        found = slips.list_outdated(session, current_actor(), at=at())[:AT_ONCE]
        printed = print_again(session, actor=current_actor(), outdated=found, at=at())
    if not printed:
        return redirect(url_for(".list_outdated"), code=303)
    return redirect(url_for(".print_reprints", slip=[one.public_id for one in printed]), code=303)


@blueprint.get("/reprints/print")
@for_roles(Role.COACH)
def print_reprints() -> tuple[str, int]:
    """Show several new sheets, one paper each; those that went out of date meanwhile are left out."""
    return _several(_chosen())


@blueprint.get("/reprints/print.pdf")
@for_roles(Role.COACH)
def download_reprints() -> Response:
    """Give the same sheets as one PDF."""
    chosen = _chosen()
    if not chosen:
        raise NotFound
    return download_pdf(_several(chosen)[0], NAME, key=current_actor().ref)


def _chosen() -> list[Contents]:
    """Return the sheets named in the address; a logged read."""
    named = request.args.getlist("slip")[:AT_ONCE]
    with reading() as session:
        found = slips.list_current(session, current_actor(), named, at=at())
        contents = slip_contents.load(session, found, at=at())
    _note_list(found)
    return contents


def _several(contents: list[Contents]) -> tuple[str, int]:
    named = [one.slip.public_id for one in contents]
    pdf = url_for(".download_reprints", slip=named) if named and not missing_libraries() else ""
    return render("slips/print_slips.html", papers=sheets_of(contents), pdf=pdf)
