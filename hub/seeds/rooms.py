"""The demo's rooms that towns lend to coaches, cut into hours; Clara has one of them next week."""

from datetime import datetime, time, timedelta
from types import SimpleNamespace

from sqlalchemy.orm import Session

from calendars.pieces import cut
from calendars.rule import Frequency, Rule, WeekdayTime
from hub import clock
from hub.actions.offers import create_offer, publish_offer
from hub.actions.room_loans import borrow_room
from hub.actions.series import publish_series
from hub.errors import RuleBroken
from hub.models.offer import Access, Aim, Form, Offer
from hub.queries.offer_entries import Entries
from hub.queries.series import Plan
from hub.queries.slots import list_next_slots
from hub.queries.users import actor_of
from hub.seeds.dates import LEAD, partner_of

LENT = (  # organisation, place, when
    ("town", "town_hall", WeekdayTime(1, time(9), time(12))),
    ("town_weinboehla", "town_weinboehla", WeekdayTime(3, time(13), time(17))),
    ("town_markranstaedt", "town_markranstaedt", WeekdayTime(2, time(9), time(12))),
)
LOOKED_AT = 20


def load_rooms(session: Session, cast: SimpleNamespace, at: datetime) -> None:
    """Lend the towns' meeting rooms by the hour, and let Clara take one."""
    offers = [_lend(session, cast, *one, at=at - LEAD) for one in LENT]
    actor = actor_of(session, cast.clara)
    for slot in list_next_slots(session, offers[0], at=at, limit=LOOKED_AT):
        slot.offer = offers[0]
        try:
            borrow_room(session, actor=actor, slot=slot, travel_minutes=40, at=at)
        except RuleBroken:  # Clara is on her way to somebody just then
            continue
        return


def _lend(
    session: Session,
    cast: SimpleNamespace,
    town: str,
    place: str,
    times: WeekdayTime,
    *,
    at: datetime,
) -> Offer:
    actor, organisation, location = partner_of(cast, town), cast.organisations[town], cast.locations[place]
    entries = Entries(
        title="Sitzungszimmer im Rathaus",
        short_title="Gespräch",
        summary="Ein ruhiger Raum mit Tisch und vier Stühlen.",
        aim=Aim.DAILY_LIFE,
        form=Form.ROOM,
        access=Access.ANONYMOUS,
        location_id=location.id,
        room_id=location.rooms[0].id,
    )
    offer = create_offer(session, actor=actor, organisation=organisation, entries=entries, at=at)
    offer.organisation = organisation
    publish_offer(session, actor=actor, offer=offer, at=at)
    rule = Rule(
        frequency=Frequency.WEEKLY,
        weekdays=(times,),
        starts_on=clock.local_date(at) + timedelta(days=1),
    )
    publish_series(session, actor=actor, offer=offer, plan=Plan(rule=cut(rule, 60), places=1), at=at)
    return offer
