"""The phone list: everybody is on it, it says what to say, and what was said is written down on the spot."""

import re
from datetime import timedelta

import pytest

from hub.actions import calls
from hub.actions.notices import Facts, announce
from hub.models.enquiry import EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import NoticeState
from hub.models.offer import Freshness, Offer
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import ProgrammeOrganisation
from hub.models.slot import Slot, SlotState
from hub.queries.wishes import Wish
from tests.calls import deliver, outbox, without_address, without_staff
from tests.loop import now, rows, sent_enquiry
from tests.places import book, counted, make_offer, make_slot

SECRETS = ("Tarik", "Demirci", "Herr ", "1984", "0151", "Clara", "Eingliederung")
OTHERS = ("sven", "petra", "gudrun", "clara", "cem", "frank", "lena", "anna", "otto", "fred")


def add_clubs(world, n, *, umbrella="federation"):
    """Add clubs of the network; return them."""
    parent = world.cast.organisations[umbrella].id if umbrella else None
    found = []
    with world.database.transaction() as session:
        for number in range(n):
            facts = {"name": f"Verein {number:02}", "phone": f"03521 1{number:02}", "email": "", "parent_id": parent}
            club = Organisation(kind=OrganisationKind.CLUB, municipality_code="14627010", **facts)
            session.add(club)
            session.flush()
            programme = world.cast.programmes["resilience"].id
            session.add(ProgrammeOrganisation(programme_id=programme, organisation_id=club.id))
            found.append(club)
    return found


