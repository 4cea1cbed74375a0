"""How the small vocabularies of offers read on a page."""

from collections.abc import Mapping

from babel import Locale

from hub import i18n
from hub.i18n import N_, Message
from hub.models.offer import Access, Aim, Form, MarkKind, OfferState, Stage

AIMS: Mapping[Aim, Message] = {
    Aim.MOVE: N_("Bewegen"),
    Aim.BODY: N_("Körper"),
    Aim.MIND: N_("Seele"),
    Aim.DAILY_LIFE: N_("Alltag"),
    Aim.WORK: N_("Arbeit"),
    Aim.PEOPLE: N_("Leute treffen"),
    Aim.DIGITAL: N_("Digitales"),
}
AIM_ICONS: Mapping[Aim, str] = {
    Aim.MOVE: "run",
    Aim.BODY: "heart",
    Aim.MIND: "moon",
    Aim.DAILY_LIFE: "cup",
    Aim.WORK: "briefcase",
    Aim.PEOPLE: "people",
    Aim.DIGITAL: "mobile",
}
FORMS: Mapping[Form, Message] = {
    Form.SINGLE: N_("Einzeln"),
    Form.GROUP: N_("Gruppe"),
    Form.COURSE: N_("Kurs"),
    Form.OPEN_HOUR: N_("Offene Stunde"),
    Form.HOME_VISIT: N_("Besuch zu Hause"),
    Form.ONLINE: N_("Online"),
    Form.ROOM: N_("Raum für Gespräche"),
}
FORMS_FOR_PEOPLE = {form: word for form, word in FORMS.items() if form is not Form.ROOM}
STAGES: Mapping[Stage, Message] = {
    Stage.PREVENTION: N_("Vorbeugen"),
    Stage.REHABILITATION: N_("Wieder auf die Beine kommen"),
}
ACCESSES: Mapping[Access, Message] = {
    Access.OPEN: N_("Einfach hingehen"),
    Access.ANONYMOUS: N_("Platz ohne Namen"),
    Access.NAMED: N_("Platz mit Namen"),
    Access.REQUEST: N_("Erst anfragen"),
}
ACCESSES_EXPLAINED: Mapping[Access, Message] = {
    Access.OPEN: N_("Einfach hingehen. Niemand meldet sich an, niemand nennt seinen Namen."),
    Access.ANONYMOUS: N_("Platz ohne Namen. Sie sehen ein Platzwort, zum Beispiel „Birke 27“."),
    Access.NAMED: N_("Platz mit Namen. Sie erfahren, wer kommt, wenn die Person zugestimmt hat."),
    Access.REQUEST: N_("Erst anfragen. Sie sagen zu oder ab, und erst dann erfahren Sie den Namen."),
}
STATES: Mapping[OfferState, Message] = {
    OfferState.DRAFT: N_("Entwurf"),
    OfferState.REVIEW: N_("wird geprüft"),
    OfferState.PUBLISHED: N_("veröffentlicht"),
    OfferState.PAUSED: N_("pausiert"),
    OfferState.ENDED: N_("beendet"),
}
FIELD_GROUPS: Mapping[str, Message] = {
    "I2": N_("Wie ist die Person zu erreichen?"),
    "A1": N_("Was braucht sie, um teilzunehmen? Zum Beispiel stufenlos."),
    "G1": N_("Worum geht es ihr?"),
    "H1": N_("Was ist gesundheitlich wichtig?"),
}
MARKS: Mapping[MarkKind, Message] = {
    MarkKind.ZPP: N_("Zentrale Prüfstelle Prävention"),
    MarkKind.SPORT_PRO_GESUNDHEIT: N_("SPORT PRO GESUNDHEIT"),
    MarkKind.REZEPT_FUER_BEWEGUNG: N_("Rezept für Bewegung"),
}
LANGUAGES = ("de", "en", "uk", "ru", "ar", "fa", "tr", "pl", "cs", "hsb", "vi", "ro")


def language_name(code: str) -> str:
    """The name of a language in the language in use."""
    return Locale.parse(i18n.CLDR[i18n.current()]).languages.get(code, code)
