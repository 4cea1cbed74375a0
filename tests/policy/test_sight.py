"""Until when staff find a person: thirty days after the last participation's end, in every scope; the person always."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub import clock
from hub.models.participant import Participation, ParticipationState
from hub.policy import emergency_scopes, scopes
from tests.loop import accepted_enquiry, person_actor
from tests.places import running_from

S = ParticipationState
OPEN = (scopes.participants_for, scopes.consents_for, scopes.referrals_for, scopes.enquiries_for)
# stays as (state, days from today to the last day) → does a coach still find the person?
STORIES = {
    "nothing yet": ([], True),
    "proposed": ([(S.PROPOSED, 300)], True),
    "runs": ([(S.ADMITTED, 0)], True),
    "over, the thirtieth day": ([(S.ENDED, -30)], True),
    "over, the day after": ([(S.ENDED, -31)], False),
    "run out and not yet marked so": ([(S.ADMITTED, -31)], False),
    "over long ago, and again": ([(S.ENDED, -400), (S.ADMITTED, 10)], True),
    "over long ago, proposed again": ([(S.ENDED, -400), (S.PROPOSED, 10)], True),
    "over long ago, declined since": ([(S.ENDED, -400), (S.DECLINED, 300)], False),
    "only ever declined": ([(S.DECLINED, -400)], True),
}


@pytest.mark.parametrize("story", list(STORIES))
def test_staff_lose_a_person_with_the_thirtieth_day(world, story):
    stays, found = STORIES[story]
    accepted_enquiry(world)
    person = world.cast.tarik
    with world.database.transaction() as session:
        for row in session.scalars(select(Participation).where(Participation.participant_id == person.id)):
            session.delete(row)
        for state, days in stays:
            stay = running_from(world, person)
            stay.state, stay.ends_on = state, clock.local_date(world.at) + timedelta(days=days)
            session.add(stay)
    clara, petra, lena = (world.actor(key) for key in ("clara", "petra", "lena"))
    with world.database.reading() as session:
        for scope in OPEN:
            assert _has(session, scope, clara, world) is found, scope.__name__
            assert _has(session, scope, person_actor(person), world), scope.__name__
        assert _has(session, scopes.enquiries_for, petra, world) is found
        assert _has(session, scopes.team_participants_for, lena, world) is found
        assert not _has(session, emergency_scopes.emergency_persons_for, clara, world)  # nobody named her


def _has(session, scope, actor, world) -> bool:
    """Tell whether a scope gives the actor a row of Tarik or about him."""
    rows = session.scalars(scope(actor, world.at))
    return any(getattr(row, "participant_id", row.id) == world.cast.tarik.id for row in rows)
