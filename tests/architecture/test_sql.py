"""SQL has three homes: queries, scopes and the conditions of models. Transactions belong to the floor above."""

from pathlib import Path

from tests.architecture.tree import ROOT, Source, calls, imports, none_of, plant, sources

SCOPES = tuple(file.relative_to(ROOT).as_posix() for file in sorted((ROOT / "hub/policy").glob("*scopes.py")))
HOMES = ("hub/queries/", "hub/models/", *SCOPES)
# Other files with SQL, each with its reason.
ALLOWED: dict[str, str] = {"hub/db.py": "PRAGMA and BEGIN set up the connection itself"}
STATEMENTS = {"delete", "exists", "insert", "literal_column", "select", "text", "union", "union_all", "update"}
READING = {"execute", "get", "get_one", "query", "scalar", "scalars", "stream_scalars"}
SESSIONS = {"session", "tx", "transaction", "connection"}
BELOW_TRANSACTIONS = ("hub/models/", "hub/policy/", "hub/queries/", "hub/actions/")
ENDING = {"begin", "commit", "rollback"}


def sql(source: Source) -> list[str]:
    """Name what a file outside the three homes does with SQL."""
    found = []
    for line, name in imports(source):
        library, _, word = name.rpartition(".")
        if library.split(".")[0] == "sqlalchemy" and word in STATEMENTS:
            found.append(f"{source.path}:{line}: {word}() belongs to hub/queries; write a question there and call it")
    for line, name in calls(source.nodes):
        owner, _, verb = name.rpartition(".")
        if owner.rpartition(".")[2] in SESSIONS and verb in READING:
            found.append(f"{source.path}:{line}: {name}() belongs to hub/queries; write a question there and call it")
    return found


def violations(root: Path) -> list[str]:
    """Name SQL outside its homes and transactions ended too low."""
    hub = sources(root, "hub")
    found = [line for source in hub if not source.within(*HOMES, *ALLOWED) for line in sql(source)]
    for source in hub:
        for line, name in calls(source.nodes) if source.within(*BELOW_TRANSACTIONS) else ():
            owner, _, verb = name.rpartition(".")
            if owner.rpartition(".")[2] in SESSIONS and verb in ENDING:
                found.append(f"{source.path}:{line}: {name}(): the view, handler or command owns the transaction")
    return found


def test_sql_stays_at_home():
    none_of(violations(ROOT))


def test_every_exception_is_still_needed():
    assert [path for path in ALLOWED if not sql(Source(ROOT, path))] == []


def test_planted_sql_is_found(tmp_path):
    files = {
        "hub/web/slots.py": "from sqlalchemy import select, func",
        "hub/actions/slots.py": "def f(session):\n    session.scalars(1)\n    session.add(1)",
        "hub/queries/slots.py": "from sqlalchemy import select\nsession.execute(1)\nself.session.commit()",
        "hub/api/slots.py": "request.args.get('x')",
    }
    found = violations(plant(tmp_path, files))
    assert [line.split(": ")[0] for line in found] == [
        "hub/actions/slots.py:2",
        "hub/web/slots.py:1",
        "hub/queries/slots.py:3",
    ]
