"""Whatever rule a series has and whatever it becomes, twice: each date and each booking has exactly one place in it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from calendars.recurrence import Frequency, Rule, WeekdayTime
from hub import clock
from hub.actions.bookings import book_slot
from hub.actions.series import extend_series, publish_series
from hub.actions.series_changes import Removed, change_series
from hub.actions.slots import call_off_slot, move_slot, unsettle_slot
from hub.errors import HubError, InvalidInput
from hub.models.booking import STANDING, Booking
from hub.models.series import Series
from hub.models.slot import Slot, SlotState
from hub.queries.invariants import list_broken
from hub.queries.participants import get_participant
from hub.queries.series import Plan, get_own_series
from hub.queries.series_dates import Kind, Stays
from hub.queries.series_difference import difference
from hub.queries.slots import get_own_slot, get_slot
from tests.places import make_offer, make_people
from tests.series import planned

AT = datetime(2026, 10, 12, 6, 30, tzinfo=UTC)  # a Monday; both clock changes lie within the half year ahead
TODAY = date(2026, 10, 12)
STARTS = (TODAY, date(2026, 10, 21), date(2027, 3, 10))
HOURS = st.sampled_from((1, 3, 8, 10, 15))
UNSHRUNK = (Phase.explicit, Phase.generate)  # making an example smaller takes minutes; it names itself
AT_RANDOM = settings(
    max_examples=6, deadline=None, derandomize=True, phases=UNSHRUNK, suppress_health_check=list(HealthCheck)
)
OF_ONE_DATE = ("book", "move", "call_off", "unsettle")


@st.composite
def rules(draw, starts_on):
    """A weekly or monthly rule of a few dates."""
    monthly = draw(st.integers(0, 3)) == 0
    days = draw(st.lists(st.tuples(st.integers(0, 6), HOURS), min_size=1, max_size=2, unique=True))
    nth = draw(st.sampled_from((1, 3, -1))) if monthly else 0
    times = tuple(WeekdayTime(day, time(hour), time(hour + 1), nth) for day, hour in days)
    kind = Frequency.MONTHLY_BY_WEEKDAY if monthly else Frequency.WEEKLY
    return Rule(
        frequency=kind,
        starts_on=starts_on,
        interval=draw(st.integers(1, 2)),
        weekdays=times,
        count=draw(st.integers(3, 6)),
    )


@st.composite
def stories(draw):
    """A rule, what is done to single dates of it, and two edits from a day on, with what becomes of people."""
    start = draw(st.sampled_from(STARTS))
    steps = st.lists(st.tuples(st.sampled_from(OF_ONE_DATE), st.integers(0, 5), st.integers(1, 3)), max_size=5)
    edits = []
    for _ in "12":
        since = max(TODAY, start) + draw(st.sampled_from((0, 0, 9, 16))) * timedelta(days=1)
        edits.append((draw(rules(since)), since, draw(st.integers(1, 4)), draw(st.sampled_from(Removed)), draw(steps)))
    return draw(rules(start)), draw(steps), edits


class Story:
    """One series in a transaction that is rolled back in the end."""

    def __init__(self, session, world, offer, people, rule):
        self.session, self.people = session, people
        self.sven, self.clara = world.actor("sven"), world.actor("clara")
        plan = Plan(rule=rule, places=2)
        self.series = publish_series(session, actor=self.sven, offer=offer, plan=plan, at=AT)
        self.offer_id = offer.id

    def fresh(self, model, *where):
        self.session.flush()
        self.session.expire_all()
        return list(self.session.scalars(select(model).where(*where).order_by(model.id)))

    def do(self, verb, number, more):
        """Do something to one date; a refusal is an answer as good as any."""
        slots = self.fresh(Slot, Slot.offer_id == self.offer_id)
        slot = get_own_slot(self.session, self.sven, slots[number % len(slots)].public_id)
        try:
            with self.session.begin_nested():
                getattr(self, verb)(slot, more)
        except HubError:
            self.session.expire_all()

    def book(self, slot, more):
        person = get_participant(self.session, self.clara, self.people[more - 1].public_id, at=AT)
        found = get_slot(self.session, self.clara, slot.public_id)
        book_slot(self.session, actor=self.clara, slot=found, participant=person, at=AT)

    def move(self, slot, more):
        start, end = (one + timedelta(hours=26 * more) for one in (slot.starts_at, slot.ends_at))
        move_slot(self.session, actor=self.sven, slot=slot, starts_at=start, ends_at=end, at=AT)

    def call_off(self, slot, _more):
        call_off_slot(self.session, actor=self.sven, slot=slot, at=AT)

    def unsettle(self, slot, _more):
        unsettle_slot(self.session, actor=self.sven, slot=slot, at=AT)

    def edit(self, rule, since, places, removed):
        """Change the series as somebody at the page does, and hold what came of it against what was shown."""
        before = {slot.id: (slot.state, slot.starts_at) for slot in self.fresh(Slot, Slot.offer_id == self.offer_id)}
        standing = self._standing()
        own = get_own_series(self.session, self.sven, self.series.public_id)
        plan = planned(own, rule, places=places)
        found = difference(self.session, own, plan, since=since, at=AT)
        self._is_a_partition(found, own, since)
        stays = {row.slot.id: (row.stays, row.starts_at) for row in found.rows if row.slot and row.stays}
        gone = {row.slot.id for row in found.of(Kind.REMOVED)}
        new = len(found.of(Kind.NEW))
        try:
            with self.session.begin_nested():
                own = get_own_series(self.session, self.sven, self.series.public_id)
                values = {"plan": plan, "since": since, "removed": removed, "expected": found.digest}
                self.series = change_series(self.session, actor=self.sven, series=own, **values, at=AT)
        except InvalidInput:
            self.session.expire_all()
            return  # nothing would be left
        after = {slot.id: slot for slot in self.fresh(Slot, Slot.offer_id == self.offer_id)}
        assert len(after) == len(before) + new - len(set(before) - set(after))
        assert set(before) - set(after) <= gone - {slot_id for slot_id, _ in standing}
        called_off = gone if removed is Removed.CALL_OFF else set()
        assert {(slot_id, one) for slot_id, one in standing if slot_id not in called_off} == self._standing()
        for slot_id, (stay, starts_at) in stays.items():
            assert after[slot_id].starts_at == starts_at
            assert stay is Stays.BY_HAND or after[slot_id].state == before[slot_id][0]
        self._nothing_is_left_to_do(since)

    def _standing(self):
        query = select(Booking.slot_id, Booking.id).join(Slot, Booking.slot_id == Slot.id)
        rows = self.session.execute(query.where(Slot.offer_id == self.offer_id, Booking.state.in_(STANDING)))
        return {(slot_id, booking_id) for slot_id, booking_id in rows}

    def _is_a_partition(self, found, series, since):
        slots = self.fresh(Slot, Slot.series_id == series.id, Slot.occurrence_on >= since)
        assert sorted(row.slot.id for row in found.rows if row.slot) == [slot.id for slot in slots]
        keys = [row.key for row in found.rows if row.key] + [key for _, key in found.out]
        assert len(keys) == len(set(keys))

    def _nothing_is_left_to_do(self, since):
        self.session.expire_all()
        own = get_own_series(self.session, self.sven, self.series.public_id)
        found = difference(self.session, own, planned(own), since=since, at=AT)
        assert {row.kind for row in found.rows} <= {Kind.UNCHANGED}
        assert extend_series(self.session, series_id=own.id, at=AT) == 0
        firm = [row for row in found.rows if row.stays is None]
        assert all(clock.local(row.starts_at).time() in _starts(own) for row in firm)
        assert list_broken(self.session, at=AT) == []


def _starts(series: Series):
    return {item.start for item in series.rule.weekdays}


def test_every_date_and_every_booking_has_one_place(world):
    offer, people, reached = make_offer(world, window_days=300), make_people(world, 3), set()

    @settings(AT_RANDOM)
    @given(stories())
    def holds(story):
        rule, steps, edits = story
        with world.database._sessions() as session:
            try:
                told = Story(session, world, session.merge(offer, load=False), people, rule)
            except InvalidInput:
                reject()  # all its dates lie beyond the horizon
            for step in steps:
                told.do(*step)
            for new, since, places, removed, more in edits:
                told.edit(new, since, places, removed)
                for step in more:
                    told.do(*step)
            reached.update(session.scalars(select(Slot.state).where(Slot.offer_id == offer.id).distinct()))
            reached.add(session.scalar(select(func.count(Series.id)).where(Series.offer_id == offer.id)))
            session.rollback()

    holds()
    assert reached >= {*SlotState, 1, 2}, "every state, and a series cut in two"


@pytest.mark.parametrize("hour", [10, 2])
def test_nothing_moves_on_the_wall_when_the_clock_does(world, hour):
    """Sunday 25 October 2026 has 25 hours; the first of the two at half past two is meant."""
    start = time(hour, 30)
    rule = Rule(
        frequency=Frequency.WEEKLY,
        starts_on=date(2026, 10, 18),
        weekdays=(WeekdayTime(6, start, time(hour + 2)),),
        until_on=date(2026, 11, 1),
    )
    with world.database._sessions() as session:
        plan = Plan(rule=rule, places=2)
        offer = session.merge(make_offer(world), load=False)
        series = publish_series(session, actor=world.actor("sven"), offer=offer, plan=plan, at=AT)
        found = difference(session, series, planned(series, places=3), since=TODAY, at=AT)
        assert [clock.local(row.starts_at).time() for row in found.rows] == [start] * 3
        assert [row.slot.starts_at.hour for row in found.rows] == [
            hour - 2,
            hour - 2 if hour == 2 else hour - 1,
            hour - 1,
        ]
        session.rollback()
