"""The key file: made once by `hub init`, refused when it is missing, readable by others, default or short."""

import os
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path

from hub import crypto
from hub.errors import ConfigurationError

SHORTEST = 32


@dataclass(frozen=True)
class Keys:
    """The secrets of one installation: for cookies (newest first) and for fields and digests."""

    session_keys: tuple[str, ...]
    ring: crypto.KeyRing


def read_keys(path: Path) -> Keys:
    """Read the key file; raises ConfigurationError when it is missing, too open, or holds a short key."""
    if not path.is_file():
        raise ConfigurationError(f"The key file {path} is missing. Run `hub init` once.")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigurationError(f"The key file {path} can be read by others. Run: chmod 600 {path}")
    try:
        values = tomllib.loads(path.read_text())
        keys = Keys(
            tuple(values["session_keys"]),
            crypto.KeyRing(tuple(values["field_keys"]), bytes.fromhex(values["digest_key"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"The key file {path} is not complete: {error}") from error
    weak = [key for key in keys.session_keys if len(key) < SHORTEST or len(set(key)) < 8]
    if weak or not keys.session_keys or len(set(values["digest_key"])) < 8:
        raise ConfigurationError(f"The key file {path} holds a default or short key. Run `hub init` for a new one.")
    return keys


def write_keys(path: Path, keys: Keys) -> None:
    """Write the key file whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(
        f"{name} = [{', '.join(repr(value) for value in values)}]\n".replace("'", '"')
        for name, values in (("session_keys", keys.session_keys), ("field_keys", keys.ring.field_keys))
    )
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)  # one left over might be open to others
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as target:
        target.write(f'{text}digest_key = "{keys.ring.digest_key.hex()}"\n')
        target.flush()
        os.fsync(target.fileno())  # a key that is lost with the power is lost for good
    draft.replace(path)


def new_keys() -> Keys:
    """Return fresh secrets for a new installation."""
    ring = crypto.KeyRing((crypto.new_field_key(),), os.urandom(32))
    return Keys((crypto.new_token(256),), ring)


def with_new_field_key(keys: Keys) -> Keys:
    """Return the keys with a new field key in front; the older ones still decrypt."""
    ring = crypto.KeyRing((crypto.new_field_key(), *keys.ring.field_keys), keys.ring.digest_key)
    return Keys(keys.session_keys, ring)


def with_new_session_key(keys: Keys) -> Keys:
    """Return the keys with a new one for cookies in front; those of the key before are still believed."""
    return Keys((crypto.new_token(256), keys.session_keys[0]), keys.ring)


def only_newest(keys: Keys) -> Keys:
    """Return the keys without the older ones."""
    return Keys(keys.session_keys[:1], crypto.KeyRing(keys.ring.field_keys[:1], keys.ring.digest_key))
