"""Folding: how words are made comparable, so that "Gröditz", "groeditz" and "GRODITZ" are one."""

import re
import unicodedata

# Letters that Unicode does not take apart; the Sorbian ć č ě ń ó ř š ž fall apart by themselves.
_WHOLE = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i"})
_SPELT_OUT = re.compile("(?<=[aou])e")
_NO_WORD = re.compile(r"[^a-z0-9]+")
EDGE = "|"
LONGEST_WORD = 40
# Words that stand everywhere, folded: nobody looks for them.
_SMALL = frozenset(
    {"am", "an", "auch", "auf", "aus", "bei", "das", "dem", "den", "der", "des", "die"}
    | {"ein", "eine", "einen", "einer", "es", "fur", "im", "in", "ist", "ihr", "ihre", "ihren"}
    | {"man", "mit", "nach", "oder", "sie", "sich", "sind", "um", "und", "vom", "von", "vor"}
    | {"was", "wie", "wir", "zu", "zum", "zur"}
)


def fold(text: str) -> str:
    """Return small letters without marks, words parted by single blanks; "ä" and "ae" are both "a", "ß" is "ss"."""
    small = unicodedata.normalize("NFKD", text.casefold().translate(_WHOLE))
    bare = "".join(letter for letter in small if not unicodedata.combining(letter))
    return _NO_WORD.sub(" ", _SPELT_OUT.sub("", bare)).strip()


def words_of(text: str) -> list[str]:
    """Return the folded words that tell one text from another, each once; all of them when only small ones are left."""
    found = list(dict.fromkeys(word[:LONGEST_WORD] for word in fold(text).split()))
    return [word for word in found if word not in _SMALL] or found


def trigrams(word: str) -> list[str]:
    """Return a folded word in threes, its edges marked: "yoga" is "|yo", "yog", "oga", "ga|"."""
    edged = f"{EDGE}{word}{EDGE}"
    return list(dict.fromkeys(edged[start : start + 3] for start in range(len(edged) - 2)))
