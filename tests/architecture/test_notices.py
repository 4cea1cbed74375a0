"""Whatever is announced stands in the table of notices with a template, and the table holds nothing besides."""

import ast
from pathlib import Path

from hub.actions.notices import CALLED, TABLE
from tests.architecture.tree import ROOT, Source, dotted, functions, none_of, plant, sources

EVENT = 1  # announce(session, event, facts, at=…)


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """Return what a call passes for a parameter, by position or by name."""
    if len(call.args) > position:
        return call.args[position]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def calls_of(tree: ast.AST, function: str) -> list[ast.Call]:
    """Return the calls of a function by its last name."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in found if dotted(call.func).rpartition(".")[2] == function]


def words(node: ast.expr | None, function: ast.AST) -> list[str | None]:
    """Return the words an argument may be, None for one that is not written out in its function."""
    if isinstance(node, ast.IfExp):
        return words(node.body, function) + words(node.orelse, function)
    if isinstance(node, ast.Name):
        values = [one.value for one in ast.walk(function) if isinstance(one, ast.Assign) and is_name(one, node.id)]
        return [word for value in values for word in words(value, function)] or [None]
    return [node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None]


def is_name(assignment: ast.Assign, name: str) -> bool:
    return [dotted(target) for target in assignment.targets] == [name]


def announced(source: Source) -> list[tuple[int, str | None]]:
    """Return line and event of everything a file announces, through a function that only passes it on as well."""
    found: list[tuple[int, str | None]] = []
    for function in functions(source):
        names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        for call in calls_of(function, "announce"):
            event = argument(call, EVENT, "event")
            if isinstance(event, ast.Name) and event.id in names:
                found += passed_on(source, function.name, names.index(event.id), event.id)
            else:
                found += [(call.lineno, word) for word in words(event, function)]
    return found


def passed_on(source: Source, to: str, position: int, name: str) -> list[tuple[int, str | None]]:
    """Return line and event of every call of a function that announces what it is given."""
    found: list[tuple[int, str | None]] = []
    for function in functions(source):
        for call in calls_of(function, to):
            found += [(call.lineno, word) for word in words(argument(call, position, name), function)]
    return found


def violations(root: Path, table: set[str]) -> list[str]:
    """Name every announced event that nobody would hear of, and every entry that nobody announces."""
    found, used = [], set()
    for source in sources(root, "hub/actions"):
        if source.path == "hub/actions/notices.py":
            continue
        for line, event in announced(source):
            used.add(event)
            if event is None:
                found.append(f"{source.path}:{line}: write the event as a word, so that it can be looked up")
            elif event not in table:
                found.append(f"{source.path}:{line}: add “{event}” to TABLE in hub/actions/notices.py")
    return found + [f"TABLE: nobody announces “{event}”" for event in sorted(table - used)]


def test_everything_announced_stands_in_the_table_and_nothing_else():
    none_of(violations(ROOT, set(TABLE)))


def test_every_template_of_the_table_is_a_file_and_every_file_is_used():
    files = {path.stem for path in (ROOT / "templates" / "mail").glob("[!_]*.txt")}
    assert {template for entries in TABLE.values() for _, template in entries} == files | CALLED
    assert not files & CALLED


def test_planted_events_are_found(tmp_path):
    text = """
def direct(session):
    announce(session, "slot.moved", facts, at=at)
    notices.announce(session, "slot.lost", facts, at=at)
    notices.announce(session, f"slot.{x}", facts, at=at)

def _tell(session, actor, event, at):
    announce(session, event, facts, at=at)

def indirect(session):
    _tell(session, actor, "slot.found" if x else "slot.called_off", at)
    _tell(session, actor, event=chosen, at=at)
    event = "slot.moved" if x else "slot.drawn"
    _tell(session, actor, event, at)
"""
    found = violations(plant(tmp_path, {"hub/actions/a.py": text}), {"slot.moved", "slot.called_off", "slot.rung"})
    assert [line.split(": ")[0] for line in found] == [
        "hub/actions/a.py:4",
        "hub/actions/a.py:5",
        "hub/actions/a.py:11",
        "hub/actions/a.py:12",
        "hub/actions/a.py:14",
        "TABLE",
    ]
