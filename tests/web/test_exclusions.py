"""Who shall learn nothing of a person: nothing goes there, nobody reads why, and colleagues go on (R-LAW-17)."""

import pytest

from hub.actions import answers
from hub.actions.enquiries import send_enquiry
from hub.actions.exclusions import admit_again, exclude
from hub.errors import NotAllowed, NotFound, RuleBroken
from hub.models.booking import Booking
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import EnquiryState
from hub.models.exclusion import Exclusion
from hub.models.log import Disclosure, LogEntry
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.shortlist import ShortlistItem
from hub.models.slot import Slot
from hub.models.user import Membership, Role
from tests.crowd import rush
from tests.loop import (
    accepted_enquiry,
    ask,
    coach,
    drafted,
    now,
    partner,
    person_actor,
    request_offer,
    rows,
    say,
    sent_enquiry,
)
from tests.meanwhile import meanwhile
from tests.places import all_rows, book, counted, enter, give_card, make_offer, make_slot

SENTENCE = "Dieses Angebot nimmt gerade niemanden auf."


@pytest.fixture
def tarik(world, app):
    return enter(app, give_card(world, world.cast.tarik))


def keep_out(world, target, *, by=None, verb=exclude, person="tarik"):
    actor = by or person_actor(world.cast.people[person])

    def unit(session):
        participant = session.get_one(Participant, world.cast.people[person].id)
        found = session.get_one(type(target), target.id)
        verb(session, actor=actor, participant=participant, target=found, at=world.at)

    world.database.run(unit)


def test_nobody_books_and_nothing_is_sent_to_an_excluded_organisation(world):
    slot = make_slot(world, make_offer(world))
    draft = drafted(world, say(world, world.cast.tarik, ask(world, world.cast.tarik, *request_offer(world))))
    for target in (world.cast.club, world.cast.clinic):
        keep_out(world, target)
    with pytest.raises(RuleBroken) as refused:
        book(world, slot, world.cast.tarik)
    assert str(refused.value.message) == SENTENCE
    with pytest.raises(RuleBroken) as refused:
        coach(world, draft, send_enquiry)
    assert str(refused.value.message) == SENTENCE
    with pytest.raises(RuleBroken) as refused:
        ask(world, world.cast.tarik, request_offer(world, title="Zweites")[0], None)
    assert str(refused.value.message) == SENTENCE
    assert (all_rows(world, Booking), now(world, draft).state) == ([], EnquiryState.DRAFT)
    book(world, slot, world.cast.heinz)  # for everybody else nothing changes
    keep_out(world, world.cast.club, verb=admit_again)
    book(world, slot, world.cast.tarik)


def test_an_exclusion_written_at_the_same_instant_wins(world):
    draft = drafted(world, say(world, world.cast.tarik, ask(world, world.cast.tarik, *request_offer(world))))
    offer, _ = request_offer(world, owner="club", title="Zweites")
    with meanwhile(world, lambda: keep_out(world, world.cast.clinic)), pytest.raises(RuleBroken) as refused:
        coach(world, draft, send_enquiry)
    assert str(refused.value.message) == SENTENCE
    with meanwhile(world, lambda: keep_out(world, world.cast.club)), pytest.raises(RuleBroken) as refused:
        ask(world, world.cast.tarik, offer, None)
    assert str(refused.value.message) == SENTENCE
    assert now(world, draft).state is EnquiryState.DRAFT
    assert len(rows(world, ConsentSheet)) == 1
    assert [row.purpose for row in rows(world, Disclosure)] == []


@pytest.mark.parametrize("turn", range(4))
def test_excluding_and_sending_never_wait_in_a_ring_and_the_one_who_was_first_counts(world, turn):
    draft = drafted(world, say(world, world.cast.tarik, ask(world, world.cast.tarik, *request_offer(world))))
    both = [lambda: coach(world, draft, send_enquiry), lambda: keep_out(world, world.cast.clinic)]
    results = rush(both if turn % 2 else both[::-1])
    sent = results[0 if turn % 2 else 1]
    assert sent in (None, RuleBroken)
    assert now(world, draft).state is (EnquiryState.DRAFT if sent else EnquiryState.SENT)
    assert len(rows(world, Exclusion)) == 1


