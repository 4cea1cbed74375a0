"""What went to others, in the person's words: the field groups, the reasons, and one telling."""

from collections.abc import Iterable
from typing import Any

from hub.i18n import N_, Message
from hub.models.log import Disclosure

FIELD_WORDS: dict[str, Message] = {
    "I1": N_("Name und Anrede"),
    "I2": N_("wie man Sie erreicht"),
    "A1": N_("was Sie brauchen, um teilzunehmen"),
    "H1": N_("Gesundheitliches"),
    "G1": N_("worum es Ihnen geht"),
    "B1": N_("Zeit und Ort"),
    "B2": N_("ob Sie da waren"),
    "F1": N_("Rückmeldung"),
    "R1": N_("ungefähre Angaben"),
    "I0": N_("eine Nummer statt Ihres Namens"),
    "C2": N_("Ihre Einwilligungen im Wortlaut"),
    "L1": N_("wer was von Ihnen erfahren hat"),
    "L2": N_("das Protokoll ohne Inhalte"),
}
PURPOSES: dict[str, Message] = {
    "enquiry.sent_by_law": N_("ohne Ihre Einwilligung, auf Grund des Gesetzes"),
    "inspection.opened": N_("weil die Prüfstelle für den Datenschutz nachgesehen hat"),
    "emergency.opened": N_("weil Ihr Coach fehlte und es eilte"),
    "enquiry.sent": N_("für eine Anfrage, ohne Ihren Namen"),
    "enquiry.accepted_by_terms": N_("für Ihren Platz mit Namen"),
    "enquiry.identity_opened": N_("weil zugesagt wurde"),
    "enquiry.name_printed": N_("um die Liste zu drucken, weil Sie dazu Ja gesagt haben"),
    "enquiry.told_by_phone": N_("weil zugesagt wurde, am Telefon"),
    "enquiry.read_by_desk": N_("um dort am Telefon nachzufragen, ohne Ihren Namen"),
    "enquiry.reported": N_("weil der Partner zurückmelden durfte, wie es lief"),
    "enquiry.health_opened": N_("weil Sie dazu Ja gesagt haben"),
}


def telling(row: Disclosure) -> dict[str, Any]:
    """Return one disclosure in plain words: when, who, what, why; its organisation must be loaded."""
    what = in_words(row.fields)
    who = row.organisation.name if row.organisation is not None else str(N_("Das Netzwerk"))
    return {
        "at": row.at,
        "sentence": N_("{who} hat erfahren: {what}.", who=who, what=what),
        "why": PURPOSES.get(row.purpose),
        "by_law": row.purpose == "enquiry.sent_by_law",
    }


def in_words(groups: Iterable[str]) -> str:
    """Return field groups in plain words, separated by commas."""
    return ", ".join(str(word) for word in words_of(groups).values())


def words_of(groups: Iterable[str]) -> dict[str, Message]:
    """Return a word for each field group in reading order; who knows the name needs no number instead of it."""
    known = set(groups)
    known -= {"I0"} if "I1" in known else set()
    return {group: word for group, word in FIELD_WORDS.items() if group in known}
