"""What a storm needs: scarce dates, mails that fall due, and for each client people, drafts of enquiries, calendars."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.actions.consent_answers import express_consent
from hub.actions.consents import request_disclosure
from hub.actions.subscriptions import make_subscription
from hub.models.consent import ConsentForm
from hub.models.notice import Channel, Notice
from hub.models.offer import Access, Aim, Form, Offer, OfferState
from hub.models.participant import Participant
from hub.models.slot import Pool, Slot
from hub.models.subscription import FeedKind
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor, ActorKind
from hub.queries.enquiries import find_draft
from hub.queries.next_free import keep_next_free
from hub.queries.offers import get_offer
from hub.queries.participants import get_participant
from hub.queries.users import find_actor
from hub.queries.wishes import Wish
from hub.seeds.cast import DOMAIN, PASSWORD
from hub.seeds.crowd import COACH, load_crowd

FOLLOWED = 2  # so many people of each client have a calendar
DATES_A_DAY = 8


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    hands: int
    people: int  # for each hand
    drafts: int  # for each hand
    dates: int
    places: int
    mails: int
    seconds: int  # within which the mails fall due


@dataclass(frozen=True)
class Draft:
    """An enquiry that can be sent, and the consent it stands on."""

    enquiry: str
    person: str
    consent: str


@dataclass(frozen=True)
class Share:
    """What one client works with: nobody else touches these people."""

    people: list[str]
    drafts: list[Draft]
    feeds: dict[str, str]  # a person and the path of their calendar


@dataclass(frozen=True)
class Storm:
    """Who signs in, which dates all fight for, and each client's share."""

    email: str
    password: str
    slots: list[str]
    shares: list[Share] = field(default_factory=list)


def load_storm(session: Session, size: Size, *, at: datetime) -> Storm:
    """Load everything into a migrated, empty database."""
    each = size.people + size.drafts
    crowd = load_crowd(session, size.hands * each, at=at)
    slots = list(_add_dates(session, crowd.organisation_id, size, at))
    asked = _add_offer(session, crowd.organisation_id, at, access=Access.REQUEST, field_groups=["I1", "I2"])
    coach = find_actor(session, crowd.people[0].coach_id or 0)
    if coach is None:
        raise LookupError(COACH)
    asked = get_offer(session, coach, asked.public_id)
    storm = Storm(f"{COACH}@{DOMAIN}", PASSWORD, slots)
    for hand in range(size.hands):
        own = crowd.people[hand * each : (hand + 1) * each]
        drafts = [_draft(session, coach, person, asked, at) for person in own[size.people :]]
        feeds = {one.public_id: _follow(session, one, at) for one in own[:FOLLOWED]}
        storm.shares.append(Share([one.public_id for one in own[: size.people]], drafts, feeds))
    _queue_mails(session, crowd.organisation_id, size, at)
    return storm


def _add_offer(session: Session, organisation_id: int, at: datetime, **facts: object) -> Offer:
    offer = Offer(
        organisation_id=organisation_id,
        title="Bewegung am Vormittag",
        aim=Aim.MOVE,
        form=Form.GROUP,
        state=OfferState.PUBLISHED,
        places=1,
        created_at=at,
        changed_at=at,
        **facts,
    )
    session.add(offer)
    session.flush()
    return offer


def _add_dates(session: Session, organisation_id: int, size: Size, at: datetime) -> Iterator[str]:
    """Add dates of one offer, one after the other, so that nobody need be in two places."""
    offer = _add_offer(session, organisation_id, at, access=Access.ANONYMOUS)
    first = at.replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    for number in range(size.dates):
        starts_at = first + timedelta(days=number // DATES_A_DAY, hours=number % DATES_A_DAY)
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=50), "created_at": at}
        slot = Slot(offer_id=offer.id, places=size.places, pools=[Pool(places=size.places)], changed_at=at, **times)
        session.add(slot)
        session.flush()
        yield slot.public_id
    keep_next_free(session, offer_ids=[offer.id], at=at)


def _draft(session: Session, coach: Actor, person: Participant, offer: Offer, at: datetime) -> Draft:
    person = get_participant(session, coach, person.public_id, at=at)
    wish = Wish(rough={"distance_km": 10, "languages": ["de"]})
    asked = request_disclosure(
        session, actor=coach, participant=person, offer=offer, slot=None, wish=wish, locale="de", at=at
    )
    given = express_consent(
        session, actor=_hand_of(person), consent=asked, yes=True, form=ConsentForm.OWN_DEVICE, at=at
    )
    draft = find_draft(session, consent_id=given.id)
    if draft is None:
        raise LookupError(given.public_id)
    return Draft(draft.public_id, person.public_id, given.public_id)


def _follow(session: Session, person: Participant, at: datetime) -> str:
    _, token = make_subscription(session, actor=_hand_of(person), kind=FeedKind.PARTICIPANT, name="Handy", at=at)
    return f"/feeds/{token}.ics"


def _hand_of(person: Participant) -> Actor:
    return Actor(ActorKind.PERSON, person.public_id, participant_id=person.id)


def _queue_mails(session: Session, organisation_id: int, size: Size, at: datetime) -> None:
    """Let a mail to an account of its own fall due every moment: news for the same reader would leave in one."""
    for number in range(size.mails):
        user = User(email=f"konto{number}@{DOMAIN}", name=f"Konto {number}", demo=True, created_at=at)
        user.memberships = [Membership(organisation_id=organisation_id, role=Role.PARTNER, created_at=at)]
        session.add(user)
        session.flush()
        due = at + timedelta(seconds=size.seconds * number / size.mails)
        facts = {"channel": Channel.EMAIL, "user_id": user.id, "created_at": at, "next_at": due}
        session.add(Notice(template="staff_news", **facts))
