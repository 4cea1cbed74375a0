"""Many clients over HTTP for few places, at the same moment: what each is told, and what is booked in the end."""

import http.client
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from html import unescape
from http.cookies import SimpleCookie
from threading import Barrier
from typing import Any, TypeVar
from urllib.parse import urlencode

from hub.db import Database
from hub.queries.crowds import count_booked

T = TypeVar("T")
HIDDEN = re.compile(r'<input [^>]*name="(csrf_token|key|seen)"[^>]* value="([^"]*)"')
PATIENCE = 300  # seconds; a crowd before one small machine waits, and waiting is no error
BOOKED, REFUSED = 303, 409
KIND = "Der letzte Platz ist gerade vergeben worden."


@dataclass(frozen=True)
class Client:
    """Somebody signed in at the server: the cookie, and for whom they want a place."""

    port: int
    cookie: str
    person: str

    def prepare(self, slot: str) -> dict[str, str]:
        """Read the page before the booking and return the form as a browser would send it."""
        status, body, cookie = self._ask("GET", f"/slots/{slot}/bookings/new?person={self.person}")
        if status != http.client.OK:
            return {"status": str(status)}
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(body)}
        return {**hidden, "person": self.person, "cookie": cookie or self.cookie}

    def book(self, slot: str, form: dict[str, str]) -> tuple[int, str]:
        """Send the form; return the status and the page."""
        cookie = form.pop("cookie", self.cookie)
        status, body, _ = self._ask("POST", f"/slots/{slot}/bookings", urlencode(form), cookie)
        return status, body

    def _ask(self, method: str, path: str, body: str | None = None, cookie: str = "") -> tuple[int, str, str]:
        headers = {"Cookie": f"session={cookie or self.cookie}", "Accept-Language": "de"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        given = SimpleCookie(answer.headers.get("Set-Cookie", "")).get("session")
        return answer.status, page, given.value if given else ""


@dataclass(frozen=True)
class Outcome:
    """What a round came to: how often each status was answered, kind refusals, and places booked and counted."""

    statuses: Counter[int]
    kind: int
    booked: int
    taken: int
    seconds: float  # from the first form sent to the last answer

    def is_right(self, clients: int, places: int) -> bool:
        """Tell whether exactly as many as there were places have one, and all others were told so kindly."""
        wanted = {BOOKED: places, REFUSED: clients - places}
        counted = self.booked == self.taken == places
        return counted and dict(self.statuses) == wanted and self.kind == clients - places

    def as_line(self) -> str:
        """Return it for people."""
        answers = ", ".join(f"{n} × {status}" for status, n in sorted(self.statuses.items()))
        return f"{answers}; {self.kind} kind refusals; {self.booked} bookings, {self.taken} places taken"


def play_round(database: Database, clients: Sequence[Client], *, slot: str) -> Outcome:
    """Let all clients read the page of a date, then send the form at the same moment; count with a SELECT apart."""

    def prepare(client: Client) -> Callable[[], tuple[int, str]]:
        return partial(client.book, slot, client.prepare(slot))

    answers, seconds = race([partial(prepare, client) for client in clients])
    kind = sum(status == REFUSED and KIND in page for status, page in answers)
    with database.reading() as session:
        booked, taken = count_booked(session, slot)
    return Outcome(Counter(status for status, _ in answers), kind, booked, taken, seconds)


def race(runners: Sequence[Callable[[], Callable[[], T]]]) -> tuple[list[T], float]:
    """Let everybody prepare and then, at the same moment, do what each prepared; return all answers and the seconds."""
    start = Barrier(len(runners))

    def run(prepare: Callable[[], Callable[[], T]]) -> tuple[float, T, float]:
        prepared = prepare()
        start.wait(PATIENCE)
        began = time.perf_counter()
        return began, prepared(), time.perf_counter()

    with ThreadPoolExecutor(len(runners)) as threads:
        done = list(threads.map(run, runners))
    return [answer for _, answer, _ in done], max(end for _, _, end in done) - min(begin for begin, _, _ in done)


def cookie_of(app: Any, token: str) -> str:
    """Return the cookie of somebody whose login has this token, signed as the server signs it."""
    signer = app.session_interface.get_signing_serializer(app)
    cookie: str = signer.dumps({"_user_id": token, "_fresh": True})
    return cookie
