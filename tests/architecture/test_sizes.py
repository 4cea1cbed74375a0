"""Files and functions stay small, say what they are, and bear names that mean something."""

import ast
from pathlib import Path, PurePath

from tests.architecture.tree import ROOT, Source, functions, none_of, plant, sources

GENERATED = ("migrations/versions/",)  # a chronicle, written by Alembic and never edited afterwards
LIMITS = {"hub": 300, "calendars": 300, "migrations": 300, "tests": 400}
TEMPLATE_LIMIT = 150
FUNCTION_LIMIT = 60
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "services", "service", "common", "manager", "managers", "misc"}


def too_long(source: Source, limit: int) -> list[str]:
    """Name the file, and its functions, that have grown over their limits."""
    lines = source.text.count("\n")
    found = [f"{source.path}: {lines} lines, limit {limit}; split it by noun"] if lines > limit else []
    for function in functions(source) if source.path.endswith(".py") else ():
        length = (function.end_lineno or 0) - function.lineno + 1
        if length > FUNCTION_LIMIT:
            place = f"{source.path}:{function.lineno}"
            found.append(f"{place}: {function.name} has {length} lines, limit {FUNCTION_LIMIT}; give its steps names")
    return found


def violations(root: Path) -> list[str]:
    """Name what is too long, mute or called by an empty name."""
    found = []
    for place, limit in LIMITS.items():
        for source in sources(root, place):
            found += [] if source.within(*GENERATED) else too_long(source, limit)
            if source.text.strip() and not ast.get_docstring(source.syntax):
                found.append(f'{source.path}: begin with one sentence: """What lives here."""')
            if EMPTY_NAMES & {PurePath(part).stem for part in PurePath(source.path).parts}:
                found.append(f"{source.path}: this name says nothing; name the noun")
    for source in sources(root, "templates", suffix=""):
        if (root / source.path).is_file():
            found += too_long(source, TEMPLATE_LIMIT)
    return found


def test_files_and_functions_are_small_and_say_what_they_are():
    none_of(violations(ROOT))


def test_planted_giants_are_found(tmp_path):
    files = {
        "hub/web/long.py": '"""Long."""\n' + "x = 1\n" * 300,
        "hub/web/mute.py": "x = 1\n",
        "hub/web/wide.py": '"""Wide."""\n\ndef f():\n' + "    x = 1\n" * 60,
        "hub/utils.py": "",
        "templates/slots/list_slots.html": "<p>\n" * 151,
        "tests/test_fine.py": '"""Fine."""\n' + "x = 1\n" * 300,
        "hub/__init__.py": "",
    }
    found = violations(plant(tmp_path, files))
    assert found == [
        "hub/utils.py: this name says nothing; name the noun",
        "hub/web/long.py: 301 lines, limit 300; split it by noun",
        'hub/web/mute.py: begin with one sentence: """What lives here."""',
        "hub/web/wide.py:3: f has 61 lines, limit 60; give its steps names",
        "templates/slots/list_slots.html: 151 lines, limit 150; split it by noun",
    ]
