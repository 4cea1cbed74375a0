"""What must always be true of the data, in words: each invariant as a sentence that is true when it holds."""

from hub.i18n import N_, Message

TRUTHS: dict[str, Message] = {
    "pools count their live bookings": N_("Es sind so viele Plätze vergeben, wie Buchungen da sind."),
    "places of a slot lie in its pools": N_("Die Plätze eines Termins ergeben zusammen seine Platzzahl."),
    "released pools have no free places": N_("Ein aufgelöstes Freihalten behält keine freien Plätze."),
    "a place lies in a pool of its own date": N_("Jeder Platz gehört zu seinem eigenen Termin."),
    "what is held is held for a time": N_("Was gehalten wird, hat ein Ende."),
    "no hold outlives its time": N_("Nichts wird länger gehalten als vorgesehen."),
    "no wish is tied to a dead offer": N_("Kein Wunsch hängt an einem Platz, den es nicht mehr gibt."),
    "every offer has its wish": N_("Jeder angebotene Platz hat jemanden, der darauf wartet."),
    "nobody waits for what they have": N_("Niemand wartet auf einen Termin, der schon gebucht ist."),
    "bookings stand at their slot's time": N_("Buchungen haben die Zeit ihres Termins."),
    "nobody is booked on a date that is called off": N_("Auf abgesagten Terminen ist niemand gebucht."),
    "a place code is one person's": N_("Ein Platzwort gehört einer Person."),
    "every place code is written down": N_("Jedes Platzwort ist als vergeben notiert."),
    "no room is taken by nobody": N_("Kein Raum ist ohne Termin belegt."),
    "every date has its room": N_("Jeder Termin hat seinen Raum."),
    "every offer knows its next free date": N_("Jedes Angebot kennt seinen nächsten freien Termin."),
    "no identity without a live consent": N_("Kein Name ist ohne gültige Einwilligung sichtbar."),
    "a legal ground reaches its own body only": N_("Eine gesetzliche Grundlage gilt nur für ihre eigene Stelle."),
    "no name without a yes": N_("Kein Platz trägt einen Namen ohne Zusage."),
    "a place is asked for while its question is open": N_("Ein angefragter Platz hat eine offene Anfrage."),
    "nobody is in two places": N_("Niemand ist gleichzeitig an zwei Orten."),
    "no coach is in two places": N_("Kein Coach ist gleichzeitig an zwei Orten."),
    "what has ended leaves nothing open": N_("Eine beendete Sammel-Änderung lässt nichts offen."),
    "admission takes two people": N_("An jeder Aufnahme waren zwei Menschen beteiligt."),
}
