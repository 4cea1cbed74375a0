"""Pages fetch nothing from other hosts and keep nothing in the browser's stores (R-SEC-17)."""

import re
from pathlib import Path

from tests.architecture.tree import ROOT, none_of, plant, sources

FETCHED = re.compile(
    r"""(?:\bsrc|\bsrcset|\bposter|\baction|<link[^>]*\bhref)\s*=\s*["'](?:https?:)?//"""
    r"""|url\(\s*["']?(?:https?:)?//|@import|\bimport\s*\(?\s*["'](?:https?:)?//|\bfetch\(\s*["'`](?:https?:)?//"""
)
KEPT = re.compile(r"\b(?:localStorage|sessionStorage|indexedDB|serviceWorker|document\.cookie|caches\.open)\b")


def violations(root: Path) -> list[str]:
    """Name every line that would reach out, or leave something behind."""
    found = []
    for place, suffix in (
        ("templates", ".html"),
        ("hub/static", ".css"),
        ("hub/static", ".js"),
        ("hub/styles", ".css"),
    ):
        for source in sources(root, place, suffix=suffix):
            for number, line in enumerate(source.text.splitlines(), 1):
                if FETCHED.search(line):
                    found.append(f"{source.path}:{number}: fetches from elsewhere; check the file in under hub/static")
                if KEPT.search(line):
                    found.append(f"{source.path}:{number}: keeps something in the browser; keep it on the server")
    return found


def test_nothing_comes_from_elsewhere_and_nothing_stays_in_the_browser():
    none_of(violations(ROOT))


def test_planted_ways_out_are_found(tmp_path):
    files = {
        "templates/a.html": '<a href="https://example.org">fine</a>\n<img alt="" src="https://example.org/x.png">',
        "templates/b.html": '<link rel="stylesheet" href="//cdn.example/x.css">\n<script src="/x.js"></script>',
        "hub/static/css/c.css": "p { background: url('https://example.org/x') }\np { background: url('data:x') }",
        "hub/static/js/d.js": "localStorage.setItem('x', 'y');\nfetch('https://example.org/');\nfetch('/own')",
    }
    found = "\n".join(violations(plant(tmp_path, files)))
    for place in ("a.html:2", "b.html:1", "c.css:1", "d.js:1", "d.js:2"):
        assert place in found
    assert len(found.splitlines()) == 5
