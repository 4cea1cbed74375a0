"""What feeds show: levels, kinds, what never leaves, UIDs and sequences, and the same bytes whichever way they came."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from calendars.writing import write_event
from hub.actions.bookings import cancel_booking
from hub.models.booking import OWN, Booking, BookingState
from hub.models.consent import Consent, ConsentState
from hub.models.location import Location
from hub.models.offer import Access, Form, Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.slot import Slot, SlotState
from hub.models.subscription import FeedKind, Level, Subscription
from hub.models.user import User
from hub.queries.bookings import get_booking
from tests.feeds import change, events, fetch, only, person, row_of, subscribe, subscribe_person, touch
from tests.places import book, give_consent, make_offer, make_slot
from tests.world import AT

NAMED = ("A1", "B1", "G1", "I0", "I1")


@pytest.fixture
def offer(world):
    return make_offer(world, title="Rückenschule, leicht; für alle", short_title="Rückenschule")


@pytest.fixture
def slot(world, offer):
    return make_slot(world, offer)


@pytest.fixture
def booking(world, slot):
    return book(world, slot, world.cast.tarik)


def visit(world, **values):
    """Add a home visit of Clara's at Tarik's."""
    facts = {
        "coach_id": world.user("clara").id,
        "participant_id": world.cast.tarik.id,
        "access": OWN,
        "state": BookingState.CONFIRMED,
        "starts_at": AT + timedelta(days=1),
        "ends_at": AT + timedelta(days=1, hours=1),
        "made_by": "coach",
        "created_at": AT,
        "changed_at": AT,
        "title": "Hausbesuch Geheimtitel",
        "address": {"street": "Geheimstraße 1"},
        "municipality_code": world.cast.tarik.municipality_code,
    }
    with world.database.transaction() as session:
        row = Booking(**facts | values)
        session.add(row)
    return row


def properties(event):
    return {name for name, _ in event.property_items() if name not in ("BEGIN", "END")}


ALWAYS = {"DTSTART", "DTEND", "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "STATUS", "TRANSP"}


def test_discreet_is_a_word_and_times_only(app, world, slot, booking):
    found = only(fetch(app, subscribe_person(world, "tarik")))
    assert properties(found) == ALWAYS
    assert str(found["SUMMARY"]) == "Termin"
    assert (found.start, found.end) == (slot.starts_at, slot.ends_at)


def test_address_adds_the_street_and_the_own_page(app, world, booking):
    found = only(fetch(app, subscribe_person(world, "tarik", Level.ADDRESS)))
    assert properties(found) == ALWAYS | {"LOCATION", "URL"}
    assert str(found["LOCATION"]) == "Am Sportplatz 5, 01640 Coswig"
    assert str(found["URL"]) == "http://localhost/me"
    assert str(found["SUMMARY"]) == "Termin"


def test_full_adds_the_neutral_title_and_the_organisation(app, world, booking):
    found = only(fetch(app, subscribe_person(world, "tarik", Level.FULL)))
    assert str(found["SUMMARY"]) == "Rückenschule"
    assert str(found["LOCATION"]) == "SV Elbaue Coswig, Am Sportplatz 5, 01640 Coswig"


def test_the_persons_own_word_stands_in_the_calendar(app, world, booking):
    change(world, Participant, world.cast.tarik.id, neutral_word="Verabredung")
    assert str(only(fetch(app, subscribe_person(world, "tarik")))["SUMMARY"]) == "Verabredung"


def test_an_online_date_leads_to_the_own_page_and_never_to_the_provider(app, world):
    link = "https://video.example/geheim"
    online = make_offer(world, form=Form.ONLINE, join_link=link)
    book(world, make_slot(world, online), world.cast.tarik)
    for level in Level:
        answer = fetch(app, subscribe_person(world, "tarik", level, name=level.value))
        assert "geheim" not in answer.text
        found = only(answer)
        if level is Level.DISCREET:
            assert "URL" not in found
        else:
            assert str(found["DESCRIPTION"]) == "Mehr dazu: http://localhost/me"
            assert "Sportplatz" not in str(found.get("LOCATION", ""))


def test_a_coach_feed_has_call_words_and_links_and_no_names(app, world, booking):
    visit(world)
    _, token = subscribe(world, world.actor("clara"), FeedKind.COACH)
    at_home, at_gym = sorted(events(fetch(app, token)), key=lambda one: one.start)
    assert str(at_gym["SUMMARY"]) == str(at_home["SUMMARY"]) == "Kranich"
    assert str(at_gym["LOCATION"]) == "Am Sportplatz 5, 01640 Coswig"
    assert str(at_home["LOCATION"]) == "Coswig"  # of a visit only the municipality
    assert str(at_gym["URL"]) == f"http://localhost/bookings/{booking.public_id}"


def test_a_coach_may_choose_initials(app, world, booking):
    _, token = subscribe(world, world.actor("clara"), FeedKind.COACH, initials=True)
    assert str(only(fetch(app, token))["SUMMARY"]) == "T. D."


def test_a_coach_sees_nobody_elses_people(app, world, booking):
    _, token = subscribe(world, world.actor("cem"), FeedKind.COACH)
    assert events(fetch(app, token)) == []


def test_an_organisation_feed_counts_places_and_names_nobody(app, world, slot, booking):
    book(world, slot, world.cast.jolanta)
    club = world.cast.organisations["club"].id
    _, token = subscribe(world, world.actor("sven"), FeedKind.ORGANISATION, organisation_id=club)
    found = only(fetch(app, token))
    assert str(found["SUMMARY"]) == "Rückenschule, leicht; für alle (2 von 3)"
    assert properties(found) == ALWAYS | {"LOCATION"}


def test_an_umbrella_may_subscribe_for_its_member_and_no_stranger_may(app, world, slot):
    club = world.cast.organisations["club"].id
    _, token = subscribe(world, world.actor("kerstin"), FeedKind.ORGANISATION, organisation_id=club)
    assert len(events(fetch(app, token))) == 1


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (BookingState.OFFERED, False),
        (BookingState.CONFIRMED, True),
        (BookingState.ATTENDED, True),
        (BookingState.NOT_THERE, True),
        (BookingState.HELD, False),
        (BookingState.REQUESTED, False),
        (BookingState.EXPIRED, False),
    ],
)
def test_holds_and_requests_are_no_dates_and_attendance_never_shows(app, world, booking, state, shown):
    token = subscribe_person(world, "tarik")
    before = fetch(app, token).data
    change(world, Booking, booking.id, state=state)
    touch(world)
    after = fetch(app, token)
    assert (after.data == before) is shown
    assert bool(events(after)) is shown


def test_cancelled_dates_are_marked_for_every_program(app, world, booking):
    token = subscribe_person(world, "tarik")

    def cancel(session):
        actor = world.actor("clara")
        row = get_booking(session, actor, booking.public_id, at=AT)
        cancel_booking(session, actor=actor, booking=row, by="coach", at=AT + timedelta(minutes=5))

    before = only(fetch(app, token))
    world.database.run(cancel)
    after = only(fetch(app, token))
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert str(after["SUMMARY"]) == "Abgesagt: Termin"
    assert (after["STATUS"], after["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert after["DTSTAMP"].dt == after["LAST-MODIFIED"].dt == AT + timedelta(minutes=5)


def test_a_moved_date_keeps_its_uid_and_raises_its_sequence(app, world, slot, booking):
    token = subscribe_person(world, "tarik")
    before = only(fetch(app, token))
    later = slot.starts_at + timedelta(days=1)
    change(world, Slot, slot.id, starts_at=later, ends_at=later + timedelta(hours=1), sequence=1, changed_at=AT)
    change(world, Booking, booking.id, starts_at=later, ends_at=later + timedelta(hours=1), sequence=1, changed_at=AT)
    touch(world)
    after = only(fetch(app, token))
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after.start == later


def test_uids_are_the_same_on_all_devices_and_differ_between_readers(app, world, slot, booking):
    book(world, slot, world.cast.jolanta)
    club = world.cast.organisations["club"].id
    tokens = [
        subscribe_person(world, "tarik"),
        subscribe_person(world, "tarik", name="Computer", level=Level.FULL),
        subscribe_person(world, "jolanta"),
        subscribe(world, world.actor("clara"), FeedKind.COACH)[1],
        subscribe(world, world.actor("sven"), FeedKind.ORGANISATION, organisation_id=club)[1],
    ]
    phone, computer, other, *rest = [{str(one["UID"]) for one in events(fetch(app, token))} for token in tokens]
    assert phone == computer
    assert not phone & other
    assert not (phone | other) & rest[0]
    assert not rest[1] & (phone | other | rest[0])
    assert booking.public_id not in str(phone)


def named_booking(world):
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"])
    consent = give_consent(world, world.cast.tarik, offer, groups=("B1", "G1", "I0", "I1"), days=20)
    return offer, consent, book(world, make_slot(world, offer), world.cast.tarik)


def test_without_its_consent_a_named_date_is_left_out_without_a_trace(app, world):
    _, consent, booking = named_booking(world)
    token = subscribe_person(world, "tarik")
    _, coach = subscribe(world, world.actor("clara"), FeedKind.COACH)
    assert len(events(fetch(app, token))) == len(events(fetch(app, coach))) == 1
    change(world, Consent, consent.id, state=ConsentState.WITHDRAWN, ended_at=AT)
    change(world, Booking, booking.id, state=BookingState.CANCELLED)
    touch(world)
    assert events(fetch(app, token)) == events(fetch(app, coach)) == []


def test_a_consent_that_runs_out_takes_its_dates_along_by_the_clock_alone(app, world):
    _, consent, _ = named_booking(world)
    token = subscribe_person(world, "tarik")
    first = fetch(app, token)
    with time_machine.travel(consent.valid_until - timedelta(seconds=1), tick=False):
        assert len(events(fetch(app, token))) == 1
    with time_machine.travel(consent.valid_until, tick=False):
        assert events(fetch(app, token, If_None_Match=first.headers["ETag"])) == []


def test_the_window_is_thirty_days_back_and_open_ahead(app, world, offer, booking):
    book(world, make_slot(world, offer, starts_at=AT + timedelta(days=80)), world.cast.tarik)
    token = subscribe_person(world, "tarik")
    assert len(events(fetch(app, token))) == 2
    with time_machine.travel(booking.ends_at + timedelta(days=30), tick=False):
        assert len(events(fetch(app, token))) == 1


def test_a_feed_ends_two_weeks_after_the_participation(app, world, booking):
    row, token = subscribe(world, person(world, "tarik"))
    first = fetch(app, token)
    end = datetime(2027, 11, 2, 23, tzinfo=UTC)  # local midnight after the last day, 19 October 2027, and 14 days
    with time_machine.travel(end - timedelta(hours=1), tick=False):
        assert fetch(app, token).status_code == 200
        assert row_of(world, row).ended_at is None
    with time_machine.travel(end, tick=False):
        assert events(fetch(app, token, If_None_Match=first.headers["ETag"])) == []
        assert row_of(world, row).ended_at == end
    with time_machine.travel(end + timedelta(days=30), tick=False):
        assert fetch(app, token).status_code == 404


def test_english_readers_get_english_words(app, world, slot, booking):
    change(world, Participant, world.cast.tarik.id, locale="en")
    token = subscribe_person(world, "tarik")
    change(world, Slot, slot.id, state=SlotState.UNSETTLED)
    touch(world)
    unsettled = fetch(app, token)
    change(world, Booking, booking.id, state=BookingState.CANCELLED)
    touch(world)
    cancelled = fetch(app, token)
    assert {calendar_name(one) for one in (unsettled, cancelled)} == {"Dates"}
    assert str(only(unsettled)["SUMMARY"]) == "Still open: Termin"  # the person's own word is nobody's to translate
    assert str(only(cancelled)["SUMMARY"]) == "Cancelled: Termin"


def calendar_name(answer):
    return str(Calendar.from_ical(answer.data)["NAME"])


MARKER = "Geheimwort"


def test_nothing_of_what_surrounds_a_date_ever_leaks(app, world, offer, slot, booking):
    """Mark every field with a word of its own; each feed may hold those of its level and no others."""
    at_home = visit(world, title=f"{MARKER}Besuchstitel", address={"street": f"{MARKER}Adresse"})
    club, tarik, clara = world.cast.organisations["club"], world.cast.tarik, world.user("clara")
    marks = {
        (Offer, offer.id): ("title", "short_title", "summary", "bring", "cost", "phone", "field_reason"),
        (Organisation, club.id): ("name", "phone", "email", "street"),
        (Organisation, world.cast.organisations["jc_meissen"].id): ("name", "phone", "email", "street"),
        (Location, offer.location_id): ("name", "street"),
        (Participant, tarik.id): ("notes", "call_word", "neutral_word"),
        (User, clara.id): ("name", "phone", "email"),
    }
    for (table, key), names in marks.items():
        change(world, table, key, **{name: f"{MARKER}.{table.__name__}.{key}.{name}"[:24 if name == "call_word" else 40]
                                     for name in names})  # fmt: skip
    change(
        world, Participant, tarik.id, name={"form_of_address": MARKER, "given": f"{MARKER}g", "family": f"{MARKER}f"}
    )
    change(world, Offer, offer.id, join_link=f"https://{MARKER}.example", short_title="Rücken kurz")
    change(world, Booking, booking.id, code=f"{MARKER} 7")
    for level in Level:
        text = words(fetch(app, subscribe_person(world, "tarik", level, name=level.value)))
        text = allow(text, "Participant", "neutral_word")
        if level is not Level.DISCREET:
            text = allow(text, "Location", "street")
        if level is Level.FULL:
            assert "Rücken kurz" in text
            text = text.replace(f"{MARKER}.Organisation.{club.id}.name", "")
        assert MARKER not in text, level
    coach = words(fetch(app, subscribe(world, world.actor("clara"), FeedKind.COACH)[1]))
    assert at_home.public_id in coach
    assert MARKER not in allow(allow(coach, "Participant", "call_word"), "Location", "street")
    token = subscribe(world, world.actor("sven"), FeedKind.ORGANISATION, organisation_id=club.id)[1]
    assert MARKER not in allow(allow(words(fetch(app, token)), "Offer", "title"), "Location", "street")


def words(answer):
    return answer.data.replace(b"\r\n ", b"").decode()


def allow(text, table, name):
    """Strike out the one mark that may show here; fail when it does not."""
    _, found, rest = text.partition(f"{MARKER}.{table}.")
    assert found, (table, name)
    key = rest.partition(".")[0]
    return text.replace(f"{MARKER}.{table}.{key}.{name}"[: 24 if name == "call_word" else 40], "")


def test_stored_events_give_the_same_bytes_as_a_full_rendering(app, world, offer, slot, booking):
    row, token = subscribe(world, person(world, "tarik"), level=Level.FULL)
    for days in (4, 5, 6):
        book(world, make_slot(world, offer, starts_at=AT + timedelta(days=days)), world.cast.tarik)
    fetch(app, token)
    change(world, Booking, booking.id, sequence=3, changed_at=AT + timedelta(minutes=1))
    change(world, Offer, offer.id, short_title="Anders")
    touch(world)
    pieced = fetch(app, token).data
    change(world, Subscription, row.id, body=None, parts=None, rendered_revision=0)
    assert fetch(app, token).data == pieced
    assert pieced.count(b"SUMMARY:Anders") == 4


def test_unchanged_events_are_not_written_again(app, world, offer, booking, monkeypatch):
    token = subscribe_person(world, "tarik")
    for days in range(4, 9):
        book(world, make_slot(world, offer, starts_at=AT + timedelta(days=days)), world.cast.tarik)
    fetch(app, token)
    change(world, Booking, booking.id, sequence=3)
    touch(world)
    written = []

    def note(entry, **words):
        written.append(entry.sequence)
        return write_event(entry, **words)

    monkeypatch.setattr("hub.actions.feeds.write_event", note)
    assert len(events(fetch(app, token))) == 6
    assert written == [3]


@pytest.fixture
def full_token(world, booking):
    return subscribe_person(world, "tarik", Level.FULL)


HOSTILE = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60)


@given(title=HOSTILE.filter(lambda text: len(text) <= 30), street=HOSTILE)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_adds_a_line_or_a_property(app, world, offer, full_token, title, street):
    change(world, Offer, offer.id, short_title=title)
    change(world, Location, offer.location_id, street=street)
    touch(world)
    answer = fetch(app, full_token)
    assert properties(only(answer)) <= ALWAYS | {"LOCATION", "URL"}
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))
