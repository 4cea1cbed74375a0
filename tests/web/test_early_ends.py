"""The pages for ending a participation early: the coach proposes, the case manager decides, nobody else sees them."""

from datetime import timedelta

from hub import clock
from hub.models.participant import EarlyEnd, EarlyEndState, Participation
from tests.places import all_rows


def entries(world, **values):
    day = clock.local_date(world.at) + timedelta(days=10)
    return {"last_on": day.isoformat(), "reason": "work"} | values


def test_the_coach_proposes_and_the_case_manager_agrees(world, sign_in):
    person = world.cast.tarik.public_id
    clara = sign_in("clara")
    assert f"/people/{person}/early-end/new" in clara.get(f"/people/{person}").text
    assert "Soll die Teilnahme von Tarik Demirci früher enden?" in clara.get(f"/people/{person}/early-end/new").text
    assert clara.post(f"/people/{person}/early-end", data=entries(world)).status_code == 303
    assert "wartet schon auf das Fallmanagement" in clara.get(f"/people/{person}/early-end/new").text
    proposal = all_rows(world, EarlyEnd)[0]
    frank = sign_in("frank")
    assert "Ein Vorschlag wartet auf Sie." in frank.get("/participations").text
    page = frank.get(f"/early-ends/{proposal.public_id}").text
    assert "Arbeit oder Ausbildung beginnt" in page
    assert "checked" not in page
    answer = {"answer": "yes", "version": str(proposal.version)}
    assert frank.post(f"/early-ends/{proposal.public_id}/decision", data=answer).status_code == 303
    again = frank.post(f"/early-ends/{proposal.public_id}/decision", data=answer)
    assert again.status_code == 409
    assert all_rows(world, EarlyEnd)[0].state is EarlyEndState.AGREED
    ends = {row.participant_id: row.ends_on for row in all_rows(world, Participation)}
    assert ends[world.cast.tarik.id] == proposal.last_on


def test_entries_are_kept_and_what_is_wrong_is_named(world, sign_in):
    person = world.cast.tarik.public_id
    answer = sign_in("clara").post(f"/people/{person}/early-end", data=entries(world, last_on="2026-09-01"))
    assert answer.status_code == 422
    assert "Dieser Tag ist schon vorbei." in answer.text
    assert 'value="2026-09-01"' in answer.text
    missing = sign_in("clara").post(f"/people/{person}/early-end", data={"last_on": "", "reason": ""})
    assert "Wann soll die Teilnahme enden?" in missing.text
    assert "Bitte wählen Sie einen Grund." in missing.text


def test_an_answer_is_needed(world, sign_in):
    sign_in("clara").post(f"/people/{world.cast.tarik.public_id}/early-end", data=entries(world))
    proposal = all_rows(world, EarlyEnd)[0]
    assert sign_in("frank").post(f"/early-ends/{proposal.public_id}/decision", data={}).status_code == 422


def test_for_everybody_else_these_pages_do_not_exist(world, sign_in, subtests):
    sign_in("clara").post(f"/people/{world.cast.tarik.public_id}/early-end", data=entries(world))
    for key in ["cem", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            proposal, browser = all_rows(world, EarlyEnd)[0], sign_in(key)
            for path in (f"/people/{world.cast.tarik.public_id}/early-end/new", f"/early-ends/{proposal.public_id}"):
                assert browser.get(path).status_code == 404
            answer = browser.post(f"/early-ends/{proposal.public_id}/decision", data={"answer": "yes"})
            assert answer.status_code == 404
            assert all_rows(world, EarlyEnd)[0].state is EarlyEndState.PROPOSED
