"""The next free date of every offer, kept in `offers.next_free_at`: one function writes it, and the same SQL checks it.

It is the start of the first date that anybody could book at an instant: places kept for somebody do not count, nor do
dates before the offer's notice or beyond its booking window. Verbs that change dates or places call `keep_next_free`;
what the clock changes, the worker finds and hands to the same function.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from hub.db import UTCDateTime
from hub.models.offer import Form, Offer, OfferState
from hub.models.slot import Slot
from hub.policy.actor import ANONYMOUS
from hub.queries.offer_filters import OfferFilter, conditions_on_dates, conditions_on_times
from hub.queries.places import ANYBODY

FREE = OfferFilter(bookable=True, min_free=1, taker=ANYBODY)
# Rooms lent to coaches are found elsewhere, and what has ended is found no more.
KEPT = (Offer.form != Form.ROOM, Offer.state != OfferState.ENDED)


def first_free(at: Any) -> ScalarSelect[datetime]:
    """Return an offer's first date that anybody could book at an instant (a value or a parameter), as a column."""
    fits = (*conditions_on_times(FREE, at), *conditions_on_dates(FREE, ANONYMOUS, None, at))
    dates = select(Slot.starts_at).where(Slot.offer_id == Offer.id, *fits)
    return dates.order_by(Slot.starts_at, Slot.id).limit(1).correlate(Offer).scalar_subquery()


# Built once: building these takes longer than the database needs for them.
_AT: Any = bindparam("at", type_=UTCDateTime())
_IDS: Any = bindparam("ids", expanding=True)
_FIRST = first_free(_AT)
_CHANGED = Offer.next_free_at.is_distinct_from(_FIRST)
_LOCK = select(Offer.id).where(Offer.id.in_(_IDS)).order_by(Offer.id).with_for_update(key_share=True)
_WRITE = update(Offer).where(Offer.id.in_(_IDS), *KEPT, _CHANGED).values(next_free_at=_FIRST)
_DUE = select(Offer.id).where(*KEPT, _CHANGED).order_by(Offer.id)


def keep_next_free(
    session: Session, *, offer_ids: Iterable[int | None] = (), slot_ids: Iterable[int | None] = (), at: datetime
) -> None:
    """Write down the next free date, as it is at `at`, of these offers and of those these dates belong to.

    Every verb that changes dates or places calls it after the change, while it holds the dates (scheduling rule 4: the
    offers' rows come after them, by id). Of two verbs that fill two dates of an offer at once, the second waits here
    and then sees what the first has done. An offer whose next free date stays is not written.
    """
    session.flush()
    ids = {offer_id for offer_id in offer_ids if offer_id}
    dates = {slot_id for slot_id in slot_ids if slot_id}
    if dates:
        ids |= set(session.scalars(select(Slot.offer_id).distinct().where(Slot.id.in_(dates))))
    if not ids:
        return
    session.execute(_LOCK, {"ids": sorted(ids)})
    options = {"synchronize_session": False}
    session.execute(_WRITE, {"ids": sorted(ids), "at": at}, execution_options=options)


def list_due(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of offers whose stored next free date is no longer true, as when notice or window has passed."""
    return session.scalars(_DUE, {"at": at}).all()


def wrong_next_free(at: datetime, slack: timedelta) -> Select[Any]:
    """Return offers whose stored next free date was not true at any instant of late.

    The clock alone moves it, and the worker follows within `slack`: what lies between the date that was true then and
    the one that is true now may stand there; where one of the two is none, it is just coming or going.
    """
    query = select(Offer.id, Offer.next_free_at.label("kept"), first_free(at).label("now"))
    known = query.add_columns(first_free(at - slack).label("before")).where(*KEPT).subquery()
    kept, now, before = known.c.kept, known.c.now, known.c.before
    outside = or_(kept.is_(None), and_(kept < now, kept < before), and_(kept > now, kept > before))
    return select(known.c.id).where(
        or_(
            and_(now.is_(None), before.is_(None), kept.is_not(None)),
            and_(now.is_not(None), before.is_not(None), outside),
        )
    )
