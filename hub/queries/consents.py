"""Questions about consents: which one is in force for what, and the guard before anything leaves."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import Session, joinedload

from hub import clock, crypto
from hub.errors import ConsentMissing, NotFound, RuleBroken
from hub.i18n import N_
from hub.models.consent import PERMITTING, Consent, ConsentState, Scope
from hub.models.enquiry import Enquiry
from hub.models.participant import Participant
from hub.models.shortlist import ShortlistItem
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.scopes import consents_for
from hub.queries.covering import allows, covering
from hub.queries.disclosures import say_moment
from hub.queries.legal_grounds import require_holding
from hub.queries.participants import running_participation

WAITING = (ConsentState.REQUESTED, ConsentState.DEFERRED)
REFUSAL_RESTS = timedelta(days=30)  # R-LAW-11
LONGEST_YEARS = 2
SETTLED = N_("Danke. Das hat sich schon erledigt.")
NOT_YET = N_("Der Name kommt, sobald der Mensch Ja gesagt hat. Bitte sehen Sie später noch einmal nach.")
ALWAYS = frozenset({"I0", "G1", "B1", "I1"})  # without these no place with a name can be given


def needed_groups(offer_groups: Iterable[str]) -> frozenset[str]:
    """Return the field groups a place cannot do without; access needs and what has a consent of its own are not."""
    return ALWAYS | (frozenset(offer_groups) - {"A1", "H1", "F1"})


def find_live(
    session: Session,
    *,
    participant_id: int,
    scope: Scope,
    organisation_id: int | None = None,
    offer_id: int | None = None,
    at: datetime,
) -> Consent | None:
    """Return the consent in force at that instant, the newest first; organisation and offer narrow it where given."""
    return session.scalars(_live(participant_id, scope, organisation_id, offer_id, at).limit(1)).first()


def _live(
    participant_id: int, scope: Scope, organisation_id: int | None, offer_id: int | None, at: datetime
) -> Select[Any]:
    query = select(Consent).where(Consent.participant_id == participant_id, Consent.scope == scope, Consent.live(at))
    if organisation_id is not None:
        query = query.where(Consent.organisation_id == organisation_id)
    if offer_id is not None:
        query = query.where(Consent.offer_id == offer_id)
    return query.order_by(Consent.given_at.desc(), Consent.id.desc())


def lock_disclosure(
    session: Session, *, participant_id: int, organisation_id: int, offer_id: int, at: datetime
) -> Consent:
    """Return the live E2 for this organisation and offer, locked: no withdrawal can pass while the transaction lasts.

    Raises ConsentMissing (409). Lock order: person, consent, enquiry.
    """
    query = _live(participant_id, Scope.TRANSMIT, organisation_id, offer_id, at).limit(1).with_for_update()
    consent: Consent | None = session.scalars(query.execution_options(populate_existing=True)).first()
    # PostgreSQL gives the row as it is after waiting, which may no longer be in force.
    if consent is None or not consent.is_live(at):
        raise ConsentMissing
    return consent


def require_disclosure(
    session: Session,
    *,
    participant_id: int,
    organisation_id: int,
    offer_id: int,
    field_groups: Iterable[str],
    at: datetime,
) -> Consent:
    """Return the live E2, locked, for this organisation and offer that covers all these field groups (R-LAW-03).

    Raises ConsentMissing (409); for writing transactions only.
    """
    consent = lock_disclosure(
        session, participant_id=participant_id, organisation_id=organisation_id, offer_id=offer_id, at=at
    )
    if not set(field_groups) <= set(consent.field_groups):
        raise ConsentMissing
    return consent


def require_covering(session: Session, enquiry: Enquiry, *, at: datetime) -> Consent:
    """Return the consent that covers an enquiry, locked: its E2, in a round the E2a; raises ConsentMissing (409)."""
    if not enquiry.is_nameless:
        return require_disclosure(
            session,
            participant_id=enquiry.participant_id,
            organisation_id=enquiry.organisation_id,
            offer_id=enquiry.offer_id,
            field_groups=enquiry.field_groups,
            at=at,
        )
    query = select(Consent).where(Consent.id == enquiry.consent_id, Consent.live(at)).with_for_update()
    consent = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if consent is None or not (consent.is_live(at) and allows(consent, enquiry)):
        raise ConsentMissing
    return consent


def require_covered(session: Session, enquiry: Enquiry, *, at: datetime) -> None:
    """Lock the consent that covers an enquiry; raises RuleBroken (409) without one, saying only that it is settled."""
    try:
        require_covering(session, enquiry, at=at)
    except ConsentMissing as missing:
        raise RuleBroken(SETTLED) from missing


def require_named(session: Session, enquiry: Enquiry, *, at: datetime) -> None:
    """The same before a name opens: only the E2 for this very partner will do, and its cooling-off must be over."""
    if enquiry.is_by_law:
        require_holding(session, enquiry, at=at)
        return
    if enquiry.is_nameless:
        raise RuleBroken(NOT_YET)
    try:
        consent = require_covering(session, enquiry, at=at)
    except ConsentMissing as missing:
        raise RuleBroken(SETTLED) from missing
    if consent.is_resting(at):
        raise RuleBroken(NOT_YET)


def find_permitting(session: Session, enquiry: Enquiry, *, at: datetime) -> Consent | None:
    """Return the consent in force now that covers an enquiry; asked each time it is rendered or sent (R-CON-12)."""
    query = select(Consent).where(covering(enquiry), Consent.live(at))
    found = session.scalars(query.order_by(Consent.given_at.desc(), Consent.id.desc()).limit(1)).first()
    return found if found is not None and allows(found, enquiry) else None


def get_consent(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Consent:
    """Return a consent of a person the actor sees, with person and recipient; raises NotFound."""
    query = consents_for(actor, at).where(Consent.public_id == public_id)
    query = query.options(
        joinedload(Consent.participant).joinedload(Participant.jobcenter),
        joinedload(Consent.participant).joinedload(Participant.coach),
        joinedload(Consent.organisation),
    )
    consent: Consent | None = session.scalar(query)
    if consent is None:
        raise NotFound
    return consent


def get_of_sheet(session: Session, sheet_id: int, offer_id: int) -> Consent:
    """Return the E2 for an offer on a sheet that was just written, with person and recipient."""
    query = select(Consent).where(
        Consent.sheet_id == sheet_id, Consent.offer_id == offer_id, Consent.scope == Scope.TRANSMIT
    )
    query = query.options(joinedload(Consent.participant), joinedload(Consent.organisation))
    return session.scalars(query).one()


def lock_consent(session: Session, consent_id: int) -> Consent:
    """Return a consent with its person, locked and fresh; call it after the person's own row is locked."""
    query = select(Consent).where(Consent.id == consent_id).options(joinedload(Consent.participant, innerjoin=True))
    query = query.with_for_update(of=Consent).execution_options(populate_existing=True)
    return session.scalars(query).one()


