"""Calendar programs of other people subscribe over HTTP: a date appears, moves, and is called off."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from hub import clock
from hub.actions.slots import call_off_slot, move_slot
from hub.actions.subscriptions import rotate_subscription
from hub.models.subscription import FeedKind, Level
from hub.queries.slots import get_own_slot
from hub.queries.subscriptions import get_subscription
from tests.browser import axe
from tests.feeds import person, row_of, sign_in_person, subscribe, subscribe_person
from tests.journeys.calendar_program import fetch
from tests.kinds import make_everywhere, paths
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
"""
PAIR = """
[pair {name}]
a = "{name}_feed"
b = "{name}_disk"
collections = null
conflict_resolution = "a wins"
[storage {name}_feed]
type = "http"
url = "{address}"
{login}
[storage {name}_disk]
type = "filesystem"
path = "{folder}/{name}"
fileext = ".ics"
"""
PASSWORD = """
auth = "basic"
username = "egal"
password = "{}"
"""


class Program:
    """vdirsyncer on somebody's computer: each named address has a folder of its own."""

    def __init__(self, binary, folder, **feeds):
        self.binary, self.folder, self.settings = binary, folder, folder / "settings"
        pairs = ""
        for name, feed in feeds.items():
            address, login = feed if isinstance(feed, tuple) else (feed, "")
            (folder / name).mkdir()
            pairs += PAIR.format(name=name, address=address, login=login, folder=folder)
        self.settings.write_text(SETTINGS.format(folder=folder) + pairs)
        assert self.attempt("discover")[0] == 0

    def attempt(self, *command):
        """Run one command to its end; return its status and what it said."""
        done = subprocess.run(
            [self.binary, "-c", self.settings, *command], input="y\n" * 9, capture_output=True, text=True, timeout=60
        )
        return done.returncode, done.stdout + done.stderr

    def sync(self, *options):
        """Fetch what is new and return the dates of the one folder."""
        ended, said = self.attempt("sync", *options)
        assert ended == 0, said
        return self.kept()

    def kept(self, name="dates"):
        """Return the dates in a folder."""
        files = sorted((self.folder / name).glob("*.ics"))
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
    program = Program(vdirsyncer, tmp_path, dates=address)
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


def test_every_kind_of_feed_and_the_way_with_a_password_reach_a_folder(house, world, vdirsyncer, tmp_path):
    there = make_everywhere(world)
    book(world, there.slot, world.cast.tarik)
    row, secret = subscribe(world, person(world, "tarik"))
    basic = f"{house.address}/feeds/basic/{row.public_id}.ics"
    clara, sven, gudrun = (world.actor(key) for key in ("clara", "sven", "gudrun"))
    tokens = {
        "coach": subscribe(world, clara, FeedKind.COACH)[1],
        "organisation": subscribe(world, sven, FeedKind.ORGANISATION, organisation_id=world.cast.club.id)[1],
        "offer": subscribe(world, sven, FeedKind.OFFER, "Angebot", offer_id=there.offer.id)[1],
        "room": subscribe(world, gudrun, FeedKind.ROOM, room_id=there.room.id)[1],
    }
    program = Program(
        vdirsyncer,
        tmp_path,
        person=(basic, PASSWORD.format(secret)),
        stranger=(basic, PASSWORD.format("geraten")),
        **{name: f"{house.address}/feeds/{token}.ics" for name, token in tokens.items()},
        **{kind.value: f"{house.address}/calendars/{path}.ics" for kind, path in paths(world, there).items()},
    )
    ended, said = program.attempt("sync")
    assert (ended, "401" in said, program.kept("stranger")) == (1, True, [])
    title = there.offer.title
    summaries = {"person": "Termin", "coach": "Kranich"} | dict.fromkeys(
        ("organisation", "offer"), f"{title} (1 von 3)"
    )
    summaries |= dict.fromkeys(("room", "house", "programme", "public_offer"), title)
    for name, summary in summaries.items():
        (found,) = program.kept(name)
        assert (str(found["SUMMARY"]), found.start) == (summary, there.slot.starts_at), name
    assert row_of(world, row).fetched_client == "vdirsyncer"


def test_a_new_link_empties_the_old_one_and_after_a_month_that_is_gone(house, world, slot, token, vdirsyncer, tmp_path):
    """This program asks before it drops all it has; told to, it does. When there is no calendar any more it says so."""
    row, old = subscribe(world, person(world, "tarik"), name="Computer")
    program = Program(vdirsyncer, tmp_path, dates=f"{house.address}/feeds/{old}.ics")
    (before,) = fetch(f"{house.address}/feeds/{old}.ics")
    assert len(program.sync()) == 1

    def rotate(session):
        actor = person(world, "tarik")
        mine = get_subscription(session, actor, row.public_id)
        return rotate_subscription(session, actor=actor, subscription=mine, at=clock.now())

    _, fresh = world.database.run(rotate)
    assert list(fetch(f"{house.address}/feeds/{fresh}.ics")) == [before]
    ended, said = program.attempt("sync")
    assert (ended, "emptied" in said, len(program.kept())) == (1, True, 1)
    assert program.sync("--force-delete") == []
    house.wait(31 * 24 * 60)
    ended, said = program.attempt("sync")
    assert (ended, "Not Found" in said, program.kept()) == (1, True, []), said


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