def plain(page) -> str:
    """Return the words of a page, as they would be read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text)).replace("\u00a0", " ")


def test_no_club_is_left_out_also_when_nothing_is_open(world, sign_in):
    add_clubs(world, 3)
    words = plain(sign_in("kerstin").get("/phone-list"))
    assert "Gerade muss niemand angerufen werden." in words
    for name in ("SV Elbaue Coswig", "Verein 00", "Verein 01", "Verein 02"):
        assert name in words
    assert words.count("nichts offen") == 4
    assert "03523 555 0140" in words
    assert "Fragen Sie nach: Sven Krause" in words
    assert "Klinik Rosenpark" not in words


def test_the_network_desk_phones_exactly_those_whom_nobody_else_phones(world, sign_in):
    words = plain(sign_in("nora").get("/phone-list"))
    for name in ("Klinik Rosenpark", "Kreissportbund Elbland", "Rathaus Nossen"):
        assert name in words
    for name in ("SV Elbaue", "Amt für Eingliederung"):
        assert name not in words
    without_staff(world, "federation")
    assert "SV Elbaue Coswig" in plain(sign_in("nora").get("/phone-list"))


def test_for_everybody_else_there_is_no_list_and_nothing_to_write_down(world, sign_in, subtests):
    for key in OTHERS:
        with subtests.test(key=key):
            browser, club = sign_in(key), world.cast.club
            without_address(world)
            offer = make_offer(world, freshness=Freshness.ASKED)
            enquiry, _ = sent_enquiry(world, owner="club")
            deliver(world)
            notice = outbox(world)[0]
            for path in ("/phone-list", "/phone-list/print", f"/phone-list/enquiries/{enquiry.reference}"):
                assert browser.get(path).status_code == 404, path
            for path in (
                f"organisations/{club.public_id}/call",
                f"organisations/{club.public_id}/missed-call",
                f"calls/{notice.public_id}/settlement",
                f"offers/{offer.public_id}/confirmation",
                f"enquiries/{enquiry.reference}/acceptance",
            ):
                assert browser.post(f"/phone-list/{path}").status_code == 404, path
            assert now(world, notice).state is NoticeState.QUEUED
            assert now(world, offer).freshness is Freshness.ASKED


def test_the_network_desk_has_no_hand_on_what_an_umbrella_phones(world, sign_in):
    nora, offer = sign_in("nora"), make_offer(world, freshness=Freshness.ASKED)
    enquiry, _ = sent_enquiry(world, owner="club")
    assert nora.get(f"/phone-list/enquiries/{enquiry.reference}").status_code == 404
    assert nora.post(f"/phone-list/enquiries/{enquiry.reference}/acceptance").status_code == 404
    assert nora.post(f"/phone-list/offers/{offer.public_id}/confirmation").status_code == 404
    assert nora.post(f"/phone-list/organisations/{world.cast.club.public_id}/call").status_code == 404


def test_an_unanswered_enquiry_is_read_out_by_reference_aim_and_times_only(world, sign_in):
    wish = Wish(access_needs=("step_free",), rough={"distance_km": 10, "languages": ["tr"], "times": ["morning"]})
    enquiry, _ = sent_enquiry(world, owner="club", wish=wish)
    kerstin = sign_in("kerstin")
    words = plain(kerstin.get("/phone-list"))
    assert f"Anfrage {enquiry.reference}: Jemand möchte bei „Rückenschule“ mitmachen. Geht das?" in words
    assert "Worum es geht: sich bewegen" in words
    assert "Kann: vormittags" in words
    assert f"/inbox/{enquiry.reference}" in kerstin.get("/phone-list").text
    for path in ("/phone-list", "/phone-list/print"):
        page = plain(kerstin.get(path))
        for secret in (*SECRETS, "10 km", "Türkisch", "stufenlos"):
            assert secret not in page, secret


def test_what_is_answered_withdrawn_or_without_consent_is_not_read_out(world, sign_in):
    enquiry, consent = sent_enquiry(world, owner="club")
    kerstin = sign_in("kerstin")
    assert enquiry.reference in kerstin.get("/phone-list").text
    with world.database.transaction() as session:
        session.get_one(type(consent), consent.id).valid_until = world.at
    assert enquiry.reference not in kerstin.get("/phone-list").text
    with world.database.transaction() as session:
        session.get_one(type(consent), consent.id).valid_until = consent.valid_until
        session.get_one(type(enquiry), enquiry.id).state = EnquiryState.DECLINED
    assert enquiry.reference not in kerstin.get("/phone-list").text


def test_a_question_to_a_club_without_an_address_is_one_line_and_its_call_is_settled_with_the_round(world, sign_in):
    without_address(world)
    enquiry, _ = sent_enquiry(world, owner="club")
    deliver(world)
    kerstin = sign_in("kerstin")
    words = plain(kerstin.get("/phone-list"))
    assert words.count(f"Anfrage {enquiry.reference}: Jemand") >= 1
    assert "Es gibt eine Nachricht" not in words
    assert "Hat keine E-Mail-Adresse" in words
    (notice,) = outbox(world)
    address = f"/phone-list/organisations/{world.cast.club.public_id}/call"
    assert f'value="{notice.public_id}"' in kerstin.get("/phone-list").text
    assert kerstin.post(address, data={"told": notice.public_id}).status_code == 303
    assert now(world, notice).state is NoticeState.SENT
    assert "Angerufen am Montag, 14. September" in plain(kerstin.get("/phone-list"))
    assert enquiry.reference in kerstin.get("/phone-list").text  # told is not answered


def test_not_reached_says_how_often_and_when(world, sign_in):
    kerstin = sign_in("kerstin")
    address = f"/phone-list/organisations/{world.cast.club.public_id}/missed-call"
    for _ in range(2):
        assert kerstin.post(address).status_code == 303
    words = plain(kerstin.get("/phone-list"))
    assert re.search(r"2 Mal nicht erreicht, zuletzt am Montag, 14. September, 8:3\d Uhr", words)


def test_an_offer_is_confirmed_on_the_clubs_behalf(world, sign_in):
    offer = make_offer(world, freshness=Freshness.HIDDEN)
    kerstin = sign_in("kerstin")
    words = plain(kerstin.get("/phone-list"))
    assert "Findet „Bewegung am Vormittag“ noch so statt? Solange niemand es sagt, findet es niemand." in words
    assert kerstin.post(f"/phone-list/offers/{offer.public_id}/confirmation").status_code == 303
    row = now(world, offer)
    assert (row.freshness, row.confirmed_by_id) == (Freshness.FRESH, world.user("kerstin").id)
    (entry,) = rows(world, LogEntry, LogEntry.action == "offer.confirmed")
    assert entry.purpose == "on_behalf"
    assert "noch so statt" not in plain(kerstin.get("/phone-list"))


def test_calls_and_dates_say_what_changed_in_counts(world, sign_in):
    without_address(world)
    offer = make_offer(world)
    slot, later = make_slot(world, offer), make_slot(world, offer, starts_at=world.at + timedelta(days=8))
    booking = book(world, slot, world.cast.tarik)
    deliver(world)
    kerstin = sign_in("kerstin")
    words = plain(kerstin.get("/phone-list"))
    changed = "Bei „Bewegung am Vormittag“ am Donnerstag, 17. September, 8:30 Uhr hat sich etwas geändert"
    assert f"{changed}: 1 von 3 Plätzen belegt." in words
    assert "Ein Termin in dieser Woche" in words
    assert booking.code not in words
    page = kerstin.get("/phone-list").text
    assert slot.public_id in page
    assert later.public_id not in page
    assert later.public_id in kerstin.get("/phone-list?week=2026-W39").text
    (notice,) = outbox(world, "partner_news")
    assert kerstin.post(f"/phone-list/calls/{notice.public_id}/settlement").status_code == 303
    assert "hat sich etwas geändert" not in plain(kerstin.get("/phone-list"))
    answer = kerstin.post(f"/phone-list/calls/{notice.public_id}/settlement", follow_redirects=True)
    assert "Dieser Schritt geht jetzt nicht mehr." in answer.text


def test_unsettled_dates_stay_on_the_list_whatever_week_they_are_in(world, sign_in):
    slot = make_slot(world, make_offer(world), starts_at=world.at + timedelta(days=30))
    with world.database.transaction() as session:
        session.get_one(Slot, slot.id).state = SlotState.UNSETTLED
    words = plain(sign_in("kerstin").get("/phone-list"))
    assert "am Mittwoch, 14. Oktober, 8:30 Uhr: Findet das statt? Niemand hat einen Platz." in words
    assert "Ein Anruf steht an." in words


def test_a_wish_for_a_call_and_a_mail_that_came_back_are_said(world, sign_in):
    offer = make_offer(world)
    world.do(
        calls.ask_for_call,
        actor=world.actor("sven"), organisation_id=offer.organisation_id, offer=offer, at=world.at,
    )  # fmt: skip
    with world.database.transaction() as session:
        announce(session, "booking.made", Facts(organisation_id=offer.organisation_id, offer=offer), at=world.at)
    at = outbox(world, "partner_news")[0].next_at
    for _ in range(8):
        deliver(world, at=at, broken=True)
        at = outbox(world, "partner_news")[0].next_at
    words = plain(sign_in("kerstin").get("/phone-list"))
    assert "SV Elbaue Coswig bittet um einen Rückruf zu „Bewegung am Vormittag“." in words
    assert "Eine E-Mail kam zurück. Bitte fragen Sie nach der richtigen Adresse." in words


def test_paper_has_every_club_boxes_to_tick_and_a_neutral_name(world, sign_in):
    enquiry, _ = sent_enquiry(world, owner="club")
    add_clubs(world, 2)
    kerstin = sign_in("kerstin")
    page = kerstin.get("/phone-list/print")
    assert re.search(r"<title>\s*Anrufliste KW 38\s*</title>", page.text)
    assert "Content-Disposition" not in page.headers
    words = plain(page)
    for told in ("SV Elbaue Coswig", "Verein 00", "Verein 01", "Nichts offen.", enquiry.reference, "Antwort:"):
        assert told in words, told
    assert page.text.count("tick-box") == 3 * 3 + 1
    assert "<form" not in page.text
    for word in ("Reha", "Klinik", "Jobcenter", "Gesundheit", "Leistung"):
        assert word not in words, word


def test_the_network_desk_reads_references_only_and_opens_one_enquiry_for_the_answer(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    nora = sign_in("nora")
    words = plain(nora.get("/phone-list"))
    assert f"Anfrage {enquiry.reference}: Jemand möchte bei „Rückenschule“ mitmachen." in words
    assert "sich bewegen" not in words
    assert rows(world, LogEntry, LogEntry.action == "enquiry.read_by_desk") == []
    address = f"/phone-list/enquiries/{enquiry.reference}"
    page = plain(nora.get(address))
    assert "sich bewegen" in page
    for secret in SECRETS:
        assert secret not in page, secret
    (entry,) = rows(world, LogEntry, LogEntry.action == "enquiry.read_by_desk")
    assert (entry.purpose, entry.fields) == ("on_behalf", ["A1", "B1", "G1", "I0", "R1", "offer", "state"])
    assert now(world, enquiry).state is EnquiryState.SENT  # the partner has not seen it
    assert nora.post(f"{address}/decline", data={}).status_code == 422
    assert nora.post(f"{address}/acceptance", data={"version": now(world, enquiry).version}).status_code == 303
    row = now(world, enquiry)
    assert (row.state, row.answered_by_id) == (EnquiryState.RUNNING, world.user("nora").id)
    assert nora.get(address).status_code == 404  # the step is done: the view is gone
    assert nora.get(f"/inbox/{enquiry.reference}").status_code == 404
    (logged,) = rows(world, LogEntry, LogEntry.action == "enquiry.accepted")
    assert logged.purpose == "on_behalf"


@pytest.mark.parametrize(("path", "data"), [("question", {"question": "times"}), ("waitlist", {})])
def test_the_network_desk_writes_other_answers_down_too(world, sign_in, path, data):
    enquiry, _ = sent_enquiry(world)
    assert sign_in("nora").post(f"/phone-list/enquiries/{enquiry.reference}/{path}", data=data).status_code == 303
    assert now(world, enquiry).answered_by_id == world.user("nora").id


def test_the_list_asks_the_database_as_often_for_forty_clubs_as_for_one(world, sign_in):
    def fill(clubs):
        for club in clubs:
            with world.database.transaction() as session:
                facts = {"aim": "move", "form": "group", "access": "anonymous", "title": club.name}
                kept = {"freshness": Freshness.ASKED, "state": "published"}
                times = {"created_at": world.at, "changed_at": world.at}
                offer = Offer(organisation_id=club.id, **facts, **kept, **times)
                session.add(offer)
                session.flush()
                announce(session, "booking.made", Facts(organisation_id=club.id, offer=offer), at=world.at)
            make_slot(world, offer)
        deliver(world)

    kerstin = sign_in("kerstin")
    fill(add_clubs(world, 1))
    kerstin.get("/phone-list")
    with counted(world) as few:
        kerstin.get("/phone-list")
    fill(add_clubs(world, 40))
    with counted(world) as many:
        words = plain(kerstin.get("/phone-list"))
    assert "41 Anrufe stehen an." in words
    assert len(many) == len(few) <= 12


def test_whom_nothing_is_open_with_is_folded_below_who_must_be_called(world, sign_in):
    add_clubs(world, 3)
    page = sign_in("kerstin").get("/phone-list").text
    fold = page.partition("<summary>4 Partner</summary>")[2].partition("</details>")[0]
    assert "Verein 02" in fold
