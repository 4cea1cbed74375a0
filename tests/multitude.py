"""Very many others, for tests of growth: people of other coaches, their dates, needs, enquiries, mails and log rows."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from hub import clock
from hub.crypto import new_public_id
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent, ConsentState, Scope
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import Disclosure, LogChain, LogEntry
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.offer import Aim
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.referral import Referral
from hub.models.slot import Pool, Slot
from hub.models.user import Membership, Role, User
from hub.queries.many_rows import add_named_rows
from tests.catalogue import make_many_slots, make_offer
from tests.world import World

CASELOAD, PARTNERS = 15, 20
GROWING = (
    Participant, Participation, Slot, Pool, Booking, Referral, Consent, Enquiry, Notice, Disclosure, LogEntry, LogChain
)  # fmt: skip
GROWING_TABLES = frozenset(one.__tablename__ for one in GROWING)


def add_multitude(world: World, number: int) -> None:
    """Add so many people of Clara's Jobcenter with other coaches, one of everything each, asked of other partners."""
    with world.database.transaction() as session:
        coaches = _coaches(session, world, number // CASELOAD)
        people = _people(session, world, number, coaches)
        offers = _offers(session, world)
        _dates(session, world, people, offers)
        _needs(session, world, people, coaches, offers)
        _log(session, world, number)
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))


def _coaches(session: Session, world: World, number: int) -> list[int]:
    users = [{"email": f"c{n}@demo.invalid", "name": f"Coach {n}", "created_at": world.at} for n in range(number)]
    keys = add_named_rows(session, User, users)
    seat = {"organisation_id": world.cast.jc_meissen.id, "role": Role.COACH, "created_at": world.at}
    session.execute(insert(Membership), [{"user_id": key, **seat} for key in keys])
    return keys


def _people(session: Session, world: World, number: int, coaches: list[int]) -> list[int]:
    today = clock.local_date(world.at)
    known = {
        "jobcenter_id": world.cast.jc_meissen.id,
        "name": {"form_of_address": "Frau", "given": "Ada", "family": "Viel"},
        "contacts": [],
        "access_needs": [],
        "municipality_code": "14627140",
        "call_word": "Amsel",
        "created_at": world.at,
    }
    rows = [{**known, "name_digest": f"many {n}", "coach_id": coaches[n % len(coaches)]} for n in range(number)]
    people = add_named_rows(session, Participant, rows)
    stay = {
        "programme_id": world.cast.resilience.id,
        "state": ParticipationState.ADMITTED,
        "starts_on": today - timedelta(days=90),
        "ends_on": today + timedelta(days=270),
        "criteria": [],
        "proposed_by_id": coaches[0],
        "proposed_at": world.at,
    }
    session.execute(insert(Participation), [{"participant_id": one, **stay} for one in people])
    return people


def _offers(session: Session, world: World) -> list[Any]:
    about = {"kind": OrganisationKind.CLUB, "folded_name": ""}
    names = [{"name": f"Verein {n}", "email": f"v{n}@demo.invalid", **about} for n in range(PARTNERS)]
    keys = add_named_rows(session, Organisation, names)
    return [make_offer(session, world, f"Kurs {key}", organisation_id=key) for key in keys]


def _dates(session: Session, world: World, people: list[int], offers: list[Any]) -> None:
    first = world.at - timedelta(days=30)
    make_many_slots(session, offers, first, len(people), every=timedelta(minutes=30))
    dates = session.execute(
        select(Slot.id, Slot.starts_at, Slot.ends_at).where(Slot.offer_id.in_(one.id for one in offers))
    ).all()
    known = {"access": "anonymous", "state": BookingState.CONFIRMED, "made_by": "coach"}
    times = {"created_at": first, "changed_at": first}
    rows = [
        {"participant_id": one, "slot_id": key, "starts_at": starts_at, "ends_at": ends_at, **known, **times}
        for one, (key, starts_at, ends_at) in zip(people, dates, strict=True)
    ]
    session.execute(insert(Booking), rows)


def _needs(session: Session, world: World, people: list[int], coaches: list[int], offers: list[Any]) -> None:
    at = world.at - timedelta(days=2)
    rows = [{"participant_id": one, "coach_id": coaches[0], "aim": Aim.MOVE, "created_at": at} for one in people]
    needs = add_named_rows(session, Referral, rows)
    turns = offers * (len(people) // len(offers) + 1)
    given = [
        {"participant_id": one, "offer_id": to.id, "organisation_id": to.organisation_id}
        for one, to in zip(people, turns, strict=False)
    ]
    said = {"scope": Scope.TRANSMIT, "state": ConsentState.GIVEN, "requested_at": at, "given_at": at, "sends_from": at}
    until = clock.local_date(at) + timedelta(days=180)
    said |= {"valid_until_on": until, "valid_until": clock.end_of_day(until)}
    said |= {"notice_version": "1", "notice_locale": "de", "notice_text": "Ja", "notice_hash": "0"}
    consents = add_named_rows(session, Consent, [{**one, **said} for one in given])
    known = {"state": EnquiryState.SENT, "created_at": at, "sent_at": at, "hear_by_at": at + timedelta(days=9)}
    asked = [
        {**one, "referral_id": need, "consent_id": consent, **known}
        for one, need, consent in zip(given, needs, consents, strict=True)
    ]
    keys = add_named_rows(session, Enquiry, asked)
    mail = {"template": "partner_enquiry", "channel": Channel.EMAIL, "state": NoticeState.SENT}
    mail |= {"next_at": at, "created_at": at, "sent_at": at}
    told = [
        {"organisation_id": one["organisation_id"], "enquiry_id": key} for one, key in zip(asked, keys, strict=True)
    ]
    session.execute(insert(Notice), [{**one, **mail} for one in told])
    went = [
        {**one, "participant_id": who, "purpose": "enquiry", "at": at} for one, who in zip(told, people, strict=True)
    ]
    session.execute(insert(Disclosure), went)


def _log(session: Session, world: World, number: int) -> None:
    row = {"actor_ref": new_public_id(), "actor_kind": "staff", "action": "person.read", "object_type": "participant"}
    keys = add_named_rows(session, LogEntry, [{**row, "at": world.at, "object_ref": f"p{n}"} for n in range(number)])
    links = [{"number": n, "log_id": key, "digest": "0" * 64} for n, key in enumerate(keys, 1)]
    session.execute(insert(LogChain), [{**one, "chained_at": world.at} for one in links])
