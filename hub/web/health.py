"""/healthz: whether the process and its database answer; no data."""

from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from hub.db import RETRY_AFTER, out_of_reach
from hub.web.access import for_everyone
from hub.web.context import database

blueprint = Blueprint("health", __name__)
PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@blueprint.get("/healthz")
@for_everyone("monitoring has no account, and the answer holds no data")
def show_health() -> tuple[str, int, dict[str, str]]:
    """Answer "ok" when the database does, and in plain text as well when it does not."""
    try:
        database().ping()
    except SQLAlchemyError as error:
        if not out_of_reach(error):
            raise
        return "database away\n", 503, PLAIN | {"Retry-After": str(RETRY_AFTER)}
    return "ok\n", 200, PLAIN
