"""Letters to people who want paper: the coach's pile, all of it on one print, and what went to the post."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from hub import i18n
from hub.actions.person_notices import note_printed
from hub.geography import find_municipality
from hub.i18n import N_
from hub.models.booking import Booking
from hub.models.notice import Channel, Notice
from hub.models.participant import Participant
from hub.models.user import Role
from hub.queries import coming_dates, person_notices
from hub.web.access import for_roles
from hub.web.booking_words import persons_knot
from hub.web.cards import ON_SLIP
from hub.web.context import at, config, current_actor, reading, render, transaction
from hub.web.person_calls import by_person, note_list
from hub.web.person_notice_words import OPENINGS, TASKS, reason_of

blueprint = Blueprint("letters", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the day in the navigation."""
    g.section = "today"


@blueprint.get("/letters")
@for_roles(Role.COACH)
def list_letters() -> Any:
    """Show what is to be printed, person by person, and what was printed lately; a logged read."""
    with reading() as session:
        waiting = person_notices.list_by_hand(session, current_actor(), Channel.PRINT, at=at())
        printed = person_notices.list_printed(session, current_actor(), at=at())
    note_list("letters", [*waiting, *printed])
    rows = [(person, [(TASKS[one.template], reason_of(one)) for one in mine]) for person, mine in by_person(waiting)]
    done = [(person, mine[0].sent_at) for person, mine in by_person(printed)]
    ids = [one.public_id for one in waiting]
    return render("letters/list_letters.html", rows=rows, done=done, ids=ids)


@blueprint.get("/letters/print")
@for_roles(Role.COACH)
def print_letters() -> Any:
    """Show all waiting letters as they will be printed, or those of one person, printed ones again; a logged read."""
    person_id = request.args.get("person", "")
    with reading() as session:
        if request.args.get("again"):
            found = person_notices.list_printed(session, current_actor(), at=at())
        else:
            found = person_notices.list_by_hand(session, current_actor(), Channel.PRINT, at=at())
        found = [one for one in found if person_id in ("", _public_id(one))]
        people = by_person(found)
        dates = coming_dates.list_of_people(session, [p.id for p, _ in people], since=at(), limit=ON_SLIP)
    note_list("letters", found)
    letters = [_letter(person, mine, dates[person.id]) for person, mine in people]
    size = request.args.get("size") == "large"
    address = config().operator_address
    return render("letters/print_letters.html", letters=letters, large=size, now=at(), sender=address)


def _public_id(notice: Notice) -> str:
    return notice.participant.public_id if notice.participant is not None else ""


def _letter(person: Participant, told: Sequence[Notice], dates: list[Booking]) -> dict[str, Any]:
    """Return one letter, its text in the person's language: why it comes, and the dates as on the slip."""
    kinds = {one.template for one in told}
    own = person.coach.phone if person.coach is not None else ""
    with i18n.using(person.locale):
        text, _ = render(
            "letters/_letter.html",
            now=at(),
            openings=[str(words) for template, words in OPENINGS.items() if template in kinds],
            dates=[persons_knot(one, title=False, paper=True) for one in dates],
            phone=own or config().site_phone_text,
            coach=person.coach.name if person.coach is not None else "",
        )
    return {"person": person, "address": _address(person), "text": Markup(text)}  # noqa: S704 (rendered, so escaped)


def _address(person: Participant) -> list[str]:
    """Return the lines for the window; a postal code only where the town has one alone."""
    home = person.home_address or {}
    town = find_municipality(person.municipality_code)
    code = town.postal_codes[0] if town is not None and len(town.postal_codes) == 1 else ""
    place = " ".join(part for part in (home.get("postal_code") or code, home.get("town", "")) if part)
    form = person.name.get("form_of_address", "")
    return [line for line in (form, person.full_name, home.get("street", ""), place) if line]


@blueprint.post("/letters/printed")
@for_roles(Role.COACH)
def create_printed() -> Response:
    """Note that the letters just shown are printed."""
    chosen = set(request.form.getlist("letter"))
    with transaction() as session:
        waiting = person_notices.list_by_hand(session, current_actor(), Channel.PRINT, at=at())
        letters = [one for one in waiting if one.public_id in chosen]
        note_printed(session, actor=current_actor(), letters=letters, at=at())
    flash(str(N_("Eingetragen. Zwei Wochen lang können Sie sie noch einmal drucken.")), "ok")
    return redirect(url_for(".list_letters"), code=303)
