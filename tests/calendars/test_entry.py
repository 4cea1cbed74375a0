"""Entries and heads refuse what no calendar file could say truthfully."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from calendars.entry import CalendarEntry, CalendarHead

NAIVE = datetime(2026, 3, 2, 8, 0)  # noqa: DTZ001 (the point of these tests)
AWARE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("field", ["starts_at", "ends_at", "changed_at", "created_at"])
def test_a_naive_datetime_is_refused_in_every_field(make_entry, field):
    with pytest.raises(ValueError, match=f"{field} must be an aware datetime"):
        make_entry(**{field: NAIVE})


def test_an_end_before_its_start_is_refused(make_entry):
    with pytest.raises(ValueError, match="ends_at is before starts_at"):
        make_entry(starts_at=AWARE, ends_at=AWARE - timedelta(minutes=1))


def test_other_zones_become_utc_and_fractions_of_a_second_go(make_entry):
    berlin = timezone(timedelta(hours=1))
    entry = make_entry(starts_at=datetime(2026, 3, 2, 9, 0, 0, 999, tzinfo=berlin))
    assert entry.starts_at == AWARE
    assert entry.starts_at.tzinfo is UTC


def test_an_all_day_entry_lasts_one_day_unless_told_otherwise(make_entry):
    entry = make_entry(starts_at=None, ends_at=None, on=date(2026, 3, 2))
    assert entry.until_on == date(2026, 3, 2)
    assert entry.all_day


@pytest.mark.parametrize(
    "changes",
    [
        {"on": date(2026, 3, 2)},
        {"ends_at": None},
        {"starts_at": None, "ends_at": None},
        {"until_on": date(2026, 3, 2)},
        {"starts_at": None, "ends_at": None, "on": date(2026, 3, 2), "until_on": date(2026, 3, 1)},
        {"sequence": -1},
        {"alarm_minutes": (30, -5)},
        {"uid": " "},
        {"uid": "a\r\nb"},
    ],
)
def test_contradictions_are_refused(make_entry, changes):
    with pytest.raises(ValueError, match=r"must|before|either|has no"):
        make_entry(**changes)


def test_a_datetime_is_not_a_day(make_entry):
    with pytest.raises(TypeError, match="must be dates"):
        make_entry(starts_at=None, ends_at=None, on=AWARE)


def test_entries_are_values(make_entry):
    assert make_entry() == make_entry()
    assert len({make_entry(), make_entry(), make_entry(sequence=1)}) == 2
    with pytest.raises(AttributeError):
        make_entry().summary = "anders"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"prodid": ""},
        {"refresh": timedelta(seconds=30)},
        {"refresh": timedelta(minutes=1, seconds=1)},
        {"color": "Red"},
        {"color": "red\r\nX:1"},
    ],
)
def test_a_head_refuses_what_would_break_the_file(changes):
    fields = {"name": "Termine", "prodid": "-//T//DE", "refresh": timedelta(hours=1), "cancelled_prefix": "Abgesagt: "}
    with pytest.raises(ValueError, match="must"):
        CalendarHead(**{**fields, **changes})


def test_the_fields_of_an_entry_are_named_never_counted():
    with pytest.raises(TypeError):
        CalendarEntry("a@b", "Termin", AWARE)
