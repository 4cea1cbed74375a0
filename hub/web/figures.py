"""Numbers as pictures: places taken by week, how long answers take, and what is missing by district."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.errors import NotFound
from hub.i18n import N_, Message
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.figure_scopes import FEWEST
from hub.queries import demands
from hub.queries import figures as queries
from hub.queries.figures import ResponseTime, WeekOfPlaces
from hub.tables.writing import write_table
from hub.web.access import for_roles
from hub.web.chart import Bar, Chart, too_few
from hub.web.context import at, current_actor, reading, render
from hub.web.demands import district_name
from hub.web.downloads import download, require_suffix
from hub.web.week import span_of

blueprint = Blueprint("figures", __name__)


@blueprint.get("/figures")
@for_roles(Role.PARTNER, Role.COORDINATOR)
def show_figures() -> Any:
    """Show the charts of the actor's own organisations and networks."""
    actor = current_actor()
    with reading() as session:
        charts = _charts(session, actor, at())
    return render("figures/show_figures.html", charts=charts, network=actor.has(Role.COORDINATOR))


@blueprint.get("/figures/<key>.<suffix>")
@for_roles(Role.PARTNER, Role.COORDINATOR)
def show_table(key: str, suffix: str) -> Response:
    """Give the numbers of one chart as a file."""
    require_suffix(suffix)
    with reading() as session:
        chart = next((one for one in _charts(session, current_actor(), at()) if one.key == key), None)
    if chart is None:
        raise NotFound
    return download(write_table(suffix, chart.lines()), suffix, "zahlen")


def _charts(session: Session, actor: Actor, now: datetime) -> list[Chart]:
    today, network = clock.local_date(now), actor.has(Role.COORDINATOR)
    charts = [
        places_chart(queries.list_weeks_of_places(session, actor, on=today), small_told=not network),
        answers_chart(queries.list_response_times(session, actor, at=now)),
    ]
    return [*charts, gaps_chart(demands.list_gaps(session, actor, on=today))] if network else charts


def places_chart(weeks: list[WeekOfPlaces], *, small_told: bool) -> Chart:
    """Draw the places of each week: a frame for all, filled as far as they are taken."""
    return Chart(
        "places",
        N_("Plätze nach Woche"),
        N_("Balken: wie viele der angebotenen Plätze in jeder Woche belegt sind. Die Zahlen stehen in der Tabelle."),
        (N_("Woche"), N_("belegt"), N_("angeboten")),
        tuple(_week_bar(week, small_told) for week in weeks),
        (("part", N_("belegt")), ("whole", N_("angeboten"))),
    )


def _week_bar(week: WeekOfPlaces, small_told: bool) -> Bar:
    name = span_of(week.monday)
    if not week.offered:
        return Bar(name, N_("keine Plätze"), ("0", "0"), end=0)
    if 0 < week.taken < FEWEST and not small_told:
        few = too_few(FEWEST)
        words = N_("{few} von {offered} belegt", few=few, offered=week.offered)
        return Bar(name, words, (few, str(week.offered)), whole=week.offered)
    words = N_("{taken} von {offered} belegt", taken=week.taken, offered=week.offered)
    return Bar(name, words, (str(week.taken), str(week.offered)), end=week.taken, whole=week.offered)


def answers_chart(times: list[ResponseTime]) -> Chart:
    """Draw how long each organisation takes, by name: a bar for the middle half, a tick for the middle."""
    return Chart(
        "answers",
        N_("So lange dauern Antworten"),
        N_("Balken: wie viele Arbeitsstunden zwischen Anfrage und Antwort liegen. Die Zahlen stehen in der Tabelle."),
        (N_("Wer"), N_("Mitte in Stunden"), N_("Hälfte der Antworten, in Stunden")),
        tuple(_answer_bar(one) for one in times),
        (("span", N_("die mittlere Hälfte der Antworten")), ("mark", N_("die Mitte"))),
    )


def _answer_bar(one: ResponseTime) -> Bar:
    if one.median is None or one.low is None or one.high is None:
        few = N_("unter {n} Antworten", n=FEWEST)
        return Bar(one.organisation, few, (few, few))
    low, median, high = (_hours(value) for value in (one.low, one.median, one.high))
    span = N_("{low} bis {high}", low=low, high=high)
    words = N_("Mitte {median} Stunden, meist {span}", median=median, span=span)
    return Bar(one.organisation, words, (median, span), start=one.low, end=one.high, mark=one.median)


def _hours(value: float) -> str:
    return str(round(value)) if value >= 1 or not value else "1"


def gaps_chart(gaps: list[demands.Gap]) -> Chart:
    """Draw what nobody found by district; numbers too small to be told are in no sum, or one could work them out."""
    told: dict[str, int] = defaultdict(int)
    for gap in gaps:
        told[gap.district] += gap.times or 0
    ordered = sorted(told.items(), key=lambda one: (-one[1], one[0]))
    return Chart(
        "gaps",
        N_("Gesucht und nicht gefunden, nach Kreis"),
        N_("Balken: wie oft Menschen in jedem Kreis etwas nicht fanden. Die Zahlen stehen in der Tabelle."),
        (N_("Kreis"), N_("Mal gesucht")),
        tuple(_gap_bar(district_name(code), times) for code, times in ordered),
    )


def _gap_bar(name: Message | str, times: int) -> Bar:
    if not times:
        few = N_("nur kleine Zahlen")
        return Bar(name, few, (few,))
    return Bar(name, N_("{n} Mal gesucht", n=times), (str(times),), end=times)
