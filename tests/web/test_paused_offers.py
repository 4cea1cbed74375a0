"""The address of an offer in a pause: whoever would see it otherwise reads that it pauses, all others nothing."""

from datetime import date

import pytest

from hub.models.log import LogEntry
from hub.models.offer import Form, OfferProgramme, OfferState
from tests.places import all_rows, counted, make_offer
from tests.world import World

TITLE, SUMMARY = "Gymnastik am Fluss", "Wir üben langsam und gemeinsam."
PAUSED = "Dieses Angebot macht gerade Pause."


def pause(world: World, until: date | None = None, **values):
    facts = {"title": TITLE, "summary": SUMMARY, "state": OfferState.PAUSED, "paused_until": until}
    return make_offer(world, **facts | values)


def network_only(world: World, **values):
    """Return an offer that only the network sees."""
    offer = pause(world, public=False, **values)
    with world.database.transaction() as session:
        session.add(OfferProgramme(offer_id=offer.id, programme_id=world.cast.programmes["resilience"].id))
    return offer


def denials(world: World) -> list[LogEntry]:
    return [entry for entry in all_rows(world, LogEntry) if entry.action == "access.denied"]


def test_the_public_reads_that_it_pauses_until_when_and_none_of_its_words(app, world):
    answer = app.test_client().get(f"/offers/{pause(world, date(2026, 10, 3)).public_id}")
    assert answer.status_code == 404  # no search engine keeps it
    assert PAUSED in answer.text
    text = " ".join(answer.text.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "Ab Samstag, 3. Oktober steht es wieder im Verzeichnis." in text
    assert 'href="/offers"' in answer.text
    assert TITLE not in answer.text
    assert SUMMARY not in answer.text


def test_without_a_day_it_says_so(app, world):
    answer = app.test_client().get(f"/offers/{pause(world).public_id}")
    assert "Wann es weitergeht, steht noch nicht fest." in answer.text


@pytest.mark.parametrize("state", [OfferState.DRAFT, OfferState.REVIEW, OfferState.ENDED])
def test_what_does_not_pause_does_not_exist(app, world, state):
    answer = app.test_client().get(f"/offers/{pause(world, state=state).public_id}")
    assert (answer.status_code, PAUSED in answer.text) == (404, False)


def test_a_room_is_no_offer_to_read_about_not_even_in_a_pause(app, world, sign_in):
    room = pause(world, form=Form.ROOM)
    for browser in (app.test_client(), sign_in("clara")):
        assert PAUSED not in browser.get(f"/offers/{room.public_id}").text


@pytest.mark.parametrize(("key", "told"), [(None, False), ("fred", False), ("clara", True), ("petra", True)])
def test_what_only_a_network_sees_pauses_for_that_network_alone(app, world, sign_in, key, told):
    offer = network_only(world)
    browser = sign_in(key) if key else app.test_client()
    answer = browser.get(f"/offers/{offer.public_id}")
    assert (answer.status_code, PAUSED in answer.text, TITLE in answer.text) == (404, told, False)


@pytest.mark.parametrize("key", ["sven", "kerstin", "nora"])
def test_its_partner_umbrella_and_network_desk_read_it_as_before(world, sign_in, key):
    answer = sign_in(key).get(f"/offers/{pause(world).public_id}")
    assert (answer.status_code, TITLE in answer.text, PAUSED in answer.text) == (200, True, False)


def test_all_others_read_what_the_public_reads(world, sign_in, subtests):
    for key in ["frank", "lena", "gudrun", "cem", "fred"]:
        with subtests.test(key=key):
            answer = sign_in(key).get(f"/offers/{pause(world).public_id}")
            assert (answer.status_code, PAUSED in answer.text) == (404, True)


def test_a_page_that_says_so_is_no_denied_access(world, sign_in):
    clara = sign_in("clara")
    clara.get(f"/offers/{pause(world).public_id}")
    assert denials(world) == []
    clara.get("/offers/aaaabbbbccccdddd")
    assert len(denials(world)) == 1


def test_it_takes_as_many_statements_as_a_page_that_does_not_exist(app, world):
    offer, browser = pause(world), app.test_client()
    browser.get("/offers")
    with counted(world) as none:
        browser.get("/offers/aaaabbbbccccdddd")
    with counted(world) as paused:
        browser.get(f"/offers/{offer.public_id}")
    assert len(paused) == len(none) == 2
