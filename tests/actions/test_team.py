"""A team lead assigns coaches and orders deputies; a cover ends by itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hub import clock
from hub.actions.team import assign_coach, end_cover, order_cover
from hub.errors import InvalidInput, NotAllowed, NotFound, PersonElsewhere
from hub.models.booking import Booking, BookingState
from hub.models.notice import Notice
from hub.models.participant import Cover, Participant
from hub.models.slot import Pool
from hub.models.subscription import FeedKind, Subscription
from hub.models.user import Membership, Role, User
from hub.queries.participants import list_caseload
from hub.queries.today import list_dates
from tests.actions.test_appointments import visit
from tests.crowd import rush
from tests.places import all_rows
from tests.rooms import borrow, lent_slot
from tests.world import World


@pytest.fixture
def colleague(world: World) -> User:
    """Fred becomes a second coach in Meißen."""
    with world.database.transaction() as session:
        session.add(
            Membership(
                user_id=world.user("fred").id,
                organisation_id=world.cast.jc_meissen.id,
                role=Role.COACH,
                created_at=world.at,
            )
        )
    return world.user("fred")


def people_of(world: World, key: str, *, days: float = 0) -> set[int]:
    actor = world.actor(key)
    with world.database.reading() as session:
        return {person.id for person in list_caseload(session, actor, at=world.at + timedelta(days=days))}


def assign(world: World, coach: User, *, by: str = "lena") -> None:
    actor = world.actor(by)

    def unit(session: Session) -> None:
        person = session.get_one(Participant, world.cast.tarik.id)
        assign_coach(session, actor=actor, participant=person, coach=session.get_one(User, coach.id), at=world.at)

    world.database.run(unit)


def cover(world: World, deputy: User, *, by: str = "lena", **values: Any) -> Cover:
    today: date = clock.local_date(world.at)
    facts = {"first_on": today, "last_on": today + timedelta(days=6)} | values
    actor = world.actor(by)

    def unit(session: Session) -> Cover:
        return order_cover(
            session,
            actor=actor,
            jobcenter_id=world.cast.jc_meissen.id,
            coach=session.get_one(User, world.user("clara").id),
            deputy=session.get_one(User, deputy.id),
            at=world.at,
            **facts,
        )

    return world.database.run(unit)


def test_a_person_is_handed_over(world: World, colleague: User) -> None:
    assign(world, colleague)
    assert people_of(world, "fred") == {world.cast.tarik.id}
    assert world.cast.tarik.id not in people_of(world, "clara")


def notices_of(world: World) -> list[tuple[str, str]]:
    """Return who is written to, and with which letter."""
    names = {world.user(key).id: key for key in ("clara", "fred", "lena")}
    return [(names.get(one.user_id or 0, "town"), one.template) for one in all_rows(world, Notice)]


def test_visits_and_lent_rooms_go_with_the_person_and_everybody_hears_it(world: World, colleague: User) -> None:
    feeds = [make_feed(world, "clara"), make_feed(world, "fred"), make_feed(world, "gudrun", world.cast.town.id)]
    start = world.at + timedelta(days=2)
    home = visit(world, world.cast.tarik, start)
    other = visit(world, world.cast.heinz, start + timedelta(hours=4))
    loan = borrow(world, lent_slot(world, days=3), person=world.cast.tarik)
    told = len(notices_of(world))
    before = [revision(world, feed) for feed in feeds]
    assign(world, colleague)
    after = {row.id: row for row in all_rows(world, Booking)}
    assert [after[one.id].coach_id for one in (home, loan)] == [colleague.id] * 2
    assert [after[one.id].state for one in (home, loan)] == [BookingState.CONFIRMED] * 2
    assert after[other.id].coach_id == world.user("clara").id
    expected = [("clara", "staff_news"), ("fred", "staff_news"), ("town", "partner_news")]
    assert sorted(notices_of(world)[told:]) == expected
    assert [revision(world, feed) for feed in feeds] == [one + 1 for one in before]
    assert [row.public_id for row in dates_of(world, "clara")] == [other.public_id]
    assert {row.public_id for row in dates_of(world, "fred")} == {home.public_id, loan.public_id}
    with pytest.raises(PersonElsewhere, match="unterwegs"):  # it takes the new coach's time
        visit(world, world.cast.tarik, start + timedelta(minutes=61), by="fred")


def test_a_visit_for_which_the_new_coach_has_no_time_ends_and_is_to_be_told(world: World, colleague: User) -> None:
    slot = lent_slot(world, days=3)
    loan = borrow(world, slot, person=world.cast.tarik)
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.heinz.id).coach_id = colleague.id
    blocker = visit(world, world.cast.heinz, slot.starts_at - timedelta(minutes=70), by="fred")  # the journey counts
    told = len(notices_of(world))
    assign(world, colleague)
    rows = {row.id: row for row in all_rows(world, Booking)}
    assert (rows[loan.id].state, rows[loan.id].cancelled_by) == (BookingState.CANCELLED, "programme")
    assert rows[blocker.id].state is BookingState.CONFIRMED
    assert [pool.taken for pool in all_rows(world, Pool)] == [0]  # others find the room
    expected = [("clara", "staff_news"), ("fred", "staff_news"), ("town", "partner_news")]
    assert sorted(notices_of(world)[told:]) == expected
    assert loan.public_id in {row.public_id for row in dates_of(world, "fred")}  # until the person knows
    assert dates_of(world, "clara") == []


def test_what_is_over_and_the_same_coach_again_change_nothing(world: World, colleague: User) -> None:
    made = visit(world, world.cast.tarik, world.at + timedelta(days=2))
    assign(world, world.user("clara"))
    assert all_rows(world, Booking)[0].version == made.version
    with world.database.transaction() as session:
        row = session.get_one(Booking, made.id)
        row.starts_at, row.ends_at = world.at - timedelta(hours=2), world.at - timedelta(hours=1)
    assign(world, colleague)
    assert all_rows(world, Booking)[0].coach_id == world.user("clara").id


@pytest.mark.parametrize("turn", range(4))
def test_a_handover_and_a_visit_of_the_new_coach_at_once_leave_one_of_the_two(
    world: World, colleague: User, turn: int
) -> None:
    start = world.at + timedelta(days=2)
    visit(world, world.cast.tarik, start)
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.heinz.id).coach_id = colleague.id
    both = [lambda: assign(world, colleague), lambda: visit(world, world.cast.heinz, start, by="fred")]
    rush(both if turn % 2 else both[::-1])
    standing = [row for row in all_rows(world, Booking) if row.state is BookingState.CONFIRMED]
    assert [row.coach_id for row in standing] == [colleague.id]


def make_feed(world: World, key: str, organisation_id: int | None = None) -> Subscription:
    """Add a calendar of somebody, or of an organisation."""
    with world.database.transaction() as session:
        feed = Subscription(
            kind=FeedKind.ORGANISATION if organisation_id else FeedKind.COACH,
            organisation_id=organisation_id,
            user_id=world.user(key).id,
            name=key,
            token_digest=key.ljust(64, "0"),
            created_at=world.at,
            revision=1,
        )
        session.add(feed)
    return feed


def revision(world: World, feed: Subscription) -> int:
    with world.database.reading() as session:
        return session.get_one(Subscription, feed.id).revision


def dates_of(world: World, key: str) -> list[Booking]:
    """Return what stands on a coach's page of the week."""
    actor = world.actor(key)
    with world.database.reading() as session:
        return list_dates(session, actor, since=world.at, until=world.at + timedelta(days=7), at=world.at)


