"""UIDs are stable for one reader, unlinkable between readers, and never ambiguous."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.uid import make_uid

KEY = b"k" * 32
names = st.text(min_size=1, max_size=20)


def test_a_uid_is_pinned_for_ever():
    assert make_uid(KEY, "booking", "b7q2", "termine.example") == "ca4o2ema4cfi2joajeq4o2o3ks@termine.example"


def test_a_uid_has_26_base32_characters_and_the_domain():
    assert re.fullmatch(r"[a-z2-7]{26}@termine\.example", make_uid(KEY, "slot", "s1", "termine.example"))


def test_two_readers_of_one_date_get_different_uids():
    assert make_uid(KEY, "slot", "s1", "t.example") != make_uid(b"l" * 32, "slot", "s1", "t.example")


@given(names, names, names, names)
def test_kind_and_id_never_run_together(kind, public_id, other_kind, other_id):
    same = (kind, public_id) == (other_kind, other_id)
    equal = make_uid(KEY, kind, public_id, "t.example") == make_uid(KEY, other_kind, other_id, "t.example")
    assert equal is same


def test_moving_a_letter_from_kind_to_id_changes_the_uid():
    assert make_uid(KEY, "ab", "c", "t.example") != make_uid(KEY, "a", "bc", "t.example")


@pytest.mark.parametrize(
    ("key", "kind", "public_id", "domain"),
    [
        (b"short", "slot", "s1", "t.example"),
        (KEY, "", "s1", "t.example"),
        (KEY, "slot", "", "t.example"),
        (KEY, "slot", "s1", ""),
        (KEY, "slot", "s1", "T.example"),
        (KEY, "slot", "s1", "t.example\n"),
        (KEY, "slot", "s1", "a@b"),
    ],
)
def test_weak_keys_and_broken_parts_are_refused(key, kind, public_id, domain):
    with pytest.raises(ValueError, match="must"):
        make_uid(key, kind, public_id, domain)
