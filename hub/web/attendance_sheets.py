"""The list for the reception on paper: place codes and boxes; names only where they may be read now."""

from flask import Blueprint

from hub.actions import log
from hub.actions.answers import NOTICE_VERSION
from hub.errors import NotFound
from hub.models.offer import Form
from hub.models.slot import SlotState
from hub.models.user import Role
from hub.policy.fields import Field
from hub.queries.attendees import list_attendees
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
        slot = get_own_slot(session, current_actor(), public_id)
        if slot.offer.form is Form.ROOM or slot.state is SlotState.CALLED_OFF:
            raise NotFound  # a lent room has one borrower, and what falls away has nobody
        places = list_attendees(session, current_actor(), slot, notice_version=NOTICE_VERSION, at=at())
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
        now=at(),
    )
