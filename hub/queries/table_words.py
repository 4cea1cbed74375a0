"""What headings and cells of partners' tables mean: a list of words in German and English, compared folded."""

from functools import cache
from importlib.resources import files

from hub.folding import fold
from hub.models.table_import import TableKind


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    """Return the words by group and what they stand for, as the file has them."""
    found: dict[str, dict[str, list[str]]] = {}
    for line in (files("hub.data") / "table_words.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            key, _, words = line.partition(": ")
            group, _, meaning = key.partition(".")
            found.setdefault(group, {})[meaning] = [word.strip() for word in words.split(";")]
    return found


@cache
def meanings(group: str) -> dict[str, str]:
    """Return what each folded word of a group stands for; the first line that has a word owns it."""
    found: dict[str, str] = {}
    for meaning, words in _words()[group].items():
        for word in [meaning, *words]:
            found.setdefault(fold(word), meaning)
    return found


def field_names(kind: TableKind) -> list[str]:
    """Return the fields a table of this kind may have, in the order we write them."""
    return list(_words()[kind.value])


def own_word(group: str, meaning: str) -> str:
    """Return the word we write ourselves for something; it is read back as the same."""
    return _words()[group][meaning][0]


def guess_columns(kind: TableKind, headings: list[str]) -> dict[str, str]:
    """Return for each heading the field it seems to mean, "" where none; no field twice."""
    known, taken, columns = meanings(kind.value), set[str](), {}
    for heading in headings:
        field = known.get(fold(heading), "")
        columns[heading] = "" if field in taken else field
        taken.add(field)
    return columns
