"""Foreign calendars: read, chosen from, taken over; what differs later is shown, and no booked date ever moves."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.actions import calendar_sources as verbs
from hub.actions import source_dates
from hub.actions.calendar_sources import Goal
from hub.errors import HubError, InvalidInput, NotAllowed, NotFound, RuleBroken, StepNotPossible
from hub.models.booking import Booking
from hub.models.calendar_source import CalendarSource, Light, SourceDateState
from hub.models.log import LogEntry
from hub.models.slot import Slot
from hub.queries import calendar_sources as queries
from tests import foreign_calendars as foreign
from tests.foreign_calendars import calendar, event, in_days
from tests.places import book, make_offer

S = SourceDateState


def taken_source(world, *events):
    """Gudrun's offer with the dates of her calendar taken over."""
    offer = make_offer(world, owner="town", location_id=world.cast.town_hall.id)
    source = foreign.add(world, "gudrun", foreign.offer_goal(offer), calendar(*events))
    foreign.read(world)
    foreign.do(world, "gudrun", source, source_dates.choose_dates, titles=["sprechstunde"], categories=[])
    keys = [row.key_digest for row in foreign.rows(world, source)]
    foreign.do(world, "gudrun", source, source_dates.take_over, keys=keys)
    return source


def slots(world):
    with world.database.reading() as session:
        return list(session.scalars(select(Slot).order_by(Slot.starts_at)))


def lines(world, source, at=None):
    with world.database.reading() as session:
        return queries.list_lines(session, foreign.again(world, source), at=at or world.at)


def test_a_file_waits_for_the_worker_and_is_gone_when_it_is_read(world):
    offer = make_offer(world, owner="town")
    source = foreign.add(world, "gudrun", foreign.offer_goal(offer), calendar(event("a", in_days(world, 1))))
    assert foreign.again(world, source).light(world.at) is Light.RED  # never read yet
    foreign.read(world)
    after = foreign.again(world, source)
    assert (after.fetched_at, after.next_at, after.trouble) == (world.at, None, "")
    assert after.light(world.at) is Light.GREEN
    with world.database.reading() as session:
        assert session.scalar(select(CalendarSource.content)) is None
        (found,) = queries.read_preview(session, after)
    assert (found.title, found.starts_at) == ("Sprechstunde", in_days(world, 1))


def test_chosen_dates_become_dates_of_the_offer_and_other_titles_are_forgotten(world):
    start = in_days(world, 1)
    source = taken_source(
        world, event("a", start), event("b", in_days(world, 2), title="Zahnarzt"), event("c", in_days(world, 9))
    )
    assert [slot.starts_at for slot in slots(world)] == [start, in_days(world, 9)]
    kept = foreign.rows(world, source)
    assert [(row.title, row.state) for row in kept] == [("Sprechstunde", S.TAKEN)] * 2
    with world.database.reading() as session:
        assert queries.read_preview(session, source) == []
        log = " ".join(f"{row.action} {row.object_ref}" for row in session.scalars(select(LogEntry)))
    assert "calendar_source.taken_over" in log
    assert "Zahnarzt" not in log


def test_a_category_chooses_too_and_titles_of_dates_not_taken_over_are_not_kept(world):
    offer = make_offer(world, owner="town")
    file = calendar(event("a", in_days(world, 1), "CATEGORIES:Bürger,Intern"), event("b", in_days(world, 2)))
    source = foreign.add(world, "gudrun", foreign.offer_goal(offer), file)
    foreign.read(world)
    assert foreign.do(world, "gudrun", source, source_dates.choose_dates, titles=[], categories=["bürger"]) == 1
    (row,) = foreign.rows(world, source)
    assert (row.starts_at, row.title, row.slot_id) == (in_days(world, 1), "", None)


