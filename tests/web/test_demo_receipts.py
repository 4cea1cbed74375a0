"""Every consent of the demo network has a whole receipt, and its words are the ones its hash was made of."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hub.models.consent import Consent, Scope
from hub.queries.kept_words import count_words
from hub.web.receipt_words import records_of, words_of
from tests.web.test_receipts import faults


@pytest.mark.slow
def test_every_consent_of_the_demo_has_a_whole_receipt(demo):
    app, _ = demo
    with app.test_request_context(), app.extensions["database"].reading() as session:
        query = select(Consent).where(Consent.given_at.is_not(None)).options(joinedload(Consent.participant))
        given = list(session.scalars(query))
        wrong, scopes = [], set()
        for consent in given:
            (record,) = records_of(session, consent.participant, [consent])
            wrong += [f"{consent.scope} {consent.state}: {fault}" for fault in faults(record)]
            assert all(value.strip() for _, value in words_of(record))
            scopes.add(consent.scope)
        found, changed = count_words(session)
    assert wrong == []
    assert len(given) >= 5
    assert {Scope.TRANSMIT, Scope.FEED} <= scopes
    assert found >= len(given)
    assert changed == []
