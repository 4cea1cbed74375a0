"""Every page of every role, found by following links, shuts nobody out; the settings take turns."""

from collections import Counter

import pytest

from tests.demo import build_demo
from tests.every_page import PAIRWISE, READERS, Eyes, Walked

pytestmark = pytest.mark.browser


def test_no_page_of_any_role_shuts_anybody_out(fresh_database, browser):
    walked = Walked(fresh_database(build_demo))
    assert {shown.who for _, shown in walked.pages} >= set(READERS)
    assert set(Counter(setting for setting, _ in walked.pages)) == set(PAIRWISE)
    assert len(walked.pages) > 300
    english = [shown.met.answer.text for setting, shown in walked.pages if setting.language == "en"]
    spoken = sum('<html lang="en"' in text for text in english)  # what was given in German is read in German
    assert spoken > 0.8 * len(english)
    with Eyes(browser, walked) as eyes:
        faults = [fault for setting, shown in walked.pages for fault in eyes.faults(setting, shown)]
    assert not faults, "\n".join(faults)
