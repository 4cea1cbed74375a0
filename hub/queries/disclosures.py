"""What a partner sees of an enquiry, line by line: one code for the preview, the partner's page and the mail link."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_time
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub import clock, i18n
from hub.i18n import N_, Message
from hub.models.consent import Scope
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import Disclosure
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.wording import AIMS, ANSWERS, CONTACTS, NEEDS, OUTCOMES, QUESTIONS, TALKS, TIMES, listed
from hub.policy.actor import Actor, ActorKind
from hub.policy.disclosure_scopes import disclosures_for, received_disclosures_for
from hub.policy.fields import Field, Phase, Reader
from hub.policy.visibility import BEFORE, Fields, phase_of, visible_to_partner

F = Field
THROUGH_COACH = "coach"  # kind of a contact that is no way of the person's own
NAME_GONE = timedelta(days=30)  # after an enquiry ended, the partner keeps only reference and dates
BEHIND_NOTICE = frozenset({F.IDENTITY, F.CONTACT, F.HEALTH, F.CONSENT})  # opens with the purpose notice (R-LAW-05)
OWN_CONSENT = {Scope.HEALTH: F.HEALTH, Scope.FEEDBACK: F.FEEDBACK}  # field groups that no E2 covers, only their own
PERSONAL = frozenset({F.REFERENCE, F.IDENTITY, F.CONTACT, F.ACCESS, F.HEALTH, F.AIM, F.DATE, F.ROUGH})


@dataclass(frozen=True)
class Content:
    """All that could be told of one enquiry; what is told is the visibility table's matter."""

    reference: str
    aim: str
    offer: Offer
    slot: Slot | None = None
    rough: Mapping[str, Any] = field(default_factory=dict)
    access_needs: Iterable[str] = ()
    contact: Mapping[str, Any] | None = None
    person: Participant | None = None
    coach: str = ""
    valid_until_on: date | None = None
    question: str = ""
    answer: str = ""
    health: str = ""  # the words of the E3
    feedback: Mapping[str, Any] | None = None  # what the partner reported


@dataclass(frozen=True)
class Line:
    """One line of a letter: which field group it belongs to, a word and its value in the language in use."""

    field: Field
    term: Message
    value: str


def content_of(enquiry: Enquiry, *, coach: str = "", valid_until_on: date | None = None, health: str = "") -> Content:
    """Return what an enquiry holds; its offer, slot, referral and person must be loaded."""
    asked = enquiry.reason if enquiry.state is EnquiryState.RETURNED or enquiry.answer else ""
    return Content(
        reference=enquiry.reference,
        aim=enquiry.referral.aim,
        offer=enquiry.offer,
        slot=enquiry.slot,
        rough=enquiry.rough,
        access_needs=enquiry.access_needs,
        contact=enquiry.contact,
        person=enquiry.participant,
        coach=coach,
        valid_until_on=valid_until_on,
        question=asked,
        answer=enquiry.answer,
        health=health,
        feedback=enquiry.feedback,
    )


def reader_of(actor: Actor, organisation_id: int) -> Reader:
    """Return the partner's column of the matrix: the organisation's own staff and its links, or an umbrella."""
    own = actor.kind is ActorKind.LINK or any(seat.organisation_id == organisation_id for seat in actor.seats)
    return Reader.PARTNER if own else Reader.UMBRELLA


def phase_now(enquiry: Enquiry, *, live: bool, asked_anew: bool = False, at: datetime) -> Phase:
    """Return the row of the matrix; without a consent in force at this instant nothing but the tombstone is left.

    `asked_anew` is for the desk that phones a silent partner while it is its turn: there it reads as when it was sent.
    """
    anew = asked_anew and live and enquiry.state is EnquiryState.EXPIRED
    phase = phase_of(EnquiryState.SENT if anew else enquiry.state, ended_by_consent=enquiry.ended_by == "consent")
    if phase in (Phase.DECLINED, Phase.RECALLED):
        return phase
    if not live:
        return Phase.CONSENT_ENDED
    if phase is Phase.COMPLETED and enquiry.ended_at is not None and at - enquiry.ended_at > NAME_GONE:
        return Phase.COMPLETED_LONG_AGO
    # An answered question came back to the partner: question and answer stay in view.
    return Phase.ASKED_BACK if phase is Phase.SENT and enquiry.answer else phase