def find_by_code(session: Session, code: str, *, at: datetime) -> Consent | None:
    """Return the live consent whose slip bears this code, or None."""
    return session.scalar(select(Consent).where(Consent.withdrawal_digest == digest_of_code(code), Consent.live(at)))


def digest_of_code(code: str) -> str:
    """Return what a code on a slip is found by; spaces and case do not count."""
    return crypto.ring().digest("withdrawal", "".join(code.split()).lower())


def list_requested(session: Session, participant_id: int) -> list[Consent]:
    """Return what waits for the person's answer, the oldest first."""
    query = select(Consent).where(
        Consent.participant_id == participant_id,
        Consent.state.in_(WAITING),
    )
    return list(session.scalars(query.options(joinedload(Consent.organisation)).order_by(Consent.id)))


def list_in_force(session: Session, participant_id: int, *, at: datetime) -> list[Consent]:
    """Return all consents of a person in force, the newest first."""
    query = select(Consent).where(Consent.participant_id == participant_id, Consent.live(at))
    return list(session.scalars(query.options(joinedload(Consent.organisation)).order_by(Consent.id.desc())))


def list_current(session: Session, participant_id: int, *, at: datetime) -> tuple[list[Consent], list[Consent]]:
    """Return what is in force and what waits for the person's answer, the newest first. One statement."""
    query = select(Consent).where(
        Consent.participant_id == participant_id, or_(Consent.live(at), Consent.state.in_(WAITING))
    )
    found = list(session.scalars(query.options(joinedload(Consent.organisation)).order_by(Consent.id.desc())))
    return [one for one in found if one.state not in WAITING], [one for one in found if one.state in WAITING]


