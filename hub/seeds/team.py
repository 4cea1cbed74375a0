"""Who stands in for whom in the demo: a cover that is over, one that runs, and an emergency nobody has checked yet."""

from datetime import timedelta

from hub import clock
from hub.actions.emergencies import open_in_emergency
from hub.actions.team import order_cover
from hub.models.emergency import EmergencyReason
from hub.models.participant import Participant
from hub.models.user import User
from hub.queries.users import actor_of
from hub.seeds.bookings import Story
from hub.seeds.stories import SPARED

EARLIER, LASTED = timedelta(days=45), timedelta(days=9)
SINCE, LASTS = timedelta(days=1), timedelta(days=5)
OPENED = timedelta(hours=3)


def load_team(story: Story, people: list[Participant]) -> None:
    """Let Mira have stood in for Clara, stand in for Paul, and look at one of Clara's people this morning."""
    clara, mira, paul = (story.cast.users[key] for key in ("clara", "mira", "paul"))
    _cover(story, clara, mira, EARLIER, LASTED)
    _cover(story, paul, mira, SINCE, LASTS)
    spared = {story.cast.people[key].id for key in SPARED}
    person = next(one for one in people if one.coach_id == clara.id and one.id not in spared)
    reason, at = EmergencyReason.APPOINTMENT_TODAY, story.at - OPENED
    open_in_emergency(story.session, actor=actor_of(story.session, mira), participant=person, reason=reason, at=at)


def _cover(story: Story, coach: User, deputy: User, ago: timedelta, days: timedelta) -> None:
    at = story.at - ago
    order_cover(
        story.session,
        actor=actor_of(story.session, story.cast.lena),
        jobcenter_id=story.cast.jc_meissen.id,
        coach=coach,
        deputy=deputy,
        first_on=clock.local_date(at),
        last_on=clock.local_date(at + days),
        at=at,
    )
