"""The shipped list of school holidays: in order, without overlaps, with the days everybody in Saxony knows."""

from datetime import date, timedelta
from itertools import pairwise

from hub.school_holidays import days_between, known_until, school_days_off, school_holidays


def test_the_list_is_in_order_and_nothing_overlaps():
    holidays = school_holidays()
    assert all(one.first_on <= one.last_on for one in holidays)
    assert all(one.last_on < other.first_on for one, other in pairwise(holidays))
    assert known_until() == holidays[-1].last_on == date(2030, 8, 23)


def test_every_school_year_has_its_five_long_holidays():
    for year in {one.school_year for one in school_holidays()}:
        names = {one.name.text for one in school_holidays() if one.school_year == year}
        assert {"Herbstferien", "Weihnachtsferien", "Winterferien", "Osterferien", "Sommerferien"} <= names
        first, _, last = year.partition("/")
        days = [one for one in school_holidays() if one.school_year == year]
        assert {one.first_on.year for one in days} == {int(first), int(last)}


def test_days_of_the_present_school_year():
    days = school_days_off(date(2026, 10, 11), date(2026, 10, 25))
    assert list(days) == days_between(date(2026, 10, 12), date(2026, 10, 24))
    assert set(days.values()) == {"Herbstferien"}
    assert school_days_off(date(2027, 5, 7), date(2027, 5, 7)) == {date(2027, 5, 7): "Unterrichtsfreier Tag"}
    assert school_days_off(date(2026, 9, 14), date(2026, 9, 18)) == {}


def test_a_span_that_ends_before_it_begins_has_no_days():
    day = date(2026, 9, 14)
    assert days_between(day, day) == [day]
    assert days_between(day, day - timedelta(days=1)) == []
