"""Files to save: tables under neutral names."""

from flask import make_response
from werkzeug.wrappers import Response

from hub.errors import NotFound
from hub.tables.writing import TYPES


def require_suffix(suffix: str) -> None:
    """Raise NotFound (404) for a kind of file we do not write."""
    if suffix not in TYPES:
        raise NotFound


def download(content: bytes, suffix: str, name: str) -> Response:
    """Return a table as a file to save."""
    answer = make_response(content)
    answer.headers["Content-Type"] = TYPES[suffix]
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return answer
