"""Feeds for tests: subscribe as one of the cast, fetch as a calendar program does, read the bytes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar, Event
from sqlalchemy import Connection, event, update
from sqlalchemy.engine.interfaces import ExecutionContext
from werkzeug.test import TestResponse

from hub import crypto
from hub.actions.subscriptions import make_subscription
from hub.db import Database
from hub.models.card import Card
from hub.models.login import Login
from hub.models.subscription import FeedKind, Level, Subscription
from hub.policy.actor import Actor, ActorKind
from tests.world import World


def person(world: World, key: str) -> Actor:
    """Return a person of the cast as the actor behind card and PIN."""
    row = world.cast.people[key]
    return Actor(ActorKind.PERSON, row.public_id, participant_id=row.id)


def subscribe(
    world: World, actor: Actor, kind: FeedKind = FeedKind.PARTICIPANT, name: str = "mein Handy", **arguments: Any
) -> tuple[Subscription, str]:
    """Make a subscription and return it with its token."""
    made: tuple[Subscription, str] = world.do(
        make_subscription, actor=actor, kind=kind, name=name, **{"at": world.at} | arguments
    )
    return made


def subscribe_person(world: World, key: str, level: Level = Level.DISCREET, **arguments: Any) -> str:
    """Let a person of the cast subscribe and return the token."""
    return subscribe(world, person(world, key), level=level, **arguments)[1]


def fetch(app: Flask, token: str, method: str = "GET", **headers: str) -> TestResponse:
    """Ask for a feed; headers by name with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client(use_cookies=False).open(f"/feeds/{token}.ics", method=method, headers=named)


def events(answer: TestResponse) -> list[Event]:
    """Return the events of an answer, read by icalendar without a complaint."""
    assert answer.status_code == 200, answer.status
    calendar = Calendar.from_ical(answer.data)
    assert not calendar.errors
    found = calendar.walk("VEVENT")
    assert not [one.errors for one in found if one.errors]
    return found


def only(answer: TestResponse) -> Event:
    """Return the one event there is."""
    (found,) = events(answer)
    return found


def row_of(world: World, token_or_row: Subscription) -> Subscription:
    """Return a subscription as it is stored now."""
    with world.database.reading() as session:
        return session.get_one(Subscription, token_or_row.id)


def change(world: World, table: Any, key: int, **values: Any) -> None:
    """Change a row behind the back of all verbs."""
    with world.database.transaction() as session:
        session.execute(update(table).where(table.id == key).values(**values))


def touch(world: World, at: datetime | None = None) -> None:
    """Raise every feed's revision, as each verb does for the feeds it concerns."""
    with world.database.transaction() as session:
        session.execute(update(Subscription).values(revision=Subscription.revision + 1))


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """Collect the SQL statements sent to the database inside the block, PRAGMA and BEGIN left out."""
    sent: list[str] = []

    def note(_c: Connection, _cursor: Any, statement: str, _p: Any, _x: ExecutionContext | None, _m: bool) -> None:
        sent.append(statement)

    def look(query: Any, **parameters: str) -> Any:
        sent.append(str(query))
        return Database.look(world.database, query, **parameters)

    event.listen(world.database.engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.database, "look", look)
        yield sent
    event.remove(world.database.engine, "before_cursor_execute", note)
    sent[:] = [one for one in sent if not one.startswith(("PRAGMA", "BEGIN"))]


def sign_in_person(app: Flask, world: World, key: str) -> FlaskClient:
    """Sign a person of the cast in with a card of their own, and return their browser."""
    app.config["WTF_CSRF_ENABLED"] = False
    token = crypto.new_token(256)
    with world.database.transaction() as session:
        card = Card(
            participant_id=world.cast.people[key].id, code=key, code_digest=crypto.token_digest(key), issued_at=world.at
        )
        session.add(card)
        session.flush()
        digest = crypto.token_digest(token)
        session.add(Login(card_id=card.id, client="", token_digest=digest, created_at=world.at, seen_at=world.at))
    browser = app.test_client()
    with browser.session_transaction(base_url=app.extensions["config"].public_url) as cookie:
        cookie["_user_id"] = token
    return browser
