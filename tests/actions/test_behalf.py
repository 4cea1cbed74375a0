"""What an umbrella or a link's holder does with dates is told to the organisation's own office, and never twice."""

import re
from datetime import timedelta

import pytest

from hub.actions.calling_off import call_off_dates
from hub.actions.offers import end_offer, pause_offer, publish_offer
from hub.actions.series_changes import Removed
from hub.actions.slots import call_off_slot, move_slot, restore_slot, unsettle_slot
from hub.models.notice import Channel, Notice
from hub.models.user import Membership, Role
from hub.policy.actor import Actor, ActorKind
from hub.queries.own_offers import get_own_offer
from hub.queries.slots import get_own_slot
from tests.actions.test_moving_dates import move
from tests.actions.test_series_changes import end
from tests.calls import deliver, outbox, without_address
from tests.places import all_rows, book, make_offer, make_slot
from tests.series import FIRST, THURSDAY, change, publish, slots_of, weekly
from tests.world import World

DAY = timedelta(days=1)
BY_ONE = {
    "call_off": (call_off_slot, {}),
    "unsettle": (unsettle_slot, {}),
    "move": (move_slot, {"starts_at": ..., "ends_at": ...}),
}


def told(world: World) -> list[tuple[int | None, int | None, int | None]]:
    """Return for whose office a notice lies in the outbox, with date and offer it is about."""
    found = [one for one in all_rows(world, Notice) if one.template == "partner_news"]
    return [(one.organisation_id, one.slot_id, one.offer_id) for one in found]


def do(world: World, verb, slot, who="kerstin", **more):
    actor = who if isinstance(who, Actor) else world.actor(who)
    with world.database.transaction() as session:
        own = get_own_slot(session, actor, slot.public_id)
        values = {name: getattr(own, name) + DAY if value is ... else value for name, value in more.items()}
        return verb(session, actor=actor, slot=own, **{"at": world.at} | values)


def do_offer(world: World, verb, offer, who="kerstin", **more):
    actor = who if isinstance(who, Actor) else world.actor(who)
    with world.database.transaction() as session:
        own = get_own_offer(session, actor, offer.public_id)
        return verb(session, actor=actor, offer=own, at=world.at, **more)


def link_to(world: World, offer) -> Actor:
    return Actor(ActorKind.LINK, "link", offer_id=offer.id, organisation_id=world.cast.club.id)


@pytest.mark.parametrize("name", BY_ONE)
def test_the_clubs_office_hears_what_its_umbrella_did_with_a_date(world, name):
    verb, more = BY_ONE[name]
    slot = make_slot(world, make_offer(world))
    do(world, verb, slot, **more)
    assert told(world) == [(world.cast.club.id, slot.id, slot.offer_id)]


@pytest.mark.parametrize("name", BY_ONE)
def test_what_the_club_did_itself_it_need_not_be_told(world, name):
    verb, more = BY_ONE[name]
    do(world, verb, make_slot(world, make_offer(world)), who="sven", **more)
    assert told(world) == []


def test_who_works_in_both_is_the_club_itself(world):
    with world.database.transaction() as session:
        kerstin = world.user("kerstin").id
        session.add(
            Membership(user_id=kerstin, organisation_id=world.cast.club.id, role=Role.PARTNER, created_at=world.at)
        )
    do(world, call_off_slot, make_slot(world, make_offer(world)))
    assert told(world) == []


def test_an_umbrellas_own_date_is_nobody_elses_affair(world):
    do(world, call_off_slot, make_slot(world, make_offer(world, owner="federation")))
    assert told(world) == []


def test_a_date_that_takes_place_after_all_is_told_too(world):
    slot = make_slot(world, make_offer(world))
    do(world, call_off_slot, slot, who="sven")
    do(world, restore_slot, slot)
    assert told(world) == [(world.cast.club.id, slot.id, slot.offer_id)]


