"""What every view needs: the database's transactions, the actor, the instant, and rendering."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, cast

from flask import current_app, g, render_template
from flask_login import current_user
from sqlalchemy.orm import Session

from hub import clock
from hub.config import Config
from hub.crypto import new_public_id
from hub.db import Database
from hub.policy.actor import ANONYMOUS, Actor


def database() -> Database:
    """The application's database."""
    return cast("Database", current_app.extensions["database"])


def config() -> Config:
    """The application's configuration."""
    return cast("Config", current_app.extensions["config"])


def transaction() -> AbstractContextManager[Session]:
    """Open the one writing transaction of a POST."""
    return database().transaction()


def reading() -> AbstractContextManager[Session]:
    """Open a read-only transaction."""
    return database().reading()


def current_actor() -> Actor:
    """Who asks; anonymous when nobody is signed in."""
    return cast("Actor", getattr(current_user, "actor", ANONYMOUS))


def at() -> datetime:
    """The instant of this request, read once."""
    if "at" not in g:
        g.at = clock.now()
    return cast("datetime", g.at)


def request_id() -> str:
    """The random name of this request in log rows."""
    if "request_id" not in g:
        g.request_id = new_public_id()
    return cast("str", g.request_id)


def render(template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """Render a page."""
    return render_template(template, **context), status
