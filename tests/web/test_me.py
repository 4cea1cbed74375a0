"""The person's own page: own dates only, giving a place back, and who learned what."""

import ast
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import select, update

from hub import actions
from hub.actions import answers, log
from hub.actions.team import assign_coach
from hub.models.booking import Booking, BookingState
from hub.models.notice import Notice
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.user import Membership, Role, User
from hub.web.telling_words import PURPOSES
from tests.loop import accepted_enquiry, partner
from tests.places import all_rows, book, counted, enter, give_card, make_offer, make_slot


@pytest.fixture
def tarik(world, app):
    return enter(app, give_card(world, world.cast.tarik))


def test_the_next_date_is_the_lantern_and_nobody_elses_is_there(world, tarik):
    offer = make_offer(world, title="Rückenschule", bring="bequeme Kleidung")
    booking = book(world, make_slot(world, offer), world.cast.tarik)
    book(world, make_slot(world, make_offer(world, title="Chor")), world.cast.heinz)
    page = tarik.get("/me").text
    lantern = page.split('class="lantern"')[1].split("</section>")[0]
    for words in ("Donnerstag, 17.\u00a0September", "Rückenschule", booking.code, "bequeme Kleidung"):
        assert words in lantern
    assert "Chor" not in page


def test_i_cannot_come_gives_the_place_back_and_tells_the_coach(world, tarik):
    booking = book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    address = f"/me/bookings/{booking.public_id}/cancellation"
    assert "Sie müssen keinen Grund nennen." in tarik.get(address).text
    assert all_rows(world, Booking)[0].state is BookingState.CONFIRMED
    assert tarik.post(address).location == "/me"
    row = all_rows(world, Booking)[0]
    assert (row.state, row.cancelled_by) == (BookingState.CANCELLED, "person")
    told = [notice.id for notice in all_rows(world, Notice)]
    assert {notice.user_id for notice in all_rows(world, Notice)} >= {world.user("clara").id}
    again, back = tarik.post(address), tarik.get(address)  # a second tap, and the way back
    assert (again.location, back.location) == ("/me", "/me")
    assert [notice.id for notice in all_rows(world, Notice)] == told


def test_after_the_deadline_the_page_shows_the_telephone(world, tarik):
    slot = make_slot(world, make_offer(world), starts_at=world.at + timedelta(hours=23))
    booking = book(world, slot, world.cast.tarik)
    address = f"/me/bookings/{booking.public_id}/cancellation"
    page = tarik.get(address).text
    assert "03523 555 0140" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]
    refused = tarik.post(address)
    assert refused.status_code == 409
    assert "03523 555 0140" in refused.text
    assert all_rows(world, Booking)[0].state is BookingState.CONFIRMED


def test_somebody_elses_date_does_not_exist(world, tarik):
    booking = book(world, make_slot(world, make_offer(world)), world.cast.heinz)
    address = f"/me/bookings/{booking.public_id}/cancellation"
    assert [tarik.get(address).status_code, tarik.post(address).status_code] == [404, 404]
    assert all_rows(world, Booking)[0].state is BookingState.CONFIRMED


def test_what_was_allowed_and_who_learned_what_stands_in_plain_words(world, tarik):
    enquiry, _ = accepted_enquiry(world)
    with world.database.transaction() as session:
        log.disclose(
            session,
            participant_id=world.cast.heinz.id,
            organisation_id=world.cast.clinic.id,
            enquiry_id=None,
            fields=["H1"],
            purpose="enquiry.sent",
            at=world.at,
        )
    partner(world, enquiry, answers.open_identity)
    page = tarik.get("/me").text
    assert "Klinik Rosenpark hat erfahren: Name und Anrede" in page
    assert "weil zugesagt wurde" in page
    assert "für eine Anfrage, ohne Ihren Namen" in page
    assert "Gesundheitliches" not in page
    assert "weil zugesagt wurde" in tarik.get("/me/disclosures").text


def test_every_reason_that_is_written_down_has_words():
    written = set()
    for file in (Path(actions.__file__).parent).glob("*.py"):
        tree, module = ast.parse(file.read_text()), import_module(f"hub.actions.{file.stem}")
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "disclose":
                value = next(one.value for one in call.keywords if one.arg == "purpose")
                named = getattr(module, value.id, None) if isinstance(value, ast.Name) else value.value
                written.add(named or "enquiry.sent")
    assert len(written) > 4
    assert written <= set(PURPOSES)


