"""Imports only go down, stand at the top of the file, and libraries stay on their floors."""

from pathlib import Path

from tests.architecture.tree import ROOT, Source, functions, imports, none_of, plant, sources

# The lowest floor first. A new module directly below hub/ belongs into one of these rows.
FLOORS: list[set[str]] = [
    {
        "backup_files",
        "clock",
        "config",
        "crypto",
        "data",
        "db",
        "errors",
        "folding",
        "geography",
        "i18n",
        "keys",
        "messages",
    }
    | {
        "backup_files",
        "migrating",
        "passwords",
        "paths",
        "pdf",
        "pdf_drawing",
        "plain_words",
        "school_holidays",
        "sealed_files",
        "journal",
        "dumping",
        "stylesheets",
        "tables",
        "vendoring",
    }
    | {"fetching", "pinned_connection", "public_addresses"},
    {"models"},
    {"policy"},
    {"queries"},
    {"actions"},
    {"web", "api", "seeds", "worker"},
    {"app"},
    {"backups", "wsgi"},
    {"bench"},
    {"commands"},
    {"cli"},
    {"__main__"},
]
WEB_LIBRARIES = {"flask", "flask_login", "flask_wtf", "wtforms", "werkzeug"}
WEB_PLACES = ("hub/web/", "hub/api/", "hub/app.py", "hub/cli.py", "hub/cli/")


def floor(module: str) -> int | None:
    """Return the floor of a module of hub, None where nobody has decided it."""
    room = module.split(".")[1]
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


def upward(source: Source) -> list[str]:
    """Name the imports of a file that go up, or sideways into another room of floor 5."""
    if source.module == "hub":
        return [f"{source.path}:{line}: hub/__init__.py imports nothing of hub" for line, _ in hub_imports(source)]
    own = floor(source.module)
    if own is None:
        return [f"{source.path}: give this module a floor: add it to FLOORS in {Path(__file__).name}"]
    found = []
    for line, name in hub_imports(source):
        other, same_room = floor(name), name.split(".")[1] == source.module.split(".")[1]
        if other is not None and (other > own or (other == own == floor("hub.web") and not same_room)):
            found.append(f"{source.path}:{line}: {name} is not below {source.module}; move the shared part down")
    return found


def hub_imports(source: Source) -> list[tuple[int, str]]:
    return [(line, name) for line, name in imports(source) if name.startswith("hub.")]


def violations(root: Path) -> list[str]:
    """Name every import on the wrong floor."""
    found = [line for source in sources(root, "hub") for line in upward(source)]
    for source in sources(root, "calendars"):
        strangers = ("hub", "flask", "sqlalchemy")
        for line, name in imports(source):
            if name.split(".")[0] in strangers:
                found.append(f"{source.path}:{line}: calendars/ knows nothing of {name}; pass plain values in")
    for source in sources(root, "hub"):
        for line, name in imports(source):
            if name.split(".")[0] in WEB_LIBRARIES and not source.within(*WEB_PLACES):
                found.append(f"{source.path}:{line}: {name} belongs to hub/web or hub/api; pass plain values down")
    return found


def hidden_imports(root: Path) -> list[str]:
    """Name imports inside functions; only the command line loads its commands when they are called."""
    found = set()
    for source in sources(root, "hub", "calendars", "tests"):
        if source.within("hub/cli.py", "hub/cli/"):
            continue
        bodies = [range(one.lineno, (one.end_lineno or one.lineno) + 1) for one in functions(source)]
        for line, _ in imports(source):
            if any(line in body for body in bodies):
                found.add(f"{source.path}:{line}: move this import to the top of the file")
    return sorted(found)


def test_imports_only_go_down():
    none_of(violations(ROOT))


def test_imports_stand_at_the_top():
    none_of(hidden_imports(ROOT))


def test_a_planted_way_up_is_found(tmp_path):
    files = {
        "hub/models/slot.py": "from hub.queries import slots",
        "hub/web/slots.py": "from hub.api.slots import show",
        "hub/clock.py": "import hub.models.slot",
        "hub/actions/bookings.py": "from flask import g",
        "hub/queries/slots.py": "from hub.models.slot import Slot\nfrom hub.clock import now",
        "hub/misc.py": "",
        "calendars/writing.py": "import sqlalchemy.orm",
    }
    found = "\n".join(violations(plant(tmp_path, files)))
    assert "hub/models/slot.py:1: hub.queries.slots is not below" in found
    assert "hub/web/slots.py:1: hub.api.slots.show is not below" in found
    assert "hub/clock.py:1: hub.models.slot is not below" in found
    assert "hub/actions/bookings.py:1: flask.g belongs" in found
    assert "hub/misc.py: give this module a floor" in found
    assert "calendars/writing.py:1: calendars/ knows nothing of sqlalchemy.orm" in found
    assert "hub/queries/slots.py" not in found


def test_a_planted_hidden_import_is_found(tmp_path):
    hidden = "def f():\n    import os\n"
    root = plant(tmp_path, {"hub/web/slots.py": hidden, "hub/cli.py": hidden, "calendars/reading.py": "import os"})
    assert hidden_imports(root) == ["hub/web/slots.py:2: move this import to the top of the file"]
