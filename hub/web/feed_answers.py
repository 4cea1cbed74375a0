"""Feeds over HTTP (RFC 9110): what is asked, which answers there are, and the headers that keep an address secret."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from time import monotonic
from typing import Any
from wsgiref.types import WSGIEnvironment

from werkzeug.http import parse_accept_header

from hub.actions.feeds import Rendering
from hub.config import Config
from hub.db import RETRY_AFTER
from hub.policy.feed_text import empty_feed
from hub.queries.subscriptions import Part
from hub.web.packing import QUICK, pack

Headers = list[tuple[str, str]]
ALWAYS: Headers = [
    ("X-Robots-Tag", "noindex"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'"),
]
CALENDAR: Headers = [
    ("Content-Type", "text/calendar; charset=utf-8"),
    ("Content-Disposition", 'inline; filename="termine.ics"'),  # else a saved file bears the token as its name
    ("Cache-Control", "private, no-cache"),
    ("Vary", "Accept-Encoding"),
]
FAMILIES = (
    # mark in the user agent, family; the first that fits
    ("Google-Calendar-Importer", "Google"),
    ("ICSx5", "ICSx5"),
    ("DAVx5", "ICSx5"),
    ("vdirsyncer", "vdirsyncer"),
    ("Thunderbird", "Thunderbird"),
    ("Outlook", "Outlook"),
    ("Microsoft", "Outlook"),
    ("MSOffice", "Outlook"),
    ("dataaccessd", "Apple"),
    ("CalendarAgent", "Apple"),
    ("remindd", "Apple"),
    ("iOS/", "Apple"),
    ("macOS/", "Apple"),
    ("Mac OS X/", "Apple"),
)
# Whatever looks at pasted addresses says so somewhere; "Cubot" is a phone.
PREVIEWS = re.compile(
    r"(?<!cu)bot\b|preview|crawler|spider|embed|whatsapp|facebookexternalhit|mastodon|synapse|viber|signal",
    re.IGNORECASE,
)
LONG, QUICKEST = 100_000, {"gzip": 1}  # from so many bytes on, a feed is packed as quickly as can be


@dataclass(frozen=True)
class Asked:
    """The parts of a request that matter to a feed."""

    if_none_match: str | None
    if_modified_since: datetime | None
    gzip: bool
    agent: str
    fetching: bool  # GET; a HEAD is no fetch

    @classmethod
    def read(cls, environ: WSGIEnvironment) -> "Asked":
        """Read them off the environment."""
        return cls(
            environ.get("HTTP_IF_NONE_MATCH"),
            _date(environ.get("HTTP_IF_MODIFIED_SINCE")),
            _accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
            environ.get("HTTP_USER_AGENT", ""),
            environ["REQUEST_METHOD"] == "GET",
        )

    @property
    def family(self) -> str:
        """The family of the program, kept for the person; nothing else of it is."""
        return next((family for mark, family in FAMILIES if mark in self.agent), "other")

    @property
    def only_previews(self) -> bool:
        """Whether a messenger or a search engine looks at a pasted address."""
        return PREVIEWS.search(self.agent) is not None

    @property
    def variant(self) -> Part:
        """The bytes this client gets."""
        return Part.PACKED if self.gzip else Part.PLAIN


def _date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _accepts_gzip(text: str) -> bool:
    if ";" not in text:
        return "gzip" in text
    return bool(parse_accept_header(text)["gzip"] > 0) if "gzip" in text else False


@dataclass(frozen=True)
class Shown:
    """What a feed shows now: validators, revision, and the bytes where they were read."""

    etag: str
    last_modified_at: datetime
    revision: int
    body: bytes | None
    packed: bytes | None = None
    noted: bool = False  # whether this fetch was kept together with the rendering

    @classmethod
    def stored(cls, row: Any, at: datetime) -> "Shown | None":
        """Return what is stored if it holds: nothing has changed since, and the clock has changed nothing either."""
        if row.revision != row.rendered_revision or row.fresh_until is None or row.fresh_until <= at:
            return None
        body, packed = getattr(row, "body", None), getattr(row, "packed", None)
        return cls(row.etag, row.last_modified_at, row.revision, body, packed)

    @classmethod
    def rendered(cls, rendering: Rendering, *, noted: bool) -> "Shown":
        """Return a fresh rendering."""
        made = rendering
        return cls(made.etag, made.last_modified_at, made.revision, made.body, made.packed, noted)

    def tag(self, asked: Asked) -> str:
        """The strong validator of the variant this client gets."""
        return f'"{self.etag}-gzip"' if asked.gzip else f'"{self.etag}"'

    def validators(self, asked: Asked, at: datetime) -> Headers:
        """ETag and Last-Modified, the latter never in the future."""
        moment = format_datetime(min(self.last_modified_at, at).astimezone(UTC), usegmt=True)
        return [("ETag", self.tag(asked)), ("Last-Modified", moment)]

    def unchanged(self, asked: Asked) -> bool:
        """Whether the client has these bytes; If-None-Match decides alone where it is given (RFC 9110, 13.2.2).

        A date must be the very one that was sent. RFC 9110, 13.1.3 would take any later one too, but after an older
        backup was put back a later one belongs to bytes that no longer are; sending them once more is never wrong.
        """
        if asked.if_none_match is not None:
            tags = {tag.strip().removeprefix("W/") for tag in asked.if_none_match.split(",")}
            return bool(tags & {self.tag(asked), "*"})
        return asked.if_modified_since == self.last_modified_at.replace(microsecond=0)


@dataclass(frozen=True)
class Answer:
    """Status line, headers and bytes."""

    status: str
    headers: Headers = field(default_factory=list)
    body: bytes = b""

    def sealed(self, config: Config, *, head: bool) -> "Answer":
        """Return the answer with the headers all have; for HEAD without its bytes."""
        headers = [*self.headers, *ALWAYS]
        if config.secure:
            headers.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
        if not self.status.startswith("304"):
            headers.append(("Content-Length", str(len(self.body))))
        return Answer(self.status, headers, b"" if head else self.body)


def refusal(status: str, *headers: tuple[str, str]) -> Answer:
    """Return a short answer that repeats nothing of the address."""
    plain = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
    return Answer(status, [*headers, *plain], status[4:].encode() + b"\n")


MISSING = refusal("404 Not Found")
WRONG_METHOD = refusal("405 Method Not Allowed", ("Allow", "GET, HEAD"))
UNAUTHORISED = refusal("401 Unauthorized", ("WWW-Authenticate", 'Basic realm="Kalender", charset="UTF-8"'))
TOO_MANY = refusal("429 Too Many Requests", ("Retry-After", "600"))
AWAY = refusal("503 Service Unavailable", ("Retry-After", str(RETRY_AFTER)))
BROKEN = refusal("500 Internal Server Error")


def not_modified(shown: Shown, asked: Asked, at: datetime) -> Answer:
    """Return 304 with the headers the 200 would have had."""
    return Answer("304 Not Modified", [*shown.validators(asked, at), *CALENDAR[2:]])


def compressed(body: bytes) -> bytes:
    """Compress; the same bytes always become the same."""
    return pack(body, "gzip", QUICKEST if len(body) > LONG else QUICK)


def calendar(body: bytes, validators: Headers, *, packed: bool = False) -> Answer:
    """Return the bytes, which are compressed if `packed`."""
    encoding = [("Content-Encoding", "gzip")] if packed else []
    return Answer("200 OK", [*CALENDAR, *validators, *encoding], body)


def empty(locale: str) -> Answer:
    """Return a calendar of nothing, never with a validator."""
    return calendar(empty_feed(locale), [])


class Meter:
    """Counts requests per feed in this process, generously: it stops a program gone wild, nobody who asks often."""

    LIMIT = 200_000
    SECONDS = 600.0

    def __init__(self) -> None:
        self.begun, self.counts = monotonic(), Counter[str]()

    def exceeded(self, digest: str) -> bool:
        """Count one request and tell whether it is one too many."""
        if monotonic() - self.begun > self.SECONDS:
            self.begun, self.counts = monotonic(), Counter()
        self.counts[digest] += 1
        return self.counts[digest] > self.LIMIT
