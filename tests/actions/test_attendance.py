"""Who is asked who was there, by whom it may be written down and taken back, and the mail that asks."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import update

from hub.actions import attendance
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, StepNotPossible
from hub.models.booking import BookingState
from hub.models.consent import ConsentState, Release, Scope
from hub.models.log import LogEntry
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.offer import Access
from hub.models.organisation import Organisation
from hub.models.slot import Pool, Slot, SlotState
from hub.policy.actor import SYSTEM
from hub.queries.attendance import list_to_ask, list_to_mark
from hub.queries.past_dates import list_past_of_person
from hub.queries.slots import get_own_slot
from hub.worker import delivery
from hub.worker.deadlines import meet_deadlines
from tests.attendance import change_consents, link_to, mark, past_place, state_of, told
from tests.crowd import rush
from tests.feedback import ask_release, say_release, take_back
from tests.loop import now, rows
from tests.places import book, make_offer, make_people, make_slot
from tests.post import mail_settings
from tests.worker.test_deputies import cover, hire

B = BookingState
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def asked(world, slot, actor, at):
    """Return the codes an actor may mark."""
    with world.database.reading() as session:
        found = get_own_slot(session, world.actor("sven"), slot.public_id)
        return [one.code for one in list_to_mark(session, actor, found, at=at)]


def past_of(world, at, by="clara"):
    with world.database.reading() as session:
        return list_past_of_person(session, world.actor(by), world.cast.tarik, at=at)


def test_the_partner_is_asked_under_e2_and_e4_else_the_coach_under_e2_and_nobody_without(world, subtests):
    slot, booking = past_place(world)
    at = slot.ends_at
    ways = {
        "live": {"state": ConsentState.GIVEN, "valid_until": at + 90 * DAY},
        "withdrawn": {"state": ConsentState.WITHDRAWN, "valid_until": at + 90 * DAY},
        "expired": {"state": ConsentState.GIVEN, "valid_until": at},
    }
    _, through_link = link_to(world, slot)
    partners = {"partner": world.actor("sven"), "link": through_link, "umbrella": world.actor("kerstin")}
    for e2, e4 in product(ways, ways):
        change_consents(world, Scope.TRANSMIT, **ways[e2])
        change_consents(world, Scope.FEEDBACK, **ways[e4])
        may_partner, may_coach = (e2, e4) == ("live", "live"), e2 == "live" and e4 != "live"
        for who, actor in partners.items():
            with subtests.test(e2=e2, e4=e4, who=who):
                assert asked(world, slot, actor, at) == [booking.code] * may_partner
                if may_partner:
                    mark(world, slot, {booking.public_id: "attended"}, by=actor)
                    mark(world, slot, {booking.public_id: "confirmed"}, by=actor)
                else:
                    with pytest.raises(RuleBroken, match="fragt der Coach"):
                        mark(world, slot, {booking.public_id: "attended"}, by=actor)
        with subtests.test(e2=e2, e4=e4, who="coach"):
            assert [one.asks for one in past_of(world, at)] == [may_coach]
            if may_coach:
                told(world, booking, "attended")
                told(world, booking, "confirmed")
            else:
                with pytest.raises(RuleBroken, match="trägt hier der Partner ein"):
                    told(world, booking, "attended")
        assert state_of(world, booking) == ("confirmed", "")


def test_a_clinic_is_asked_only_with_a_release_from_secrecy_too(world):
    slot, booking = past_place(world, owner="clinic")
    petra = world.actor("petra")

    def may():
        with world.database.reading() as session:
            found = get_own_slot(session, petra, slot.public_id)
            return [one.id for one in list_to_mark(session, petra, found, at=slot.ends_at)] == [booking.id]

    assert (may(), past_of(world, slot.ends_at)[0].asks) == (False, True)
    say_release(world, ask_release(world))
    assert (may(), past_of(world, slot.ends_at)[0].asks) == (True, False)
    take_back(world, rows(world, Release)[-1])
    assert (may(), past_of(world, slot.ends_at)[0].asks) == (False, True)


def test_a_mark_is_read_by_the_coach_as_long_as_the_way_back_is_allowed(world):
    slot, booking = past_place(world)
    mark(world, slot, {booking.public_id: "not_there"})
    assert [one.mark for one in past_of(world, slot.ends_at)] == [B.NOT_THERE]
    change_consents(world, Scope.FEEDBACK, state=ConsentState.WITHDRAWN)
    assert [(one.mark, one.asks) for one in past_of(world, slot.ends_at)] == [(None, False)]


def test_a_mark_without_a_name_is_read_by_coach_and_deputy(world):
    slot, booking = past_place(world, Access.ANONYMOUS)
    mark(world, slot, {booking.public_id: "attended"})
    hire(world, "fred")
    cover(world, "fred", ends=4 * DAY)
    for key in ("clara", "fred"):
        assert [(one.mark, one.asks) for one in past_of(world, slot.ends_at, key)] == [(B.ATTENDED, False)], key
    assert past_of(world, world.at + 4 * DAY, "fred") == []


@pytest.mark.parametrize("hand", ["partner", "umbrella", "link"])
def test_the_same_hand_takes_a_slip_back_on_the_same_day_and_no_place_is_counted_anew(world, hand):
    slot, booking = past_place(world, Access.ANONYMOUS)
    by = {"partner": "sven", "umbrella": "kerstin", "link": link_to(world, slot)[1]}[hand]
    before = (rows(world, Pool)[-1].taken, now(world, booking).sequence)
    assert mark(world, slot, {booking.public_id: "not_there"}, by=by) == (1, 0)
    assert mark(world, slot, {booking.public_id: "confirmed"}, by=by) == (1, 0)
    assert state_of(world, booking) == ("confirmed", "")
    assert now(world, booking).marked_at is None
    mark(world, slot, {booking.public_id: "not_there"}, by=by)
    with pytest.raises(RuleBroken):
        mark(world, slot, {booking.public_id: "confirmed"}, by=by, at=slot.ends_at + DAY)
    other = "kerstin" if hand != "umbrella" else "sven"
    with pytest.raises(RuleBroken):
        mark(world, slot, {booking.public_id: "confirmed"}, by=other)
    assert now(world, booking).state is B.NOT_THERE
    assert (rows(world, Pool)[-1].taken, now(world, booking).sequence) == before
    actions = [one.action for one in rows(world, LogEntry, LogEntry.action.like("attendance.%"))]
    assert actions == ["attendance.marked", "attendance.taken_back", "attendance.marked"]


def test_an_umbrella_reads_nothing_the_club_wrote_and_its_own_only_today(world):
    slot, booking = past_place(world, Access.ANONYMOUS)
    kerstin = world.actor("kerstin")
    assert asked(world, slot, kerstin, slot.ends_at) == [booking.code]
    mark(world, slot, {booking.public_id: "attended"})
    assert asked(world, slot, kerstin, slot.ends_at) == []
    mark(world, slot, {booking.public_id: "confirmed"})
    mark(world, slot, {booking.public_id: "attended"}, by=kerstin)
    assert asked(world, slot, kerstin, slot.ends_at) == [booking.code]
    assert asked(world, slot, kerstin, slot.ends_at + DAY) == []
    entry = rows(world, LogEntry, LogEntry.action == "attendance.marked")[-1]
    assert (entry.purpose, entry.fields) == ("on_behalf", ["B2"])
    mark(world, slot, {booking.public_id: "not_there"}, at=slot.ends_at + DAY)
    assert state_of(world, booking) == ("not_there", "partner"), "the club puts its own date right"


def test_all_were_there_leaves_what_was_said_before_and_says_what_could_not_be(world):
    slot, booking = past_place(world, Access.ANONYMOUS)
    others = [book(world, slot, person) for person in make_people(world, 2)]
    mark(world, slot, {booking.public_id: "not_there"})
    assert mark(world, slot, {}, rest="attended") == (2, 0)
    assert [now(world, one).state for one in (booking, *others)] == [B.NOT_THERE, B.ATTENDED, B.ATTENDED]
    assert mark(world, slot, {}, rest="attended") == (0, 0)
    assert mark(world, slot, {booking.public_id: "attended", "nobody": "attended"}) == (1, 1)
    for words in ({"marks": {booking.public_id: "ill"}}, {"marks": {}, "rest": "cancelled"}):
        with pytest.raises(InvalidInput):
            mark(world, slot, **words)
    with pytest.raises(RuleBroken, match="erst, wenn"):
        mark(world, slot, {}, rest="attended", at=slot.ends_at - timedelta(seconds=1))


def test_a_mark_is_a_word_and_no_reason_and_the_log_never_says_which(world):
    slot, booking = past_place(world)
    for word in ("not_there", "attended", "attended", "not_taken_place"):
        mark(world, slot, {booking.public_id: word})
        assert now(world, booking).state == word
    entries = rows(world, LogEntry, LogEntry.action == "attendance.marked")
    assert [(one.fields, one.purpose) for one in entries] == [(["B2"], "")] * 3, "never what, and nothing twice"


def test_two_colleagues_at_once_write_one_word(world):
    slot, booking = past_place(world, Access.ANONYMOUS)
    words = ["attended", "not_there"] * 4
    results = rush([lambda word=word: mark(world, slot, {booking.public_id: word}) for word in words])
    assert [one for one in results if isinstance(one, type)] == []
    found = now(world, booking)
    assert (found.state in (B.ATTENDED, B.NOT_THERE), found.marked_by) == (True, "partner")
    assert len(rows(world, LogEntry, LogEntry.action == "attendance.marked")) == found.version - booking.version


def test_a_coach_writes_what_the_person_said_or_that_nobody_knows(world):
    slot, booking = past_place(world, feedback=False)
    told(world, booking, "unknown")
    told(world, booking, "unknown")
    assert state_of(world, booking) == ("confirmed", "coach")
    told(world, booking, "attended")
    assert state_of(world, booking) == ("attended", "coach")
    told(world, booking, "unknown")
    assert state_of(world, booking) == ("confirmed", "coach")
    told(world, booking, "confirmed")
    assert state_of(world, booking) == ("confirmed", "")
    told(world, booking, "confirmed")
    told(world, booking, "not_taken_place")
    with pytest.raises(StepNotPossible):
        told(world, booking, "confirmed", at=slot.ends_at + DAY)
    with pytest.raises(InvalidInput):
        told(world, booking, "ill")
    entries = rows(world, LogEntry, LogEntry.action.like("attendance.%"))
    assert {(one.purpose, tuple(one.fields)) for one in entries} == {("asked_person", ("B2",))}
    assert len(entries) == 5
    assert [one.mark for one in past_of(world, slot.ends_at)] == [B.NOT_TAKEN_PLACE]


def test_what_a_partner_wrote_no_coach_overwrites_and_nobody_says_it_before(world):
    slot, booking = past_place(world)
    mark(world, slot, {booking.public_id: "attended"})
    change_consents(world, Scope.FEEDBACK, state=ConsentState.WITHDRAWN)
    with pytest.raises(RuleBroken, match="trägt hier der Partner ein"):
        told(world, booking, "not_there")
    with pytest.raises(RuleBroken, match="erst, wenn"):
        told(world, booking, "not_there", at=slot.ends_at - HOUR)
    assert state_of(world, booking) == ("attended", "partner")


def test_nobody_else_writes_anything_down(world, subtests):
    slot, booking = past_place(world, feedback=False)
    for key in ("cem", "fred", "frank", "lena", "nora", "anna", "otto", "sven", "petra"):
        with subtests.test(key=key), pytest.raises(NotFound):
            told(world, booking, "attended", by=key)
    for key in ("petra", "clara", "cem", "fred", "frank", "lena", "nora", "anna", "otto"):
        with subtests.test(key=key), pytest.raises(NotFound):
            mark(world, slot, {booking.public_id: "attended"}, by=key)
    _, linked = link_to(world, slot)
    other = make_slot(world, make_offer(world), starts_at=world.at + DAY)
    book(world, other, world.cast.heinz)
    with pytest.raises(NotAllowed):
        mark(world, other, {}, rest="attended", by=linked)
    assert asked(world, other, linked, other.ends_at) == []
    assert state_of(world, booking) == ("confirmed", "")


def morning_after(slot):
    """Return eight in the morning after a date of September."""
    return slot.ends_at.replace(hour=6, minute=0) + DAY


def due(world, at):
    with world.database.reading() as session:
        return list_to_ask(session, at=at)


def test_the_partner_is_asked_once_the_morning_after_while_something_is_open(world):
    slot, booking = past_place(world)
    morning = morning_after(slot)
    assert due(world, slot.ends_at + HOUR) == due(world, morning - timedelta(seconds=1)) == []
    assert due(world, morning) == [slot.id]
    change_consents(world, Scope.FEEDBACK, state=ConsentState.WITHDRAWN)
    assert due(world, morning) == [], "the coach asks"
    change_consents(world, Scope.FEEDBACK, state=ConsentState.GIVEN)
    mark(world, slot, {booking.public_id: "attended"})
    assert due(world, morning) == []
    mark(world, slot, {booking.public_id: "confirmed"})
    ask = lambda: world.do(attendance.ask_partner, actor=SYSTEM, slot_id=slot.id, at=morning)  # noqa: E731
    rush([ask] * 4)
    asks = rows(world, Notice, Notice.template == "partner_attendance")
    assert [(one.slot_id, one.organisation_id) for one in asks] == [(slot.id, world.cast.club.id)]
    assert due(world, morning) == []
    with pytest.raises(NotAllowed):
        world.do(attendance.ask_partner, actor=world.actor("sven"), slot_id=slot.id, at=morning)


@pytest.mark.parametrize("why", ["old", "called off", "left", "no way"])
def test_nobody_is_asked_about_what_is_old_or_off_or_where_nobody_could_say_it(world, why):
    slot, _ = past_place(world, Access.ANONYMOUS, owner="clinic" if why == "no way" else "club")
    at = morning_after(slot)
    assert due(world, at) == [slot.id]
    changes = {
        "called off": update(Slot).values(state=SlotState.UNSETTLED),
        "left": update(Organisation).values(ended_at=world.at),
        "no way": update(Organisation).values(email=""),
    }
    with world.database.transaction() as session:
        if why in changes:
            session.execute(changes[why])
    assert due(world, at + 3 * DAY if why == "old" else at) == []


def test_the_mail_carries_a_link_and_is_not_sent_when_all_is_said(world):
    slot, _ = past_place(world, Access.ANONYMOUS)
    morning, sent = morning_after(slot), []
    meet_deadlines(world.database, morning)
    mark(world, slot, {}, rest="attended")
    delivery.deliver(world.database, mail_settings(), sent.append, at=morning)
    assert [one for one in sent if "Wer war da?" in one["Subject"]] == []
    (notice,) = rows(world, Notice, Notice.template == "partner_attendance")
    assert (notice.state, notice.trouble) == (NoticeState.DROPPED, "settled")


def test_where_no_mail_gets_through_the_umbrella_phones_until_it_is_said(world):
    slot, _ = past_place(world, Access.ANONYMOUS)
    with world.database.transaction() as session:
        session.execute(update(Organisation).values(email=""))
    morning = morning_after(slot)
    meet_deadlines(world.database, morning)
    delivery.deliver(world.database, mail_settings(), lambda _mail: None, at=morning)
    calls = rows(world, Notice, Notice.template == "partner_attendance")
    assert [(one.channel, one.state) for one in calls] == [(Channel.CALL, NoticeState.QUEUED)]
    mark(world, slot, {}, rest="attended", by="kerstin", at=morning)
    meet_deadlines(world.database, morning + HOUR)
    assert now(world, calls[0]).state is NoticeState.DROPPED
