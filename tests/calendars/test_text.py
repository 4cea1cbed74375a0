"""Text that people type stays text: cleaned, escaped and folded."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calendars.text import clean_line, clean_lines, clean_uri, escape, fold

LINE_ENDS = ["\r", "\n", "\r\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"]
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
any_text = st.text(st.characters(codec=None), max_size=300)


@pytest.mark.parametrize("end", LINE_ENDS)
def test_every_line_end_becomes_one_space_in_one_line_fields(end):
    assert clean_line(f"Kurs{end}ATTENDEE:x") == "Kurs ATTENDEE:x"


@pytest.mark.parametrize("end", LINE_ENDS[:6])
def test_line_ends_become_line_feeds_in_fields_of_several_lines(end):
    assert clean_lines(f" erst {end}{end} dann{end}") == "erst\n\ndann"


def test_controls_and_lone_surrogates_go():
    assert clean_line("a\x00\x07b\tc\ud800d") == "a b c\ufffdd"


@pytest.mark.parametrize("turning", sorted(TURNING))
def test_nothing_turns_the_direction_of_a_text_around(turning):
    """ "Termin" written backwards behind U+202E would be read as it stands; on a lock screen that is a lie."""
    assert clean_line(f"Termin {turning} nimreT{turning}") == "Termin nimreT"
    assert clean_lines(f"{turning}\neins{turning}\nzwei") == "eins\nzwei"


def test_marks_and_joiners_that_scripts_and_emoji_need_stay():
    assert clean_line("موعد\u200f! \u200eA 👩\u200d🌾") == "موعد\u200f! \u200eA 👩\u200d🌾"


def test_a_no_break_space_is_typography_and_stays():
    assert clean_line("10\u00a0Uhr") == "10\u00a0Uhr"


def test_special_characters_are_escaped_and_colons_are_not():
    assert escape('a\\b;c,d\n"e:f"') == 'a\\\\b\\;c\\,d\\n"e:f"'


def test_an_address_cannot_leave_its_line():
    assert clean_uri(" https://a.example/ü b\r\nX:1 ") == "https://a.example/%C3%BC%20b%0D%0AX:1"


@given(any_text)
def test_a_cleaned_line_is_one_line_for_every_reader(text):
    cleaned = clean_line(text)
    assert len(cleaned.splitlines()) <= 1
    assert clean_line(cleaned) == cleaned
    assert not set(cleaned) & TURNING
    cleaned.encode()


@given(any_text)
def test_cleaned_lines_are_split_by_line_feeds_only(text):
    cleaned = clean_lines(text)
    assert cleaned.splitlines() == [line for line in cleaned.split("\n") if cleaned]


@given(st.text(st.sampled_from("aäß€𝄞 \\,"), max_size=400).map(clean_line))
@example("ä" * 37 + "bb" + "ä" * 40)
@example("x" * 75)
@example("x" * 76)
def test_folding_keeps_75_octets_whole_characters_and_no_blank_at_a_line_end(line):
    folded = fold(f"X-TEXT:{line}").encode()
    assert folded.endswith(b"\r\n")
    physical = folded.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(part) <= 75 for part in physical)
    assert all(part.startswith(b" ") for part in physical[1:])
    assert all(part.decode() and not part.endswith(b" ") for part in physical)
    assert folded.replace(b"\r\n ", b"").decode() == f"X-TEXT:{line}\r\n"
