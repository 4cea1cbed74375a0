"""Foreign calendars in words: how far they can be relied on, why nothing came, what was odd about them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from calendars.reading import ProblemCode
from hub.fetching import Trouble
from hub.i18n import N_, Message
from hub.models.calendar_source import CalendarSource, Light, SourceDateState, SourcePurpose
from hub.queries.calendar_sources import SourceLine
from hub.queries.source_copies import FoundDate, plain

MOST_SHOWN = 200
# A light is a shape, a word and a colour.
LIGHTS = {
    Light.GREEN: ("disc-tick", N_("aktuell"), "ok"),
    Light.YELLOW: ("half-ring", N_("nicht ganz aktuell"), "warn"),
    Light.RED: ("triangle", N_("unbekannt"), "stop"),
}
TROUBLES = {
    Trouble.ADDRESS: N_("Diese Adresse fragen wir nicht ab. Sie muss mit https:// beginnen."),
    Trouble.INSIDE: N_("Diese Adresse führt in ein geschlossenes Netz. Bitte fragen Sie Ihre Technik."),
    Trouble.UNKNOWN_NAME: N_("Diese Adresse gibt es nicht. Bitte prüfen Sie, ob sie richtig geschrieben ist."),
    Trouble.NO_CONNECTION: N_("Der Server antwortet gerade nicht. Wir versuchen es weiter."),
    Trouble.NOT_SECURE: N_("Die Verbindung ist nicht sicher: Das Zertifikat des Servers stimmt nicht."),
    Trouble.MOVED: N_("Die Adresse leitet weiter. Bitte tragen Sie die neue Adresse ein."),
    Trouble.NOT_ALLOWED: N_("Der Server verlangt eine Anmeldung. Bitte geben Sie den Kalender zum Lesen frei."),
    Trouble.NOT_THERE: N_("Unter dieser Adresse ist kein Kalender mehr."),
    Trouble.REFUSED: N_("Der Server meldet einen Fehler. Wir versuchen es weiter."),
    Trouble.TOO_LARGE: N_("Der Kalender ist größer als 5 MB. Bitte geben Sie einen kleineren frei."),
    Trouble.TOO_SLOW: N_("Der Server ist zu langsam. Wir versuchen es weiter."),
    Trouble.UNREADABLE: N_("Das ist kein vollständiger Kalender im Format iCalendar (.ics)."),
}
PROBLEMS = {
    ProblemCode.NOT_UTF8: N_("Umlaute sind anders gespeichert als üblich. Wir haben sie übersetzt."),
    ProblemCode.BROKEN_FOLDING: N_("Manche Zeilen sind falsch umbrochen. Wir haben sie zusammengesetzt."),
    ProblemCode.TOO_MANY_COMPONENTS: N_("Der Kalender hat mehr als 10.000 Einträge. Der Rest ist nicht gelesen."),
    ProblemCode.TOO_MANY_DATES: N_("Es sind mehr als 2.000 Termine. Gelesen sind die frühesten."),
    ProblemCode.TOO_MUCH_WORK: N_("Manche Serien sind zu umfangreich. Sie sind nicht ganz gelesen."),
    ProblemCode.MISSING_START: N_("Ein Eintrag hat keinen Beginn. Er fehlt hier."),
    ProblemCode.MISSING_UID: N_("Ein Eintrag hat keine Kennung. Ändert er sich, sieht er wie ein neuer aus."),
    ProblemCode.BROKEN_VALUE: N_("Ein Eintrag enthält etwas Unlesbares. Er fehlt hier."),
    ProblemCode.END_BEFORE_START: N_("Ein Eintrag endet vor seinem Beginn. Bitte prüfen Sie ihn."),
    ProblemCode.UNKNOWN_ZONE: N_("Eine Zeitzone ist unbekannt. Wir rechnen mit deutscher Zeit."),
    ProblemCode.RULE_TOO_FREQUENT: N_("Eine Serie wiederholt sich öfter als täglich. Sie fehlt hier."),
    ProblemCode.RULE_NOT_UNDERSTOOD: N_("Eine Serie ist für uns unlesbar. Sie fehlt hier."),
}
OWN_TIME = N_("Ihre belegten Zeiten")


@dataclass(frozen=True)
class Choice:
    """One title or category to choose: as it is compared, as it reads, how many dates, and the next one."""

    value: str
    word: str
    count: int
    next_at: datetime


def trouble(source: CalendarSource) -> Message | None:
    """Say why the last attempt failed."""
    return TROUBLES[Trouble(source.trouble)] if source.trouble else None


def is_waiting(source: CalendarSource) -> bool:
    """Tell whether it was never read and nothing has gone wrong yet."""
    return source.fetched_at is None and not source.trouble


def problems(source: CalendarSource) -> list[tuple[Message, int]]:
    """Say what was odd about the last copy, and how often."""
    known = {code.value: words for code, words in PROBLEMS.items()}
    return [(known[code], number) for code, number in sorted(source.problems.items()) if code in known]


def dates_for(title: str) -> Message:
    """Say that a calendar holds dates of an offer."""
    return N_("Termine für „{title}“", title=title)


def busy_times_of(place: str, room: str) -> Message:
    """Say that a calendar holds the busy times of a room."""
    return N_("Belegte Zeiten: {place}, {room}", place=place, room=room)


def goal(source: CalendarSource) -> Message:
    """Say what a calendar is for."""
    if source.offer is not None:
        return dates_for(source.offer.title)
    return busy_times_of(source.room.location.name, source.room.name) if source.room is not None else OWN_TIME


def titles(found: list[FoundDate]) -> list[Choice]:
    """Return the titles to choose from, those with most dates first."""
    return _choices([(one.title, one) for one in found])


def categories(found: list[FoundDate]) -> list[Choice]:
    """Return the categories to choose from."""
    return _choices([(name, one) for one in found for name in one.categories])


def _choices(pairs: list[tuple[str, FoundDate]]) -> list[Choice]:
    counts = Counter(plain(word) for word, _ in pairs)
    first: dict[str, tuple[str, FoundDate]] = {}
    for word, one in sorted(pairs, key=lambda pair: pair[1].starts_at):
        first.setdefault(plain(word), (word, one))
    choices = [Choice(value, first[value][0], n, first[value][1].starts_at) for value, n in counts.items() if value]
    return sorted(choices, key=lambda one: (-one.count, one.value))[:MOST_SHOWN]


def headline(source: CalendarSource, lines: list[SourceLine]) -> Message:
    """Say in one sentence what is to do."""
    if is_waiting(source):
        return N_("Der Kalender wird gerade gelesen.")
    if source.fetched_at is None:
        return N_("Der Kalender ist nicht zu lesen.")
    if source.purpose is SourcePurpose.BUSY:
        return N_("Dieser Kalender sagt, wann belegt ist.")
    if not source.chosen:
        return N_("Welche Termine gehören zum Angebot?")
    return _what_differs(lines)


def _what_differs(lines: list[SourceLine]) -> Message:
    states = Counter(line.state for line in lines)
    differing = states[SourceDateState.CHANGED] + states[SourceDateState.GONE]
    if differing:
        one = N_("Ein Termin steht im Kalender jetzt anders.")
        return one if differing == 1 else N_("{n} Termine stehen im Kalender jetzt anders.", n=differing)
    fresh = states[SourceDateState.NEW]
    if fresh:
        one = N_("Ein neuer Termin steht im Kalender.")
        return one if fresh == 1 else N_("{n} neue Termine stehen im Kalender.", n=fresh)
    if any(line.row.slot is None for line in lines):
        return N_("Im Kalender steht nichts Neues.")
    return N_("Alle Termine des Kalenders sind übernommen.")


def left_out(number: int) -> Message:
    """Say how many dates could not be taken over."""
    if number == 1:
        return N_("Ein Termin ging nicht, weil Sie an dem Tag geschlossen haben.")
    return N_("{n} Termine gingen nicht, weil Sie an dem Tag geschlossen haben.", n=number)
