"""From the words in a cell to values, each with the reason why it cannot be: numbers, days, clock times, choices."""

import re
from datetime import date, time
from enum import StrEnum
from typing import TypeVar

from hub.errors import InvalidInput
from hub.folding import fold
from hub.i18n import N_, Message
from hub.queries.table_words import meanings, own_word

E = TypeVar("E", bound=StrEnum)
GERMAN_DAY = re.compile(r"(?:[^\W\d]+[.,]?\s+)?(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?:[,\s]+(.+))?")
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T\s]+(.+))?")
CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2})(?::\d{2})?)?(?:\s*(?:Uhr|h))?", re.IGNORECASE)


def wrong(message: Message) -> InvalidInput:
    """Return the error of one cell."""
    return InvalidInput(message)


def read_line(cell: str, most: int) -> str:
    """Return one line of text; raises InvalidInput for one that is too long or has control characters."""
    text = " ".join(cell.split())
    if not text.isprintable():
        raise wrong(N_("Bitte nur eine Zeile, ohne Steuerzeichen."))
    if len(text) > most:
        raise wrong(N_("Bitte höchstens {most} Zeichen.", most=most))
    return text


def read_text(cell: str, most: int) -> str:
    """Return a text of several lines."""
    return "\n".join(read_line(line, most) for line in read_length(cell, most).splitlines())


def read_length(cell: str, most: int) -> str:
    """Return the cell if it is not too long."""
    if len(cell) > most:
        raise wrong(N_("Bitte höchstens {most} Zeichen.", most=most))
    return cell


def read_number(cell: str, least: int, most: int) -> int:
    """Return a whole number between two others."""
    if not (cell.isascii() and cell.isdecimal() and len(cell) <= 6):
        raise wrong(N_("Bitte eine ganze Zahl."))
    if not least <= int(cell) <= most:
        raise wrong(N_("Bitte eine Zahl von {least} bis {most}.", least=least, most=most))
    return int(cell)


def read_choice(group: str, cell: str, members: type[E]) -> E:
    """Return what a word stands for; raises InvalidInput naming the words there are."""
    meaning = meanings(group).get(fold(cell))
    if meaning is None:
        words = ", ".join(own_word(group, member.value) for member in members)
        raise wrong(N_("Das kennen wir nicht. Es gibt: {words}.", words=words))
    return members(meaning)


def read_answer(cell: str) -> bool:
    """Return whether a cell says yes."""
    meaning = meanings("answer").get(fold(cell))
    if meaning is None:
        raise wrong(N_("Bitte „ja“ oder „nein“."))
    return meaning == "yes"


def read_languages(cell: str) -> list[str]:
    """Return language codes from words parted by commas, semicolons or slashes."""
    found: list[str] = []
    for word in filter(None, (part.strip() for part in re.split(r"[,;/\n]| und ", cell))):
        code = meanings("language").get(fold(word))
        if code is None:
            raise wrong(N_("Die Sprache „{word}“ kennen wir nicht.", word=word[:40]))
        if code not in found:
            found.append(code)
    return found


def read_day(cell: str) -> tuple[date, str]:
    """Return a day, and what stands behind it in the same cell (a clock time)."""
    german, iso = GERMAN_DAY.fullmatch(cell), ISO_DAY.fullmatch(cell)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3])), iso[4] or ""
        if german:
            year = int(german[3])
            return date(year + 2000 if year < 100 else year, int(german[2]), int(german[1])), german[4] or ""
    except ValueError as error:
        raise wrong(N_("Diesen Tag gibt es nicht.")) from error
    raise wrong(N_("Bitte einen Tag, zum Beispiel 16.09.2026."))


def read_clock(cell: str) -> time:
    """Return a clock time; of a cell with a day in front only the time counts."""
    iso = ISO_DAY.fullmatch(cell)
    found = CLOCK.fullmatch((iso[4] or "") if iso else cell)
    try:
        if found:
            return time(int(found[1]), int(found[2] or 0))
    except ValueError as error:
        raise wrong(N_("Bitte eine Uhrzeit, zum Beispiel 10:30.")) from error
    raise wrong(N_("Bitte eine Uhrzeit, zum Beispiel 10:30."))
