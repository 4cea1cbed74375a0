"""Would they take somebody who …? Clara asks about nobody in four taps, Sven answers from the mail."""

import re

import pytest

from hub.models.offer import Access
from tests.journeys.conftest import House
from tests.places import make_offer

pytestmark = pytest.mark.browser
TITLE = "Yoga im Sitzen"
LINK = re.compile(r"http://\S+/links/prior-questions/\S+")


def link_of_the_mail(house: House) -> str:
    """Return the address in the mail to the club, which says nothing of what it is about."""
    (mail,) = house.mails("club@demo.invalid")
    assert not re.search("yoga|stufen|ukrain|jobcenter|gesund", mail.as_string() + mail.get_content(), re.IGNORECASE)
    found = LINK.search(mail.get_content())
    assert found
    return found[0]


def test_from_a_wonder_to_a_real_enquiry(house: House):
    offer = make_offer(house.world, title=TITLE, access=Access.REQUEST, field_groups=["I1", "I2"])
    clara = house.staff("clara")
    clara.open(f"/offers/{offer.public_id}")
    with clara.counting(most=4):
        clara.go("Vorab fragen, ohne Person")
        clara.choose("Kommt man stufenlos hinein?")
        clara.press("Ansehen, was der Partner liest")
        clara.reads(f"Jemand möchte zu „{TITLE}“ vorab wissen:", "Kommt man stufenlos hinein?")
        clara.press("Abschicken")
    clara.headline("Ihre Vorab-Fragen")
    clara.reads("SV Elbaue Coswig ist gefragt.")
    house.work()
    sven = house.person("sven")
    with sven.counting(most=1):  # and the one in the mail
        sven.open(link_of_the_mail(house))
        sven.reads("Kommt man stufenlos hinein?", "Es geht noch um niemanden.")
        sven.misses("Clara", "Tarik", "Eingliederung")
        sven.press("Ja, das geht")
    sven.headline("Danke für Ihre Antwort.")
    clara.open("/today")
    clara.reads("SV Elbaue Coswig sagt: Ja.")
    clara.go("Weiter mit einem Menschen", exact=False)
    clara.headline("Für wen ist es?")
    clara.go("Tarik Demirci")
    clara.reads("Tarik", TITLE)
