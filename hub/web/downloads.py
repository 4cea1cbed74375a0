"""Files to save: tables and papers under neutral names."""

from flask import make_response
from werkzeug.wrappers import Response

from hub.actions import limits
from hub.errors import NotFound
from hub.pdf import write_pdf
from hub.tables.writing import TYPES
from hub.web.context import at, transaction


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


def download_pdf(page: str, name: str, *, key: str) -> Response:
    """Return a page as a PDF to save; `key` names who asks, since drawing costs. Raises TooManyAttempts (429)."""
    with transaction() as session:
        limits.take_try(session, "pdf", key, at())
    answer = make_response(write_pdf(page))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
