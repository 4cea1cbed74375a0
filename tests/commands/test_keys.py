"""Rotating keys: every sealed field stays readable, and an old key opens nothing any more."""

import pytest
from sqlalchemy import select, text

from hub import crypto, keys
from hub.db import Sealed
from hub.errors import ConfigurationError
from hub.keys import only_newest, read_keys, with_new_field_key, with_new_session_key, write_keys
from hub.models import Base
from hub.models.card import Card
from hub.models.log import LogEntry
from hub.models.participant import Participant, Participation
from hub.queries.sealed import list_sealed, replace_sealed, sealed_columns
from tests.places import give_consent, make_offer, make_people
from tests.world import KEYS


def fill(world) -> None:
    """Put something into sealed columns of several tables, more than one batch of it."""
    offer = make_offer(world, join_link="https://treffen.example/1")
    give_consent(world, world.cast.tarik, offer, groups=("I0",))
    make_people(world, 230)
    with world.database.transaction() as session:
        card = Card(participant_id=world.cast.tarik.id, code="abcd", code_digest="0" * 64, issued_at=world.at)
        session.add(card)


def opened(world) -> list[object]:
    """Return the content of sealed columns as the house reads it."""
    with world.database.reading() as session:
        names = session.scalars(select(Participant.name).order_by(Participant.id)).all()
        reasons = session.scalars(select(Participation.criteria).order_by(Participation.id)).all()
        return [*names, *reasons, session.scalars(select(Card.code)).one()]


def ciphertexts(world) -> list[str]:
    """Return every sealed value as the database has it."""
    found = []
    with world.database.reading() as session:
        for table, column in sealed_columns():
            query = text(f'SELECT "{column.name}" FROM {table.name} WHERE "{column.name}" IS NOT NULL')
            found += session.scalars(query).all()
    return found


def test_every_sealed_column_is_rotated():
    expected = {(t.name, c.name) for t in Base.metadata.tables.values() for c in t.c if isinstance(c.type, Sealed)}
    assert {(table.name, column.name) for table, column in sealed_columns()} == expected
    assert ("participants", "name") in expected


def test_after_a_rotation_everything_is_readable_under_the_new_key_alone(house, world):
    fill(world)
    before = opened(world)
    assert len(ciphertexts(world)) > 700
    done = house.hub("keys", "rotate")
    assert done.exit_code == 0, done.output
    assert opened(world) == before
    rotated = read_keys(house.key_file)
    assert rotated.ring.field_keys[1:] == KEYS.ring.field_keys
    assert rotated.session_keys[1:] == KEYS.session_keys
    assert f"{len(ciphertexts(world))} fields" in done.output
    newest = only_newest(rotated).ring
    assert all(newest.decrypt(one) for one in ciphertexts(world))


def test_dropping_the_old_key_makes_it_useless(house, world):
    fill(world)
    before = opened(world)
    done = house.hub("keys", "rotate", "--drop-old", "--yes")
    assert done.exit_code == 0, done.output
    assert opened(world) == before
    left = read_keys(house.key_file)
    assert (len(left.ring.field_keys), len(left.session_keys)) == (1, 1)
    assert left.ring.digest_key == KEYS.ring.digest_key
    for one in ciphertexts(world):
        with pytest.raises(ConfigurationError):
            KEYS.ring.decrypt(one)
    with world.database.reading() as session:
        assert session.scalars(select(LogEntry.actor_ref).where(LogEntry.action == "keys.rotated")).all() == ["system"]


def test_the_old_key_is_dropped_only_with_server_and_worker_stopped(house):
    done = house.hub("keys", "rotate", "--drop-old")  # nobody answers the question
    assert (done.exit_code, "Both stopped?" in done.output) == (1, True)
    assert read_keys(house.key_file) == KEYS


def test_a_field_under_an_unknown_key_stops_the_rotation_and_no_key_is_lost(house, world):
    foreign = crypto.KeyRing((crypto.new_field_key(),), bytes(32)).encrypt('"x"')
    with world.database.transaction() as session:
        session.execute(text("UPDATE participants SET notes = :sealed"), {"sealed": foreign})
    done = house.hub("keys", "rotate", "--drop-old", "--yes")
    assert isinstance(done.exception, ConfigurationError)
    assert KEYS.ring.field_keys[0] in read_keys(house.key_file).ring.field_keys


def test_a_value_that_changed_meanwhile_is_left_alone(world):
    """Somebody saves a person between the reading and the writing of a batch: theirs stays."""
    table, column = next(pair for pair in sealed_columns() if (pair[0].name, pair[1].name) == ("participants", "name"))
    with world.database.reading() as session:
        row, read = list_sealed(session, table, column, after=world.cast.tarik.id - 1, limit=1)[0]
    with world.database.transaction() as session:
        session.get_one(Participant, row).name = {"given": "Neu"}
    with world.database.transaction() as session:
        replace_sealed(session, table, column, [(row, read, KEYS.ring.rotate(read))])
    with world.database.reading() as session:
        assert session.get_one(Participant, row).name == {"given": "Neu"}


def test_a_key_file_is_never_open_even_if_a_draft_was_left(tmp_path):
    path = tmp_path / "keys.toml"
    draft = path.with_suffix(".new")
    draft.touch(0o666)
    draft.chmod(0o666)
    rotated = with_new_session_key(with_new_field_key(keys.new_keys()))
    write_keys(path, rotated)
    assert path.stat().st_mode & 0o077 == 0
    assert only_newest(read_keys(path)).session_keys == rotated.session_keys[:1]
