"""A coach's tasks that follow from the end of consents: a partner to phone at once, consents that end soon."""

from collections.abc import Collection, Iterator
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from hub import clock
from hub.i18n import N_
from hub.models.consent import Consent
from hub.models.participant import Participant
from hub.queries import withdrawals
from hub.web.booking_words import given_name
from hub.web.filters import day_clock, full_day
from hub.web.today_tasks import Task


def list_tasks(
    session: Session, people: dict[int, Participant], ending: Collection[Consent], *, at: datetime
) -> list[tuple[int, Task]]:
    """Return the tasks of these persons, of whose consents `ending` end soon. One statement."""
    found: list[tuple[int, Task]] = []
    for call, booking in withdrawals.list_late_calls(session, people.keys(), at=at):
        if booking.slot is None or booking.participant_id is None:
            continue
        who, when = booking.slot.offer.organisation.name, day_clock(booking.starts_at)
        sentence = N_("Kurzfristig frei am {day}. Bitte rufen Sie an: {who}.", who=who, day=when)
        link = (str(N_("Jetzt anrufen")), url_for("late_calls.show_late_call", public_id=call.public_id))
        found.append((booking.participant_id, Task(0, sentence, "due", N_("anrufen"), [link])))
    return [*found, *_ending(ending, people, at)]


def _ending(ending: Collection[Consent], people: dict[int, Participant], at: datetime) -> Iterator[tuple[int, Task]]:
    """One task for a person, however many consents end; the first to end gives the day."""
    by_person: dict[int, list[Consent]] = {}
    for consent in ending:
        by_person.setdefault(consent.participant_id, []).append(consent)
    for person_id, consents in by_person.items():
        first = consents[0].valid_until_on
        left = (first - clock.local_date(at)).days
        facts = {"name": given_name(people[person_id]), "day": full_day(first), "n": len(consents)}
        one = N_("Eine Einwilligung von {name} endet am {day}.", **facts)
        many = N_("{n} Einwilligungen von {name} enden bald, die erste am {day}.", **facts)
        page = url_for("consents.list_consents", public_id=people[person_id].public_id)
        word = N_("heute") if left <= 0 else N_("noch {n} Tage", n=left)
        links = [(str(N_("Besprechen")), page)]
        yield person_id, Task(2 if left <= 7 else 5, one if len(consents) == 1 else many, "soon", word, links)
