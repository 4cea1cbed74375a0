"""A partner leaves, on the coordinator's page: first what it means, then nobody there gets in with the next request."""

from hub.models.organisation import Organisation
from tests.loop import now, sent_enquiry


def address(world, key="clinic"):
    return f"/organisations/{world.cast.organisations[key].public_id}/leaving"


def test_an_open_session_ends_with_the_next_request(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    nora, petra = sign_in("nora"), sign_in("petra")
    inbox = f"/inbox/{enquiry.reference}"
    assert petra.get(inbox).status_code == 200
    clinic = world.cast.organisations["clinic"]
    assert address(world) in nora.get(f"/organisations/{clinic.public_id}").text
    assert "Das passiert dann" in nora.get(address(world)).text
    assert petra.get(inbox).status_code == 200, "looking changes nothing"
    assert nora.post(address(world)).status_code == 303
    assert petra.get(inbox).status_code in (302, 303, 404)
    assert "Rückenschule" not in petra.get(inbox).text
    assert sign_in("petra").get(inbox).status_code == 404, "an account without a seat sees nothing"
    assert nora.get(address(world)).status_code == 404
    assert nora.post(address(world)).status_code == 409
    assert "Gehört seit" in nora.get(f"/organisations/{clinic.public_id}").text


def test_for_everybody_else_there_is_no_such_page(world, sign_in, subtests):
    for key in ["clara", "cem", "frank", "lena", "petra", "kerstin", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            assert browser.get(address(world)).status_code == 404
            assert browser.post(address(world)).status_code == 404
            assert now(world, world.cast.organisations["clinic"]).ended_at is None


def test_a_jobcenter_stays_and_the_page_says_why(world, sign_in):
    answer = sign_in("nora").post(address(world, "jc_meissen"))
    assert answer.status_code == 409
    assert "Das geht nur bei Partnern" in answer.text
    with world.database.reading() as session:
        assert session.get_one(Organisation, world.cast.organisations["jc_meissen"].id).ended_at is None
