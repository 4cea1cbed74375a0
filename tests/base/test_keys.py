"""The key file."""

from pathlib import Path

import pytest

from hub.errors import ConfigurationError
from hub.keys import new_keys, read_keys, with_new_field_key, write_keys


def test_keys_written_are_read_back_and_only_the_owner_may_read(tmp_path: Path) -> None:
    path, keys = tmp_path / "keys.toml", new_keys()
    write_keys(path, keys)
    assert read_keys(path) == keys
    assert path.stat().st_mode & 0o077 == 0


def test_a_missing_file_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="hub init"):
        read_keys(tmp_path / "keys.toml")


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    write_keys(path, new_keys())
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_keys(path)


@pytest.mark.parametrize("weak", ["changeme", "x" * 64, ""])
def test_a_default_or_short_session_key_is_refused(tmp_path: Path, weak: str) -> None:
    path, keys = tmp_path / "keys.toml", new_keys()
    write_keys(path, keys)
    path.write_text(path.read_text().replace(keys.session_keys[0], weak))
    with pytest.raises(ConfigurationError, match="default or short"):
        read_keys(path)


def test_an_incomplete_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.touch(0o600)
    with pytest.raises(ConfigurationError, match="not complete"):
        read_keys(path)


def test_a_rotated_ring_keeps_the_older_key_and_the_digest_key() -> None:
    keys = new_keys()
    rotated = with_new_field_key(keys)
    assert rotated.ring.field_keys[1:] == keys.ring.field_keys
    assert rotated.ring.digest_key == keys.ring.digest_key
