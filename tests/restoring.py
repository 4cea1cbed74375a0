"""A PostgreSQL database that is put back to how it was by exchanging its rows: far cheaper than a new copy."""

from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql

MOST_GROWTH = 4 * 1024 * 1024  # bytes; past that a new copy costs less than the dead rows
# How many rows there are, and of which transactions: whatever is written leaves this trace, and none of it is read.
TRACE = "row(count(*), sum({0}.xmin::text::bigint))::text"
OWN = 16384  # the first number that is not one of the server's own things
SHAPE = f"""
    SELECT (SELECT {TRACE.format("c")} FROM pg_class c WHERE c.oid >= {OWN}),
           (SELECT {TRACE.format("a")} FROM pg_attribute a WHERE a.attrelid >= {OWN}),
           (SELECT {TRACE.format("t")} FROM pg_trigger t),
           (SELECT {TRACE.format("o")} FROM pg_constraint o WHERE o.oid >= {OWN}),
           (SELECT {TRACE.format("p")} FROM pg_proc p WHERE p.oid >= {OWN}),
           (SELECT count(*) FROM pg_statistic s WHERE s.starelid >= {OWN})
"""


class RestoredDatabase:
    """Remembers rows and counters of a database and brings them back, unless its tables themselves were changed."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.tables = [name for (name,) in self._ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        self.rows = {name: self._copy_out(name) for name in self.tables}
        self.counters = self._ask(
            "SELECT quote_ident(sequencename), coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences "
            "WHERE schemaname = 'public'"
        )
        self.shape, self.size, self.traces = self._shape(), self._size(), self._traces(self.tables)

    def restore(self) -> bool:
        """Bring everything back; False when only a new copy can: tables changed, statistics, locks, much more data."""
        try:
            if self._shape() != self.shape or self._size() > self.size + MOST_GROWTH:
                return False
            found = self._traces(self.tables)
            with self.connection.transaction():
                self._exchange([name for name in self.tables if found[name] != self.traces[name]])
        except psycopg.OperationalError:  # somebody holds a lock, or the test ended all connections
            return False
        return True

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()

    def _exchange(self, written: list[str]) -> None:
        # In this role neither foreign keys nor the triggers that refuse DELETE stand in the way.
        self.connection.execute("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '2s'")
        for name in written:
            self.connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            if self.rows[name]:
                with self.connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
                    copy.write(self.rows[name])
        self.connection.execute(
            "SELECT setval(name, value, used) FROM unnest(%s::regclass[], %s::bigint[], %s::boolean[])"
            " AS counters (name, value, used)",
            [list(column) for column in zip(*self.counters, strict=True)],
        )
        self.traces |= self._traces(written)

    def _traces(self, names: list[str]) -> dict[str, str]:
        """Return what tells whether a table was written to, with one statement for all of them."""
        if not names:
            return {}
        looks = [sql.SQL("(SELECT " + TRACE.format("t") + " FROM {} t)").format(sql.Identifier(name)) for name in names]
        return dict(zip(names, self._ask(sql.SQL("SELECT {}").format(sql.SQL(", ").join(looks)))[0], strict=True))

    def _copy_out(self, name: str) -> bytes:
        with self.connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
            return b"".join(bytes(part) for part in copy)

    def _shape(self) -> Any:
        return self._ask(SHAPE)

    def _size(self) -> int:
        return cast("int", self._ask("SELECT pg_database_size(current_database())")[0][0])

    def _ask(self, query: LiteralString | sql.Composed) -> list[Any]:
        return self.connection.execute(query).fetchall()
