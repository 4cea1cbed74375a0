"""How sure one can be that offers still take place: what is due, and the only door through which freshness changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from hub.errors import SomebodyWasFaster, StepNotPossible
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.offer import FRESHNESS_MOVES, STALE, Freshness, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.programme import Programme, ProgrammeOrganisation
from hub.models.user import User
from hub.policy.actor import Actor, ActorKind
from hub.policy.scopes import organisations_for
from hub.queries.offer_filters import minutes_after

# A quarter: clubs change their halls and times with the season. Each programme may choose another rhythm.
DEFAULT_DAYS = 90
# Two weeks for each step: a volunteer reads the club's mail at the weekend, and one weekend may be a holiday.
STEP_AFTER = timedelta(days=14)
# A warning leaves one whole week: whoever looks once a week still answers in time.
WARNED_BEFORE = timedelta(days=7)
# The question itself is answered with the same link again and again; asking twice within this helps nobody.
SENT_AGAIN_AFTER = timedelta(minutes=10)
QUESTION = "partner_confirm"
NEXT = {Freshness.ASKED: Freshness.FADING, Freshness.FADING: Freshness.HIDDEN}
WARNINGS = {  # which mails say that the next step is near: to the partner, to its umbrella
    Freshness.ASKED: ("partner_fading", "umbrella_fading"),
    Freshness.FADING: ("partner_hiding", "umbrella_hiding"),
}


def lowers_at(offer: Offer) -> datetime | None:
    """Return from when on an offer without an answer goes one step down at the earliest; None while it is fresh."""
    if offer.freshness not in NEXT or offer.freshness_at is None:
        return None
    return offer.freshness_at + STEP_AFTER


def freshen(session: Session, offer: Offer, *, actor: Actor, at: datetime) -> None:
    """Note that somebody has just said the offer is right; the house itself (a pause that is over) confirms nothing.

    It counts whatever the clock did meanwhile. The offer's version stays: an open form is as good as before.
    """
    values: dict[str, Any] = {"freshness": Freshness.FRESH, "freshness_at": at}
    if actor.kind is not ActorKind.SYSTEM:
        values |= {"confirmed_at": at, "confirmed_by_id": actor.user_id}
    _set(session, offer, update(Offer).where(Offer.id == offer.id), values)


def lower(session: Session, offer: Offer, to: Freshness, *, at: datetime) -> None:
    """Move an offer one step down: StepNotPossible when the table of moves does not know it.

    Raises SomebodyWasFaster (409) when it is not as fresh as it was read, or no longer published.
    """
    if to not in FRESHNESS_MOVES[offer.freshness]:
        raise StepNotPossible
    seen = and_(Offer.freshness == offer.freshness, Offer.state == OfferState.PUBLISHED)
    guarded = update(Offer).where(Offer.id == offer.id, seen)
    _set(session, offer, guarded, {"freshness": to, "freshness_at": at})


def _set(session: Session, offer: Offer, guarded: Any, values: dict[str, Any]) -> None:
    changed = session.execute(guarded.values(**values).execution_options(synchronize_session=False))
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise SomebodyWasFaster
    for name, value in values.items():
        set_committed_value(offer, name, value)


def to_ask(at: datetime) -> ColumnElement[bool]:
    """Published offers nobody has confirmed for as long as the strictest programme of their organisation allows."""
    since = func.coalesce(Offer.confirmed_at, Offer.created_at)
    due_at = minutes_after(since, _days() * (24 * 60))
    return and_(Offer.state == OfferState.PUBLISHED, Offer.freshness == Freshness.FRESH, due_at <= at)


def _days() -> ColumnElement[int]:
    """After how many days an offer is asked about: the fewest of all programmes its organisation takes part in."""
    strictest = (
        select(func.min(Programme.confirm_days))
        .join(ProgrammeOrganisation, ProgrammeOrganisation.programme_id == Programme.id)
        .where(ProgrammeOrganisation.organisation_id == Offer.organisation_id)
        .correlate(Offer)
        .scalar_subquery()
    )
    return func.coalesce(strictest, DEFAULT_DAYS)


def days_between_questions(session: Session, offer: Offer) -> int:
    """Return after how many days without a confirmation the partner is asked about this offer."""
    return session.scalars(select(_days()).where(Offer.id == offer.id)).one()


def to_warn(at: datetime) -> ColumnElement[bool]:
    """Offers that go a step down in a week, whose partner has not been told so."""
    return or_(*(and_(_waiting(one, at - STEP_AFTER + WARNED_BEFORE), ~_warned(one).exists()) for one in NEXT))


def to_lower(at: datetime) -> ColumnElement[bool]:
    """Offers without an answer for two weeks, whose partner and umbrella were told a week ago or longer.

    A warning still waiting to leave as a mail holds the step up: nothing disappears in silence because a mail server
    stood still. One that waits for a telephone call does not.
    """
    unsent = and_(Notice.channel == Channel.EMAIL, Notice.state.in_((NoticeState.QUEUED, NoticeState.SENDING)))
    late = or_(unsent, func.coalesce(Notice.sent_at, Notice.created_at) > at - WARNED_BEFORE)
    return or_(
        *(
            and_(_waiting(one, at - STEP_AFTER), _warned(one).exists(), ~_warned(one).where(late).exists())
            for one in NEXT
        )
    )


def _waiting(freshness: Freshness, since: datetime) -> ColumnElement[bool]:
    return and_(Offer.state == OfferState.PUBLISHED, Offer.freshness == freshness, Offer.freshness_at <= since)


def _warned(freshness: Freshness) -> Select[Any]:
    told = (Notice.offer_id == Offer.id, Notice.template.in_(WARNINGS[freshness]))
    return select(Notice.id).where(*told, Notice.created_at >= Offer.freshness_at).correlate(Offer)


def list_to_ask(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of offers whose partner is due to be asked."""
    return _keys(session, to_ask(at))