def test_a_search_leaves_it_out_and_the_page_says_what_a_paused_offer_says(world, tarik, sign_in):
    slot = make_slot(world, make_offer(world, title="Gymnastik"))
    wished = make_offer(world, access=Access.REQUEST, title="Beratung")
    clara, find = sign_in("clara"), f"/find?person={world.cast.tarik.public_id}"
    assert "Gymnastik" in clara.get(find).text
    keep_out(world, world.cast.club)
    assert "Gymnastik" not in clara.get(find).text
    assert "Gymnastik" not in tarik.get("/me/offers").text
    for page in (f"/slots/{slot.public_id}/bookings/new", f"/find/{wished.public_id}"):
        assert SENTENCE in clara.get(f"{page}?person={world.cast.tarik.public_id}").text
    assert tarik.post(f"/me/offers/{wished.public_id}/wish").status_code == 409
    address = f"/people/{world.cast.tarik.public_id}/shortlist"
    refused = clara.post(address, data={"offer": wished.public_id})
    assert (refused.status_code, SENTENCE in refused.text) == (409, True)
    assert all_rows(world, ShortlistItem) == []


def test_a_full_date_never_leads_to_an_excluded_organisation(world, sign_in):
    full = make_slot(world, make_offer(world, owner="town", title="Voll"), places=1)
    make_slot(world, make_offer(world, title="Gymnastik"))
    book(world, full, world.cast.heinz)
    page = f"/slots/{full.public_id}/bookings/new?person={world.cast.tarik.public_id}"
    clara = sign_in("clara")
    assert "Gymnastik" in clara.get(page).text
    keep_out(world, world.cast.club)
    assert "Gymnastik" not in clara.get(page).text


def colleague(world):
    """Let Sven work at the clinic too, beside Petra."""
    values = {"organisation_id": world.cast.clinic.id, "role": Role.PARTNER, "created_at": world.at}
    with world.database.transaction() as session:
        session.add(Membership(user_id=world.user("sven").id, **values))


def test_an_excluded_member_of_staff_gets_404_and_colleagues_go_on(world, sign_in):
    colleague(world)
    enquiry, _ = sent_enquiry(world)
    petra, sven = sign_in("petra"), sign_in("sven")
    address = f"/inbox/{enquiry.reference}"
    assert [petra.get(address).status_code, sven.get(address).status_code] == [200, 200]
    keep_out(world, world.user("petra"))
    assert [petra.get(address).status_code, sven.get(address).status_code] == [404, 200]
    assert enquiry.reference not in petra.get("/inbox").text
    with pytest.raises(NotFound):
        partner(world, enquiry, answers.accept_enquiry)
    partner(world, enquiry, answers.accept_enquiry, by="sven")
    assert now(world, enquiry).state is EnquiryState.RUNNING


def test_the_excluded_one_reads_no_name_on_the_list_of_a_date(world, sign_in):
    colleague(world)
    enquiry, _ = accepted_enquiry(world)
    slot = next(one for one in all_rows(world, Slot) if one.id == enquiry.slot_id)
    for key in ("petra", "sven"):
        partner(world, enquiry, answers.open_identity, by=key)
    keep_out(world, world.user("petra"))
    pages = {key: sign_in(key).get(f"/slots/{slot.public_id}") for key in ("petra", "sven")}
    family = world.cast.tarik.name["family"]
    assert [family in pages[key].text for key in ("petra", "sven")] == [False, True]


