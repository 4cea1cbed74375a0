"""The wheel alone is enough: installed elsewhere, it finds its templates, migrations, translations and data."""

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.commands.conftest import PATIENCE, ROOT

pytestmark = pytest.mark.slow
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]


def done(*command: str | Path, **options: object) -> str:
    """Run a command, which must succeed, and return what it wrote."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE, check=False, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done(*PIP, "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--wheel-dir", folder)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a venv that borrows our libraries, and return the folder of its commands."""
    venv = tmp_path_factory.mktemp("venv")
    done(sys.executable, "-m", "venv", "--without-pip", venv)
    done(*PIP, "--python", venv / "bin" / "python", "install", "--no-deps", "--no-index", wheel)
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return venv / "bin"


def test_the_wheel_holds_what_the_house_needs_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"hub", "calendars"}
    for kind in ("templates", "migrations"):
        ours = {f"hub/_bundle/{path.relative_to(ROOT)}" for path in (ROOT / kind).rglob("*") if path.is_file()}
        assert {name for name in ours if "__pycache__" not in name} <= set(names)
    assert {"hub/data/gemeinden.csv", "hub/static/favicon.svg"} <= set(names)
    assert not [name for name in names if name.endswith((".pyc", ".sqlite3", "keys.toml"))]


def test_the_installed_command_works_in_another_folder(installed, tmp_path):
    settings = {"HUB_PUBLIC_URL": "https://termine.example", "PATH": "/usr/bin:/bin"}
    options = {"cwd": tmp_path, "env": settings}
    where = done(installed / "python", "-c", "import hub.paths as p; print(p.resource('templates'))", **options)
    assert where.strip() == str(next(installed.parent.glob("lib/*/site-packages")) / "hub/_bundle/templates")
    assert "Database ready" in done(installed / "hub", "init", **options)
    assert (tmp_path / "var" / "hub.sqlite3").is_file()
    assert "/healthz" in done(installed / "hub", "routes", **options)
    assert done(installed / "hub", "worker", "--once", **options) == ""
    page = "application().test_client().get('/login', base_url='https://termine.example').status_code"
    assert done(installed / "python", "-c", f"from hub.wsgi import application; print({page})", **options) == "200\n"
