"""`hub authorisation`: the authorisation concept in German, written from the rules the house itself asks."""

from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType

import click

from hub.data.authorisation_words import FIELDS, HEADS, PAGE, PHASES, READERS
from hub.models.subscription import FeedKind
from hub.policy import (
    attendance_scopes,
    barrier_scopes,
    bulk_scopes,
    catalogue_scopes,
    demand_scopes,
    disclosure_scopes,
    duty_scopes,
    emergency_scopes,
    exclusion_scopes,
    feed_scopes,
    figure_scopes,
    inspection_scopes,
    notice_scopes,
    phone_scopes,
    prior_question_scopes,
    round_scopes,
    scopes,
    sheet_scopes,
    shortlist_scopes,
    slip_scopes,
    transmission_scopes,
)
from hub.policy.fields import Field, Phase, Reader
from hub.policy.person_scopes import KEPT_AFTER_END
from hub.policy.rules import RULES
from hub.policy.visibility import FEEDS, MATRIX, OTHER_OBJECTS, PROFILE, Part

Rows = Iterator[list[str]]
ROWS: Sequence[ModuleType] = (
    scopes,
    attendance_scopes,
    barrier_scopes,
    bulk_scopes,
    catalogue_scopes,
    demand_scopes,
    disclosure_scopes,
    duty_scopes,
    emergency_scopes,
    exclusion_scopes,
    feed_scopes,
    figure_scopes,
    inspection_scopes,
    notice_scopes,
    phone_scopes,
    prior_question_scopes,
    round_scopes,
    sheet_scopes,
    shortlist_scopes,
    slip_scopes,
    transmission_scopes,
)


@click.command()
def command() -> None:
    """Write the authorisation concept."""
    click.echo(describe(), nl=False)


def describe() -> str:
    """Return the authorisation concept as Markdown."""
    readers = [reader for reader in Reader if any(reader in cells for cells in MATRIX.values())]
    tables = {
        "readers": ([reader.value, READERS[reader]] for reader in Reader),
        "fields": ([field.value, FIELDS[field]] for field in Field),
        "profile": ([READERS[reader], _cell(PROFILE[reader])] for reader in Reader if reader in PROFILE),
        "objects": _objects(),
        "feeds": _feeds(),
        "permissions": _permissions(),
        "rows": _scopes(),
    }
    return PAGE.format(
        **{name: _table(HEADS[name], rows) for name, rows in tables.items()},
        matrix=_table(("Stand", *(one.value for one in readers)), _matrix(readers)),
        nobody=", ".join(reader.value for reader in Reader if reader not in readers),
        days=KEPT_AFTER_END.days,
        over=PHASES[Phase.PARTICIPATION_ENDED],
    )


def _matrix(readers: Sequence[Reader]) -> Rows:
    """Give the lines of phases and readers; readers who see nothing in any phase have no column."""
    for phase in Phase:
        yield [PHASES[phase], *(_cell(MATRIX[phase].get(one)) for one in readers)]


def _objects() -> Rows:
    for name, cells in OTHER_OBJECTS.items():
        for reader in Reader:
            if reader in cells:
                yield [_sentence(name), READERS[reader], _sentence(cells[reader])]


def _feeds() -> Rows:
    for kind in FeedKind:
        for level, parts in FEEDS[kind].items():
            yield [kind.value, level.value, ", ".join(part.value for part in Part if part in parts)]


def _permissions() -> Rows:
    for one, rules in RULES.items():
        yield [f"`{one.value}`", "; ".join(_sentence(rule.__name__) for rule in rules)]


def _scopes() -> Rows:
    found = {name: scope for module in ROWS for name, scope in vars(module).items() if name.endswith("_for")}
    for name in sorted(found):
        if not name.startswith("_"):
            yield [f"`{name}`", (found[name].__doc__ or "").partition("\n")[0]]


def _cell(fields: Iterable[Field] | None) -> str:
    return " ".join(field.value for field in Field if field in set(fields or ())) or "–"


def _sentence(name: str) -> str:
    return name.replace("_", " ")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
