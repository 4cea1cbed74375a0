"""Error pages: what went wrong and what to do, never a trace."""

import logging
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.exceptions import NotFound as NoSuchAddress

from hub.actions import log
from hub.db import RETRY_AFTER, out_of_reach
from hub.errors import HubError, NotFound
from hub.i18n import N_
from hub.policy.actor import ActorKind
from hub.web.access import to_login
from hub.web.context import at, current_actor, render, transaction
from hub.web.frame import start_endpoint

logger = logging.getLogger(__name__)
HTTP_TEXTS = {
    400: N_("Das konnten wir nicht lesen."),
    405: N_("So lässt sich diese Adresse nicht aufrufen."),
    413: N_("Das ist zu groß. Bitte schicken Sie weniger auf einmal."),
    429: N_("Zu viele Versuche. Bitte warten Sie einen Moment."),
}
AWAY = N_(
    "Im Moment können wir nichts lesen oder speichern. Ihre Eingabe ist nicht gespeichert. Bitte versuchen Sie es in "
    "ein paar Minuten noch einmal, oder rufen Sie uns an."
)
EXPIRED = N_("Die Seite war zu lange offen. Bitte laden Sie sie neu und senden Sie noch einmal ab.")
BROKEN = N_("Bei uns ist etwas kaputt. Es wurde nichts gespeichert. Bitte versuchen Sie es später noch einmal.")


def install(app: Flask) -> None:
    """Register the error handlers."""
    app.register_error_handler(HubError, _hub_error)
    app.register_error_handler(NoSuchAddress, _no_such_address)
    app.register_error_handler(CSRFError, lambda _error: _page(400, EXPIRED))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _broken)
    app.register_error_handler(Exception, _broken)


@dataclass(frozen=True)
class Address:
    """What an actor reached for in vain, as the log names it."""

    public_id: str


def _hub_error(error: HubError) -> Any:
    if error.status in (403, 404):
        _log_denial(error.status)
    return _page(error.status, error.message)


def _log_denial(status: int) -> None:
    """Note that somebody signed in reached for what is not theirs (R-AUD-02); the page comes even if that fails."""
    if current_actor().kind is ActorKind.ANONYMOUS or request.url_rule is None:
        return
    wanted = str((request.view_args or {}).get("public_id", ""))
    thing = Address(wanted if wanted.isalnum() and len(wanted) <= 24 else "")
    try:
        with transaction() as session:
            log.record(
                session,
                actor=current_actor(),
                action="access.denied",
                thing=thing,
                purpose=(request.endpoint or "")[:40],
                result=str(status),
                at=at(),
            )
    except SQLAlchemyError as error:
        logger.error("a denied access could not be logged: %s", type(error).__name__)  # noqa: TRY400 (no values)


def _no_such_address(_error: NoSuchAddress) -> Any:
    if current_actor().kind is ActorKind.ANONYMOUS and not request.path.startswith(("/static/", "/feeds/")):
        return to_login()
    return _page(404, NotFound.default)


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    body, status = _page(error.code, HTTP_TEXTS.get(error.code, HubError.default))
    headers = {"Allow": ", ".join(sorted(error.valid_methods or ()))} if isinstance(error, MethodNotAllowed) else {}
    return body, status, headers


def _broken(error: Exception) -> Any:
    # The class says enough to find it; messages of database errors carry values (R-AUD-01).
    logger.error("unhandled %s at %s", type(error).__name__, request.endpoint)
    if "_login_user" not in g:
        g._login_user = AnonymousUserMixin()  # who it is could not be read: then it is nobody (R-SEC-15)
    if out_of_reach(error):
        return *_page(503, AWAY), {"Retry-After": str(RETRY_AFTER)}
    return _page(500, BROKEN)


def _page(status: int, message: Any) -> tuple[str, int]:
    start = start_endpoint(current_actor())
    return render("errors/show_error.html", status, code=status, message=message, start=start)
