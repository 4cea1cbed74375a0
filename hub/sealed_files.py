"""Files sealed in chunks under a key of the house: what is cut, changed, reordered or of others does not open."""

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.crypto import KeyRing
from hub.errors import ConfigurationError

# A stream of sealed chunks, each bound to its number and to being the last (Hoang, Reyhanitabar, Rogaway, Vizár 2015).
MAGIC: Final = b"HUBSEAL1"
SALT: Final = 16
CHUNK: Final = 1 << 20  # bytes of content
HEAD: Final = struct.Struct(">I?")  # length of the sealed chunk; whether it is the last one
TAG: Final = 16


def seal(content: Iterator[bytes], target: BinaryIO, ring: KeyRing, purpose: str) -> None:
    """Write the content sealed; every file has a key of its own, derived from the ring's digest key."""
    salt = os.urandom(SALT)
    cipher = _cipher(ring, purpose, salt)
    target.write(MAGIC + salt)
    number, held = 0, b""
    for piece in content:
        held += piece
        while len(held) > CHUNK:
            _write(target, cipher, number, held[:CHUNK], last=False)
            number, held = number + 1, held[CHUNK:]
    _write(target, cipher, number, held, last=True)


def unseal(source: BinaryIO, ring: KeyRing, purpose: str) -> Iterator[bytes]:
    """Yield the content in pieces; raises ConfigurationError where the file is not whole, or of another house.

    What was yielded before that may be used for nothing.
    """
    if source.read(len(MAGIC)) != MAGIC:
        raise ConfigurationError("This is no file that `hub backup` has written.")
    cipher, number, last = _cipher(ring, purpose, source.read(SALT)), 0, False
    while not last:
        head = source.read(HEAD.size)
        if len(head) < HEAD.size:
            raise ConfigurationError("The file is cut off.")
        length, last = HEAD.unpack(head)
        chunk = source.read(min(length, CHUNK + TAG))
        if len(chunk) < length:
            raise ConfigurationError("The file is cut off or damaged.")
        try:
            yield cipher.decrypt(_nonce(number), chunk, head[-1:])
        except InvalidTag as error:
            reason = "The file is damaged, or it was sealed with the keys of another house."
            raise ConfigurationError(reason) from error
        number += 1
    if source.read(1):
        raise ConfigurationError("Something stands behind the end of the file.")


def _write(target: BinaryIO, cipher: AESGCM, number: int, content: bytes, *, last: bool) -> None:
    head = HEAD.pack(len(content) + TAG, last)
    target.write(head + cipher.encrypt(_nonce(number), content, head[-1:]))


def _cipher(ring: KeyRing, purpose: str, salt: bytes) -> AESGCM:
    return AESGCM(ring.subkey(purpose, salt.hex()))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
