"""Feeds of an offer, a room, a house and a network: who may have them, what each says, and what none of them tells."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.actions.subscriptions import make_subscription
from hub.errors import NotAllowed
from hub.models.booking import Booking, BookingState
from hub.models.location import Location, Room
from hub.models.offer import Form, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.programme import Programme
from hub.models.slot import Slot, SlotState
from hub.models.subscription import PUBLIC_KINDS, FeedKind, Level, Subscription
from hub.models.user import Membership, Role, User
from hub.policy.visibility import FEEDS, Part
from tests.actions.test_feed_changes import CHANGES, change_offer
from tests.feeds import change, events, fetch, only, statements, subscribe, touch
from tests.kinds import fetch_public, follow, make_everywhere, paths
from tests.places import book, make_offer, make_slot
from tests.policy.everybody import everybody
from tests.rooms import borrow, lend_room, lent_slot

DAY = timedelta(days=1)
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def there(world):
    return make_everywhere(world)


@pytest.fixture
def feeds(app, world, there):
    return follow(app, world, there)


def test_who_may_follow_an_offer_and_a_room(world, there, subtests):
    """The offer: who acts for its partner. The room: partners and coordinators of its network, as on its page."""
    wanted = {
        FeedKind.OFFER: ({"offer_id": there.offer.id}, {"sven", "kerstin"}),
        FeedKind.ROOM: ({"room_id": there.room.id}, {"sven", "kerstin", "gudrun", "petra", "nora"}),
    }
    for kind, (about, allowed) in wanted.items():
        for key, actor in everybody(world).items():
            with subtests.test(kind=kind.value, key=key):
                arguments = {"actor": actor, "kind": kind, "name": kind.value, "at": world.at} | about
                if key in allowed:
                    assert world.do(make_subscription, **arguments)[0].user_id == actor.user_id
                else:
                    with pytest.raises(NotAllowed):
                        world.do(make_subscription, **arguments)


@pytest.mark.parametrize("kind", [*PUBLIC_KINDS, FeedKind.OFFER, FeedKind.ROOM])
def test_nobody_makes_a_public_one_or_one_about_something_else(world, there, kind):
    abouts = [{"offer_id": there.offer.id}, {"room_id": there.room.id}, {}, {"organisation_id": world.cast.club.id}]
    right = {FeedKind.OFFER: abouts[0], FeedKind.ROOM: abouts[1]}
    for about in [one for one in abouts if one != right.get(kind)] + [abouts[0] | abouts[1]]:
        with pytest.raises(NotAllowed):
            subscribe(world, world.actor("sven"), kind, **about)


def test_a_feed_ends_when_its_reader_may_no_longer_follow_it(app, world, there, feeds):
    seats = select(Membership.id).where(Membership.role == Role.PARTNER)
    with world.database.transaction() as session:
        for seat in session.scalars(seats.order_by(Membership.id)).all():
            session.get_one(Membership, seat).ended_at = world.at
    touch(world)
    for kind in (FeedKind.OFFER, FeedKind.ROOM):
        assert events(feeds[kind]()) == [], kind
    with world.database.reading() as session:
        query = select(Subscription.kind, Subscription.ended_why).where(Subscription.user_id.is_not(None))
        assert {why for kind, why in session.execute(query) if kind in (FeedKind.OFFER, FeedKind.ROOM)} == {"role"}


def test_what_each_kind_says_of_one_date(world, there, feeds):
    book(world, there.slot, world.cast.tarik)
    place = "Markt 1, 01683 Nossen"
    at_house = f"Sitzungszimmer, Rathaus Nossen, {place}"
    said = {
        FeedKind.ORGANISATION: ("Rückenschule, leicht (1 von 3)", place, False),
        FeedKind.OFFER: ("Rückenschule, leicht (1 von 3)", place, False),
        FeedKind.ROOM: ("Rückenschule, leicht", "Sitzungszimmer, Rathaus Nossen", False),
        FeedKind.HOUSE: ("Rückenschule, leicht", at_house, True),
        FeedKind.PROGRAMME: ("Rückenschule, leicht", f"SV Elbaue Coswig, {at_house}", True),
        FeedKind.PUBLIC_OFFER: ("Rückenschule, leicht", f"SV Elbaue Coswig, {at_house}", True),
    }
    assert said.keys() == feeds.keys()
    for kind, (summary, location, page) in said.items():
        found = only(feeds[kind]())
        assert (str(found["SUMMARY"]), str(found["LOCATION"])) == (summary, location), kind
        assert ("URL" in found) is page, kind
        if page:
            assert str(found["URL"]) == f"http://localhost/offers/{there.offer.public_id}"


def test_uids_differ_between_kinds_and_are_one_for_all_readers_of_a_kind(app, world, there, feeds):
    uids = [str(only(one())["UID"]) for one in feeds.values()]
    assert len(set(uids)) == len(feeds)
    nora = subscribe(world, world.actor("nora"), FeedKind.ROOM, room_id=there.room.id)[1]
    assert str(only(fetch(app, nora))["UID"]) == str(only(feeds[FeedKind.ROOM]())["UID"])
    for kind, path in paths(world, there).items():
        assert str(only(fetch_public(app, f"en/{path}"))["UID"]) == str(only(feeds[kind]())["UID"])


def test_called_off_and_open_dates_read_the_same_everywhere(world, there, feeds):
    for state, words, status in (
        (SlotState.UNSETTLED, "Noch offen: ", "TENTATIVE"),
        (SlotState.CALLED_OFF, "Abgesagt: ", "CANCELLED"),
    ):
        change(world, Slot, there.slot.id, state=state)
        touch(world)
        for kind, fetching in feeds.items():
            found = only(fetching())
            assert str(found["SUMMARY"]).startswith(f"{words}Rückenschule, leicht"), kind
            assert str(found["STATUS"]) == status, kind


def test_online_and_at_home_no_public_calendar_names_a_place(app, world, there, feeds):
    """An online date is not in the house, nor is a visit that only sets out there; the link of the video is in none."""
    for form in (Form.ONLINE, Form.HOME_VISIT):
        change(world, Offer, there.offer.id, form=form, join_link="https://video.example/geheim")
        touch(world)
        for kind in (FeedKind.PROGRAMME, FeedKind.PUBLIC_OFFER):
            answer = feeds[kind]()
            assert "geheim" not in answer.text
            assert str(only(answer)["LOCATION"]) == "SV Elbaue Coswig", (form, kind)
    assert events(feeds[FeedKind.HOUSE]()) == []


def test_a_room_is_taken_by_what_its_reader_does_not_see_and_a_lent_one_always(app, world, there, feeds):
    with_others = {"location_id": there.house.id, "room_id": there.room.id}
    draft = make_offer(world, title="Geheimer Entwurf", state=OfferState.DRAFT, **with_others)
    make_slot(world, draft, starts_at=world.at + 4 * DAY, room_id=there.room.id)
    slot = lent_slot(world, lend_room(world), days=5)
    touch(world)
    first = feeds[FeedKind.ROOM]()
    names = [str(one["SUMMARY"]) for one in sorted(events(first), key=lambda one: one.start)]
    assert names == ["Rückenschule, leicht", "Reserviert", "Reserviert"]
    own = subscribe(world, world.actor("sven"), FeedKind.ROOM, "Raum", room_id=there.room.id)[1]
    assert "Geheimer Entwurf" in fetch(app, own).text
    borrow(world, slot, person=world.cast.tarik)  # who talks with whom, and whether at all, is nobody's business
    touch(world)
    assert feeds[FeedKind.ROOM](If_None_Match=first.headers["ETag"]).status_code == 304


def test_what_bookings_change_shows_in_the_partners_feeds_alone(app, world, there, feeds):
    before = {kind: fetching() for kind, fetching in feeds.items()}
    book(world, there.slot, world.cast.tarik)
    counting = {FeedKind.ORGANISATION, FeedKind.OFFER}
    for kind, fetching in feeds.items():
        after = fetching(If_None_Match=before[kind].headers["ETag"])
        assert (after.status_code == 200) is (kind in counting), kind
    with world.database.reading() as session:
        public = session.scalars(select(Subscription.revision).where(Subscription.user_id.is_(None))).all()
    assert set(public) == {1}, "no booking of any partner touches the calendars of all"
    touch(world)  # and should one be rendered again, it is the same
    for kind in feeds.keys() - counting:
        assert feeds[kind](If_None_Match=before[kind].headers["ETag"]).status_code == 304, kind


# Which of the changes of an offer, its place or its partner each kind shows.
SHOWN = {
    "title": set(FeedKind) - {FeedKind.PARTICIPANT, FeedKind.COACH},
    "neutral title": set(),
    "partner": {FeedKind.PROGRAMME, FeedKind.PUBLIC_OFFER},
    "address": set(),  # of another place
}


@pytest.mark.parametrize("what", SHOWN)
def test_a_change_makes_every_kind_newer_under_the_same_uid(world, there, feeds, what):
    before = {kind: only(fetching()) for kind, fetching in feeds.items()}
    world.do(CHANGES[what][0], world=world, offer=there.offer)
    raised = 0 if what == "address" else 1
    for kind, fetching in feeds.items():
        old, new = before[kind], only(fetching())
        assert (new["UID"], new["SEQUENCE"]) == (old["UID"], old["SEQUENCE"] + raised), kind
        differs = any(old.get(name) != new.get(name) for name in ("SUMMARY", "LOCATION"))
        assert differs is (kind in SHOWN[what]), kind


def test_a_date_that_goes_elsewhere_leaves_the_house(world, there, feeds):
    """Nothing that is left names the house, and its calendar is raised all the same."""
    with world.database.transaction() as session:
        session.merge(there.slot).location_id = None  # it takes place where its offer does
    etag = feeds[FeedKind.HOUSE]().headers["ETag"]
    world.do(change_offer(location_id=world.cast.gym.id, room_id=None), world=world, offer=there.offer)
    house = feeds[FeedKind.HOUSE](If_None_Match=etag)
    assert (house.status_code, events(house)) == (200, [])
    assert len(events(feeds[FeedKind.PROGRAMME]())) == 1


MARK = "Geheimwort"
OF_PARTS = {
    Part.TITLE: {"Offer.title"},
    Part.ORGANISATION: {"Organisation.name"},
    Part.ROOM: {"Room.name", "Location.name"},
    Part.ADDRESS: {"Location.street"},
}


def test_nothing_leaks_from_any_kind_at_any_level(app, world, there, feeds):
    """Mark every field of everything around a date; each kind may hold those that its row of the table names."""
    booking = book(world, there.slot, world.cast.tarik)
    columns = {
        (Offer, there.offer.id): ("title", "short_title", "summary", "bring", "cost", "phone", "field_reason"),
        (Organisation, world.cast.club.id): ("name", "phone", "email", "street"),
        (Organisation, world.cast.town.id): ("name", "phone", "email", "street"),
        (Organisation, world.cast.jc_meissen.id): ("name", "phone", "email", "street"),
        (Location, there.house.id): ("name", "street"),
        (Room, there.room.id): ("name", "equipment"),
        (Programme, world.cast.programmes["resilience"].id): ("name",),
        (Participant, world.cast.tarik.id): ("notes", "call_word", "neutral_word"),
        (User, world.user("clara").id): ("name", "phone", "email"),
        (User, world.user("sven").id): ("name", "phone"),
        (Booking, booking.id): ("code",),
    }
    for (table, key), names in columns.items():
        marks = {
            name: f"{MARK}.{table.__name__}.{name}"[: 24 if name in ("call_word", "short_title") else 38]
            for name in names
        }
        change(world, table, key, **{name: f"{mark}!" if name == "email" else mark for name, mark in marks.items()})
    change(world, Offer, there.offer.id, join_link=f"https://{MARK}.example")
    change(world, Booking, booking.id, state=BookingState.CONFIRMED)
    for level in Level:
        with world.database.transaction() as session:
            for row in session.scalars(select(Subscription).order_by(Subscription.id)):
                row.level, row.revision = level, row.revision + 1
        for kind, fetching in feeds.items():
            text = fetching().data.replace(b"\r\n ", b"").decode()
            allowed = set().union(*(OF_PARTS.get(part, set()) for part in FEEDS[kind][level]))
            for name in sorted(allowed):
                assert f"{MARK}.{name}" in text, (kind, level, name)
                text = text.replace(f"{MARK}.{name}", "")
            assert MARK not in text, (kind, level)


def test_a_feed_of_fifty_offers_costs_no_more_statements_than_one_of_one(app, world, there, feeds):
    def cost():
        touch(world)
        counts = {}
        for kind, fetching in feeds.items():
            with statements(world) as sent:
                fetching()
            counts[kind] = len(sent)
        return counts

    for fetching in feeds.values():
        fetching()  # the first fetch of a public one makes its row
    few = cost()
    for number in range(50):
        offer = make_offer(world, title=f"Kurs {number}", location_id=there.house.id, room_id=there.room.id)
        make_slot(world, offer, starts_at=world.at + (4 + number) * DAY, room_id=there.room.id)
    many = cost()
    assert many == few
    assert max(many.values()) <= 10
    assert len(events(feeds[FeedKind.PROGRAMME]())) == 51


@pytest.mark.parametrize("kind", [FeedKind.OFFER, FeedKind.ROOM, *PUBLIC_KINDS])
def test_the_bytes_of_each_kind_are_its_golden_file(app, world, there, kind):
    second = make_slot(world, there.offer, starts_at=there.slot.starts_at + DAY, room_id=there.room.id)
    third = make_slot(world, there.offer, starts_at=there.slot.starts_at + 2 * DAY, room_id=there.room.id)
    book(world, there.slot, world.cast.tarik)
    for number, slot in enumerate((there.slot, second, third), start=1):
        change(world, Slot, slot.id, public_id=f"date{number:012}")
    change(world, Slot, second.id, state=SlotState.CALLED_OFF)
    change(world, Slot, third.id, state=SlotState.UNSETTLED)
    change(world, Offer, there.offer.id, public_id="offer00000000001")
    there.offer.public_id = "offer00000000001"
    change(world, Location, there.house.id, public_id="house00000000001")
    change(world, Room, there.room.id, public_id="room000000000001")
    change(world, Programme, world.cast.programmes["resilience"].id, public_id="network000000001")
    tokens = {
        FeedKind.OFFER: lambda: subscribe(world, world.actor("sven"), FeedKind.OFFER, offer_id=there.offer.id)[1],
        FeedKind.ROOM: lambda: subscribe(world, world.actor("gudrun"), FeedKind.ROOM, room_id=there.room.id)[1],
    }
    public = {
        FeedKind.HOUSE: "houses/house00000000001",
        FeedKind.PROGRAMME: "networks/network000000001",
        FeedKind.PUBLIC_OFFER: "offers/offer00000000001",
    }
    answer = fetch(app, tokens[kind]()) if kind in tokens else fetch_public(app, public[kind])
    golden = GOLDEN / f"{kind.value}.ics"
    assert answer.data == golden.read_bytes()
