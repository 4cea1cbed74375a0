"""A crowd for measuring: the cast, so many invented people of one coach, and a date with few places for each round."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import logins
from hub.actions.participants import Details, create_participant
from hub.actions.participations import CRITERIA, decide, propose
from hub.models.offer import Access, Aim, Form, Offer, OfferState
from hub.models.participant import Participant
from hub.models.slot import Pool, Slot
from hub.queries.next_free import keep_next_free
from hub.queries.users import actor_of
from hub.seeds.cast import DOMAIN, PASSWORD, load_cast

COACH, DECIDER, JOBCENTER, TOWN = "clara", "frank", "jc_meissen", "14627140"


@dataclass(frozen=True)
class Crowd:
    """Whoever wants a place, and whose places they are."""

    people: list[Participant]
    organisation_id: int


def load_crowd(session: Session, number: int, *, at: datetime) -> Crowd:
    """Load the cast into an empty database, and so many people who are all of one coach and may all book."""
    cast = load_cast(session, at)
    people = [_take_up(session, cast, one, at) for one in range(number)]
    return Crowd(people, cast.organisations["club"].id)


def _take_up(session: Session, cast: SimpleNamespace, number: int, at: datetime) -> Participant:
    coach, decider = (actor_of(session, cast.users[key]) for key in (COACH, DECIDER))
    details = Details(
        form_of_address="Frau",
        given=f"Vorname{number:04}",
        family=f"Person{number:04}",
        municipality_code=TOWN,
        birth_year=1980,
    )
    jobcenter_id = cast.organisations[JOBCENTER].id
    person = create_participant(session, actor=coach, jobcenter_id=jobcenter_id, details=details, at=at)
    today = clock.local_date(at)
    participation = propose(
        session,
        actor=coach,
        participant=person,
        programme=cast.programmes["resilience"],
        starts_on=today,
        ends_on=today + timedelta(days=365),
        criteria=CRITERIA[:1],
        case_manager=cast.users[DECIDER],
        at=at,
    )
    participation.participant = person
    decide(session, actor=decider, participation=participation, admitted=True, at=at)
    return person


def sign_in_often(session: Session, number: int, *, at: datetime) -> list[str]:
    """Sign the coach in so many times, as on so many devices; return what their cookies must hold."""
    email = f"{COACH}@{DOMAIN}"
    fitting = logins.recognise(session, email=email, password=PASSWORD, demo=True)
    made = [
        logins.sign_in(session, email=email, address="127.0.0.1", fitting=fitting, tries=[], client="", at=at)
        for _ in range(number)
    ]
    return [one[0] for one in made if one is not None]


def add_scarce_date(session: Session, organisation_id: int, *, places: int, days: int, at: datetime) -> Slot:
    """Publish an offer without names whose one date, in so many days, has few places."""
    offer = Offer(
        organisation_id=organisation_id,
        access=Access.ANONYMOUS,
        title="Bewegung am Vormittag",
        aim=Aim.MOVE,
        form=Form.GROUP,
        state=OfferState.PUBLISHED,
        places=places,
        created_at=at,
        changed_at=at,
    )
    session.add(offer)
    session.flush()
    starts_at = at + timedelta(days=days)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1), "created_at": at, "changed_at": at}
    slot = Slot(offer_id=offer.id, places=places, pools=[Pool(places=places)], **times)
    session.add(slot)
    keep_next_free(session, offer_ids=[offer.id], at=at)
    return slot
