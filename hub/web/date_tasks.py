"""What a coach has to do about dates: tell people what fell away or moved, settle two at one time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hub import clock
from hub.i18n import N_, Message
from hub.models.booking import ONE_PLACE, OWN, Booking, BookingState
from hub.models.participant import Participant
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.queries import date_news
from hub.queries.date_news import Pair
from hub.web import date_words, own_place_tasks
from hub.web.booking_words import given_name, title_of, unsettled
from hub.web.filters import day, day_clock
from hub.web.today_tasks import Task


@dataclass(frozen=True)
class OwnRow:
    """Something about the coach's own time that concerns no person: a room that fell away or moved, two at one time."""

    headline: str
    sentence: Message
    state: str
    word: Message
    links: list[tuple[str, str]]
    booking: Booking | None = None  # "seen" is offered


def list_tasks(people: dict[int, Participant], dates: list[Booking], at: datetime) -> Iterable[tuple[int, Task]]:
    """Return what there is to do about these dates, each with the key of its person."""
    courses: set[tuple[int | None, int | None, datetime | None]] = set()
    for booking in dates:
        person = people.get(booking.participant_id or 0)
        if person is None:
            continue
        if booking.cancelled_by == "person" and booking.slot is not None and booking.slot.course_id is not None:
            whole = booking.participant_id, booking.slot.course_id, booking.cancelled_at
            if whole in courses:
                continue  # a course given up is one thing to read
            courses.add(whole)
        yield from ((person.id, task) for task in _tasks(person, booking, at))
    for pair in date_news.pairs_of_persons(dates, at):
        person = people.get(pair[0].participant_id or 0)
        if person is not None:
            yield person.id, _at_one_time(person, pair)


def _tasks(person: Participant, booking: Booking, at: datetime) -> Iterable[Task]:
    if booking.state is BookingState.CANCELLED:
        yield _given_up(person, booking) if booking.cancelled_by == "person" else _fallen_away(person, booking)
        return
    if date_words.moved(booking) and booking.ends_at > at:  # once it is over nobody need hear of it
        yield _moved(person, booking)
    elif booking.is_news_by_yes(at):
        yield own_place_tasks.task_by_yes(person, booking)
    if unsettled(booking):
        yield _still_open(person, booking)
    elif booking.ends_at <= clock.start_of_day(clock.local_date(at)):
        yield _was_there(person, booking)
    elif booking.is_news_from_person(at):
        yield own_place_tasks.task(person, booking)


def _facts(person: Participant, booking: Booking) -> dict[str, Any]:
    return {"title": title_of(booking), "day": day(booking.starts_at), "name": given_name(person)}


def _rank(booking: Booking) -> int:
    """What something has reached the person of is less urgent than what nothing has."""
    return 0 if booking.reached is None else 3


def _moved(person: Participant, booking: Booking) -> Task:
    facts = {"moved": date_words.moved(booking), "unknown": date_words.unknown(person, booking)}
    sentence = N_("„{title}“. {moved} {unknown}", title=title_of(booking), **facts)
    page = url_for("bookings.show_booking", public_id=booking.public_id)
    links = [*_call(person), (str(N_("Ansehen")), page)]
    return Task(_rank(booking), sentence, "due", N_("verlegt"), links, booking)


def _given_up(person: Participant, booking: Booking) -> Task:
    sentence = N_("{name} kommt nicht zu „{title}“ am {day}: selbst abgesagt.", **_facts(person, booking))
    again = (str(N_("Etwas anderes suchen")), url_for("finding.list_hits", person=person.public_id))
    return Task(3, sentence, "off", N_("abgesagt"), [*_call(person), again], booking, button=N_("Gesehen"))


def _fallen_away(person: Participant, booking: Booking) -> Task:
    facts = _facts(person, booking)
    if booking.cancelled_by == ONE_PLACE:
        return _one_place_off(person, booking)
    if booking.slot is not None and booking.slot.state is SlotState.PLANNED:
        return _takes_place_after_all(person, booking, booking.slot, facts)
    sentence = N_("„{title}“ am {day} fällt aus. {unknown}", **facts, unknown=date_words.unknown(person, booking))
    search = "room_loans.list_rooms" if booking.access == OWN else "finding.list_hits"
    links = [*_call(person), (str(N_("Ersatz suchen")), url_for(search, person=person.public_id))]
    return Task(_rank(booking), sentence, "off", N_("Termin abgesagt"), links, booking)


