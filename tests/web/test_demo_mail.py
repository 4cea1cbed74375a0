"""The page of the demo that shows the mails, and its absence everywhere else."""

import pytest

from hub.actions.notices import Facts, announce
from hub.app import create_app
from hub.config import load
from hub.queries.digests import PAUSE
from hub.worker.loop import run_once
from tests.world import KEYS


@pytest.fixture
def demo(world, tmp_path):
    """Give the configuration of a demo whose mails lie in a folder."""
    return load({}, environment="demo", database_url=world.url, data=tmp_path)


def page(world, config):
    return create_app(config, KEYS, world.database).test_client().get("/demo/mail", base_url=config.public_url)


def test_the_demo_shows_the_mails_it_would_have_sent(world, demo):
    assert "Noch keine E-Mail." in page(world, demo).text
    with world.database.transaction() as session:
        announce(session, "slot.moved", Facts(coach_ids=frozenset({world.user("clara").id})), at=world.at - PAUSE)
    assert run_once(world.database, demo)
    shown = page(world, demo).text
    assert "Es gibt etwas Neues" in shown
    assert "clara@demo.invalid" in shown
    assert f'href="{demo.public_url}/login"' in shown
    assert "8:15" in shown  # in local time


def test_a_mail_cannot_bring_markup_into_the_page(world, demo):
    (demo.data / "mail").mkdir()
    raw = b"To: a@b.example\r\nSubject: <b>x</b>\r\nDate: Mon, 14 Sep 2026 06:30:00 +0000\r\n\r\n<script>1</script>\r\n"
    (demo.data / "mail" / "one.eml").write_bytes(raw)
    shown = page(world, demo).text
    assert "&lt;script&gt;" in shown
    assert "<script>1" not in shown
    assert "<b>x" not in shown


def test_outside_the_demo_there_is_no_such_page(world, demo):
    test = load({}, environment="test", database_url=world.url, data=demo.data)
    assert page(world, test).status_code == 404
