"""The link to one offer: looking changes nothing; one tap says it is right, what is not, or asks for a call."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.actions.links import LEAST_LEFT, OFFER_LIFETIME, issue_link, issue_offer_link, link_token
from hub.actions.offers import end_offer, publish_offer
from hub.errors import NotAllowed
from hub.models.booking import Booking
from hub.models.log import LogEntry
from hub.models.notice import Channel, Link, Notice
from hub.models.offer import Freshness, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.slot import SlotState
from hub.queries.links import actor_of_link, find_link, find_offer_link
from tests.loop import now, rows, sent_enquiry
from tests.places import book, counted, make_offer, make_slot

DAY = timedelta(days=1)
F = Freshness


@pytest.fixture
def kept(world):
    """An offer of the club the clock has asked about, with a date Tarik comes to, and the address behind its link."""
    offer = make_offer(
        world, title="Rückenschule", freshness=F.ASKED, freshness_at=world.at, confirmed_at=world.at - 90 * DAY
    )
    slot = make_slot(world, offer)
    book(world, slot, world.cast.tarik)
    return offer, slot, address(world, offer)


def link_to(world, offer, at=None):
    return world.do(issue_offer_link, offer=offer, organisation_id=offer.organisation_id, at=at or world.at)


def address(world, offer):
    return f"/links/offers/{link_token(link_to(world, offer))}"


@pytest.fixture
def sven(app):
    """A browser without any login."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def set_offer(world, **values):
    with world.database.transaction() as session:
        session.execute(update(Offer).values(**values))


def test_looking_changes_nothing_and_shows_nobody(world, sven, kept):
    offer, slot, url = kept
    before = len(rows(world, LogEntry))
    pages = ("", f"/slots/{slot.public_id}/calling-off")
    for page in pages:
        for _ in range(5):
            shown = sven.get(url + page)
            assert (shown.status_code, sven.head(url + page).status_code) == (200, 200)
            for secret in ("Tarik", "Demirci", "0151", "Clara", book_code(world)):
                assert secret not in shown.text
    after = now(world, offer)
    assert (after.freshness, after.confirmed_at, after.version) == (F.ASKED, offer.confirmed_at, offer.version)
    assert (rows(world, Link)[0].used_at, len(rows(world, LogEntry))) == (None, before)
    text = sven.get(url).text
    assert all(
        words in text
        for words in ("Stimmt das noch?", "Rückenschule", "1 von 3 belegt", "28.\N{NO-BREAK SPACE}September")
    )


def book_code(world):
    return rows(world, Booking)[0].code


def test_one_tap_confirms(world, sven, kept):
    offer, _, url = kept
    assert sven.post(f"{url}/confirmation").status_code == 303
    after = now(world, offer)
    assert (after.freshness, after.confirmed_by_id) == (F.FRESH, None)
    assert after.confirmed_at >= world.at
    assert "Danke, alles ist bestätigt." in sven.get(url).text
    assert "Ja, stimmt noch" not in sven.get(url).text
    assert rows(world, Link)[0].used_at is not None
    (entry,) = rows(world, LogEntry, LogEntry.action == "offer.confirmed")
    assert (entry.actor_kind, entry.actor_ref) == ("link", rows(world, Link)[0].public_id)


@pytest.mark.parametrize(
    ("freshness", "words"),
    [
        (F.FRESH, "Das dauert keine Minute."),
        (F.ASKED, "ganz hinten in der Suche"),
        (F.FADING, "steht jetzt ganz hinten"),
        (F.HIDDEN, "Zurzeit findet niemand Ihr Angebot"),
    ],
)
def test_the_page_says_what_silence_does(world, sven, kept, freshness, words):
    set_offer(world, freshness=freshness)
    assert words in sven.get(kept[2]).text


