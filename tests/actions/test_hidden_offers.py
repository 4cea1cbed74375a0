"""An offer that takes nobody receives no enquiry either: asking is refused with the reason and a number."""

import pytest
from sqlalchemy import update

from hub.actions.answers import accept_enquiry
from hub.errors import RuleBroken
from hub.models.consent import Consent
from hub.models.enquiry import EnquiryState
from hub.models.notice import Notice
from hub.models.offer import Freshness, Offer, OfferState
from tests.loop import ask, drafted, now, partner, request_offer, say, send, sent_enquiry
from tests.places import all_rows


def set_offer(world, **values):
    with world.database.transaction() as session:
        session.execute(update(Offer).values(**values))


@pytest.mark.parametrize("access", ["request", "named"])
def test_nobody_is_asked_for_a_hidden_offer(world, access):
    offer, slot = request_offer(world, phone="03521 4711", access=access)
    set_offer(world, freshness=Freshness.HIDDEN)
    with pytest.raises(RuleBroken) as no:
        ask(world, world.cast.tarik, offer, slot)
    assert "erst an" in no.value.message.text
    assert no.value.message.facts["phone"] == "03521 4711"
    assert all_rows(world, Consent) == []
    set_offer(world, freshness=Freshness.FADING)
    ask(world, world.cast.tarik, offer, slot)


@pytest.mark.parametrize(
    "values", [{"freshness": Freshness.HIDDEN}, {"state": OfferState.PAUSED}, {"state": OfferState.ENDED}]
)
def test_a_draft_stays_a_draft_while_the_offer_takes_nobody(world, values):
    offer, slot = request_offer(world)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    set_offer(world, **values)
    with pytest.raises(RuleBroken):
        send(world, drafted(world, consent))
    assert (drafted(world, consent).state, all_rows(world, Notice)) == (EnquiryState.DRAFT, [])
    set_offer(world, freshness=Freshness.FRESH, state=OfferState.PUBLISHED)
    send(world, drafted(world, consent))
    assert drafted(world, consent).state is EnquiryState.SENT


def test_what_a_partner_has_already_can_still_be_answered(world):
    enquiry, _ = sent_enquiry(world)
    set_offer(world, freshness=Freshness.HIDDEN)
    partner(world, enquiry, accept_enquiry)
    assert now(world, enquiry).state is EnquiryState.RUNNING  # the place in its date was kept
