"""Sealed files: what goes in comes out, and nothing that was touched on the way."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.crypto import KeyRing, new_field_key
from hub.errors import ConfigurationError
from hub.sealed_files import CHUNK, HEAD, MAGIC, SALT, TAG, seal, unseal

RING = KeyRing((new_field_key(),), bytes(range(32)))
OTHER = KeyRing(RING.field_keys, bytes(range(1, 33)))
FIRST = len(MAGIC) + SALT  # where the first chunk begins


def sealed(*pieces: bytes) -> bytes:
    target = io.BytesIO()
    seal(iter(pieces), target, RING, "backup")
    return target.getvalue()


def opened(data: bytes, ring: KeyRing = RING, purpose: str = "backup") -> bytes:
    return b"".join(unseal(io.BytesIO(data), ring, purpose))


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_goes_in_comes_out(length):
    content = bytes(number % 251 for number in range(length))
    data = sealed(content[:7], content[7:])
    assert opened(data) == content
    assert content[:64] not in data or length < 16


def test_one_content_sealed_twice_looks_different():
    assert sealed(b"the same") != sealed(b"the same")


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_one_turned_bit_is_noticed(place, bit):
    data = bytearray(sealed(b"x" * 300))
    data[place % len(data)] ^= 1 << bit
    with pytest.raises(ConfigurationError):
        opened(bytes(data))


@given(length=st.integers(min_value=0))
def test_a_file_that_is_cut_is_noticed(length):
    data = sealed(b"x" * 300)
    with pytest.raises(ConfigurationError):
        opened(data[: length % len(data)])


def test_chunks_that_are_left_out_exchanged_or_added_are_noticed():
    data = sealed(b"a" * CHUNK, b"b" * CHUNK, b"c")
    step = HEAD.size + CHUNK + TAG
    first, second, last = data[FIRST : FIRST + step], data[FIRST + step : FIRST + 2 * step], data[FIRST + 2 * step :]
    for wrong in (first + last, second + first + last, first + second, first + second + last + last):
        with pytest.raises(ConfigurationError):
            opened(data[:FIRST] + wrong)
    assert opened(data[:FIRST] + first + second + last) == b"a" * CHUNK + b"b" * CHUNK + b"c"


def test_neither_another_house_nor_another_purpose_opens_it():
    with pytest.raises(ConfigurationError, match="another house"):
        opened(sealed(b"secret"), OTHER)
    with pytest.raises(ConfigurationError, match="another house"):
        opened(sealed(b"secret"), purpose="letters")
