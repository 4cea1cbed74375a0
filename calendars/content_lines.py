"""The bytes of a foreign calendar file become calendars, zones and events made of content lines (RFC 5545, 3.1)."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from calendars.read_result import ProblemCode

_STARTS_A_LINE: Final = re.compile(rb"[A-Za-z0-9-]+[;:]")
_OPENS_OR_CLOSES: Final = re.compile(rb"(BEGIN|END):", re.IGNORECASE)
_DATE_VALUE: Final = re.compile(r"[0-9PTWDHMSZ,/:+-]*\Z")
_DATES: Final = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})
_KEPT: Final = _DATES | {
    "UID", "SUMMARY", "DURATION", "RRULE", "STATUS", "TRANSP", "SEQUENCE", "CATEGORIES",
    "TZID", "TZOFFSETFROM", "TZOFFSETTO", "X-WR-TIMEZONE", "METHOD",
}  # fmt: skip
_DEEPEST: Final = 20


class Line(NamedTuple):
    """One unfolded property: name and parameter names in capitals, value as written."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """A component with the properties that matter here and its direct parts."""

    name: str
    lines: dict[str, list[Line]] = field(default_factory=dict)
    parts: list["Component"] = field(default_factory=list)

    def first(self, name: str) -> Line | None:
        """The first property of this name."""
        return self.lines[name][0] if name in self.lines else None

    def text(self, name: str) -> str:
        """The value of the first property of this name without blanks around it; empty if there is none."""
        line = self.first(name)
        return line.value.strip() if line else ""


@dataclass(slots=True)
class ParsedFile:
    """The calendars of a file and what was odd about it as a whole."""

    calendars: list[Component]
    problems: list[ProblemCode]


def parse(data: bytes, *, most_components: int) -> ParsedFile:
    """The calendars in the bytes of a file; never raises.

    Takes UTF-8 or UTF-16 with and without byte order mark, else Windows-1252; CRLF, LF and CR; folds that cut a
    character or lack their blank; files that end too early. Stops after `most_components` components.
    """
    found = ParsedFile([], [])
    stack: list[Component] = []
    components = 0
    for line in _lines(data, found.problems):
        if line.name == "BEGIN":
            components += 1
            if components > most_components or len(stack) >= _DEEPEST:
                found.problems.append(ProblemCode.TOO_MANY_COMPONENTS)
                break
            _begin(line.value.strip().upper(), stack, found.calendars)
        elif line.name == "END":
            _end(line.value.strip().upper(), stack)
        elif stack:
            stack[-1].lines.setdefault(line.name, []).append(line)
    if not found.calendars:
        found.problems.append(ProblemCode.NOT_A_CALENDAR)
    elif stack:
        found.problems.append(ProblemCode.UNFINISHED)
    return found


def _begin(name: str, stack: list[Component], calendars: list[Component]) -> None:
    component = Component(name)
    if name == "VCALENDAR":
        # A calendar inside another one means that the first was never closed.
        stack.clear()
        calendars.append(component)
    elif stack:
        stack[-1].parts.append(component)
    stack.append(component)


def _end(name: str, stack: list[Component]) -> None:
    if any(component.name == name for component in stack):
        while stack.pop().name != name:
            pass


def _lines(data: bytes, problems: list[ProblemCode]) -> Iterator[Line]:
    for octets in _unfolded(_as_utf8(data), problems):
        try:
            text = octets.decode()
        except UnicodeDecodeError:
            text = octets.decode("cp1252", "replace")
            _note(problems, ProblemCode.NOT_UTF8)
        name = re.split("[;:]", text, maxsplit=1)[0].upper()
        if name in ("BEGIN", "END"):
            yield Line(name, {}, text[len(name) + 1 :])
        elif name in _KEPT:
            yield _line(name, text[len(name) :])


def _as_utf8(data: bytes) -> bytes:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8)


def _unfolded(data: bytes, problems: list[ProblemCode]) -> Iterator[bytes]:
    """The properties of a file; a line that is no property was torn off the one before, without the blank of a fold."""
    pieces: list[bytes] = []
    for line in _joined(data):
        if _STARTS_A_LINE.match(line):
            if pieces:
                yield b"".join(pieces)
            pieces = [line]
        elif pieces:
            _note(problems, ProblemCode.BROKEN_FOLDING)
            if not _OPENS_OR_CLOSES.match(pieces[0]):  # what a server adds after the calendar is no part of its end
                pieces += [b"\\n", line]
    if pieces:
        yield b"".join(pieces)


def _joined(data: bytes) -> Iterator[bytes]:
    """The lines of a file with their folds taken out, on bytes, as many programs fold in the middle of a letter."""
    pieces: list[bytes] = []
    for physical in data.replace(b"\0", b"").splitlines():
        if physical[:1] in (b" ", b"\t"):
            pieces.append(physical[1:])
        elif physical.strip():
            if pieces:
                yield b"".join(pieces)
            pieces = [physical]
    if pieces:
        yield b"".join(pieces)


def _line(name: str, rest: str) -> Line:
    colon = _first_colon(rest)
    if name in _DATES and not _DATE_VALUE.match(rest[colon + 1 :].strip()):
        # Zone names such as "(UTC+01:00) Berlin" come without their quotes; a date has no colon.
        colon = rest.rfind(":")
    pairs = re.findall(r';([A-Za-z0-9-]+)=("[^"]*"|[^;]*)', rest[:colon]) if colon > 0 else []
    return Line(name, {key.upper(): value.strip('"') for key, value in pairs}, rest[colon + 1 :])


def _first_colon(text: str) -> int:
    quoted = False
    for place, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter == ":" and not quoted:
            return place
    return text.find(":")


def _note(problems: list[ProblemCode], code: ProblemCode) -> None:
    if code not in problems:
        problems.append(code)
