"""Headers on every answer, and what authenticated pages must not leave behind."""

from urllib.parse import urlsplit

from flask import current_app, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest, SecurityError
from werkzeug.wrappers import Response

from hub.policy.actor import ActorKind
from hub.web.context import config, current_actor

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)


def refuse_forged_host() -> tuple[str, int, dict[str, str]] | None:
    """Answer a Host we do not serve with bare words: no address can be built for it (R-SEC-11)."""
    if isinstance(request.routing_exception, SecurityError):
        return "This host is not served here.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
    return None


def refuse_cross_site() -> None:
    """Refuse what another site's page sends, token or not (R-SEC-04).

    The browser says where a form came from; our own pages send no Referer, and old browsers may say nothing at all:
    then the token alone decides.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin", "null")
    from_us = request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
    if not from_us or (origin != "null" and urlsplit(origin).netloc != request.host):
        raise CSRFError


def limit_form() -> None:
    """Hold forms without files to the size of text: the general limit allows an upload (R-SEC-12)."""
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]


def refuse_nul() -> None:
    """Refuse NUL characters in addresses and forms: no text has them, and PostgreSQL cannot keep them."""
    sent = (value for values in (request.args, request.form) for _, group in values.lists() for value in group)
    if any("\0" in value for value in (*sent, request.path)):
        raise BadRequest


def add_headers(response: Response) -> Response:
    """Set the security headers (R-SEC-02) and keep signed-in pages out of every cache (R-ACC-15)."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if config().secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static" and current_actor().kind is not ActorKind.ANONYMOUS:
        headers["Cache-Control"] = "no-store"
        headers.add("Vary", "Cookie")
    return response
