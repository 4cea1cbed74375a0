"""A coach's tasks that follow from the end of consents: a partner to phone at once, what ends soon."""

from collections.abc import Collection, Iterator
from datetime import datetime

from flask import url_for

from hub import clock
from hub.i18n import N_, Message
from hub.models.booking import Booking
from hub.models.consent import Consent, Release
from hub.models.notice import Notice
from hub.models.participant import Participant
from hub.web.booking_words import given_name
from hub.web.filters import day_clock, full_day
from hub.web.today_tasks import Task


def list_tasks(
    people: dict[int, Participant],
    ending: Collection[Consent],
    releases: Collection[Release],
    calls: Collection[tuple[Notice, Booking]],
    *,
    at: datetime,
) -> list[tuple[int, Task]]:
    """Return the tasks of these persons, of whose consents and releases these end soon, with the calls to be made."""
    found: list[tuple[int, Task]] = []
    for call, booking in calls:
        if booking.slot is None or booking.participant_id is None:
            continue
        who, when = booking.slot.offer.organisation.name, day_clock(booking.starts_at)
        sentence = N_("Kurzfristig frei am {day}. Bitte rufen Sie an: {who}.", who=who, day=when)
        link = (str(N_("Jetzt anrufen")), url_for("late_calls.show_late_call", public_id=call.public_id))
        found.append((booking.participant_id, Task(0, sentence, "due", N_("anrufen"), [link])))
    return [*found, *_ending(ending, people, at), *_ending_releases(releases, people, at)]


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
        yield person_id, _task(one if len(consents) == 1 else many, left, page)


def _ending_releases(
    ending: Collection[Release], people: dict[int, Participant], at: datetime
) -> Iterator[tuple[int, Task]]:
    """One task for each body that may soon say nothing any more; a person has one or two of them."""
    for release in ending:
        person = people[release.participant_id]
        facts = {"name": given_name(person), "who": release.organisation.name, "day": full_day(release.valid_until_on)}
        sentence = N_("{who} darf Ihnen über {name} nur noch bis {day} etwas sagen.", **facts)
        left = (release.valid_until_on - clock.local_date(at)).days
        yield person.id, _task(sentence, left, url_for("releases.list_releases", public_id=person.public_id))


def _task(sentence: Message, left: int, page: str) -> Task:
    word = N_("heute") if left <= 0 else N_("noch {n} Tage", n=left)
    return Task(2 if left <= 7 else 5, sentence, "soon", word, [(str(N_("Besprechen")), page)])
