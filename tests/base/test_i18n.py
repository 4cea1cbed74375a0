"""Languages: German is the source, English is complete, facts are filled in."""

from pathlib import Path

from babel.messages.pofile import read_po

from hub import i18n
from hub.i18n import N_

CATALOGUE = Path(i18n.__file__).parent / "translations" / "en.po"


def test_a_message_is_german_unless_another_language_is_in_use() -> None:
    message = N_("Diese Seite gibt es nicht.")
    assert str(message) == "Diese Seite gibt es nicht."
    with i18n.using("en"):
        assert str(message) == "This page does not exist."
    assert str(message) == "Diese Seite gibt es nicht."


def test_facts_are_filled_in_after_translation() -> None:
    message = N_("Zu viele Versuche. Bitte warten Sie {minutes} Minuten oder rufen Sie uns an.", minutes=7)
    assert "7 Minuten" in message.render("de")
    assert "7 minutes" in message.render("en")


def test_english_is_complete_and_certain() -> None:
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="en")
    messages = [message for message in catalogue if message.id]
    missing = [m.id for m in messages if not (all(m.string) if isinstance(m.string, tuple) else m.string) or m.fuzzy]
    assert missing == []
    assert len(messages) > 100


def test_placeholders_are_the_same_in_both_languages() -> None:
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="en")
    wrong = [message.id for message in catalogue if message.id and list(message.check(catalogue))]
    assert wrong == []


def test_an_unknown_language_falls_back_to_german() -> None:
    i18n.use("tlh")
    assert i18n.current() == "de"
