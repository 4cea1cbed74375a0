"""Taking up a person and keeping what is known of them: few things, all sealed."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub import crypto
from hub.actions import log
from hub.errors import InvalidInput, NotAllowed, RuleBroken, StepNotPossible
from hub.i18n import LANGUAGES, N_
from hub.models.booking import BY_YES, Booking, BookingState
from hub.models.notice import NoticeState
from hub.models.participant import Participant
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import bookings, codes, feeds, participants, person_notices
from hub.queries.states import move, require_version

SHOWN_IN_CALENDARS = frozenset({"name", "neutral_word", "municipality_code", "locale"})  # a coach's: initials


@dataclass(frozen=True)
class Details:
    """What a coach writes down about a person. No diagnosis, number of a case, income or sanction has a place here."""

    form_of_address: str
    given: str
    family: str
    municipality_code: str
    birth_year: int | None = None
    languages: tuple[str, ...] = ("de",)
    locale: str = "de"
    contacts: tuple[dict[str, Any], ...] = ()
    home_address: dict[str, str] | None = None
    access_needs: tuple[str, ...] = ()
    clinical_needs: tuple[str, ...] = ()  # of them: known from a doctor or clinic
    notes: str = ""
    neutral_word: str | None = None  # in the calendar, "Termin" at first; None leaves the one there is

    @property
    def name_digest(self) -> str:
        """The keyed digest under which a namesake in the same Jobcenter is noticed."""
        return participants.digest_of_name(self.given, self.family)


def create_participant(
    session: Session, *, actor: Actor, jobcenter_id: int, details: Details, at: datetime
) -> Participant:
    """Take up a person into one of the coach's own Jobcenters, for ever; the coach looks after them from now on."""
    require(actor, Permission.PROPOSE_PARTICIPATION)
    if jobcenter_id not in actor.organisations(Role.COACH) or actor.user_id is None:
        raise NotAllowed
    taken = participants.list_call_words(session, actor.user_id)
    free = [word for word in codes.place_words() if word not in taken] or list(codes.place_words())
    participant = Participant(
        jobcenter_id=jobcenter_id,
        coach_id=actor.user_id,
        log_key=crypto.new_token(256),
        call_word=secrets.choice(free),
        created_at=at,
        **_columns(details),
    )
    session.add(participant)
    session.flush()
    log.record(session, actor=actor, action="person.created", thing=participant, about=[participant], at=at)
    return participant


def update_participant(
    session: Session, *, actor: Actor, participant: Participant, details: Details, version: int | None, at: datetime
) -> None:
    """Change what is known of a person; only the own coach may, and only from the version that was read."""
    require(actor, Permission.EDIT_PERSON, participant)
    require_version(participant, version)
    columns = _columns(details)
    changed = sorted(name for name, value in columns.items() if getattr(participant, name) != value)
    for name in changed:
        setattr(participant, name, columns[name])
    participant.version += 1
    log.record(
        session,
        actor=actor,
        action="person.changed",
        thing=participant,
        about=[participant],
        fields=[name for name in changed if name != "name_digest"],
        at=at,
    )
    if SHOWN_IN_CALENDARS.intersection(changed):
        feeds.raise_revisions(session, participants=[participant.id], users=[participant.coach_id])


def choose_language(session: Session, *, actor: Actor, participant: Participant, locale: str, at: datetime) -> None:
    """Set the language of the own pages, slips and new questions; raises InvalidInput for one we do not speak."""
    require(actor, Permission.CHOOSE_LANGUAGE, participant)
    if locale not in LANGUAGES:
        raise InvalidInput
    participants.lock_participant(session, participant.id)
    spoken, participant.locale = participant.locale, locale
    about, changed = [participant], ["locale"]
    log.record(session, actor=actor, action="person.changed", thing=participant, about=about, fields=changed, at=at)
    if locale != spoken:
        feeds.raise_revisions(session, participants=[participant.id])


def note_told(
    session: Session, *, actor: Actor, booking: Booking, seen_at: datetime | None = None, at: datetime
) -> None:
    """Note that the person knows of a date that fell away, moved or was agreed to, so that it leaves the list of tasks.

    A room borrowed without a person has nobody to tell, and what the person called off neither: then it notes that the
    coach has seen it. `seen_at` is the start that was told; raises RuleBroken (409) when it moved again meanwhile,
    StepNotPossible where there is nothing to tell.
    """
    require(actor, *_right_to_note(booking))
    if booking.state is BookingState.CONFIRMED and booking.moved_from_at is not None:
        if seen_at is not None and seen_at != booking.starts_at:
            raise RuleBroken(N_("Der Termin ist noch einmal verlegt worden. Bitte sagen Sie die neue Zeit weiter."))
        bookings.change_booking(session, booking, moved_from_at=None)
        booking.told_at = at if booking.made_by == BY_YES else booking.told_at
    elif booking.is_news_by_yes(at):
        booking.told_at = at
    elif booking.state is not BookingState.CANCELLED:
        raise StepNotPossible
    elif booking.told_at is None:
        booking.told_at = at
    else:
        return
    _settle_calls_about(session, booking, at=at)
    about = [booking.participant] if booking.participant is not None else []
    log.record(session, actor=actor, action="booking.told", thing=booking, about=about, at=at)


def _settle_calls_about(session: Session, booking: Booking, *, at: datetime) -> None:
    """Count the calls to a person about a changed date as made; a step of noting that they know."""
    for call in person_notices.list_calls_about(session, booking.id):
        move(session, call, NoticeState.SENT, at=at, sent_at=at)


def _right_to_note(booking: Booking) -> tuple[Permission, object]:
    if booking.participant is None:
        return Permission.MAKE_APPOINTMENT, booking  # the scope shows a coach only the own ones
    return Permission.SEE_PERSON, booking.participant


def _columns(details: Details) -> dict[str, Any]:
    return {
        "name": {
            "form_of_address": details.form_of_address,
            "given": details.given.strip(),
            "family": details.family.strip(),
        },
        "name_digest": details.name_digest,
        "municipality_code": details.municipality_code,
        "birth_year": details.birth_year,
        "languages": list(details.languages),
        "locale": details.locale,
        "contacts": [dict(contact) for contact in details.contacts],
        "home_address": details.home_address,
        "access_needs": list(details.access_needs),
        "clinical_needs": [need for need in details.clinical_needs if need in details.access_needs],
        "notes": details.notes.strip() or None,
        **({"neutral_word": details.neutral_word.strip()} if details.neutral_word is not None else {}),
    }
