"""Text that stays text: cleaning, escaping and folding of content lines."""

import re
from urllib.parse import quote

_NEWLINES = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
# Blanks, and everything a reader might take for a line end or choke on: C0, DEL, C1, line and paragraph separator.
_BLANKS_AND_CONTROLS = re.compile("[ \x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
# They turn the order of the letters that follow: what a lock screen shows would not be what was written.
# Arabic and Hebrew need none of them; the marks U+200E and U+200F move nothing but themselves, and stay.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NOT_IN_URI = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_FOLD_AT = 75
_BLANK = ord(" ")
_CONTINUES = 0x80  # the two upper bits of the second and later bytes of a UTF-8 sequence


def clean_line(text: str) -> str:
    """One line of prose: every run of line ends, controls and blanks becomes one space, the edges are trimmed.

    Characters that turn the direction of the text around them (U+202A to U+202E, U+2066 to U+2069) go without a trace.
    """
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    return _SURROGATES.sub("\ufffd", _BLANKS_AND_CONTROLS.sub(" ", _TURNING.sub("", text))).strip(" ")


def clean_lines(text: str) -> str:
    """Prose of several lines, each cleaned like `clean_line`, joined by LF; empty lines at both edges go."""
    return "\n".join(clean_line(line) for line in _NEWLINES.split(text)).strip("\n")


def escape(text: str) -> str:
    """A cleaned text as TEXT value (RFC 5545, 3.3.11): backslash, semicolon, comma and LF are escaped."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def clean_uri(address: str) -> str:
    """A URI value (RFC 5545, 3.3.13): whatever RFC 3986 does not allow is percent-encoded.

    This includes the backslash, which some programs would take for an escape.
    """
    return _NOT_IN_URI.sub(lambda found: quote(found[0], safe="", errors="replace"), address.strip())


def fold(line: str) -> str:
    """One content line with CRLF, folded at 75 octets (RFC 5545, 3.1).

    No UTF-8 sequence is cut. No physical line ends in a blank, as transports and editors strip those.
    """
    if len(line) <= _FOLD_AT and (line.isascii() or len(line.encode()) <= _FOLD_AT):
        return line + "\r\n"
    octets, parts, room = line.encode(), [], _FOLD_AT
    while len(octets) > room:
        cut = room
        while octets[cut] & 0xC0 == _CONTINUES or octets[cut - 1] == _BLANK:
            cut -= 1
        parts.append(octets[:cut].decode())
        octets, room = octets[cut:], _FOLD_AT - 1
    return "\r\n ".join([*parts, octets.decode()]) + "\r\n"
