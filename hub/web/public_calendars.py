"""Public calendars: which there are, and a page for each that says how one subscribes. The addresses hold no secret."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from hub import i18n
from hub.errors import NotFound
from hub.i18n import N_
from hub.models.subscription import FeedKind
from hub.queries.feed_kinds import find_public, list_public
from hub.web.access import for_everyone
from hub.web.context import at, config, database, reading, render
from hub.web.public_feeds import KINDS, PublicFeeds
from hub.web.structured_data import absolute

blueprint = Blueprint("public_calendars", __name__)
PUBLIC = "what stands on public pages, as a calendar: titles and times of published public offers, never a person"


@blueprint.get("/calendars")
@for_everyone(PUBLIC)
def list_calendars() -> tuple[str, int]:
    """Show the calendars of all offers and of houses; each offer has its own on its page.

    No public page names a network. Where there are several, each one's coordinators pass its calendar on.
    """
    with reading() as session:
        networks = list_public(session, FeedKind.PROGRAMME, at=at())
        houses = list_public(session, FeedKind.HOUSE, at=at())
    return render(
        "public_calendars/list_calendars.html",
        network=networks[0] if len(networks) == 1 else None,
        houses=houses,
        canonical=absolute(url_for(".list_calendars")),
    )


@blueprint.get("/calendars/<things>/<public_id>")
@for_everyone(PUBLIC)
def show_calendar(things: str, public_id: str) -> tuple[str, int]:
    """Show the address of one calendar, to subscribe at once or to copy."""
    if things not in KINDS:
        raise NotFound
    with reading() as session:
        thing = find_public(session, KINDS[things], public_id, at=at())
    if thing is None:
        raise NotFound
    https = absolute(calendar_address(things, public_id))
    webcal = https.replace(urlsplit(https).scheme, "webcal", 1)
    names = {FeedKind.PUBLIC_OFFER: "title", FeedKind.HOUSE: "name"}  # the name of a network is nobody's business
    name = getattr(thing, names[KINDS[things]]) if KINDS[things] in names else N_("Alle Angebote")
    return render("public_calendars/show_calendar.html", things=things, name=name, https=https, webcal=webcal)


@blueprint.get("/calendars/<things>/<public_id>.ics")
@blueprint.get("/calendars/<locale>/<things>/<public_id>.ics")
@for_everyone(PUBLIC)
def show_feed(things: str, public_id: str, locale: str = "") -> Response:  # noqa: ARG001
    """The gate's answer, for whoever runs the pages without the gate."""
    answer = PublicFeeds(database(), config()).answer(request.environ)
    return Response(answer.body, answer.status, answer.headers)


def calendar_address(things: str, public_id: str) -> Any:
    """Return where a calendar is fetched in the language in use."""
    other: dict[str, Any] = {} if i18n.current() == i18n.DEFAULT else {"locale": i18n.current()}
    return url_for("public_calendars.show_feed", things=things, public_id=public_id, **other)
