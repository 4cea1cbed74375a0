"""Who else is told when a coach's mail leaves: running deputies; without a coach, whoever leads the team."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.actions.deadlines import expire_enquiry
from hub.actions.ladder import hand_to_coach
from hub.actions.notices import Facts, announce
from hub.actions.offers import update_offer
from hub.actions.slots import call_off_slot
from hub.models.notice import Notice, NoticeState
from hub.models.participant import Cover, Participant
from hub.models.user import Membership, Role, User
from hub.policy.actor import SYSTEM
from hub.queries.covers import list_deputies, list_left_alone
from hub.queries.digests import PAUSE
from hub.queries.offer_entries import entries_of
from hub.queries.own_offers import get_own_offer
from hub.queries.participants import list_caseload
from hub.queries.slots import get_own_slot
from hub.worker import delivery
from hub.worker.deadlines import DEADLINES
from tests.loop import sent_enquiry
from tests.places import all_rows, book, counted, make_offer, make_slot
from tests.post import mail_settings
from tests.queues import cancel, wait_for
from tests.rooms import borrow, lend_room, lent_slot
from tests.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HALF = next(one for one in DEADLINES if one.name == "offers half over")


def hire(world: World, key: str = "fred", at: str = "jc_meissen", role: Role = Role.COACH) -> User:
    """Give somebody a part in an organisation."""
    where = world.cast.organisations[at].id
    with world.database.transaction() as session:
        session.add(Membership(user_id=world.user(key).id, organisation_id=where, role=role, created_at=world.at))
    return world.user(key)


def cover(world: World, deputy: str = "fred", coach: str = "clara", *, starts=-HOUR, ends=DAY) -> None:
    with world.database.transaction() as session:
        session.add(
            Cover(
                coach_id=world.user(coach).id,
                deputy_id=world.user(deputy).id,
                ordered_by_id=world.user("lena").id,
                starts_at=world.at + starts,
                ends_at=world.at + ends,
            )
        )


def leave(world: World, key: str, role: Role = Role.COACH) -> None:
    with world.database.transaction() as session:
        left = update(Membership).where(Membership.user_id == world.user(key).id, Membership.role == role)
        session.execute(left.values(ended_at=world.at))


def disable(world: World, key: str) -> None:
    with world.database.transaction() as session:
        session.execute(update(User).where(User.id == world.user(key).id).values(disabled_at=world.at))


def without_coach(world: World, person: str = "tarik") -> None:
    with world.database.transaction() as session:
        session.execute(update(Participant).where(Participant.id == world.cast.people[person].id).values(coach_id=None))


def tell(world: World, key: str = "clara") -> None:
    with world.database.transaction() as session:
        announce(session, "slot.moved", Facts(coach_ids=frozenset({world.user(key).id})), at=world.at - PAUSE)


def mails(world: World, *, at=None, refused: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Do one round and return recipient and subject of what left."""
    sent = []

    def send(message):
        if message["To"].partition("@")[0] in refused:
            raise ConnectionRefusedError
        sent.append((message["To"].partition("@")[0], message["Subject"]))

    delivery.deliver(world.database, mail_settings(), send, at=at or world.at)
    return sorted(sent)


def call_off(world: World, slot, who: str = "sven") -> None:
    actor = world.actor(who)
    with world.database.transaction() as session:
        call_off_slot(session, actor=actor, slot=get_own_slot(session, actor, slot.public_id), at=world.at)


def change(world: World, offer, who: str, **values) -> int:
    """Save an offer's form with other words; return how many coaches are told."""
    actor = world.actor(who)
    with world.database.transaction() as session:
        own = get_own_offer(session, actor, offer.public_id)
        return update_offer(session, actor=actor, offer=own, entries=replace(entries_of(own), **values), at=world.at)


NEWS, DEPUTY = "Es gibt etwas Neues", "Neues aus Ihrer Vertretung"
LEAD = "Jemand braucht eine Ansprechperson"


def test_a_deputy_is_told_as_well_while_the_cover_runs(world):
    hire(world)
    cover(world)
    tell(world)
    assert mails(world) == [("clara", NEWS), ("fred", DEPUTY)]
    assert mails(world, at=world.at + DAY) == []
    assert {notice.state for notice in all_rows(world, Notice)} == {NoticeState.SENT}


def test_a_cover_that_begins_between_news_and_mail_counts(world):
    hire(world)
    cover(world, starts=HOUR)
    tell(world)
    assert mails(world, at=world.at + 3 * HOUR) == [("clara", NEWS), ("fred", DEPUTY)]


@pytest.mark.parametrize("span", [{"starts": HOUR}, {"starts": -2 * HOUR, "ends": timedelta(0)}])
def test_before_and_after_the_cover_only_the_coach_is_told(world, span):
    hire(world)
    cover(world, **span)
    tell(world)
    assert mails(world) == [("clara", NEWS)]


def test_every_deputy_is_told_once_and_one_full_mailbox_repeats_no_other_mail(world):
    for key in ("fred", "uwe"):
        hire(world, key)
        cover(world, key)
    tell(world)
    assert mails(world, refused=("clara", "uwe")) == [("fred", DEPUTY)]
    assert mails(world, at=world.at + HOUR) == [("clara", NEWS), ("uwe", DEPUTY)]
    assert len(all_rows(world, Notice)) == 3


def test_two_who_stand_in_for_each_other_get_one_mail_each(world):
    hire(world)
    cover(world)
    cover(world, "clara", "fred")
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.heinz.id).coach_id = world.user("fred").id
    tell(world)
    assert mails(world) == [("clara", NEWS), ("fred", DEPUTY)]


