"""How tables read on a page: the names of fields, what becomes of rows, why a row is left out."""

from collections.abc import Mapping
from typing import Any

from hub.i18n import N_, Message
from hub.models.table_import import ImportState, TableKind
from hub.queries.table_rows import Becomes, reasons_of

KINDS: Mapping[TableKind, Message] = {
    TableKind.OFFERS: N_("Angebote. Eine Zeile ist ein Angebot."),
    TableKind.DATES: N_("Termine. Eine Zeile ist ein Termin."),
}
NAMES: Mapping[TableKind, Message] = {TableKind.OFFERS: N_("Angebote"), TableKind.DATES: N_("Termine")}
STATES: Mapping[ImportState, Message] = {
    ImportState.UPLOADED: N_("Spalten zuordnen"),
    ImportState.CHECKED: N_("geprüft, noch nichts übernommen"),
    ImportState.RUNNING: N_("läuft"),
    ImportState.DONE: N_("übernommen"),
    ImportState.DROPPED: N_("verworfen"),
}
BECOMES: Mapping[Becomes, Message] = {
    Becomes.WRONG: N_("stimmt nicht"),
    Becomes.YOURS: N_("entscheiden Sie"),
    Becomes.NEW: N_("neu"),
    Becomes.CHANGED: N_("geändert"),
    Becomes.UNCHANGED: N_("bleibt gleich"),
}
ORDER = tuple(BECOMES)
FIELDS: Mapping[str, Message] = {
    "external_id": N_("Ihre Nummer"),
    "title": N_("Name des Angebots"),
    "aim": N_("Ziel"),
    "form": N_("Form"),
    "access": N_("Zugang"),
    "place": N_("Ort"),
    "room": N_("Raum"),
    "places": N_("Plätze"),
    "summary": N_("Beschreibung"),
    "short_title": N_("Neutraler Kurzname"),
    "stage": N_("Wofür es gedacht ist"),
    "languages": N_("Sprachen"),
    "bring": N_("Mitbringen"),
    "cost": N_("Kosten"),
    "phone": N_("Telefon"),
    "companion_welcome": N_("Begleitung"),
    "women_only": N_("Nur für Frauen"),
    "youngest": N_("Alter ab"),
    "oldest": N_("Alter bis"),
    "offer": N_("Angebot"),
    "day": N_("Tag"),
    "start": N_("Beginn"),
    "end": N_("Ende"),
    "minutes": N_("Dauer in Minuten"),
}


def reasons(stored: Mapping[str, Any]) -> list[str]:
    """Return why a row is left out, each with the field it is about."""
    return [f"{FIELDS[name]}: {why}" if name in FIELDS else str(why) for name, why in reasons_of(stored)]
