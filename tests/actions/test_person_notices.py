"""What others change, what lies ahead, what is asked: each person hears of it once, by the way they chose, or not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from hub.actions import slots
from hub.actions.participants import note_told
from hub.actions.person_notices import note_called, note_not_reached, note_printed, tell_of_change
from hub.errors import NotAllowed, RuleBroken, StepNotPossible
from hub.models.booking import Booking
from hub.models.notice import Channel, NoticeState
from hub.models.participant import Participant
from hub.models.round import RoundKind
from hub.models.slot import SlotState
from hub.queries.bookings import get_booking
from hub.queries.permissions import WAYS
from hub.queries.person_notices import get_by_hand, list_by_hand
from tests.courses import join, make_course, sessions_of
from tests.crowd import rush
from tests.loop import ask, now, request_offer, say, withdraw
from tests.places import book, make_offer, make_slot
from tests.queues import cancel, leave, wait_for
from tests.rounds import asked, asked_of, offers_of, respond, sent_round
from tests.telling import booked, choose, mails, moved, partner_does, reachable, tell, tidy, to_people

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
N = NoticeState
EVERY_WAY = ("phone", "email", "letter")


@pytest.fixture(autouse=True)
def tarik(world):
    reachable(world)


def shown(world):
    return [(one.template, one.channel.value, one.state.value) for one in to_people(world)]


def by_hand(world, key="clara", channel=Channel.CALL, at=None):
    with world.database.reading() as session:
        return list_by_hand(session, world.actor(key), channel, at=at or world.at)


def seen(world, booking, by="clara", at=None):
    """Let the coach note "weiß Bescheid"."""
    actor = world.actor(by)

    def unit(session):
        found = get_booking(session, actor, booking.public_id, at=at or world.at)
        note_told(session, actor=actor, booking=found, at=at or world.at)

    world.database.run(unit)


def do(world, notice, verb, by="clara", **more):
    actor = world.actor(by)

    def unit(session):
        verb(session, actor=actor, notice=get_by_hand(session, actor, notice.public_id, at=world.at), at=world.at)

    world.database.run(unit)


@pytest.mark.parametrize("way", EVERY_WAY)
def test_a_change_is_told_once_by_the_chosen_way_and_nothing_without_its_purpose(world, way):
    booking, slot = booked(world)
    choose(world, reminders=way)
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    assert to_people(world) == [], "chosen for something else"
    choose(world, changes=way)
    tell(world)
    tell(world, world.at + HOUR)
    (notice,) = to_people(world)
    assert (notice.template, notice.channel, notice.purpose) == ("person_change", WAYS[way], "changes")
    assert (notice.booking_id, notice.key) == (booking.id, f"moved:{booking.id}:{now(world, booking).sequence}")
    moved(world, slot, slot.starts_at + 2 * HOUR)
    tell(world)
    assert [one.booking_id for one in to_people(world)] == [booking.id] * 2


def test_who_chose_nothing_or_took_it_back_hears_nothing(world):
    _, slot = booked(world)
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    assert to_people(world) == []
    withdraw(world, world.cast.tarik, choose(world, changes="email"))
    tell(world)
    assert to_people(world) == []


def test_what_the_coach_has_said_already_is_not_told_again(world):
    booking, slot = booked(world)
    choose(world, changes="email")
    moved(world, slot, slot.starts_at + HOUR)
    seen(world, booking)
    tell(world)
    assert to_people(world) == []
    partner_does(world, slot, slots.call_off_slot)
    tell(world)
    seen(world, booking)
    assert mails(world) == []
    assert [one.trouble for one in to_people(world)] == ["settled"]


def test_a_course_called_off_and_taking_place_after_all_is_one_mail_and_one_more(world):
    choose(world, changes="email")
    course = make_course(world)
    join(world, course, world.cast.tarik)
    dates = sessions_of(world, course)
    for date in dates[:3]:
        partner_does(world, date, slots.call_off_slot)
    tell(world)
    (mail,) = mails(world)
    assert mail["Subject"] == "Es hat sich etwas geändert"
    assert [one.state for one in to_people(world)] == [N.SENT, N.DROPPED, N.DROPPED]
    assert mails(world, world.at + HOUR) == []
    partner_does(world, dates[0], slots.restore_slot)
    tell(world)
    assert len(mails(world)) == 1
    tell(world, world.at + HOUR)
    moved(world, dates[0], dates[0].starts_at + HOUR)
    tell(world, world.at + HOUR)
    assert [one.key.split(":")[0] for one in to_people(world)] == ["off"] * 3 + ["back", "moved"]


def test_what_another_mail_told_is_told_back_as_well(world):
    choose(world, changes="email")
    course = make_course(world)
    join(world, course, world.cast.tarik)
    dates = sessions_of(world, course)
    for date in dates[:2]:
        partner_does(world, date, slots.call_off_slot)
    tell(world)
    assert len(mails(world)) == 1
    assert [one.state for one in to_people(world)] == [N.SENT, N.DROPPED]
    for date in dates[:2]:
        partner_does(world, date, slots.restore_slot)
    tell(world)
    assert [one.key.split(":")[0] for one in to_people(world)] == ["off"] * 2 + ["back"] * 2


def test_a_changed_way_tells_what_the_old_one_did_not(world):
    _, slot = booked(world)
    choose(world, changes="letter")
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    choose(world, changes="phone")
    tidy(world)
    tell(world)
    tell(world, world.at + HOUR)
    assert shown(world) == [("person_change", "print", "dropped"), ("person_change", "call", "queued")]


def test_a_question_goes_by_the_changed_way_as_well(world):
    offer, slot = request_offer(world)
    choose(world, questions="letter")
    ask(world, world.cast.tarik, offer, slot)
    for at in (world.at + 2 * HOUR, world.at + 3 * HOUR):
        tell(world, at)
    choose(world, questions="phone")
    tidy(world, world.at + 3 * HOUR)
    for at in (world.at + 4 * HOUR, world.at + 5 * HOUR):
        tell(world, at)
    assert shown(world) == [("person_question", "print", "dropped"), ("person_question", "call", "queued")]


@pytest.mark.parametrize(
    "verb", ["withdraw", "other way", "other purpose", "no address", "moved back", "participation"]
)
def test_between_queue_and_post_the_consent_the_way_and_the_reason_are_asked_again(world, verb):
    _, slot = booked(world)
    consent = choose(world, changes="email")
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    at = world.at
    if verb == "withdraw":
        withdraw(world, world.cast.tarik, consent)
    elif verb == "other way":
        choose(world, changes="phone")
    elif verb == "other purpose":
        choose(world, reminders="email")
    elif verb == "moved back":
        moved(world, slot, slot.starts_at)
    elif verb == "participation":
        at = consent.valid_until
    elif verb == "no address":
        with world.database.transaction() as session:
            session.get_one(Participant, world.cast.tarik.id).contacts = []
    assert mails(world, at) == []
    expected = {"withdraw": "no_consent", "participation": "no_consent", "moved back": "settled"}
    notice = now(world, to_people(world)[0])
    if verb == "no address":
        assert (notice.state, notice.channel, notice.trouble) == (N.QUEUED, Channel.CALL, "nobody"), (
            "the coach's to say"
        )
        assert [one.id for one in by_hand(world)] == [notice.id]
    else:
        assert (notice.state, notice.trouble) == (N.DROPPED, expected.get(verb, "changed_way"))


def at_wall(day, hour, minute=0, month=9):
    """Return an instant of September 2026 by the clock in Berlin (summer time)."""
    return datetime(2026, month, day, hour - 2, minute, tzinfo=UTC)


def reminded(world, at):
    tell(world, at)
    return [one for one in to_people(world) if one.template == "person_reminder"]


def test_a_reminder_leaves_when_the_person_chose_once_and_for_the_present_time(world):
    booking, slot = booked(world, starts_at=at_wall(17, 10))
    choose(world, reminders="email", when="day_before")
    assert reminded(world, at_wall(16, 15, 59)) == []
    (notice,) = reminded(world, at_wall(16, 16))
    assert len(reminded(world, at_wall(16, 16, 10))) == 1
    (mail,) = mails(world, at_wall(16, 16, 10))
    assert mail["Subject"] == "Eine Erinnerung"
    moved(world, slot, at_wall(18, 10), at=at_wall(16, 17))
    assert reminded(world, at_wall(16, 18)) == [notice] or len(reminded(world, at_wall(16, 18))) == 1
    assert len(reminded(world, at_wall(17, 16))) == 2
    moved(world, slot, at_wall(18, 11), at=at_wall(17, 17))
    assert len(reminded(world, at_wall(17, 18))) == 2, "moved after the reminder: the change is told, not more"
    assert mails(world, at_wall(18, 8)) == [] or to_people(world)[1].state is N.DROPPED
    assert booking.id == notice.booking_id


def test_a_reminder_leaves_before_the_quiet_time_though_the_worker_comes_by_later(world):
    booked(world, starts_at=at_wall(20, 10))  # a Sunday
    choose(world, reminders="email")
    at, sent = at_wall(19, 9, 7), []
    while at < at_wall(20, 10):
        tell(world, at)
        sent += [(at, mail["Subject"]) for mail in mails(world, at)]
        at += timedelta(minutes=10)
    assert sent == [(at_wall(19, 12, 7), "Eine Erinnerung")]


def test_a_date_booked_after_its_reminder_is_not_reminded_of(world):
    choose(world, reminders="email")
    slot = make_slot(world, make_offer(world), starts_at=at_wall(15, 10))
    book(world, slot, world.cast.tarik, at=at_wall(14, 17))
    assert reminded(world, at_wall(14, 17, 30)) == []
    assert reminded(world, at_wall(15, 9)) == []


@pytest.mark.parametrize("deed", ["cancelled", "called off", "unsettled", "withdrawn"])
def test_a_reminder_is_dropped_with_its_date(world, deed):
    booking, slot = booked(world, starts_at=at_wall(17, 10))
    consent = choose(world, reminders="email")
    assert len(reminded(world, at_wall(16, 16))) == 1
    if deed == "cancelled":
        with world.database.transaction() as session:
            session.execute(update(Booking).where(Booking.id == booking.id).values(state="cancelled"))
    elif deed == "withdrawn":
        withdraw(world, world.cast.tarik, consent)
    else:
        partner_does(world, slot, slots.call_off_slot if deed == "called off" else slots.unsettle_slot)
    assert mails(world, at_wall(16, 16)) == []
    assert to_people(world)[0].state is N.DROPPED
    if deed == "unsettled":
        assert now(world, slot).state is SlotState.UNSETTLED


def test_nobody_is_reminded_twice_by_two_workers(world):
    bookings = [booked(world, starts_at=at_wall(17, 10 + number))[0] for number in range(3)]
    choose(world, reminders="email", changes="email")
    rush([lambda: tell(world, at_wall(16, 16))] * 6)
    assert sorted(one.booking_id for one in to_people(world)) == sorted(one.id for one in bookings)


def test_a_question_on_a_sheet_is_told_after_a_while_and_not_once_it_is_answered(world):
    offer, slot = request_offer(world)
    choose(world, questions="letter")
    consent = ask(world, world.cast.tarik, offer, slot)
    tell(world, world.at + HOUR)
    assert to_people(world) == [], "they still talk about it"
    tell(world, world.at + 2 * HOUR)
    tell(world, world.at + 3 * HOUR)
    (notice,) = to_people(world)
    assert (notice.template, notice.sheet_id) == ("person_question", consent.sheet_id)
    assert [one.id for one in by_hand(world, channel=Channel.PRINT)] == [notice.id]
    tidy(world)
    assert now(world, notice).state is N.QUEUED
    say(world, world.cast.tarik, consent, yes=False)
    assert by_hand(world, channel=Channel.PRINT) == []
    tidy(world)
    assert now(world, notice).trouble == "settled"


def test_a_place_that_came_free_is_told_until_it_is_answered(world):
    slot = make_slot(world, make_offer(world), places=1)
    first = book(world, slot, world.cast.heinz)
    wish = wait_for(world, slot, world.cast.tarik)
    choose(world, questions="email")
    cancel(world, first)
    tell(world)
    tell(world)
    (notice,) = to_people(world)
    assert notice.booking_id == now(world, wish).booking_id
    leave(world, wish)
    assert mails(world) == []
    assert now(world, notice).trouble == "settled"


def test_who_may_choose_among_several_is_told_once(world):
    round_ = sent_round(world, offers_of(world, "club", "clinic"), kind=RoundKind.CHOICE)
    choose(world, questions="email")
    tell(world)
    assert to_people(world) == []
    for by in ("sven", "petra"):
        respond(world, by, asked_of(world, round_, "club" if by == "sven" else "clinic"))
        tell(world)
    (notice,) = to_people(world)
    assert notice.enquiry_id in {one.id for one in asked(world, round_)}
    assert len(mails(world)) == 1


def test_only_who_looks_after_the_person_may_call_and_print(world, subtests):
    booking, slot = booked(world)
    choose(world, changes="phone", questions="letter")
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    (notice,) = to_people(world)
    for key in ("cem", "frank", "lena", "petra", "sven", "nora", "anna", "otto", "fred"):
        with subtests.test(key=key), world.database.transaction() as session:
            loaded = get_by_hand(session, world.actor("clara"), notice.public_id, at=world.at)
            for verb in (note_called, note_not_reached):
                with pytest.raises(NotAllowed):
                    verb(session, actor=world.actor(key), notice=loaded, at=world.at)
            with pytest.raises(NotAllowed):
                note_printed(session, actor=world.actor(key), letters=[loaded], at=world.at)
            with pytest.raises(NotAllowed):
                tell_of_change(session, actor=world.actor(key), booking_id=booking.id, at=world.at)
    do(world, notice, note_not_reached)
    assert (now(world, notice).tries, now(world, notice).state) == (1, N.QUEUED)
    do(world, notice, note_called)
    with pytest.raises(StepNotPossible):
        do(world, notice, note_called)


def test_a_call_about_an_older_change_does_not_note_the_newer_one_as_known(world):
    booking, slot = booked(world)
    choose(world, changes="phone")
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    (first,) = to_people(world)
    moved(world, slot, slot.starts_at + 2 * HOUR)
    with pytest.raises(RuleBroken):
        do(world, first, note_called)
    assert now(world, booking).moved_from_at == slot.starts_at
    tell(world)
    tidy(world)
    assert [(one.state, one.trouble) for one in to_people(world)] == [(N.DROPPED, "settled"), (N.QUEUED, "")]
    do(world, to_people(world)[1], note_called)
    assert now(world, booking).moved_from_at is None


def test_paper_is_never_taken_by_the_mail(world):
    _, slot = booked(world)
    choose(world, changes="letter")
    moved(world, slot, slot.starts_at + HOUR)
    tell(world)
    assert mails(world, world.at + 9 * DAY) == []
    assert shown(world) == [("person_change", "print", "queued")]
    do_print(world)
    assert shown(world) == [("person_change", "print", "sent")]


def do_print(world):
    actor = world.actor("clara")

    def unit(session):
        letters = list_by_hand(session, actor, Channel.PRINT, at=world.at)
        note_printed(session, actor=actor, letters=letters, at=world.at)

    world.database.run(unit)
