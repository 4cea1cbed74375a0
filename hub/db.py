"""Engine, sessions and transactions for SQLite and PostgreSQL, and the column types both share."""

import json
import random
import sqlite3
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, DateTime, Dialect, Engine, Select, Text, TypeDecorator, create_engine, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session, sessionmaker

from hub import crypto

T = TypeVar("T")
TRIES = 3
LOOKERS = 5  # connections kept for the questions that need no session
ANSWERS_WITHIN = 10  # seconds; a server that takes longer to let somebody in is away
RETRY_AFTER = 60  # seconds, after which it is worth asking again
TRANSIENT = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available
# What SQLite says of a file that cannot be read or written now, in the low byte of its code.
AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; refuses naive values on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive instant cannot be stored; use hub.clock.now().")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[Any]):
    """A JSON value encrypted under the process's key ring; a dump shows none of it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else crypto.ring().encrypt(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(crypto.ring().decrypt(value))


class Database:
    """One engine and its two kinds of transaction: writing and reading."""

    def __init__(self, url: str, *, pool_size: int = 5, durable: bool = True) -> None:
        self.engine = _engine(url, pool_size, durable)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        # A read through the bare driver wants no transaction; SQLite's connections have none unless told.
        self._lookers = (
            self.engine if url.startswith("sqlite") else _server(url, pool_size=LOOKERS, isolation_level="AUTOCOMMIT")
        )
        self._looks: dict[Select[Any], _Look] = {}

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open one writing transaction: all or nothing when the block is left."""
        with self._sessions() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open one read-only transaction; the database itself refuses writes in it."""
        with self._sessions() as session:
            session.connection(execution_options={"readonly": True, "postgresql_readonly": True})
            try:
                yield session
            except SQLAlchemyError:
                session.rollback()
                raise
            finally:
                session.expunge_all()  # the end would empty what was read; pages render it afterwards
                # After a rollback the PostgreSQL driver forgets every statement it has prepared; here is none to undo.
                (session.commit if session.is_active else session.rollback)()

    def look(self, query: Select[Any], **parameters: str) -> Any:
        """Return the one row of a SELECT, or None, through the bare driver: five times cheaper than a session.

        For the few addresses that programs ask for all day. `query` is a constant; it is compiled once.
        """
        look = self._looks.get(query) or self._looks.setdefault(query, _Look(query, self.engine.dialect))
        for _ in range(LOOKERS):
            with suppress(_DeadConnection):  # the server went away and came back; the next one kept may be dead too
                return look.once(self._lookers, parameters)
        return look.once(self._lookers, parameters)

    def run(self, unit: Callable[[Session], T]) -> T:
        """Run `unit` in one writing transaction, again (3 tries, jitter) on a passing conflict."""
        return retried(lambda: self._once(unit))

    def _once(self, unit: Callable[[Session], T]) -> T:
        with self.transaction() as session:
            return unit(session)

    def ping(self) -> None:
        """Raise the driver's error when the database does not answer."""
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()
        self._lookers.dispose()


class _DeadConnection(DisconnectionError):
    """A connection that was kept turned out to be dead when it was used; it is kept no longer."""


class _Look:
    """A SELECT compiled for one kind of database, with what turns the driver's values into ours."""

    def __init__(self, query: Select[Any], dialect: Dialect) -> None:
        compiled = query.compile(dialect=dialect)
        columns = list(query.selected_columns)
        self.sql, self.order = str(compiled), getattr(compiled, "positiontup", None) if compiled.positional else None
        self.row: Any = namedtuple("Row", [column.key or "" for column in columns])  # type: ignore[misc]  # noqa: PYI024
        self.options = {"binary": True} if dialect.name == "postgresql" else {}
        self.convert = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]

    def once(self, engine: Engine, parameters: dict[str, str]) -> Any:
        values = parameters if self.order is None else tuple(parameters[name] for name in self.order)
        try:
            connection = engine.raw_connection()
        except engine.dialect.loaded_dbapi.OperationalError as error:
            raise DisconnectionError(type(error).__name__) from error
        try:
            row = connection.driver_connection.execute(self.sql, values, **self.options).fetchone()  # type: ignore[union-attr]
        except Exception as error:
            if not engine.dialect.is_disconnect(error, connection.driver_connection, None):  # type: ignore[arg-type]
                raise
            connection.invalidate(error)
            raise _DeadConnection from error
        finally:
            connection.close()
        if row is None:
            return None
        return self.row._make(made(value) if made else value for made, value in zip(self.convert, row, strict=True))


def retried(unit: Callable[[], T]) -> T:
    """Call `unit`, which opens its own transaction, up to three times while only a passing conflict stops it."""
    for tried in range(1, TRIES + 1):
        try:
            return unit()
        except DBAPIError as error:
            if tried == TRIES or not passing(error):
                raise
            time.sleep(random.uniform(0.005, 0.05) * tried)  # noqa: S311 (jitter, not a secret)
    raise AssertionError("unreachable")


def passing(error: DBAPIError) -> bool:
    """Tell whether the same work may succeed when tried again (deadlock, serialization, locked)."""
    if getattr(error.orig, "sqlstate", None) in TRANSIENT:
        return True
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def out_of_reach(error: BaseException) -> bool:
    """Tell whether the database is away, full or busy, so that the same request may succeed later: no fault of ours."""
    if isinstance(error, NoConnectionFree | DisconnectionError):
        return True
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in AWAY
    return isinstance(error, OperationalError | InterfaceError)  # of a server these are never about our statements


def _engine(url: str, pool_size: int, durable: bool) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30, "isolation_level": None}, pool_size=pool_size)
        event.listen(engine, "connect", _prepare_sqlite(durable))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return _server(url, pool_size=pool_size, pool_pre_ping=True)


def _server(url: str, **options: Any) -> Engine:
    engine = create_engine(url, connect_args={"connect_timeout": ANSWERS_WITHIN}, **options)
    event.listen(engine, "do_execute", _execute_in_binary)
    return engine


def _execute_in_binary(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    """Ask a server for bytes as they are where a statement is marked `binary`; their text form takes twice the room."""
    if context is None or not context.execution_options.get("binary"):
        return False
    cursor.execute(statement, parameters, binary=True)
    return True


def _prepare_sqlite(durable: bool) -> Callable[[Any, Any], None]:
    def prepare(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys=ON")

    return prepare


def _begin_sqlite(connection: Connection) -> None:
    readonly = connection.get_execution_options().get("readonly")
    connection.exec_driver_sql(f"PRAGMA query_only={1 if readonly else 0}")
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")
