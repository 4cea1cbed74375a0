"""Languages: German is the source, English is complete, facts are filled in."""

from hub import i18n
from hub.i18n import N_
from hub.messages import extracted, known, untranslated


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
    assert untranslated() == [], "run: python -m hub.messages, then write the English"
    assert len(known()) > 1000


def test_the_catalogue_holds_nothing_that_is_no_longer_said() -> None:
    said = {message.id for message in extracted()}
    assert [message.id for message in known() if message.id not in said] == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    catalogue = known()
    wrong = [message.id for message in catalogue if message.id and list(message.check(catalogue))]
    assert wrong == []


def test_an_unknown_language_falls_back_to_german() -> None:
    i18n.use("tlh")
    assert i18n.current() == "de"
