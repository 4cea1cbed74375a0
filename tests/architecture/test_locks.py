"""The locks agree with pyproject.toml and with each other, and name files by hash alone."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOT, imports, none_of, plant, sources

PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-clients.lock"]
HOW = "make the locks again as CONTRIBUTING.md says"


def pins(lock: str) -> dict[str, str]:
    """Return the version of each package of a lock."""
    return {canonicalize_name(name): version for name, version in PIN.findall(lock)}


def unmet(lock: str, wanted: list[str]) -> list[str]:
    """Return the requirements that a lock does not fulfil."""
    pinned = pins(lock)

    def met(one: Requirement) -> bool:
        name = canonicalize_name(one.name)
        return name in pinned and pinned[name] in one.specifier

    return [str(one) for one in map(Requirement, wanted) if not met(one)]


def strange_lines(lock: str) -> list[str]:
    """Return the lines that are neither a pin nor a hash."""
    line = re.compile(r"[a-z0-9.-]+==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    return [text for text in lock.splitlines() if not line.fullmatch(text)]


def undeclared(root: Path, declared: list[str]) -> list[str]:
    """Name imports of packages that the project does not ask for itself, though another may happen to bring them."""
    wanted = {canonicalize_name(Requirement(one).name) for one in declared}
    known = packages_distributions()
    found = []
    for source in sources(root, "hub", "calendars"):
        for line, name in imports(source):
            package = name.split(".")[0]
            if package in {"hub", "calendars"} or package in sys.stdlib_module_names:
                continue
            if not wanted & {canonicalize_name(one) for one in known.get(package, [])}:
                found.append(
                    f"{source.path}:{line}: add the package of {name} to dependencies in pyproject.toml; {HOW}"
                )
    return found


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def read(name: str) -> str:
    return (Path(ROOT) / name).read_text()


def test_the_locks_fulfil_the_project(project):
    groups = project["dependency-groups"]
    run_time = project["project"]["dependencies"]
    assert unmet(read("requirements.lock"), run_time) == [], HOW
    assert unmet(read("requirements-dev.lock"), run_time + groups["dev"] + groups["browser"]) == [], HOW
    assert unmet(read("requirements-clients.lock"), groups["clients"]) == [], HOW


def test_development_runs_on_the_versions_of_production():
    assert pins(read("requirements.lock")).items() <= pins(read("requirements-dev.lock")).items(), HOW


def test_the_product_imports_only_what_it_asks_for(project):
    none_of(undeclared(ROOT, project["project"]["dependencies"]))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_pins_and_hashes_only(name):
    assert strange_lines(read(name)) == [], HOW


def test_planted_faults_are_found():
    lock = "flask==3.0.0 \\\n    --hash=sha256:" + "0" * 64 + "\n--index-url https://example.de\n"
    assert strange_lines(lock) == ["--index-url https://example.de"]
    assert unmet(lock, ["Flask>=3.1", "click"]) == ["Flask>=3.1", "click"]
    assert unmet(lock, ["Flask>=3"]) == []


def test_planted_undeclared_imports_are_found(tmp_path):
    root = plant(tmp_path, {"hub/a.py": "import os\nimport click\nfrom hub import b\nimport pytest\nimport nowhere"})
    assert [line.split(": ")[0] for line in undeclared(root, ["click>=8"])] == ["hub/a.py:4", "hub/a.py:5"]