def test_dates_more_than_half_a_year_ahead_wait(world):
    offer = make_offer(world, owner="town")
    file = calendar(event("a", in_days(world, 1)), event("b", in_days(world, 250)))
    source = foreign.add(world, "gudrun", foreign.offer_goal(offer), file)
    foreign.read(world)
    foreign.do(world, "gudrun", source, source_dates.choose_dates, titles=["sprechstunde"], categories=[])
    keys = [row.key_digest for row in foreign.rows(world, source)]
    assert foreign.do(world, "gudrun", source, source_dates.take_over, keys=keys) == (1, 1)
    assert [row.state for row in foreign.rows(world, source)] == [S.TAKEN, S.NEW]


def test_a_changed_source_changes_no_slot_and_no_booking(world):
    stays, moves, goes = in_days(world, 3), in_days(world, 4), in_days(world, 5)
    source = taken_source(world, event("a", stays), event("b", moves), event("c", goes))
    for slot in slots(world):
        book(world, slot, world.cast.tarik)

    def everything():
        with world.database.reading() as session:
            return [
                [
                    {c.name: getattr(row, c.key) for c in model.__table__.columns}
                    for row in session.scalars(select(model).order_by(model.id))
                ]
                for model in (Slot, Booking)
            ]

    before = everything()
    foreign.renew(
        world,
        "gudrun",
        source,
        calendar(event("a", stays), event("b", moves + timedelta(hours=1)), event("d", in_days(world, 6))),
    )
    assert everything() == before
    assert [(line.state, line.people) for line in lines(world, source)] == [
        (S.TAKEN, 1),
        (S.CHANGED, 1),
        (S.GONE, 1),
        (S.NEW, 0),
    ]


def test_a_changed_date_that_nobody_booked_follows_with_one_tap_and_a_booked_one_does_not(world):
    start = in_days(world, 3)
    source = taken_source(world, event("a", start), event("b", in_days(world, 4)))
    book(world, slots(world)[1], world.cast.tarik)
    later = [event("a", start + timedelta(hours=2)), event("b", in_days(world, 4, 10))]
    foreign.renew(world, "gudrun", source, calendar(*later))
    free, booked = (line.row.key_digest for line in lines(world, source))
    foreign.do(world, "gudrun", source, source_dates.follow_change, key=free)
    assert slots(world)[0].starts_at == start + timedelta(hours=2)
    with pytest.raises(RuleBroken, match="auf seiner Seite"):
        foreign.do(world, "gudrun", source, source_dates.follow_change, key=booked)
    assert slots(world)[1].starts_at == in_days(world, 4)
    assert [line.state for line in lines(world, source)] == [S.TAKEN, S.CHANGED]


def test_a_series_that_moves_by_an_hour_shows_changes_not_a_new_series(world):
    start = in_days(world, 1)
    source = taken_source(world, event("a", start, "RRULE:FREQ=WEEKLY;COUNT=3"))
    foreign.renew(
        world, "gudrun", source, calendar(event("a", start + timedelta(hours=1), "RRULE:FREQ=WEEKLY;COUNT=3"))
    )
    assert [line.state for line in lines(world, source)] == [S.CHANGED] * 3


def test_what_is_kept_as_it_is_stays_kept_until_the_source_changes_again(world):
    start = in_days(world, 3)
    source = taken_source(world, event("a", start), event("b", in_days(world, 4)))
    moved = calendar(event("a", start + timedelta(hours=1)))
    foreign.renew(world, "gudrun", source, moved)
    assert [line.state for line in lines(world, source)] == [S.CHANGED, S.GONE]
    for line in lines(world, source):
        foreign.do(world, "gudrun", source, source_dates.keep_as_it_is, key=line.row.key_digest)
    foreign.renew(world, "gudrun", source, moved)
    assert [line.state for line in lines(world, source)] == [S.TAKEN, S.IGNORED]
    foreign.renew(world, "gudrun", source, calendar(event("a", start + timedelta(hours=2))))
    assert [line.state for line in lines(world, source)] == [S.CHANGED, S.IGNORED]


