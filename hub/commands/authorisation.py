"""`hub authorisation`: the authorisation concept in German, written from the rules the house itself asks."""

from collections.abc import Iterable, Sequence
from types import ModuleType

import click

from hub.models.subscription import FeedKind
from hub.policy import (
    catalogue_scopes,
    demand_scopes,
    duty_scopes,
    emergency_scopes,
    exclusion_scopes,
    person_scopes,
    phone_scopes,
    scopes,
    sheet_scopes,
    shortlist_scopes,
)
from hub.policy.fields import Field, Phase, Reader
from hub.policy.rules import RULES
from hub.policy.visibility import FEEDS, MATRIX, OTHER_OBJECTS, PROFILE, Part

READERS = {
    Reader.PERSON: "Teilnehmende Person",
    Reader.COACH: "zuständiger Coach",
    Reader.DEPUTY: "Vertretung, solange sie läuft",
    Reader.CASE_MANAGER: "Fallmanagement",
    Reader.COORDINATOR: "Netzwerkkoordination",
    Reader.PARTNER: "angefragter Partner",
    Reader.OTHER: "jeder andere Partner, jede andere Person",
    Reader.AUDITOR: "Revision, Datenschutz",
    Reader.OPERATOR: "Betrieb",
    Reader.EVALUATOR: "Förderung, Auswertung",
    Reader.UMBRELLA: "Dachverband, der für ein Mitglied handelt",
    Reader.TEAM_LEAD: "Teamleitung",
}
FIELDS = {
    Field.REFERENCE: "zufällige Nummer der Anfrage, bei jedem Partner eine andere",
    Field.IDENTITY: "Name, Anrede, Sprache",
    Field.CONTACT: "der eine Weg, der für diese Anfrage gewählt wurde",
    Field.ACCESS: "Zugang, als Kürzel aus einer Liste",
    Field.HEALTH: "Worte zur Gesundheit, nur für Kliniken und nur mit eigener Einwilligung",
    Field.AIM: "Ziel aus einer Liste",
    Field.DATE: "Zeit, Ort, Angebot",
    Field.ATTENDANCE: "ob der Termin stattfand",
    Field.FEEDBACK: "Rückmeldung des Partners",
    Field.NOTES: "Notizen des Coaches",
    Field.CONSENT: "Einwilligung ja, nein, bis wann",
    Field.CONSENT_RECORD: "Nachweis der Einwilligung mit Wortlaut",
    Field.DISCLOSURES: "wer was wann erfahren hat",
    Field.TECHNICAL_LOG: "Protokoll ohne Inhalte",
    Field.TOTALS: "Summen, nie unter fünf",
    Field.ROUGH: "grober Rahmen, nur was angekreuzt wurde",
    Field.OFFER: "das Angebot",
    Field.STATE: "der Stand",
    Field.ACTIVE: "„Angebot läuft: ja“, ohne Partner und Art",
    Field.QUESTION: "Rückfrage aus einer Liste",
    Field.REASON: "Grund als Kürzel",
    Field.PLACE_CODE: "Platzwort",
    Field.COUNT: "Anzahl",
    Field.TOMBSTONE: "nur Nummer, Datum und Pflicht",
    Field.PLAN: "Planung",
    Field.INTAKE: "Aufnahme",
    Field.COACH: "wer zuständig ist",
    Field.PARTICIPATION: "Teilnahme und ihre Tage",
}
PHASES = {
    Phase.DRAFT: "Entwurf",
    Phase.CONSENT_REQUESTED: "Einwilligung erbeten",
    Phase.CONSENT_GIVEN: "Einwilligung erteilt, nicht gesendet",
    Phase.SENT: "gesendet, vor der Zusage",
    Phase.ASKED_BACK: "Rückfrage oder Warteliste",
    Phase.ACCEPTED: "zugesagt, gebucht, läuft",
    Phase.COMPLETED: "abgeschlossen, bis 30 Tage",
    Phase.COMPLETED_LONG_AGO: "abgeschlossen, länger als 30 Tage",
    Phase.DECLINED: "abgesagt oder ohne Antwort",
    Phase.RECALLED: "zurückgezogen",
    Phase.CONSENT_ENDED: "Einwilligung beendet",
    Phase.PARTICIPATION_ENDED: "Teilnahme länger als 30 Tage zu Ende",
    Phase.DELETED: "gelöscht",
}
ROWS: Sequence[ModuleType] = (
    scopes,
    catalogue_scopes,
    demand_scopes,
    duty_scopes,
    emergency_scopes,
    exclusion_scopes,
    phone_scopes,
    sheet_scopes,
    shortlist_scopes,
)
HEAD = """# Berechtigungskonzept: wer was sieht, wer was darf

Diese Seite schreibt `hub authorisation` aus den Regeln, nach denen das Haus wirklich antwortet. Niemand ändert sie von
Hand; ein Test vergleicht sie mit den Regeln. Wer welche Adresse aufrufen darf, zeigt `hub routes`.

Was nicht erlaubt ist, gibt es nicht: Wer etwas nicht sehen darf, bekommt dieselbe Antwort wie bei etwas, das nie da war
(404). Ein Nein (403) sagt das Haus nur, wo jemand die Sache sieht, aber diesen Schritt nicht tun darf. Ein Recht, das
endet, endet mit der nächsten Anfrage, auch wenn die Seite noch offen ist.
"""


