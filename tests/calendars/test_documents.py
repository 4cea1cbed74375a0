"""What the documents show is what happens: every example on them is run, and every public name is told of."""

import doctest
import re
from pathlib import Path

import pytest

import calendars
from calendars.read_result import INCOMPLETE

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = [DOCS / "calendars.md", *sorted((DOCS / "calendars").glob("*.md"))]
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_do_what_they_show(page):
    """A page is read from above: what one example made, the next one has."""
    examples = "".join(EXAMPLE.findall(page.read_text(encoding="utf-8")))
    told = []
    runner = doctest.DocTestRunner(verbose=False)
    results = runner.run(doctest.DocTestParser().get_doctest(examples, {}, page.name, None, 0), out=told.append)
    assert results.attempted > 3
    assert not results.failed, "".join(told)


def test_every_public_name_is_told_of_and_exists():
    told = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [name for name in calendars.__all__ if not hasattr(calendars, name)] == []
    assert [name for name in calendars.__all__ if not re.search(rf"\b{name}\b", told)] == []


def test_every_problem_code_is_told_of_with_what_it_means_for_the_dates():
    rows = re.findall(r"^\| (`.*`) \|.*\| (yes|no) \|$", (DOCS / "calendars" / "reading.md").read_text(), re.MULTILINE)
    told = {code: missing for codes, missing in rows for code in re.findall(r"`(\w+)`", codes)}
    assert told == {code.value: "yes" if code in INCOMPLETE else "no" for code in calendars.ProblemCode}