def test_a_cancelled_date_counts_as_gone_and_a_part_of_a_calendar_as_nothing(world):
    source = taken_source(world, event("a", in_days(world, 3)))
    secondly = event("x", in_days(world, 3), "RRULE:FREQ=SECONDLY", title="Puls")
    foreign.renew(world, "gudrun", source, calendar(secondly))
    assert foreign.again(world, source).incomplete
    assert [line.state for line in lines(world, source)] == [S.TAKEN]
    foreign.renew(world, "gudrun", source, calendar(event("a", in_days(world, 3), "STATUS:CANCELLED")))
    assert [line.state for line in lines(world, source)] == [S.GONE]


def test_what_is_no_calendar_leaves_the_last_good_copy(world):
    source = foreign.add(world, "gudrun", room_goal(world), calendar(event("a", in_days(world, 1))))
    foreign.read(world)
    foreign.renew(world, "gudrun", source, b"<html>Bitte anmelden</html>")
    after = foreign.again(world, source)
    assert (after.trouble, after.fetched_at) == ("unreadable", world.at)
    assert len(foreign.busy(world, source)) == 1
    assert after.light(world.at) is Light.YELLOW


def room_goal(world):
    return Goal(organisation_id=world.cast.town.id, room=foreign.room_of(world))


def test_ending_forgets_the_address_and_all_that_was_read_but_no_date(world):
    source = taken_source(world, event("a", in_days(world, 3)))
    foreign.do(world, "gudrun", source, verbs.end_source)
    assert foreign.rows(world, source) == []
    assert len(slots(world)) == 1
    with pytest.raises(NotFound):
        foreign.do(world, "gudrun", source, verbs.end_source)


def test_a_preview_nobody_uses_is_forgotten_after_a_week(world):
    offer = make_offer(world, owner="town")
    source = foreign.add(world, "gudrun", foreign.offer_goal(offer), calendar(event("a", in_days(world, 20))))
    foreign.read(world)
    for days, left in ((6, 1), (8, 0)):
        with world.database.transaction() as session:
            queries.forget_old_previews(session, at=world.at + timedelta(days=days))
            assert len(queries.read_preview(session, source)) == left
    with pytest.raises(StepNotPossible):
        foreign.do(world, "gudrun", source, source_dates.choose_dates, titles=["sprechstunde"], categories=[])


@pytest.mark.parametrize("content", [None, b"", b"x" * 5_000_001])
def test_no_file_and_a_huge_one_are_refused(world, content):
    with pytest.raises(InvalidInput):
        foreign.add(world, "gudrun", room_goal(world), content)


def test_nobody_adds_a_calendar_for_others(world):
    file = calendar(event("a", in_days(world, 1)))
    for who in ("petra", "sven", "clara", "nora", "otto", "fred"):
        with pytest.raises(NotAllowed):
            foreign.add(world, who, room_goal(world), file)
        with pytest.raises(HubError):
            foreign.add(world, who, Goal(user_id=world.user("cem").id), file)
    with pytest.raises(NotAllowed):
        foreign.add(world, "gudrun", Goal(user_id=world.user("gudrun").id), file)  # no coach
    assert foreign.add(world, "cem", Goal(user_id=world.user("cem").id), file).user_id == world.user("cem").id


def chosen_source(world, *events):
    """Gudrun's calendar with its dates chosen, none taken over."""
    offer = make_offer(world, owner="town", location_id=world.cast.town_hall.id)
    source = foreign.add(world, "gudrun", foreign.offer_goal(offer), calendar(*events))
    foreign.read(world)
    foreign.do(world, "gudrun", source, source_dates.choose_dates, titles=["sprechstunde"], categories=[])
    return source