def test_a_date_is_called_off_after_seeing_whom_it_hits_and_the_coach_is_told(world, sven, kept):
    _, slot, url = kept
    page = f"{url}/slots/{slot.public_id}/calling-off"
    text = sven.get(page).text
    assert "Mensch ist gebucht." in text
    assert f'value="{slot.version}"' in text
    assert sven.post(page, data={"version": slot.version + 7}).status_code == 409
    assert sven.post(page).status_code == 409
    assert now(world, slot).state is SlotState.PLANNED
    assert sven.post(page, data={"version": now(world, slot).version}).status_code == 303
    assert now(world, slot).state is SlotState.CALLED_OFF
    assert "Fällt aus." in sven.get(url).text
    assert world.user("clara").id in {notice.user_id for notice in rows(world, Notice)}
    assert rows(world, LogEntry, LogEntry.action == "slot.called_off")[0].actor_kind == "link"
    assert sven.get(page).status_code == 404
    assert sven.post(page, data={"version": now(world, slot).version}).status_code == 409


def test_dates_of_other_offers_do_not_exist(world, sven, kept):
    other = make_slot(world, make_offer(world, title="Tanzen"))
    page = f"{kept[2]}/slots/{other.public_id}/calling-off"
    assert sven.get(page).status_code == 404
    assert sven.post(page, data={"version": other.version}).status_code == 404
    assert now(world, other).state is SlotState.PLANNED


def test_a_pause_with_and_without_a_day_and_back(world, sven, kept):
    offer, _, url = kept
    wrong = sven.post(f"{url}/pause", data={"until": "gestern"})
    assert wrong.status_code == 422
    assert "Bitte einen Tag" in wrong.text
    assert sven.post(f"{url}/pause", data={"until": "2026-09-01"}).status_code == 422
    assert now(world, offer).state is OfferState.PUBLISHED
    assert sven.post(f"{url}/pause", data={"until": "2026-11-02"}).status_code == 303
    after = now(world, offer)
    assert (after.state, str(after.paused_until)) == (OfferState.PAUSED, "2026-11-02")
    text = sven.get(url).text
    assert "Ihr Angebot macht Pause." in text
    assert "2.\N{NO-BREAK SPACE}November" in text
    assert sven.post(f"{url}/confirmation").status_code == 409
    assert sven.post(f"{url}/publication").status_code == 303
    assert (now(world, offer).state, now(world, offer).freshness) == (OfferState.PUBLISHED, F.FRESH)
    assert sven.post(f"{url}/pause", data={"until": ""}).status_code == 303
    assert now(world, offer).paused_until is None


@pytest.mark.parametrize("state", [OfferState.DRAFT, OfferState.REVIEW, OfferState.ENDED])
def test_a_link_publishes_nothing_but_what_was_paused(world, sven, kept, state):
    offer, _, url = kept
    set_offer(world, state=state)
    for verb in ("confirmation", "publication", "pause"):
        assert sven.post(f"{url}/{verb}").status_code == 409
    assert now(world, offer).state is state


def test_behind_a_link_no_verb_ends_or_publishes_an_offer(world, kept):
    holder = actor_of_link(link_to(world, kept[0]))
    for state in (OfferState.DRAFT, OfferState.PUBLISHED):
        set_offer(world, state=state)
        for verb in (end_offer, publish_offer):
            with pytest.raises(NotAllowed):
                world.do(verb, actor=holder, offer=now(world, kept[0]), at=world.at)


def test_an_ended_offer_has_a_kind_page(world, sven, kept):
    set_offer(world, state=OfferState.ENDED)
    text = sven.get(kept[2]).text
    assert "Dieses Angebot ist beendet." in text
    assert "Danke, dass Sie dabei waren." in text
    assert "Ja, stimmt noch" not in text


def test_a_wish_for_a_call_stands_on_the_umbrellas_list_once(world, sven, kept):
    offer, _, url = kept
    for _ in range(2):
        assert sven.post(f"{url}/call").status_code == 303
    (call,) = [one for one in rows(world, Notice) if one.channel is Channel.CALL]
    assert (call.organisation_id, call.offer_id) == (offer.organisation_id, offer.id)
    assert "wir rufen Sie an" in sven.get(url).text


