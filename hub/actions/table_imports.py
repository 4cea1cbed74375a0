"""A partner's table on its way in: uploaded, columns named, checked without writing, imported whole or not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import log
from hub.actions.table_writing import write_dates, write_offers
from hub.errors import StepNotPossible
from hub.i18n import N_
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.table_import import ImportState, TableImport, TableKind, TableMapping
from hub.policy.actor import SYSTEM, Actor
from hub.policy.permissions import Permission
from hub.policy.rules import allows, require
from hub.queries import table_imports, users
from hub.queries.states import move, require_version
from hub.queries.table_offers import find_organisation
from hub.queries.table_rows import lost
from hub.tables.reading import Table


def upload_table(
    session: Session, *, actor: Actor, organisation: Organisation, kind: TableKind, table: Table, at: datetime
) -> TableImport:
    """Keep a table that was read, with what its columns seem to mean; nothing is imported."""
    require(actor, Permission.EDIT_OFFER, Offer(organisation_id=organisation.id))
    one = TableImport(
        organisation_id=organisation.id,
        user_id=actor.user_id,
        kind=kind,
        content=table.to_bytes(),
        columns=table_imports.columns_for(session, organisation.id, kind, table.headings),
        total=len(table.rows),
        created_at=at,
    )
    session.add(one)
    session.flush()
    return one


def check_table(
    session: Session,
    *,
    actor: Actor,
    table_import: TableImport,
    columns: Mapping[str, str],
    version: int | None = None,
    at: datetime,
) -> None:
    """Go through all rows by the rules of the forms and keep the report; writes no offer and no date.

    What the columns mean is remembered for the organisation's next table with these headings. Raises InvalidInput
    (422) for columns that do not make a table, StepNotPossible, SomebodyWasFaster (409).
    """
    require(actor, Permission.EDIT_OFFER, table_import)
    require_version(table_import, version)
    table_imports.require_columns(table_import.kind, columns)
    table = _table(table_import)
    if table_import.state is ImportState.CHECKED:
        move(session, table_import, ImportState.UPLOADED, at=at)
    move(session, table_import, ImportState.CHECKED, at=at)
    table_import.columns = {heading: columns.get(heading, "") for heading in table.headings}
    _remember(session, table_import, table)
    planned = table_imports.plan(session, actor, table_import, table, at=at)
    table_imports.require_bounded(planned)
    table_import.report = planned.report()


def _table(table_import: TableImport) -> Table:
    if table_import.content is None:
        raise StepNotPossible(N_("Diese Tabelle ist schon fertig."))
    return Table.from_bytes(table_import.content)


def _remember(session: Session, one: TableImport, table: Table) -> None:
    mapping = table_imports.find_mapping(session, one.organisation_id, one.kind, table.headings)
    if mapping is None:
        digest = table_imports.digest_of(table.headings)
        mapping = TableMapping(organisation_id=one.organisation_id, kind=one.kind, headings_digest=digest)
        session.add(mapping)
    mapping.columns = {"fields": [one.columns[heading] for heading in table.headings]}


def start_import(
    session: Session, *, actor: Actor, table_import: TableImport, version: int | None = None, at: datetime
) -> None:
    """Let the worker import all rows that the check found good; a second start finds nothing to start (409)."""
    require(actor, Permission.EDIT_OFFER, table_import)
    require_version(table_import, version)
    move(session, table_import, ImportState.RUNNING, at=at, user_id=actor.user_id, done=0)


def run_import(session: Session, *, actor: Actor = SYSTEM, import_id: int, at: datetime) -> bool:
    """Import the good rows of a started table in this one transaction; False when there is nothing to do any more.

    It is done as the person who started it. When a row that was good is not good any more, nothing is imported: the
    table goes back with a new report. Whatever raises leaves nothing behind either; the worker then calls `put_back`.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    one = table_imports.lock_import(session, import_id)
    if one.state is not ImportState.RUNNING:
        return False
    owner = users.find_actor(session, one.user_id)
    if owner is None or not allows(owner, Permission.EDIT_OFFER, one):
        move(session, one, ImportState.CHECKED, at=at)
        return False
    planned = table_imports.plan(session, owner, one, _table(one), at=at)
    report = planned.report()
    if lost(one.report, report):
        move(session, one, ImportState.CHECKED, at=at)
        one.report = report
        return False
    write: Any = write_offers if one.kind is TableKind.OFFERS else write_dates
    organisation = find_organisation(session, one.organisation_id)
    made = write(session, actor=owner, organisation=organisation, work=planned.work, at=at)
    for row in report:
        row["thing"] = made.get(row["row"], row["thing"])
    move(session, one, ImportState.DONE, at=at, finished_at=at, content=None, done=len(planned.work))
    one.report = report
    purpose = owner.purpose_for(one.organisation_id)
    log.record(session, actor=owner, action="table.imported", thing=one, purpose=purpose, at=at)
    return True


def put_back(session: Session, *, actor: Actor = SYSTEM, import_id: int, at: datetime) -> None:
    """Let a person look again at an import that could not be done."""
    require(actor, Permission.RUN_MAINTENANCE)
    one = table_imports.lock_import(session, import_id)
    if one.state is ImportState.RUNNING:
        move(session, one, ImportState.CHECKED, at=at)


def drop_import(
    session: Session, *, actor: Actor, table_import: TableImport, version: int | None = None, at: datetime
) -> None:
    """Throw a table away before it is imported, with its content and report."""
    require(actor, Permission.EDIT_OFFER, table_import)
    require_version(table_import, version)
    move(session, table_import, ImportState.DROPPED, at=at, finished_at=at, content=None)
    table_import.report = []
