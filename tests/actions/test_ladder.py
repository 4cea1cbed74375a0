"""Silence has an owner at each step: the umbrella's desk, the network's desk, then the coach, who is told once."""

from datetime import timedelta

import pytest

from hub.actions import answers, ladder
from hub.actions import deadlines as verbs
from hub.errors import HubError, NotAllowed, NotFound
from hub.models.enquiry import EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.models.series import Closure
from hub.policy.actor import SYSTEM
from hub.queries.ladder import find_turn, list_for_coach
from hub.queries.phone_list import get_phoned_enquiry, list_phoned
from tests.calls import without_staff
from tests.crowd import rush
from tests.loop import now, partner, rows, sent_enquiry, withdraw

S = EnquiryState
DAY = timedelta(days=1)


def settle(world, verb, at, **key):
    return world.database.run(lambda session: verb(session, actor=SYSTEM, at=at, **key))


def silent(world, owner="club"):
    """Return an enquiry whose partner was silent until Monday the 21st, and that Monday."""
    enquiry, consent = sent_enquiry(world, owner=owner)
    due = enquiry.hear_by_at
    assert settle(world, verbs.expire_enquiry, due, enquiry_id=enquiry.id)
    return now(world, enquiry), consent, due


def on_list(world, key, enquiry, at):
    """Tell whether somebody reads the enquiry on their phone list then."""
    actor = world.actor(key)
    with world.database.reading() as session:
        phoned = list_phoned(session, actor, monday=at.date(), at=at)
    return enquiry.id in [one.id for sheet in phoned for one in sheet.enquiries]


def answer(world, key, enquiry, at, verb=answers.accept_enquiry, **more):
    """Let a desk write an answer down, found as its page finds it."""
    actor = world.actor(key)

    def unit(session):
        found = get_phoned_enquiry(session, actor, enquiry.reference, at=at)
        verb(session, actor=actor, enquiry=found, at=at, **more)

    world.database.run(unit)


@pytest.mark.parametrize(
    ("owner", "days", "reader"),
    [
        ("club", 0, "kerstin"),
        ("club", 1, "kerstin"),
        ("club", 2, "nora"),
        ("club", 3, "nora"),
        ("club", 4, None),
        ("clinic", 0, "nora"),
        ("clinic", 1, "nora"),
        ("clinic", 2, None),
    ],
)
def test_exactly_one_desk_has_it_on_its_list_at_each_step(world, owner, days, reader):
    enquiry, _, due = silent(world, owner)
    at = due + days * DAY
    assert [key for key in ("kerstin", "nora") if on_list(world, key, enquiry, at)] == ([reader] if reader else [])
    for key in ("kerstin", "nora", "cem", "petra", "gudrun", "frank", "lena", "anna", "otto", "fred"):
        if key != reader:
            with pytest.raises(HubError) as refused:
                answer(world, key, enquiry, at)
            assert isinstance(refused.value, NotFound), key


@pytest.mark.parametrize(
    ("owner", "days", "reader"), [("club", 1, "kerstin"), ("club", 3, "nora"), ("clinic", 1, "nora")]
)
@pytest.mark.parametrize(
    ("verb", "more", "state"),
    [(answers.accept_enquiry, {}, S.ACCEPTED), (answers.decline_enquiry, {"reason": "no_capacity"}, S.DECLINED)],
)
def test_an_answer_at_a_step_ends_the_ladder_and_says_who_wrote_it(world, owner, days, reader, verb, more, state):
    enquiry, _, due = silent(world, owner)
    at = due + days * DAY
    answer(world, reader, enquiry, at, verb, **more)
    assert now(world, enquiry).state is state
    entry = rows(world, LogEntry, LogEntry.action == f"enquiry.{state.value}")[0]
    assert "on_behalf" in entry.purpose
    late = due + 30 * DAY
    assert settle(world, ladder.hand_to_coach, late, enquiry_id=enquiry.id) is False
    assert not on_list(world, reader, enquiry, at)


def test_the_coach_is_told_once_and_only_when_nobody_reached_the_partner(world):
    enquiry, _, due = silent(world)
    clara = world.user("clara").id
    for days in range(4):
        at = due + days * DAY
        assert settle(world, ladder.hand_to_coach, at, enquiry_id=enquiry.id) is False
        with world.database.reading() as session:
            assert list(list_for_coach(session, at=at)) == []
    assert rows(world, Notice, Notice.user_id == clara) == []
    at = due + 4 * DAY
    with world.database.reading() as session:
        assert list(list_for_coach(session, at=at)) == [enquiry.id]
    results = rush([lambda: settle(world, ladder.hand_to_coach, at, enquiry_id=enquiry.id)] * 6)
    assert results.count(True) == 1
    assert [one.template for one in rows(world, Notice, Notice.user_id == clara)] == ["staff_news"]
    with world.database.reading() as session:
        assert list(list_for_coach(session, at=at + DAY)) == []


def test_without_any_desk_the_coach_is_told_at_the_date_to_hear_by(world):
    without_staff(world, "office", role="coordinator")
    enquiry, _, due = silent(world, "clinic")
    assert settle(world, ladder.hand_to_coach, due, enquiry_id=enquiry.id) is True
    with world.database.reading() as session:
        assert find_turn(session, now(world, enquiry), at=due).owner == "coach"


def test_only_the_house_itself_hands_on(world):
    enquiry, _, due = silent(world)
    for key in ("clara", "nora", "fred"):
        with pytest.raises(NotAllowed):
            world.do(ladder.hand_to_coach, actor=world.actor(key), enquiry_id=enquiry.id, at=due + 9 * DAY)


@pytest.mark.parametrize(("days", "reader"), [(0, "kerstin"), (2, "nora")])
def test_without_a_consent_no_desk_reads_or_answers_it(world, days, reader):
    enquiry, consent, due = silent(world)
    withdraw(world, world.cast.tarik, consent, at=due)
    at = due + days * DAY
    assert not on_list(world, reader, enquiry, at)
    with pytest.raises(NotFound):
        answer(world, reader, enquiry, at)


def test_two_closed_weeks_of_the_partner_are_no_silence(world):
    with world.database.transaction() as session:
        first = world.at.date()
        session.add(
            Closure(
                organisation_id=world.cast.clinic.id,
                name="Betriebsferien",
                first_on=first,
                last_on=first + timedelta(days=13),
            )
        )
    closed, _ = sent_enquiry(world)
    assert closed.hear_by_at == world.at + timedelta(days=18), "five working days after the two weeks"
    open_, _ = sent_enquiry(world, owner="club", person="heinz")
    assert open_.hear_by_at == world.at + timedelta(days=7), "only the own closed days count"
    partner(world, closed, answers.waitlist_enquiry)
    assert now(world, closed).hear_by_at == world.at + timedelta(days=18)
