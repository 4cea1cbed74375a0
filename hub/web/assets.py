"""Addresses of static files with a digest of their content, so that browsers may keep them for a year."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, url_for

FOREVER = "public, max-age=31536000, immutable"
STATIC = Path(__file__).resolve().parent.parent / "static"


@cache
def digest(name: str) -> str:
    """Return a short digest of a static file's content."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of a static file; it changes with the file's content."""
    return url_for("static", filename=name, v=digest(name))


def keep_forever(response: Response) -> Response:
    """Let browsers keep static files that were asked for with the digest or carry their version in the name."""
    if request.endpoint == "static" and response.status_code == 200:
        versioned = "v" in request.args or request.path.startswith("/static/fonts/")
        response.headers["Cache-Control"] = FOREVER if versioned else "public, max-age=3600"
    return response


def install(app: Flask) -> None:
    """Register the template function and the header."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(keep_forever)
