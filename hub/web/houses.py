"""Houses for everybody: the programme of a day, the screen in the lobby, and the week on paper. No person appears."""

from datetime import date, timedelta
from itertools import groupby

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from hub import clock
from hub.models.location import Location
from hub.models.slot import SlotState
from hub.pdf import missing_libraries
from hub.policy.actor import ANONYMOUS
from hub.queries import houses
from hub.queries.houses import HORIZON, Entry
from hub.web import clients, house_words, place_words, structured_data, week
from hub.web.access import for_everyone
from hub.web.context import at, config, reading, render
from hub.web.downloads import download_pdf
from hub.web.filters import relative_day
from hub.web.house_words import day_of
from hub.web.public_calendars import calendar_address

blueprint = Blueprint("houses", __name__)
SUNDAY = 6
PUBLIC = "the programme of a house is public: titles of published public offers, never a person"
A_MINUTE = 60


@blueprint.get("/houses")
@for_everyone(PUBLIC)
def list_houses() -> tuple[str, int]:
    """Show the houses with a programme of their own."""
    with reading() as session:
        found = houses.list_houses(session)
    canonical = structured_data.absolute(url_for(".list_houses"))
    return render("houses/list_houses.html", houses=found, words=place_words, canonical=canonical)


@blueprint.get("/houses/<public_id>")
@for_everyone(PUBLIC)
def show_house(public_id: str) -> tuple[str, int]:
    """Show what takes place in a house on one day, and how one gets in."""
    now = at()
    today = clock.local_date(now)
    last = today + HORIZON
    on = day_of(request.args.get("day"), today, last=last)
    with reading() as session:
        house = houses.get_house(session, public_id)
        entries = houses.list_entries(session, ANONYMOUS, house, first=on)
        shown = [one for one in entries if one.shown and one.slot.state is not SlotState.CALLED_OFF]
        after = clock.end_of_day(on)
        onward = None if shown else houses.find_next_start(session, house, after=after)
    rows = [house_words.row(one, now) for one in entries]
    return render(
        "houses/show_house.html",
        house=house,
        on=on,
        today=on == today,
        headline=house_words.headline(len(shown), on, today),
        rows=rows,
        open_now=next((row for row in rows if row.get("open_now")), None),
        before=on - timedelta(days=1) if on > today else None,
        after=on + timedelta(days=1) if on < last else None,
        onward=clock.local_date(onward) if onward else None,
        week=week.week_name(_monday_to_print(on, today)),
        phone=_phone(house),
        words=place_words,
        reserved=any(not one.shown for one in entries),
        canonical=structured_data.absolute(url_for(".show_house", public_id=house.public_id)),
        structured=structured_data.of_house(house),
        calendar=calendar_address("houses", house.public_id),
    )


@blueprint.get("/houses/<public_id>/display")
@for_everyone(PUBLIC)
def show_display(public_id: str) -> Response:
    """Show what is still to come today, large enough for a lobby; the answer asks to be fetched again each minute."""
    now = at()
    today = clock.local_date(now)
    with reading() as session:
        house = houses.get_house(session, public_id)
        entries = houses.list_entries(session, ANONYMOUS, house, first=today)
        lobby = house_words.lobby(entries, now)
        onward = None if lobby["lead"] else houses.find_next_start(session, house, after=clock.end_of_day(today))
    theme = request.args.get("theme")
    page, status = render(
        "houses/show_display.html",
        house=house,
        town=house_words.town_of(house),
        now=now,
        onward=onward,
        onward_day=relative_day(onward, today) if onward else "",
        access=house_words.access_sentence(house),
        phone=_phone(house),
        theme=theme if theme in ("light", "dark") else None,
        **lobby,
    )
    answer = make_response(page, status)
    # A header instead of a meta element: a page must not reload under somebody's hands, and nobody has hands on this.
    answer.headers["Refresh"] = str(A_MINUTE - now.second + 1)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/houses/<public_id>/week")
@for_everyone(PUBLIC)
def show_week(public_id: str) -> tuple[str, int]:
    """Show the programme of a week as a sheet to print and pin up."""
    return _week_page(public_id)


@blueprint.get("/houses/<public_id>/week.pdf")
@for_everyone(PUBLIC)
def download_week(public_id: str) -> Response:
    """Give the same sheet as a PDF."""
    page, _ = _week_page(public_id)
    return download_pdf(page, "programm", key=clients.address())


def _week_page(public_id: str) -> tuple[str, int]:
    now = at()
    today = clock.local_date(now)
    monday = week.monday_of(request.args.get("week"), today=_monday_to_print(today, today))
    with reading() as session:
        house = houses.get_house(session, public_id)
        entries = houses.list_entries(session, ANONYMOUS, house, first=monday, days=7)
    shown = [one for one in entries if one.shown]
    return render(
        "houses/show_week.html",
        house=house,
        address=place_words.address(house),
        span=week.span_of(monday),
        number=monday.isocalendar().week,
        pdf="" if missing_libraries() else url_for(".download_week", public_id=public_id, week=week.week_name(monday)),
        days=[(on, [house_words.row(one, now) for one in group]) for on, group in groupby(shown, key=_day)],
        access=house_words.access_sentence(house),
        phone=_phone(house),
        as_of=now,
    )


def _monday_to_print(on: date, today: date) -> date:
    """The week a day is in; who prints on a Sunday wants the one that comes."""
    return week.monday_of(None, on + timedelta(days=1) if on == today and on.weekday() == SUNDAY else on)


def _day(entry: Entry) -> date:
    return clock.local_date(entry.slot.starts_at)


def _phone(house: Location) -> str:
    return house.organisation.phone or config().site_phone_text
