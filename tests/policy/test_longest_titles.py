"""What calendars say is short enough to be read at a glance, and whole: every kind, level, form and language."""

from itertools import product
from types import SimpleNamespace

import pytest
from icalendar import Calendar

from calendars.entry import CalendarEntry
from calendars.writing import write_calendar, write_event
from hub.i18n import using
from hub.models.offer import Form
from hub.models.subscription import FeedKind, Level
from hub.policy.feed_text import FeedText, calendar_head
from hub.policy.visibility import Part
from hub.queries.neutral_titles import NEUTRAL_TITLES
from hub.seeds import cast, network, offers
from tests.world import AT

LANGUAGES = ("de", "en")
# Letters of a title with what may stand before it ("Abgesagt: ", "Noch offen: "). A locked telephone shows about forty.
MOST = {
    FeedKind.PARTICIPANT: {Level.DISCREET: 36, Level.ADDRESS: 36, Level.FULL: 36},
    FeedKind.COACH: dict.fromkeys(Level, 36),
    FeedKind.ORGANISATION: dict.fromkeys(Level, 56),
    FeedKind.OFFER: dict.fromkeys(Level, 56),
    FeedKind.ROOM: dict.fromkeys(Level, 46),
    FeedKind.HOUSE: dict.fromkeys(Level, 46),
    FeedKind.PROGRAMME: dict.fromkeys(Level, 46),
    FeedKind.PUBLIC_OFFER: dict.fromkeys(Level, 46),
}
MOST_OF_PLACE = 110  # letters; a telephone shows it over two or three lines
CASES = [
    (kind, level, form, language) for kind in FeedKind for level, form, language in product(Level, Form, LANGUAGES)
]


def longest(*words):
    return max(words, key=len)


ORGANISATION = longest(*(one[2] for one in (*cast.ORGANISATIONS, *network.ORGANISATIONS)))
STREET, CODE = max(
    ((one[4], one[3]) for one in network.ORGANISATIONS),
    key=lambda one: len(one[0] + network.get_municipality(one[1]).name),
)
TITLE, SHORT = (
    longest(*(one[0] for one in offers.COMMON.values())),
    longest(*(one[1] for one in offers.COMMON.values())),
)
FACTS = {
    "title": TITLE, "short_title": SHORT, "private": False, "participant_id": 1, "call_word": "Rotkehlchen",
    "organisation": ORGANISATION, "room": "Sitzungszimmer", "place": ORGANISATION, "visited_code": None,
    "home_code": CODE, "postal_code": "01234", "municipality_code": CODE, "street": STREET, "places": 25, "taken": 25,
    "public_id": "b" * 26, "offer": "o" * 26,
}  # fmt: skip


def entry(kind, level, form, language, **state):
    """One entry as a program reads it back from the bytes that leave the house."""
    with using(language):
        row = SimpleNamespace(**FACTS, form=form, neutral_word=NEUTRAL_TITLES[form].render(language), **state)
        words = FeedText(kind, level, "https://hub.example").describe(row)
        head = calendar_head(language)
        made = CalendarEntry(uid="x@y", changed_at=AT, starts_at=AT, ends_at=AT, cancelled=state["cancelled"], **words)
        lines = write_calendar(head, [write_event(made, cancelled_prefix=head.cancelled_prefix)])
    return words, Calendar.from_ical(lines).walk("VEVENT")[0]


@pytest.mark.parametrize("cancelled", [False, True])
def test_every_title_is_short_and_whole(cancelled):
    for case in CASES:
        words, read = entry(*case, cancelled=cancelled, tentative=not cancelled)
        title, kind, level = str(read["SUMMARY"]), case[0], case[1]
        assert title.endswith(words["summary"]), (case, title)
        assert len(title) <= MOST[kind][level], (case, title)
        if Part.TITLE in FeedText(kind, level, "").shown and case[2] is not Form.ROOM:
            assert (SHORT if kind is FeedKind.PARTICIPANT else TITLE) in title, (case, title)


def test_every_place_is_short_and_whole():
    for case in CASES:
        words, read = entry(*case, cancelled=False, tentative=False)
        assert str(read.get("LOCATION", "")) == (words["location"] or "")
        assert len(words["location"] or "") <= MOST_OF_PLACE, (case, words["location"])
        if Part.ORGANISATION in FeedText(case[0], case[1], "").shown:
            assert ORGANISATION in str(words["location"]), (case, words)


def test_every_neutral_word_is_one_word_in_both_languages():
    for form, language in product(Form, LANGUAGES):
        word = NEUTRAL_TITLES[form].render(language)
        assert len(word) <= 14, word
