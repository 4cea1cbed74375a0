"""The source tree as the rules see it: files with their text and syntax, real or planted."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Source:
    """One file, named by its path from the root of the tree."""

    root: Path
    path: str

    @cached_property
    def text(self) -> str:
        return (self.root / self.path).read_text(encoding="utf-8")

    @cached_property
    def syntax(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in the syntax: each rule looks at all of it, and walking takes longer than looking."""
        return list(ast.walk(self.syntax))

    @property
    def module(self) -> str:
        """The dotted name under which others import this file."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def within(self, *places: str) -> bool:
        """Tell whether the file is one of `places`, or lies below one that ends in a slash."""
        return any(self.path == place or (place.endswith("/") and self.path.startswith(place)) for place in places)


@cache
def one(root: Path, path: str) -> Source:
    """Return a file, the same object each time: every rule reads the tree, and it is parsed once."""
    return Source(root, path)


def none_of(violations: list[str]) -> None:
    """Fail with one line for each violation, which says what to type."""
    if violations:
        pytest.fail("\n" + "\n".join(violations), pytrace=False)


def sources(root: Path, *places: str, suffix: str = ".py") -> list[Source]:
    """Return the files below the places of a tree, in order."""
    found = (path for place in places for path in (root / place).rglob(f"*{suffix}"))
    return [one(root, str(path.relative_to(root))) for path in sorted(found)]


def tracked(root: Path) -> list[Source]:
    """Return all files of the checkout that git knows or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
    return [one(root, name) for name in sorted(filter(None, names)) if (root / name).is_file()]


def plant(root: Path, files: dict[str, str]) -> Path:
    """Write a small tree for a rule to stumble over, and return its root."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything the file imports, `from x import y` as x.y."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of the file, methods and inner ones included."""
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of names, and "" in the place of anything else at its start."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of every call among nodes."""
    for node in nodes:
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func)
