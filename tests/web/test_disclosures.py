"""Who learned what (matrix, L1; R-ACC-08): the own coach per person, a partner its own rows by number, nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub import clock
from hub.actions import answers, log
from hub.models.exclusion import Exclusion
from hub.models.log import Disclosure, LogEntry
from hub.models.participant import Cover, Participation
from hub.models.user import Membership, Role
from hub.queries.disclosures import list_disclosures
from hub.queries.enquiries import get_received
from tests.loop import accepted_enquiry, partner, sent_enquiry
from tests.places import all_rows, enter, give_card

STAFF = ("clara", "cem", "frank", "uwe", "lena", "petra", "sven", "kerstin", "gudrun", "nora", "anna", "otto", "fred")
RECEIVED = "/inbox/disclosures"
PAGES = {"petra": RECEIVED, "tarik": "/me/disclosures"}


def of_tarik(world):
    return f"/people/{world.cast.tarik.public_id}/disclosures"


@pytest.fixture
def opened(world):
    """A clinic has opened the name behind an accepted enquiry."""
    enquiry, _ = accepted_enquiry(world)
    partner(world, enquiry, answers.open_identity)
    return enquiry


def test_the_own_coach_reads_who_learned_what_and_the_reading_is_logged(world, sign_in, opened):
    page = sign_in("clara").get(of_tarik(world)).text
    assert "Klinik Rosenpark" in page
    assert "nach der Zusage geöffnet" in page
    assert "Name, Anrede, Sprache" in page
    assert "Petra" not in page  # no names of staff
    row = [one for one in all_rows(world, LogEntry) if one.action == "person.read"][-1]
    assert (row.purpose, row.fields) == ("disclosures", ["I1", "L1"])


def test_for_everybody_else_the_coachs_page_does_not_exist(world, sign_in, opened):
    codes = {key: sign_in(key).get(of_tarik(world)).status_code for key in STAFF}
    assert {key for key, code in codes.items() if code != 404} == {"clara"}


def test_a_running_deputy_finds_the_person_but_not_who_learned_what(world, sign_in, opened):
    with world.database.transaction() as session:
        fred, jobcenter = world.user("fred").id, world.cast.jc_meissen.id
        session.add(Membership(user_id=fred, organisation_id=jobcenter, role=Role.COACH, created_at=world.at))
        facts = {"coach_id": world.user("clara").id, "ordered_by_id": world.user("lena").id, "deputy_id": fred}
        session.add(Cover(starts_at=world.at, ends_at=world.at + timedelta(days=2), **facts))
    browser = sign_in("fred")
    page = browser.get(f"/people/{world.cast.tarik.public_id}")
    assert page.status_code == 200
    assert "/disclosures" not in page.text
    assert browser.get(of_tarik(world)).status_code == 404
    with world.database.reading() as session:
        facts = {"participant_id": world.cast.tarik.id, "at": world.at}
        assert list_disclosures(session, world.actor("fred"), **facts) == []
        assert list_disclosures(session, world.actor("clara"), **facts) != []
    assert "/disclosures" in sign_in("clara").get(f"/people/{world.cast.tarik.public_id}").text


def test_a_partner_reads_its_own_rows_by_number_and_never_a_name(world, sign_in, opened):
    page = sign_in("petra").get(RECEIVED).text
    assert opened.reference in page
    assert "nach der Zusage geöffnet" in page
    assert "Anfrage ohne Namen" in page
    for word in ("Tarik", "Demirci", "Clara", world.cast.tarik.public_id):
        assert word not in page
    assert RECEIVED in sign_in("petra").get("/inbox").text


def test_other_partners_read_nothing_of_it_and_an_umbrella_only_its_own(world, sign_in):
    enquiry, _ = sent_enquiry(world, owner="club")
    assert enquiry.reference in sign_in("sven").get(RECEIVED).text
    for key in ("kerstin", "petra", "gudrun"):
        assert enquiry.reference not in sign_in(key).get(RECEIVED).text
    codes = {key: sign_in(key).get(RECEIVED).status_code for key in STAFF}
    assert {key for key, code in codes.items() if code == 200} == {"petra", "sven", "kerstin", "gudrun"}


def test_what_others_learned_of_the_same_enquiry_is_not_the_partners(world, sign_in, opened):
    with world.database.transaction() as session:
        for organisation in (world.cast.jc_meissen, world.cast.federation):
            facts = {"organisation_id": organisation.id, "enquiry_id": opened.id, "fields": ["F1"]}
            facts |= {"participant_id": opened.participant_id, "purpose": "enquiry.reported"}
            log.disclose(session, **facts, at=world.at)
        kerstin, meissen = world.user("kerstin").id, world.cast.jc_meissen.id
        session.add(Membership(user_id=kerstin, organisation_id=meissen, role=Role.PARTNER, created_at=world.at))
    for key in ("petra", "kerstin"):
        assert "zurückgemeldet" not in sign_in(key).get(RECEIVED).text


def test_an_excluded_member_of_staff_reads_no_row_of_that_person(world, sign_in, opened):
    with world.database.transaction() as session:
        facts = {"participant_id": opened.participant_id, "user_id": world.user("petra").id}
        session.add(Exclusion(created_at=world.at, **facts))
    assert opened.reference not in sign_in("petra").get(RECEIVED).text


def test_a_person_who_left_long_ago_stands_on_neither_page(world, sign_in, opened):
    with world.database.transaction() as session:
        for row in session.scalars(select(Participation).where(Participation.participant_id == opened.participant_id)):
            row.ends_on = clock.local_date(world.at) - timedelta(days=31)
    assert opened.reference not in sign_in("petra").get(RECEIVED).text
    assert sign_in("clara").get(of_tarik(world)).status_code == 404


@pytest.mark.parametrize("key", ["clara", "petra", "tarik"])
def test_long_lists_come_in_pages_and_nothing_is_left_out(world, app, sign_in, opened, key):
    with world.database.transaction() as session:
        found = get_received(session, world.actor("petra"), opened.reference, at=world.at)
        for _ in range(60):
            facts = {"organisation_id": found.organisation_id, "enquiry_id": found.id, "fields": ["B1"]}
            log.disclose(session, participant_id=found.participant_id, purpose="enquiry.sent", **facts, at=world.at)
    page, total = PAGES.get(key) or of_tarik(world), len(all_rows(world, Disclosure))
    browser = enter(app, give_card(world, world.cast.tarik)) if key == "tarik" else sign_in(key)
    first, second = (browser.get(f"{page}?page={n}").text.split("<main")[1] for n in (1, 2))
    assert [one.count("<time") for one in (first, second)] == [50, total - 50]
    assert "page=2" in first
    assert "page=1" in second
