"""The German words of the codes that a referral, an enquiry or a consent carries; English comes from the catalogue."""

from collections.abc import Iterable, Mapping

from hub.i18n import N_, Message
from hub.models.booking import PlaceReason
from hub.models.enquiry import Advice, Answer, Closing, DeclineReason, EnquiryState, Outcome, Question
from hub.models.offer import Aim
from hub.models.participant import AccessNeed

S = EnquiryState
AIMS: Mapping[str, Message] = {
    Aim.MOVE: N_("sich bewegen"),
    Aim.BODY: N_("den Körper stärken"),
    Aim.MIND: N_("zur Ruhe kommen"),
    Aim.DAILY_LIFE: N_("den Alltag ordnen"),
    Aim.WORK: N_("wieder arbeiten"),
    Aim.PEOPLE: N_("unter Leute kommen"),
    Aim.DIGITAL: N_("mit Telefon und Computer zurechtkommen"),
}
NEEDS: Mapping[str, Message] = {
    AccessNeed.STEP_FREE: N_("stufenlos"),
    AccessNeed.INTERPRETER: N_("mit Dolmetschen"),
    AccessNeed.QUIET: N_("in ruhiger Umgebung"),
    AccessNeed.COMPANION: N_("mit Begleitung"),
}
TALKS: Mapping[str, Message] = {
    "de": N_("Deutsch"),
    "en": N_("Englisch"),
    "pl": N_("Polnisch"),
    "tr": N_("Türkisch"),
    "uk": N_("Ukrainisch"),
    "ar": N_("Arabisch"),
    "ru": N_("Russisch"),
    "cs": N_("Tschechisch"),
    "hsb": N_("Sorbisch"),
    "fa": N_("Persisch"),
    "vi": N_("Vietnamesisch"),
    "ro": N_("Rumänisch"),
}
TIMES: Mapping[str, Message] = {
    "morning": N_("vormittags"),
    "afternoon": N_("nachmittags"),
    "evening": N_("abends"),
    "weekend": N_("am Wochenende"),
}
CONTACTS: Mapping[str, Message] = {
    "phone": N_("Telefon"),
    "mobile": N_("Handy"),
    "email": N_("E-Mail"),
    "letter": N_("Brief"),
}
MATTERS: Mapping[str, Message] = {
    "near": N_("in der Nähe"),
    "step_free": N_("stufenlos"),
    "language": N_("in der eigenen Sprache"),
    "women_only": N_("nur Frauen"),
    "companion": N_("mit Begleitung"),
    "times": N_("passende Zeiten"),
}
DECLINES: Mapping[str, Message] = {
    DeclineReason.NO_CAPACITY: N_("Alles voll"),
    DeclineReason.NOT_ELIGIBLE: N_("Passt nicht zu unserer Gruppe"),
    DeclineReason.NOT_OFFERED: N_("Das bieten wir nicht mehr an"),
    DeclineReason.ALREADY_WITH_US: N_("Kommt schon zu uns"),
    DeclineReason.CANNOT_REACH: N_("Wir erreichen niemanden"),
    DeclineReason.OTHER: N_("Etwas anderes"),
}
PLACE_REASONS: Mapping[str, Message] = {
    PlaceReason.NO_CAPACITY: N_("Wir haben doch keinen Platz"),
    PlaceReason.ILL_STAFF: N_("Bei uns fällt jemand aus"),
    PlaceReason.NOT_SUITABLE: N_("Es passt nicht zu unserer Gruppe"),
}
QUESTIONS: Mapping[str, Message] = {
    Question.LANGUAGE: N_("Geht es auf Deutsch?"),
    Question.TIMES: N_("Passen auch andere Zeiten?"),
    Question.STEP_FREE: N_("Muss es stufenlos sein?"),
    Question.COMPANION: N_("Kommt jemand mit?"),
    Question.CALL_ME: N_("Bitte rufen Sie mich an."),
    Question.OTHER_OFFER: N_("Ginge auch ein anderes Angebot von uns?"),
    Advice.OTHER_PARTNER: N_("Unser Rat: Ein anderer Partner passt besser."),
    Advice.BEGIN_LATER: N_("Unser Rat: Besser erst später anfangen."),
    Advice.SEE_DOCTOR_FIRST: N_("Unser Rat: Vorher mit der Hausarztpraxis sprechen."),
    Advice.COME_ALONG_FIRST: N_("Unser Rat: Erst einmal unverbindlich vorbeikommen."),
}
ANSWERS: Mapping[str, Message] = {
    Answer.YES: N_("Ja"),
    Answer.NO: N_("Nein"),
    Answer.CALLED: N_("Wir haben telefoniert"),
    Answer.NOT_KNOWN: N_("Das wissen wir noch nicht"),
}
CLOSINGS: Mapping[str, Message] = {
    Closing.COMPLETED: N_("Ganz mitgemacht"),
    Closing.PARTLY: N_("Zum Teil mitgemacht"),
    Closing.PERSON_DECLINED: N_("Wollte doch nicht"),
    Closing.COULD_NOT_REACH: N_("Der Partner hat sich nicht gemeldet"),
    Closing.REFERRED_ON: N_("Zu einem anderen Angebot weitergegangen"),
}
OUTCOMES: Mapping[str, Message] = {  # as a partner reports it
    Outcome.STARTED: N_("Hat angefangen und macht weiter"),
    Outcome.COMPLETED: N_("Ganz mitgemacht"),
    Outcome.PARTLY: N_("Zum Teil mitgemacht"),
    Outcome.PERSON_DECLINED: N_("Wollte doch nicht"),
    Outcome.COULD_NOT_REACH: N_("Wir haben niemanden erreicht"),
    Outcome.REFERRED_ON: N_("Zu einem anderen Angebot weitergegangen"),
}
# A state as (drawing of components/states.html, word).
STATES: Mapping[EnquiryState, tuple[str, Message]] = {
    S.DRAFT: ("next", N_("Entwurf")),
    S.SENT: ("asked", N_("angefragt")),
    S.SEEN: ("asked", N_("angesehen")),
    S.RETURNED: ("due", N_("Frage gestellt")),
    S.WAITLISTED: ("waiting", N_("Warteliste")),
    S.ACCEPTED: ("accepted", N_("zugesagt")),
    S.RUNNING: ("booked", N_("gebucht")),
    S.DECLINED: ("off", N_("abgesagt")),
    S.EXPIRED: ("due", N_("keine Antwort")),
    S.COMPLETED: ("accepted", N_("abgeschlossen")),
    S.FAILED: ("off", N_("beendet")),
    S.WITHDRAWN: ("off", N_("zurückgezogen")),
}


def listed(codes: Iterable[str], words: Mapping[str, Message]) -> str:
    """Return the words of codes in the language in use, with commas; an unknown code reads as itself."""
    return ", ".join(str(words.get(code, code)) for code in codes)
