"""The own caseload, one person's page, and writing down what is known of them; every opening is a logged read."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub import clock
from hub.actions import log
from hub.actions.participants import create_participant as take_up
from hub.actions.participants import update_participant as change
from hub.errors import NotAllowed, RuleBroken
from hub.i18n import N_
from hub.models.booking import OWN, Booking, BookingState
from hub.models.participant import Participant, ParticipationState
from hub.models.user import Role
from hub.models.wording import NEEDS, TALKS, listed
from hub.policy.fields import Reader
from hub.policy.visibility import PROFILE
from hub.queries import (
    bookings,
    cards,
    consents,
    date_news,
    deliveries,
    enquiries,
    participants,
    past_dates,
    today,
    waiting,
)
from hub.queries.reading import phases_of
from hub.queries.team import counts_now
from hub.web import course_words, date_tasks, date_words, delivery_words
from hub.web.access import for_roles
from hub.web.attendance import WORDS as ATTENDANCE
from hub.web.booking_words import coachs_knot, sentences, short_date, town, weekday
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.enquiry_rows import rows_of
from hub.web.fields import add_error
from hub.web.filters import clock_time, relative_day
from hub.web.participant_form import ChangeForm, ParticipantForm, entries_of

blueprint = Blueprint("participants", __name__)
OPEN_DATES = 4  # of a person, the rest is folded
CASELOAD = 15
AHEAD = timedelta(days=120)


@blueprint.get("/people")
@for_roles(Role.COACH)
def list_participants() -> tuple[str, int]:
    """Show the persons a coach looks after, each with the next date; one logged read per hour."""
    actor, now = current_actor(), at()
    with reading() as session:
        people = participants.list_caseload(session, actor, at=now)
        dates = today.list_dates(session, actor, since=now, until=now + AHEAD, at=now)
        limit = max((p.caseload_limit for p in participants.list_programmes(session, actor, at=now)), default=CASELOAD)
    with transaction() as session:
        log.record_list(session, actor=actor, name="caseload", persons=people, fields=["I1", "B1"], at=now)
    nexts: dict[int | None, str] = {}
    for booking in dates:
        if booking.state is not BookingState.CANCELLED:
            nexts.setdefault(booking.participant_id, _soon(booking.starts_at, clock.local_date(now)))
    own = [person for person in people if person.coach_id == actor.user_id]
    return render(
        "participants/list_participants.html",
        own=own,
        covered=[person for person in people if person.coach_id != actor.user_id],
        nexts=nexts,
        towns={person.id: town(person.municipality_code) for person in people},
        running=sum(any(counts_now(one, now) for one in person.participations) for person in own),
        limit=limit,
    )


def _soon(moment: datetime, today: date) -> str:
    """Return a moment in few words, to stand beside a name on a phone: "morgen, 9 Uhr", "Fr 11. Dez., 10 Uhr"."""
    near = (clock.local_date(moment) - today).days <= 1
    when = relative_day(moment, today) if near else f"{weekday(moment)} {short_date(moment)}"
    return f"{when}, {clock_time(moment)}"


@blueprint.get("/people/<public_id>")
@for_roles(Role.COACH)
def show_participant(public_id: str) -> tuple[str, int]:
    """Show one person: next dates, enquiries, consents, card; fields by the visibility table. A logged read."""
    actor, now = current_actor(), at()
    with reading() as session:
        person = participants.get_participant(session, actor, public_id, at=now)
        reader = participants.reader_of(actor, person)
        found = _findings(session, person, reader, now)
        past = past_dates.list_past_of_person(session, actor, person, at=now)
    fields = PROFILE[reader]
    with transaction() as session:
        log.record_reading(session, actor=actor, person=person, fields=fields, purpose="person", at=now)
    return render(
        "participants/show_participant.html",
        person=person,
        shown=frozenset(field.value for field in fields),
        own=reader is Reader.COACH,
        town=town(person.municipality_code),
        talks=listed(person.languages, TALKS),
        needs=listed(person.access_needs, NEEDS),
        participation=next((p for p in reversed(person.participations) if counts_now(p, now)), None),
        proposed=ParticipationState.PROPOSED,
        past=past,
        marks=ATTENDANCE,
        now=now,
        **found,
    )


def _findings(session: Session, person: Participant, reader: Reader, now: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {"also": date_news.is_given_up(now), "options": [deliveries.with_way(now)]}
    found = bookings.list_coming(session, person.id, since=now, **facts)
    given_up = [one for one in found if date_words.given_up(one)]
    coming = [one for one in found if one not in given_up]
    given, asked = consents.list_current(session, person.id, at=now)
    sent = enquiries.list_of_person(session, person.id)
    dates = [_knot(booking) for booking in coming]
    card, feeds = cards.find_with_feeds(session, person.id)
    return {
        "dates": dates,
        # The next ones stand open, and all before one the person does not know of yet.
        "open_dates": max([OPEN_DATES, *(n for n, one in enumerate(dates, 1) if one["news"]["moved"])]),
        "given_up": [(one, date_words.given_up(one)) for one in given_up],
        "pairs": [date_tasks.both(pair) for pair in date_news.pairs_of_persons(coming, now)],
        "visits": any(booking.access == OWN for booking in coming),
        "enquiries": rows_of(sent, phases_of(session, sent, at=now), reader),
        "consents": given,
        "asked": asked,
        "card": card,
        "wishes": waiting.list_of_person(session, person.id, at=now),
        "feeds": [delivery_words.of_calendar(feed, coming, now) for feed in feeds],
    }


def _knot(booking: Booking) -> dict[str, Any]:
    item = coachs_knot(booking, of_person=True)
    if course := course_words.which(booking):
        item["text"] = sentences([str(course), item["text"]])
    return item | {"news": date_words.news_of(booking)}


@blueprint.get("/people/new")
@for_roles(Role.COACH)
def new_participant() -> tuple[str, int]:
    """Show the form for a new person."""
    form = ParticipantForm(languages=["de"], locale="de", form_of_address="Frau")
    return render("participants/new_participant.html", form=form, namesakes=[])


@blueprint.post("/people")
@for_roles(Role.COACH)
def create_participant() -> Response | tuple[str, int]:
    """Take up a person; somebody of the same name in the same Jobcenter is pointed out once before."""
    form, actor = ParticipantForm(), current_actor()
    namesakes: list[Participant] = []
    if not form.validate_on_submit():
        return render("participants/new_participant.html", 422, form=form, namesakes=namesakes)
    jobcenters = sorted(actor.organisations(Role.COACH))
    details = form.details()
    with transaction() as session:
        namesakes = participants.list_namesakes(session, jobcenter_ids=jobcenters, name_digest=details.name_digest)
        if not namesakes or form.known.data:
            person = take_up(session, actor=actor, jobcenter_id=jobcenters[0], details=details, at=at())
            return redirect(url_for("participations.new_participation", public_id=person.public_id), code=303)
    form.form_errors.append(N_("Diesen Namen gibt es in Ihrem Haus schon. Bitte schauen Sie zuerst dort nach."))
    return render("participants/new_participant.html", 422, form=form, namesakes=namesakes)


@blueprint.get("/people/<public_id>/edit")
@for_roles(Role.COACH)
def edit_participant(public_id: str) -> tuple[str, int]:
    """Show the form with what is known; a logged read."""
    person = _own(public_id)
    return _edit(ChangeForm(data=entries_of(person)), person)


@blueprint.post("/people/<public_id>")
@for_roles(Role.COACH)
def update_participant(public_id: str) -> Response | tuple[str, int]:
    """Keep what was changed; only from the version that was read."""
    form = ChangeForm()
    if not form.validate_on_submit():
        return _edit(form, _own(public_id), 422)
    version = int(form.version.data) if (form.version.data or "").isdecimal() else None
    try:
        with transaction() as session:
            person = participants.get_participant(session, current_actor(), public_id, at=at())
            change(session, actor=current_actor(), participant=person, details=form.details(), version=version, at=at())
    except RuleBroken as error:
        add_error(form, error)
        return _edit(form, _own(public_id), error.status)
    flash(str(N_("Gespeichert.")), "ok")
    return redirect(url_for("participants.show_participant", public_id=public_id), code=303)


def _edit(form: ChangeForm, person: Participant, status: int = 200) -> tuple[str, int]:
    form.show_word_of(person)
    return render("participants/edit_participant.html", status, form=form, person=person)


def _own(public_id: str) -> Participant:
    """Return a person for the form and log the reading; only the own coach may."""
    actor = current_actor()
    with reading() as session:
        person = participants.get_participant(session, actor, public_id, at=at())
    if participants.reader_of(actor, person) is not Reader.COACH:
        raise NotAllowed
    with transaction() as session:
        log.record_reading(session, actor=actor, person=person, fields=PROFILE[Reader.COACH], purpose="person", at=at())
    return person
