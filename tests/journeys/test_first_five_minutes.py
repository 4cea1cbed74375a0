"""From an empty database to the first offer and the first coach who sees it: each start page says what is next."""

import re
from types import SimpleNamespace

import pytest
import time_machine
from click.testing import CliRunner
from playwright.sync_api import expect

from hub import crypto
from hub.app import create_app
from hub.cli import hub
from hub.config import load
from hub.db import Database
from hub.keys import read_keys
from tests.journeys.conftest import House
from tests.journeys.people import DESK, Checks, Person
from tests.world import AT, World

pytestmark = pytest.mark.browser
PASSWORD = "drei blaue Tassen im Regal"
FREE = " (freiwillig)"


def said(environ: dict[str, str], *words: str) -> str:
    """Run a command of the new installation and return what it prints."""
    done = CliRunner().invoke(hub, words, env=environ)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def new_house(door, new_context, looked_at, tmp_path):
    """Give a house that the commands made a minute ago: one account, nothing else."""
    environ = {"HUB_DATA": str(tmp_path), "HUB_PUBLIC_URL": door.address, "HUB_ENVIRONMENT": "test"}
    crypto.cheap_passwords()
    with time_machine.travel(AT, tick=True) as time:
        assert f"{door.address}/login" in said(environ, "init")
        account = ("--email", "otto@haus.example", "--name", "Otto Brandt", "--organisation", "Netzwerkbüro")
        said(environ, "user", "add", *account, "--password", PASSWORD)
        settings = load(environ)
        database = Database(settings.database_url, durable=False)
        keys, before = read_keys(settings.key_file), door.app
        crypto.install(keys.ring)
        door.app = create_app(settings, keys, database)
        world = World(database, SimpleNamespace(), settings.database_url)
        yield House(world, door.app, settings, door.address, time, Checks(door.app, looked_at), new_context)
        door.app = before
    database.close()


def sign_in(person: Person, email: str) -> None:
    """Go through the login page."""
    person.open("/login")
    person.write("E-Mail-Adresse", email)
    person.write("Passwort", PASSWORD)
    person.press("Anmelden")


def take(person: Person, step: str, link: str) -> None:
    """Follow the one main action of the next step, after seeing that it is this one."""
    row = person.page.locator("li[aria-current=step]")
    expect(row.get_by_role("heading")).to_have_text(step)
    person.go(link, within=row)


def invite(person: Person, name: str) -> None:
    """Fill in who is invited; where to and as what stands there already."""
    person.write("Name", name)
    person.write("E-Mail-Adresse", f"{name.partition(' ')[0].lower()}@haus.example")
    person.press("Einladen")
    person.reads("bekommt einen Link.")


def come_in(house: House, name: str, **options: object) -> Person:
    """Let the mail arrive, and its reader choose a password and sign in."""
    house.work()
    email = f"{name.partition(' ')[0].lower()}@haus.example"
    (mail,) = house.mails(email)
    link = re.search(r"http\S+/invitations/\S+", mail.get_body(("plain",)).get_content())
    person = house.person(email.partition("@")[0], **options)
    person.open(link[0])
    person.write("Passwort", PASSWORD)
    person.press("Zugang einrichten")
    sign_in(person, email)
    return person


def open_network(nora: Person) -> None:
    """Open the programme, say how the office is reached, take the first partner in."""
    nora.headline("Hier entsteht Ihr Netzwerk.")
    take(nora, "Ein Programm eröffnen", "Programm eröffnen")
    nora.write("Name des Programms", "Netzwerk Elbe")
    nora.write("Erster Tag", "2026-09-01")
    nora.write("Letzter Tag", "2027-12-31")
    nora.press("Speichern")
    take(nora, "Sagen, wie man Sie erreicht", "Eintragen")
    write_contact(nora)
    nora.go("Netzwerk")
    take(nora, "Den ersten Partner aufnehmen", "Partner aufnehmen")
    nora.write("Name des Partners", "SV Elbaue")
    nora.pick("Was für ein Partner ist das?", "Verein")
    nora.press("Speichern")
    nora.go("Netzwerk")


def write_contact(person: Person) -> None:
    """Fill in how an organisation is reached."""
    person.write(f"Telefon{FREE}", "03521 555 0160")
    person.write(f"E-Mail-Adresse des Büros{FREE}", "buero@haus.example")
    person.write(f"Straße und Hausnummer{FREE}", "Elbstraße 6")
    person.write(f"Postleitzahl{FREE}", "01662")
    person.page.get_by_label("Stadt oder Gemeinde").select_option(value="14627140")
    person.press("Speichern")


def publish_first(sven: Person) -> None:
    """Write down a place and an offer with a weekly date, from the empty start page on."""
    sven.go("Zu Ihren Angeboten")
    sven.go("Orte")
    sven.go("Ort anlegen")
    sven.write("Name des Ortes", "Sporthalle")
    sven.write(f"Straße und Hausnummer{FREE}", "Am Sportplatz 5")
    sven.write(f"Postleitzahl{FREE}", "01662")
    sven.page.get_by_label("Stadt oder Gemeinde").select_option(value="14627140")
    sven.press("Speichern")
    sven.go("Angebote")
    sven.go("Neues Angebot")
    sven.write("Name des Angebots", "Rückenschule")
    sven.choose("Platz ohne Namen")
    sven.press("Entwurf speichern")
    sven.go("Neuer Termin")
    sven.choose("Mi")
    sven.write("Von", "10:00")
    sven.write("Bis", "11:00")
    sven.press("Termine ansehen")
    sven.press("Termine und Angebot veröffentlichen")
    sven.headline("steht im Verzeichnis")


@pytest.mark.slow
def test_from_an_empty_database_to_the_first_offer_and_the_first_coach(new_house: House) -> None:
    otto = new_house.person("otto", **DESK)
    sign_in(otto, "otto@haus.example")
    take(otto, "Die Netzwerkkoordination einladen", "Einladen")
    invite(otto, "Nora Petzold")
    nora = come_in(new_house, "Nora Petzold")
    open_network(nora)
    take(nora, "Jemanden beim Partner einladen", "Einladen")
    invite(nora, "Sven Krause")
    sven = come_in(new_house, "Sven Krause")
    publish_first(sven)
    nora.go("Netzwerk")
    take(nora, "Das Jobcenter aufnehmen", "Jobcenter aufnehmen")
    nora.write("Name des Partners", "Amt für Eingliederung")
    nora.press("Speichern")
    nora.go("Netzwerk")
    take(nora, "Angaben für die Einwilligungen", "Eintragen")
    nora.write(f"Aufsicht für den Datenschutz{FREE}", "Sächsische Datenschutzbeauftragte")
    write_contact(nora)
    nora.go("Netzwerk")
    nora.reads("Gerade sind andere dran.", "7 von 8 sind erledigt.")
    otto.go("Konten")
    take(otto, "Den ersten Coach einladen", "Einladen")
    invite(otto, "Clara Winkler")
    clara = come_in(new_house, "Clara Winkler")
    clara.reads("Noch begleiten Sie niemanden.")
    clara.go("Suchen")
    clara.go("Alle Angebote ansehen", within=clara.page.locator(".empty"))
    clara.reads("Rückenschule")
    nora.open("/organisations")
    nora.misses("Die ersten Schritte")
