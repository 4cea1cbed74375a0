"""The shortlist: ticked, shown, wanted, and back on the coach's list; on paper without names; nobody else's."""

import pytest

from hub.actions.shortlists import pick_offers, remove_item, take_wish_back, want_offer
from hub.errors import NotAllowed, RuleBroken
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.offer import Access, OfferState
from hub.models.participant import Participant, Participation
from hub.models.shortlist import MOST, ShortlistItem, ShortlistState
from tests.places import all_rows, book, counted, enter, give_card, make_offer, make_people, make_slot

SHOWN, WANTED = ShortlistState.SHOWN, ShortlistState.WANTED


@pytest.fixture
def clara(sign_in):
    return sign_in("clara")


@pytest.fixture
def tarik(world, app):
    return enter(app, give_card(world, world.cast.tarik))


def page_of(world):
    return f"/people/{world.cast.tarik.public_id}/shortlist"


def tick(world, clara, *offers):
    return clara.post(page_of(world), data={"offer": [offer.public_id for offer in offers]})


def hand_over(world, clara):
    return clara.post(f"{page_of(world)}/handing-over")


def items(world):
    return all_rows(world, ShortlistItem)


def pick(world, *offers, key="clara"):
    actor = world.actor(key)
    with world.database.transaction() as session:
        person = session.get_one(Participant, world.cast.tarik.id)
        return pick_offers(session, actor=actor, participant=person, offers=offers, at=world.at)


def test_what_is_ticked_stands_on_the_shortlist_once(world, clara):
    one, two = make_offer(world, title="Erstes"), make_offer(world, title="Zweites")
    make_slot(world, one)
    assert tick(world, clara, one, two).location == page_of(world)
    tick(world, clara, one)
    page = clara.get(page_of(world)).text
    assert "2 Angebote zur Auswahl für Tarik" in page
    assert "1\u00a0km, stufenlos, Do 8:30\u00a0Uhr, 3 Plätze frei" in page
    assert "Gerade ist kein Platz frei. Vielleicht hilft ein Anruf." in page
    assert len(items(world)) == 2
    assert "Steht auf der Auswahl." in clara.get(f"/find?person={world.cast.tarik.public_id}").text
    assert "Es war nichts angekreuzt." in clara.post(page_of(world), follow_redirects=True).text


def test_more_than_five_do_not_fit(world, clara):
    offers = [make_offer(world, title=f"Angebot {n}") for n in range(MOST + 1)]
    tick(world, clara, *offers[:MOST])
    refused = tick(world, clara, offers[MOST])
    assert refused.status_code == 409
    assert "Auf die Auswahl passen 5 Angebote." in refused.text
    assert len(items(world)) == MOST


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"women_only": True}, "nur für Frauen"),
        ({"youngest": 60}, "ab 60 Jahren"),
        ({"oldest": 20}, "bis 20 Jahre"),
        ({"state": OfferState.PAUSED}, "nimmt gerade niemanden auf"),
    ],
)
def test_what_would_refuse_the_person_is_not_picked(world, facts, reason):
    offer = make_offer(world, **facts)
    offer.organisation = world.cast.club
    with pytest.raises(RuleBroken) as refused:
        pick(world, offer)
    assert reason in str(refused.value.message)
    assert items(world) == []


def test_the_person_sees_nothing_before_it_is_shown(world, clara, tarik):
    tick(world, clara, make_offer(world, title="Rückenschule"))
    for path in ("/me", "/me/shortlist"):
        assert "Rückenschule" not in tarik.get(path).text
    item = items(world)[0]
    assert tarik.post(f"/me/shortlist/{item.public_id}/wish").status_code == 404
    hand_over(world, clara)
    assert "Ihre Auswahl" in tarik.get("/me").text
    page = tarik.get("/me/shortlist").text
    assert "Rückenschule" in page
    assert "Was davon möchten Sie?" in page
    refused = hand_over(world, clara)
    assert refused.status_code == 409
    assert "Es gibt nichts Neues zu zeigen." in refused.text


def test_a_wish_lands_on_the_coachs_list_and_leaves_it_with_the_booking(world, clara, tarik):
    offer = make_offer(world, title="Rückenschule")
    slot = make_slot(world, offer)
    tick(world, clara, offer)
    hand_over(world, clara)
    item = items(world)[0]
    page = tarik.post(f"/me/shortlist/{item.public_id}/wish", follow_redirects=True).text
    assert "Das möchten Sie. Ihr Coach kümmert sich." in page
    assert "Donnerstag, 17.\u00a0September, 8:30\u00a0Uhr" in page
    assert all_rows(world, Notice) == []  # nothing leaves the house
    today = clara.get("/today").text
    assert "Tarik möchte „Rückenschule“." in today
    assert f"/find/{offer.public_id}?person={world.cast.tarik.public_id}" in today
    book(world, slot, world.cast.tarik)
    assert "Tarik möchte" not in clara.get("/today").text
    assert "gebucht" in clara.get(page_of(world)).text
    assert "Das möchten Sie" not in tarik.get("/me").text


