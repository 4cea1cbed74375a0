"""The deletion journal as a file: nothing twice, nothing half, nothing older than any backup."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import ConfigurationError
from hub.journal import KEPT, Ended, keep_ended, read_journal

AT = datetime(2026, 9, 14, 6, 30, tzinfo=UTC)


def ended(number: int, *, days: int = 0) -> Ended:
    return Ended(AT - timedelta(days=days, minutes=number), "consents", f"id{number}", "withdrawn")


def test_what_is_kept_is_read_and_stands_once(tmp_path):
    path = tmp_path / "journal.jsonl"
    assert keep_ended(path, [ended(1), ended(2)], at=AT) == 2
    assert keep_ended(path, [ended(2), ended(3)], at=AT) == 1
    assert read_journal(path) == [ended(1), ended(2), ended(3)]
    assert path.stat().st_mode & 0o077 == 0


def test_a_house_in_which_nothing_ended_has_an_empty_journal(tmp_path):
    path = tmp_path / "journal.jsonl"
    assert keep_ended(path, [], at=AT) == 0
    assert read_journal(path) == []


def test_a_line_that_was_never_finished_is_written_again(tmp_path):
    path = tmp_path / "journal.jsonl"
    keep_ended(path, [ended(1), ended(2)], at=AT)
    path.write_bytes(path.read_bytes()[:-9])
    assert read_journal(path) == [ended(1)]
    assert keep_ended(path, [ended(2)], at=AT) == 1
    assert read_journal(path) == [ended(1), ended(2)]


def test_lines_older_than_any_backup_fall_out(tmp_path):
    path = tmp_path / "journal.jsonl"
    keep_ended(path, [ended(1), ended(2, days=30)], at=AT)
    keep_ended(path, [], at=AT + KEPT - timedelta(days=29))
    assert read_journal(path) == [ended(1)]


def test_a_damaged_line_is_named(tmp_path):
    path = tmp_path / "journal.jsonl"
    keep_ended(path, [ended(1), ended(2)], at=AT)
    path.write_text(path.read_text().replace("id2", 'id"2'))
    with pytest.raises(ConfigurationError, match="Line 2"):
        read_journal(path)
