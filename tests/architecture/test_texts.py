"""What people read: short sentences, one word for one thing, the same in German and English (docs/glossary.md)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from babel.messages.catalog import Catalog

from hub import plain_words
from hub.messages import known
from tests.architecture.tree import ROOT, none_of

MOST_WORDS = {"de": 20, "en": 26}  # of a sentence; English needs more of them for the same
MOST_WORDS_FOR_PEOPLE = {"de": 16, "en": 20}  # where somebody reads who is not paid to
# Pages and texts that only the person reads, or reads together with the coach.
FOR_PEOPLE = re.compile(
    r"templates/(?:me|check_in|joining|letters/_|withdrawals|permissions|public|houses/show_(?:house|display))"
    r"|templates/cards/(?:show_code|show_times|new_)|templates/components/paper|templates/mail/person|templates/slips/_"
    r"|templates/(?:consents|sheets|releases|rounds|shortlists|transmissions|subscriptions)/\w*own"
    r"|hub/queries/\w+_texts|hub/web/(?:own_(?!offer)|me[.]|house_words|telling_words)"
)
GERMAN = {
    r"(?<!E-)\bMails?\b": "E-Mail",
    r"\b(?:Kund|Klient|Proband|Fälle von)\w*": "Mensch",
    r"\b(?:Antragsteller|Hilfebedürftig|Leistungsbezieh|Leistungsberechtigt)\w*": "Mensch",
    r"\bTeilnehmende\w*": "Mensch",
    r"\b(?:Slots?|Events?|Tickets?|User|Feeds?|Token|Button|Login|Account|Dashboard|Checkbox)\b": "a German word",
    r"\bPlatzworte\b": "Platzwörter",
    r"\bWeitervermittlung": "Anliegen",
    r"\bSuche (?:ruht|zurückziehen|eröffnen|abschließen)": "Anliegen",
    r"\b(?:Ausdruck|Handzettel|Merkblatt)\b": "Zettel",
    r"\bPrüfperson": "Prüfstelle",
    r"\bZurückmeldung": "Rückmeldung",
    r"\bDach\b(?!\.)": "Dachverband",
    r"\b(?:gemäß|seitens|mittels|zwecks|hinsichtlich|diesbezüglich|sowie|etwaig\w*|unverzüglich)\b": "a plain word",
    r"\b(?:bzw|ggf|z\. ?B|o\. ?g|inkl|evtl)\.": "the words in full",
    r"\b(?:du|dir|dich|dein\w*|euch|euer|eure\w*)\b": "Sie",
}
ENGLISH = {
    r"\b[Ee]-mail": "email",
    r"(?<![“\w])\bmails?\b(?!”)": "email",
    r"\b[Tt]elephone": "phone",
    r"\bcall(?:s|ed|ing)? (?:\w+ ){0,4}off\b": "cancel",
    r"\bcarriers?\b": "benefits authority",
    r"\bimprint\b": "legal notice",
    r"\bplace words?\b": "place code",
    r"\b(?:never|then|it) stands?\b": "is shown",
    r"\b[Oo]ne (?:can|could|books|simply)\b": "you, people",
    r"\b(?:at|for) the reception\b": "reception",
    r"\b(?:canceled|color|program(?:s)? of the house|center|organiz\w+|recogniz\w+|license)\b": "British spelling",
    r"\b(?:client|customer|case worker|jobseeker)s?\b": "person",
    r"\b(?:slot|ticket|token|feed|dashboard)s?\b": "a word people use",
}
# Where the German says the word on the left, the English says the one on the right.
PAIRS = {
    r"\bAnfragen?\b": r"enquir|asked|asks?\b",
    r"\bAnliegen\b": r"\b[Nn]eeds?\b",
    r"\bEinwilligung": r"consent",
    r"\bSchweigepflicht": r"secrecy",
    r"\bWarteliste": r"waiting list",
    r"\bPlatzw(?:ort|ört)": r"place code",
    r"\bZettel": r"slip",
    r"\bSchließtag": r"clos",
    r"\bVerzeichnis\b": r"directory|list of it",
    r"\bKurs(?:es|e)?\b": r"course",
    r"\bVertretung": r"cover|deputy",
    r"\bDachverb": r"umbrella",
    r"\bFallmanagement": r"case manage",
    r"\bTeamleitung": r"team lead",
    r"\bPrüfstelle\b(?!:)": r"auditor|Prüfstelle",
    r"\bRückmeldung": r"feedback",
    r"\bCoach": r"coach",
    r"\bPartner": r"partner",
    r"\bKalender": r"calendar",
}
TYPOGRAPHY = {r" {2,}": "one space", r"!": "a full stop", r'"|\'': "„…“, “…” or ’", r"\.\.\.": "…", r" - ": "a comma"}
# What guides quote that no page says as it stands: examples of what a partner or a search may say.
EXAMPLES = {
    "bis 15 km, stufenlos, vormittags",
    "stufenlos?",
    "auf Ukrainisch?",
    "4 km, stufenlos, Mi 10 Uhr, 2 Plätze frei",
    "Kurs, 6 Termine ab Di 22.9.",
    "War … da?",
}
SIGNS = re.compile(r"%%|%\(\w+\)[sd]|\{\w+\}")
TAG = re.compile(r"<[^>]+>")
SENTENCE_END = re.compile(r"(?<![ (]\d\.)(?<![ (]\d\d\.)(?<=[.!?:])\s+")  # the dot of “22. November” is none
# Words of the trade that a law or a name gives, where no other word would be true.
TRADE = {"Maßnahmen", "Prävention", "Teilhabe"}
THEIR_MENUS = "templates/subscriptions/steps/"  # what other people's programs write on their buttons


@dataclass(frozen=True)
class Text:
    """One form of one message in both languages, and where it is read."""

    de: str
    en: str
    places: str

    @property
    def both(self) -> dict[str, str]:
        """The two languages by name."""
        return {"de": self.de, "en": self.en}


def texts(catalogue: Catalog) -> Iterator[Text]:
    """Yield each message, and of one with a plural each of its two forms."""
    for message in catalogue:
        if message.id:
            places = " ".join(path for path, _line in message.locations)
            yield from (Text(de, en, places) for de, en in zip(_forms(message.id), _forms(message.string), strict=True))


def _forms(said: str | Sequence[str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


def long_sentences(found: list[Text]) -> list[str]:
    """Name every sentence with more words than its reader is to take in at once."""
    long = []
    for text in found:
        most = MOST_WORDS_FOR_PEOPLE if FOR_PEOPLE.search(text.places) else MOST_WORDS
        for language, said in text.both.items():
            for sentence in SENTENCE_END.split(TAG.sub("", SIGNS.sub("x", said))):
                count = sum(any(map(str.isalnum, word)) for word in sentence.split())
                if count > most[language]:
                    long.append(f"{count} words in {text.places}: {sentence}")
    return long


def wrong_words(found: list[Text]) -> list[str]:
    """Name every word that has a plainer one, or another one for the same thing."""
    lists = {"de": GERMAN | TYPOGRAPHY, "en": ENGLISH | TYPOGRAPHY}
    wrong = [
        f"{match[0]!r} in {said!r}: say {instead}"
        for text in found
        if not text.places.startswith(THEIR_MENUS)
        for language, said in text.both.items()
        for pattern, instead in lists[language].items()
        if (match := re.search(pattern, TAG.sub("", SIGNS.sub("x", said))))
    ]
    hard = [
        f"{match[0]!r} in {text.de!r}: say {instead}"
        for text in found
        for pattern, instead in plain_words.jargon()
        if (match := pattern.search(text.de)) and match[0] not in TRADE
    ]
    return wrong + hard


def unlike_pairs(found: list[Text]) -> list[str]:
    """Name every text whose English has another word for a thing, or other places to fill."""
    unlike = [
        f"{german} is not {english} in {text.de!r}: {text.en!r}"
        for text in found
        for german, english in PAIRS.items()
        if re.search(german, text.de) and not re.search(english, text.en, re.IGNORECASE)
    ]
    return unlike + [
        f"other places to fill: {text.de!r}, {text.en!r}" for text in found if _places(text.de) != _places(text.en)
    ]


def _places(said: str) -> set[str]:
    return set(SIGNS.findall(said))


def unknown_labels(guide: str, found: list[Text]) -> list[str]:
    """Name what a guide quotes though no page says it: a button that was called otherwise since, or never."""
    said = "\n".join(text.de for text in found)
    quoted = re.findall(r"„([^“]+)“", " ".join(guide.split()))
    return [f"no page says „{label}“" for label in quoted if label not in said and label not in EXAMPLES]


CHECKS = {check.__name__: check for check in (long_sentences, wrong_words, unlike_pairs)}


@pytest.mark.parametrize("check", CHECKS)
def test_every_text_is_plain_in_both_languages(check):
    none_of(CHECKS[check](list(texts(known()))))


PLANTED = {
    "long_sentences": [
        ("Wer hier einen Platz hat, bekommt bis zum Abend eine Antwort, " * 2, "Short.", "templates/slots/show.html"),
        (
            "Sie bekommen bis zum Abend von uns oder von dem Partner dort eine kurze Antwort auf Ihre Frage.",
            "",
            "templates/me/x",
        ),
    ],
    "wrong_words": [
        ("Sie bekommen eine Mail.", "You get an email.", ""),
        ("Die Weitervermittlung ruht.", "The need is paused.", ""),
        ("Das ist gemäß Gesetz so.", "The law says so.", ""),
        ("Danke!", "Thank you.", ""),
        ('Tippen Sie auf "Weiter".', "Tap “Next”.", ""),
        ("Der Termin fällt aus.", "The date is called off.", ""),
        ("Ein  Platz.", "One place.", ""),
        ("Die Adaptation an den Bedarf.", "What is needed.", ""),
    ],
    "unlike_pairs": [
        ("Die Anfrage ist da.", "The request is here.", ""),
        ("Das steht auf dem Zettel.", "It is on the note.", ""),
        ("{name} kommt.", "{who} comes.", ""),
        ("%(n)s Plätze", "Many places", ""),
    ],
}


@pytest.mark.parametrize("check", CHECKS)
def test_a_planted_text_is_found(check):
    for planted in PLANTED[check]:
        assert CHECKS[check]([Text(*planted)]), planted


def test_a_plain_text_is_not_found():
    plain = Text(
        "Am 22. November 2026 kommt {name}. Bitte rufen Sie an.", "{name} comes on 22 November 2026. Please call.", ""
    )
    assert not any(check([plain]) for check in CHECKS.values())


def test_a_guide_calls_every_button_by_its_name():
    found = list(texts(known()))
    guides = sorted((ROOT / "docs" / "guides").glob("*.md"))
    assert len(guides) > 3
    none_of([f"{guide.name}: {line}" for guide in guides for line in unknown_labels(guide.read_text("utf-8"), found)])
    assert unknown_labels("Tippen Sie auf „Los geht’s“ oder „Absagen“.", found) == ["no page says „Los geht’s“"]