def test_the_name_of_a_new_coach_stands_there_for_thirty_days(world, tarik):
    assert "Ihr Coach ist jetzt" not in tarik.get("/me").text
    other = Membership(
        user_id=world.user("frank").id, organisation_id=world.cast.jc_meissen.id, role=Role.COACH, created_at=world.at
    )
    with world.database.transaction() as session:
        session.add(other)
    with world.database.transaction() as session:
        person = session.get_one(Participant, world.cast.tarik.id)
        coach = session.get_one(User, world.user("frank").id)
        assign_coach(session, actor=world.actor("lena"), participant=person, coach=coach, at=world.at)
    page = tarik.get("/me").text
    assert f"Ihr Coach ist jetzt {coach.name}." in page
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.tarik.id).coach_changed_at = world.at - timedelta(days=30)
    assert "Ihr Coach ist jetzt" not in tarik.get("/me").text


def test_the_result_of_the_admission_stands_in_plain_words_for_the_person_alone(world, tarik):
    with world.database.transaction() as session:
        own = Participation.participant_id == world.cast.tarik.id
        session.scalars(select(Participation).where(own)).one().criteria = ["health_limits"]
    page = tarik.get("/me/participation").text
    assert "Sie sind dabei, bis zum" in page
    assert "Ihre Gesundheit macht Ihnen manches schwer" in page
    assert "Ihr Coach: Clara Winkler" in page
    assert tarik.application.test_client().get("/me/participation").status_code == 303


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ParticipationState.PROPOSED, "Die Entscheidung steht noch aus."),
        (ParticipationState.DECLINED, "Das ist kein Urteil über Sie."),
        (ParticipationState.ENDED, "Ihre Teilnahme lief vom"),
    ],
)
def test_every_result_has_a_sentence(world, tarik, state, words):
    with world.database.transaction() as session:
        own = Participation.participant_id == world.cast.tarik.id
        session.execute(update(Participation).where(own).values(state=state))
    assert words in tarik.get("/me/participation").text


def test_the_title_is_neutral_and_the_page_is_never_kept(tarik):
    answer = tarik.get("/me")
    assert answer.headers["Cache-Control"] == "no-store"
    title = answer.text.split("<title>")[1].split("</title>")[0]
    assert title.strip() == "Meine Termine"


def test_large_type_is_remembered(tarik):
    tarik.get("/me?size=large")
    assert 'data-size="large"' in tarik.get("/me").text
    tarik.get("/me?size=normal")
    assert 'data-size="large"' not in tarik.get("/me").text


@pytest.mark.parametrize("path", ["/me", "/me/consents", "/me/known", "/me/offers", "/me/exclusions"])
def test_large_type_chosen_on_any_page_stands_on_every_page(tarik, path):
    assert f'href="{path}?size=large"' in tarik.get(path).text
    tarik.get(f"{path}?size=large")
    for other in ("/me", "/me/consents", "/me/known", "/me/subscriptions", "/me/offers", "/accessibility"):
        assert 'data-size="large"' in tarik.get(other).text, other


def test_where_a_form_comes_back_the_size_leads_to_a_page_and_keeps_the_rest_of_the_address(world, tarik):
    assert 'href="/me/disclosures?page=2&amp;size=large"' in tarik.get("/me/disclosures?page=2&size=normal").text
    answer = tarik.post("/me/exclusions", data={})
    assert answer.status_code == 422
    assert tarik.get(answer.text.partition('class="bigger" href="')[2].partition('"')[0]).status_code == 200


def test_a_sheet_in_large_type_leaves_the_pages_of_staff_as_they_are(world, sign_in):
    clara = sign_in("clara")
    clara.get("/letters/print?size=large")
    assert 'data-size="large"' not in clara.get("/today").text


def test_the_pages_of_staff_do_not_exist_for_a_person(world, tarik):
    one = f"/people/{world.cast.tarik.public_id}"
    for address in ("/today", "/people", one, "/find", "/team", "/participations", f"{one}/card"):
        assert tarik.get(address).status_code == 404, address


def test_staff_have_no_page_behind_a_card(sign_in, subtests):
    for key in ["clara", "frank", "petra", "otto", "fred"]:
        with subtests.test(key=key):
            assert sign_in(key).get("/me").status_code == 404


def test_after_signing_out_the_page_is_gone(tarik):
    tarik.post("/logout")
    assert tarik.get("/me").status_code == 303


@pytest.mark.parametrize("n", [1, 40])
def test_statements_stay_within_twelve(world, tarik, n):
    offer = make_offer(world)
    for number in range(n):
        book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=1, hours=2 * number)), world.cast.tarik)
    tarik.get("/me")
    with counted(world) as statements:
        assert tarik.get("/me").status_code == 200
    assert len(statements) <= 12, statements
