"""The way back (F1): whether a partner may report on an enquiry now, what at most, and who reads what was reported."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from hub.errors import RuleBroken
from hub.i18n import N_
from hub.models.consent import Consent, Release, ReleaseContent, Scope
from hub.models.enquiry import Enquiry
from hub.models.organisation import Organisation
from hub.policy.actor import Actor
from hub.policy.fields import Field, Phase, Reader
from hub.policy.visibility import visible

EVERYTHING = frozenset(ReleaseContent)
LOCKED = N_("Zu diesem Menschen dürfen Sie gerade nichts zurückmelden.")


@dataclass(frozen=True)
class WayBack:
    """What a partner may report: nothing of it without the person's own consent (E4)."""

    content: frozenset[ReleaseContent] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether anything may be reported at all: the coded outcome is the least."""
        return ReleaseContent.OUTCOME in self.content

    @property
    def with_words(self) -> bool:
        """Whether a few words may stand beside the outcome."""
        return self.is_open and ReleaseContent.WORDS in self.content


def find_way_back(session: Session, enquiry: Enquiry, *, lock: bool = False, at: datetime) -> WayBack:
    """Return what a partner may report at this instant: E2 and E4 in force, and of a clinic a release as well.

    With `lock` no withdrawal can pass while the transaction lasts. Lock order: E2, E4, release, enquiry.
    """
    transmit = _live(session, _consent(enquiry, Scope.TRANSMIT, at), lock, at)
    beside = _live(session, _consent(enquiry, Scope.FEEDBACK, at), lock, at)
    if transmit is None or beside is None or not set(enquiry.field_groups) <= set(transmit.field_groups):
        return WayBack()
    if not session.get_one(Organisation, enquiry.organisation_id).clinic_type:
        return WayBack(EVERYTHING)
    release = _live(session, _release(enquiry, at), lock, at)
    return WayBack(frozenset(ReleaseContent(one) for one in release.content) if release else frozenset())


def lock_way_back(session: Session, enquiry: Enquiry, *, at: datetime) -> WayBack:
    """Return the same, locked; raises RuleBroken (409) while nothing may be reported."""
    way = find_way_back(session, enquiry, lock=True, at=at)
    if not way.is_open:
        raise RuleBroken(LOCKED)
    return way


def _live(session: Session, query: Select[Any], lock: bool, at: datetime) -> Any:
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(query.limit(1)).first()
    # PostgreSQL gives the row as it is after waiting, which may no longer be in force.
    return found if found is not None and found.is_live(at) else None


def _consent(enquiry: Enquiry, scope: Scope, at: datetime) -> Select[Any]:
    query = select(Consent).where(
        Consent.participant_id == enquiry.participant_id,
        Consent.organisation_id == enquiry.organisation_id,
        Consent.offer_id == enquiry.offer_id,
        Consent.scope == scope,
        Consent.live(at),
    )
    return query.order_by(Consent.given_at.desc(), Consent.id.desc())


def _release(enquiry: Enquiry, at: datetime) -> Select[Any]:
    query = select(Release).where(
        Release.participant_id == enquiry.participant_id,
        Release.organisation_id == enquiry.organisation_id,
        Release.live(at),
    )
    return query.order_by(Release.given_at.desc(), Release.id.desc())


def may_read_as_coach(session: Session, actor: Actor, enquiry: Enquiry, phase: Phase, *, at: datetime) -> bool:
    """Tell whether the actor is the one coach who reads a report now; deputies and everybody else do not.

    The person allowed that their coach reads it (E4): once that has ended, the coach does not any more.
    """
    own = actor.user_id is not None and enquiry.participant.coach_id == actor.user_id
    if not (own and enquiry.feedback and Field.FEEDBACK in visible(Reader.COACH, phase)):
        return False
    return _live(session, _consent(enquiry, Scope.FEEDBACK, at), False, at) is not None


def list_reported(session: Session, participant_id: int, *, limit: int = 50) -> list[Enquiry]:
    """Return a person's enquiries on which a partner reported, the newest first; for the person's own page only."""
    query = select(Enquiry).where(Enquiry.participant_id == participant_id, Enquiry.feedback.is_not(None))
    query = query.options(joinedload(Enquiry.offer), joinedload(Enquiry.organisation))
    return list(session.scalars(query.order_by(Enquiry.ended_at.desc(), Enquiry.id.desc()).limit(limit)))
