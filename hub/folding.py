"""Folding: how words are made comparable, so that "Gröditz", "groeditz" and "GRODITZ" are one."""

import re
import unicodedata

# Letters that Unicode does not take apart; the Sorbian ć č ě ń ó ř š ž fall apart by themselves.
_WHOLE = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i"})
_SPELT_OUT = re.compile("(?<=[aou])e")
_NO_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Return small letters without marks, words parted by single blanks; "ä" and "ae" are both "a", "ß" is "ss"."""
    small = unicodedata.normalize("NFKD", text.casefold().translate(_WHOLE))
    bare = "".join(letter for letter in small if not unicodedata.combining(letter))
    return _NO_WORD.sub(" ", _SPELT_OUT.sub("", bare)).strip()
