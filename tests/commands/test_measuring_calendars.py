"""`hub measure calendar` reads a hostile calendar beside the site, and both come back."""

from hub.reading_times import measure_reading


def test_the_report_comes_and_the_page_is_answered_all_the_while(app, world):
    found = measure_reading(app, world.database, events=40)
    assert found.problems == {"rule_too_frequent": 1}
    assert len(found.meanwhile) >= 1
    assert found.as_lines().startswith("40 events and a rule of every second: report after ")
