"""Questions about calendars somebody must look after: blocked ones, ones nobody fetches, and what may come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from hub import clock
from hub.errors import NotFound, StepNotPossible
from hub.models.consent import Consent, Scope
from hub.models.subscription import FeedKind, Subscription
from hub.policy.actor import Actor
from hub.policy.scopes import subscriptions_for

BLOCKED, UNUSED = "blocked", "unused"
COMES_BACK = timedelta(days=30)  # so long its reader may have it back with a new link
QUIET = timedelta(days=90)  # of a person; then the coach is asked whether it is still needed (R-CAL-12)
QUIET_OF_STAFF = timedelta(days=180)  # whoever has an account is not asked and makes a new one at any time
TO_ANSWER = timedelta(days=30)
REST = timedelta(days=30)  # so long nobody proposes a calendar again (as R-LAW-11)


@dataclass(frozen=True)
class Calendars:
    """Of one reader: those that run, and those that may come back with a new link."""

    running: list[Subscription]
    renewable: list[Subscription]


def list_own(session: Session, actor: Actor, *, at: datetime) -> Calendars:
    """Return the actor's own feeds that run and those that may come back, the oldest first. One statement."""
    query = subscriptions_for(actor).where(or_(Subscription.ended_at.is_(None), _comes_back(at)))
    return _sorted(session.scalars(query.order_by(Subscription.id)).all())


def list_of_person(session: Session, participant_id: int, *, at: datetime) -> Calendars:
    """Return the same of a person whom the actor was allowed to open: a coach may know name and day of last fetch."""
    query = select(Subscription).where(
        Subscription.participant_id == participant_id, or_(Subscription.ended_at.is_(None), _comes_back(at))
    )
    return _sorted(session.scalars(query.order_by(Subscription.id)).all())


def _sorted(found: Sequence[Subscription]) -> Calendars:
    running = [one for one in found if one.ended_at is None]
    names = {one.name.casefold() for one in running}
    ended = (one for one in found if one.ended_at is not None and one.name.casefold() not in names)
    newest = {one.name.casefold(): one for one in ended}  # of several of one name the last
    return Calendars(running, list(newest.values()))


def get_of_person(session: Session, participant_id: int, public_id: str) -> Subscription:
    """Return one running feed of this very person; raises NotFound."""
    query = select(Subscription).where(
        Subscription.public_id == public_id,
        Subscription.participant_id == participant_id,
        Subscription.ended_at.is_(None),
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def get_renewable(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Subscription:
    """Return one of the actor's own feeds that runs or may come back; raises NotFound."""
    here = or_(Subscription.ended_at.is_(None), _comes_back(at))
    query = subscriptions_for(actor).where(Subscription.public_id == public_id, here)
    found: Subscription | None = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def lock_renewable(session: Session, subscription: Subscription, *, at: datetime) -> Subscription:
    """Return a feed that runs or may come back, locked and fresh; raises StepNotPossible (409) for any other."""
    here = or_(Subscription.ended_at.is_(None), _comes_back(at))
    query = select(Subscription).where(Subscription.id == subscription.id, here)
    row = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise StepNotPossible
    return row


def _comes_back(at: datetime) -> ColumnElement[bool]:
    lately = Subscription.ended_at > at - COMES_BACK
    return and_(lately, Subscription.ended_why.in_((BLOCKED, UNUSED)))


def is_quiet(at: datetime, span: timedelta = QUIET) -> ColumnElement[bool]:
    """Whether a feed runs that nobody has fetched, nor said they need it, for so many days (Berlin's calendar)."""
    day = clock.local_date(at) - span
    return and_(
        Subscription.ended_at.is_(None),
        Subscription.created_at < clock.end_of_day(day),
        or_(Subscription.fetched_on.is_(None), Subscription.fetched_on <= day),
        or_(Subscription.kept_on.is_(None), Subscription.kept_on <= day),
    )


def is_asked() -> ColumnElement[bool]:
    """Whether it is asked about a running feed if anybody needs it; the worker takes a fetch for an answer."""
    return and_(Subscription.asked_at.is_not(None), Subscription.ended_at.is_(None))


def list_to_settle(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of feeds to ask about, to end unanswered, or to ask about no more."""
    asked, quiet = Subscription.asked_at.is_not(None), is_quiet(at)
    of_person = and_(
        Subscription.kind == FeedKind.PARTICIPANT,
        or_(and_(quiet, ~asked), and_(quiet, Subscription.asked_at <= at - TO_ANSWER), and_(asked, not_(quiet))),
    )
    of_staff = and_(Subscription.user_id.is_not(None), is_quiet(at, QUIET_OF_STAFF))
    query = select(Subscription.id).where(Subscription.ended_at.is_(None), or_(of_person, of_staff))
    return session.scalars(query.order_by(Subscription.id)).all()


def lock_to_settle(session: Session, subscription_id: int, *, at: datetime) -> tuple[Subscription, bool, bool]:
    """Return a feed with its person, locked and fresh, and whether it is quiet: as a person's, as one of staff."""
    query = select(Subscription, is_quiet(at), is_quiet(at, QUIET_OF_STAFF)).where(Subscription.id == subscription_id)
    query = query.options(joinedload(Subscription.participant)).with_for_update(of=Subscription)
    row, of_person, of_staff = session.execute(query.execution_options(populate_existing=True)).one()
    return row, of_person, of_staff


def rests_until(session: Session, participant_id: int, *, at: datetime) -> date | None:
    """Return until which day nobody proposes a calendar again, as it was proposed lately; None when nothing rests."""
    asked = func.max(Consent.requested_at)
    query = select(asked).where(
        Consent.participant_id == participant_id, Consent.scope == Scope.FEED, Consent.requested_by_id.is_not(None)
    )
    last = session.scalar(query)
    return clock.local_date(last + REST) if last is not None and last + REST > at else None


def last_fetched_on(session: Session, participant_id: int) -> date | None:
    """Return the last day on which any calendar of a person was fetched, ended ones too; for the evidence."""
    query = select(func.max(Subscription.fetched_on)).where(Subscription.participant_id == participant_id)
    return session.scalar(query)
