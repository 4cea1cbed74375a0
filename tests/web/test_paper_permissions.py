"""Messages and evaluation for who has no telephone: a sheet with a number, signed, recorded by the coach."""

from datetime import timedelta

import pytest

from hub.models.consent import Consent, ConsentForm, ConsentState, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.notice import Channel
from hub.models.participant import Participant
from hub.queries.permissions import find_channel
from tests.loop import now, person_actor, rows
from tests.places import enter, give_card
from tests.web.test_participants import deputy

HOUR = timedelta(hours=1)
SIGNED = {"signed_on": "2026-09-14", "reference": "Akte 12/3", "reason": ""}
LETTERS = {"changes": "letter", "reminders": "", "questions": "letter"}


@pytest.fixture
def people(world):
    """Heinz has a letter box and nothing else."""
    with world.database.transaction() as session:
        row = session.get_one(Participant, world.cast.heinz.id)
        row.home_address, row.contacts = {"street": "Neugasse 5", "town": "Meißen"}, []
    return f"/people/{world.cast.heinz.public_id}"


def asked(world, clara, people, **more):
    """Ask for letters and return the sheet and its question."""
    answer = clara.post(f"{people}/permissions/messages", data=LETTERS | more)
    assert answer.status_code == 303, answer.text
    sheet = rows(world, ConsentSheet)[-1]
    assert answer.location == f"{people}/permissions/{sheet.public_id}"
    return sheet, rows(world, Consent, Consent.sheet_id == sheet.id)[0]


def way(world, purpose="changes"):
    with world.database.reading() as session:
        return find_channel(session, participant_id=world.cast.heinz.id, purpose=purpose, at=world.at + HOUR)


def test_chosen_printed_signed_and_found_again_by_its_number(world, sign_in, people):
    clara = sign_in("clara")
    assert f"{people}/permissions" in clara.get(f"{people}/consents").text
    assert "Gerade meldet sich niemand von selbst." in clara.get(f"{people}/permissions").text
    sheet, line = asked(world, clara, people)
    assert (line.state, line.content) == (ConsentState.REQUESTED, {"changes": "letter", "questions": "letter"})
    assert way(world) is None, "not before the signature"
    paper = clara.get(f"{people}/permissions/{sheet.public_id}/paper").text
    for words in (f"{sheet.reference[:4]} {sheet.reference[4:]}", "Wenn sich ein Termin ändert", "Brief", "☐ Nein"):
        assert words in paper
    found = clara.get(f"/sheets?number={sheet.reference[:4].lower()}+{sheet.reference[4:]}")
    assert found.location == f"{people}/permissions/{sheet.public_id}"
    assert "Nachrichten" in clara.get("/today").text
    missing = clara.post(f"{people}/permissions/{sheet.public_id}/paper", data=SIGNED | {"reference": ""})
    assert missing.status_code == 422
    assert way(world) is None
    assert clara.post(f"{people}/permissions/{sheet.public_id}/paper", data=SIGNED).status_code == 303
    row = now(world, line)
    assert (row.state, row.form) == (ConsentState.GIVEN, ConsentForm.PAPER)
    assert row.evidence == {"signed_on": "2026-09-14", "reference": "Akte 12/3"}
    assert (way(world), way(world, "reminders")) == (Channel.PRINT, None)
    again = clara.post(f"{people}/permissions/{sheet.public_id}/paper", data=SIGNED)
    assert (again.status_code, len(rows(world, Consent))) == (303, 1), "a second tap shows what holds"
    assert clara.get(f"{people}/consents/{line.public_id}/receipt").status_code == 200


def test_a_new_signature_ends_what_was_chosen_before_and_a_no_ends_nothing(world, sign_in, people):
    clara = sign_in("clara")
    first, line = asked(world, clara, people)
    clara.post(f"{people}/permissions/{first.public_id}/paper", data=SIGNED)
    second, other = asked(world, clara, people, questions="")
    assert clara.post(f"{people}/permissions/{second.public_id}/paper", data=SIGNED).status_code == 303
    assert [now(world, one).state for one in (line, other)] == [ConsentState.WITHDRAWN, ConsentState.GIVEN]
    third, refused = asked(world, clara, people, changes="")
    assert clara.post(f"{people}/permissions/{third.public_id}/refusal").status_code == 303
    assert [now(world, one).state for one in (other, refused)] == [ConsentState.GIVEN, ConsentState.REFUSED]
    resting = clara.post(f"{people}/permissions/messages", data=LETTERS)
    assert (resting.status_code, "Dazu gab es ein Nein." in resting.text) == (409, True)


