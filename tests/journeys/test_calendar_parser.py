"""The parser of Thunderbird (ical.js, in a browser) reads every golden file and calendar mail as icalendar does."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar

HERE = Path(__file__).parent
ICAL_JS = HERE.parent / "vendor" / "ical.js-2.2.1.es5.min.cjs"
GOLDEN = sorted(file for place in ("calendars", "actions") for file in (HERE.parent / place / "golden").rglob("*.ics"))
TEXTS = ("uid", "summary", "location", "description", "url", "status", "transp")
# What Thunderbird takes from an event: texts, both ends, how often it changed, and when it reminds.
READ = """text => new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map(one => {
  const event = new ICAL.Event(one);
  const shown = time => time.isDate ? time.toString() : time.toJSDate().toISOString().replace(".000Z", "Z");
  const texts = ["uid", "summary", "location", "description", "url", "status", "transp"];
  return [
    ...texts.map(name => String(one.getFirstPropertyValue(name) ?? "")),
    shown(event.startDate), shown(event.endDate), event.sequence, event.attendees.length,
    one.getAllSubcomponents("valarm").map(alarm => alarm.getFirstPropertyValue("trigger").toSeconds()),
  ];
})"""


def as_icalendar_reads(data: bytes) -> list[list[object]]:
    """Return the same facts of each event, in the order of the file."""
    return [
        [
            *(str(event.get(name, "")) for name in TEXTS),
            shown(event.start),
            shown(event.end),
            int(event["SEQUENCE"]),
            len(event.attendees),
            [int(alarm.decoded("TRIGGER").total_seconds()) for alarm in event.walk("VALARM")],
        ]
        for event in Calendar.from_ical(data).events
    ]


def shown(moment: date) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@pytest.mark.browser
def test_both_parsers_read_the_same_in_every_golden_file(page, subtests):
    page.evaluate(ICAL_JS.read_text())
    for file in GOLDEN:
        data = file.read_bytes()
        with subtests.test(str(file.relative_to(HERE.parent))):
            assert page.evaluate(READ, data.decode()) == as_icalendar_reads(data)
    everything = [fact for file in GOLDEN for fact in as_icalendar_reads(file.read_bytes())]
    assert {fact[5] for fact in everything} == {"CONFIRMED", "CANCELLED", "TENTATIVE"}
    assert any(fact[-1] for fact in everything), "some golden file reminds"
