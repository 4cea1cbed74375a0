"""Writing very many rows at once, for invented data only: no verb asks, no log tells; pages never come here."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import (
    Column,
    Dialect,
    Integer,
    String,
    case,
    cast,
    column,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    values,
)
from sqlalchemy.orm import Session

from hub.db import UTCDateTime
from hub.models.offer import Offer
from hub.models.slot import Pool, Slot
from hub.queries.offer_filters import minutes_after

NOON, LASTS = 12 * 60, 60  # minutes after midnight, and of a date
DAYS = 7


def add_named_rows(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Add rows and return their keys in the same order; the keys are taken beforehand."""
    keys = _take_keys(session, table.__table__, len(rows))
    add_rows(session, table, [{"id": key, **row} for key, row in zip(keys, rows, strict=True)])
    return keys


def add_rows(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows nobody asks the keys of: by COPY to a server, else by the driver's own way for many.

    What a row leaves out has the column's default; constraints and triggers are asked as always.
    """
    if not rows:
        return
    named = set().union(*rows)
    columns = [one for one in table.__table__.columns if one.key in named or one.default is not None]
    tuples = _as_stored(rows, columns, session.get_bind().dialect)
    names = ", ".join(one.name for one in columns)
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.__tablename__} ({names}) VALUES ({marks})", list(tuples))  # noqa: S608
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.__tablename__} ({names}) FROM STDIN") as copy:
        for one in tuples:
            copy.write_row(one)


def _as_stored(
    rows: Sequence[dict[str, Any]], columns: Sequence[Column[Any]], dialect: Dialect
) -> Iterator[tuple[Any, ...]]:
    """Turn rows into what the driver takes, each column by its own type."""
    kept = [(one.key, _default_of(one), _turned(one, dialect)) for one in columns]
    for row in rows:
        yield tuple([stored(row[key] if key in row else default()) for key, default, stored in kept])


def _turned(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any]:
    """Return what turns a value of a column into the driver's; instants come again and again."""
    stored: Any = column.type.dialect_impl(dialect).bind_processor(dialect)
    if stored is None:
        return lambda value: value
    turned: Callable[[Any], Any] = lru_cache(stored) if isinstance(column.type, UTCDateTime) else stored
    return turned


def _default_of(column: Column[Any]) -> Callable[[], Any]:
    default: Any = column.default
    if default is None:
        return lambda: None
    return partial(default.arg, None) if default.is_callable else lambda: default.arg


def _take_keys(session: Session, table: Any, number: int) -> list[int]:
    """Take so many keys that nobody else gets: of the sequence, or after the last one, as SQLite has one writer."""
    if session.get_bind().dialect.name == "sqlite":
        first = (session.scalar(select(func.max(table.c.id))) or 0) + 1
        return list(range(first, first + number))
    following = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    return list(session.scalars(select(following).select_from(func.generate_series(1, number))))


def count_named(session: Session, name: Any, ending: str) -> int:
    """Return how many rows have a name that ends so."""
    return session.scalar(select(func.count()).where(name.endswith(ending, autoescape=True))) or 0


def add_weekly_dates(
    session: Session, offer_ids: Sequence[int], noons: Sequence[datetime], *, in_last_week: int, at: datetime
) -> None:
    """Give each of these offers a date a week at a day and an hour of its own, without a row leaving the database.

    `noons` are the local noons of whole weeks from a Monday on, in UTC, so that the clock change moves nothing. In the
    last week only the first `in_last_week` offers have one. Every fourth date is full: as nobody is booked, it has no
    place at all.
    """
    rows = [(number // DAYS, number % DAYS, noon) for number, noon in enumerate(noons)]
    day = values(column("week", Integer), column("weekday", Integer), column("noon", UTCDateTime()), name="day")
    days = day.data(rows).cte("days")
    minute = (8 + Offer.id % 12) * 60 + 15 * (Offer.id % 4)
    whole = or_(days.c.week < len(noons) // DAYS - 1, Offer.id.in_(offer_ids[:in_last_week]))
    dates = select(
        func.substr(Offer.public_id, 1, 12).concat(cast(days.c.week, String)),
        Offer.id,
        minutes_after(days.c.noon, minute - NOON),
        minutes_after(days.c.noon, minute - NOON + LASTS),
        days.c.weekday,
        minute,
        case(((Offer.id + days.c.week) % 4 == 0, 0), else_=Offer.places),
        literal(at, UTCDateTime()),
        literal(at, UTCDateTime()),
    ).join(days, days.c.weekday == Offer.id % DAYS)
    names = ["public_id", "offer_id", "starts_at", "ends_at", "local_weekday", "local_minute", "places"]
    chosen = dates.where(Offer.id.in_(offer_ids), whole)
    session.execute(insert(Slot).from_select([*names, "created_at", "changed_at"], chosen))


def add_open_pools(session: Session, offer_ids: Sequence[int]) -> None:
    """Give each date of these offers its open pool with all its places."""
    pools = select(Slot.id, Slot.places).where(Slot.offer_id.in_(offer_ids))
    session.execute(insert(Pool).from_select(["slot_id", "places"], pools))


def refresh_statistics(session: Session) -> None:
    """Let PostgreSQL count at once what it would count by itself a little later; SQLite's plans need no counts."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))
