"""What went to whom, in words for staff: field groups and reasons of a third person, never a name."""

from collections.abc import Iterable

from hub.i18n import N_, Message

FIELD_WORDS: dict[str, Message] = {
    "I0": N_("Nummer statt Name"),
    "I1": N_("Name, Anrede, Sprache"),
    "I2": N_("Kontaktweg"),
    "R1": N_("ungefähre Angaben"),
    "G1": N_("Ziel"),
    "B1": N_("Angebot, Zeit und Ort"),
    "A1": N_("Zugang"),
    "H1": N_("Angabe zur Gesundheit"),
    "B2": N_("ob der Termin stattfand"),
    "F1": N_("Rückmeldung"),
    "C2": N_("Einwilligungen im Wortlaut"),
    "L1": N_("Liste, wer was erfahren hat"),
    "L2": N_("Protokoll ohne Inhalte"),
}
PURPOSES: dict[str, Message] = {
    "emergency.opened": N_("im Notfall angesehen, der Coach fehlte"),
    "enquiry.sent": N_("Anfrage ohne Namen"),
    "enquiry.accepted_by_terms": N_("Platz mit Namen gebucht"),
    "enquiry.identity_opened": N_("nach der Zusage geöffnet"),
    "enquiry.told_by_phone": N_("nach der Zusage am Telefon gesagt"),
    "enquiry.read_by_desk": N_("für eine Antwort am Telefon gelesen, ohne Namen"),
    "enquiry.reported": N_("vom Partner zurückgemeldet"),
    "enquiry.health_opened": N_("mit eigener Einwilligung geöffnet"),
    "enquiry.sent_by_law": N_("ohne Einwilligung, auf Grund des Gesetzes"),
    "inspection.opened": N_("von der Prüfstelle eingesehen"),
}


def in_words(groups: Iterable[str]) -> str:
    """Return field groups in words, in reading order."""
    known = set(groups)
    return ", ".join(str(word) for group, word in FIELD_WORDS.items() if group in known)
