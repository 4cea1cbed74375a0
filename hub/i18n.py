"""Languages: German is the message id, other languages come from gettext catalogues beside this file."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES: Mapping[str, str] = {"de": "Deutsch", "en": "English"}
DEFAULT = "de"
# Babel's plain "en" writes 3/9/26 and 2:05 PM; British English is what people here expect.
CLDR: Mapping[str, str] = {"de": "de", "en": "en_GB"}
_CATALOGUES = Path(__file__).resolve().parent / "translations"
_chosen = threading.local()


@dataclass(frozen=True)
class Message:
    """A translatable sentence with its facts; rendered only where a person reads it."""

    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def render(self, locale: str | None = None) -> str:
        """Return the sentence in `locale` (else the language in use) with its facts filled in."""
        facts = {key: f.render(locale) if isinstance(f, Message) else f for key, f in self.facts.items()}
        text = catalogue(locale or current()).gettext(self.text)
        return text.format(**facts) if facts else text

    def __str__(self) -> str:
        return self.render()


def N_(text: str, **facts: Any) -> Message:  # noqa: N802 (gettext's own name)
    """Mark a German sentence as translatable and keep its facts beside it ("{n} Plätze")."""
    return Message(text, facts)


@cache
def catalogue(locale: str) -> NullTranslations:
    """Return the translations of a language; German is the source and needs none."""
    path = _CATALOGUES / f"{locale}.po"
    if locale == DEFAULT or not path.is_file():
        return NullTranslations()
    with path.open("rb") as source:
        messages = read_po(source, locale=locale)
    binary = BytesIO()
    write_mo(binary, messages)
    binary.seek(0)
    return Translations(fp=binary)


def current() -> str:
    """Return the language in use in this thread."""
    return getattr(_chosen, "locale", DEFAULT)


def use(locale: str) -> None:
    """Set the language of this thread; an unknown one falls back to German."""
    _chosen.locale = locale if locale in LANGUAGES else DEFAULT


@contextmanager
def using(locale: str) -> Iterator[None]:
    """Use a language for a while, for instance to render one mail."""
    before = current()
    use(locale)
    try:
        yield
    finally:
        use(before)


def gettext(text: str) -> str:
    """Translate into the language in use (for templates)."""
    return catalogue(current()).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """Translate with number into the language in use (for templates)."""
    return catalogue(current()).ngettext(one, many, n)
