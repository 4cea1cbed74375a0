"""The page behind a mail's link: looking changes nothing, one tap answers once, no name is ever shown."""

from datetime import timedelta

import pytest

from hub.actions.links import issue_link, link_token
from hub.errors import NotAllowed
from hub.models.enquiry import EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Link
from hub.queries.links import find_link
from tests.loop import now, rows, sent_enquiry, withdraw


@pytest.fixture
def linked(world):
    """An enquiry the clinic has, the consent it was sent under, and the token of its link."""
    enquiry, consent = sent_enquiry(world)
    link = world.do(issue_link, enquiry=enquiry, organisation_id=enquiry.organisation_id, at=world.at)
    return enquiry, consent, link_token(link)


@pytest.fixture
def stranger(app):
    """A browser without any login."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def test_looking_changes_nothing(world, stranger, linked):
    enquiry, _, token = linked
    for _ in range(5):
        page = stranger.get(f"/links/{token}")
        assert page.status_code == 200
        assert stranger.head(f"/links/{token}").status_code == 200
    after = now(world, enquiry)
    assert (after.state, after.version) == (EnquiryState.SENT, enquiry.version)
    assert rows(world, Link)[0].used_at is None
    for secret in ("Tarik", "Demirci", "Coswig", "0151", "Clara"):
        assert secret not in page.text
    assert "Jemand möchte bei Ihnen mitmachen." in page.text


def test_one_tap_accepts_once_and_names_need_a_login(world, stranger, linked):
    enquiry, _, token = linked
    assert stranger.post(f"/links/{token}/acceptance", data={"version": enquiry.version}).status_code == 303
    after = now(world, enquiry)
    assert (after.state, after.answered_by_link) == (EnquiryState.RUNNING, True)
    page = stranger.get(f"/links/{token}").text
    assert "Namen zeigt diese Seite nie." in page
    assert "Demirci" not in page
    assert stranger.post(f"/links/{token}/acceptance", data={}).status_code == 409
    assert stranger.post(f"/links/{token}/decline", data={"reason": "other"}).status_code == 409
    assert stranger.get(f"/inbox/{enquiry.reference}").location.startswith("/login")
    assert rows(world, LogEntry, LogEntry.action == "enquiry.accepted")[0].actor_kind == "link"


def test_declining_and_asking_back_take_codes_only(world, stranger, linked):
    enquiry, _, token = linked
    assert stranger.post(f"/links/{token}/question", data={"question": "Was hat er?"}).status_code == 422
    assert stranger.post(f"/links/{token}/question", data={"question": "times"}).status_code == 303
    assert now(world, enquiry).state is EnquiryState.RETURNED
    assert "wir klären Ihre Frage" in stranger.get(f"/links/{token}").text


def test_after_a_withdrawal_the_link_shows_the_tombstone(world, stranger, linked):
    enquiry, consent, token = linked
    withdraw(world, world.cast.tarik, consent)
    page = stranger.get(f"/links/{token}").text
    assert "zurückgezogen" in page
    assert "Rückenschule" not in page
    assert stranger.post(f"/links/{token}/acceptance", data={}).status_code == 409
    assert now(world, enquiry).state is EnquiryState.WITHDRAWN


def test_a_link_ends_after_a_fortnight_and_a_wrong_one_is_nothing(world, stranger, linked):
    enquiry, _, token = linked
    for wrong in (token[:-1], token + "a", "x" * 32):
        assert stranger.get(f"/links/{wrong}").status_code == 404
    with world.database.reading() as session:
        assert find_link(session, token, world.at + timedelta(days=14, seconds=-1)) is not None
        assert find_link(session, token, world.at + timedelta(days=14)) is None
    assert now(world, enquiry).state is EnquiryState.SENT


def test_a_mail_sent_again_carries_the_same_link_and_the_database_no_token(world, linked):
    enquiry, _, token = linked
    again = world.do(issue_link, enquiry=enquiry, organisation_id=enquiry.organisation_id, at=world.at)
    assert link_token(again) == token
    assert len(rows(world, Link)) == 1
    assert token not in str({name: str(value) for name, value in vars(rows(world, Link)[0]).items()})


def test_a_partner_makes_no_links(world, linked):
    enquiry, _, _ = linked
    for key in ("petra", "cem", "nora", "fred"):
        with pytest.raises(NotAllowed):
            world.do(
                issue_link,
                actor=world.actor(key),
                enquiry=enquiry,
                organisation_id=enquiry.organisation_id,
                at=world.at,
            )
