"""GET /feeds/<token>.ics: answered before sessions, cookies and pages come into play; the address is the secret."""

import logging
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Blueprint, Flask, Response, request
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from hub import clock, crypto
from hub.actions import feeds as verbs
from hub.config import Config
from hub.db import Database, out_of_reach, retried
from hub.policy.actor import SYSTEM
from hub.queries import subscriptions
from hub.queries.subscriptions import End, Fetch, Part
from hub.web.access import for_everyone
from hub.web.context import config, database, render
from hub.web.feed_answers import (
    AWAY,
    BROKEN,
    MISSING,
    TOO_MANY,
    UNAUTHORISED,
    WRONG_METHOD,
    Answer,
    Asked,
    Meter,
    Shown,
    calendar,
    compressed,
    empty,
    not_modified,
)

T = TypeVar("T")
blueprint = Blueprint("feeds", __name__)
logger = logging.getLogger(__name__)
PREFIX, BASIC, SUFFIX = "/feeds/", "/feeds/basic/", ".ics"
EMPTY_FOR = timedelta(days=30)  # on 404 programs keep what they had, so an ended feed is an empty calendar first


@blueprint.get("/feeds/<path:address>")
@for_everyone("calendar programs cannot sign in; the address holds a secret of 160 bits")
def show_feed(address: str) -> Response:  # noqa: ARG001
    """The gate's answer, for whoever runs the pages without the gate."""
    answer = Feeds(database(), config()).answer(request.environ)
    return Response(answer.body, answer.status, answer.headers)


@blueprint.get("/calendar-help")
@for_everyone("how to subscribe in each program; a QR code on paper leads here, and it holds no secret")
def show_help() -> tuple[str, int]:
    """Show the steps for each program."""
    return render("subscriptions/show_help.html")


class Gate:
    """WSGI: all feeds are answered with no session read, no cookie set and no page; the rest goes on."""

    def __init__(self, app: Flask, *feeds: "Feeds") -> None:
        self.pages, self.feeds = app.wsgi_app, feeds

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        feeds = next((one for one in self.feeds if one.serves(path)), None)
        if feeds is None:
            return self.pages(environ, start_response)
        answer = feeds.answer(environ)
        start_response(answer.status, answer.headers)
        return [answer.body]


