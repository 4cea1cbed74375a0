"""Nobody is told by nobody: what no mail reaches becomes a call with an owner, and every call is written down."""

import threading
from datetime import timedelta

import pytest

from hub.actions import answers, calls
from hub.actions import outbox as worker
from hub.actions.notices import Facts, announce
from hub.actions.outbox import MOST_TRIES
from hub.db import Database
from hub.errors import NotAllowed, RuleBroken, StepNotPossible
from hub.models.log import LogEntry
from hub.models.notice import Channel, NoticeState
from hub.models.offer import Freshness, Offer
from hub.models.user import Role
from hub.policy.actor import SYSTEM, Actor, ActorKind
from hub.queries import notices
from hub.worker.deadlines import DEADLINES
from tests.calls import deliver, outbox, without_address, without_staff
from tests.loop import partner, rows, sent_enquiry, withdraw
from tests.places import book, make_offer, make_slot
from tests.world import World

CALL_TASK = next(one for one in DEADLINES if one.name == "calls")


def call_of(world: World, template: str = "partner_question"):
    """Return the one call about something, still open."""
    (notice,) = outbox(world, template)
    assert (notice.channel, notice.state) == (Channel.CALL, NoticeState.QUEUED)
    return notice


def logged(world: World, action: str) -> list[tuple[str, str]]:
    return [(one.actor_ref, one.purpose) for one in rows(world, LogEntry, LogEntry.action == action)]


def settle(world: World, key: str, notice, **more) -> None:
    actor = world.actor(key)
    world.do(
        lambda session: calls.settle_call(
            session, actor=actor, notice=notices.get_notice_by_id(session, notice.id), at=world.at, **more
        )
    )


def test_a_notice_for_a_club_without_an_address_becomes_a_call_and_no_worker_takes_it_again(world):
    without_address(world)
    sent_enquiry(world, owner="club")
    assert deliver(world) == 0
    assert call_of(world).tries == 0
    assert logged(world, "notice.to_phone") == [("system", "nobody")]
    before = call_of(world).version
    assert deliver(world, at=world.at + timedelta(days=2)) == 0
    assert call_of(world).version == before
    with world.database.reading() as session:
        assert notices.oldest_due_at(session) is None


def test_a_mail_given_up_becomes_a_call_that_says_why_and_nothing_is_lost(world):
    sent_enquiry(world, owner="club")
    at = world.at
    for _ in range(MOST_TRIES):
        assert call_or_mail(world) == (Channel.EMAIL, NoticeState.QUEUED)
        deliver(world, at=at, broken=True)
        at = outbox(world)[0].next_at
    assert (call_of(world).tries, call_of(world).trouble) == (0, "ConnectionRefusedError")
    assert deliver(world, at=at + timedelta(days=1)) == 0


def call_or_mail(world: World) -> tuple[Channel, NoticeState]:
    (notice,) = outbox(world)
    return notice.channel, notice.state


def test_what_stopped_every_worker_becomes_a_call_too(world):
    sent_enquiry(world, owner="club")
    for turn in range(MOST_TRIES):
        at = world.at + turn * timedelta(days=1)
        world.do(worker.return_stuck_notices, actor=SYSTEM, at=at)
        assert world.do(worker.take_notice, actor=SYSTEM, at=at) is not None
    world.do(worker.return_stuck_notices, actor=SYSTEM, at=world.at + timedelta(days=30))
    assert call_of(world).trouble == "interrupted"


def test_a_coach_whose_mail_is_given_up_is_not_called(world):
    with world.database.transaction() as session:
        announce(session, "slot.moved", Facts(coach_ids=frozenset({world.user("clara").id})), at=world.at)
    at = outbox(world)[0].next_at
    for _ in range(MOST_TRIES):
        deliver(world, at=at, broken=True)
        at = outbox(world)[0].next_at
    assert call_or_mail(world) == (Channel.EMAIL, NoticeState.DEAD)