def told_fields(
    field_groups: Iterable[str],
    reader: Reader,
    phase: Phase,
    granted: Collection[Scope] = (),
    *,
    clinic_type: bool = False,
) -> Fields:
    """Return the table's cell, narrowed to what the person allowed.

    `granted` are the consents in force beside the E2: health text (H1) needs a live E3 and a clinic, the way back (F1)
    a live E4; whatever the field groups of the E2 say.
    """
    sent = frozenset(F(group) for group in field_groups if group in set(F)) - frozenset(OWN_CONSENT.values())
    sent |= {field for scope, field in OWN_CONSENT.items() if scope in granted}
    health = Scope.HEALTH in granted
    return visible_to_partner(reader, phase, sent, clinic_type=clinic_type, health_consent=health)


def fields_for(
    enquiry: Enquiry,
    actor: Actor,
    *,
    live: bool,
    acknowledged: bool,
    granted: Collection[Scope] = (),
    asked_anew: bool = False,
    at: datetime,
) -> Fields:
    """Return what this partner's actor sees of an enquiry now; its organisation must be loaded where E3 is granted.

    A link never opens identity; staff only after the purpose notice; both never without a live consent.
    """
    reader = reader_of(actor, enquiry.organisation_id)
    phase = phase_now(enquiry, live=live, asked_anew=asked_anew, at=at)
    clinic = Scope.HEALTH in granted and enquiry.organisation.clinic_type
    fields = told_fields(enquiry.field_groups, reader, phase, granted, clinic_type=clinic)
    if actor.kind is ActorKind.LINK:
        return fields & (BEFORE | {F.QUESTION, F.TOMBSTONE})
    return fields if acknowledged else fields - BEHIND_NOTICE


def sent_fields(enquiry: Enquiry, phase: Phase) -> Fields:
    """Return the names of the field groups that reach the organisation under the E2, for log and disclosure."""
    fields = told_fields(enquiry.field_groups, Reader.PARTNER, phase) & PERSONAL
    empty = {F.ROUGH: not enquiry.rough, F.ACCESS: not enquiry.access_needs}
    return frozenset(one for one in fields if not empty.get(one, False))


def lines(content: Content, fields: Fields) -> list[Line]:
    """Return the lines of the fields in reading order, in the language in use."""
    found = [
        Line(F.REFERENCE, N_("Nummer der Anfrage"), content.reference),
        Line(F.AIM, N_("Worum es geht"), listed([content.aim], AIMS)),
        Line(F.OFFER, N_("Angebot"), content.offer.title),
        Line(F.DATE, N_("Gewünschter Termin"), say_moment(content.slot.starts_at) if content.slot else ""),
        *_rough_lines(content.rough),
        Line(F.ACCESS, N_("Zugang"), listed(content.access_needs, NEEDS)),
        Line(F.HEALTH, N_("Zur Gesundheit"), content.health),
        Line(F.QUESTION, N_("Ihre Frage"), listed([content.question], QUESTIONS) if content.question else ""),
        Line(F.QUESTION, N_("Antwort"), listed([content.answer], ANSWERS) if content.answer else ""),
        *_identity_lines(content),
        Line(F.FEEDBACK, N_("Zurückgemeldet"), say_outcome(content.feedback)),
        Line(F.FEEDBACK, N_("Dazu"), (content.feedback or {}).get("words", "")),
    ]
    return [line for line in found if line.field in fields and line.value]


def pairs(found: Iterable[Line]) -> list[tuple[str, str]]:
    """Return lines as (word, value) in the language in use."""
    return [(str(line.term), line.value) for line in found]


