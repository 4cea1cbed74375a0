"""TableImport and TableMapping: a partner's table on its way into offers and dates, and how its columns were read."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, Identified, Versioned, references, related, state_type
from hub.models.organisation import Organisation


class TableKind(StrEnum):
    """What a row of the table is."""

    OFFERS = "offers"
    DATES = "dates"


class ImportState(StrEnum):
    """Where an import stands."""

    UPLOADED = "uploaded"
    CHECKED = "checked"  # the dry run is done, nothing is imported
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


IMPORT_MOVES: dict[ImportState, tuple[ImportState, ...]] = {
    ImportState.UPLOADED: (ImportState.CHECKED, ImportState.DROPPED),
    ImportState.CHECKED: (ImportState.UPLOADED, ImportState.RUNNING, ImportState.DROPPED),
    ImportState.RUNNING: (ImportState.DONE, ImportState.CHECKED),
    ImportState.DONE: (),
    ImportState.DROPPED: (),
}


class TableImport(Identified, Versioned, Base):
    """One uploaded table; its bytes go when it is done or dropped."""

    __tablename__ = "table_imports"
    moves = IMPORT_MOVES

    organisation_id: Mapped[int] = references("organisations")
    user_id: Mapped[int] = references("users")
    kind: Mapped[TableKind] = mapped_column(state_type(TableKind))
    state: Mapped[ImportState] = mapped_column(state_type(ImportState), default=ImportState.UPLOADED)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # heading → field
    total: Mapped[int] = mapped_column(default=0)  # rows with anything in them
    done: Mapped[int] = mapped_column(default=0)
    report: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # row, what became of it, what is wrong
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = related()


class TableMapping(Base):
    """How an organisation's table with these headings was read last time."""

    __tablename__ = "table_mappings"
    __table_args__ = (UniqueConstraint("organisation_id", "kind", "headings_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = references("organisations")
    kind: Mapped[TableKind] = mapped_column(state_type(TableKind))
    headings_digest: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
