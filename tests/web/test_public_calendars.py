"""Public calendars over HTTP: one address each, one indexed read for 304, rows only for what there is; their pages."""

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import func, select

from hub.actions import freshness, offers
from hub.models.location import Location
from hub.models.offer import Form, Freshness, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.programme import Programme
from hub.models.subscription import FeedKind, Subscription
from hub.policy.actor import SYSTEM
from hub.queries.own_offers import get_own_offer
from tests.feeds import change, events, fetch, only, statements, touch
from tests.kinds import fetch_public, make_everywhere, paths
from tests.places import make_offer

DAY = timedelta(days=1)


@pytest.fixture
def there(world):
    return make_everywhere(world)


def count_rows(world):
    with world.database.reading() as session:
        return session.scalar(select(func.count(Subscription.id)))


def test_a_public_calendar_is_open_and_says_so(app, world, there):
    for path in paths(world, there).values():
        answer = fetch_public(app, path)
        heads = answer.headers
        assert (answer.status_code, heads["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        assert heads["Cache-Control"] == "public, no-cache"
        assert "X-Robots-Tag" not in heads
        assert "Set-Cookie" not in heads
        assert heads["Content-Disposition"] == 'inline; filename="termine.ics"'
        assert "X-WR-CALNAME:Termine" in answer.text
        head = fetch_public(app, path, "HEAD")
        assert (head.data, head.headers["ETag"]) == (b"", heads["ETag"])
        preview = fetch_public(app, path, User_Agent="WhatsApp/2.23")
        assert preview.data == answer.data, "what anybody reads is no secret in a preview"
        assert fetch_public(app, path, "PROPFIND").status_code == 405
    with world.database.reading() as session:
        rows = session.scalars(select(Subscription).order_by(Subscription.id)).all()
    assert {(row.fetched_on, row.fetched_client, row.fetched_revision) for row in rows} == {(None, "", 0)}


def test_what_has_not_changed_costs_one_indexed_read(app, world, there):
    for path in paths(world, there).values():
        etag = fetch_public(app, path).headers["ETag"]
        with statements(world) as sent:
            assert fetch_public(app, path, If_None_Match=etag).status_code == 304
        assert len(sent) == 1, path
        assert "body" not in sent[0].partition("FROM")[0], "nor does it read the bytes"


def test_a_crowd_of_made_up_addresses_makes_no_row(app, world, there):
    change(world, Location, there.house.id, house=False)
    hidden = make_offer(world, title="Nur im Netzwerk", public=False)
    lent = make_offer(world, title="Sitzungszimmer", form=Form.ROOM)
    names = [f"{things}/{'a' * 15}{letter}" for things in ("houses", "offers", "networks") for letter in "abc"]
    names += [f"houses/{there.house.public_id}", f"offers/{hidden.public_id}", f"offers/{lent.public_id}"]
    names += [f"de/offers/{there.offer.public_id}", f"xx/offers/{there.offer.public_id}", "offers/", "offers", "en"]
    names += [
        f"en/en/offers/{there.offer.public_id}",
        f"people/{world.cast.tarik.public_id}",
        f"offers/{'a' * 17}",
        "offers/%00",
        "offers/%ff",
        "offers/ä",
    ]
    for name in names:
        answer = fetch_public(app, name)
        assert (answer.status_code, "BEGIN" in answer.text) == (404, False), name
        assert fetch_public(app, name, "HEAD", If_None_Match="*").status_code == 404, name
    assert count_rows(world) == 0
    fetch_public(app, f"offers/{there.offer.public_id}")
    fetch_public(app, f"en/offers/{there.offer.public_id}")
    fetch_public(app, f"offers/{there.offer.public_id}")
    assert count_rows(world) == 2


def test_no_secret_address_leads_to_a_public_calendar(app, world, there):
    path = f"offers/{there.offer.public_id}"
    fetch_public(app, path)
    for token in (path, f"public_offer {there.offer.public_id} de", "", "public"):
        assert fetch(app, token).status_code == 404


def test_who_comes_first_at_the_same_moment_meets_one_row(app, world, there):
    together, answers = Barrier(4), []

    def ask():
        together.wait()
        answers.append(fetch_public(app, f"houses/{there.house.public_id}"))

    threads = [Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.status_code for one in answers] == [200] * 4
    assert len({one.data for one in answers}) == 1
    assert count_rows(world) == 1


def of_offer(world, offer, verb, **arguments):
    def act(session):
        sven = world.actor("sven")
        row = get_own_offer(session, sven, offer.public_id)
        verb(session, actor=sven, offer=row, at=world.at, **arguments)

    world.database.run(act)


def test_a_pause_empties_all_public_calendars_and_its_end_fills_them_again(app, world, there):
    found = paths(world, there)
    before = {kind: fetch_public(app, path) for kind, path in found.items()}
    of_offer(world, there.offer, offers.pause_offer)
    for kind, path in found.items():
        answer = fetch_public(app, path, If_None_Match=before[kind].headers["ETag"])
        assert (answer.status_code, events(answer)) == (200, []), kind
    of_offer(world, there.offer, offers.publish_offer)
    for kind, path in found.items():
        assert only(fetch_public(app, path))["UID"] == only(before[kind])["UID"], kind
    assert count_rows(world) == 3


@pytest.mark.parametrize(
    "values",
    [{"state": state} for state in OfferState if state is not OfferState.PUBLISHED]
    + [{"public": False}, {"freshness": Freshness.HIDDEN}, {"form": Form.ROOM}],
    ids=lambda values: next(iter(values)) + "-" + str(next(iter(values.values()))),
)
def test_what_nobody_finds_stands_in_no_public_calendar(app, world, there, values):
    found = paths(world, there)
    for path in found.values():
        assert len(events(fetch_public(app, path))) == 1
    change(world, Offer, there.offer.id, **values)
    touch(world)
    for path in found.values():
        assert events(fetch_public(app, path)) == [], path
    gone = found[FeedKind.PUBLIC_OFFER]
    with time_machine.travel(world.at + 31 * DAY, tick=False):
        assert fetch_public(app, gone).status_code == 404
        change(world, Offer, there.offer.id, state=OfferState.PUBLISHED, public=True, form=there.offer.form)
        change(world, Offer, there.offer.id, freshness=Freshness.FRESH)
        assert fetch_public(app, gone).status_code == 200


def test_what_nobody_confirms_leaves_and_a_yes_brings_it_back(app, world, there, monkeypatch):
    path = f"offers/{there.offer.public_id}"
    etag = fetch_public(app, path).headers["ETag"]
    change(world, Offer, there.offer.id, freshness=Freshness.FADING)

    def hide(session):
        monkeypatch.setattr(freshness.freshness, "lock_due", lambda tx, key, _due: tx.get_one(Offer, key))
        assert freshness.lower_offer(session, actor=SYSTEM, offer_id=there.offer.id, at=world.at)

    world.database.run(hide)
    assert events(fetch_public(app, path, If_None_Match=etag)) == []
    of_offer(world, there.offer, freshness.confirm_offer)
    assert len(events(fetch_public(app, path))) == 1


def test_a_house_that_is_none_and_a_network_that_is_over_end(app, world, there):
    found = paths(world, there)
    house, network = found[FeedKind.HOUSE], found[FeedKind.PROGRAMME]
    for path in (house, network):
        fetch_public(app, path)
    change(world, Organisation, world.cast.town.id, ended_at=world.at)
    touch(world)
    assert events(fetch_public(app, house)) == []
    programme = world.cast.programmes["resilience"]
    last = world.at.date() + 3 * DAY
    change(world, Programme, programme.id, ends_on=last)
    touch(world)
    assert len(events(fetch_public(app, network))) == 1
    with time_machine.travel(world.at + 4 * DAY, tick=False):
        assert events(fetch_public(app, network)) == []
    with time_machine.travel(world.at + 40 * DAY, tick=False):
        assert fetch_public(app, network).status_code == fetch_public(app, house).status_code == 404


def test_english_readers_have_an_address_of_their_own(app, world, there):
    path = f"houses/{there.house.public_id}"
    german, english = fetch_public(app, path), fetch_public(app, f"en/{path}")
    assert "X-WR-CALNAME:Termine" in german.text
    assert "X-WR-CALNAME:Dates" in english.text
    assert str(only(english)["SUMMARY"]) == "Rückenschule, leicht"


def test_every_public_page_leads_to_its_calendar(app, world, there):
    browser = app.test_client(use_cookies=False)
    change(world, Programme, world.cast.programmes["house"].id, ends_on=world.at.date() - DAY)
    pages = {
        f"/houses/{there.house.public_id}": f"houses/{there.house.public_id}",
        f"/offers/{there.offer.public_id}": f"offers/{there.offer.public_id}",
        "/calendars": f"networks/{world.cast.programmes['resilience'].public_id}",
    }
    for address, path in pages.items():
        text = browser.get(address).text
        assert f'href="/calendars/{path}"' in text, address
        if address != "/calendars":
            assert f'<link rel="alternate" type="text/calendar" href="/calendars/{path}.ics">' in text
        page = browser.get(f"/calendars/{path}")
        assert page.status_code == 200
        assert f'href="webcal://localhost/calendars/{path}.ics"' in page.text
        assert f"http://localhost/calendars/{path}.ics" in page.text
        assert fetch_public(app, path).status_code == 200
        english = browser.get(f"/calendars/{path}", headers={"Accept-Language": "en"}).text
        assert f"webcal://localhost/calendars/en/{path}.ics" in english
    assert 'href="/calendars"' in browser.get("/houses").text
    assert "Resilienz" not in browser.get("/calendars").text, "no public page names a network"


def test_what_has_no_calendar_has_no_page_and_no_link(app, world, there):
    browser = app.test_client(use_cookies=False)
    change(world, Offer, there.offer.id, freshness=Freshness.HIDDEN)
    text = browser.get(f"/offers/{there.offer.public_id}").text
    assert "/calendars/" not in text
    assert "text/calendar" not in text
    for path in (f"offers/{there.offer.public_id}", f"rooms/{there.room.public_id}", "houses/none"):
        assert browser.get(f"/calendars/{path}").status_code == 404, path


def test_staff_choose_an_offer_or_a_room_in_one_question(app, world, there, sign_in):
    sven = sign_in("sven")
    with statements(world) as sent:
        page = sven.get(f"/subscriptions?about={there.room.public_id}").text
    assert len(sent) <= 12
    assert f'<option selected value="{there.room.public_id}">Rathaus Nossen, Sitzungszimmer</option>' in page
    groups = re.findall(r'<optgroup label="([^"]+)"', page)
    assert groups == ["Termine und Plätze", "Ein Angebot", "Ein Raum"]
    for public_id, words in (
        (there.offer.public_id, "Ein Angebot: Rückenschule, leicht"),
        (there.room.public_id, "Ein Raum: Rathaus Nossen, Sitzungszimmer"),
    ):
        made = sven.post("/subscriptions", data={"shows": public_id, "name": words[:12]})
        token = re.search(r"/feeds/([a-z2-7]{32})\.ics", made.text).group(1)
        assert len(events(fetch(app, token))) == 1
        assert words in sven.get("/subscriptions").text
    assert f"/subscriptions?about={there.offer.public_id}" in sven.get(f"/own-offers/{there.offer.public_id}").text
    rooms = sign_in("gudrun").get(f"/locations/{there.house.public_id}/rooms").text
    assert f"/subscriptions?about={there.room.public_id}" in rooms


def test_who_follows_nothing_of_the_kind_cannot_choose_it(app, world, there, sign_in, subtests):
    for key, public_id in (
        ("petra", there.offer.public_id),
        ("gudrun", there.offer.public_id),
        ("nora", there.offer.public_id),
        ("clara", there.room.public_id),
        ("clara", there.offer.public_id),
    ):
        with subtests.test(key=key, public_id=public_id):
            browser = sign_in(key)
            assert public_id not in browser.get("/subscriptions").text
            assert browser.post("/subscriptions", data={"shows": public_id, "name": "x"}).status_code == 422
    assert sign_in("fred").post("/subscriptions", data={"shows": there.room.public_id, "name": "x"}).status_code == 404
    made = sign_in("nora").post("/subscriptions", data={"shows": there.room.public_id, "name": "Raum"})
    assert "/feeds/" in made.text
    assert count_rows(world) == 1
