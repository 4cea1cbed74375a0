"""There is one clock, so that a test can set it."""

import re
from pathlib import Path

from tests.architecture.tree import ROOT, calls, none_of, plant, sources

CLOCK = "hub/clock.py"
# The present of Python and of the databases; counting seconds (monotonic, perf_counter) is no clock.
PRESENT = re.compile(
    r"(?:.*\.)?(?:(?:datetime|date)\.(?:now|utcnow|today)|func\.(?:now|current_timestamp|localtimestamp)"
    r"|time\.(?:time|time_ns|localtime|gmtime|ctime))"
)


def violations(root: Path) -> list[str]:
    """Name every look at another clock."""
    return [
        f"{source.path}:{line}: {name}(): take `at` as a parameter, or clock.now() on floor 5"
        for source in sources(root, "hub", "calendars")
        if source.path != CLOCK
        for line, name in calls(source.nodes)
        if PRESENT.fullmatch(name)
    ]


def test_there_is_one_clock():
    none_of(violations(ROOT))


def test_planted_clocks_are_found(tmp_path):
    files = {
        "hub/clock.py": "datetime.now(UTC)",
        "hub/web/a.py": "datetime.datetime.now()\ndate.today()\ntime.time()\nfunc.now()",
        "calendars/b.py": "datetime.utcnow()",
        "hub/web/c.py": "clock.now()\ntime.monotonic()\nrow.date.isoformat()",
    }
    found = [line.split(": ")[0] for line in violations(plant(tmp_path, files))]
    assert sorted(found) == ["calendars/b.py:1", *(f"hub/web/a.py:{line}" for line in (1, 2, 3, 4))]
