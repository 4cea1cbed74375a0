"""How heavy the core pages are on a telephone: bytes and requests of the first and the next view, and what moves."""

import sys
from dataclasses import dataclass
from typing import Any

import click
from playwright.sync_api import BrowserContext

from tests.browser import TELEPHONE
from tests.core_pages import KINDS, Kind, Visitors, demo_visited

BYTES, REQUESTS, AGAIN, SHIFT = 150_000, 15, 1, 0.02  # the budget of a core page
# Slow enough that fonts and scripts come after the first words, as on a telephone in the country: then it shows.
SLOW = {"offline": False, "latency": 100, "downloadThroughput": 200_000, "uploadThroughput": 100_000}
WATCH = """window.moved = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.moved += entry.value; }).observe({type: "layout-shift", buffered: true});"""
SETTLED = (
    "document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))"
)


@dataclass(frozen=True)
class Weight:
    """What one page costs."""

    bytes: int  # over the wire, headers and all
    requests: int
    again: int  # requests of the next view
    shift: float  # cumulative layout shift

    @property
    def light(self) -> bool:
        """Whether the page keeps to the budget of a core page."""
        return (
            self.bytes <= BYTES and self.requests <= REQUESTS and self.again <= AGAIN and round(self.shift, 4) <= SHIFT
        )


class Wire:
    """What a page asks the network for; data: addresses and what the browser kept are no requests."""

    def __init__(self, client: Any) -> None:
        self.asked: set[str] = set()
        self.bytes = 0
        client.on("Network.requestWillBeSent", self._asked)
        client.on("Network.requestServedFromCache", lambda event: self.asked.discard(event["requestId"]))
        client.on("Network.responseReceived", self._answered)
        client.on("Network.loadingFinished", self._finished)

    def _asked(self, event: Any) -> None:
        if event["request"]["url"].startswith("http"):
            self.asked.add(event["requestId"])

    def _answered(self, event: Any) -> None:
        if event["response"].get("fromDiskCache"):
            self.asked.discard(event["requestId"])

    def _finished(self, event: Any) -> None:
        if event["requestId"] in self.asked:
            self.bytes += int(event["encodedDataLength"])


def weigh(context: BrowserContext, address: str) -> Weight:
    """Open an address twice in a browser whose cache is empty, and weigh both views."""
    context.add_init_script(WATCH)
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", SLOW)
    views = []
    for _ in range(2):
        wire = Wire(client)
        answer = page.goto(address, wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, f"{answer.status} {address}"
        page.evaluate(SETTLED)
        views.append((wire.bytes, len(wire.asked), float(page.evaluate("window.moved"))))
        page.goto("about:blank")
    (size, requests, moved), (_, again, moved_again) = views
    return Weight(size, requests, again, max(moved, moved_again))


def weigh_kind(visitors: Visitors, kind: Kind) -> Weight:
    """Weigh one kind of page as its reader meets it for the first time, on a telephone."""
    path = visitors.path_to(kind)
    context = visitors.context(kind.who, viewport=TELEPHONE)
    found = weigh(context, visitors.address + path)
    context.close()
    return found


def main() -> int:
    """Weigh every core page of a fresh demo network and print a table; 1 when one is too heavy."""
    heavy = 0
    with demo_visited() as visitors:
        click.echo(f"{'page':14}{'KB':>7}{'requests':>10}{'next view':>11}{'moved':>8}")
        for kind in (kind for kind in KINDS if kind.core):
            found = weigh_kind(visitors, kind)
            heavy += not found.light
            line = f"{kind.name:14}{found.bytes / 1000:7.1f}{found.requests:10}{found.again:11}{found.shift:8.3f}"
            click.echo(line + ("" if found.light else "  too heavy"))
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