def test_no_log_row_names_whom_and_only_the_person_reads_it(world, tarik, sign_in):
    keep_out(world, world.cast.club)
    keep_out(world, world.cast.club)  # the same twice is once
    (row,) = [one for one in all_rows(world, LogEntry) if one.action == "exclusion.changed"]
    assert (row.object_type, row.object_ref, row.purpose, row.fields) == ("", "", "", [])
    assert len(all_rows(world, Exclusion)) == 1
    assert world.cast.club.name in tarik.get("/me/exclusions").text
    page = sign_in("clara").get(f"/people/{world.cast.tarik.public_id}").text
    assert "Wieder erlauben" not in page


def test_nobody_else_may(world, sign_in, subtests):
    for key in ["cem", "frank", "petra", "nora", "fred"]:
        with subtests.test(key=key):
            with pytest.raises(NotAllowed):
                keep_out(world, world.cast.club, by=world.actor(key))
            with pytest.raises(NotAllowed):
                keep_out(world, world.cast.club, by=person_actor(world.cast.heinz))
            browser, person = sign_in(key), world.cast.tarik.public_id
            assert browser.get(f"/people/{person}/exclusions/new").status_code == 404
            assert browser.post(f"/people/{person}/exclusions", data={"what": "out"}).status_code == 404
            assert browser.get("/me/exclusions").status_code == 404
            assert rows(world, Exclusion) == []


def test_the_person_excludes_an_organisation_and_takes_it_back(world, tarik):
    make_offer(world)
    sent = {"organisation": world.cast.club.public_id, "name": ""}
    assert tarik.post("/me/exclusions", data=sent).status_code == 303
    (row,) = all_rows(world, Exclusion)
    assert (row.organisation_id, row.user_id, row.ended_at) == (world.cast.club.id, None, None)
    assert tarik.post(f"/me/exclusions/{row.public_id}/end").status_code == 303
    assert all_rows(world, Exclusion)[0].ended_at is not None
    assert tarik.post(f"/me/exclusions/{row.public_id}/end").status_code == 404


def test_the_person_excludes_one_member_of_staff_by_name(world, app, tarik):
    make_offer(world)
    club, name = world.cast.club.public_id, world.user("sven").name
    answer = tarik.post("/me/exclusions", data={"organisation": club, "name": "Niemand Sonst"})
    assert (answer.status_code, "Dort kennen wir niemanden" in answer.text) == (422, True)
    assert tarik.post("/me/exclusions", data={"organisation": club, "name": f" {name.upper()} "}).status_code == 303
    (row,) = all_rows(world, Exclusion)
    assert (row.organisation_id, row.user_id) == (None, world.user("sven").id)
    heinz = enter(app, give_card(world, world.cast.heinz))
    assert heinz.post(f"/me/exclusions/{row.public_id}/end").status_code == 404
    assert tarik.post("/me/exclusions", data={"organisation": "", "name": ""}).status_code == 422


def test_the_coach_does_it_on_request_and_the_page_never_shows_how_it_stands(world, sign_in):
    make_offer(world)
    clara, person = sign_in("clara"), world.cast.tarik.public_id
    before = clara.get(f"/people/{person}/exclusions/new").text
    sent = {"what": "out", "organisation": world.cast.club.public_id, "name": ""}
    assert clara.post(f"/people/{person}/exclusions", data=sent).status_code == 303
    assert len(rows(world, Exclusion, Exclusion.ended_at.is_(None))) == 1
    after = clara.get(f"/people/{person}/exclusions/new").text
    assert stable(before) == stable(after)
    assert clara.post(f"/people/{person}/exclusions", data=sent | {"what": "in"}).status_code == 303
    assert rows(world, Exclusion, Exclusion.ended_at.is_(None)) == []


def stable(page):
    """Return what the page asks, without the message of the last step."""
    return page.split('name="what"')[1].split("</form>")[0]


def test_statements_stay_within_twelve(world, tarik):
    for n in range(12):
        make_offer(world, title=f"Nummer {n}")
    tarik.get("/me/exclusions")
    with counted(world) as statements:
        assert tarik.get("/me/exclusions").status_code == 200
    assert len(statements) <= 12, statements
