"""Whoever picks up in the Jobcenter takes consents back for a caller: three clicks, the same words for everybody."""

import re

import pytest

from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from tests.loop import ask, now, request_offer, rows, say, sent_enquiry
from tests.places import give_card

TARIK = {"given": "Tarik", "family": "Demirci"}


@pytest.fixture
def consent(world):
    return sent_enquiry(world)[1]


def words(world):
    """Return the exact words of the person on the telephone."""
    person = world.cast.tarik
    return {"given": person.name["given"], "family": person.name["family"], "birth_year": str(person.birth_year)}


def call(browser, data):
    """Type, confirm, read on; return the three pages without what was typed."""
    first = browser.post("/caller", data=data)
    second = browser.post("/caller", data=data | {"sure": "yes"})
    last = browser.get("/caller/done")
    pages = [first.text, str(second.status_code), last.text]
    for value in filter(None, data.values()):
        pages = [page.replace(value, "") for page in pages]
    return [re.sub(r'value="[^"]*"|(?s:<dl.*?</dl>)', "", page) for page in pages]


@pytest.mark.parametrize("key", ["clara", "frank", "lena"])
def test_everybody_who_picks_up_there_does_it_in_three_clicks(world, sign_in, consent, key):
    browser = sign_in(key)
    lists = {"clara": "/people", "frank": "/participations", "lena": "/team"}
    assert 'href="/caller"' in browser.get(lists[key]).text, "click one"
    before = now(world, consent).state
    browser.post("/caller", data=words(world))  # click two
    assert now(world, consent).state is before, "only the third does it"
    assert browser.post("/caller", data=words(world) | {"sure": "yes"}).status_code == 303
    assert now(world, consent).state is ConsentState.WITHDRAWN
    entry = rows(world, LogEntry, LogEntry.action == "consents.withdrawn_for_caller")[0]
    assert entry.actor_ref == world.actor(key).ref
    told = [n.template for n in rows(world, Notice, Notice.user_id == world.user("clara").id)]
    assert told == ["staff_news"], "the person's own coach hears of it"


def test_for_everybody_else_there_is_no_such_page(world, sign_in, consent, subtests):
    for key in ["petra", "sven", "kerstin", "gudrun", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            assert browser.get("/caller").status_code == 404
            assert browser.post("/caller", data=words(world) | {"sure": "yes"}).status_code == 404
            assert browser.get("/caller/done").status_code == 404
            assert now(world, consent).state is ConsentState.GIVEN


def test_words_that_fit_nobody_get_the_very_same_pages(world, sign_in, consent):
    lena = sign_in("lena")
    right = call(lena, words(world))
    assert now(world, consent).state is ConsentState.WITHDRAWN
    assert call(lena, words(world) | {"given": "Niemand"}) == right
    assert call(lena, words(world) | {"birth_year": "1901"}) == right
    for secret in ("Rückenschule", "Anfrage"):
        assert secret not in "".join(right)


def test_another_jobcenter_reaches_nobody(world, sign_in, consent):
    cem = sign_in("cem")
    call(cem, words(world))
    assert now(world, consent).state is ConsentState.GIVEN
    assert rows(world, LogEntry, LogEntry.action == "consents.withdrawn_for_caller") == []


def test_the_code_on_the_card_is_enough(world, sign_in, consent):
    code = give_card(world, world.cast.tarik)
    frank = sign_in("frank")
    call(frank, {"card": code})
    assert now(world, consent).state is ConsentState.WITHDRAWN


def test_only_one_partner_where_the_caller_names_one(world, sign_in, consent):
    offer, slot = request_offer(world, owner="club", title="Laufgruppe")
    other = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    call(sign_in("lena"), words(world) | {"which": world.cast.organisations["club"].public_id})
    assert now(world, other).state is ConsentState.WITHDRAWN
    assert now(world, consent).state is ConsentState.GIVEN
    call(sign_in("lena"), words(world) | {"which": "calendar"})
    assert now(world, consent).state is ConsentState.GIVEN


def test_everything_ends_with_all_that_hung_on_it(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    offer, slot = request_offer(world, owner="club", title="Laufgruppe")
    say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    call(sign_in("lena"), words(world))
    assert {one.state for one in rows(world, Consent)} == {ConsentState.WITHDRAWN}
    assert now(world, enquiry).state is EnquiryState.WITHDRAWN


def test_half_a_name_is_not_enough(sign_in):
    answer = sign_in("lena").post("/caller", data=TARIK)
    assert answer.status_code == 422
    assert "Bitte Vorname, Nachname und Geburtsjahr." in answer.text


def test_guessing_is_limited(world, sign_in):
    lena, typed = sign_in("lena"), {"given": "A", "family": "B", "sure": "yes"}
    codes = [lena.post("/caller", data=typed | {"birth_year": str(1950 + n)}).status_code for n in range(11)]
    assert codes == [303] * 10 + [429]