def test_a_date_left_out_stays_out_however_often_it_is_read_until_somebody_brings_it_back(world):
    start = in_days(world, 3)
    source = chosen_source(world, event("a", start), event("b", in_days(world, 4)))
    key = foreign.rows(world, source)[0].key_digest
    foreign.do(world, "gudrun", source, source_dates.dismiss_date, key=key)
    for events in (  # the same, moved, missing for a day, back, with another identity
        [event("a", start)],
        [event("a", start + timedelta(hours=1))],
        [],
        [event("a", start)],
        [event("x", start)],
    ):
        foreign.renew(world, "gudrun", source, calendar(*events, event("b", in_days(world, 4))))
        assert [line.state for line in lines(world, source)] == [S.IGNORED, S.NEW]
    keys = [row.key_digest for row in foreign.rows(world, source)]
    assert foreign.do(world, "gudrun", source, source_dates.take_over, keys=keys) == (1, 1)
    assert [slot.starts_at for slot in slots(world)] == [in_days(world, 4)]
    foreign.do(world, "gudrun", source, source_dates.bring_back_date, key=keys[0])
    assert foreign.do(world, "gudrun", source, source_dates.take_over, keys=keys[:1]) == (1, 0)
    with world.database.reading() as session:
        actions = list(session.scalars(select(LogEntry.action)))
    assert actions.count("calendar_source.date_dismissed") == actions.count("calendar_source.date_brought_back") == 1


def test_only_a_new_date_is_left_out_and_only_one_left_out_comes_back(world):
    source = taken_source(world, event("a", in_days(world, 3)))
    (row,) = foreign.rows(world, source)
    for verb in (source_dates.dismiss_date, source_dates.bring_back_date):
        with pytest.raises(StepNotPossible):
            foreign.do(world, "gudrun", source, verb, key=row.key_digest)
        with pytest.raises(NotFound):
            foreign.do(world, "gudrun", source, verb, key="f" * 64)


def test_a_date_left_out_is_forgotten_when_it_is_over(world):
    source = chosen_source(world, event("a", in_days(world, 3)))
    foreign.do(world, "gudrun", source, source_dates.dismiss_date, key=foreign.rows(world, source)[0].key_digest)
    with world.database.transaction() as session:
        queries.forget_old_previews(session, at=world.at + timedelta(days=4))
    assert foreign.rows(world, source) == []


def test_with_another_address_nothing_is_known_until_it_is_read_and_a_name_alone_changes_nothing_else(world):
    source = foreign.add(world, "gudrun", room_goal(world), calendar(event("a", in_days(world, 1))))
    foreign.read(world)
    foreign.do(world, "gudrun", source, verbs.edit_source, name=" Rathaus ")
    named = foreign.again(world, source)
    assert (named.name, named.url, named.fetched_at) == ("Rathaus", None, world.at)
    url = "https://kalender.example/neu.ics"
    foreign.do(world, "gudrun", source, verbs.edit_source, name="Rathaus", url=url)
    after = foreign.again(world, source)
    assert (after.url, after.is_file, after.fetched_at, after.next_at) == (url, False, None, world.at)
    assert after.light(world.at) is Light.RED
    assert len(foreign.busy(world, source)) == 1  # busy stays busy
    with world.database.reading() as session:
        ours = select(LogEntry.action).where(LogEntry.action.like("calendar_source.%"))
        actions = list(session.scalars(ours.order_by(LogEntry.id)))
    assert actions == ["calendar_source.added", "calendar_source.renamed", "calendar_source.moved"]


def test_nobody_else_changes_a_calendar(world):
    source = chosen_source(world, event("a", in_days(world, 3)))
    key = foreign.rows(world, source)[0].key_digest
    for who in ("petra", "sven", "kerstin", "clara", "nora", "anna", "otto", "fred"):
        actor = world.actor(who)
        for verb, facts in (
            (verbs.edit_source, {"name": "x", "url": "https://boese.example/"}),
            (source_dates.dismiss_date, {"key": key}),
            (source_dates.bring_back_date, {"key": key}),
        ):
            with pytest.raises(NotFound):
                foreign.do(world, who, source, verb, **facts)
            with world.database.reading() as session:
                own = session.get_one(CalendarSource, source.id)
                with pytest.raises(NotAllowed):
                    verb(session, actor=actor, source=own, at=world.at, **facts)
