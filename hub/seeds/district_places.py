"""The places taken in an invented district: dealt by dice, nobody in two places, no date fuller than it is."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

from hub.models.booking import Booking, BookingState
from hub.models.given_code import GivenCode
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slot import Pool
from hub.models.user import User
from hub.queries.codes import HIGHEST, LOWEST, place_words
from hub.queries.invariants_of_places import TOOK_A_PLACE
from hub.seeds.bookings import COMING, EARLIER, PAST
from hub.seeds.district import Deed, District
from hub.seeds.district_asking import Question
from hub.seeds.district_dates import Day

LATEST = timedelta(weeks=4)  # so far ahead people have dates
TRIES = 40  # dates somebody is offered before somebody else's turn comes
NAMED_SHARE = 0.2
FREELY = (Access.OPEN, Access.ANONYMOUS)
OPENLY = (Access.OPEN,)  # whoever comes, comes: no pool counts them


@dataclass(frozen=True)
class Place:
    """One person on one date, and what became of it."""

    person: Participant
    day: Day
    state: BookingState
    question: Question | None


def add_places(district: District, days: list[Day], questions: Mapping[int, Question]) -> None:
    """Deal the places, and write pools, bookings and the codes given."""
    places = list(_dealt(district, days, questions))
    taken = Counter(one.day.key for one in places if one.state in TOOK_A_PLACE and one.day.offer.access not in OPENLY)
    pools = district.add_named_rows(
        Pool, [{"slot_id": day.key, "places": day.offer.places, "taken": taken[day.key]} for day in days]
    )
    pool_of = {day.key: pool for day, pool in zip(days, pools, strict=True)}
    codes = _codes(district)
    coaches = {coach.id: coach for coach in district.coaches}
    rows = [
        _booking(district, one, coaches[one.person.coach_id or 0], next(codes[one.day.offer.id]), pool_of[one.day.key])
        for one in places
    ]
    district.add_rows(Booking, rows)
    given = [{"offer_id": one.day.offer.id, "code": row["code"]} for one, row in zip(places, rows, strict=True)]
    district.add_rows(GivenCode, given)


def _dealt(district: District, days: list[Day], questions: Mapping[int, Question]) -> Iterator[Place]:
    """Let the people take dates in turn until there are enough; one date a day each."""
    dice = district.dice
    open_days = [day for day in days if day.starts_at < district.at + LATEST]
    free = [day for day in open_days if day.offer.access in FREELY]
    named: dict[int, list[Day]] = {}
    for day in open_days:
        if day.offer.access is Access.NAMED:
            named.setdefault(day.offer.id, []).append(day)
    left = {day.key: day.offer.places for day in days}
    busy: set[tuple[int, Any]] = set()
    made, turns = 0, 0
    while made < district.size.bookings and turns < 2 * district.size.bookings:
        person = district.people[turns % len(district.people)]
        turns += 1
        question = questions.get(person.id)
        if question is not None and dice.random() >= NAMED_SHARE:
            question = None
        known = named.get(question.offer.id, []) if question is not None else free
        since = question.at + EARLIER + timedelta(days=1) if question is not None else person.created_at + EARLIER
        for _ in range(TRIES if known else 0):
            day = dice.choice(known)
            if left[day.key] and (person.id, day.on) not in busy and day.starts_at > since:
                past = day.ends_at < district.at
                left[day.key] -= 1
                busy.add((person.id, day.on))
                made += 1
                yield Place(person, day, dice.choice(PAST if past else COMING), question)
                break


def _codes(district: District) -> dict[int, Iterator[str]]:
    """Return for each offer all codes in an order of its own, so that none is given twice in it."""
    codes = [f"{word} {number}" for number in range(LOWEST, HIGHEST + 1) for word in place_words()]
    district.dice.shuffle(codes)
    starts = [district.dice.randrange(len(codes)) for _ in district.offers]
    return {one.id: chain(codes[start:], codes[:start]) for one, start in zip(district.offers, starts, strict=True)}


def _booking(district: District, one: Place, coach: User, code: str, pool_id: int) -> dict[str, Any]:
    day, public_id = one.day, district.new_id()
    created_at = min(day.starts_at - EARLIER, district.at - timedelta(hours=1))
    cancelled = one.state is BookingState.CANCELLED
    ended_at = min(created_at + timedelta(days=1), district.at) if cancelled else day.ends_at
    about = ("booking", public_id, one.person, ("B1",))
    district.deeds.append(Deed(created_at, coach, "booking.made", *about))
    if cancelled:
        district.deeds.append(Deed(ended_at, coach, "booking.cancelled", *about))
    return {
        "public_id": public_id,
        "slot_id": day.key,
        "pool_id": None if day.offer.access in OPENLY else pool_id,
        "participant_id": one.person.id,
        "enquiry_id": one.question.enquiry.id if one.question is not None else None,
        "access": day.offer.access.value,
        "state": one.state,
        "code": code,
        "starts_at": day.starts_at,
        "ends_at": day.ends_at,
        "made_by": "coach",
        "made_by_id": coach.id,
        "sequence": 1 if cancelled else 0,
        "created_at": created_at,
        "changed_at": created_at if one.state is BookingState.CONFIRMED else ended_at,
        "cancelled_by": district.dice.choice(("person", "coach")) if cancelled else "",
        "cancelled_at": ended_at if cancelled else None,
        "version": 1 if one.state is BookingState.CONFIRMED else 2,
    }
