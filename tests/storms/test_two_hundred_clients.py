"""Two hundred clients at a real server for twenty places: twenty have one, all others are told so, and nothing breaks."""

from datetime import timedelta

import pytest

from hub import clock
from hub.crowd_rounds import Client, cookie_of, play_round
from hub.models.notice import Notice
from tests.commands.conftest import House
from tests.commands.test_serving import await_answer, ended, running
from tests.loop import rows
from tests.places import make_offer, make_people, make_slot
from tests.post import free_port
from tests.queues import broken
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
        await_answer(process, port)
        outcome = play_round(world.database, clients, slot=slot.public_id)
        status, output = ended(process)
    assert outcome.is_right(CLIENTS, PLACES), outcome.as_line()
    assert (status, "unhandled" in output) == (0, False), output
    assert len(rows(world, Notice, Notice.booking_id.is_not(None))) == PLACES
    assert broken(world, at=now) == []
