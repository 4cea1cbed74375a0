"""Offers of the demo that nobody confirmed: one is asked about today, one comes last in searches, one is hidden."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace

from sqlalchemy.orm import Session

from hub.actions.freshness import ask_partner, lower_offer, warn_partner
from hub.models.offer import Offer
from hub.policy.actor import SYSTEM
from hub.queries.freshness import DEFAULT_DAYS, STEP_AFTER, WARNED_BEFORE, freshen
from hub.queries.notices import settle_before
from hub.seeds.dates import partner_of

# Organisation, title, and how long its partner has said nothing since the question.
SILENT = (
    ("club", "Tanzen im Sitzen", timedelta(0)),
    ("club_radebeul", "Spaziergang mit Pausen", STEP_AFTER + timedelta(days=2)),
    ("club_grimma", "Spaziergang mit Pausen", 2 * STEP_AFTER + timedelta(days=2)),
)


def load_freshness(session: Session, cast: SimpleNamespace, offers: Sequence[Offer], at: datetime) -> None:
    """Let the clock go its way with a few offers, by the same verbs as in life."""
    for organisation, title, silence in SILENT:
        own = cast.organisations[organisation].id
        offer = next(one for one in offers if one.organisation_id == own and one.title == title)
        asked_at = at - silence
        confirmed_at = asked_at - timedelta(days=DEFAULT_DAYS)
        freshen(session, offer, actor=partner_of(cast, organisation), at=confirmed_at)
        ask_partner(session, actor=SYSTEM, offer_id=offer.id, at=asked_at)
        _go_on(session, offer, asked_at, at)


def _go_on(session: Session, offer: Offer, since: datetime, at: datetime) -> None:
    """Warn and lower as often as there was time for; each mail had left before the next step."""
    while since + STEP_AFTER <= at:
        warned_at = since + STEP_AFTER - WARNED_BEFORE
        warn_partner(session, actor=SYSTEM, offer_id=offer.id, at=warned_at)
        settle_before(session, warned_at + timedelta(seconds=1), but="partner_question")
        since += STEP_AFTER
        lower_offer(session, actor=SYSTEM, offer_id=offer.id, at=since)
