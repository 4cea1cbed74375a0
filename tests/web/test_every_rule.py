"""Whatever the house answers to is met by somebody who walks through the demo, or says here why not."""

import pytest

from tests.steps import STEPS

NOT_MET = {
    "/calendars/<locale>/<things>/<public_id>.ics": "a calendar's file; the German one is met",
    "/feeds/<path:address>": "a calendar's file behind a secret address, shown once",
    "/healthz": "one word for a machine that watches",
    "/letters/print": "no letter waits in the demo; tests/web/test_person_calls.py",
    "/robots.txt": "text for search engines",
    "/sitemap.xml": "a list for search engines",
    "/slots/<public_id>/sheet/names": "no name waits for its first reading; tests/web/test_sheets.py",
    "/static/<path:filename>": "the files that pages use",
}


@pytest.mark.slow
def test_every_rule_is_met_by_somebody_or_says_why_not(walked_demo):
    met = {met.rule for _, met in [*walked_demo.met, *walked_demo.stepped]}
    assert sorted(walked_demo.rules - met) == sorted(NOT_MET)


@pytest.mark.slow
def test_whatever_steps_lead_to_is_answered(walked_demo):
    assert len(walked_demo.stepped) > len(STEPS)
    assert [f"{who}: {met.path}" for who, met in walked_demo.stepped if met.answer.status_code >= 400] == []
