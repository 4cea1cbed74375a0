"""The matrix as situations: for each of its rows one person whose enquiry stands there, with words of its own."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub import clock
from hub.actions import answers
from hub.actions.enquiries import close_enquiry
from hub.actions.slips import print_slip
from hub.actions.withdrawals import withdraw_enquiry
from hub.models.booking import Booking
from hub.models.consent import Consent, ConsentForm, ConsentState, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import Closing, DeclineReason, Enquiry
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.participant import Participant, Participation
from hub.models.slip import SlipSize
from hub.models.slot import Slot
from hub.policy.fields import Field, Phase
from hub.queries.wishes import Wish
from tests.loop import ask, coach, drafted, now, partner, request_offer, rows, say, send, withdraw
from tests.places import give_card, make_people
from tests.world import World

F = Field
ORDER = [phase for phase in Phase if phase is not Phase.DELETED]  # of the deleted nothing is left to build
PARTNER = "sven"
# The groups with a word that stands nowhere else in the house; the others are told by codes from closed lists.
MARKED = (F.REFERENCE, F.IDENTITY, F.CONTACT, F.ACCESS, F.HEALTH, F.ROUGH, F.OFFER, F.NOTES, F.PLACE_CODE)
AFTER_THE_YES = (Phase.ACCEPTED, Phase.COMPLETED, Phase.COMPLETED_LONG_AGO)
BOOKED = (*AFTER_THE_YES, Phase.CONSENT_ENDED, Phase.PARTICIPATION_ENDED)
SENT = (*BOOKED, Phase.SENT, Phase.ASKED_BACK, Phase.DECLINED, Phase.RECALLED)
ASKED = {Phase.DRAFT: False, Phase.CONSENT_REQUESTED: None}  # the answer: no, none yet; elsewhere yes


@dataclass
class Situation:
    """One person, one enquiry, and the words by which each field group is known on any page."""

    phase: Phase
    number: int
    person: Participant
    enquiry: Enquiry
    consent: Consent
    slot: Slot
    booking: Booking | None = None
    keys: dict[str, str] = field(default_factory=dict)
    card: str = ""  # of the one whom no coach finds any more

    def word(self, group: Field) -> str:
        """Return what a field group reads as here, and nowhere else in the house."""
        return word(group, self.number)


def build(world: World) -> list[Situation]:
    """Let one enquiry come to rest in each row of the matrix; everything else about them is alike."""
    with world.database.transaction() as session:  # health text (E3) goes to clinics only
        session.execute(
            update(Organisation).where(Organisation.id == world.cast.club.id).values(kind=OrganisationKind.CLINIC)
        )
    people = make_people(world, len(ORDER))
    with world.database.transaction() as session:
        for n, person in enumerate(people):
            _name(session.get_one(Participant, person.id), 10 + n)
    for person in people:  # the first sheet of each, which tells what there is to tell when it is looked at
        facts: dict[str, Any] = {"size": SlipSize.SLIP, "titles": True, "at": world.at}
        world.do(print_slip, actor=world.actor("clara"), participant=person, **facts)
    found = [_situation(world, phase, 10 + n, people[n]) for n, phase in enumerate(ORDER)]
    with world.database.transaction() as session:
        for one in found:
            _mark(session, world, one)
    return found


def word(group: Field, number: int) -> str:
    """Return what a field group reads as in the situation of this number."""
    words = {
        F.REFERENCE: f"REF{number}QX",
        F.IDENTITY: f"Ziegenhals{number}",
        F.CONTACT: f"0151 88{number} 002",
        F.ACCESS: f"zugang{number}wort",
        F.HEALTH: f"Gesundheitswort{number}",
        F.ROUGH: f"{5000 + number} km",
        F.OFFER: f"Angebotswort{number}",
        F.NOTES: f"Notizwort{number}",
        F.PLACE_CODE: f"Platzwort{number}",
    }
    return words[group]


def _name(person: Participant, number: int) -> None:
    person.name = person.name | {"given": f"Vorname{number}", "family": word(F.IDENTITY, number)}
    person.contacts = [{"kind": "mobile", "value": own_phone(number), "allowed_for": ["coach"]}, _told_phone(number)]
    person.access_needs, person.notes = [word(F.ACCESS, number)], word(F.NOTES, number)


def own_phone(number: int) -> str:
    """Return the phone of the profile that no partner is told."""
    return f"0151 77{number} 001"


def _situation(world: World, phase: Phase, number: int, person: Participant) -> Situation:
    offer, slot = request_offer(world, owner="club", title=f"Angebotswort{number}", field_groups=["I1", "I2", "H1"])
    with world.database.transaction() as session:  # one date per person and hour
        start = world.at + timedelta(days=number)
        row = session.get_one(Slot, slot.id)
        row.starts_at, row.ends_at = start, start + timedelta(hours=1)
    consent = ask(world, now(world, person), offer, slot, _wish(number))
    if ASKED.get(phase, True) is not None:
        say(world, person, consent, yes=ASKED.get(phase, True))
    one = Situation(phase, number, person, drafted(world, consent), consent, slot)
    if phase in SENT:
        send(world, one.enquiry)
    _go_on(world, one)
    if phase is Phase.PARTICIPATION_ENDED:
        one.card = give_card(world, person)
    return one


def _wish(number: int) -> Wish:
    rough = {"distance_km": 5000 + number}
    return Wish(access_needs=(word(F.ACCESS, number),), contact=_told_phone(number), rough=rough)


def _told_phone(number: int) -> dict[str, Any]:
    return {"kind": "mobile", "value": word(F.CONTACT, number), "allowed_for": ["coach", "partner"]}


def _go_on(world: World, one: Situation) -> None:
    if one.phase is Phase.ASKED_BACK:
        partner(world, one.enquiry, answers.return_enquiry, by=PARTNER, question="times")
    if one.phase is Phase.DECLINED:
        partner(world, one.enquiry, answers.decline_enquiry, by=PARTNER, reason=DeclineReason.NO_CAPACITY)
    if one.phase is Phase.RECALLED:
        coach(world, one.enquiry, withdraw_enquiry)
    if one.phase in BOOKED:
        partner(world, one.enquiry, answers.accept_enquiry, by=PARTNER)
        partner(world, one.enquiry, answers.open_identity, by=PARTNER)
        (one.booking,) = rows(world, Booking, Booking.enquiry_id == one.enquiry.id)  # the yes booked the wished date
    if one.phase in (Phase.COMPLETED, Phase.COMPLETED_LONG_AGO):
        with world.database.transaction() as session:  # the date is over, so nothing is in the way of closing
            session.execute(update(Booking).where(Booking.id == one.booking.id).values(**_past(world, one)))
        coach(world, one.enquiry, close_enquiry, closing=Closing.COMPLETED)
    if one.phase is Phase.CONSENT_ENDED:
        withdraw(world, one.person, one.consent)


def _past(world: World, one: Situation) -> dict[str, Any]:
    start = world.at - timedelta(days=30 + one.number)
    return {"starts_at": start, "ends_at": start + timedelta(hours=1)}


def _mark(session: Session, world: World, one: Situation) -> None:
    """Write the situation's own words where its story left those of all others, and note the keys of its addresses."""
    row = session.get_one(Enquiry, one.enquiry.id)
    row.reference = one.word(F.REFERENCE)
    if one.phase is Phase.COMPLETED_LONG_AGO:
        row.ended_at = world.at - timedelta(days=31)
    consent = session.get_one(Consent, one.consent.id)
    if consent.is_live(world.at):
        session.add(_health(world, one, consent))
    if one.booking is not None:
        session.get_one(Booking, one.booking.id).code = one.word(F.PLACE_CODE)
    participation = session.scalars(
        select(Participation).where(Participation.participant_id == row.participant_id)
    ).one()
    if one.phase is Phase.PARTICIPATION_ENDED:
        participation.ends_on = clock.local_date(world.at) - timedelta(days=31)
        past, slot = _past(world, one), session.get_one(Slot, one.slot.id)
        slot.starts_at, slot.ends_at = past["starts_at"], past["ends_at"]
        session.execute(update(Booking).where(Booking.id == one.booking.id).values(**past))
        consent.state, consent.ended_at = ConsentState.EXPIRED, world.at - timedelta(days=31)
    one.keys = {
        "people": one.person.public_id,
        "enquiries": row.public_id,
        "inbox": row.reference,
        "phone-list": row.reference,
        "slots": one.slot.public_id,
        "bookings": one.booking.public_id if one.booking else "",
        "participations": participation.public_id,
        "team": one.person.public_id,
        "consent_id": consent.public_id,
        "sheet_id": session.get_one(ConsentSheet, consent.sheet_id).public_id,
    }


def _health(world: World, one: Situation, consent: Consent) -> Consent:
    return Consent(
        participant_id=consent.participant_id,
        scope=Scope.HEALTH,
        organisation_id=consent.organisation_id,
        offer_id=consent.offer_id,
        content={"health": one.word(F.HEALTH)},
        state=ConsentState.GIVEN,
        form=ConsentForm.PAPER,
        notice_version="test",
        notice_locale="de",
        notice_text="…",
        notice_hash="0" * 64,
        requested_at=world.at,
        given_at=world.at - timedelta(minutes=1),
        valid_until_on=consent.valid_until_on,
        valid_until=consent.valid_until,
    )
