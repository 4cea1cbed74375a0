"""/healthz: whether the process and its database answer; no data."""

from flask import Blueprint

from hub.web.access import for_everyone
from hub.web.context import database

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@for_everyone("monitoring has no account, and the answer holds no data")
def show_health() -> tuple[str, int, dict[str, str]]:
    """Answer "ok" when the database does."""
    database().ping()
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
