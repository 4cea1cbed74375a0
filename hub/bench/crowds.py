"""A crowd for few places at the real server: whether every round came out right, and how long it took (P4).

Its reference is the smallest program that decides the same, on the same server and kind of database, in turns.
"""

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from hub import clock
from hub.app import create_app
from hub.bench import minimal
from hub.bench.browser import Browser
from hub.bench.figures import Figure
from hub.bench.rooms import Rooms
from hub.bench.rounds import BOOKED, Client, cookie_of, play_round, race
from hub.bench.serving import free_port, served
from hub.config import load
from hub.errors import ConfigurationError
from hub.seeds.crowd import add_scarce_date, load_crowd, sign_in_often


def measure_crowd(rooms: Rooms, *, rounds: int, clients: int, places: int) -> Iterator[Figure]:
    """Play rounds of all clients for a few places of one date, the smallest program taking its turn after each.

    What is timed lasts from the first form sent to the last answer; each client has read its page before.
    """
    port, other = free_port(), free_port()
    database, small = rooms.empty("crowd"), rooms.empty("crowd_minimal")
    app = create_app(load(rooms.settings(database, port)), database=database)
    crowd = database.run(lambda session: load_crowd(session, clients, at=clock.now()))
    tokens = database.run(lambda session: sign_in_often(session, clients, at=clock.now()))
    hands = [
        Client(port, cookie_of(app, token), person.public_id)
        for token, person in zip(tokens, crowd.people, strict=True)
    ]
    ours, bare, wrong = [], [], 0
    with ExitStack() as ending:
        ending.enter_context(served(rooms, database, port))
        ending.enter_context(served(rooms, small, other, module="hub.bench.minimal"))
        beside = ending.enter_context(minimal.opened(small.engine.url.render_as_string(hide_password=False)))
        for number in range(rounds):
            days, at = 3 + number, clock.now()
            slot = database.run(
                partial(add_scarce_date, organisation_id=crowd.organisation_id, places=places, days=days, at=at)
            ).public_id
            outcome = play_round(database, hands, slot=slot)
            wrong += not outcome.is_right(clients, places)
            ours.append(outcome.seconds)
            bare.append(_play_minimal(beside, other, number, clients, places))
    what = f"{clients} clients for {places} places"
    yield Figure("P4", rooms.kind, f"{what}: rounds that came out wrong, of {rounds}", wrong, "rounds", most=0)
    ratio = statistics.median(one / two for one, two in zip(ours, bare, strict=True))
    told = f"{what}: from the first form sent to the last answer"
    yield Figure("P4", rooms.kind, told, statistics.median(ours), "s", statistics.median(bare), ratio, most=10)


def _play_minimal(beside: minimal.Places, port: int, slot: int, clients: int, places: int) -> float:
    """Play one round of the smallest program and return its seconds; raises ConfigurationError where it is wrong."""
    beside.run(minimal.OPEN, slot, places)

    def prepare(number: int) -> Callable[[], int]:
        Browser(port).ask("GET", f"/{slot}")
        return lambda: Browser(port).ask("POST", f"/{slot}/{number}").status

    answers, seconds = race([partial(prepare, number) for number in range(clients)])
    booked = beside.run(minimal.COUNT, slot).fetchone()[0]
    if not booked == answers.count(BOOKED) == places:
        raise ConfigurationError(f"The smallest program gave {booked} of {places} places.")
    return seconds