def test_a_link_ends_after_thirty_days_and_a_wrong_one_is_nothing(world, sven, kept):
    offer, slot, url = kept
    token = url.rpartition("/")[2]
    for wrong in (token[:-1], token + "a", "x" * 32, "%00"):
        assert sven.get(f"/links/offers/{wrong}").status_code in (400, 404)
        assert sven.post(f"/links/offers/{wrong}/confirmation").status_code in (400, 404)
    assert sven.get("/links/offers/" + "x" * 32).text.count("Diese Seite gibt es nicht.") >= 1
    last = world.at + OFFER_LIFETIME
    with world.database.reading() as session:
        assert find_offer_link(session, token, last - timedelta(seconds=1)) is not None
        assert find_offer_link(session, token, last) is None
    with world.database.transaction() as session:
        session.execute(update(Link).values(expires_at=world.at))
    for path in ("", f"/slots/{slot.public_id}/calling-off"):
        assert sven.get(url + path).status_code == 404
    for verb in ("confirmation", "pause", "publication", "call", f"slots/{slot.public_id}/calling-off"):
        assert sven.post(f"{url}/{verb}").status_code == 404
    assert now(world, offer).freshness is F.ASKED


def test_links_to_enquiries_and_to_offers_open_nothing_of_each_other(world, sven, kept):
    enquiry, _ = sent_enquiry(world)
    other = link_token(world.do(issue_link, enquiry=enquiry, organisation_id=enquiry.organisation_id, at=world.at))
    own = kept[2].rpartition("/")[2]
    assert sven.get(f"/links/offers/{other}").status_code == 404
    assert sven.get(f"/links/{own}").status_code == 404
    with world.database.reading() as session:
        assert find_offer_link(session, other, world.at) is None
        assert find_link(session, own, world.at) is None


def test_a_mail_sent_again_carries_the_same_link_until_its_last_week(world, kept):
    offer, token = kept[0], kept[2].rpartition("/")[2]
    soon, late = world.at + OFFER_LIFETIME - LEAST_LEFT - DAY, world.at + OFFER_LIFETIME - LEAST_LEFT
    assert link_token(link_to(world, offer, soon)) == token
    assert link_token(link_to(world, offer, late)) != token
    with world.database.reading() as session:
        assert find_offer_link(session, token, late) is not None
    assert token not in str([vars(one) for one in rows(world, Link)])


def test_only_the_house_makes_links(world, kept):
    for key in ("sven", "kerstin", "clara", "nora", "fred"):
        with pytest.raises(NotAllowed):
            world.do(
                issue_offer_link,
                actor=world.actor(key),
                offer=kept[0],
                organisation_id=kept[0].organisation_id,
                at=world.at,
            )


def test_the_page_takes_as_many_statements_for_many_dates(world, sven, kept):
    offer, _, url = kept
    counts = []
    for more in (0, 20):
        for number in range(more):
            make_slot(world, offer, starts_at=world.at + timedelta(days=4, hours=number))
        with counted(world) as asked:
            assert sven.get(url).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def test_staff_confirm_on_their_own_page_and_have_the_link_sent_again(world, sign_in, kept):
    offer, _, _ = kept
    own, sven = f"/own-offers/{offer.public_id}", sign_in("sven")
    text = sven.get(own).text
    assert "Ohne Antwort steht das Angebot ab Montag, 28.\N{NO-BREAK SPACE}September ganz hinten" in text
    assert "Stimmt das noch?" in sven.get("/own-offers").text
    assert sven.post(f"{own}/link").status_code == 303
    assert "Der Link ist unterwegs an SV Elbaue Coswig." in sven.get(own).text
    assert [one.template for one in rows(world, Notice) if one.offer_id] == ["partner_confirm"]
    sven.post(f"{own}/link")
    assert "gerade erst verschickt" in sven.get(own).text
    assert sven.post(f"{own}/confirmation").status_code == 303
    assert "von Sven Krause." in sven.get(own).text
    assert now(world, offer).freshness is F.FRESH