def test_to_be_counted_is_a_sheet_of_its_own_that_can_wait(world, sign_in, people):
    clara = sign_in("clara")
    answer = clara.post(f"{people}/permissions/evaluation")
    assert "Ohne Ihren Namen" in clara.get(answer.location).text
    assert clara.post(f"{answer.location}/deferral").status_code == 303
    (line,) = rows(world, Consent)
    assert (line.scope, line.state) == (Scope.EVALUATION, ConsentState.DEFERRED)
    assert "später" in clara.get(f"{people}/permissions").text
    assert clara.post(f"{answer.location}/paper", data=SIGNED).status_code == 303
    assert now(world, line).state is ConsentState.GIVEN
    assert "Zählt mit, bis" in clara.get(f"{people}/permissions").text


def test_only_ways_there_are_and_a_newer_sheet_replaces_the_open_one(world, sign_in, people):
    clara = sign_in("clara")
    for wrong in ({"changes": "phone"}, {"changes": "", "questions": ""}):
        assert clara.post(f"{people}/permissions/messages", data=LETTERS | wrong).status_code == 422
    assert rows(world, Consent) == []
    sheet, old = asked(world, clara, people)
    _, new = asked(world, clara, people, reminders="letter")
    assert [now(world, one).state for one in (old, new)] == [ConsentState.EXPIRED, ConsentState.REQUESTED]
    assert clara.post(f"{people}/permissions/{sheet.public_id}/paper", data=SIGNED).status_code == 303
    assert way(world) is None, "the old sheet counts no more"


def test_the_person_may_answer_it_on_the_own_page_too(world, app, sign_in, people):
    _, line = asked(world, sign_in("clara"), people)
    heinz = enter(app, give_card(world, world.cast.heinz))
    assert line.public_id in heinz.get("/me/consents").text
    assert "So erreichen wir Sie." in heinz.get(f"/me/consents/{line.public_id}").text
    assert heinz.post(f"/me/consents/{line.public_id}/answer", data={"answer": "yes"}).status_code == 303
    assert way(world) is Channel.PRINT


def test_a_deputy_records_it_without_reading_the_words_and_strangers_find_nothing(world, sign_in, people, subtests):
    sheet, line = asked(world, sign_in("clara"), people)
    address = f"{people}/permissions/{sheet.public_id}"
    for key in ("cem", "petra", "frank", "lena", "nora", "anna", "otto", "fred"):
        with subtests.test(key=key):
            browser = sign_in(key)
            for page in (f"{people}/permissions", address, f"{address}/paper"):
                assert browser.get(page).status_code == 404
            for page in (f"{people}/permissions/messages", f"{people}/permissions/evaluation", f"{address}/paper"):
                assert browser.post(page, data=LETTERS | SIGNED).status_code == 404
            assert browser.get(f"/sheets?number={sheet.reference}").status_code in (200, 404)
    other = f"/people/{world.cast.tarik.public_id}/permissions/{sheet.public_id}"
    assert sign_in("clara").get(other).status_code == 404
    assert now(world, line).state is ConsentState.REQUESTED
    deputy(world)
    page = sign_in("fred").get(address).text
    assert "Den Wortlaut lesen" in page
    assert "Wenn sich ein Termin ändert" not in page
    assert sign_in("fred").get(f"{address}/paper").status_code == 404


def test_the_person_alone_is_never_asked_by_somebody_else(world, app, people):
    actor = person_actor(world.cast.heinz)
    assert actor.participant_id == world.cast.heinz.id
    heinz = enter(app, give_card(world, world.cast.heinz))
    assert heinz.post(f"{people}/permissions/evaluation").status_code == 404
    assert rows(world, Consent) == []
