"""Whatever people type, into whatever a calendar shows: it stays a text in its place, in feeds of every kind."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.models.location import Location, Room
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.subscription import FeedKind, Level
from tests.feeds import change, fetch, only, subscribe, subscribe_person, touch
from tests.kinds import follow, make_everywhere
from tests.places import book

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # no text is new to a database
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NASTY = [
    "\r",
    "\n",
    "\r\n",
    "\u2028",
    "\x85",
    "\x0c",
    ";",
    ",",
    "\\",
    "\\n",
    ":",
    '"',
    "\u202e",
    "END:VEVENT",
    "ä",
    "👩‍🌾",
]
TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=24),
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=12).map("".join).map(lambda text: text[:24]),
)


@pytest.fixture
def feeds(app, world):
    """Give one date that stands in a feed of every kind and level, each as a function that fetches it."""
    there = make_everywhere(world)
    book(world, there.slot, world.cast.tarik)
    tokens = {level.value: subscribe_person(world, "tarik", level, name=level.value) for level in Level}
    for initials in (False, True):
        arguments = {"name": f"Initialen {initials}", "initials": initials}
        tokens[f"coach {initials}"] = subscribe(world, world.actor("clara"), FeedKind.COACH, **arguments)[1]
    fetching = {name: lambda token=token: fetch(app, token) for name, token in tokens.items()}
    return there, fetching | {kind.value: one for kind, one in follow(app, world, there).items()}


def type_everywhere(world, there, text):
    """Put a text into each column that some calendar shows."""
    tarik = world.cast.tarik
    change(world, Offer, there.offer.id, title=text, short_title=text)
    change(world, Organisation, world.cast.club.id, name=text)
    change(world, Location, there.house.id, name=text, street=text)
    change(world, Room, there.room.id, name=text)
    name = {"form_of_address": "Herr", "given": text, "family": text}
    change(world, Participant, tarik.id, call_word=text, neutral_word=text, name=name)
    touch(world)


def properties(event):
    return {name for name, _ in event.property_items()}


def test_no_text_in_any_shown_column_adds_a_line_or_a_property(world, feeds):
    there, fetching = feeds
    assert len(fetching) == 11
    before = {name: properties(only(one())) for name, one in fetching.items()}

    @given(TEXTS)
    @example("Zeichen")
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def typed(text):
        type_everywhere(world, there, text)
        for name, one in fetching.items():
            answer = one()
            assert properties(only(answer)) <= before[name], name
            lines = answer.text.split("\r\n")
            assert answer.text.splitlines() == lines[:-1], name  # nothing else that any reader takes for a line end
            assert max(len(line.encode()) for line in lines) <= 75, name
            assert not TURNING & set(answer.text), name
            if text == "Zeichen":
                assert ("Z. Z." if name == "coach True" else text) in answer.text.replace("\r\n ", ""), name

    typed()
