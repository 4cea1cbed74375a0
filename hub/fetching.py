"""Fetching a file from an address a person typed: https only, never into the house, little time, few bytes."""

import http.client
import queue
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlsplit

from hub.config import Config
from hub.pinned_connection import PinnedConnection, Target
from hub.public_addresses import is_public

MOST_BYTES = 5_000_000  # after unpacking
MOST_SECONDS = 10.0
LONGEST_ADDRESS = 2000
PORT = 443
_PART = 65_536
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
Resolver = Callable[[str, int], list[str]]


class Trouble(StrEnum):
    """Why nothing came; the words for people belong to the pages."""

    ADDRESS = "address"  # no address we ask at all: another scheme or port, a name and password in it, numbers
    INSIDE = "inside"  # the name leads into a private network
    UNKNOWN_NAME = "unknown_name"
    NO_CONNECTION = "no_connection"
    NOT_SECURE = "not_secure"  # the certificate is not the name's
    MOVED = "moved"
    NOT_ALLOWED = "not_allowed"
    NOT_THERE = "not_there"
    REFUSED = "refused"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    UNREADABLE = "unreadable"


class FetchFailed(Exception):
    """Nothing was fetched; the text is only the code of the trouble, never an address."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Fetched:
    """What came: None for `body` when the server says that nothing changed since `etag`."""

    body: bytes | None
    etag: str = ""


def resolve(host: str, port: int) -> list[str]:
    """Return all addresses of a name, as the system knows them."""
    return list(dict.fromkeys(str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


@dataclass(frozen=True)
class Fetcher:
    """How to fetch; `inside` are hosts ("host" or "host:port") the operator allows although they are private.

    `ca_file` holds further certificate authorities, for such hosts.
    """

    inside: frozenset[str] = frozenset()
    ca_file: str = ""
    seconds: float = MOST_SECONDS
    resolver: Resolver = field(default=resolve)

    @classmethod
    def of(cls, config: Config) -> "Fetcher":
        """Return how this house fetches."""
        return cls(inside=frozenset(config.calendar_hosts), ca_file=config.calendar_ca_file)

    def target(self, url: str) -> Target:
        """Take an address apart; `webcal:` is https. Raises FetchFailed for one that is never asked."""
        text = url.strip()
        if not 0 < len(text) <= LONGEST_ADDRESS or re.search(r"[\s\\\x00-\x1f\x7f]", text):
            raise FetchFailed(Trouble.ADDRESS)
        try:
            parts = urlsplit(text)
            host, port = (parts.hostname or "").rstrip("."), PORT if parts.port is None else parts.port
            host = host.encode("idna").decode().lower() if not host.isascii() else host.lower()
        except ValueError as error:  # also what idna refuses
            raise FetchFailed(Trouble.ADDRESS) from error
        if parts.scheme.lower() not in ("https", "webcal", "webcals") or "@" in parts.netloc:
            raise FetchFailed(Trouble.ADDRESS)
        if not self._allowed(host, port) and (port != PORT or not _is_name(host)):
            raise FetchFailed(Trouble.ADDRESS)
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
        return Target(host, port, f"{path}?{query}" if query else path)

    def fetch(self, url: str, *, etag: str = "") -> Fetched:
        """Fetch an address over a connection to exactly the address that was checked. Raises FetchFailed.

        The name is resolved anew each time and checked anew; no redirect is followed. All in all it takes at most
        `seconds`, and 5 MB after unpacking.
        """
        target, until = self.target(url), time.monotonic() + self.seconds
        pinned = self._addresses(target, until)
        connection = PinnedConnection(target, pinned, self._context(target), until)
        try:
            with connection.ending_in_time():
                return _ask(connection, target, etag)
        except FetchFailed:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise FetchFailed(_trouble(connection, error)) from None
        finally:
            connection.close()

    def _allowed(self, host: str, port: int) -> bool:
        return f"{host}:{port}" in self.inside or (port == PORT and host in self.inside)

    def _addresses(self, target: Target, until: float) -> list[str]:
        """Resolve the name once, in the time there is; refuse it unless every address is of the outside world."""
        try:
            found = _in_time(lambda: self.resolver(target.host, target.port), until)
        except (OSError, UnicodeError) as error:
            raise FetchFailed(Trouble.UNKNOWN_NAME) from error
        if not found:
            raise FetchFailed(Trouble.UNKNOWN_NAME)
        if not self._allowed(target.host, target.port) and not all(map(is_public, found)):
            raise FetchFailed(Trouble.INSIDE)
        return found

    def _context(self, target: Target) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.ca_file and self._allowed(target.host, target.port):
            context.load_verify_locations(self.ca_file)
        return context


def _is_name(host: str) -> bool:
    """Tell whether it is a full name of letters; numbers of any kind (127.1, 2130706433, 0x7f.1, [::1]) are none."""
    labels = host.split(".")
    return len(labels) > 1 and all(map(_NAME.fullmatch, labels)) and not _NUMBER.fullmatch(labels[-1])


def _in_time(work: Callable[[], list[str]], until: float) -> list[str]:
    """Do what has no time limit of its own (resolving a name); raises FetchFailed when it takes too long."""
    answers: queue.Queue[Any] = queue.Queue()

    def run() -> None:
        try:
            answers.put(work())
        except Exception as error:  # noqa: BLE001 (raised again where it is waited for)
            answers.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, until - time.monotonic()))
    except queue.Empty:
        raise FetchFailed(Trouble.TOO_SLOW) from None
    if isinstance(answer, Exception):
        raise answer
    return list(answer)


def _trouble(connection: PinnedConnection, error: Exception) -> Trouble:
    if connection.expired or isinstance(error, TimeoutError):
        return Trouble.TOO_SLOW
    if isinstance(error, ssl.SSLError):
        return Trouble.NOT_SECURE
    return Trouble.UNREADABLE if isinstance(error, http.client.HTTPException) else Trouble.NO_CONNECTION


def _ask(connection: PinnedConnection, target: Target, etag: str) -> Fetched:
    headers = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "gzip", "User-Agent": "calendar-reader"}
    if etag:
        headers["If-None-Match"] = etag
    connection.request("GET", target.path, headers=headers)
    with connection.getresponse() as answer:
        _require_time(connection)
        if answer.status == http.client.NOT_MODIFIED and etag:
            return Fetched(None, etag)
        _require_ok(answer.status)
        return Fetched(_body(connection, answer), _etag(answer.getheader("ETag") or ""))


def _require_time(connection: PinnedConnection) -> None:
    if connection.expired:
        raise FetchFailed(Trouble.TOO_SLOW)


def _require_ok(status: int) -> None:
    if status == http.client.OK:
        return
    if status in (401, 403):
        raise FetchFailed(Trouble.NOT_ALLOWED)
    if status in (404, 410):
        raise FetchFailed(Trouble.NOT_THERE)
    raise FetchFailed(Trouble.MOVED if 300 <= status < 400 else Trouble.REFUSED)


def _body(connection: PinnedConnection, answer: http.client.HTTPResponse) -> bytes:
    packing = (answer.getheader("Content-Encoding") or "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip"):
        raise FetchFailed(Trouble.UNREADABLE)
    unpack = None if packing == "identity" else zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    parts, size, received = [], 0, 0
    while part := answer.read(_PART):
        received += len(part)
        try:
            plain = unpack.decompress(part, MOST_BYTES - size + 1) if unpack else part
        except zlib.error:
            raise FetchFailed(Trouble.UNREADABLE) from None
        parts.append(plain)
        size += len(plain)
        if size > MOST_BYTES or received > MOST_BYTES:
            raise FetchFailed(Trouble.TOO_LARGE)
        _require_time(connection)
    _require_time(connection)
    # It broke off, or a second packed file follows the first, which would be lost without a word.
    if answer.length or (unpack is not None and (not unpack.eof or unpack.unused_data)):
        raise FetchFailed(Trouble.UNREADABLE)
    return b"".join(parts)


def _etag(text: str) -> str:
    return text if len(text) <= 200 and text.isascii() and text.isprintable() else ""
