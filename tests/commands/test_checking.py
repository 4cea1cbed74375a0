"""`hub check` and `hub log verify`: a line each, and a status that a monitor understands."""

from contextlib import contextmanager

import pytest
import time_machine
from sqlalchemy import text

from hub import clock
from hub.actions.log import record
from hub.backup_files import name_of
from hub.models.consent import Consent
from hub.models.offer import Access
from hub.models.slot import Pool
from hub.policy.actor import SYSTEM
from hub.worker.loop import chain_all
from tests.loop import ask
from tests.places import make_offer, make_slot
from tests.world import AT

LINES = [
    *("configuration", "database", "migrations", "mail", "log chain", "words kept"),
    *("invariants", "backup", "statement", "pdf"),
]


def verdicts(result) -> dict[str, tuple[bool, str]]:
    """Return each line's name with its verdict and its words."""
    lines = [(line[:14].strip(), line[15:17] == "ok", line[20:]) for line in result.output.splitlines()]
    return {name: (good, words) for name, good, words in lines}


def with_mail(house, office):
    house.settings["HUB_MAIL_URL"] = f"smtp://127.0.0.1:{office.port}"
    return house


@contextmanager
def without_triggers(world, table):
    """Let a test do to the log what the house forbids."""
    with world.database.transaction() as session:
        if world.url.startswith("sqlite"):
            names = session.scalars(
                text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name=:table"), {"table": table}
            ).all()
            assert names
            for name in names:
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield session


def chained(world, rows: int = 3) -> None:
    with world.database.transaction() as session:
        for number in range(rows):
            record(session, actor=SYSTEM, action=f"test.{number}", at=world.at)
    chain_all(world.database, world.at)


def test_a_house_in_order_has_a_good_line_for_everything(house, world, post_office):
    chained(world)
    done = with_mail(house, post_office).hub("check")
    assert done.exit_code == 0, done.output
    assert list(verdicts(done)) == LINES
    assert all(good for good, _ in verdicts(done).values())
    assert verdicts(done)["mail"][1] == "127.0.0.1 answers, protection: none"


def only_bad(result, name: str, words: str) -> None:
    """Assert that exactly one line says NO, with these words, and that the status says so too."""
    found = verdicts(result)
    assert {line for line, (good, _) in found.items() if not good} == {name}, result.output
    assert words in found[name][1]
    assert result.exit_code == 1


def test_a_mail_server_that_is_down_is_named(house):
    only_bad(house.hub("check"), "mail", "refused")


def test_production_without_a_mail_server_is_not_in_order(house):
    backups = house.folder / "backups"
    backups.mkdir()
    (backups / name_of(clock.now())).touch()
    done = house.hub("check", HUB_MAIL_URL="", HUB_ENVIRONMENT="production", HUB_PUBLIC_URL="https://t.example")
    only_bad(done, "mail", "no mail leaves")


def test_an_open_key_file_is_named(house):
    house.key_file.chmod(0o640)
    only_bad(house.hub("check"), "configuration", "chmod 600")


def test_missing_migrations_are_named(house, world, post_office):
    with world.database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    only_bad(with_mail(house, post_office).hub("check"), "migrations", "hub migrate")


def test_a_wrong_counter_is_named(house, world, post_office):
    slot = make_slot(world, make_offer(world))
    with world.database.transaction() as session:
        session.get_one(Pool, slot.pools[0].id).taken = 2
    done = with_mail(house, post_office).hub("check")
    only_bad(done, "invariants", "pools count their live bookings: broken by 1")
    assert house.hub("check", "--invariants").exit_code == 1


def test_words_that_are_not_those_a_person_read_are_named(house, world, post_office):
    asked = ask(world, world.cast.tarik, make_offer(world, owner="clinic", access=Access.REQUEST), None)
    good = with_mail(house, post_office).hub("check")
    assert verdicts(good)["words kept"] == (True, "1 match their hashes")
    with world.database.transaction() as session:
        session.get_one(Consent, asked.id).notice_text = asked.notice_text.replace("Tarik", "Karim")
    done = with_mail(house, post_office).hub("check")
    only_bad(done, "words kept", f"1 of 1 do not match their hash, the first is {asked.public_id}")
    assert house.hub("check", "--invariants").exit_code == 0


def test_new_keys_leave_the_words_as_they_were(house, world):
    ask(world, world.cast.tarik, make_offer(world, owner="clinic", access=Access.REQUEST), None)
    assert house.hub("keys", "rotate").exit_code == 0
    assert verdicts(house.hub("check"))["words kept"] == (True, "1 match their hashes")


def test_a_broken_chain_is_named_by_both_commands(house, world, post_office):
    chained(world)
    head = house.hub("log", "verify").output.split()[-1]
    assert house.hub("log", "verify", "--anchor", head).exit_code == 0
    with without_triggers(world, "log_entries") as session:
        session.execute(text("UPDATE log_entries SET action = 'test.other' WHERE action = 'test.1'"))
    only_bad(with_mail(house, post_office).hub("check"), "log chain", "broken at number 2")
    done = house.hub("log", "verify")
    assert (done.exit_code, "BROKEN at number 2." in done.output) == (1, True)


def test_a_tail_cut_off_is_seen_with_a_head_kept_elsewhere(house, world):
    chained(world)
    head = house.hub("log", "verify").output.split()[-1]
    with without_triggers(world, "log_chain") as session:
        session.execute(text("DELETE FROM log_chain WHERE number = 3"))
    assert house.hub("log", "verify").exit_code == 0
    done = house.hub("log", "verify", "--anchor", head)
    assert (done.exit_code, "BROKEN at number 3." in done.output) == (1, True)


@pytest.mark.parametrize("anchor", ["3", "3:", f"x:{'0' * 64}"])
def test_an_anchor_that_is_none_is_refused(house, anchor):
    done = house.hub("log", "verify", "--anchor", anchor)
    assert (done.exit_code, "number:digest" in done.output) == (2, True)


def test_verifying_is_logged(house, world):
    assert house.hub("log", "verify").exit_code == 0
    with world.database.reading() as session:
        query = text("SELECT count(*) FROM log_entries WHERE action = 'log.verified' AND result = 'ok'")
        assert session.scalar(query) == 1


def test_a_broken_database_makes_lines_and_no_trace(house, bare_url):
    done = house.hub("check", HUB_DATABASE_URL=bare_url)
    assert done.exit_code == 1
    assert list(verdicts(done)) == LINES
    assert {name for name, (good, _) in verdicts(done).items() if good} == {
        "configuration",
        "database",
        "backup",
        "statement",
        "pdf",
    }


def test_a_house_whose_backups_stopped_is_not_in_order(house, world):
    folder = house.folder / "backups"
    folder.mkdir()
    production = {"HUB_ENVIRONMENT": "production", "HUB_PUBLIC_URL": "https://termine.example"}
    with time_machine.travel(AT):
        assert verdicts(house.hub("check"))["backup"] == (True, "none yet: hub backup"), "a demo needs none"
        assert verdicts(house.hub("check", **production))["backup"] == (False, "there is none yet: hub backup")
        (folder / "hub-20260912T050000Z.sealed").touch()
        good, reason = verdicts(house.hub("check", **production))["backup"]
        assert (good, reason) == (False, "the newest is of 2026-09-12 05:00 UTC, 2 days old")
        (folder / "hub-20260914T050000Z.sealed").touch()
        assert verdicts(house.hub("check", **production))["backup"] == (
            True,
            "the newest is of 2026-09-14 05:00 UTC, 2 kept",
        )
