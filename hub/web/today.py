"""A coach's start page: who must act next, what waits on others, and the dates of today and the next days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, url_for

from hub import clock
from hub.actions import log
from hub.i18n import N_, Message
from hub.models.booking import Booking, BookingState, Waiting, WaitingState
from hub.models.consent import Consent
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.participant import Participant, ParticipationState
from hub.models.shortlist import ShortlistItem
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.queries import (
    busy_times,
    coach_time,
    consent_reminders,
    offer_versions,
    past_dates,
    prior_questions,
    requested_places,
    today,
    today_people,
    waiting,
    withdrawals,
)
from hub.queries.ladder import Turn
from hub.web import date_tasks, day_threads, ending_tasks, objection_tasks, waiting_words
from hub.web.access import for_roles
from hub.web.booking_words import given_name, map_of, place_of, title_of
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.date_tasks import phone_of_person
from hub.web.filters import full_day, relative_day
from hub.web.offer_versions import news_of
from hub.web.person_notice_words import call_task
from hub.web.prior_question_words import row_of
from hub.web.today_tasks import Task, calendar_task, clash_task, consent_task, enquiry_task

blueprint = Blueprint("today", __name__)
DAYS_AHEAD = 7
ENDING = timedelta(days=30)
NEWS_LAST = timedelta(days=14)  # so long a change of an offer is shown
S = EnquiryState


@dataclass
class Duty:
    """All that is due for one person: the first task shows, the others are counted."""

    person: Participant
    tasks: list[Task]

    @property
    def first(self) -> Task:
        """The most urgent task."""
        return min(self.tasks, key=lambda task: task.rank)


@blueprint.get("/today")
@for_roles(Role.COACH)
def show_today() -> tuple[str, int]:
    """Show who must act next, and the dates of today and the next days; the list of persons is a logged read."""
    actor, now = current_actor(), at()
    midnight = clock.start_of_day(clock.local_date(now))
    with reading() as session:
        folder = today_people.list_people(session, actor, at=now)
        people = folder.people
        enquiries, turns, objected = today.list_open_enquiries(session, people.keys(), at=now)
        consents, ending = consent_reminders.list_asked_and_ending(session, people.keys(), at=now)
        until = midnight + timedelta(days=DAYS_AHEAD)
        asked = past_dates.is_coachs_question(now)
        dates = today.list_dates(session, actor, since=midnight, until=until, also=asked, at=now)
        wishes = waiting.list_to_answer(session, people.keys(), at=now)
        clashes = requested_places.list_overlapping(session, people.keys(), at=now) if folder.requests else []
        releases = consent_reminders.list_ending_releases(session, people, at=now) if folder.releases else []
        calls = withdrawals.list_late_calls(session, people, at=now) if folder.late_calls else []
        wondered = prior_questions.list_to_read(session, actor) if folder.prior_questions else []
        account, busy = folder.account, None
        if folder.calendar:
            account, busy = busy_times.of_account(session, actor.user_id or 0, first=midnight, last=until, at=now)
        news = offer_versions.list_news(session, people.keys(), since=now - NEWS_LAST, at=now)
    endings = ending_tasks.list_tasks(people, ending, releases, calls, at=now)
    endings += objection_tasks.list_tasks(people, objected)
    endings += [clash_task(clash, people) for clash in clashes]
    others = [one for one in enquiries if not today.is_coachs_turn(one, turns)]
    with transaction() as session:
        log.record_list(session, actor=actor, name="today", persons=people.values(), fields=["I1", "B1"], at=now)
    endings += [(key, call_task(people[key])) for key in sorted(folder.called)]
    endings += [(key, calendar_task(people[key])) for key in sorted(folder.quiet_feeds)]
    tasks: dict[int, list[Task]] = {}
    for person_id, task in _tasks(people, enquiries, turns, consents, dates, folder.carded):
        tasks.setdefault(person_id, []).append(task)
    for wish in wishes:
        tasks.setdefault(wish.participant_id, []).append(_wish_task(wish, people[wish.participant_id]))
    for item in folder.wanted:
        tasks.setdefault(item.participant_id, []).append(_wanted_task(item, people[item.participant_id]))
    for person_id, task in endings:
        tasks.setdefault(person_id, []).append(task)
    duties = sorted((Duty(people[i], found) for i, found in tasks.items()), key=lambda d: d.first.rank)
    standing = [booking for booking in dates if booking.state is not BookingState.CANCELLED]
    live = [booking for booking in standing if booking.starts_at < until and booking.ends_at > midnight]
    plan = day_threads.Plan(actor.user_id, coach_time.habits_of(account), busy.spans if busy else ())
    return render(
        "today/show_today.html",
        greeting=_greeting(actor, now),
        now=now,
        duties=duties,
        waiting=[(people[e.participant_id], e, turns.get(e.id)) for e in others],
        lantern=_lantern(live, actor, now, plan),
        days=day_threads.days_of(live, plan, first=clock.local_date(now)),
        people=people,
        news=news_of(news),
        prior_rows=[row_of(one) for one in wondered],
        own_rows=date_tasks.list_own(dates, actor.user_id, now),
        letters=folder.letters,
        untold=folder.untold,
    )


def _tasks(
    people: dict[int, Participant],
    enquiries: list[Enquiry],
    turns: dict[int, Turn],
    consents: list[Consent],
    dates: list[Booking],
    carded: set[int],
) -> Iterable[tuple[int, Task]]:
    yield from date_tasks.list_tasks(people, dates, at())
    for enquiry in today.coachs_turns(enquiries, turns):
        yield enquiry.participant_id, enquiry_task(enquiry, people[enquiry.participant_id])
    for consent in consents:
        yield consent.participant_id, consent_task(consent, people[consent.participant_id])
    for person in people.values():
        yield from ((person.id, task) for task in _person_tasks(person, person.id in carded))


def _wish_task(wish: Waiting, person: Participant) -> Task:
    offered = wish.state is WaitingState.OFFERED
    state, word = ("held", N_("Platz gehalten")) if offered else ("off", N_("Warteliste"))
    sentence, links = waiting_words.sentence_of(wish, person), waiting_words.links_of(wish, person)
    return Task((-1 if wish.reminded_at else 0) if offered else 2, sentence, state, word, links, wish=wish)


def _wanted_task(item: ShortlistItem, person: Participant) -> Task:
    choose = url_for("finding.list_dates", public_id=item.offer.public_id, person=person.public_id)
    listed = url_for("shortlists.show_shortlist", public_id=person.public_id)
    sentence = N_("{name} möchte „{title}“.", name=given_name(person), title=item.offer.title)
    links = [(str(N_("Termin wählen")), choose), (str(N_("Auswahl ansehen")), listed)]
    return Task(1, sentence, "due", N_("gewünscht"), links)


def _person_tasks(person: Participant, has_card: bool) -> Iterable[Task]:
    page = url_for("participants.show_participant", public_id=person.public_id)
    running = [p for p in person.participations if p.state is ParticipationState.ADMITTED]
    if running:
        last = max(p.ends_on for p in running)
        left = (last - clock.local_date(at())).days
        if 0 <= left <= ENDING.days:
            sentence = N_("Die Teilnahme endet am {day}.", day=full_day(last))
            yield Task(5, sentence, "soon", N_("noch {n} Tage", n=left), [(str(N_("Besprechen")), page)])
    if not has_card:
        url = url_for("cards.show_card", public_id=person.public_id)
        sentence = N_("{name} hat noch keine Terminkarte.", name=given_name(person))
        yield Task(6, sentence, "soon", N_("bald"), [(str(N_("Karte drucken")), url)])


def _lantern(dates: list[Booking], actor: Actor, now: datetime, plan: day_threads.Plan) -> dict[str, object] | None:
    """Return the next date of the next day that has one: first the coach's own, else one of the persons'."""
    coming = [booking for booking in dates if now <= booking.ends_at]
    first = clock.local_date(coming[0].starts_at) if coming else None
    own = [b for b in coming if b.coach_id == actor.user_id and clock.local_date(b.starts_at) == first]
    booking = next(iter(own or coming), None)
    if booking is None:
        return None
    return {
        "booking": booking,
        "when": relative_day(booking.starts_at, clock.local_date(now)),
        "leave_at": day_threads.leaves_at(booking, dates, plan),
        "place": place_of(booking),
        "title": title_of(booking),
        "map": map_of(booking),
        "phone": phone_of_person(booking.participant) if booking.participant is not None else "",
    }


def _greeting(actor: Actor, now: datetime) -> Message:
    hour, name = clock.local(now).hour, actor.name.split()[0] if actor.name else ""
    if hour < 11:
        return N_("Guten Morgen, {name}.", name=name)
    return N_("Guten Tag, {name}.", name=name) if hour < 17 else N_("Guten Abend, {name}.", name=name)