@pytest.mark.parametrize(
    ("key", "gone", "caller"), [("club", (), "kerstin"), ("club", ("federation",), "nora"), ("clinic", (), "nora")]
)
def test_every_call_has_exactly_one_desk(world, key, gone, caller):
    """The umbrella where somebody works there, else the network desk."""
    without_address(world, key)
    for umbrella in gone:
        without_staff(world, umbrella)
    sent_enquiry(world, owner=key)
    deliver(world)
    call_of(world)
    owner = world.cast.organisations[key].id
    assert [one for one in world.cast.users if owner in world.actor(one).phoned_ids] == [caller]


@pytest.mark.parametrize("gone", [(), ("federation",), ("club", "federation")])
def test_who_has_a_desk_is_on_somebodys_phone_list_and_nobody_else_is(world, gone):
    """The same rule from two sides: nobody phones a Jobcenter or the own office."""
    for key in gone:
        without_staff(world, key)
    phoned = set().union(*(world.actor(one).phoned_ids for one in world.cast.users))
    with world.database.reading() as session:
        found = {one.id for one in world.cast.organisations.values() if notices.has_desk(session, one.id)}
    assert found == phoned


def test_without_any_desk_the_mail_is_given_up_where_the_operator_sees_it(world):
    without_address(world, "clinic")
    without_staff(world, "office", Role.COORDINATOR)
    sent_enquiry(world)
    deliver(world)
    assert call_or_mail(world) == (Channel.EMAIL, NoticeState.DEAD)


def test_an_organisation_that_left_is_neither_written_to_nor_called(world):
    sent_enquiry(world, owner="club")
    without_address(world, ended_at=world.at)
    deliver(world)
    assert call_or_mail(world) == (Channel.EMAIL, NoticeState.DROPPED)


def test_a_call_is_settled_once_and_marked_as_done_on_behalf(world):
    without_address(world)
    sent_enquiry(world, owner="club")
    deliver(world)
    settle(world, "kerstin", call_of(world))
    (notice,) = outbox(world)
    assert (notice.state, notice.sent_at) == (NoticeState.SENT, world.at)
    assert logged(world, "call.made") == [(world.actor("kerstin").ref, "on_behalf")]
    with pytest.raises(StepNotPossible):
        settle(world, "kerstin", notice)


