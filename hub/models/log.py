"""LogEntry, its subjects, its chain, and Disclosure: what happened, and which fields went to whom; only added."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.models.base import Base, references, related
from hub.models.organisation import Organisation


class LogEntry(Base):
    """One thing that happened: never values, free text, tokens or search terms (R-AUD-01)."""

    __tablename__ = "log_entries"
    __table_args__ = (Index(None, "actor_ref", "action", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_ref: Mapped[str] = mapped_column(String(24))  # public id, "system", "anonymous"
    actor_kind: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(40), index=True)
    object_type: Mapped[str] = mapped_column(String(24))
    object_ref: Mapped[str] = mapped_column(String(24))
    fields: Mapped[list[str]] = mapped_column(default=list)  # names of field groups
    purpose: Mapped[str] = mapped_column(String(40), default="")
    result: Mapped[str] = mapped_column(String(16), default="ok")
    request_id: Mapped[str] = mapped_column(String(24), default="")

    subjects: Mapped[list["LogSubject"]] = related(order_by="LogSubject.subject")


class LogSubject(Base):
    """A person an entry is about, as an HMAC under the person's own log key."""

    __tablename__ = "log_subjects"

    # No key of its own: then all persons of a list are written with one statement on both databases.
    log_id: Mapped[int] = mapped_column(ForeignKey("log_entries.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class LogChain(Base):
    """The insert-only chain over committed log rows: number, row, hash of row and predecessor."""

    __tablename__ = "log_chain"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    log_id: Mapped[int] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    chained_at: Mapped[datetime]


class Disclosure(Base):
    """Which field groups of a person went to which organisation, when and why; the person reads it."""

    __tablename__ = "disclosures"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = references("participants")
    organisation_id: Mapped[int | None] = references("organisations")
    enquiry_id: Mapped[int | None] = references("enquiries")
    fields: Mapped[list[str]] = mapped_column(default=list)
    purpose: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = related()
