"""What all tables share: names of constraints, keys, random public ids, relationships that never load by surprise."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Enum, ForeignKey, Index, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from hub.crypto import new_public_id
from hub.db import UTCDateTime

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of all nouns."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UTCDateTime, dict[str, Any]: JSON, list[str]: JSON, list[int]: JSON}


class Identified:
    """An internal key, never shown, and a random public id for addresses."""

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)


class Versioned:
    """Raised by every change of state, so that a stale write is noticed."""

    version: Mapped[int] = mapped_column(default=1)


def state_type(states: type[StrEnum]) -> Enum:
    """Return a column type that stores the value of a StrEnum as text, the same on both databases."""
    return Enum(
        states, native_enum=False, length=24, create_constraint=False, values_callable=lambda e: [m.value for m in e]
    )


def references(target: str) -> Any:
    """Return an indexed foreign key column to `table.id`."""
    return mapped_column(ForeignKey(f"{target}.id"), index=True)


def index_of_ends(column: str) -> Index:
    """Return an index of the rows that ended, by when, and of no others: the deletion journal asks for the newest."""
    over = text(f"{column} IS NOT NULL")
    return Index(None, column, sqlite_where=over, postgresql_where=over)


def index_of_due(column: str) -> Index:
    """Return an index by state and instant of the rows that have the instant, and of no others.

    With all rows in it, a database that has not counted states takes it for everything that asks for one.
    """
    over = text(f"{column} IS NOT NULL")
    return Index(None, "state", column, sqlite_where=over, postgresql_where=over)


def related(**options: Any) -> Any:
    """Return a relationship that a query must load by name (`lazy="raise_on_sql"`)."""
    return relationship(lazy="raise_on_sql", **options)
