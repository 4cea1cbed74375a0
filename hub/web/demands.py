"""What is missing: visitors say so after a search without a hit, coordinators see the gaps and ask partners."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask import session as cookie

from hub import clock, geography
from hub.actions import demands as verbs
from hub.errors import NotFound, RuleBroken
from hub.i18n import N_, Message
from hub.models.demand import DISTRICT_DIGITS
from hub.models.offer import Aim
from hub.models.user import Role
from hub.queries import demands, offers
from hub.queries.demands import ASKED_AGAIN
from hub.web import clients, offer_words
from hub.web.access import for_everyone, for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.offer_search import Search

blueprint = Blueprint("demands", __name__)
MOST_REMEMBERED = 20


@blueprint.post("/offers/missing")
@for_everyone("whoever finds nothing may say so; need, district and day are kept, and nothing else")
def create_demand() -> Any:
    """Count a search that finds nothing, once for each browser and day, and lead back to it."""
    asked, now = Search.read(request.form), at()
    with reading() as looking:
        found = (
            not asked.place_unknown and offers.search(looking, current_actor(), asked.filters, at=now, limit=0).total
        )
    place = asked.place
    district = district_of(place.code) if place else ""
    if not found and not asked.place_unknown and is_new(asked.filters.aims, district):
        with transaction() as writing:
            verbs.note_demand(writing, aims=asked.filters.aims, district=district, at=now, client=clients.address())
    flash(str(N_("Danke. Wir haben aufgeschrieben, dass hier etwas fehlt. Wer Sie sind, steht nicht dabei.")), "ok")
    return redirect(asked.address(), code=303)


def is_new(aims: frozenset[Aim], district: str) -> bool:
    """Tell whether this browser has not said the same today, and remember it in its cookie."""
    key = f"{clock.local_date(at()).isoformat()} {' '.join(sorted(aims))} {district}"
    told: list[str] = cookie.get("missed", [])
    cookie["missed"] = [*told, key][-MOST_REMEMBERED:] if key not in told else told
    return key not in told


def district_of(municipality_code: str) -> str:
    """Return the official key of a municipality's district."""
    return municipality_code[:DISTRICT_DIGITS]


def district_name(code: str) -> Message | str:
    """Return a district's name; without a key: that no place was named."""
    named = (one.district for one in geography.municipalities() if district_of(one.code) == code)
    return N_("ohne Ort") if not code else next(named, code)


@blueprint.get("/demands")
@for_roles(Role.COORDINATOR)
def list_gaps() -> Any:
    """Show what people looked for and did not find, by need and district."""
    return _page()


@blueprint.post("/demands/requests")
@for_roles(Role.COORDINATOR)
def create_request() -> Any:
    """Ask the partners of a district whether they can offer what is missing."""
    aim = next((one for one in Aim if one.value == request.form.get("aim")), None)
    if aim is None:
        raise NotFound
    district = request.form.get("district", "")[:DISTRICT_DIGITS]
    try:
        with transaction() as writing:
            asked = verbs.ask_partners(writing, actor=current_actor(), aim=aim, district=district, at=at())
    except RuleBroken as error:
        flash(str(error.message), "warn")
        return _page(error.status)
    flash(str(N_("Gefragt. {n} Partner bekommen eine freundliche Nachricht.", n=asked)), "ok")
    return redirect(url_for(".list_gaps"), code=303)


def _page(status: int = 200) -> Any:
    now = at()
    with reading() as looking:
        gaps = demands.list_gaps(looking, current_actor(), on=clock.local_date(now))
    rows = [
        {
            "aim": gap.aim,
            "need": offer_words.AIMS[gap.aim] if gap.aim else N_("ohne Ziel gesucht"),
            "code": gap.district,
            "district": district_name(gap.district),
            "times": gap.times,
            "asked_at": gap.asked_at,
            "may_ask": bool(gap.aim and gap.district and (not gap.asked_at or gap.asked_at <= now - ASKED_AGAIN)),
        }
        for gap in gaps
    ]
    return render("demands/list_gaps.html", status, rows=rows)
