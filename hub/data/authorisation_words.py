"""German words of the authorisation concept, which `hub authorisation` fills with the rules of the house."""

READERS = {
    "P": "Teilnehmende Person",
    "C": "zuständiger Coach",
    "S": "Vertretung, solange sie läuft",
    "K": "Fallmanagement",
    "N": "Netzwerkkoordination",
    "Pa": "angefragter Partner",
    "Po": "jeder andere Partner, jede andere Person",
    "A": "Revision, Datenschutz",
    "X": "Betrieb",
    "F": "Förderung, Auswertung",
    "U": "Dachverband, der für ein Mitglied handelt",
    "L": "Teamleitung",
}
FIELDS = {
    "I0": "zufällige Nummer der Anfrage, bei jedem Partner eine andere",
    "I1": "Name, Anrede, Sprache",
    "I2": "der eine Weg, der für diese Anfrage gewählt wurde",
    "A1": "Zugang, als Kürzel aus einer Liste",
    "H1": "Worte zur Gesundheit, nur für Kliniken und nur mit eigener Einwilligung",
    "G1": "Ziel aus einer Liste",
    "B1": "Zeit, Ort, Angebot",
    "B2": "ob der Termin stattfand",
    "F1": "Rückmeldung des Partners",
    "N1": "Notizen des Coaches",
    "C1": "Einwilligung ja, nein, bis wann",
    "C2": "Nachweis der Einwilligung mit Wortlaut",
    "L1": "wer was wann erfahren hat",
    "L2": "Protokoll ohne Inhalte",
    "S1": "Summen, nie unter fünf",
    "R1": "grober Rahmen, nur was angekreuzt wurde",
    "offer": "das Angebot",
    "state": "der Stand",
    "active": "„Angebot läuft: ja“, ohne Partner und Art",
    "question": "Rückfrage aus einer Liste",
    "reason": "Grund als Kürzel",
    "place_code": "Platzwort",
    "count": "Anzahl",
    "tombstone": "nur Nummer, Datum und Pflicht",
    "plan": "Planung",
    "intake": "Aufnahme",
    "coach": "wer zuständig ist",
    "participation": "Teilnahme und ihre Tage",
}
PHASES = {
    "draft": "Entwurf",
    "consent_requested": "Einwilligung erbeten",
    "consent_given": "Einwilligung erteilt, nicht gesendet",
    "sent": "gesendet, vor der Zusage",
    "asked_back": "Rückfrage oder Warteliste",
    "accepted": "zugesagt, gebucht, läuft",
    "completed": "abgeschlossen, bis 30 Tage",
    "completed_long_ago": "abgeschlossen, länger als 30 Tage",
    "declined": "abgesagt oder ohne Antwort",
    "recalled": "zurückgezogen",
    "consent_ended": "Einwilligung beendet",
    "participation_ended": "Teilnahme länger als 30 Tage zu Ende",
    "deleted": "gelöscht",
}
PAGE = """# Berechtigungskonzept: wer was sieht, wer was darf

Diese Seite schreibt `hub authorisation` aus den Regeln, nach denen das Haus wirklich antwortet. Niemand ändert sie von
Hand; ein Test vergleicht sie mit den Regeln. Wer welche Adresse aufrufen darf, zeigt `hub routes`.

Was nicht erlaubt ist, gibt es nicht: Wer etwas nicht sehen darf, bekommt dieselbe Antwort wie bei etwas, das nie da war
(404). Ein Nein (403) sagt das Haus nur, wo jemand die Sache sieht, aber diesen Schritt nicht tun darf. Ein Recht, das
endet, endet mit der nächsten Anfrage, auch wenn die Seite noch offen ist.

## Wer liest

{readers}
## Was es zu sehen gibt

{fields}
## Ein Anliegen und seine Anfragen

{matrix}
Ein Strich heißt: gibt es für diese Leserinnen und Leser nicht. Ohne Spalte, also nirgends: {nobody}.

Beim Partner bleibt von jeder Zelle nur, was die Person angekreuzt hat. I1, I2, H1 und C1 öffnen sich erst,
wenn dieselbe Person beim Partner den Hinweis zum Zweck bestätigt hat. Ein Link aus einer E-Mail öffnet sie nie.
Der Dachverband liest I1 allein auf der Liste, die er für den Eingang druckt: nach der Zusage, bis der Termin vorbei
ist, nach demselben Hinweis, und nur von Menschen, die das eigens angekreuzt haben (E2b).
{days} Tage nach dem Ende der letzten Teilnahme gilt für Coach und Vertretung die Zeile „{over}“:
Sie finden die Person auf keiner Seite mehr.

## Die Angaben zur Person

{profile}
## Weiteres

{objects}
## Kalenderabos

{feeds}
## Wer was tun darf

Eine der Bedingungen genügt. Sie heißen hier wie im Code.

{permissions}
## Wer welche Zeilen sieht

{rows}"""
HEADS = {
    "readers": ("Kürzel", "Wer"),
    "fields": ("Kürzel", "Was"),
    "profile": ("Wer", "Was"),
    "objects": ("Sache", "Wer", "Wie weit"),
    "feeds": ("Abo", "Stufe", "Was darin steht"),
    "permissions": ("Was", "Wenn"),
    "rows": ("Frage", "Antwort"),
}
