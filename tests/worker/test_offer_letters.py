"""Mails about an offer nobody confirmed: one link, neutral, the day on which silence counts, and none too many."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.actions.freshness import confirm_offer
from hub.models.notice import Notice, NoticeState
from hub.models.offer import Freshness, Offer, OfferState
from hub.queries.own_offers import get_own_offer
from hub.worker import delivery
from hub.worker.deadlines import meet_deadlines
from tests.loop import rows
from tests.places import make_offer
from tests.post import mail_settings
from tests.worker.test_letters import MARKER, UNSPOKEN

DAY = timedelta(days=1)
LINK = re.compile(r"https://termine\.example/links/offers/(\w{32})\s")
CLUB, UMBRELLA = "club@demo.invalid", "federation@demo.invalid"


def passing(world, *days):
    """Let the worker run on these days and return what left, as (day, mail)."""
    left = []
    for day in days:
        at, sent = world.at + day * DAY, []
        meet_deadlines(world.database, at)
        delivery.deliver(world.database, mail_settings(), sent.append, at=at)
        left += [(day, mail) for mail in sent]
    return left


@pytest.fixture
def silent(world):
    """An offer whose partner is due to be asked."""
    return make_offer(world, title=f"Rückenschule {MARKER}", confirmed_at=world.at - 90 * DAY)


def test_who_never_answers_gets_three_mails_with_one_link_and_the_umbrella_two_without(world, silent):
    mails = passing(world, 0, 7, 14, 21, 28, 40)
    assert [(day, str(mail["To"])) for day, mail in mails] == [
        (0, CLUB),
        (7, CLUB),
        (7, UMBRELLA),
        (21, CLUB),
        (21, UMBRELLA),
    ]
    links = {LINK.search(mail.get_content())[1] for _, mail in mails if mail["To"] == CLUB}
    assert len(links) == 1
    texts = [mail.get_content() for _, mail in mails]
    assert [re.findall(r"ab dem (\d+\. \w+)", text) for text in texts] == [
        [],
        *[["28. September"]] * 2,
        *[["12. Oktober"]] * 2,
    ]
    for _, mail in mails:
        assert UNSPOKEN.findall(mail.as_string() + mail.get_content()) == []
        assert (mail["To"] == UMBRELLA) == ("/links/" not in mail.get_content())


def test_a_late_mail_names_a_later_day(world, silent):
    passing(world, 0)
    meet_deadlines(world.database, world.at + 7 * DAY)
    (first, _) = passing(world, 12)
    assert "ab dem 3. Oktober" in first[1].get_content()


@pytest.mark.parametrize("what", ["confirmed", "paused", "ended", "gone on"])
def test_what_was_settled_meanwhile_is_not_sent(world, silent, what):
    passing(world, 0)
    meet_deadlines(world.database, world.at + 7 * DAY)
    if what == "confirmed":
        sven, at = world.actor("sven"), world.at + 7 * DAY + timedelta(hours=1)
        with world.database.transaction() as session:
            confirm_offer(session, actor=sven, offer=get_own_offer(session, sven, silent.public_id), at=at)
    else:
        values = {
            "paused": {"state": OfferState.PAUSED},
            "ended": {"state": OfferState.ENDED},
            "gone on": {"freshness": Freshness.FADING},
        }[what]
        with world.database.transaction() as session:
            session.execute(update(Offer).values(**values))
    sent = []
    delivery.deliver(world.database, mail_settings(), sent.append, at=world.at + 7 * DAY + timedelta(hours=2))
    assert sent == []
    states = [(one.state, one.trouble) for one in rows(world, Notice)[1:]]
    assert states == [(NoticeState.DROPPED, "settled")] * 2
