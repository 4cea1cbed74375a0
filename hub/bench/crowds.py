"""A crowd for few places at the real server: whether every round came out right, and how long it took (P4)."""

import statistics
import time
from collections.abc import Iterator
from functools import partial

from hub import clock
from hub.app import create_app
from hub.bench.figures import Figure
from hub.bench.rooms import Rooms
from hub.bench.serving import free_port, served
from hub.config import load
from hub.crowd_rounds import Client, cookie_of, play_round
from hub.seeds.crowd import add_scarce_date, load_crowd, sign_in_often


def measure_crowd(rooms: Rooms, *, rounds: int, clients: int, places: int) -> Iterator[Figure]:
    """Play rounds of all clients for a few places of one date; a round lasts from the reading of the first page."""
    port, database = free_port(), rooms.empty("crowd")
    app = create_app(load(rooms.settings(database, port)), database=database)
    crowd = database.run(lambda session: load_crowd(session, clients, at=clock.now()))
    tokens = database.run(lambda session: sign_in_often(session, clients, at=clock.now()))
    hands = [
        Client(port, cookie_of(app, token), person.public_id)
        for token, person in zip(tokens, crowd.people, strict=True)
    ]
    wrong, taken = 0, []
    with served(rooms, database, port):
        for number in range(rounds):
            days, at = 3 + number, clock.now()
            slot = database.run(
                partial(add_scarce_date, organisation_id=crowd.organisation_id, places=places, days=days, at=at)
            ).public_id
            began = time.perf_counter()
            wrong += not play_round(database, hands, slot=slot).is_right(clients, places)
            taken.append(time.perf_counter() - began)
    what = f"{clients} clients for {places} places"
    yield Figure("P4", rooms.kind, f"{what}: rounds that came out wrong, of {rounds}", wrong, "rounds", most=0)
    yield Figure("P4", rooms.kind, f"{what}: a round, its pages read first", statistics.median(taken), "s")
