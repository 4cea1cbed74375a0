"""A connection to addresses that were checked before, under the name they were found by, that ends in time."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """An address taken apart: host (lower case, ASCII), port, and path with query."""

    host: str
    port: int
    path: str


class PinnedConnection(http.client.HTTPSConnection):
    """A connection to addresses known before, with the certificate checked for the name, that ends in time."""

    def __init__(self, target: Target, addresses: list[str], context: ssl.SSLContext, until: float) -> None:
        super().__init__(target.host, target.port, context=context)
        self._target, self._addresses, self._until = target, addresses, until
        self._tls = context
        self._expired = threading.Event()
        self._line: ssl.SSLSocket | None = None  # `sock` is forgotten when the server means to close

    def connect(self) -> None:
        """Connect to the first address that answers."""
        plain = self._first_answering()
        self.sock = self._tls.wrap_socket(plain, server_hostname=self._target.host, do_handshake_on_connect=False)
        self._line = self.sock
        self.sock.settimeout(self._left())
        self.sock.do_handshake()

    def _first_answering(self) -> socket.socket:
        refused: OSError | None = None
        for address in self._addresses:
            try:
                return socket.create_connection((address, self._target.port), timeout=self._left())
            except OSError as error:
                refused = error
        raise refused or ConnectionError

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @contextmanager
    def ending_in_time(self) -> Iterator[None]:
        """Cut the line when the time is up: a server that sends a byte now and then would never meet a time limit."""
        watch = threading.Timer(max(0.0, self._until - time.monotonic()), self._cut)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _cut(self) -> None:
        self._expired.set()
        if self._line is not None:
            try:
                # Not TLS's own way, which waits for the other side.
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)
            except OSError:
                return

    @property
    def expired(self) -> bool:
        """Whether the line was cut, or would be now."""
        return self._expired.is_set() or time.monotonic() >= self._until
