"""Every page of the demo network is valid HTML, says a checker that is not ours."""

import pytest

from tests.html_checker import errors_in

# The comparison says what its rows and cells are: on a phone they are blocks, and older Safari forgets it then.
KNOWN = ("/comparison?", "The “role” attribute must not be used on a")


@pytest.mark.slow
def test_every_page_of_every_reader_is_valid_html(walked_demo, database_kind, tmp_path):
    if database_kind != "sqlite":
        pytest.skip("the same pages")
    pages = {
        f"{who} {met.path}": met.answer.text for who, met in [*walked_demo.met, *walked_demo.stepped] if met.is_page
    }
    assert len(pages) > 400
    found = errors_in(pages, tmp_path)
    assert [one for one in found if not all(known in one for known in KNOWN)] == []


def test_the_checker_finds_what_is_wrong(tmp_path):
    wrong = "<!DOCTYPE html><html lang='de'><title>x</title><p id='a'><p id='a'><li>"
    found = errors_in({"wrong": wrong}, tmp_path)
    assert any("Duplicate ID" in one for one in found)
    assert all(one.startswith("wrong: ") for one in found)