@pytest.mark.parametrize("how", [leave, disable])
def test_whether_a_deputy_still_may_is_asked_when_the_mail_leaves(world, how):
    hire(world)
    cover(world)
    tell(world)
    assert mails(world, refused=("fred",)) == [("clara", NEWS)]
    how(world, "fred")
    assert mails(world, at=world.at + HOUR) == []
    (notice,) = [one for one in all_rows(world, Notice) if one.user_id == world.user("fred").id]
    assert (notice.state, notice.trouble) == (NoticeState.DROPPED, "nobody")


def test_a_cover_that_ended_before_a_second_try_ends_the_mail_too(world):
    hire(world)
    cover(world, ends=HOUR / 2)
    tell(world)
    mails(world, refused=("fred",))
    assert mails(world, at=world.at + HOUR) == []


def test_deputies_are_exactly_those_who_may_open_somebody(world):
    """The same rule from two sides: whoever is told finds the people, whoever finds nobody is not told."""
    hire(world)
    cover(world)
    cover(world, "cem")  # a coach of another Jobcenter sees nobody of Meißen
    with world.database.reading() as session:
        assert list_deputies(session, world.user("clara").id, at=world.at) == {world.user("fred").id}
        assert list_caseload(session, world.actor("fred"), at=world.at)
        own = list_caseload(session, world.actor("cem"), at=world.at)
        assert {person.id for person in own} == {world.cast.mandy.id}


@pytest.mark.parametrize("how", [leave, disable])
def test_for_people_whose_coach_is_gone_the_team_lead_is_told(world, how):
    tell(world)
    how(world, "clara")
    assert mails(world) == [("lena", LEAD)]


def test_a_deputy_keeps_the_team_lead_out_of_it(world):
    hire(world)
    cover(world)
    tell(world)
    leave(world, "clara")
    assert mails(world) == [("fred", DEPUTY)]


def test_who_is_gone_but_has_nobody_left_needs_no_team_lead(world):
    tell(world, "fred")
    with world.database.reading() as session:
        assert list_left_alone(session, world.user("fred").id) == set()
        assert list_left_alone(session, world.user("clara").id) == set()
    assert mails(world) == []


def test_of_a_person_without_a_coach_the_team_lead_hears(world):
    slot = make_slot(world, make_offer(world))
    book(world, slot, world.cast.tarik)
    mails(world)
    without_coach(world)
    call_off(world, slot)
    assert mails(world) == [("lena", LEAD)]


def test_a_late_enquiry_of_a_person_without_a_coach_reaches_the_team_lead(world):
    enquiry, _ = sent_enquiry(world)
    mails(world)
    without_coach(world)
    assert world.do(expire_enquiry, actor=SYSTEM, enquiry_id=enquiry.id, at=enquiry.hear_by_at + DAY)
    assert mails(world, at=enquiry.hear_by_at + DAY) == [], "first the desk of the network asks"
    assert world.do(hand_to_coach, actor=SYSTEM, enquiry_id=enquiry.id, at=enquiry.hear_by_at + 2 * DAY)
    assert ("lena", LEAD) in mails(world, at=enquiry.hear_by_at + 2 * DAY)


def test_who_no_longer_leads_the_team_gets_nothing(world):
    slot = make_slot(world, make_offer(world))
    book(world, slot, world.cast.tarik)
    mails(world)
    without_coach(world)
    call_off(world, slot)
    leave(world, "lena", Role.TEAM_LEAD)
    assert mails(world) == []


def test_a_changed_offer_reaches_the_lead_of_who_has_no_coach_and_the_coach_who_borrowed(world):
    offer = lend_room(world)
    borrow(world, lent_slot(world, offer))
    mails(world)
    assert change(world, offer, "gudrun", bring="Schlüssel") == 1
    assert mails(world, at=world.at + PAUSE) == [("clara", NEWS)]
    group = make_offer(world)
    book(world, make_slot(world, group), world.cast.tarik)
    mails(world)
    without_coach(world)
    assert change(world, group, "sven", bring="Handtuch") == 0
    assert mails(world) == [("lena", LEAD)]


def test_passing_on_costs_as_much_for_many_people(world):
    hire(world)
    cover(world)
    tell(world)
    with counted(world) as few:
        mails(world)
    with world.database.transaction() as session:
        session.execute(update(Participant).values(coach_id=world.user("clara").id))
    tell(world)
    with counted(world) as many:
        mails(world)
    assert len(many) == len(few)


def test_a_place_from_the_waiting_list_goes_past_a_coach_who_is_away(world):
    hire(world)
    slot = make_slot(world, make_offer(world), places=1)
    full = book(world, slot, world.cast.heinz)
    wait_for(world, slot, world.cast.tarik)
    mails(world)
    cover(world)
    told = len(all_rows(world, Notice))
    cancel(world, full)
    news = [one for one in all_rows(world, Notice)[told:] if one.user_id is not None]
    assert [(one.user_id, one.template) for one in news] == [(world.user("fred").id, "deputy_news")]
    assert ("fred", DEPUTY) in mails(world, at=world.at + HOUR)
    HALF.meet(world.database, world.at + 2 * HOUR)
    assert mails(world, at=world.at + 3 * HOUR) == [("clara", NEWS), ("fred", DEPUTY)]


def test_of_a_place_from_the_waiting_list_a_deputy_of_later_hears_at_half_time(world):
    hire(world)
    slot = make_slot(world, make_offer(world), places=1)
    full = book(world, slot, world.cast.heinz)
    wait_for(world, slot, world.cast.tarik)
    mails(world)
    cover(world, starts=HOUR)
    cancel(world, full)
    assert ("fred", DEPUTY) not in mails(world, at=world.at + HOUR / 2)
    HALF.meet(world.database, world.at + 2 * HOUR)
    assert mails(world, at=world.at + 3 * HOUR) == [("clara", NEWS), ("fred", DEPUTY)]