def test_for_strangers_there_is_nothing_to_confirm(world, sign_in, kept, subtests):
    for key in ["petra", "clara", "nora", "otto", "fred"]:
        with subtests.test(key=key):
            own, browser = f"/own-offers/{kept[0].public_id}", sign_in(key)
            for verb in ("confirmation", "link"):
                assert browser.post(f"{own}/{verb}").status_code == 404
            assert now(world, kept[0]).freshness is F.ASKED


def test_what_nobody_confirms_comes_last_and_then_is_gone(world, sign_in, kept):
    offer, slot, _ = kept
    later = make_offer(world, title="Tanzen")
    make_slot(world, later, starts_at=world.at + 9 * DAY)
    browser = sign_in("clara")
    page = browser.get("/offers").text
    assert page.index("Rückenschule") < page.index("Tanzen")
    set_offer_of(world, offer, F.FADING)
    page = browser.get("/offers").text
    assert page.index("Tanzen") < page.index("Lange nicht bestätigt") < page.index("Rückenschule")
    assert "Was lange niemand bestätigt hat, steht am Ende." in page
    assert "lange nicht gesagt" in browser.get(f"/offers/{offer.public_id}").text
    assert "16.\N{NO-BREAK SPACE}Juni\N{NO-BREAK SPACE}2026" in browser.get(f"/offers/{offer.public_id}").text
    found = browser.get(f"/find?person={world.cast.heinz.public_id}&asked=yes&km=200").text
    assert "lange nicht bestätigt, bitte vorher anrufen" in found
    set_offer_of(world, offer, F.HIDDEN)
    assert "Rückenschule" not in browser.get("/offers").text
    page = browser.get(f"/offers/{offer.public_id}").text
    assert "Bitte rufen Sie vorher an." in page
    assert "03523 555 0140" in page
    assert "Für jemanden buchen" not in page
    where = f"/slots/{slot.public_id}/bookings"
    answer = browser.post(where, data={"person": world.cast.heinz.public_id, "party": "1"})
    assert answer.status_code in (409, 422)


def set_offer_of(world, offer, freshness):
    with world.database.transaction() as session:
        session.execute(update(Offer).where(Offer.id == offer.id).values(freshness=freshness))


def test_the_coordinator_sees_what_nobody_confirms_in_the_own_network(world, sign_in, kept):
    nora = sign_in("nora")
    assert "Diese Angebote bestätigt niemand" not in nora.get("/organisations").text
    other = make_offer(world, title="Fremd", owner="jc_bautzen", freshness=F.HIDDEN)
    with world.database.transaction() as session:
        session.execute(update(Organisation).where(Organisation.id == other.organisation_id).values(phone="0815"))
    set_offer_of(world, kept[0], F.FADING)
    text = nora.get("/organisations").text
    assert "Diese Angebote bestätigt niemand" in text
    assert "Rückenschule" in text
    assert "Fremd" not in text
    assert "ganz hinten in der Suche" in text
    set_offer_of(world, kept[0], F.HIDDEN)
    assert "aus der Suche genommen" in nora.get("/organisations").text


def test_the_coordinator_sets_how_often_partners_are_asked(world, sign_in):
    nora, programme = sign_in("nora"), world.cast.resilience
    page = nora.get(f"/programmes/{programme.public_id}/edit").text
    assert 'name="confirm_days"' in page
    form = {"name": programme.name, "starts_on": "2026-01-01", "ends_on": "2027-12-31", "caseload_limit": "15"}
    form |= {"longest_months": "24", "confirm_days": "60"}
    url = f"/programmes/{programme.public_id}"
    assert nora.post(url, data=form | {"confirm_days": "7"}).status_code == 422
    assert nora.post(url, data=form).status_code == 303
    assert now(world, programme).confirm_days == 60
