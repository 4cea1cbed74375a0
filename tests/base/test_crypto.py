"""Keys, digests and passwords."""

import pytest

from hub import crypto
from hub.errors import ConfigurationError

RING = crypto.KeyRing((crypto.new_field_key(),), bytes(range(32)))


def test_what_is_sealed_opens_again_and_shows_nothing() -> None:
    sealed = RING.encrypt("Wiśniewska")
    assert "Wi" not in sealed[:10]
    assert RING.decrypt(sealed) == "Wiśniewska"


def test_an_older_key_still_opens_and_rotation_moves_to_the_newest() -> None:
    newer = crypto.KeyRing((crypto.new_field_key(), *RING.field_keys), RING.digest_key)
    renewed = newer.rotate(RING.encrypt("Tarik"))
    alone = crypto.KeyRing(newer.field_keys[:1], RING.digest_key)
    assert alone.decrypt(renewed) == "Tarik"
    with pytest.raises(ConfigurationError):
        alone.decrypt(RING.encrypt("Tarik"))


def test_digests_differ_by_purpose_and_key() -> None:
    other = crypto.KeyRing(RING.field_keys, bytes(range(1, 33)))
    digests = {RING.digest("card", "a"), RING.digest("name", "a"), RING.digest("card", "b"), other.digest("card", "a")}
    assert len(digests) == 4


def test_derived_tokens_are_stable_and_long() -> None:
    token = RING.derived_token("link", "abc")
    assert token == RING.derived_token("link", "abc")
    assert len(token) * 5 >= 160


def test_random_tokens_have_the_bits_they_promise() -> None:
    tokens = {crypto.new_token(160) for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) * 5 >= 160 for token in tokens)


def test_public_ids_are_random_and_easy_to_read_aloud() -> None:
    assert len({crypto.new_public_id() for _ in range(200)}) == 200
    assert not set(crypto.new_public_id()) & set("0o1il")


def test_a_password_fits_only_itself_and_nobody_without_one() -> None:
    crypto.cheap_passwords()
    stored = crypto.hash_password("zwölf Zeichen und mehr")
    assert crypto.verify_password(stored, "zwölf Zeichen und mehr")
    assert not crypto.verify_password(stored, "zwölf Zeichen und weniger")
    assert not crypto.verify_password(None, "zwölf Zeichen und mehr")


def test_a_short_digest_key_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        crypto.KeyRing((crypto.new_field_key(),), b"short")