def _rough_lines(rough: Mapping[str, Any]) -> list[Line]:
    youngest, oldest = rough.get("ages") or (None, None)
    distance = N_("höchstens {km} km von Ihnen", km=rough.get("distance_km"))
    ages = N_("zwischen {youngest} und {oldest} Jahren", youngest=youngest, oldest=oldest)
    return [
        Line(F.ROUGH, N_("Wohnt"), str(distance) if rough.get("distance_km") else ""),
        Line(F.ROUGH, N_("Alter"), str(ages) if youngest else ""),
        Line(F.ROUGH, N_("Spricht"), listed(rough.get("languages", ()), TALKS)),
        Line(F.ROUGH, N_("Kann"), listed(rough.get("times", ()), TIMES)),
        Line(F.ROUGH, N_("Wichtig"), str(N_("nur Frauen")) if rough.get("women_only") else ""),
    ]


def _identity_lines(content: Content) -> list[Line]:
    person = content.person
    if person is None:
        return []
    address = person.name.get("form_of_address", "")
    until = N_("gilt bis {day}", day=say_day(content.valid_until_on)) if content.valid_until_on else ""
    return [
        Line(F.IDENTITY, N_("Name und Anrede"), f"{address} {person.full_name}".strip()),
        Line(F.IDENTITY, N_("Sprache"), listed(person.languages, TALKS)),
        Line(F.CONTACT, N_("Erreichbar über"), say_contact(content.contact, content.coach)),
        Line(F.CONTACT, N_("Adresse für den Besuch"), (content.contact or {}).get("address", "")),
        Line(F.CONSENT, N_("Einwilligung"), str(until)),
    ]


def say_outcome(feedback: Mapping[str, Any] | None) -> str:
    """Return the coded outcome a partner reported, in words."""
    return listed([feedback["outcome"]], OUTCOMES) if feedback else ""


def say_contact(contact: Mapping[str, Any] | None, coach: str) -> str:
    """Return the one way of contact that was chosen, in words; without one the partner goes through the coach."""
    if contact is None or contact["kind"] == THROUGH_COACH:
        return str(N_("den Coach, {name}", name=coach)) if coach else str(N_("den Coach"))
    return f"{CONTACTS.get(contact['kind'], contact['kind'])} {contact['value']}"


def say_day(on: date) -> str:
    """Return a date with its year in the language in use."""
    return format_date(on, "long", locale=i18n.CLDR[i18n.current()])


def say_moment(at: datetime) -> str:
    """Return weekday, date and wall time in the language in use."""
    here, german = clock.local(at), i18n.current() == "de"
    day = format_date(here, "EEEE, d. MMMM" if german else "EEEE d MMMM", locale=i18n.CLDR[i18n.current()])
    time = format_time(here, "H" if german and here.minute == 0 else "H:mm", locale=i18n.CLDR[i18n.current()])
    return f"{day}, {time} Uhr" if german else f"{day}, {time}"


def list_disclosures(
    session: Session, actor: Actor, *, participant_id: int, page: int = 1, size: int = 100, at: datetime
) -> list[Disclosure]:
    """Return one page of what of a person went to whom, the newest first: for the person and for their own coach.

    One row more than `size` when another page follows.
    """
    query = disclosures_for(actor, at).where(Disclosure.participant_id == participant_id)
    query = query.options(joinedload(Disclosure.organisation)).order_by(Disclosure.id.desc())
    return list(session.scalars(query.offset((page - 1) * size).limit(size + 1)))


def list_received(
    session: Session, actor: Actor, *, page: int, size: int, at: datetime
) -> list[tuple[Disclosure, str]]:
    """Return one page of what the actor's own organisations learned, each with the enquiry's reference, newest first.

    One row more than `size` when another page follows.
    """
    query = received_disclosures_for(actor, at).add_columns(Enquiry.reference)
    query = query.options(joinedload(Disclosure.organisation)).order_by(Disclosure.id.desc())
    return [(row[0], row[1]) for row in session.execute(query.offset((page - 1) * size).limit(size + 1))]


def has_opened(session: Session, *, enquiry_id: int, purpose: str, organisation_id: int | None = None) -> bool:
    """Tell whether a disclosure of this enquiry for this purpose is written down; to one organisation where named."""
    query = select(Disclosure.id).where(Disclosure.enquiry_id == enquiry_id, Disclosure.purpose == purpose)
    if organisation_id is not None:
        query = query.where(Disclosure.organisation_id == organisation_id)
    return session.scalar(query.limit(1)) is not None