class Feeds:
    """All answers under /feeds/."""

    def __init__(self, database: Database, config: Config) -> None:
        self.database, self.config, self.meter = database, config, Meter()

    def serves(self, path: str) -> bool:
        """Tell whether a path is one of these."""
        return path.startswith(PREFIX)

    def answer(self, environ: WSGIEnvironment) -> Answer:
        """Answer one request. The path holds a secret, so an error is logged by its class alone."""
        try:
            answer = retried(lambda: self._route(environ))
        except Exception as error:  # noqa: BLE001
            logger.error("unhandled %s in a feed", type(error).__name__)  # noqa: TRY400
            answer = AWAY if out_of_reach(error) else BROKEN
        return answer.sealed(self.config, head=environ["REQUEST_METHOD"] == "HEAD")

    def _route(self, environ: WSGIEnvironment) -> Answer:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return WRONG_METHOD
        if not path.endswith(SUFFIX):
            return MISSING
        if path.startswith(BASIC):
            secret = _password(environ.get("HTTP_AUTHORIZATION", ""))
            owner = path[len(BASIC) : -len(SUFFIX)]
            return self._look_up(environ, secret, owner) or UNAUTHORISED
        return self._look_up(environ, path[len(PREFIX) : -len(SUFFIX)], None) or MISSING

    def _look_up(self, environ: WSGIEnvironment, token: str, public_id: str | None) -> Answer | None:
        """Answer for a token; None where there is no such feed, or not the one that was named beside it."""
        digest, asked = crypto.token_digest(token), Asked.read(environ)
        # A conditional request reads the head alone; only when its bytes are old they are read as well.
        part = asked.variant if asked.if_none_match is None else Part.HEAD
        head = subscriptions.find_feed(self.database, digest, part)
        if head is None or public_id not in (None, head.public_id):
            return None
        if self.meter.exceeded(digest):
            return TOO_MANY
        if asked.only_previews and head.ended_at is None:
            return empty(head.locale)
        return self._show(head, digest, asked, clock.now())

    def _show(self, head: Any, digest: str, asked: Asked, at: datetime) -> Answer:
        shown = self._current(head, asked, at)
        if isinstance(shown, Shown) and not (shown.body or shown.packed or shown.unchanged(asked)):
            head = subscriptions.find_feed(self.database, digest, asked.variant) or head
            shown = self._current(head, asked, at, whole=True)
        if isinstance(shown, End):  # always sent whole, and never with a validator of the time before
            return MISSING if shown.at + EMPTY_FOR <= at else empty(head.locale)
        if asked.fetching and not shown.noted:
            self._note(head, shown, asked, at)
        if shown.unchanged(asked):
            return not_modified(shown, asked, at)
        if asked.gzip:
            return calendar(shown.packed or self._pack(head.id, shown), shown.validators(asked, at), packed=True)
        return calendar(shown.body or b"", shown.validators(asked, at))

    def _current(self, head: Any, asked: Asked, at: datetime, *, whole: bool = False) -> Shown | End:
        """Return what the feed shows now, from the row if that holds, else rendered and kept; or how it ended."""
        if head.ended_at is not None:
            return End(head.ended_at, "")
        shown = Shown.stored(head, at)
        if shown is not None and not (whole and shown.body is None and shown.packed is None):
            return shown
        return self._render(head.id, asked, at)

    def _render(self, subscription_id: int, asked: Asked, at: datetime) -> Shown | End:
        """Render what is due and keep it under the revision read first; two processes at once do no harm."""
        with self.database.reading() as tx:
            subscription = subscriptions.get_for_rendering(tx, subscription_id)
            reader = subscriptions.find_reader(tx, subscription)
            end = subscriptions.find_end(tx, subscription, reader, at=at)
            rendering = None
            if reader is not None and end.at > at:
                rendering = verbs.render_feed(
                    tx, actor=reader, subscription=subscription, ends_at=end.at, config=self.config, at=at
                )
        if reader is None or rendering is None:
            self._keep(partial(verbs.lapse_feed, actor=SYSTEM, subscription=subscription, end=end))
            return end
        if asked.gzip and not Shown.rendered(rendering, noted=False).unchanged(asked):
            rendering = replace(rendering, packed=compressed(rendering.body))
        fetch = None
        if asked.fetching:
            fetch = Fetch(clock.local_date(at), asked.family, rendering.revision, rendering.last_modified_at)
        store = partial(verbs.store_feed, actor=reader, subscription=subscription, rendering=rendering, fetch=fetch)
        # What could not be kept is rendered and noted by the next fetch; trying twice would only keep this one waiting.
        return Shown.rendered(rendering, noted=self._keep(store) is not False)

    def _note(self, head: Any, shown: Shown, asked: Asked, at: datetime) -> None:
        """Keep day, family of program and what was fetched, at most one small write a day or a change."""
        fetch = Fetch(clock.local_date(at), asked.family, shown.revision, shown.last_modified_at)
        if any(getattr(head, name) != value for name, value in fetch.columns.items()):
            self._keep(partial(subscriptions.note_fetch, subscription_id=head.id, fetch=fetch))

    def _pack(self, subscription_id: int, shown: Shown) -> bytes:
        """Compress once for all who ask for these bytes."""
        packed = compressed(shown.body or b"")
        self._keep(partial(subscriptions.keep_packed, subscription_id=subscription_id, etag=shown.etag, packed=packed))
        return packed

    def _keep(self, write: Callable[..., T]) -> T | None:
        """Write what is worth keeping; whatever stops that, the answer in hand is right, so it is only logged."""
        try:
            with self.database.transaction() as tx:
                return write(tx)
        except (DBAPIError, DisconnectionError, NoConnectionFree) as error:
            logger.error("unkept, %s in a feed", type(error).__name__)  # noqa: TRY400
            return None


def _password(header: str) -> str:
    """Return the password of HTTP Basic; it is the token. Anything else gives none."""
    try:
        kind, _, packed = header.partition(" ")
        return b64decode(packed, validate=True).decode().partition(":")[2] if kind.lower() == "basic" else ""
    except ValueError:
        return ""
