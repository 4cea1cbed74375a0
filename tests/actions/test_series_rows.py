"""Dates that fall out of a changed series: what somebody or something still knows of is called off, the rest goes."""

from datetime import timedelta

from hub.models.calendar_source import CalendarSource, SourceDate, SourceDateState, SourcePurpose
from hub.models.slot import Slot, SlotState
from tests.places import all_rows
from tests.series import FIRST, change, publish, slots_of, weekly


def test_a_date_a_foreign_calendar_still_knows_is_called_off_and_never_deleted(world):
    series = publish(world, weekly(until_on=FIRST + timedelta(weeks=3)))
    known, forgotten = slots_of(world, series)[-2:]
    with world.database.transaction() as session:
        source = CalendarSource(
            organisation_id=world.cast.club.id, purpose=SourcePurpose.DATES, name="Outlook", created_at=world.at
        )
        session.add(source)
        session.flush()
        facts = {"starts_at": known.starts_at, "ends_at": known.ends_at, "slot_id": known.id, "title": "Yoga"}
        session.add(SourceDate(source_id=source.id, key_digest="x", state=SourceDateState.TAKEN, **facts))
    change(world, series, weekly(until_on=FIRST + timedelta(weeks=1)))
    left = {slot.id: slot.state for slot in all_rows(world, Slot)}
    assert left[known.id] is SlotState.CALLED_OFF
    assert forgotten.id not in left
    assert [one.slot_id for one in all_rows(world, SourceDate)] == [known.id]
