"""What must not slip into free text: codes of illnesses and numbers of cases; a page warns first (R-LAW-08)."""

import re
from typing import Any

from wtforms.validators import StopValidation

from hub.i18n import N_, Message

_PATTERNS = (
    # An ICD-10 code: a letter, two digits, perhaps a subgroup ("F32.1").
    re.compile(r"\b[A-TV-Z]\d\d(?:\.\d{1,2})?[AGVZ]?\b"),
    # Numbers of benefit cases, customers, pension and health insurance, tax.
    re.compile(r"\b\d{5}\s?(?:BG|//?)\s?\d{4,7}\b"),
    re.compile(r"\b\d{3}[A-Z]\d{6}\b"),
    re.compile(r"\b\d{2}\s?\d{6}\s?[A-Z]\s?\d{3}\b"),
    re.compile(r"\b[A-Z]\d{9}\b"),
    re.compile(r"\b\d{11}\b"),
)
WARNING = N_(
    "Das sieht nach einer Diagnose oder einem Aktenzeichen aus: {found}. "
    "Bitte nehmen Sie es heraus. Wenn es etwas anderes ist, setzen Sie unten den Haken."
)
MEANT = N_("Das ist keine Diagnose und kein Aktenzeichen.")


def find_unfit(text: str) -> list[str]:
    """Return what looks like a code of an illness or the number of a case, in order and once each."""
    found = {match.group(): match.start() for pattern in _PATTERNS for match in pattern.finditer(text or "")}
    return sorted(found, key=lambda word: found[word])


def warning_about(text: str) -> Message | None:
    """Return the warning for a text, or None."""
    found = find_unfit(text)
    return Message(WARNING.text, {"found": ", ".join(found)}) if found else None


class Unsuspicious:
    """A validator for free text about people: what looks like a code needs the form's own tick, `meant` (R-LAW-08)."""

    def __call__(self, form: Any, field: Any) -> None:
        warning = None if form.meant.data else warning_about(field.data or "")
        if warning is not None:
            raise StopValidation(warning)
