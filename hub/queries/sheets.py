"""Questions about sheets of consents: one with its lines, one by its number or code, and what of it is in force."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models.consent import Consent, Scope
from hub.models.consent_sheet import ConsentSheet, read_reference
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.policy.actor import Actor
from hub.policy.sheet_scopes import consent_sheets_for
from hub.queries import consents
from hub.queries.consent_texts import name_of


@dataclass(frozen=True)
class Part:
    """What a sheet asks about one offer: to tell the partner (E2), and what stands beside it (E3, E4).

    Without an offer it is an asking around (E2a): one line about all the partners listed in it.
    """

    offer: Offer | None
    lines: list[Consent] = field(default_factory=list)

    @property
    def partner(self) -> str:
        """The partner's name; empty for an asking around."""
        return self.offer.organisation.name if self.offer is not None else ""

    @property
    def transmit(self) -> Consent:
        """The line everything else of this offer hangs on."""
        return next(line for line in self.lines if line.scope is Scope.TRANSMIT)


def get_sheet(session: Session, actor: Actor, public_id: str, *, at: datetime) -> ConsentSheet:
    """Return a sheet of a person the actor sees, with person, Jobcenter and coach; raises NotFound."""
    query = consent_sheets_for(actor, at).where(ConsentSheet.public_id == public_id)
    sheet: ConsentSheet | None = session.scalar(
        query.options(
            joinedload(ConsentSheet.participant).joinedload(Participant.jobcenter),
            joinedload(ConsentSheet.participant).joinedload(Participant.coach),
        )
    )
    if sheet is None:
        raise NotFound
    return sheet


def find_by_reference(session: Session, actor: Actor, reference: str, *, at: datetime) -> ConsentSheet | None:
    """Return the sheet whose printed number this is, if the actor sees its person."""
    query = consent_sheets_for(actor, at).where(ConsentSheet.reference == read_reference(reference))
    sheet: ConsentSheet | None = session.scalar(query.options(joinedload(ConsentSheet.participant)))
    return sheet


def get_sheet_by_id(session: Session, sheet_id: int) -> ConsentSheet:
    """Return the sheet another row belongs to; that row came through a scope."""
    return session.scalars(select(ConsentSheet).where(ConsentSheet.id == sheet_id)).one()


def lock_sheet(session: Session, sheet_id: int) -> tuple[ConsentSheet, list[Consent]]:
    """Return a sheet and its lines, locked and fresh, in order of id; call it after the person's row is locked."""
    sheet = select(ConsentSheet).where(ConsentSheet.id == sheet_id).with_for_update()
    lines = select(Consent).where(Consent.sheet_id == sheet_id).order_by(Consent.id).with_for_update()
    fresh = {"populate_existing": True}
    row = session.scalars(sheet.execution_options(**fresh)).one()
    return row, list(session.scalars(lines.execution_options(**fresh)))


def find_open_about(session: Session, participant_id: int, offer_id: int) -> ConsentSheet | None:
    """Return the sheet on which a person is asked about an offer and has not answered yet, or None."""
    asked = select(Consent.sheet_id).where(
        Consent.participant_id == participant_id, Consent.offer_id == offer_id, Consent.state.in_(consents.WAITING)
    )
    return session.scalars(select(ConsentSheet).where(ConsentSheet.id.in_(asked)).limit(1)).first()


def count_lines(session: Session, sheet_id: int) -> int:
    """Return how many questions stand on a sheet."""
    return session.scalar(select(func.count(Consent.id)).where(Consent.sheet_id == sheet_id)) or 0


def list_parts(session: Session, sheet: ConsentSheet) -> list[Part]:
    """Return what a sheet asks, offer by offer, in the order it stands there, or the asking around. One statement."""
    query = select(Consent, Offer).outerjoin(Offer, Consent.offer_id == Offer.id).where(Consent.sheet_id == sheet.id)
    query = query.options(joinedload(Offer.organisation), joinedload(Consent.organisation)).order_by(Consent.id)
    parts: dict[int | None, Part] = {}
    for line, offer in session.execute(query):
        parts.setdefault(line.offer_id, Part(offer)).lines.append(line)
    return list(parts.values())


def find_drafts(session: Session, sheet: ConsentSheet) -> dict[int, Enquiry]:
    """Return the drafts that wait for the answers of a sheet, or to be sent under them, by consent. One statement.

    Those of a round are sent all at once, from its own page.
    """
    query = select(Enquiry).join(Consent, Enquiry.consent_id == Consent.id)
    query = query.where(Consent.sheet_id == sheet.id, Enquiry.state == EnquiryState.DRAFT, Enquiry.round_id.is_(None))
    return {draft.consent_id or 0: draft for draft in session.scalars(query)}


def list_in_force(session: Session, sheet: ConsentSheet, *, at: datetime) -> list[Consent]:
    """Return the consents of a sheet in force, with person and recipient, in order of id."""
    query = select(Consent).where(Consent.sheet_id == sheet.id, Consent.live(at)).order_by(Consent.id)
    return list(session.scalars(query.options(joinedload(Consent.participant), joinedload(Consent.organisation))))


def find_by_code(session: Session, code: str) -> ConsentSheet | None:
    """Return the sheet whose slip bears this code, or None."""
    digest = consents.digest_of_code(code)
    return session.scalar(select(ConsentSheet).where(ConsentSheet.withdrawal_digest == digest))


def list_under_code(session: Session, code: str, *, at: datetime) -> list[Consent]:
    """Return the consents in force that the code on a slip takes back: all of its sheet, or the one it belongs to."""
    sheet = find_by_code(session, code)
    if sheet is not None:
        return list_in_force(session, sheet, at=at)
    single = consents.find_by_code(session, code, at=at)
    return [single] if single else []


def code_for_all(session: Session, given: Iterable[Consent]) -> str:
    """Return the one code that takes back all of these, or an empty text when no single one does."""
    rows = list(given)
    sheets = {row.sheet_id for row in rows}
    if len(rows) == 1 and rows[0].withdrawal_code:
        return rows[0].withdrawal_code
    if len(sheets) == 1 and (sheet_id := sheets.pop()) is not None:
        return get_sheet_by_id(session, sheet_id).withdrawal_code or ""
    return ""


def first_of_each_sheet(waiting: Iterable[Consent]) -> list[tuple[Consent, list[str]]]:
    """Return open questions as a person meets them: one per sheet, with the names of all who stand on it."""
    found = []
    ordered = sorted(waiting, key=lambda one: (one.sheet_id or 0, one.id))
    for _, lines in groupby(ordered, key=lambda one: one.sheet_id or f"alone {one.id}"):
        rows = list(lines)
        names = [row.organisation.name for row in rows if row.organisation]
        around = [str(name_of(row)) for row in rows if row.scope is Scope.ASK_AROUND]
        found.append((rows[0], list(dict.fromkeys([*around, *names]))))
    return found
