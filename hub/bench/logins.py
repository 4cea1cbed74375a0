"""Whether a refused sign-in takes as long for an unknown account as for a known one (R-ACC-12)."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

from hub.actions import limits
from hub.bench.figures import Figure
from hub.bench.pages import TOKEN, demo_of
from hub.bench.rooms import Rooms
from hub.db import Database
from hub.errors import ConfigurationError
from hub.queries import users

WRONG = "a wrong password, never right"


def measure_logins(rooms: Rooms, *, samples: int) -> Iterator[Figure]:
    """Try to sign in to a fresh demo network with a wrong password, known and unknown accounts in turns (ms)."""
    app, _ = demo_of(rooms, rooms.empty("logins"))
    known, unknown = login_timing(app, samples=samples)
    what = "a refused sign-in, unknown account, beside a known one"
    yield Figure("R-ACC-12", rooms.kind, what, unknown * 1000, "ms", known * 1000, unknown / known)


def login_timing(app: Any, samples: int = 200) -> tuple[float, float]:
    """Return the median seconds of a refused sign-in for a known and for an unknown address (R-ACC-12).

    The two kinds take turns, so that the machine's mood hits both. Every try comes from a network address of its own
    and is forgotten afterwards, so that no limit shortens it and nobody is kept out by it. Raises ConfigurationError
    when there is no account to try.
    """
    database: Database = app.extensions["database"]
    with database.reading() as session:
        account = users.find_any_user(session)
    if account is None:
        raise ConfigurationError("There is no account yet, so there is nothing to compare with.")
    taken: tuple[list[float], list[float]] = ([], [])
    browser = app.test_client()
    for number in range(samples + 1):
        for kind, email in enumerate((account.email, f"nobody-{number}@measuring.invalid")):
            seconds = _refused_login(app, browser, email, number)
            _forget(database, email)
            if number > 0:  # the first try of a process also prepares what later ones find ready
                taken[kind].append(seconds)
    return statistics.median(taken[0]), statistics.median(taken[1])


def _refused_login(app: Any, browser: Any, email: str, number: int) -> float:
    base = app.extensions["config"].public_url
    page = TOKEN.search(browser.get("/login", base_url=base).text)
    form = {"email": email, "password": WRONG, "csrf_token": page.group(1) if page else ""}
    place = {"REMOTE_ADDR": f"198.18.{number // 250}.{number % 250}"}  # a block for measurements (RFC 2544)
    began = time.perf_counter()
    answer = browser.post("/login", base_url=base, headers={"Referer": base}, data=form, environ_overrides=place)
    seconds = time.perf_counter() - began
    if answer.status_code != 422:
        raise ConfigurationError(f"A refused sign-in was answered with {answer.status_code} instead of 422.")
    return seconds


def _forget(database: Database, email: str) -> None:
    with database.transaction() as session:
        limits.forget(session, "login.account", email)
