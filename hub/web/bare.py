"""A bare view beside the application, in the same server: what answering feeds is measured against."""

from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response


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
