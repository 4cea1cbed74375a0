"""How a coach plans a day: the pause after each talk, the hours, and how long drives between towns really take."""

from datetime import datetime, time

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput
from hub.geography import find_municipality
from hub.i18n import N_
from hub.models.user import User
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.day_plans import pair_of
from hub.queries.participants import lock_coach

LONGEST_PAUSE = 60
LONGEST_DRIVE = 240
MOST_JOURNEYS = 200


def change_habits(
    session: Session, *, actor: Actor, user: User, buffer_minutes: int, day_starts: time, day_ends: time, at: datetime
) -> None:
    """Keep the pause in minutes and the hours of the day (wall time). Raises InvalidInput (422)."""
    require(actor, Permission.EDIT_OWN_ACCOUNT, user)
    fields = {}
    if not 0 <= buffer_minutes <= LONGEST_PAUSE:
        fields["buffer_minutes"] = N_("Bitte höchstens eine Stunde.")
    if day_starts >= day_ends:
        fields["day_ends"] = N_("Der Tag endet nach seinem Anfang.")
    if fields:
        raise InvalidInput(fields=fields)
    lock_coach(session, user.id)
    user.buffer_minutes = buffer_minutes
    user.day_starts, user.day_ends = f"{day_starts:%H:%M}", f"{day_ends:%H:%M}"
    log.record(session, actor=actor, action="day.changed", thing=user, at=at)


def keep_journey(
    session: Session, *, actor: Actor, user: User, one: str, other: str, minutes: int, at: datetime
) -> None:
    """Keep how long the drive between two towns takes, both ways; official keys. Raises InvalidInput (422)."""
    require(actor, Permission.EDIT_OWN_ACCOUNT, user)
    fields = {}
    if find_municipality(one) is None:
        fields["one"] = N_("Diesen Ort kennen wir nicht.")
    if find_municipality(other) is None:
        fields["other"] = N_("Diesen Ort kennen wir nicht.")
    if not 1 <= minutes <= LONGEST_DRIVE:
        fields["minutes"] = N_("Bitte höchstens vier Stunden Fahrt.")
    if len(user.journeys) >= MOST_JOURNEYS:
        fields["one"] = N_("Das sind schon sehr viele. Bitte löschen Sie zuerst eine Fahrt.")
    if fields:
        raise InvalidInput(fields=fields)
    lock_coach(session, user.id)
    user.journeys = {**user.journeys, pair_of(one, other): minutes}
    log.record(session, actor=actor, action="day.changed", thing=user, at=at)


def forget_journey(session: Session, *, actor: Actor, user: User, pair: str, at: datetime) -> None:
    """Forget an own word about a pair of towns; then the distance counts again."""
    require(actor, Permission.EDIT_OWN_ACCOUNT, user)
    if pair in user.journeys:
        lock_coach(session, user.id)
        user.journeys = {name: minutes for name, minutes in user.journeys.items() if name != pair}
        log.record(session, actor=actor, action="day.changed", thing=user, at=at)
