"""What must always be true of the data: every invariant under its name, and how many rows break each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hub.queries import invariants_of_people as people
from hub.queries import invariants_of_places as places

SLACK = places.SLACK
Breaking = Callable[[datetime], Select[Any]]
INVARIANTS: dict[str, Breaking] = {
    "pools count their live bookings": places.pools_with_wrong_counters,
    "places of a slot lie in its pools": places.slots_whose_pools_differ,
    "released pools have no free places": places.released_pools_with_free_places,
    "a place lies in a pool of its own date": places.places_of_another_date,
    "what is held is held for a time": places.offers_without_an_end,
    "no hold outlives its time": places.holds_that_ran_out,
    "no wish is tied to a dead offer": places.wishes_tied_to_a_dead_offer,
    "every offer has its wish": places.offers_without_a_wish,
    "nobody waits for what they have": places.waiting_though_booked,
    "bookings stand at their slot's time": places.bookings_beside_their_slot,
    "nobody is booked on a date that is called off": places.booked_on_dates_that_fall_away,
    "a place code is one person's": places.codes_of_two_people,
    "every place code is written down": places.codes_not_given,
    "no room is taken by nobody": places.ticks_of_no_date,
    "every date has its room": places.dates_without_their_room,
    "every offer knows its next free date": places.offers_with_a_wrong_next_free_date,
    "no identity without a live consent": people.identity_without_consent,
    "a legal ground reaches its own body only": people.told_by_law_to_a_body_it_does_not_name,
    "no name without a yes": people.named_places_without_a_yes,
    "a place is asked for while its question is open": people.requested_places_without_a_question,
    "nobody is in two places": people.persons_in_two_places,
    "no coach is in two places": people.coaches_in_two_places,
    "what has ended leaves nothing open": people.finished_jobs_with_open_items,
    "admission takes two people": people.admissions_by_one_person,
}


def count_broken(session: Session, *, at: datetime) -> dict[str, int]:
    """Return the names of the invariants that do not hold, each with how many rows break it. One statement each."""
    found = {}
    for name, breaking in INVARIANTS.items():
        count = session.scalar(select(func.count()).select_from(breaking(at).subquery()))
        if count:
            found[name] = count
    return found


def list_broken(session: Session, *, at: datetime) -> list[str]:
    """Return a line for each invariant that does not hold, with how many rows break it."""
    return lines_of(count_broken(session, at=at))


def lines_of(broken: Mapping[str, int]) -> list[str]:
    """Return what was counted as lines for operators."""
    return [f"{name}: broken by {count}" for name, count in broken.items()]
