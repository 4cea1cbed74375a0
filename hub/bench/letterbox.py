"""A mail server on loopback that counts which mail came how often, and keeps nothing else."""

import re
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

NUMBER = re.compile(rb"^Message-ID:\s*<([^@>]+)@", re.MULTILINE | re.IGNORECASE)


class Letterbox(socketserver.ThreadingTCPServer):
    """Answers as RFC 5321 wants it for one mail after the other."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.arrived: Counter[str] = Counter()
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def take(self, mail: bytes) -> None:
        """Count a mail by the number of its Message-ID."""
        found = NUMBER.search(mail)
        with self.lock:
            self.arrived[found.group(1).decode() if found else ""] += 1


class _Conversation(socketserver.StreamRequestHandler):
    server: Letterbox

    def handle(self) -> None:
        with suppress(ConnectionError):  # whoever sent was killed
            self._talk()

    def _talk(self) -> None:
        self._say(b"220 ready")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                self._say(b"221 bye")
                return
            if verb == b"DATA":
                self._say(b"354 go on")
                self._take()
            self._say(b"250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if line:  # else the sender was gone before the end: this mail never came
            self.server.take(b"".join(lines))

    def _say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")


@contextmanager
def open_letterbox() -> Iterator[Letterbox]:
    """Give a letterbox that takes mails while the block runs."""
    with Letterbox() as box:
        threading.Thread(target=box.serve_forever, daemon=True).start()
        try:
            yield box
        finally:
            box.shutdown()
