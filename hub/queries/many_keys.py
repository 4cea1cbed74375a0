"""One of very many keys: a condition whose statement is the same for any number of them, on both databases."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Dialect, Integer, Text, TypeDecorator, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement


class Keys(TypeDecorator[Collection[int]]):
    """Any number of keys as one value: a list for every key would make another statement for every number of them."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(ARRAY(Integer) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        keys = sorted(value or ())
        return keys if dialect.name == "postgresql" else json.dumps(keys)


class _Among(FunctionElement[bool]):
    """Whether a key is one of many that are handed over as one value (Keys)."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        return self  # else SQLite would get "… = 1", and look no key up through an index


@compiles(_Among, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    key, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({key} IN (SELECT value FROM json_each({keys})))"  # noqa: S608 (compiled clauses, no text of anybody)


@compiles(_Among, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    key, keys = (compiler.process(clause, **options) for clause in element.clauses)
    # A list is looked through one by one where the statement was prepared; what is selected is hashed.
    return f"({key} IN (SELECT unnest({keys})))"


def is_among(key: ColumnElement[Any] | InstrumentedAttribute[Any], keys: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a column is one of these keys, however many there are."""
    return _Among(key, literal(keys, Keys()))
