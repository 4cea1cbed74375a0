"""Questions about what suits a person, alone or with all else that a search for them begins with."""

from dataclasses import dataclass

from sqlalchemy import and_, false, select
from sqlalchemy.orm import Session

from hub.errors import NotFound
from hub.models.participant import Participant
from hub.models.preference import Preference
from hub.models.referral import Referral
from hub.models.shortlist import ShortlistItem


@dataclass(frozen=True)
class Beginning:
    """What a search begins with: what was remembered, the need it is for, and the offers already picked, by key."""

    preference: Preference | None
    referral: Referral | None
    listed: frozenset[int]


def find_preference(session: Session, participant_id: int) -> Preference | None:
    """Return what was remembered for a person, None for nothing; the caller came through a scope to the person."""
    return session.scalar(select(Preference).where(Preference.participant_id == participant_id))


def find_beginning(session: Session, participant_id: int, referral: str = "") -> Beginning:
    """Return what a search for a person begins with, in one statement; the caller came through a scope to the person.

    Raises NotFound when a need is named (by public id) that is not this person's.
    """
    named = Referral.public_id == referral if referral else false()
    query = (
        select(Preference, Referral, ShortlistItem.offer_id)
        .select_from(Participant)
        .outerjoin(Preference, Preference.participant_id == Participant.id)
        .outerjoin(Referral, and_(Referral.participant_id == Participant.id, named))
        .outerjoin(ShortlistItem, ShortlistItem.participant_id == Participant.id)
        .where(Participant.id == participant_id)
    )
    rows = session.execute(query).all()
    found = rows[0][1] if rows else None
    if referral and found is None:
        raise NotFound
    listed = frozenset(offer_id for _, _, offer_id in rows if offer_id)
    return Beginning(rows[0][0] if rows else None, found, listed)
