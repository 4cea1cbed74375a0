"""Keeping the English catalogue in step with the German sentences in templates and Python: `python -m hub.messages`."""

import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PATH = Path(__file__).resolve().parent / "translations" / "en.po"
METHODS = [("hub/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
OPTIONS = {"templates/**.html": JINJA, "templates/**.txt": JINJA | {"lstrip_blocks": "false"}}
KEYWORDS: dict[str, Any] = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}


def extracted() -> Catalog:
    """Return a catalogue of every German sentence there is."""
    found = Catalog(project="Partnerhub", charset="utf-8")
    for folder in ("hub", "templates"):
        methods = [(pattern.split("/", 1)[1], method) for pattern, method in METHODS if pattern.startswith(folder)]
        options = {key.split("/", 1)[1]: value for key, value in OPTIONS.items()}
        for name, _line, message, _comments, context in extract_from_dir(
            str(ROOT / folder), methods, options, keywords=KEYWORDS
        ):
            found.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    return found


def known() -> Catalog:
    """Return the English catalogue as it stands."""
    with PATH.open("rb") as source:
        return read_po(source, locale="en")


def untranslated() -> list[str]:
    """Return German sentences that have no certain English."""
    english = known()
    missing = []
    for message in extracted():
        there = english.get(message.id) if message.id else None
        if message.id and not _complete(there):
            missing.append(str(message.id))
    return missing


def _complete(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def main() -> None:
    """Bring the catalogue in step: new sentences come in empty, unused ones go."""
    english = known()
    english.update(extracted(), no_fuzzy_matching=True)
    english.obsolete.clear()
    draft = PATH.with_suffix(".new")
    with draft.open("wb") as target:
        write_po(target, english, width=120, sort_output=True, include_lineno=False, omit_header=False)
    draft.replace(PATH)
    sys.stdout.write(f"{PATH.name}: {len(english)} sentences, {len(untranslated())} without English.\n")


if __name__ == "__main__":
    main()
