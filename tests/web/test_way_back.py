"""From whatever page behind the card: the way to take back what was allowed, and whom to call."""

import pytest

WAY_BACK = 'href="/me/consents"'


@pytest.mark.slow
def test_every_page_behind_the_card_leads_to_what_was_allowed_and_names_a_phone(walked_demo):
    own = [met for _, met in walked_demo.met if met.is_page and met.rule.split("/")[1] == "me"]
    assert len({met.rule for met in own}) >= 15
    assert {met.rule for met in own} >= {"/me", "/me/consents/<consent_id>/receipt"}
    assert [met.path for met in own if WAY_BACK not in met.answer.text] == []
    assert [met.path for met in own if 'href="tel:' not in met.answer.text] == []
