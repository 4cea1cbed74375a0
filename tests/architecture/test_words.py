"""Words that have no place in the repository, and German that misses the translator."""

import ast
import re
from pathlib import Path

from tests.architecture.tree import ROOT, Source, dotted, none_of, plant, sources, tracked

# Written with a bracket, so that this file does not find itself.
FORBIDDEN = {
    re.compile(r"\b(?:TO[D]O|FIX[M]E)\b"): "do it, or leave it and say so in docs/decisions",
    re.compile(r"pypi[.]org|python[h]osted|registry[.]npmjs|deb[.]debian"): "name the package, not a host",
    re.compile(r"(?<![\w.:/}-])/(?:work|root)[/]"): "use a path from the root of the checkout",
}
BINARY = {".gif", ".ico", ".jpg", ".pdf", ".png", ".ttf", ".webp", ".woff", ".woff2", ".xlsx"}
NOT_OURS = ("hub/static/vendor/", "LICENSE")
SPOKEN = {"N_", "_", "gettext", "ngettext", "lazy", "pgettext"}
# Files whose German is data, not speech: the demo's cast and lists of words.
GERMAN_DATA = ("hub/seeds/", "hub/data/")
UMLAUT = re.compile("[äöüÄÖÜßẞ„“]")


def forbidden_words(files: list[Source]) -> list[str]:
    """Name every line with a word that has no place here."""
    found = []
    for source in files:
        if source.within(*NOT_OURS) or Path(source.path).suffix in BINARY:
            continue
        for number, line in enumerate(source.text.splitlines(), 1):
            for pattern, remedy in FORBIDDEN.items():
                if word := pattern.search(line):
                    found.append(f"{source.path}:{number}: “{word[0]}”: {remedy}")
    return found


def untranslatable(root: Path) -> list[str]:
    """Name German sentences in Python that do not go through the catalogue; a mere umlaut (ä → ae) is none."""
    found = []
    for source in sources(root, "hub", "calendars"):
        if source.within(*GERMAN_DATA):
            continue
        silent = docstrings(source.nodes) | spoken(source.nodes)
        for node in source.nodes:
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in silent:
                continue
            if UMLAUT.search(node.value) and len(node.value) > 2:
                found.append(f'{source.path}:{node.lineno}: write N_("{node.value[:30]}…") from hub.i18n')
    return found


def docstrings(nodes: list[ast.AST]) -> set[int]:
    """Return the identities of strings that stand alone as statements."""
    return {id(node.value) for node in nodes if isinstance(node, ast.Expr)}


def spoken(nodes: list[ast.AST]) -> set[int]:
    """Return the identities of everything inside a call to the catalogue."""
    heard = (node for node in nodes if isinstance(node, ast.Call))
    return {id(inner) for call in heard if dotted(call.func).rpartition(".")[2] in SPOKEN for inner in ast.walk(call)}


def test_the_repository_is_free_of_forbidden_words():
    none_of(forbidden_words(tracked(ROOT)))


def test_all_german_goes_through_the_catalogue():
    none_of(untranslatable(ROOT))


def test_planted_words_are_found(tmp_path):
    files = {
        "docs/a.md": f"{'TO' + 'DO'} later\nmethod\nhttps://example.de/{'wo' + 'rk'}/x",
        "requirements.lock": f"--index-url https://pypi{'.org'}/simple",
        "run": f"cd {'/'}work/main",
        "hub/static/vendor/x.js": f"// {'FIX' + 'ME'}",
    }
    root = plant(tmp_path, files)
    found = forbidden_words([Source(root, name) for name in files])
    assert [line.split(": ")[0] for line in found] == ["docs/a.md:1", "requirements.lock:1", "run:1"]


def test_planted_german_is_found(tmp_path):
    text = '"""Über dies."""\nN_("Plätze")\nx = {"ä": "ae"}\nraise Full("Keine Plätze")\nf(f"für {x}")\n'
    found = untranslatable(plant(tmp_path, {"hub/web/a.py": text, "hub/seeds/b.py": 'NAME = "Müller"'}))
    assert [line.split(": ")[0] for line in found] == ["hub/web/a.py:4", "hub/web/a.py:5"]
