"""Numbers as pictures: each role sees its own sums, the picture tells what the table tells, and small stays small."""

import re
from datetime import timedelta

import pytest

from hub.actions.demands import note_demand
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.offer import Aim, Form
from hub.models.referral import Referral
from hub.models.slot import SlotState
from tests.catalogue import make_offer, make_slot, statements
from tests.world import AT

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
DRAWN = re.compile(r'<rect class="(\w+)"(?: x="[\d.]+%")? width="([\d.]+%?)"')
CELLS = re.compile(r"<t[hd][^>]*>(?:<bdi>)?([^<]*)")
NO_TIMES = "In dieser Zeit wurde keine Anfrage beantwortet."


@pytest.fixture(name="offers")
def fixture_offers(world):
    """Give the offers of a world in which dates of this week and the next have places."""
    with world.database.transaction() as session:
        club = make_offer(session, world, "Runde")
        clinic = make_offer(session, world, "Geheim", organisation_id=world.cast.clinic.id, public=False)
        room = make_offer(session, world, "Saal", form=Form.ROOM)
        make_slot(session, club, AT, places=8, taken=2)
        make_slot(session, club, AT + WEEK, places=4, taken=4)
        make_slot(session, club, AT + HOUR, places=50, state=SlotState.CALLED_OFF)
        make_slot(session, club, AT - 5 * WEEK, places=90)
        make_slot(session, room, AT, places=60)
        make_slot(session, clinic, AT, places=70, taken=30)
    return {"club": club, "clinic": clinic}


def answer(world, offer, *hours, state=EnquiryState.DECLINED, since=AT - WEEK, **more):
    """Keep one enquiry for each number of hours after which it was answered."""
    person = world.cast.tarik
    with world.database.transaction() as session:
        referral = Referral(participant_id=person.id, coach_id=world.user("clara").id, aim=Aim.MOVE, created_at=since)
        session.add(referral)
        session.flush()
        known = {"referral_id": referral.id, "participant_id": person.id, "offer_id": offer.id, "created_at": since}
        known |= {"organisation_id": offer.organisation_id, "state": state, "sent_at": since}
        session.add_all(Enquiry(**known, answered_at=since + one * HOUR, **more) for one in hours)


def picture(page, key):
    """Return what one chart draws, its words without the table, and the lines of its table."""
    part = page[page.index(f'<h2 id="{key}">') :].partition("</figure>")[0]
    bars, _, table = part[part.index('<div class="bars"') :].partition("<details>")
    lines = [CELLS.findall(line) for line in table.split("<tr>")[2:]]
    return DRAWN.findall(bars), re.sub(r"<[^>]+>|\s+", " ", bars), lines


def test_each_sees_the_places_of_their_own_and_small_numbers_of_others_are_not_told(world, offers, sign_in, subtests):
    theirs = {"sven": ("2", "8", "2 von 8 belegt"), "kerstin": ("2", "8", "2 von 8 belegt")}
    theirs |= {"petra": ("30", "70", "30 von 70 belegt"), "nora": ("unter 3", "8", "unter 3 von 8 belegt")}
    for who, (taken, offered, words) in theirs.items():
        with subtests.test(who):
            drawn, told, lines = picture(sign_in(who).get("/figures").text, "places")
            assert words in told
            assert len(lines) == 8
            assert [taken, offered] == lines[4][1:]
            assert lines[0][1:] == ["0", "0"]
            assert lines[5][1:] == (["0", "0"] if who == "petra" else ["4", "4"])
            assert ("part" in dict(drawn)) is True
    drawn, told, _ = picture(sign_in("nora").get("/figures").text, "places")
    assert drawn == [("whole", "100.0%"), ("whole", "50.0%"), ("part", "50.0%")]
    assert "2 von" not in told
    assert "In diesen Wochen gibt es keine Plätze." in sign_in("gudrun").get("/figures").text


def test_nobody_else_has_figures(world, offers, app, sign_in, subtests):
    for who in ("clara", "frank", "lena", "anna", "otto", "fred"):
        with subtests.test(who):
            browser = sign_in(who)
            assert browser.get("/figures").status_code == 404
            assert browser.get("/figures/places.csv").status_code == 404
    assert app.test_client().get("/figures").status_code == 303
    sven = sign_in("sven")
    for address in ("gaps.csv", "places.exe", "people.csv"):  # only coordinators see gaps
        assert sven.get(f"/figures/{address}").status_code == 404


def test_answers_are_timed_in_working_hours_and_few_are_nobodys_business(world, offers, sign_in):
    clinic, club = offers["clinic"], offers["club"]
    answer(world, clinic, 1, 2, 4, 25.5)  # Monday at 8:30; the last one came on Tuesday at 10, after 10.5 working hours
    answer(world, clinic, 0, 0, 0, by_terms=True)
    answer(world, clinic, 100, 100, state=EnquiryState.SEEN)  # taken back
    answer(world, clinic, 0, 0, since=AT - 20 * WEEK)
    answer(world, clinic, -2)  # sent again since
    answer(world, club, 3, 3)
    _, told, lines = picture(sign_in("petra").get("/figures").text, "answers")
    assert lines == [["Klinik Rosenpark", "3", "2 bis 6"]]
    assert "Mitte 3 Stunden, meist 2 bis 6" in told
    drawn, told, lines = picture(sign_in("nora").get("/figures").text, "answers")
    few = "unter 3 Antworten"
    assert lines == [["Klinik Rosenpark", "3", "2 bis 6"], ["SV Elbaue Coswig", few, few]]
    assert [shape for shape, _ in drawn] == ["span", "mark"]
    _, _, lines = picture(sign_in("sven").get("/figures").text, "answers")
    assert lines == [["SV Elbaue Coswig", few, few]]
    assert NO_TIMES in sign_in("gudrun").get("/figures").text


def test_sums_of_gaps_hold_no_number_that_is_not_told(world, sign_in):
    assert "Niemand hat vergeblich gesucht." in sign_in("nora").get("/figures").text
    for aim, district, times in ((Aim.MOVE, "14627", 4), (Aim.MIND, "14627", 2), (Aim.WORK, "", 2)):
        for _ in range(times):
            world.do(note_demand, aims=frozenset({aim}), district=district, at=world.at)
    nora = sign_in("nora")
    with statements(world.database) as asked:
        drawn, told, lines = picture(nora.get("/figures").text, "gaps")
    assert drawn == [("part", "100.0%")]
    assert lines == [["Meißen", "4"], ["ohne Ort", "nur kleine Zahlen"]]
    assert "4 Mal gesucht" in told
    assert len(asked) <= 12
    file = nora.get("/figures/gaps.csv")
    assert file.data.decode("utf-8-sig").splitlines() == [
        '"Kreis";"Mal gesucht"',
        '"Meißen";"4"',
        '"ohne Ort";"nur kleine Zahlen"',
    ]
    assert file.headers["Content-Disposition"] == 'attachment; filename="zahlen.csv"'
    for start in ("/organisations", "/demands"):
        assert 'href="/figures"' in nora.get(start).text
    assert 'href="/figures"' in sign_in("sven").get("/slots").text
