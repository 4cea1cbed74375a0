"""What becomes of each row of a table, before and after the import: outcomes, and how they are kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hub.errors import InvalidInput
from hub.i18n import N_, Message
from hub.tables.reading import Row, Table

SHOWN_CELLS = 3
EXTRA_CELLS = N_("In dieser Zeile stehen mehr Zellen als Überschriften.")


class Becomes(StrEnum):
    """What the import does with a row; the first two are done, the last two are not."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    YOURS = "yours"  # somebody must decide it by hand
    WRONG = "wrong"


LEFT_OUT = (Becomes.WRONG, Becomes.YOURS)


@dataclass(frozen=True)
class Outcome:
    """One row: what becomes of it, why, and which own thing it is about (a public id), if any."""

    row: Row
    becomes: Becomes
    reasons: Mapping[str, Message] = field(default_factory=dict)
    thing: str = ""

    def stored(self) -> dict[str, Any]:
        """Return the outcome as the report keeps it: the cells only of rows that somebody must mend."""
        reasons = [
            [name, why.text, {key: _plain(fact) for key, fact in why.facts.items()}]
            for name, why in self.reasons.items()
        ]
        kept = self.row.cells if self.becomes in LEFT_OUT else [cell[:80] for cell in self.row.cells[:SHOWN_CELLS]]
        return {
            "row": self.row.number,
            "becomes": self.becomes.value,
            "why": reasons,
            "cells": kept,
            "thing": self.thing,
        }


def _plain(fact: Any) -> Any:
    return fact if isinstance(fact, str | int) else str(fact)


def reasons_of(stored: Mapping[str, Any]) -> list[tuple[str, Message]]:
    """Return the reasons of a kept outcome by field."""
    return [(name, Message(text, facts)) for name, text, facts in stored["why"]]


@dataclass
class Planned:
    """What an import would do: an outcome for every row, and the work behind those that are good."""

    outcomes: list[Outcome] = field(default_factory=list)
    work: list[tuple[int, Any]] = field(default_factory=list)  # by row number

    def add(self, row: Row, becomes: Becomes, work: Any = None, *, thing: str = "") -> None:
        """Note what becomes of a row."""
        self.outcomes.append(Outcome(row, becomes, {}, thing))
        if work is not None:
            self.work.append((row.number, work))

    def refuse(self, row: Row, reasons: Mapping[str, Message]) -> None:
        """Note that a row is wrong."""
        self.outcomes.append(Outcome(row, Becomes.WRONG, reasons))

    def leave(self, row: Row, reason: Message, *, thing: str) -> None:
        """Note that somebody must decide about a row by hand."""
        self.outcomes.append(Outcome(row, Becomes.YOURS, {"": reason}, thing))

    def report(self) -> list[dict[str, Any]]:
        """Return all outcomes as they are kept."""
        return [one.stored() for one in self.outcomes]


def by_field(table: Table, columns: Mapping[str, str], row: Row) -> dict[str, str]:
    """Return what a row says by field; empty cells say nothing. Raises InvalidInput for cells without a heading."""
    if len(row.cells) > len(table.headings):
        raise InvalidInput(fields={"": EXTRA_CELLS})
    fields = (columns.get(heading, "") for heading in table.headings)
    return {name: cell for name, cell in zip(fields, row.cells, strict=False) if name and cell}


def count(report: Iterable[Mapping[str, Any]]) -> dict[Becomes, int]:
    """Return how many rows of a report come to what."""
    numbers = dict.fromkeys(Becomes, 0)
    for one in report:
        numbers[Becomes(one["becomes"])] += 1
    return numbers


def lost(before: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether a row that was good is not any more."""
    good = {one["row"] for one in before if Becomes(one["becomes"]) not in LEFT_OUT}
    return any(one["row"] in good for one in now if Becomes(one["becomes"]) in LEFT_OUT)
