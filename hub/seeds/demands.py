"""What people of the demo looked for and did not find: plenty in two districts, next to nothing elsewhere."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.actions.demands import note_demand
from hub.models.offer import Aim

APART = timedelta(days=5, hours=3)  # between two searches for the same
SOUGHT = (
    # key of the district, need, how often in the last three months
    ("14627", Aim.DIGITAL, 14),
    ("14627", Aim.WORK, 6),
    ("14627", Aim.DAILY_LIFE, 2),
    ("14729", Aim.MIND, 11),
    ("14729", Aim.BODY, 3),
    ("14729", Aim.PEOPLE, 1),
    ("14625", Aim.WORK, 2),
    ("14625", Aim.BODY, 1),
    ("", Aim.DIGITAL, 2),
)


def load_demands(session: Session, at: datetime) -> None:
    """Count searches that found nothing, one after the other; some too few to be told."""
    for district, aim, times in SOUGHT:
        for number in range(times):
            note_demand(session, aims=(aim,), district=district, at=at - (number + 1) * APART)