def test_nobody_else_settles_a_call(world, subtests):
    without_address(world)
    sent_enquiry(world, owner="club")
    deliver(world)
    for key in ["petra", "gudrun", "nora", "clara", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            with pytest.raises(NotAllowed):
                settle(world, key, call_of(world))
            owner, actor = world.cast.club.id, world.actor(key)
            for verb in (calls.note_called, calls.note_not_reached, calls.ask_for_call):
                with pytest.raises(NotAllowed):
                    world.do(verb, actor=actor, organisation_id=owner, at=world.at)
            call_of(world)


def test_a_wish_for_a_call_stands_on_the_list_once_even_where_there_is_an_address(world):
    offer = make_offer(world)
    link = Actor(ActorKind.LINK, "link", offer_id=offer.id, organisation_id=offer.organisation_id)
    for _ in range(2):
        world.do(calls.ask_for_call, actor=link, organisation_id=offer.organisation_id, offer=offer, at=world.at)
    assert call_of(world, "call_back").offer_id == offer.id
    world.do(calls.ask_for_call, actor=world.actor("sven"), organisation_id=offer.organisation_id, at=world.at)
    assert len(outbox(world, "call_back")) == 2
    assert deliver(world) == 0
    assert logged(world, "call.asked") == [("link", ""), (world.actor("sven").ref, "")]


def test_a_link_asks_for_its_own_organisation_and_offer_only(world):
    offer, other = make_offer(world), make_offer(world)
    link = Actor(ActorKind.LINK, "link", offer_id=offer.id, organisation_id=offer.organisation_id)
    for owner, about in ((offer.organisation_id, other), (world.cast.clinic.id, offer), (world.cast.clinic.id, None)):
        with pytest.raises(NotAllowed):
            world.do(calls.ask_for_call, actor=link, organisation_id=owner, offer=about, at=world.at)
    assert outbox(world) == []


def test_a_wish_nobody_could_fulfil_is_refused_with_the_way_on(world):
    without_staff(world, "office", Role.COORDINATOR)
    with pytest.raises(RuleBroken) as refused:
        world.do(calls.ask_for_call, actor=world.actor("petra"), organisation_id=world.cast.clinic.id, at=world.at)
    assert "rufen Sie uns an" in str(refused.value.message)


def test_nobody_reached_stays_open_and_is_counted_with_its_time(world):
    kerstin, club = world.actor("kerstin"), world.cast.club.id
    later = world.at + timedelta(hours=3)
    for at in (world.at, later):
        world.do(calls.note_not_reached, actor=kerstin, organisation_id=club, at=at)
    notice = call_of(world, "weekly_call")
    assert (notice.tries, notice.next_at) == (2, later)
    assert logged(world, "call.not_reached") == [(kerstin.ref, "on_behalf")] * 2
    world.do(calls.note_called, actor=kerstin, organisation_id=club, told=[notice.public_id], at=later)
    assert [one.state for one in outbox(world)] == [NoticeState.SENT]


def test_a_call_settles_what_was_read_out_and_leaves_what_came_in_meanwhile(world):
    kerstin, club = world.actor("kerstin"), world.cast.club.id
    world.do(calls.ask_for_call, actor=world.actor("sven"), organisation_id=club, at=world.at)
    told = [call_of(world, "call_back").public_id]
    world.do(calls.ask_for_call, actor=kerstin, organisation_id=club, offer=make_offer(world), at=world.at)
    world.do(calls.note_called, actor=kerstin, organisation_id=club, told=told, at=world.at)
    assert [one.state for one in outbox(world)] == [NoticeState.SENT, NoticeState.QUEUED]
    world.do(calls.note_called, actor=kerstin, organisation_id=club, told=told, at=world.at)
    assert len(outbox(world)) == 2


def test_ids_of_another_organisations_calls_settle_nothing(world):
    world.do(calls.ask_for_call, actor=world.actor("petra"), organisation_id=world.cast.clinic.id, at=world.at)
    foreign = call_of(world, "call_back").public_id
    kerstin = world.actor("kerstin")
    world.do(calls.note_called, actor=kerstin, organisation_id=world.cast.club.id, told=[foreign], at=world.at)
    call_of(world, "call_back")


def test_two_at_the_phone_at_once_write_one_call_down_once(world):
    kerstin, club, start = world.actor("kerstin"), world.cast.club.id, threading.Barrier(3)

    def work():
        database = Database(world.url)
        start.wait()
        database.run(lambda s: calls.note_called(s, actor=kerstin, organisation_id=club, at=world.at))
        database.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outbox(world)) == len(logged(world, "call.made")) == 1


def test_a_call_whose_reason_has_ended_is_taken_back(world):
    without_address(world)
    enquiry, _ = sent_enquiry(world, owner="club")
    deliver(world)
    CALL_TASK.meet(world.database, world.at)
    call_of(world)
    partner(world, enquiry, answers.accept_enquiry, by="kerstin")
    CALL_TASK.meet(world.database, world.at)
    (notice,) = outbox(world, "partner_question")
    assert (notice.state, notice.trouble) == (NoticeState.DROPPED, "settled")


def test_after_a_withdrawal_only_the_request_to_delete_is_left_to_say(world):
    without_address(world)
    _, consent = sent_enquiry(world, owner="club")
    deliver(world)
    withdraw(world, world.cast.tarik, consent)
    deliver(world)
    CALL_TASK.meet(world.database, world.at)
    assert outbox(world, "partner_question")[0].state is NoticeState.DROPPED
    call_of(world, "partner_check")


def test_news_of_a_date_that_is_over_and_a_confirmed_offer_need_no_call(world):
    without_address(world)
    offer = make_offer(world, freshness=Freshness.ASKED)
    slot = make_slot(world, offer)
    book(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        facts = {"offer": offer, "organisation_id": offer.organisation_id}
        announce(session, "offer.asked", Facts(**facts), at=world.at)
    deliver(world)
    CALL_TASK.meet(world.database, world.at)
    call_of(world, "partner_confirm"), call_of(world, "partner_news")
    with world.database.transaction() as session:
        session.get_one(Offer, offer.id).freshness = Freshness.FRESH
    CALL_TASK.meet(world.database, slot.ends_at)
    assert {one.state for one in outbox(world)} == {NoticeState.DROPPED}
