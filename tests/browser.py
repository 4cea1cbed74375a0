"""A real Chromium for tests: German, in Berlin, on a telephone; with axe, and without the outside world."""

import importlib.resources
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import make_server

from tests.missing import missing

FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
TELEPHONE = {"width": 390, "height": 844}
AXE = (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """Start Chromium for the block; None where this machine has none."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        yield None
        return
    # Chromium's sandbox refuses root, and only root goes without it.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *sandbox])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once per session."""
    with chromium() as browser:
        if browser is None:
            missing("a browser", "apt-get install chromium")
        yield browser


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Give a function that opens a fresh visitor (own cookies); its arguments are those of Playwright's new_context.

    At the end of the test every error inside a page and every request to another machine is a failure.
    """
    troubles: list[str] = []
    with ExitStack() as contexts:

        def open_context(**options: Any) -> BrowserContext:
            german = {"locale": "de-DE", "timezone_id": "Europe/Berlin", "viewport": TELEPHONE}
            context = contexts.enter_context(browser.new_context(**{**german, **options}))
            watch(context, troubles)
            return context

        yield open_context
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """Give one page on a telephone."""
    return new_context().new_page()


def watch(context: BrowserContext, troubles: list[str]) -> None:
    """Note uncaught errors, violations of the content security policy and requests that leave this machine."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            troubles.append(message.text)

    def on_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.hostname not in {"127.0.0.1", "localhost"}:
            troubles.append(f"The page asked another machine: {request.url}")

    context.on("console", on_console)
    context.on("request", on_request)
    context.on("weberror", lambda error: troubles.append(str(error.error)))


def axe(page: Page, *, without: tuple[str, ...] = ()) -> None:
    """Assert that axe finds nothing on the page as it stands; `without` names rules and needs a reason in the test."""
    page.evaluate(AXE)
    options = {"runOnly": AXE_TAGS, "rules": {rule: {"enabled": False} for rule in without}}
    violations = page.evaluate("options => axe.run(document, options).then(found => found.violations)", options)
    assert not violations, "\n".join(["axe on " + page.url, *map(describe, violations)])


def describe(violation: dict[str, Any]) -> str:
    """Render one violation as lines: rule, what to do, and each element."""
    lines = [f"{violation['id']} ({violation['impact']}): {violation['help']}"]
    for node in violation["nodes"]:
        lines.append(f"    {node['html'][:160]}")
        lines += [f"        {line.strip()}" for line in node["failureSummary"].splitlines()[1:]]
    return "\n".join(lines)


def _read_whole(file: BinaryIO, size: int = 0) -> list[bytes]:
    """Read and close a file before it is sent: this server leaves it open where the browser has gone meanwhile."""
    with file:
        return [file.read()]


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the app on a free port of the loopback and give its address without a slash at the end."""

    def with_files_read(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.file_wrapper"] = _read_whole
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, with_files_read, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def live_server() -> Iterator[Callable[[Flask], str]]:
    """Give a function from an app to the address where it is served until the test ends."""
    with ExitStack() as servers:
        yield lambda app: servers.enter_context(serving(app))
