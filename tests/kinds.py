"""Feeds of every kind about dates for tests: one date that stands in all of them, and how each one is fetched."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from hub.models.location import Location, Room
from hub.models.offer import Offer
from hub.models.slot import Slot
from hub.models.subscription import FeedKind
from tests.feeds import change, fetch, subscribe
from tests.places import make_offer, make_slot
from tests.world import World

Fetch = Callable[..., TestResponse]


@dataclass
class Everywhere:
    """An offer of the club in a room of the town hall, which is a house, and one date of it."""

    house: Location
    room: Room
    offer: Offer
    slot: Slot


def make_everywhere(world: World, **values: Any) -> Everywhere:
    """Let the town hall be a house, and the club give a course in its room."""
    house = world.cast.locations["town_hall"]
    room = house.rooms[0]
    change(world, Location, house.id, house=True)
    facts = {"title": "Rückenschule, leicht", "location_id": house.id, "room_id": room.id}
    offer = make_offer(world, **facts | values)
    return Everywhere(house, room, offer, make_slot(world, offer, room_id=room.id))


def fetch_public(app: Flask, path: str, method: str = "GET", **headers: str) -> TestResponse:
    """Ask for a public calendar by what follows /calendars/."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client(use_cookies=False).open(f"/calendars/{path}.ics", method=method, headers=named)


def paths(world: World, there: Everywhere) -> dict[FeedKind, str]:
    """Return where the public calendars are in which the date stands."""
    return {
        FeedKind.HOUSE: f"houses/{there.house.public_id}",
        FeedKind.PROGRAMME: f"networks/{world.cast.programmes['resilience'].public_id}",
        FeedKind.PUBLIC_OFFER: f"offers/{there.offer.public_id}",
    }


def follow(app: Flask, world: World, there: Everywhere) -> dict[FeedKind, Fetch]:
    """Let Sven of the club and Gudrun of the town subscribe; return how each feed is fetched, the public ones too."""
    sven, gudrun = world.actor("sven"), world.actor("gudrun")
    tokens = {
        FeedKind.ORGANISATION: subscribe(world, sven, FeedKind.ORGANISATION, organisation_id=world.cast.club.id)[1],
        FeedKind.OFFER: subscribe(world, sven, FeedKind.OFFER, "Angebot", offer_id=there.offer.id)[1],
        FeedKind.ROOM: subscribe(world, gudrun, FeedKind.ROOM, room_id=there.room.id)[1],
    }
    secret = {kind: _fetching(fetch, app, token) for kind, token in tokens.items()}
    return secret | {kind: _fetching(fetch_public, app, path) for kind, path in paths(world, there).items()}


def _fetching(how: Fetch, app: Flask, address: str) -> Fetch:
    return lambda **headers: how(app, address, **headers)
