"""Plain words: what in a short German text is hard to read, and kindly what to write instead. It never forbids."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from hub.i18n import N_, Message

MOST_WORDS = 15  # of a sentence
MOST_LETTERS = 16  # of a word without a hyphen
MOST_NOUNS = 2  # of those made from verbs, in one sentence
MOST_HINTS = 4  # more than that nobody reads
SHOWN_WORDS = 4  # of a long sentence, to find it again

_SENTENCE = re.compile(r"[^.!?\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ABBREVIATION = re.compile(
    r"\b(?:z\. ?B|u\. ?a|i\. ?d\. ?R|bzw|usw|ggf|inkl|bspw|ca|Nr|Str|Dr|Uhr)\.|\d\.", re.IGNORECASE
)
_ENDING = r"(?:e|en|er|ern|em|es|s|n|in|innen)?"
# Somebody is missing: "es wird geübt". Only forms on -t; those on -en look like the future ("wir werden gehen").
_PASSIVE = re.compile(
    r"\b(?:wird|werden|wurden?|worden)\b[^.,;:!?\n]*?\b((?:ge|be|ver|er|ent)\w{2,}t|\w{2,}iert)\b", re.IGNORECASE
)
_NOUN = re.compile(r"\b\w{4,}(?:ung|ungen|heit|keit|keiten|tion|tionen|it\wt)\b")


class Kind(StrEnum):
    """What makes a text hard to read."""

    SENTENCE = "sentence"
    WORD = "word"
    JARGON = "jargon"
    PASSIVE = "passive"
    NOUNS = "nouns"


@dataclass(frozen=True)
class Hint:
    """One thing to change, and how."""

    kind: Kind
    message: Message


def find_hints(text: str) -> list[Hint]:
    """Return what would make a text easier to read, the most helpful first, four at most; none for a plain text."""
    found = [*_jargon(text), *_sentences(text), *_words(text), *_passives(text), *_nouns(text)]
    return found[:MOST_HINTS]


@cache
def words_in(name: str) -> frozenset[str]:
    """Return the words of a list beside the code."""
    return frozenset((files("hub.data") / name).read_text(encoding="utf-8").split())


@cache
def jargon() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return words of the trade as patterns, each with what people say instead; longer ones come first."""
    lines = (files("hub.data") / "jargon.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition(": ")[::2] for line in lines if line and not line.startswith("#")]
    return tuple((_pattern(word), instead) for word, instead in sorted(pairs, key=lambda pair: -len(pair[0])))


def _pattern(word: str) -> re.Pattern[str]:
    tail = "" if word.endswith(".") else _ENDING + r"\b"
    return re.compile(rf"(?<![\w-]){re.escape(word)}{tail}", re.IGNORECASE)


def _jargon(text: str) -> Iterator[Hint]:
    found: dict[int, tuple[str, str]] = {}
    for pattern, instead in jargon():
        if match := pattern.search(text):
            found.setdefault(match.start(), (match.group(), instead))
    for _, (word, instead) in sorted(found.items()):
        yield Hint(
            Kind.JARGON, N_("„{word}“ verstehen nicht alle. Einfacher: „{instead}“.", word=word, instead=instead)
        )


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; the dot of an abbreviation or a number ends none."""
    whole = _ABBREVIATION.sub(lambda match: match.group().replace(".", "\0"), text)
    return [part.replace("\0", ".").strip() for part in _SENTENCE.findall(whole) if part.strip()]


def _sentences(text: str) -> Iterator[Hint]:
    for sentence in sentences(text):
        words = sentence.split()
        if len(words) > MOST_WORDS:
            start = " ".join(words[:SHOWN_WORDS])
            yield Hint(
                Kind.SENTENCE,
                N_("„{start} …“ hat {n} Wörter. Machen Sie zwei Sätze daraus.", start=start, n=len(words)),
            )


def _words(text: str) -> Iterator[Hint]:
    for word in dict.fromkeys(_WORD.findall(text)):
        known = any(pattern.fullmatch(word) for pattern, _ in jargon())
        if max(map(len, word.split("-"))) > MOST_LETTERS and not known:
            yield Hint(
                Kind.WORD,
                N_("„{word}“ ist lang. Geht es kürzer, mit zwei Wörtern oder mit Bindestrich?", word=word),
            )


def _passives(text: str) -> Iterator[Hint]:
    for match in _PASSIVE.finditer(text):
        if match.group(1).lower() not in words_in("no_passive.txt"):
            words = N_("„{words}“: Sagen Sie, wer etwas tut. Zum Beispiel „Wir üben“.", words=match.group())
            yield Hint(Kind.PASSIVE, words)
            return  # once said is enough


def _nouns(text: str) -> Iterator[Hint]:
    for sentence in sentences(text):
        found = (word for word in _NOUN.findall(sentence) if word[0].isupper())
        nouns = [word for word in found if word not in words_in("everyday_nouns.txt")]
        if len(nouns) > MOST_NOUNS:
            words = ", ".join(nouns)
            yield Hint(
                Kind.NOUNS, N_("Viele schwere Hauptwörter: {words}. Leichter mit Verben: „Wir üben“.", words=words)
            )
            return
