"""Backups: made while others write, sealed, put back whole or not at all; what has ended since does not run again."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import time_machine

from hub import backups, crypto
from hub.actions import users
from hub.actions.cards import block_card
from hub.actions.exclusions import admit_again, exclude
from hub.actions.log_chain import verify_log
from hub.actions.subscriptions import rotate_subscription
from hub.actions.withdrawals import withdraw_enquiry
from hub.backups import list_backups
from hub.db import Database
from hub.journal import read_journal
from hub.keys import new_keys, write_keys
from hub.models.booking import Booking
from hub.models.card import Card
from hub.models.consent import ConsentState
from hub.models.enquiry import EnquiryState
from hub.models.exclusion import Exclusion
from hub.models.participant import Participant
from hub.models.user import User
from hub.queries.participants import get_participant
from hub.queries.users import get_user
from hub.worker.journal import keep_journal
from hub.worker.loop import chain_all
from tests.commands.conftest import House
from tests.feeds import person, row_of, subscribe
from tests.loop import accepted_enquiry, card_with_pin, coach, now, rows, sent_enquiry, withdraw
from tests.places import book, make_offer, make_slot
from tests.world import AT, KEYS, World

LATER = AT + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _the_worlds_morning() -> Iterator[None]:
    with time_machine.travel(LATER, tick=True):
        yield


def backup(house: House, world: World) -> Path:
    chain_all(world.database, AT)
    done = house.hub("backup")
    assert done.exit_code == 0, done.output
    return list_backups(house.folder / "backups")[-1]


def journal(house: House, world: World) -> None:
    keep_journal(world.database, house.folder / "journal.jsonl", LATER)


@contextmanager
def restored(world: World, url: str) -> Iterator[World]:
    database = Database(url)
    yield World(database, world.cast, url)
    database.close()


def test_a_backup_is_one_sealed_file_with_a_neutral_name(house, world):
    file = backup(house, world)
    assert re.fullmatch(r"hub-20260914T0830\d\dZ\.sealed", file.name)
    data = file.read_bytes()
    assert not any(word in data for word in (b"SQLite format", b"PGDMP", b"clara", b"participants", b"consents"))
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert file.parent.stat().st_mode & 0o077 == 0


def test_what_was_backed_up_can_be_put_back(house, world, bare_url):
    enquiry, consent = accepted_enquiry(world)
    file = backup(house, world)
    journal(house, world)
    done = house.hub("restore", str(file), HUB_DATABASE_URL=bare_url)
    assert done.exit_code == 0, done.output
    with restored(world, bare_url) as again:
        assert now(again, enquiry).state is now(world, enquiry).state
        assert now(again, consent).state is ConsentState.GIVEN
        assert now(again, world.cast.tarik).name == now(world, world.cast.tarik).name
        with again.database.reading() as session:
            assert verify_log(session, at=LATER).first_broken is None
    assert house.hub("check", "--invariants", HUB_DATABASE_URL=bare_url).exit_code == 0


def test_what_has_ended_since_does_not_run_again(house, world, bare_url):
    enquiry, consent = accepted_enquiry(world)
    tarik = person(world, "tarik")
    leaked, _ = subscribe(world, tarik)
    card_with_pin(world, world.cast.tarik)
    file = backup(house, world)
    world.do(rotate_subscription, actor=tarik, subscription=leaked, at=AT)
    withdraw(world, world.cast.tarik, consent)
    otto, clara = world.actor("otto"), world.actor("clara")
    with world.database.transaction() as session:
        users.disable_user(session, actor=otto, user=get_user(session, otto, world.user("sven").public_id), at=AT)
        block_card(
            session, actor=clara, participant=get_participant(session, clara, world.cast.tarik.public_id, at=AT), at=AT
        )
    journal(house, world)
    before = row_of(world, leaked).revision
    done = house.hub("restore", str(file), HUB_DATABASE_URL=bare_url)
    assert done.exit_code == 0, done.output
    with restored(world, bare_url) as again:
        assert now(again, consent).state is ConsentState.WITHDRAWN
        assert now(again, enquiry).state is EnquiryState.WITHDRAWN
        assert now(again, leaked).ended_at is not None
        assert now(again, leaked).revision >= before
        assert now(again, world.user("sven")).disabled_at is not None
        assert all(card.blocked_at for card in rows(again, Card, Card.participant_id == world.cast.tarik.id))
    assert house.hub("check", "--invariants", HUB_DATABASE_URL=bare_url).exit_code == 0


def test_whom_somebody_kept_out_since_is_kept_out_again(house, world, bare_url):
    person_actor, cast = person(world, "tarik"), world.cast
    shared = {"actor": person_actor, "participant": cast.tarik, "at": AT}
    admitted = world.do(exclude, **shared, target=cast.town)
    file = backup(house, world)
    kept_out = [world.do(exclude, **shared, target=target) for target in (cast.club, world.user("petra"))]
    world.do(exclude, **shared, target=cast.clinic)
    journal(house, world)
    for target in (cast.town, cast.clinic):  # one from before the backup, one from after it
        world.do(admit_again, **shared | {"at": LATER}, target=target)
    journal(house, world)
    for words in ([], ["--replace"]):  # a second time finds the same
        done = house.hub("restore", *words, str(file), HUB_DATABASE_URL=bare_url)
        assert done.exit_code == 0, done.output
        with restored(world, bare_url) as back:
            running = rows(back, Exclusion, Exclusion.ended_at.is_(None))
            assert {one.public_id for one in running} == {one.public_id for one in kept_out}
            assert {(one.organisation_id, one.user_id) for one in running} == {
                (cast.club.id, None),
                (None, world.user("petra").id),
            }
            assert now(back, admitted).ended_at is not None
    assert house.hub("check", "--invariants", HUB_DATABASE_URL=bare_url).exit_code == 0


def test_an_enquiry_called_back_since_does_not_come_back(house, world, bare_url):
    enquiry, consent = sent_enquiry(world)
    file = backup(house, world)
    coach(world, enquiry, withdraw_enquiry)
    journal(house, world)
    assert house.hub("restore", str(file), HUB_DATABASE_URL=bare_url).exit_code == 0
    with restored(world, bare_url) as again:
        assert now(again, enquiry).state is EnquiryState.WITHDRAWN
        assert now(again, consent).state is ConsentState.GIVEN


def test_without_the_journal_nobody_restores_by_accident(house, world, bare_url):
    feed, _ = subscribe(world, person(world, "tarik"))
    file = backup(house, world)
    refused = house.hub("restore", str(file), HUB_DATABASE_URL=bare_url)
    assert "--without-journal" in str(refused.exception)
    done = house.hub("restore", "--without-journal", str(file), HUB_DATABASE_URL=bare_url)
    assert done.exit_code == 0, done.output
    assert "IN FORCE AGAIN" in done.output
    with restored(world, bare_url) as again:
        assert now(again, feed).ended_why == "restored"


def test_a_database_that_is_there_is_moved_aside_only_when_told(house, world, bare_url):
    file = backup(house, world)
    journal(house, world)
    assert house.hub("restore", str(file), HUB_DATABASE_URL=bare_url).exit_code == 0
    refused = house.hub("restore", str(file), HUB_DATABASE_URL=bare_url)
    assert "--replace" in str(refused.exception)
    done = house.hub("restore", "--replace", str(file), HUB_DATABASE_URL=bare_url)
    assert done.exit_code == 0, done.output
    assert "before" in done.output.splitlines()[-2]
    with restored(world, bare_url) as again:
        assert len(rows(again, Participant)) == len(rows(world, Participant))


@pytest.mark.parametrize("harm", ["flipped", "cut", "keys"])
def test_a_backup_that_is_not_whole_changes_nothing(house, world, bare_url, harm):
    good = backup(house, world)
    journal(house, world)
    assert house.hub("restore", str(good), HUB_DATABASE_URL=bare_url).exit_code == 0
    data = bytearray(good.read_bytes())
    if harm == "flipped":
        data[len(data) // 2] ^= 1
    bad = house.folder / "hub-20260914T083001Z.sealed"
    bad.write_bytes(data[: len(data) // 2] if harm == "cut" else data)
    if harm == "keys":
        write_keys(house.folder / "keys.toml", new_keys())
    refused = house.hub("restore", "--replace", str(bad), HUB_DATABASE_URL=bare_url)
    assert refused.exit_code == 1
    assert "Error" in type(refused.exception).__name__
    write_keys(house.folder / "keys.toml", KEYS)
    crypto.install(KEYS.ring)
    with restored(world, bare_url) as again:
        assert len(rows(again, User)) == len(rows(world, User))
    if bare_url.startswith("sqlite"):
        assert not list(Path(bare_url.removeprefix("sqlite:///")).parent.glob("*.restoring*"))


def test_the_trial_counts_and_leaves_nothing_behind(house, world):
    file = backup(house, world)
    journal(house, world)
    before = sorted(house.folder.iterdir())
    done = house.hub("restore-test", str(file))
    assert done.exit_code == 0, done.output
    assert "can be put back" in done.output
    assert f"{len(rows(world, Participant)):8}  participants" in done.output
    assert sorted(house.folder.iterdir()) == before


def test_a_manifest_that_counts_other_rows_is_refused(house, world, bare_url, monkeypatch):
    real = backups.questions.count_rows
    monkeypatch.setattr(backups.questions, "count_rows", lambda s: {**real(s), "users": 1})
    file = backup(house, world)
    monkeypatch.undo()
    refused = house.hub("restore", "--without-journal", str(file), HUB_DATABASE_URL=bare_url)
    assert "users" in str(refused.exception)


def test_a_backup_made_while_places_are_taken_is_of_one_instant(house, world, bare_url):
    offer = make_offer(world)
    stop, made = Event(), []

    def work() -> None:
        while not stop.is_set() and len(made) < 200:
            slot = make_slot(world, offer, starts_at=AT + timedelta(days=3, hours=2 * len(made)))
            made.append(book(world, slot, world.cast.tarik))

    others = Thread(target=work)
    others.start()
    try:
        while len(made) < 3:
            assert others.is_alive()
        file = backup(house, world)
    finally:
        stop.set()
        others.join(60)
    journal(house, world)
    assert house.hub("restore", str(file), HUB_DATABASE_URL=bare_url).exit_code == 0
    with restored(world, bare_url) as again:
        assert 3 <= len(rows(again, Booking)) <= len(made)
    assert house.hub("check", "--invariants", HUB_DATABASE_URL=bare_url).exit_code == 0


def test_backups_older_than_thirty_five_days_go(house, world):
    first = backup(house, world)
    with time_machine.travel(LATER + timedelta(days=34)):
        second = backup(house, world)
        assert list_backups(first.parent) == [first, second]
    with time_machine.travel(LATER + timedelta(days=36)):
        third = backup(house, world)
        assert list_backups(first.parent) == [second, third]
        assert house.hub("backup", "--keep-days", "36").exit_code == 2


def test_the_journal_names_nobody(house, world):
    _, consent = sent_enquiry(world)
    withdraw(world, world.cast.tarik, consent)
    journal(house, world)
    text = (house.folder / "journal.jsonl").read_text()
    assert consent.public_id in text
    assert set(json.loads(text.splitlines()[0])) == {"at", "table", "id", "how"}
    assert "Tarik" not in text
    assert world.cast.tarik.public_id not in text
    assert {one.table for one in read_journal(house.folder / "journal.jsonl")} >= {"consents", "enquiries"}