def find_previous(session: Session, consent: Consent) -> Consent | None:
    """Return the person's last consent for the same scope, recipient and offer, or None (R-CON-08: a chain)."""
    return session.scalars(_same(consent).order_by(Consent.id.desc()).limit(1)).first()


def list_same(session: Session, consent: Consent) -> list[Consent]:
    """Return the person's other consents still in force by state for the same scope, recipient and offer."""
    query = _same(consent).where(Consent.id != consent.id, Consent.state.in_(PERMITTING))
    return list(session.scalars(query.order_by(Consent.id.desc())))


def _same(consent: Consent) -> Select[Any]:
    def equals(column: Any, value: int | None) -> Any:
        return column.is_(None) if value is None else column == value

    return select(Consent).where(
        Consent.participant_id == consent.participant_id,
        Consent.scope == consent.scope,
        equals(Consent.organisation_id, consent.organisation_id),
        equals(Consent.offer_id, consent.offer_id),
        Consent.referral_id == consent.referral_id if consent.scope is Scope.ASK_AROUND else true(),
    )


def rests_until(
    session: Session,
    *,
    participant_id: int,
    scope: Scope,
    offer_id: int | None,
    referral_id: int | None = None,
    at: datetime,
) -> datetime | None:
    """Return until when nobody asks for this again after a refusal (30 days); no reason is known (R-LAW-11).

    None once the person wanted the offer after that: then it is they who start it.
    """
    query = select(Consent.ended_at).where(
        Consent.participant_id == participant_id,
        Consent.scope == scope,
        Consent.offer_id.is_(None) if offer_id is None else Consent.offer_id == offer_id,
        Consent.state == ConsentState.REFUSED,
        Consent.ended_at > at - REFUSAL_RESTS,
        true() if referral_id is None else Consent.referral_id == referral_id,
    )
    refused_at = session.scalar(query.order_by(Consent.ended_at.desc()).limit(1))
    if refused_at is None or _wanted_since(session, participant_id, offer_id, refused_at):
        return None
    return refused_at + REFUSAL_RESTS


def _wanted_since(session: Session, participant_id: int, offer_id: int | None, since: datetime) -> bool:
    query = select(ShortlistItem.id).where(
        ShortlistItem.participant_id == participant_id,
        ShortlistItem.offer_id == offer_id,
        ShortlistItem.wanted_at > since,
    )
    return offer_id is not None and session.scalar(query) is not None


def require_waited(consent: Consent, at: datetime) -> None:
    """Raise RuleBroken (409) with the hour while the cooling-off of a consent runs (R-LAW-11)."""
    if consent.sends_from is not None and consent.is_resting(at):
        when = say_moment(consent.sends_from)
        raise RuleBroken(N_("Die Bedenkzeit läuft noch bis {when}. Vorher geht nichts hinaus.", when=when))


def longest_day(session: Session, participant_id: int, at: datetime) -> date:
    """Return the last day a consent may last: the participation's own, at most 24 months (R-CON-09).

    Raises RuleBroken without a running participation.
    """
    today = clock.local_date(at)
    running = running_participation(session, participant_id, on=today)
    if running is None:
        raise RuleBroken(N_("Die Teilnahme läuft gerade nicht. Dann geht auch keine Einwilligung."))
    day = min(today.day, 28) if today.month == 2 else today.day
    return min(running.ends_on, today.replace(year=today.year + LONGEST_YEARS, day=day))


def require_validity(consent: Consent, slot: Slot) -> None:
    """Raise RuleBroken when a date ends after the consent does (R-CON-09)."""
    if slot.ends_at > consent.valid_until:
        day = consent.valid_until_on.strftime("%d.%m.%Y")
        raise RuleBroken(N_("Die Einwilligung gilt nur bis {day}. Bitte erneuern Sie sie zuerst.", day=day))