def list_to_warn(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of offers whose partner is due to be warned."""
    return _keys(session, to_warn(at))


def list_to_lower(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of offers that are due to fade or to be hidden."""
    return _keys(session, to_lower(at))


def _keys(session: Session, due: ColumnElement[bool]) -> Sequence[int]:
    return session.scalars(select(Offer.id).where(due).order_by(Offer.id)).all()


def lock_due(session: Session, offer_id: int, due: ColumnElement[bool]) -> Offer | None:
    """Return an offer with its organisation, locked and fresh, while the condition holds; None when it does not.

    Two statements: what another transaction wrote while this one waited for the lock is seen by the second.
    """
    session.execute(select(Offer.id).where(Offer.id == offer_id).with_for_update())
    query = select(Offer).where(Offer.id == offer_id, due).options(joinedload(Offer.organisation))
    return session.scalars(query.execution_options(populate_existing=True)).first()


def was_just_sent(session: Session, offer: Offer, *, at: datetime) -> bool:
    """Tell whether the question about this offer went into the outbox a moment ago, or still waits there."""
    recent = or_(Notice.created_at > at - SENT_AGAIN_AFTER, Notice.state == NoticeState.QUEUED)
    query = select(Notice.id).where(Notice.offer_id == offer.id, Notice.template == QUESTION, recent)
    return session.scalar(query.limit(1)) is not None


def find_subject(session: Session, notice: Notice) -> Offer | None:
    """Return the offer a notice is about, or None."""
    return session.get(Offer, notice.offer_id) if notice.offer_id else None


def find_confirmer(session: Session, offer: Offer) -> str | None:
    """Return the name of who confirmed an offer last; None when it was a mail's link, or nobody."""
    user = session.get(User, offer.confirmed_by_id) if offer.confirmed_by_id else None
    return user.name if user is not None else None


def list_stale(session: Session, actor: Actor) -> list[Offer]:
    """Return the fading and hidden offers of the actor's network with their organisation, the hidden ones first."""
    seen = organisations_for(actor).with_only_columns(Organisation.id)
    query = select(Offer).where(
        Offer.organisation_id.in_(seen), Offer.state == OfferState.PUBLISHED, Offer.freshness.in_(STALE)
    )
    query = query.options(joinedload(Offer.organisation).joinedload(Organisation.parent))
    return list(session.scalars(query.order_by(Offer.freshness.desc(), Offer.freshness_at, Offer.id)))
