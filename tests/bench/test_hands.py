"""A client of a storm keeps at what was not answered: an outage loses neither an enquiry nor a withdrawal."""

import io
import json
import random
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from hub.bench.browser import NO_ANSWER, Browser
from hub.bench.hands import Hand, Order
from hub.models.consent import ConsentState
from hub.models.enquiry import EnquiryState
from hub.seeds.cast import PASSWORD
from hub.seeds.storm import Draft, Share
from tests.loop import ask, drafted, now, request_offer, say
from tests.storms.test_outages import away
from tests.world import World, served, serving_as_new


def outcomes(hand: Hand, deed: str) -> list[str]:
    lines = map(json.loads, hand.diary.getvalue().splitlines())
    return [line["outcome"] for line in lines if line["deed"] == deed]


def try_away(world: World, databases: Any, hand: Hand, deed: Callable[[], None]) -> None:
    """Let a client try while the database is away, and then while nobody listens at the server's address."""
    with away(world, databases):
        deed()
    port = hand.browser.port
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        hand.browser.port = unheard.getsockname()[1]
        with pytest.raises(NO_ANSWER):
            deed()
    hand.browser.port = port


@pytest.fixture
def address(world: World, live_server: Callable[[Flask], str]) -> Iterator[str]:
    """Serve the house under the name that a client of a storm asks for."""
    with serving_as_new(served(world.kind, "http://127.0.0.1")) as app:
        yield live_server(app)


def test_what_could_not_be_sent_or_taken_back_during_an_outage_is_done_after_it(
    world: World, address: str, databases: Any
) -> None:
    tarik = world.cast.tarik
    consent = say(world, tarik, ask(world, tarik, *request_offer(world)))
    enquiry = drafted(world, consent)
    draft = Draft(enquiry.public_id, tarik.public_id, consent.public_id)
    port = int(address.rpartition(":")[2])
    share = Share([tarik.public_id], [draft], {})
    order = Order(0, 0, port, "clara@demo.invalid", PASSWORD, [], share, "")
    hand = Hand(order, random.Random(0), Browser(port), io.StringIO(), drafts=[draft])
    hand.enter()
    try_away(world, databases, hand, hand.send)
    assert (hand.drafts, hand.sent, now(world, enquiry).state) == ([draft], [], EnquiryState.DRAFT)
    hand.send()
    assert (hand.drafts, hand.sent, now(world, enquiry).state) == ([], [draft], EnquiryState.SENT)
    try_away(world, databases, hand, hand.withdraw)
    assert (hand.sent, now(world, consent).state) == ([draft], ConsentState.GIVEN)
    hand.withdraw()
    assert (hand.sent, now(world, consent).state) == ([], ConsentState.WITHDRAWN)
    assert (outcomes(hand, "send"), outcomes(hand, "withdraw")) == (["unsure", "done"], ["unsure", "done"])
