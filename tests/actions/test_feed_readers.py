"""Who may read on changes without any date changing: by the clock, or as somebody no longer acts for a partner."""

from datetime import timedelta

import time_machine

from hub import clock
from hub.actions.organisations import Entries, update_organisation
from hub.models.participant import Participation
from hub.models.subscription import FeedKind
from hub.policy.person_scopes import KEPT_AFTER_END
from hub.queries.organisations import get_organisation
from tests.actions.test_feed_changes import entries_of
from tests.feeds import change, events, fetch, subscribe
from tests.loop import rows
from tests.places import book, make_offer, make_slot

SECOND = timedelta(seconds=1)


def test_a_coach_loses_somebody_long_gone_with_the_day_by_the_clock_alone(app, world):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    today = clock.local_date(world.at)
    for stay in rows(world, Participation, Participation.participant_id == world.cast.tarik.id):
        change(world, Participation, stay.id, ends_on=today - KEPT_AFTER_END)
    _, token = subscribe(world, world.actor("clara"), FeedKind.COACH)
    etag = fetch(app, token).headers["ETag"]
    for instant, status in ((clock.end_of_day(today) - SECOND, 304), (clock.end_of_day(today), 200)):
        with time_machine.travel(instant, tick=False):
            answer = fetch(app, token, If_None_Match=etag)
        assert answer.status_code == status, instant
    assert events(answer) == []


def test_who_no_longer_acts_for_a_partner_loses_its_dates_at_once(app, world):
    make_slot(world, make_offer(world))
    nora, club = world.actor("nora"), world.cast.club
    about = {"organisation_id": club.id}
    _, umbrella = subscribe(world, world.actor("kerstin"), FeedKind.ORGANISATION, **about)
    _, own = subscribe(world, world.actor("sven"), FeedKind.ORGANISATION, **about)
    etag = fetch(app, umbrella).headers["ETag"]
    assert len(events(fetch(app, own))) == 1
    with world.database.transaction() as session:
        row = get_organisation(session, nora, club.public_id)
        alone = entries_of(Entries, row, parent_id=None, programme_ids=frozenset({world.cast.resilience.id}))
        update_organisation(session, actor=nora, organisation=row, entries=alone, at=world.at)
    assert events(fetch(app, umbrella, If_None_Match=etag)) == []
    assert len(events(fetch(app, own))) == 1
