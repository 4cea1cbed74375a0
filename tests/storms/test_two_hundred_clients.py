"""Two hundred clients at a real server for twenty places: twenty have one, all others are told so, no error."""

from collections import Counter
from datetime import timedelta

import pytest

from hub import clock
from hub.bench.rounds import Client, Outcome, cookie_of, play_round
from hub.models.notice import Notice
from tests.commands.conftest import House
from tests.commands.test_serving import ended, running
from tests.loop import rows
from tests.places import make_offer, make_people, make_slot
from tests.post import free_port
from tests.queues import broken
from tests.storms.servers import answers, await_that
from tests.world import World, let_in, served

CLIENTS, PLACES = 200, 20


@pytest.mark.slow
@pytest.mark.xdist_group("storms")
def test_two_hundred_clients_for_twenty_places(world: World, house: House) -> None:
    now = clock.now()
    slot = make_slot(world, make_offer(world), places=PLACES, starts_at=now + timedelta(days=3))
    app, port = served(world.kind), free_port()
    cookies = [cookie_of(app, let_in(app, "clara")) for _ in range(CLIENTS)]
    people = make_people(world, CLIENTS)
    clients = [Client(port, cookie, person.public_id) for cookie, person in zip(cookies, people, strict=True)]
    with running(house, "serve", "--port", str(port)) as process:
        await_that(lambda: answers(port), process)
        outcome = play_round(world.database, clients, slot=slot.public_id)
        status, output = ended(process)
    assert outcome.is_right(CLIENTS, PLACES), outcome.as_line()
    assert (status, "unhandled" in output) == (0, False), output
    assert len(rows(world, Notice, Notice.booking_id.is_not(None))) == PLACES
    assert broken(world, at=now) == []


@pytest.mark.parametrize(
    ("statuses", "kind", "booked", "taken"),
    [
        ({303: 3, 409: 7}, 7, 3, 3),
        ({303: 2, 409: 8}, 8, 3, 2),
        ({303: 2, 409: 8}, 8, 1, 2),
        ({303: 2, 409: 8}, 7, 2, 2),
        ({303: 2, 409: 7, 500: 1}, 7, 2, 2),
    ],
)
def test_a_round_with_one_too_many_an_error_or_an_unkind_word_is_wrong(
    statuses: dict[int, int], kind: int, booked: int, taken: int
) -> None:
    assert not Outcome(Counter(statuses), kind, booked, taken, 0.1).is_right(10, 2)
    assert Outcome(Counter({303: 2, 409: 8}), 8, 2, 2, 0.1).is_right(10, 2)
