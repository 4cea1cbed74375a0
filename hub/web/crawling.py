"""What search engines may read: the list of public pages, and the rules for robots. Nothing behind a login is in it."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from hub import clock
from hub.queries import houses
from hub.queries.public_offers import list_public_offers
from hub.web.access import for_everyone
from hub.web.context import reading
from hub.web.structured_data import absolute

blueprint = Blueprint("crawling", __name__)
PAGES = ("public.show_home", "offers.list_offers", "houses.list_houses", "public.show_accessibility")
# Feeds are not named here: calendar services ask this file before they fetch one.
ROBOTS = """User-agent: *
Disallow: /offers?
Disallow: /login
Sitemap: {sitemap}
"""


@blueprint.get("/sitemap.xml")
@for_everyone("it lists the addresses of public pages only")
def show_sitemap() -> Response:
    """List all pages that anybody reads without a login, with the day of their last change."""
    with reading() as session:
        found = list_public_offers(session)
        places = houses.list_houses(session)
    pages = [(absolute(url_for(endpoint)), None) for endpoint in PAGES]
    pages += [(absolute(url_for("houses.show_house", public_id=house.public_id)), None) for house in places]
    listed = [*pages, *((_address(public_id), clock.local_date(on).isoformat()) for public_id, on in found)]
    return Response(render_template("public/sitemap.xml", pages=listed), mimetype="application/xml")


def _address(public_id: str) -> str:
    return absolute(url_for("offers.show_offer", public_id=public_id))


@blueprint.get("/robots.txt")
@for_everyone("robots read it before anything else")
def show_robots() -> Response:
    """Say what robots may read, and where the list of pages is."""
    return Response(ROBOTS.format(sitemap=absolute(url_for(".show_sitemap"))), mimetype="text/plain")
