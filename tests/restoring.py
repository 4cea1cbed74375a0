"""A PostgreSQL database that is put back to how it was by exchanging its rows: far cheaper than a new copy."""

from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql

MOST_GROWTH = 4 * 1024 * 1024  # bytes; past that a new copy costs less than the dead rows
SHAPE = """
    SELECT (SELECT array_agg((c.oid, c.relname, c.relfilenode) ORDER BY c.oid) FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace)::text,
           (SELECT array_agg((a.attrelid, a.attname, a.atttypid, a.attnotnull) ORDER BY a.attrelid, a.attnum)
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'public'::regnamespace)::text,
           (SELECT array_agg((t.oid, t.tgenabled) ORDER BY t.oid) FROM pg_trigger t)::text,
           (SELECT array_agg(p.oid ORDER BY p.oid) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace)::text,
           (SELECT count(*) FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid
            WHERE c.relnamespace = 'public'::regnamespace)
"""


class RestoredDatabase:
    """Remembers rows and counters of a database and brings them back, unless its tables themselves were changed."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.tables = [name for (name,) in self._ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        self.rows = {name: self._copy_out(name) for name in self._filled()}
        self.counters = self._ask(
            "SELECT quote_ident(sequencename), coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences "
            "WHERE schemaname = 'public'"
        )
        self.shape, self.size = self._shape(), self._size()

    def restore(self) -> bool:
        """Bring everything back; False when only a new copy can: tables changed, statistics, locks, much more data."""
        try:
            if self._shape() != self.shape or self._size() > self.size + MOST_GROWTH:
                return False
            with self.connection.transaction():
                self._exchange()
        except psycopg.OperationalError:  # somebody holds a lock, or the test ended all connections
            return False
        return True

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()

    def _exchange(self) -> None:
        # In this role neither foreign keys nor the triggers that refuse DELETE stand in the way.
        self.connection.execute("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '2s'")
        for name in self._filled():
            self.connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        for name, rows in self.rows.items():
            with self.connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
                copy.write(rows)
        self.connection.execute(
            "SELECT setval(name, value, used) FROM unnest(%s::regclass[], %s::bigint[], %s::boolean[])"
            " AS counters (name, value, used)",
            [list(column) for column in zip(*self.counters, strict=True)],
        )

    def _filled(self) -> list[str]:
        """Return the tables that have rows, with one statement."""
        looks = [sql.SQL("EXISTS (SELECT FROM {})").format(sql.Identifier(name)) for name in self.tables]
        found = self._ask(sql.SQL("SELECT {}").format(sql.SQL(", ").join(looks)))[0]
        return [name for name, filled in zip(self.tables, found, strict=True) if filled]

    def _copy_out(self, name: str) -> bytes:
        with self.connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
            return b"".join(bytes(part) for part in copy)

    def _shape(self) -> Any:
        return self._ask(SHAPE)

    def _size(self) -> int:
        return cast("int", self._ask("SELECT pg_database_size(current_database())")[0][0])

    def _ask(self, query: LiteralString | sql.Composed) -> list[Any]:
        return self.connection.execute(query).fetchall()
