"""Saxony's public holidays, checked against the law's list."""

from datetime import date

import pytest

from calendars.holidays import closed_days, public_holidays

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def test_the_year_2026_in_saxony():
    assert public_holidays(*YEAR) == {
        date(2026, 1, 1): "Neujahr",
        date(2026, 4, 3): "Karfreitag",
        date(2026, 4, 6): "Ostermontag",
        date(2026, 5, 1): "Erster Mai",
        date(2026, 5, 14): "Christi Himmelfahrt",
        date(2026, 5, 25): "Pfingstmontag",
        date(2026, 10, 3): "Tag der Deutschen Einheit",
        date(2026, 10, 31): "Reformationstag",
        date(2026, 11, 18): "Buß- und Bettag",
        date(2026, 12, 25): "Erster Weihnachtstag",
        date(2026, 12, 26): "Zweiter Weihnachtstag",
    }


@pytest.mark.parametrize("year", range(2024, 2035))
def test_repentance_day_is_the_wednesday_before_23_november_every_year(year):
    found = [on for on, name in public_holidays(date(year, 11, 1), date(year, 11, 30)).items() if "Bettag" in name]
    assert len(found) == 1
    assert found[0].weekday() == 2
    assert 16 <= found[0].day <= 22


def test_corpus_christi_is_a_holiday_only_in_its_region():
    on = date(2026, 6, 4)
    assert on not in public_holidays(*YEAR)
    assert public_holidays(*YEAR, catholic_region=True)[on] == "Fronleichnam"
    assert len(public_holidays(*YEAR, catholic_region=True)) == 12


def test_both_ends_of_the_period_are_included_and_years_join():
    assert list(public_holidays(date(2026, 12, 26), date(2027, 1, 1))) == [date(2026, 12, 26), date(2027, 1, 1)]
    assert public_holidays(date(2026, 12, 27), date(2026, 12, 31)) == {}


def test_names_come_in_the_language_asked_for_or_in_german():
    day = date(2026, 1, 1)
    assert public_holidays(day, day, language="en") == {day: "New Year's Day"}
    assert public_holidays(day, day, language="hsb") == {day: "Neujahr"}


def test_the_answer_can_be_changed_without_changing_the_next_one():
    public_holidays(*YEAR).clear()
    assert len(public_holidays(*YEAR)) == 11


def test_closed_are_public_holidays_and_own_closures():
    closed = closed_days([date(2026, 8, 3)])
    assert closed(date(2026, 8, 3))
    assert closed(date(2026, 11, 18))
    assert not closed(date(2026, 6, 4))
    assert closed_days(catholic_region=True)(date(2026, 6, 4))
