"""The list for the reception on paper: place codes and boxes; names only where they may be read now."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from hub.actions import log
from hub.actions.answers import NOTICE_VERSION
from hub.actions.printed_names import open_printed_names
from hub.errors import NotFound
from hub.models.offer import Form
from hub.models.slot import Slot, SlotState
from hub.models.user import Role
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.attendees import list_attendees
from hub.queries.printed_names import ListNames, name_on_list, names_on_list
from hub.queries.slots import get_own_slot
from hub.web.access import for_roles
from hub.web.booking_words import place_of_date
from hub.web.context import at, current_actor, reading, render, transaction

blueprint = Blueprint("attendance_sheets", __name__)


@blueprint.get("/slots/<public_id>/sheet")
@for_roles(Role.PARTNER)
def print_sheet(public_id: str) -> tuple[str, int]:
    """Show the list of an own date as it will be printed; names on it are a logged reading."""
    with reading() as session:
        slot = _get(session, public_id)
        names = _names(session, slot)
        known = list_attendees(session, current_actor(), slot, notice_version=NOTICE_VERSION, at=at())
    places = names.beside(known)
    persons = [one.person for one in places if one.person is not None]
    if persons:
        name = f"slot {slot.public_id}"
        with transaction() as session:
            log.record_list(
                session, actor=current_actor(), name=name, persons=persons, fields=[Field.IDENTITY], at=at()
            )
    return render(
        "attendance_sheets/print_sheet.html",
        slot=slot,
        place=place_of_date(slot),
        places=places,
        people=sum(one.booking.party for one in places),
        named=bool(persons),
        name_on_list=name_on_list,
        waiting=names.waiting,
        now=at(),
    )


def _get(session: Session, public_id: str) -> Slot:
    slot = get_own_slot(session, current_actor(), public_id)
    if slot.offer.form is Form.ROOM or slot.state is SlotState.CALLED_OFF:
        raise NotFound  # a lent room has one borrower, and what falls away has nobody
    return slot


def _names(session: Session, slot: Slot) -> ListNames:
    return names_on_list(session, current_actor(), slot, notice_version=NOTICE_VERSION, at=at())


@blueprint.get("/slots/<public_id>/sheet/names")
@for_roles(Role.PARTNER)
def show_notice(public_id: str) -> Any:
    """Show an umbrella the purpose notice, before the names on the list that people let it print."""
    with reading() as session:
        slot = _get(session, public_id)
        require(current_actor(), Permission.PRINT_NAMES, slot)
        names = _names(session, slot)
    if not names.waiting:
        return redirect(url_for(".print_sheet", public_id=public_id), code=303)
    return render("attendance_sheets/show_notice.html", slot=slot, waiting=names.waiting)


@blueprint.post("/slots/<public_id>/sheet/names")
@for_roles(Role.PARTNER)
def create_names(public_id: str) -> Any:
    """Confirm the purpose notice; then, and only then, the names stand on the list (R-LAW-05)."""
    if FlaskForm().validate_on_submit():
        with transaction() as session:
            open_printed_names(session, actor=current_actor(), slot=_get(session, public_id), at=at())
    return redirect(url_for(".print_sheet", public_id=public_id), code=303)
