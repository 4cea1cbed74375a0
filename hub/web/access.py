"""Who may call a view: a mark on each one; a view without a mark answers nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from hub.errors import NotFound
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind
from hub.web.context import current_actor

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """The mark: for whom a view is, and why if it is for everybody."""

    roles: frozenset[Role] = frozenset()
    staff: bool = False
    person: bool = False
    everyone: str = ""

    def admits(self, actor: Actor) -> bool:
        """Tell whether the view exists for this actor."""
        if self.everyone:
            return True
        if actor.kind is ActorKind.PERSON:
            return self.person
        return actor.kind is ActorKind.STAFF and (self.staff or any(actor.has(role) for role in self.roles))


def _mark(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def for_roles(*roles: Role) -> Callable[[View], View]:
    """The view is for staff in one of these roles."""
    return _mark(Access(roles=frozenset(roles)))


def for_staff(view: View) -> View:
    """The view is for everybody with a staff account (own account pages)."""
    return _mark(Access(staff=True))(view)


def for_person(view: View) -> View:
    """The view is for a person signed in with card and PIN."""
    return _mark(Access(person=True))(view)


def for_everyone(reason: str) -> Callable[[View], View]:
    """The view is public; the reason is read by the route test and by reviewers."""
    return _mark(Access(everyone=reason))


def check_access() -> Response | None:
    """Refuse before a view runs: to the login when nobody is signed in, else as if the page did not exist."""
    if request.endpoint == "static":
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    access: Access | None = getattr(view, "access", None)
    if access is not None and access.admits(current_actor()):
        return None
    if current_actor().kind is ActorKind.ANONYMOUS:
        return to_login()
    if request.routing_exception is not None:
        return None  # no view at all: routing has the right answer, 404 or 405 with the methods there are
    raise NotFound


def to_login() -> Response:
    """The same redirect for every address that is not public, existing or not; a person's own ask for the card."""
    if f"{request.path}/".startswith("/me/"):
        return redirect(url_for("cards.new_code"), code=303)
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("logins.new_login", next=target), code=303)
