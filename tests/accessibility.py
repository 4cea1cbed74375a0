"""All pages, readers and settings with axe: `./run a11y [REPORT]` writes a report and says the result."""

import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.browser import AXE_TAGS, chromium
from tests.demo import build_demo
from tests.every_page import EVERY, Eyes, Walked

REPORT = Path(__file__).resolve().parent.parent / "docs" / "accessibility-report.md"


def look_at_everything() -> tuple[Counter[str], list[str]]:
    """Return how many pages each reader was shown in how many settings, and all faults; prints how far it is."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        if browser is None:
            raise SystemExit("This needs Chromium. On Debian and Ubuntu: sudo apt-get install chromium")
        url = f"sqlite:///{folder}/demo.sqlite3"
        build_demo(url)
        walked = Walked(url, settings=EVERY)
        seen: Counter[str] = Counter()
        faults: list[str] = []
        with Eyes(browser, walked) as eyes:
            for number, (setting, shown) in enumerate(walked.pages, 1):
                faults += eyes.faults(setting, shown)
                seen[shown.who] += 1
                sys.stderr.write(f"\r{number} of {len(walked.pages)} pages, {len(faults)} faults ")
        sys.stderr.write("\n")
    return seen, faults


def report(seen: Counter[str], faults: list[str]) -> str:
    """Return the report as Markdown."""
    lines = [
        "# Every page, every reader, eight settings",
        "",
        f"    ./run a11y        # {datetime.now(UTC):%Y-%m-%d}, the invented network of the demo",
        "",
        f"axe with {', '.join(AXE_TAGS)},",
        "and no sideways scrolling, in German and English, at 320 and 1280 px, in light and dark. One page of each",
        "rule that links lead to, for each reader; pages that are for everybody once as nobody and once signed in;",
        "and pages behind forms, mails' links, a poster, a card and a handed-over device (`tests/steps.py`). What is",
        "left out, and why, stands in `tests/web/test_every_rule.py`.",
        "",
        f"**{sum(seen.values())} pages looked at, {len(faults)} faults.**",
        "",
        "| reader | pages in eight settings |",
        "|---|---|",
        *(f"| {who} | {seen[who]} |" for who in seen),
        "",
        *(f"- {fault}" for fault in faults),
    ]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Look at everything and write the report; 1 where anything was found."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else REPORT
    seen, faults = look_at_everything()
    target.write_text(report(seen, faults), "utf-8")
    sys.stdout.write(f"{sum(seen.values())} pages, {len(faults)} faults: {target}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
