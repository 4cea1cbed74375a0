"""Bare views in the same server: what answering feeds, and deciding about a few places, is measured against."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response

PAGE = "<!doctype html><title>{slot}</title><form method=post><button>OK</button></form>"


def bare_views(folder: Path) -> Any:
    """Return a Flask application of one view that sends the ready bytes of a file in `folder`."""
    app = Flask("bare", static_folder=None)

    @cache
    def ready(name: str) -> bytes:
        return (folder / name).read_bytes()

    @app.get("/bare/<name>")
    def show(name: str) -> Response:
        return Response(ready(name), content_type="text/calendar; charset=utf-8")

    return app


def bare_booking(take: Callable[[int, str], bool]) -> Any:
    """Return a Flask application that asks for a date's page and takes a place: 303, or 409 where none is left."""
    app = Flask("bare", static_folder=None)

    @app.get("/healthz")
    def show_health() -> str:
        return "ok"

    @app.get("/<int:slot>")
    def new_booking(slot: int) -> str:
        return PAGE.format(slot=slot)

    @app.post("/<int:slot>/<person>")
    def create_booking(slot: int, person: str) -> tuple[str, int]:
        return ("", 303) if take(slot, person) else ("", 409)

    return app
