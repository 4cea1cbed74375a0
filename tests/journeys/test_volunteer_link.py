"""Sven hates logins: a mail asks whether it is still right, one tap answers, and a date is called off from the gym."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.models.offer import Offer
from tests.journeys.conftest import House
from tests.journeys.people import Person
from tests.places import book, make_offer, make_slot

pytestmark = pytest.mark.browser
TITLE = "Rückenschule am Vormittag"
CLUB = "club@demo.invalid"
LINK = re.compile(r"http://\S+/links/offers/\S+")


def newest_link(house: House) -> str:
    """Return the address in the newest mail that asks the club."""
    mail = [one for one in house.mails(CLUB) if one["Subject"] == "Stimmt das noch?"][-1]
    assert not re.search("rücken|angebot|jobcenter|gesund", mail.as_string() + mail.get_content(), re.IGNORECASE)
    found = LINK.search(mail.get_content())
    assert found
    return found[0]


def test_from_the_mail_to_a_confirmed_offer_and_a_date_called_off(house: House):
    world = house.world
    offer = make_offer(world, title=TITLE, confirmed_at=world.at - timedelta(days=90))
    slot = make_slot(world, offer)
    book(world, slot, world.cast.tarik)
    make_slot(world, offer, starts_at=world.at + timedelta(days=10))
    house.work()  # the question is due …
    house.work()  # … and its mail leaves
    sven: Person = house.person("sven")
    sven.open(newest_link(house))
    sven.headline("Stimmt das noch?")
    sven.reads(TITLE, "1 von 3 belegt", "ganz hinten in der Suche")
    with sven.counting(most=1):
        sven.press("Ja, stimmt noch")
    sven.headline("Danke, alles ist bestätigt.")
    with sven.counting(most=2):
        sven.go(re.compile("^Donnerstag, 17. September.*fällt aus"), exact=False)
        sven.headline("Fällt das aus?")
        sven.reads("Mensch ist gebucht.")
        sven.misses("Tarik", "Demirci", "Clara")
        sven.press("Ja, fällt aus")
    sven.reads("Der Termin ist abgesagt.", "Fällt aus.")
    clara = house.staff("clara")
    clara.go("Menschen")
    clara.go("Tarik Demirci")
    clara.reads("Fällt aus.")
    house.wait(minutes=16)  # news wait a quarter of an hour for others
    house.work()
    assert house.mails("clara@demo.invalid")
    with sven.counting(most=2):
        sven.unfold("Wir machen Pause")
        sven.press("Pause beginnen")
    sven.headline("Ihr Angebot macht Pause.")
    sven.press("Es geht weiter")
    sven.headline("Danke, alles ist bestätigt.")
    sven.press("Bitte rufen Sie mich an")
    sven.reads("wir rufen Sie an")
    with world.database.transaction() as session:
        session.execute(update(Offer).values(state="ended"))
    sven.open(newest_link(house))
    sven.headline("Dieses Angebot ist beendet.")