def _one_place_off(person: Participant, booking: Booking) -> Task:
    facts = _facts(person, booking) | {"why": date_words.why_called_off(booking)}
    facts["unknown"] = date_words.unknown(person, booking)
    sentence = N_("„{title}“ am {day}: Der Partner hat den Platz abgesagt. {why}. {unknown}", **facts)
    again = (str(N_("Ersatz suchen")), url_for("finding.list_hits", person=person.public_id))
    return Task(_rank(booking), sentence, "off", N_("Platz abgesagt"), [*_call(person), again], booking)


def _takes_place_after_all(person: Participant, booking: Booking, slot: Slot, facts: dict[str, str]) -> Task:
    sentence = N_("„{title}“ am {day} findet doch statt. {name} hat dort aber keinen Platz mehr.", **facts)
    again = url_for("bookings.new_booking", public_id=slot.public_id, person=person.public_id)
    return Task(0, sentence, "due", N_("findet doch statt"), [(str(N_("Wieder buchen")), again)], booking)


def _was_there(person: Participant, booking: Booking) -> Task:
    sentence = N_("War {name} am {day} bei „{title}“?", **_facts(person, booking))
    return Task(3, sentence, "asked", N_("bitte fragen"), _call(person), past=booking)  # before closing it all


def _still_open(person: Participant, booking: Booking) -> Task:
    sentence = N_("„{title}“ am {day} wird noch geklärt. {name} behält den Platz.", **_facts(person, booking))
    page = url_for("bookings.show_booking", public_id=booking.public_id)
    return Task(4, sentence, "due", N_("noch offen"), [(str(N_("Ansehen")), page)])


def _at_one_time(person: Participant, pair: Pair) -> Task:
    sentence = N_("{both} {name} kann nur zu einem.", both=both(pair), name=given_name(person))
    return Task(0, sentence, "due", N_("zwei zugleich"), _links(pair))


def both(pair: Pair) -> Message:
    """Say which two dates lie at one time."""
    one, other = pair
    facts = {"one": title_of(one), "other": title_of(other), "when": day_clock(other.starts_at)}
    return N_("„{one}“ und „{other}“ liegen zur selben Zeit: {when}.", **facts)


def at_one_time(session: Session, actor: Actor, booking: Booking, at: datetime) -> list[Message]:
    """Say which other dates of its person lie at the time of a coming date; one statement at most."""
    if booking.participant_id is None or booking.state is not BookingState.CONFIRMED or booking.ends_at <= at:
        return []
    found = date_news.list_of_person(session, actor, booking.participant_id, at=at)
    pairs = date_news.pairs_of_persons(found, at)
    return [both(pair) for pair in pairs if booking.id in (pair[0].id, pair[1].id)]


def _links(pair: Pair) -> list[tuple[str, str]]:
    return [
        (str(N_("{title} ansehen", title=title_of(one))), url_for("bookings.show_booking", public_id=one.public_id))
        for one in pair
    ]


def _call(person: Participant) -> list[tuple[str, str]]:
    phone = phone_of_person(person)
    return [(str(N_("Anrufen")), f"tel:{phone.replace(' ', '')}")] if phone else []


def phone_of_person(person: Participant) -> str:
    """Return the number under which a coach reaches a person, empty when there is none."""
    numbers = (c["value"] for c in person.contacts if c.get("kind") in ("phone", "mobile"))
    return next(numbers, "")


def list_own(dates: list[Booking], user_id: int | None, at: datetime) -> list[OwnRow]:
    """Return what happened to the coach's own time, of which no person need be told."""
    rows = [_own_row(one) for one in dates if one.participant_id is None and _changed(one)]
    found = date_news.pairs_of_coach(dates, user_id, at)
    words = str(N_("Ihre eigene Zeit"))
    return rows + [OwnRow(words, both(pair), "due", N_("zwei zugleich"), _links(pair)) for pair in found]


def _changed(booking: Booking) -> bool:
    return booking.state is BookingState.CANCELLED or date_words.moved(booking) is not None


def _own_row(booking: Booking) -> OwnRow:
    slot = booking.slot
    place = (slot.room or slot.location) if slot is not None else None
    room = place.name if place is not None else ""
    if change := date_words.moved(booking):
        page = url_for("bookings.show_booking", public_id=booking.public_id)
        return OwnRow(room, change, "due", N_("verlegt"), [(str(N_("Ansehen")), page)], booking)
    sentence = N_("Der Raum am {day} fällt aus.", day=day_clock(booking.starts_at))
    again = [(str(N_("Ersatz suchen")), url_for("room_loans.list_rooms"))]
    return OwnRow(room, sentence, "off", N_("Raum abgesagt"), again, booking)