def test_many_dates_of_several_houses_are_one_notice_each(world):
    club, own, other = make_offer(world), make_offer(world, owner="federation"), make_offer(world, title="Tanzen")
    days = enumerate((club, own, other, club), 3)
    slots = [make_slot(world, offer, starts_at=world.at + n * DAY) for n, offer in days]
    actor = world.actor("kerstin")
    with world.database.transaction() as session:
        found = [get_own_slot(session, actor, slot.public_id) for slot in slots]
        call_off_dates(session, actor=actor, slots=found, how="call_off", at=world.at)
    assert told(world) == [(world.cast.club.id, None, None)]  # two offers: none of them stands for all


def test_moving_a_week_names_the_offer_it_is_about(world):
    offer = make_offer(world)
    slots = [make_slot(world, offer, starts_at=world.at + n * DAY) for n in (3, 10)]
    move(world, slots, who="kerstin", owner="kerstin")
    assert told(world) == [(world.cast.club.id, None, offer.id)]


def test_a_changed_series_is_told_once_also_where_dates_fall_out(world):
    series = publish(world)
    book(world, slots_of(world, series)[1], world.cast.tarik)
    before = len(told(world))
    change(world, series, weekly(THURSDAY), who="kerstin")
    assert len(told(world)) == before + 1
    end(world, series, FIRST, removed=Removed.CALL_OFF, who="kerstin")
    assert len(told(world)) == before + 2


def test_the_holder_of_a_link_is_not_the_office(world):
    offer = make_offer(world)
    slot, link = make_slot(world, offer), link_to(world, offer)
    do(world, call_off_slot, slot, who=link)
    assert told(world) == [(world.cast.club.id, slot.id, slot.offer_id)]


@pytest.mark.parametrize("by", ["kerstin", "link"])
def test_a_pause_and_its_end_are_told(world, by):
    offer = make_offer(world)
    who = link_to(world, offer) if by == "link" else by
    do_offer(world, pause_offer, offer, who=who)
    do_offer(world, publish_offer, offer, who=who)
    assert told(world) == [(world.cast.club.id, None, offer.id)] * 2


def test_an_end_on_the_clubs_behalf_is_told_and_the_own_pause_is_not(world):
    offer = make_offer(world)
    do_offer(world, pause_offer, offer, who="sven")
    do_offer(world, publish_offer, offer, who="sven")
    assert told(world) == []
    do_offer(world, end_offer, offer)
    assert told(world) == [(world.cast.club.id, None, offer.id)]


def test_a_club_without_an_address_is_phoned_and_hears_what_became_of_it(world, sign_in):
    without_address(world)
    offer = make_offer(world, title="Gymnastik im Saal")
    off, moved = (make_slot(world, offer, starts_at=world.at + n * DAY) for n in (3, 5))
    do(world, call_off_slot, off)
    do(world, move_slot, moved, starts_at=..., ends_at=...)
    do_offer(world, pause_offer, offer)
    deliver(world)
    assert {call.channel for call in outbox(world, "partner_news")} == {Channel.CALL}
    text = sign_in("kerstin").get("/phone-list").text.replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"„Gymnastik im Saal“ am [^.]*17\. September[^.]* fällt aus\.", text)
    assert re.search(r"„Gymnastik im Saal“ findet am [^.]*20\. September[^.]* statt: 0 von 3 Plätzen belegt\.", text)
    assert "„Gymnastik im Saal“ macht gerade Pause." in text
    do_offer(world, end_offer, offer)
    assert "„Gymnastik im Saal“ ist beendet." in sign_in("kerstin").get("/phone-list").text


def test_the_notice_is_undone_with_its_cause(world):
    slot = make_slot(world, make_offer(world))
    actor = world.actor("kerstin")

    def unit(session):
        own = get_own_slot(session, actor, slot.public_id)
        call_off_slot(session, actor=actor, slot=own, at=world.at)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        world.database.run(unit)
    assert told(world) == []
