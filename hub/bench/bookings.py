"""Bookings a second over HTTP, eight clients on dates of their own, beside the same statements sent raw (P5)."""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from hub import clock
from hub.app import create_app
from hub.bench.figures import Figure
from hub.bench.raw import COMMIT, ROLLBACK, Step, raw_processes, recording, replay
from hub.bench.rooms import Rooms
from hub.bench.rounds import BOOKED, HIDDEN, Client, cookie_of
from hub.bench.serving import free_port, served
from hub.config import load
from hub.db import Database
from hub.errors import ConfigurationError
from hub.seeds.crowd import add_scarce_date, load_crowd, sign_in_often

CLIENTS, PROCESSES, PATIENCE = 8, 2, 120
CONTROL = ("BEGIN", "PRAGMA", COMMIT, ROLLBACK)  # sent again as well, but no question and no change
Place = tuple[Client, str]  # who wants it, and the public id of its date


def measure_bookings(rooms: Rooms, *, rounds: int, each: int) -> Iterator[Figure]:
    """Book `each` places by every client in every round; the raw driver takes its turn after each round.

    The first round warms up and does not count.
    """
    port = free_port()
    full = rooms.empty("bookings")
    app = create_app(load(rooms.settings(full, port)), database=full)
    wishes = full.run(lambda session: _load(session, app, port, (rounds + 1) * CLIENTS * each))
    ours, bare = rooms.copy(full, "bookings_served"), rooms.copy(full, "bookings_raw")
    units = [_record(app, full, *wish) for wish in wishes]
    url = bare.engine.url.render_as_string(hide_password=False)
    rates: tuple[list[float], list[float]] = ([], [])
    with served(rooms, ours, port), raw_processes(url, PROCESSES) as pool:
        for number in range(rounds + 1):
            turn = slice(number * CLIENTS * each, (number + 1) * CLIENTS * each)
            rates[0].append(CLIENTS * each / _book_all(wishes[turn]))
            rates[1].append(CLIENTS * each / replay(pool, url, units[turn], PROCESSES))
    median, raw = (statistics.median(one[1:]) for one in rates)
    ratio = statistics.median([one / other for one, other in zip(*rates, strict=True)][1:])
    statements = statistics.median(sum(not one.startswith(CONTROL) for one, _, _ in unit) for unit in units)
    what = f"bookings by {CLIENTS} clients on dates of their own, {statements:.0f} statements each"
    yield Figure("P5", rooms.kind, what, median, "a second", raw, ratio, least=0.25)


def _load(session: Any, app: Any, port: int, number: int) -> list[Place]:
    """Take up so many people, give each a date, and sign eight times in."""
    at = clock.now()
    crowd = load_crowd(session, number, at=at)
    cookies = [cookie_of(app, token) for token in sign_in_often(session, CLIENTS, at=at)]
    dates = [
        add_scarce_date(session, crowd.organisation_id, places=2, days=3 + turn % 60, at=at) for turn in range(number)
    ]
    return [
        (Client(port, cookies[turn % CLIENTS], person.public_id), date.public_id)
        for turn, (person, date) in enumerate(zip(crowd.people, dates, strict=True))
    ]


def _record(app: Any, database: Database, client: Client, slot: str) -> list[Step]:
    """Book in this process and return what the sending of the form sent to the database."""
    browser, base = app.test_client(use_cookies=False), app.extensions["config"].public_url
    new = f"/slots/{slot}/bookings/new?person={client.person}"
    page = browser.get(new, base_url=base, headers=_as(client.cookie))
    given = page.headers.get("Set-Cookie", "").partition("session=")[2].partition(";")[0]
    form = {**dict(HIDDEN.findall(page.text)), "person": client.person}
    with recording(database) as steps:
        answer = browser.post(f"/slots/{slot}/bookings", base_url=base, headers=_as(given or client.cookie), data=form)
    if answer.status_code != BOOKED:
        raise ConfigurationError(f"A booking was answered with {answer.status_code} instead of {BOOKED}.")
    return steps


def _as(cookie: str) -> dict[str, str]:
    return {"Cookie": f"session={cookie}", "Accept-Language": "de"}


def _book_all(wishes: list[Place]) -> float:
    """Let every client read its pages first and then send its forms; return the seconds all the sending took."""
    start, spans = Barrier(CLIENTS), []

    def run(own: list[Place]) -> None:
        forms = [client.prepare(slot) for client, slot in own]
        start.wait(PATIENCE)
        began = time.perf_counter()
        for (client, slot), form in zip(own, forms, strict=True):
            status, _ = client.book(slot, form)
            if status != BOOKED:
                raise ConfigurationError(f"A booking was answered with {status} instead of {BOOKED}.")
        spans.append((began, time.perf_counter()))

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(run, [wishes[number::CLIENTS] for number in range(CLIENTS)]))
    return max(end for _, end in spans) - min(begin for begin, _ in spans)
