"""What a person allows once for everything: how the house may reach them (E6), and whether they count (E7)."""

from collections.abc import Mapping
from datetime import date

from hub import i18n
from hub.i18n import N_, Message
from hub.models.consent import MessageChannel, MessagePurpose
from hub.models.participant import Participant
from hub.queries.consent_texts import Wording, common_paragraphs, texts_of
from hub.queries.permissions import wants_entry
from hub.queries.reminders import When, when_of

PURPOSES: Mapping[str, Message] = {
    MessagePurpose.CHANGES: N_("Wenn sich ein Termin ändert"),
    MessagePurpose.REMINDERS: N_("Vorher erinnern"),
    MessagePurpose.QUESTIONS: N_("Wenn wir eine Frage haben"),
}
CHANNELS: Mapping[str, Message] = {
    MessageChannel.PHONE: N_("anrufen"),
    MessageChannel.EMAIL: N_("E-Mail, ohne Einzelheiten"),
    MessageChannel.LETTER: N_("Brief"),
    MessageChannel.MESSAGE: N_("kurze Nachricht aufs Telefon, ohne Einzelheiten"),
}
WHEN: Mapping[str, Message] = {
    When.DAY_BEFORE: N_("am Nachmittag davor"),
    When.MORNING: N_("am selben Morgen"),
    When.TWO_DAYS: N_("zwei Tage davor"),
}
ENTRY = N_("In der E-Mail")
ENTRY_SHOWS = N_("ein Eintrag für Ihren Kalender: die Uhrzeit und Ihr Wort für Termine")
BY_POST = N_("Brief, einige Tage davor")


def messages_wording(person: Participant, channels: Mapping[str, str], valid_until_on: date, locale: str) -> Wording:
    """Write the consent to be reached (E6), way by way; needs the person's Jobcenter."""
    with i18n.using(locale):
        return Wording(
            headline=str(N_("So erreichen wir Sie. Sonst nicht.")),
            now_title=str(N_("Das haben Sie gewählt")),
            now=[
                *((str(word), _way(channels, key)) for key, word in PURPOSES.items() if key in channels),
                *([(str(ENTRY), str(ENTRY_SHOWS))] if wants_entry(channels) else []),
            ],
            later_title="",
            later=[],
            nowhere=[str(N_("wovon Sie leben")), str(N_("Krankheiten oder Befunde")), str(N_("der Name des Angebots"))],
            paragraphs=texts_of(
                (N_("Wofür"), N_("Sie hören von uns, wenn es um Ihre Termine geht.")),
                (N_("Wer es benutzt"), N_("Ihr Coach und dessen Vertretung. Kein Partner.")),
                *common_paragraphs(person, valid_until_on),
                (
                    N_("Wenn Sie Nein sagen"),
                    N_("Dann melden wir uns nur, wenn Sie uns etwas fragen. Alles steht auch auf Ihrer Seite."),
                ),
            ),
        )


def _way(channels: Mapping[str, str], purpose: str) -> str:
    """Say the way chosen for a purpose; of reminders also when."""
    way = channels[purpose]
    if purpose != MessagePurpose.REMINDERS:
        return str(CHANNELS[way])
    if way == MessageChannel.LETTER:
        return str(BY_POST)
    return f"{CHANNELS[way]}, {WHEN[when_of(channels)]}"


def evaluation_wording(person: Participant, valid_until_on: date, locale: str) -> Wording:
    """Write the consent to be counted in the evaluation (E7); needs the person's Jobcenter."""
    with i18n.using(locale):
        return Wording(
            headline=str(N_("Das zählt bei der Auswertung mit. Sonst nichts.")),
            now_title=str(N_("Ohne Ihren Namen")),
            now=[
                (str(N_("Gezählt wird")), str(N_("wie viele Termine, welche Art, und ob sie stattfanden"))),
                (str(N_("Veröffentlicht wird")), str(N_("nur Summen von mindestens fünf Menschen"))),
            ],
            later_title="",
            later=[],
            nowhere=[
                str(N_("Name und Kontakt")),
                str(N_("Krankheiten oder Befunde")),
                str(N_("was Sie Ihrem Coach erzählen")),
            ],
            paragraphs=texts_of(
                (N_("Wofür"), N_("Das Netzwerk lernt, welche Angebote helfen.")),
                (N_("Wer es bekommt"), N_("Wer das Vorhaben auswertet, unter einer Nummer statt Ihres Namens.")),
                *common_paragraphs(person, valid_until_on),
                (N_("Wenn Sie Nein sagen"), N_("Dann zählen Sie nicht mit. Sonst ändert sich nichts.")),
            ),
        )
