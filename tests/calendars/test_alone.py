"""The folder `calendars` is enough by itself: a copy elsewhere imports, works, and is typed, without the hub."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import calendars

# What it may take along: its three libraries, and what those need.
ALLOWED = {"calendars", "dateutil", "holidays", "icalendar", "six", "tzdata", "typing_extensions", "backports"}
PROGRAM = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import calendars
for found in pkgutil.iter_modules(calendars.__path__):
    importlib.import_module(f"calendars.{found.name}")
print(calendars.__file__)
files = {name.split(".")[0]: str(getattr(module, "__file__", "")) for name, module in sys.modules.items()}
print(*sorted(name for name, file in files.items() if "site-packages" in file or name in ("calendars", "hub")))
"""
READER = """
from datetime import UTC, datetime
from calendars import ReadDate, read_calendar

dates: tuple[ReadDate, ...] = read_calendar(b"", now=datetime(2026, 1, 1, tzinfo=UTC)).dates
reveal_type(dates[0].starts_at)
"""


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Path:
    """Copy the folder to where nothing else of ours is."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(Path(calendars.__file__).parent, folder / "calendars", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(folder, *arguments):
    """Run Python in the folder, without its parent's paths and settings."""
    return subprocess.run(
        [sys.executable, "-I", *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_copy_of_the_folder_imports_nothing_of_the_hub(alone):
    done = run(alone, "-c", PROGRAM, alone)
    assert done.returncode == 0, done.stderr
    where, names = done.stdout.splitlines()
    assert Path(where).parent == alone / "calendars"
    taken = {name for name in names.split() if not name.startswith("_")}  # what Python loads at every start
    assert taken <= ALLOWED
    assert {"calendars", "dateutil", "holidays", "icalendar"} <= taken


@pytest.mark.slow
def test_a_program_that_uses_the_copy_gets_its_types(alone):
    (alone / "reader.py").write_text(READER)
    options = ["--strict", "--cache-dir", str(alone / "cache"), "--python-executable", sys.executable]
    done = run(alone, "-m", "mypy", *options, "reader.py", "calendars")
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'Revealed type is "datetime.datetime"' in done.stdout