def test_a_person_never_leaves_the_jobcenter(world: World) -> None:
    with pytest.raises(NotFound):
        assign(world, world.user("cem"))


def test_only_the_team_lead_assigns_and_orders(world: World, subtests: pytest.Subtests) -> None:
    for key in ["clara", "cem", "frank", "petra", "nora", "fred"]:
        with subtests.test(key=key):
            with pytest.raises(NotAllowed):
                assign(world, world.user("clara"), by=key)
            with pytest.raises(NotAllowed):
                cover(world, world.user("clara"), by=key)


def test_a_deputy_sees_the_people_only_while_the_cover_runs(world: World, colleague: User) -> None:
    assert people_of(world, "fred") == set()
    cover(world, colleague)
    assert people_of(world, "fred") == people_of(world, "clara")
    assert people_of(world, "fred", days=6.6) == people_of(world, "clara")
    assert people_of(world, "fred", days=6.7) == set()  # midnight of the last day has passed


def test_a_cover_ended_early_closes_at_once(world: World, colleague: User) -> None:
    made = cover(world, colleague)
    lena = world.actor("lena")
    with world.database.transaction() as session:
        row = session.get_one(Cover, made.id)
        end_cover(session, actor=lena, cover=row, jobcenter_id=world.cast.jc_meissen.id, at=world.at)
    assert people_of(world, "fred") == set()


@pytest.mark.parametrize(("first", "last", "field"), [(-1, 3, "first_on"), (3, 2, "last_on"), (0, 185, "last_on")])
def test_impossible_days_are_refused(world: World, colleague: User, first: int, last: int, field: str) -> None:
    today = clock.local_date(world.at)
    days = {"first_on": today + timedelta(days=first), "last_on": today + timedelta(days=last)}
    with pytest.raises(InvalidInput) as caught:
        cover(world, colleague, **days)
    assert list(caught.value.fields) == [field]


def test_nobody_stands_in_for_themselves(world: World) -> None:
    with pytest.raises(InvalidInput):
        cover(world, world.user("clara"))
    assert all_rows(world, Cover) == []