def test_the_person_may_think_again(world, clara, tarik):
    tick(world, clara, make_offer(world))
    hand_over(world, clara)
    item = items(world)[0]
    for _ in range(2):  # a second tap says nothing new
        assert tarik.post(f"/me/shortlist/{item.public_id}/wish").status_code == 303
    assert items(world)[0].state is WANTED
    for _ in range(2):
        assert tarik.post(f"/me/shortlist/{item.public_id}/wish/withdrawal").status_code == 303
    assert (items(world)[0].state, items(world)[0].wanted_at) == (SHOWN, None)
    assert "Tarik möchte" not in clara.get("/today").text
    said = [one.action for one in all_rows(world, LogEntry) if one.action.startswith("shortlist.")]
    assert said == ["shortlist.picked", "shortlist.handed_over", "shortlist.wanted", "shortlist.wish_taken_back"]


def test_an_offer_taken_off_leaves_nothing_behind(world, clara, tarik):
    tick(world, clara, make_offer(world))
    hand_over(world, clara)
    removal = f"{page_of(world)}/{items(world)[0].public_id}/removal"
    assert clara.post(removal).location == page_of(world)
    assert items(world) == []
    assert clara.post(removal).status_code == 404
    assert "Gerade steht nichts zur Auswahl." in tarik.get("/me/shortlist").text


def test_a_shortlist_of_somebody_else_does_not_exist(world, clara, app):
    tick(world, clara, make_offer(world))
    hand_over(world, clara)
    item, heinz = items(world)[0].public_id, enter(app, give_card(world, world.cast.heinz))
    assert heinz.post(f"/me/shortlist/{item}/wish").status_code == 404
    assert heinz.post(f"/me/shortlist/{item}/wish/withdrawal").status_code == 404
    assert clara.post(f"/people/{world.cast.heinz.public_id}/shortlist/{item}/removal").status_code == 404
    assert items(world)[0].state is SHOWN


def test_nobody_else_opens_or_changes_it(world, clara, sign_in, subtests):
    offer = make_offer(world)
    tick(world, clara, offer)
    for key in ["cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            other, page = sign_in(key), page_of(world)
            assert {other.get(path).status_code for path in (page, f"{page}/print", "/me/shortlist")} == {404}
            assert tick(world, other, offer).status_code == 404
            assert hand_over(world, other).status_code == 404
            assert other.post(f"{page}/{items(world)[0].public_id}/removal").status_code == 404
            assert items(world)[0].state is ShortlistState.PICKED


def test_the_coach_does_not_speak_for_the_person_nor_the_person_for_the_coach(world, clara):
    tick(world, clara, make_offer(world))
    hand_over(world, clara)
    coach, item = world.actor("clara"), items(world)[0]
    with world.database.transaction() as session:
        person = session.get_one(Participant, world.cast.tarik.id)
        for verb in (want_offer, take_wish_back):
            with pytest.raises(NotAllowed):
                verb(session, actor=coach, participant=person, item=item, at=world.at)
        with pytest.raises(NotAllowed):
            remove_item(session, actor=world.actor("cem"), participant=person, item=item, at=world.at)
    assert items(world)[0].state is SHOWN


def test_the_sheet_is_neutral_until_the_person_wishes_names(world, clara):
    offer = make_offer(world, title="Rückenschule bei Schmerzen", bring="Handtuch")
    make_slot(world, offer)
    tick(world, clara, offer)
    sheet = clara.get(f"{page_of(world)}/print").text
    for words in (
        "Meine Auswahl",
        "Treffen",
        "Donnerstag, 17.\u00a0September, 8:30\u00a0Uhr",
        "Am Sportplatz\u00a05, Coswig",
    ):
        assert words in sheet
    for words in ("Schmerzen", "Handtuch", "Sporthalle", "SV Elbaue", "Demirci", "Jobcenter", "Amt für", "Resilienz"):
        assert words not in sheet
    assert "Rückenschule bei Schmerzen" in clara.get(f"{page_of(world)}/print?titles=yes").text


def test_each_way_in_is_said_in_the_persons_words(world, clara, tarik):
    ways = {Access.OPEN: "Einfach hingehen.", Access.REQUEST: "Wir fragen für Sie an."}
    tick(world, clara, *(make_offer(world, access=access) for access in ways))
    hand_over(world, clara)
    page = tarik.get("/me/shortlist").text
    assert all(words in page for words in ways.values())


def test_it_goes_with_the_person(world):
    [person], offer = make_people(world, 1), make_offer(world)
    with world.database.transaction() as session:
        session.add(ShortlistItem(participant_id=person.id, offer_id=offer.id, picked_at=world.at))
    with world.database.transaction() as session:
        row = session.get_one(Participant, person.id)
        session.execute(Participation.__table__.delete().where(Participation.participant_id == person.id))
        session.delete(row)
    assert items(world) == []


@pytest.mark.parametrize("n", [1, MOST])
def test_statements_stay_within_twelve(world, clara, tarik, n):
    offers = [make_offer(world, title=f"Angebot {number}") for number in range(n)]
    for offer in offers:
        make_slot(world, offer)
    tick(world, clara, *offers)
    hand_over(world, clara)
    pages = ((clara, page_of(world)), (clara, f"{page_of(world)}/print"), (tarik, "/me"), (tarik, "/me/shortlist"))
    for browser, path in pages:
        browser.get(path)
        with counted(world) as statements:
            assert "Angebot 0" in browser.get(path, query_string={"titles": "yes"}).text
        assert len(statements) <= 12, (path, statements)
