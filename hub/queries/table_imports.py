"""Questions about tables on their way in: one, the latest, those to run; how their columns were read; and the plan."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, defer, joinedload

from hub.errors import InvalidInput, NotFound
from hub.folding import fold
from hub.i18n import N_, Message
from hub.models.organisation import Organisation
from hub.models.table_import import ImportState, TableImport, TableKind, TableMapping
from hub.policy.actor import Actor
from hub.policy.scopes import table_imports_for
from hub.queries.table_dates import DatePlanner
from hub.queries.table_offers import OfferPlanner, OfferWork, find_organisation
from hub.queries.table_rows import Planned
from hub.queries.table_words import field_names, guess_columns
from hub.tables.reading import Table

KEPT = timedelta(days=30)
MOST_BY_VERBS = 500  # offers written and dates changed one by one, in one transaction; new dates are many in one go
# What a table must have to mean anything: one of each group.
NEEDED: Mapping[TableKind, Sequence[tuple[str, ...]]] = {
    TableKind.OFFERS: (("title", "external_id"),),
    TableKind.DATES: (("offer",), ("day",), ("end", "minutes")),
}
LABELS: Mapping[TableKind, Mapping[str, Message]] = {
    TableKind.OFFERS: {"title": N_("Titel"), "external_id": N_("Nummer")},
    TableKind.DATES: {"offer": N_("Angebot"), "day": N_("Tag"), "end": N_("Ende"), "minutes": N_("Dauer")},
}


def get_import(session: Session, actor: Actor, public_id: str) -> TableImport:
    """Return a table on its way in of an organisation the actor acts for, with the organisation; else NotFound."""
    query = table_imports_for(actor).where(TableImport.public_id == public_id)
    found: TableImport | None = session.scalar(query.options(joinedload(TableImport.organisation)))
    if found is None:
        raise NotFound
    return found


def list_imports(session: Session, actor: Actor, *, limit: int = 10) -> list[TableImport]:
    """Return the latest tables of the actor's organisations, without their content and reports."""
    query = table_imports_for(actor).where(TableImport.state != ImportState.DROPPED)
    query = query.options(
        joinedload(TableImport.organisation),
        defer(TableImport.content, raiseload=True),
        defer(TableImport.report, raiseload=True),
    )
    return list(session.scalars(query.order_by(TableImport.id.desc()).limit(limit)))


def list_running(session: Session) -> Sequence[int]:
    """Return the keys of the imports that were started and are not done."""
    query = select(TableImport.id).where(TableImport.state == ImportState.RUNNING)
    return session.scalars(query.order_by(TableImport.id)).all()


def lock_import(session: Session, import_id: int) -> TableImport:
    """Return an import, locked and fresh, with all running ones of its organisation: they go one after the other."""
    own = select(TableImport.organisation_id).where(TableImport.id == import_id).scalar_subquery()
    running = (TableImport.state == ImportState.RUNNING) | (TableImport.id == import_id)
    query = select(TableImport).where(TableImport.organisation_id == own, running).order_by(TableImport.id)
    locked = query.with_for_update(of=TableImport).execution_options(populate_existing=True)
    return next(one for one in session.scalars(locked).all() if one.id == import_id)


def delete_old(session: Session, *, at: datetime) -> None:
    """Delete tables that nobody needs any more: their reports hold what people wrote into cells."""
    old = TableImport.created_at < at - KEPT
    session.execute(delete(TableImport).where(old, TableImport.state != ImportState.RUNNING))


def digest_of(headings: Sequence[str]) -> str:
    """Return the name under which a table with these headings is known again."""
    return hashlib.sha256("\n".join(fold(heading) or heading for heading in headings).encode()).hexdigest()


def columns_for(session: Session, organisation_id: int, kind: TableKind, headings: Sequence[str]) -> dict[str, str]:
    """Return what each heading means: as it was said last time, else as it seems."""
    mapping = find_mapping(session, organisation_id, kind, headings)
    if mapping is None:
        return guess_columns(kind, list(headings))
    known = mapping.columns.get("fields", [])
    return dict(zip(headings, known, strict=False))


def find_mapping(
    session: Session, organisation_id: int, kind: TableKind, headings: Sequence[str]
) -> TableMapping | None:
    """Return how an organisation's table with these headings was read last time, or None."""
    query = select(TableMapping).where(
        TableMapping.organisation_id == organisation_id,
        TableMapping.kind == kind,
        TableMapping.headings_digest == digest_of(headings),
    )
    return session.scalar(query)


def require_columns(kind: TableKind, columns: Mapping[str, str]) -> None:
    """Raise InvalidInput (422) when a field is missing, unknown or named by two columns."""
    named = [field for field in columns.values() if field]
    if not set(named) <= set(field_names(kind)):
        raise InvalidInput
    if len(named) != len(set(named)):
        raise InvalidInput(N_("Zwei Spalten bedeuten dasselbe. Bitte wählen Sie bei einer „nicht übernehmen“."))
    for group in NEEDED[kind]:
        if not set(group) & set(named):
            words = " / ".join(str(LABELS[kind][name]) for name in group)
            raise InvalidInput(N_("Es fehlt eine Spalte: {words}.", words=words))


def require_bounded(planned: Planned) -> None:
    """Raise InvalidInput (422) when an import would keep everybody else waiting for too long."""
    slow = sum(1 for _, work in planned.work if isinstance(work, OfferWork) or work.slot is not None)
    if slow > MOST_BY_VERBS:
        raise InvalidInput(
            N_(
                "Mehr als {most} Angebote oder geänderte Termine gehen nicht auf einmal. Bitte teilen Sie die Tabelle.",
                most=MOST_BY_VERBS,
            )
        )


def plan(session: Session, actor: Actor, one: TableImport, table: Table, *, at: datetime) -> Planned:
    """Return what importing a table would do now; writes nothing."""
    organisation: Organisation = find_organisation(session, one.organisation_id)
    planner = OfferPlanner if one.kind is TableKind.OFFERS else DatePlanner
    return planner(session, actor, organisation, at).plan(table, one.columns)
