"""Calendar programs of other people subscribe over HTTP: a date appears, moves, and is called off."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from hub.actions.slots import call_off_slot, move_slot
from hub.models.subscription import FeedKind, Level
from hub.queries.slots import get_own_slot
from tests.browser import axe
from tests.feeds import sign_in_person, subscribe, subscribe_person
from tests.journeys.calendar_program import fetch
from tests.places import book, make_offer, make_slot

ICAL_JS = Path(__file__).parent.parent / "vendor" / "ical.js-2.2.1.es5.min.cjs"
READ = """async path => {
  const calendar = new ICAL.Component(ICAL.parse(await (await fetch(path)).text()));
  return calendar.getAllSubcomponents("vevent").map(one => new ICAL.Event(one)).map(
    event => [event.uid, event.summary, event.startDate.toJSDate().toISOString(), event.sequence]
  );
}"""
SETTINGS = """
[general]
status_path = "{folder}/status"
[pair dates]
a = "feed"
b = "disk"
collections = null
conflict_resolution = "a wins"
[storage feed]
type = "http"
url = "{address}"
[storage disk]
type = "filesystem"
path = "{folder}/dates"
fileext = ".ics"
"""


class Program:
    """vdirsyncer on somebody's computer: one pair, from our address to a folder."""

    def __init__(self, binary, folder, address):
        (folder / "dates").mkdir()
        self.binary, self.folder, self.settings = binary, folder, folder / "settings"
        self.settings.write_text(SETTINGS.format(folder=folder, address=address))
        self.run("discover")

    def run(self, command):
        """Run one command to its end."""
        done = subprocess.run(
            [self.binary, "-c", self.settings, command], input="y\ny\n", capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def sync(self):
        """Fetch what is new and return the dates in the folder."""
        self.run("sync")
        files = sorted((self.folder / "dates").glob("*.ics"))
        return [event for file in files for event in Calendar.from_ical(file.read_bytes()).walk("VEVENT")]


@pytest.fixture
def slot(world):
    return make_slot(world, make_offer(world))


@pytest.fixture
def token(world, slot):
    book(world, slot, world.cast.tarik)
    return subscribe_person(world, "tarik")


def as_partner(world, slot, verb, **arguments):
    """Let the club's Sven change a date as his pages do."""
    actor = world.actor("sven")

    def unit(session):
        mine = get_own_slot(session, actor, slot.public_id)
        verb(session, actor=actor, slot=mine, at=world.at + timedelta(minutes=1), **arguments)

    world.database.run(unit)


def test_a_date_appears_moves_and_is_called_off(house, world, slot, token, vdirsyncer, tmp_path):
    """Vdirsyncer names what it fetches by its content, so the UIDs are read beside it."""
    address = f"{house.address}/feeds/{token}.ics"
    program = Program(vdirsyncer, tmp_path, address)
    (first,) = program.sync()
    assert (str(first["SUMMARY"]), first.start) == ("Termin", slot.starts_at)
    (uid,) = fetch(address)
    later = slot.starts_at + timedelta(days=1)
    as_partner(world, slot, move_slot, starts_at=later, ends_at=later + timedelta(hours=1))
    (moved,) = program.sync()
    assert moved.start == later
    assert moved["SEQUENCE"] > first["SEQUENCE"]
    assert list(fetch(address)) == [uid]
    as_partner(world, slot, call_off_slot)
    (cancelled,) = program.sync()
    assert (cancelled["STATUS"], str(cancelled["SUMMARY"])) == ("CANCELLED", "Abgesagt: Termin")
    assert cancelled["SEQUENCE"] > moved["SEQUENCE"]
    assert list(fetch(address)) == [uid]


@pytest.mark.browser
def test_thunderbirds_parser_reads_every_kind_of_feed(house, world, slot, token, page):
    club = world.cast.organisations["club"].id
    feeds = {
        token: "Termin",
        subscribe_person(world, "tarik", Level.FULL, name="Computer"): "Bewegung am Vormittag",
        subscribe(world, world.actor("clara"), FeedKind.COACH)[1]: "Kranich",
        subscribe(world, world.actor("sven"), FeedKind.ORGANISATION, organisation_id=club)[1]: (
            "Bewegung am Vormittag (1 von 3)"
        ),
    }
    page.goto(f"{house.address}/calendar-help")
    axe(page)
    page.evaluate(ICAL_JS.read_text())
    start = slot.starts_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    for secret, summary in feeds.items():
        ((uid, said, begins, sequence),) = page.evaluate(READ, f"/feeds/{secret}.ics")
        assert (said, begins, sequence) == (summary, start, 0)
        assert uid.endswith("@kalender.invalid")


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_subscribes_on_their_telephone(house, world, slot, new_context, scripts):
    book(world, slot, world.cast.tarik)
    address = house.address
    context = new_context(java_script_enabled=scripts)
    cookie = sign_in_person(house.app, world, "tarik").get_cookie("session", "127.0.0.1")
    context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    page = context.new_page()

    def look():
        if scripts:
            axe(page)
            page.set_viewport_size({"width": 320, "height": 844})
            assert not page.evaluate("document.scrollingElement.scrollWidth > innerWidth"), page.url
            page.set_viewport_size({"width": 390, "height": 844})

    page.goto(f"{address}/me/subscriptions")
    look()
    page.get_by_role("link", name="Kalender abonnieren").click()
    look()
    assert page.get_by_label("Nur die Zeit und Ihr Wort").is_checked()
    page.get_by_role("button", name="Weiter").click()
    look()
    page.get_by_role("button", name="Ja, so einrichten").click()
    look()
    href = page.get_by_role("link", name="Abonnieren", exact=True).get_attribute("href")
    answer = context.request.get(href.replace("webcal://", "http://"))
    assert "SUMMARY:Termin" in answer.text()
    assert page.get_by_role("button", name="Kopieren").first.is_visible() is scripts
    page.get_by_role("link", name="Zu Ihren Kalendern").click()
    assert page.get_by_text("zuletzt abgeholt heute").is_visible()
    look()
