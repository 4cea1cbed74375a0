"""Which news leave in one mail, when that is, and which became needless before they left."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from calendars.holidays import closed_days
from calendars.wall_time import BERLIN, resolve
from calendars.working_time import is_working_day
from hub import clock
from hub.models.booking import Booking, BookingState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.organisation import News, Organisation

TOGETHER = ("partner_news", "staff_news")  # they only say that something is new: one mail says it as well as five
PAUSE = timedelta(minutes=15)  # so long news to staff wait for more of them
OPENS = time(7)  # wall time at which a day's or a week's news leave
NEAR = timedelta(days=1)  # nobody hears of a date later than this before it begins
OVER = (BookingState.CANCELLED, BookingState.EXPIRED)


def leaves_at(
    session: Session, template: str, organisation_id: int | None, *, starts_at: datetime | None, at: datetime
) -> datetime:
    """Return when news queued at `at` leave: with the reader's next ones, at once where that would be too late.

    `starts_at` is the start of the date they are about, if they are about one. Where nobody reads mails the phone list
    is the digest, so these go there at once.
    """
    if template == "staff_news":
        later = at + PAUSE
    elif template == "partner_news" and organisation_id is not None:
        organisation = session.get_one(Organisation, organisation_id)
        later = next_news_at(organisation.news, at=at) if organisation.email else at
    else:
        later = at
    return at if starts_at is not None and starts_at < later + NEAR else later


def next_news_at(news: News, *, at: datetime) -> datetime:
    """Return the next instant for news of this rhythm: 7:00 on a working day in Saxony, weekly on a week's first."""
    if news is News.AT_ONCE:
        return at
    day = clock.local_date(at)
    while True:
        opens_at = resolve(datetime.combine(day, OPENS), BERLIN).at
        if opens_at >= at and _is_news_day(day, news):
            return opens_at
        day += timedelta(days=1)


def _is_news_day(day: date, news: News) -> bool:
    earlier = [] if news is News.DAILY else [day - timedelta(days=number + 1) for number in range(day.weekday())]
    works = partial(is_working_day, closed=closed_days())
    return works(day) and not any(map(works, earlier))


def is_first(at: datetime) -> ColumnElement[bool]:
    """Whether no earlier news for the same reader are due as well; what leaves alone always is.

    Only the first is taken by a worker, and it takes the others along: so two workers never share one reader's news.
    """
    earlier = aliased(Notice)
    same_reader = or_(earlier.organisation_id == Notice.organisation_id, earlier.user_id == Notice.user_id)
    due = and_(earlier.state == NoticeState.QUEUED, earlier.channel == Channel.EMAIL, earlier.next_at <= at)
    before = select(earlier.id).where(earlier.template == Notice.template, same_reader, due, earlier.id < Notice.id)
    return or_(Notice.template.not_in(TOGETHER), ~before.correlate(Notice).exists())


def lock_others(session: Session, first: Notice, *, at: datetime) -> list[Notice]:
    """Return what one mail tells besides this one, locked, in order of id.

    A mail tried before may have left: it keeps its number, and only what it told then is told with it again.
    """
    if first.template not in TOGETHER:
        return []
    query = select(Notice).where(
        Notice.template == first.template,
        Notice.organisation_id == first.organisation_id
        if first.organisation_id is not None
        else Notice.user_id == first.user_id,
        Notice.channel == Channel.EMAIL,
        Notice.state == NoticeState.QUEUED,
        Notice.next_at <= at,
        Notice.id != first.id,
        Notice.tries == 0 if first.tries == 0 else Notice.sent_with_id == (first.sent_with_id or first.id),
    )
    return list(session.scalars(query.order_by(Notice.id).with_for_update()))


def lock_sent_with(session: Session, notice: Notice) -> list[Notice]:
    """Return what the mail being sent tells besides, locked, in order of id."""
    query = select(Notice).where(Notice.sent_with_id == notice.id, Notice.state == NoticeState.SENDING)
    return list(session.scalars(query.order_by(Notice.id).with_for_update()))


def count_told(session: Session, notice: Notice) -> int:
    """Return how many news the mail being sent tells."""
    query = select(func.count()).where(Notice.sent_with_id == notice.id, Notice.state == NoticeState.SENDING)
    return 1 + session.execute(query).scalar_one()


def bring_forward(session: Session, organisation_id: int, *, until: datetime) -> None:
    """Let an organisation's waiting news leave no later than then."""
    waiting = (
        Notice.organisation_id == organisation_id,
        Notice.template == "partner_news",
        Notice.channel == Channel.EMAIL,
        Notice.state == NoticeState.QUEUED,
        Notice.tries == 0,
        Notice.next_at > until,
    )
    session.execute(update(Notice).where(*waiting).values(next_at=until, version=Notice.version + 1))


def find_needless(session: Session, told: Sequence[Notice]) -> dict[int, str]:
    """Return which of a partner's news are not told any more, by key, and why, as the log says it."""
    if told[0].template != "partner_news":
        return {}
    asked = {one.id: one.enquiry_id for one in told if one.enquiry_id is not None}
    withdrawn = select(Enquiry.id).where(Enquiry.id.in_(asked.values()), Enquiry.state == EnquiryState.WITHDRAWN)
    gone = set(session.scalars(withdrawn)) if asked else set()
    undone = dict.fromkeys(_find_undone(session, [one for one in told if one.tries == 0]), "undone")
    return undone | {key: "withdrawn" for key, enquiry_id in asked.items() if enquiry_id in gone}


def _find_undone(session: Session, told: Sequence[Notice]) -> set[int]:
    """Return news about a place that was taken and given back before anybody heard of it.

    Never one alone: that somebody does not come is always told to who may know that they would.
    """
    about: dict[int, set[int]] = {}
    for one in told:
        if one.booking_id is not None:
            about.setdefault(one.booking_id, set()).add(one.id)
    pairs = {booking_id: ids for booking_id, ids in about.items() if len(ids) > 1}
    if not pairs:
        return set()
    both = set().union(*pairs.values())
    heard = select(Notice.id).where(
        Notice.booking_id == Booking.id, Notice.organisation_id == told[0].organisation_id, Notice.id.not_in(both)
    )
    over = select(Booking.id).where(Booking.id.in_(pairs), Booking.state.in_(OVER), ~heard.correlate(Booking).exists())
    return set().union(*(pairs[booking_id] for booking_id in session.scalars(over)))
