"""Core pages of the demo network stay light and still, on a slow telephone in a real browser (P12)."""

from collections.abc import Callable
from datetime import UTC

import pytest
import time_machine
from flask import Flask, Response
from playwright.sync_api import Browser

from hub.seeds.sheet import Sheet
from tests.core_pages import KINDS, Visitors
from tests.weight import weigh_kind

pytestmark = pytest.mark.browser
LOOKED_AT = {"catalogue", "coach-day", "partner-week", "own-dates"}  # one for each reader; ./run weight takes all


def of_today(response: Response) -> Response:
    """Date an answer by the browser's clock: it counts from there how long it may keep a file."""
    response.date = time_machine.escape_hatch.datetime.datetime.now(UTC)
    return response


def test_core_pages_keep_to_their_budget(
    demo: tuple[Flask, Sheet], live_server: Callable[[Flask], str], browser: Browser
) -> None:
    app, sheet = demo
    app.after_request(of_today)
    visitors = Visitors(browser, live_server(app).replace("127.0.0.1", "localhost"), sheet)
    looked_at = [kind for kind in KINDS if kind.name in LOOKED_AT]
    assert len(looked_at) == len(LOOKED_AT)
    for kind in looked_at:
        found = weigh_kind(visitors, kind)
        assert found.light, f"{kind.name}: {found}"
