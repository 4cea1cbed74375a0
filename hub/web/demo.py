"""/demo/mail: the mails of the demo, readable in the browser; this page exists in the demo only."""

from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import Blueprint

from hub.errors import NotFound
from hub.web.access import for_everyone
from hub.web.context import config, render

blueprint = Blueprint("demo", __name__)
MOST = 50


@blueprint.get("/demo/mail")
@for_everyone("only in the demo, whose people are invented")
def list_mails() -> tuple[str, int]:
    """Show the newest mails."""
    if config().environment != "demo":
        raise NotFound
    files = sorted((config().data / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return render("demo/list_mails.html", mails=[_read(path) for path in files[:MOST]])


def _read(path: Path) -> dict[str, object]:
    message = message_from_bytes(path.read_bytes(), policy=default)
    sent_at = parsedate_to_datetime(message["Date"])
    return {"to": message["To"], "subject": message["Subject"], "sent_at": sent_at, "body": message.get_content()}
