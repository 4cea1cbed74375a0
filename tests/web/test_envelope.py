"""What leaves the house or lies about says nothing: envelopes of mails, file names, headers, calendars, cards (P2).

Everybody and everything bears a word of its own; then all that others could see is collected and searched for them.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.models.offer import Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.programme import Programme
from hub.models.subscription import FeedKind, Level
from hub.policy.fields import Field, Phase
from hub.worker import delivery
from tests.feeds import subscribe
from tests.kinds import follow, make_everywhere
from tests.loop import person_actor
from tests.matrix import MARKED, build
from tests.places import book, enter, give_card
from tests.post import mail_settings
from tests.web.test_matrix import addresses, words

AMT, NETZ = "Amtswort99", "Netzwort99"
pytestmark = pytest.mark.parametrize(
    "database_kind", ["sqlite"], indirect=True
)  # no question here is new to a database
# Words of benefits, health and the house behind it; and every word seeded below.
UNSPOKEN = re.compile(
    rf"(?i)jobcenter|sgb|bürgergeld|grundsicherung|eingliederung|teilhabe|sanktion|reha|klinik|diagnos|krank|{AMT}|{NETZ}"
)
# What chance made: a secret in an address, and the browser's session with its signature. Three letters turn up in both.
SECRET, SIGNED = (
    re.compile(r"\b(?=[a-z]*[2-7])[a-z2-7]{24,}\b"),
    re.compile(r"(?m)^(Set-Cookie: (?:__Host-)?session=)[\w.-]+"),
)
SEEDED = [group for group in MARKED if group is not Field.REFERENCE]  # the number is random and says nothing


@pytest.fixture
def seeded(world):
    """Build a person in each row of the matrix, and give Jobcenter and programme a word of their own."""
    situations = build(world)
    with world.database.transaction() as session:
        session.execute(update(Organisation).where(Organisation.id == world.cast.jc_meissen.id).values(name=AMT))
        session.execute(update(Programme).values(name=NETZ))
    return situations


def telling(text: str, situations, *, besides=()) -> list[str]:
    """Name what a text tells: seeded words, and words nobody should read on an envelope."""
    text = SECRET.sub("", SIGNED.sub(r"\1", text))
    seeds = [one.word(group) for one in situations for group in SEEDED if group not in besides]
    return [word for word in seeds if word in text] + UNSPOKEN.findall(text)


def test_mails_tell_nothing_of_anybody_or_any_offer(world, seeded):
    mails = []
    for at in (world.at, world.at + timedelta(days=1)):  # what can wait comes in the morning, all together
        delivery.deliver(world.database, mail_settings(), mails.append, at=at)
    assert len(mails) >= 4
    for mail in mails:
        whole = "\n".join(f"{name}: {value}" for name, value in mail.items() if name != "To") + mail.get_content()
        assert telling(whole, seeded) == [], mail["Subject"]
        assert [part.get_filename() for part in mail.walk()] == [None]


def test_headers_and_file_names_tell_nothing(world, app, sign_in, seeded):
    names = set()
    for key in ("clara", "sven", "nora"):
        browser = sign_in(key)
        for address in dict.fromkeys(addresses(app, world.actor(key), [one for one in seeded if one.booking][:1])):
            answer = browser.get(address)
            heads = "\n".join(f"{name}: {value}" for name, value in answer.headers)
            with browser.session_transaction() as kept:  # whoever has the device can read it
                assert telling(heads + str(dict(kept)), seeded) == [], address
            names |= set(re.findall(r"filename=\"?([^\";]+)", answer.headers.get("Content-Disposition", "")))
    assert names  # tables are files


def test_discreet_calendars_and_those_with_an_address_tell_nothing(world, app, seeded):
    accepted = next(one for one in seeded if one.phase is Phase.ACCEPTED)
    person, clara = person_actor(accepted.person), world.actor("clara")
    feeds = [subscribe(world, person, name=level.value, level=level) for level in (Level.DISCREET, Level.ADDRESS)]
    feeds += [subscribe(world, clara, FeedKind.COACH, level.value, level=level) for level in Level]
    for feed, token in feeds:
        answer = app.test_client().get(f"/feeds/{token}.ics")
        text = words(answer, token)
        assert "BEGIN:VEVENT" in text
        assert telling(text, seeded) == [], (feed.kind, feed.level)


def test_calendars_of_every_kind_tell_of_nobody_and_name_no_house(world, app, seeded):
    """Titles and names of partners stand in them, as on their pages; who comes, who sends and why does not."""
    accepted = next(one for one in seeded if one.phase is Phase.ACCEPTED)
    full = subscribe(world, person_actor(accepted.person), name="full", level=Level.FULL)[1]
    there = make_everywhere(world)
    book(world, there.slot, world.cast.tarik)
    feeds = {"full": lambda: app.test_client().get(f"/feeds/{full}.ics")} | follow(app, world, there)
    for kind, fetching in feeds.items():
        answer = fetching()
        heads = "\n".join(f"{name}: {value}" for name, value in answer.headers)
        text = answer.text.replace("\r\n ", "")
        assert "BEGIN:VEVENT" in text, kind
        assert telling(text, seeded, besides={Field.OFFER}) == [], kind
        assert telling(heads, seeded) == [], kind


def test_a_card_and_the_titles_of_a_persons_pages_tell_nothing(world, app, sign_in, seeded):
    """A card lies about; a title stands in tabs and in the history of a shared device."""
    one = next(one for one in seeded if one.phase is Phase.ACCEPTED)
    code, titles = give_card(world, one.person), set()
    card = sign_in("clara").get(f"/people/{one.person.public_id}/card/print")
    assert telling(re.search(r"(?s)<main.*?</main>", card.text).group(), seeded, besides={Field.IDENTITY}) == []
    browser = enter(app, code)
    for address in dict.fromkeys(addresses(app, person_actor(one.person), [one])):
        titles |= set(re.findall(r"(?s)<title>(.*?)</title>", browser.get(address).text))
    assert len(titles) >= 5
    assert telling(" ".join(titles), seeded) == []


def test_public_pages_tell_of_nobody(world, app, seeded):
    with world.database.transaction() as session:
        session.execute(update(Offer).values(state=OfferState.ENDED))
    browser = app.test_client()
    pages = [rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    pages += [f"/offers?q={one.word(Field.IDENTITY)}" for one in seeded[:2]]
    for page in pages:
        seeds = [word for word in telling(words(browser.get(page), page), seeded) if word.rstrip("0123456789") != word]
        assert seeds == [], page