@click.command()
def command() -> None:
    """Write the authorisation concept."""
    click.echo(describe(), nl=False)


def describe() -> str:
    """Return the authorisation concept as Markdown."""
    parts = [HEAD, _words(), _matrix(), _profile(), _objects(), _feeds(), _permissions(), _rows()]
    return "\n".join(parts)


def _words() -> str:
    readers = _table(("Kürzel", "Wer"), ([reader.value, READERS[reader]] for reader in Reader))
    fields = _table(("Kürzel", "Was"), ([field.value, FIELDS[field]] for field in Field))
    return f"## Wer liest\n\n{readers}\n## Was es zu sehen gibt\n\n{fields}"


def _matrix() -> str:
    """Return the table of phases and readers; readers who see nothing in any phase have no column."""
    readers = [reader for reader in Reader if any(reader in cells for cells in MATRIX.values())]
    lines = ([PHASES[phase], *(_cell(MATRIX[phase].get(one)) for one in readers)] for phase in Phase)
    nobody = ", ".join(reader.value for reader in Reader if reader not in readers)
    return (
        f"## Ein Anliegen und seine Anfragen\n\n{_table(('Stand', *(one.value for one in readers)), lines)}\n"
        f"Ein Strich heißt: gibt es für diese Leserinnen und Leser nicht. Ohne Spalte, also nirgends: {nobody}.\n\n"
        "Beim Partner bleibt von jeder Zelle nur, was die Person angekreuzt hat. I1, I2, H1 und C1 öffnen sich erst,\n"
        "wenn dieselbe Person beim Partner den Hinweis zum Zweck bestätigt hat. Ein Link aus einer E-Mail öffnet\n"
        f"sie nie. {person_scopes.KEPT_AFTER_END.days} Tage nach dem Ende der letzten Teilnahme gilt für Coach und "
        f"Vertretung die Zeile\n„{PHASES[Phase.PARTICIPATION_ENDED]}“: Sie finden die Person auf keiner Seite mehr.\n"
    )


def _profile() -> str:
    rows = ([READERS[reader], _cell(PROFILE[reader])] for reader in Reader if reader in PROFILE)
    return f"## Die Angaben zur Person\n\n{_table(('Wer', 'Was'), rows)}"


def _objects() -> str:
    rows = (
        [name.replace("_", " "), READERS[reader], cells[reader].replace("_", " ")]
        for name, cells in OTHER_OBJECTS.items()
        for reader in Reader
        if reader in cells
    )
    return f"## Weiteres\n\n{_table(('Sache', 'Wer', 'Wie weit'), rows)}"


def _feeds() -> str:
    rows = (
        [kind.value, level.value, ", ".join(part.value for part in Part if part in FEEDS[kind][level])]
        for kind in FeedKind
        for level in FEEDS[kind]
    )
    return f"## Kalenderabos\n\n{_table(('Abo', 'Stufe', 'Was darin steht'), rows)}"


def _permissions() -> str:
    rows = ([f"`{one.value}`", "; ".join(_sentence(rule.__name__) for rule in RULES[one])] for one in RULES)
    intro = "Eine der Bedingungen genügt. Sie heißen hier wie im Code."
    return f"## Wer was tun darf\n\n{intro}\n\n{_table(('Was', 'Wenn'), rows)}"


def _rows() -> str:
    found = {name: scope for module in ROWS for name, scope in vars(module).items() if name.endswith("_for")}
    rows = (
        [f"`{name}`", (found[name].__doc__ or "").partition("\n")[0]]
        for name in sorted(found)
        if not name.startswith("_")
    )
    return f"## Wer welche Zeilen sieht\n\n{_table(('Frage', 'Antwort'), rows)}"


def _cell(fields: Iterable[Field] | None) -> str:
    return " ".join(field.value for field in Field if field in set(fields or ())) or "–"


def _sentence(name: str) -> str:
    return name.replace("_", " ")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
