"""What every page's frame shows: language, navigation by role, who is signed in, and how to reach a person."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Flask, current_app, g, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from hub import i18n
from hub.i18n import N_, Message
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind
from hub.web.context import config, current_actor

LANGUAGE_COOKIE = "language"
PHONE_LIST = "phone_list.show_phone_list"  # for those who phone somebody: umbrellas, coordinators
NAVIGATION: tuple[tuple[Role, tuple[tuple[Message, str], ...]], ...] = (
    (
        Role.COACH,
        (
            (N_("Heute"), "today.show_today"),
            (N_("Suchen"), "finding.list_hits"),
            (N_("Menschen"), "participants.list_participants"),
            (N_("Kalender"), "subscriptions.list_subscriptions"),
        ),
    ),
    (
        Role.PARTNER,
        (
            (N_("Termine"), "slots.list_slots"),
            (N_("Anfragen"), "inbox.list_enquiries"),
            (N_("Angebote"), "own_offers.list_own_offers"),
            (N_("Anrufe"), PHONE_LIST),
        ),
    ),
    (
        Role.COORDINATOR,
        (
            (N_("Netzwerk"), "organisations.list_organisations"),
            (N_("Prüfen"), "reviews.list_reviews"),
            (N_("Anrufe"), PHONE_LIST),
            (N_("Orte"), "locations.list_locations"),
            (N_("Einladungen"), "invitations.list_invitations"),
        ),
    ),
    (Role.TEAM_LEAD, ((N_("Team"), "team.list_team"),)),
    (Role.CASE_MANAGER, ((N_("Teilnahmen"), "participations.list_participations"),)),
    (Role.AUDITOR, ((N_("Protokoll"), "log.list_entries"),)),
    (Role.OPERATOR, ((N_("Konten"), "users.list_users"), (N_("Betrieb"), "operation.show_operation"))),
)
SIZES = ("normal", "large")


@dataclass(frozen=True)
class Site:
    """How the house calls itself and how one reaches a person."""

    name: str
    phone: str
    phone_text: str
    address: str


@dataclass(frozen=True)
class Visitor:
    """Who is signed in, for the frame."""

    name: str
    kind: str


def choose_language() -> None:
    """Set the language of this request: the account's, the cookie's, else what the browser asks for."""
    own = getattr(current_user, "locale", None) or request.cookies.get(LANGUAGE_COOKIE)
    i18n.use(own or request.accept_languages.best_match(list(i18n.LANGUAGES), i18n.DEFAULT) or i18n.DEFAULT)


def start_endpoint(actor: Actor) -> str:
    """Return the endpoint of an actor's own start page."""
    if actor.kind is ActorKind.PERSON:
        return "me.show_me"
    for role, entries in NAVIGATION:
        if actor.has(role):
            return entries[0][1]
    return "account.show_account" if actor.kind is ActorKind.STAFF else "public.show_home"


def _navigation(actor: Actor) -> list[tuple[str, str, bool]]:
    if actor.kind is not ActorKind.STAFF:
        return []
    here = (request.endpoint or "").split(".")[0]
    entries = {endpoint: label for role, group in NAVIGATION if actor.has(role) for label, endpoint in group}
    section = g.get("section", here)
    return [
        (str(label), url_for(endpoint), endpoint.split(".")[0] == section)
        for endpoint, label in entries.items()
        if endpoint != PHONE_LIST or actor.phoned_ids
    ]


def _way_back(actor: Actor) -> str:
    """Return the page to come back to from the choice of language: this one, or what lies above a form's target."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    path = request.path
    while path.strip("/"):
        if _opens(path, actor):
            return path
        path = path.rpartition("/")[0]
    return url_for(start_endpoint(actor))


def _opens(path: str, actor: Actor) -> bool:
    """Tell whether an address is a page for this actor."""
    try:
        endpoint, _ = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    access = getattr(current_app.view_functions[endpoint], "access", None)
    return bool(access and access.admits(actor))


def _in_size(address: str, size: str) -> str:
    path, _, query = address.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name != "size"]
    return f"{path}?{urlencode([*kept, ('size', size)])}"


def remember_size(answer: Response) -> Response:
    """Keep the size of type that a person chose, on this device, for every page; staff only size sheets."""
    size = request.args.get("size")
    if size in SIZES and current_actor().kind is not ActorKind.STAFF:
        answer.set_cookie("size", size, max_age=365 * 86400, httponly=True, secure=config().secure, samesite="Lax")
    return answer


def _visitor(actor: Actor) -> Visitor | None:
    if actor.kind is ActorKind.STAFF:
        return Visitor(actor.name, "staff")
    return Visitor("", "person") if actor.kind is ActorKind.PERSON else None


def _frame() -> dict[str, Any]:
    settings, actor = config(), current_actor()
    size = request.args.get("size") or request.cookies.get("size", "normal")
    way_back = _way_back(actor)
    return {
        "site": Site(settings.site_name, settings.site_phone_text, settings.site_hours, settings.operator_address),
        "locale": i18n.current(),
        "languages": [(code, name, None) for code, name in i18n.LANGUAGES.items()],
        "navigation": _navigation(actor),
        "visitor": _visitor(actor),
        "way_back": way_back,
        "size": "large" if size == "large" else "normal",
        "in_size": {size: _in_size(way_back, size) for size in SIZES},
        "theme": None,
        "demo": settings.environment == "demo",
    }


def install(app: Flask) -> None:
    """Register the language and the frame's variables."""
    app.before_request(choose_language)
    app.after_request(remember_size)
    app.context_processor(_frame)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
