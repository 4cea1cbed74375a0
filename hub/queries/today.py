"""What a coach's day begins with: who must act next, what waits on others, and the coming dates. Two statements."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from hub.models.booking import SHOWN, Booking
from hub.models.consent import Consent
from hub.models.enquiry import ASKING, IDENTIFIED, Enquiry, EnquiryState
from hub.models.organisation import Organisation
from hub.models.referral import Referral, ReferralState
from hub.models.round import RUNNING, Round, RoundState
from hub.models.slot import Slot, SlotState
from hub.policy.actor import Actor
from hub.policy.phone_scopes import phoned_by_umbrella
from hub.policy.scopes import bookings_for
from hub.queries.bookings import with_place
from hub.queries.date_news import is_fallen_away, is_news
from hub.queries.deliveries import with_way
from hub.queries.ladder import Desks, Owner, Turn, phoned_by_network, turn_of
from hub.queries.rounds import BY_ROUND
from hub.queries.transmissions import is_objected

S = EnquiryState
COACHS_TURN = (S.RETURNED, S.DECLINED, S.EXPIRED, S.ACCEPTED)
UNMET = (S.DECLINED, S.EXPIRED)
PARTNERS_TURN = (S.SENT, S.SEEN, S.WAITLISTED)
OTHER, GOING = aliased(Enquiry), aliased(Round)  # made once, as making an alias takes long


def list_open_enquiries(
    session: Session, participant_ids: Collection[int], *, at: datetime
) -> tuple[list[Enquiry], dict[int, Turn], list[Enquiry]]:
    """Return enquiries of open referrals on which somebody must act, the oldest first.

    Drafts have their yes and wait to be sent. Accepted ones have no date yet; of running ones all dates are over. What
    came to nothing no longer counts once the search went on to another partner, or is closed or paused.
    For silent ones it says whose turn it is. Last come those on a legal ground to which the person objected. One
    statement.
    """
    open_need = and_(Referral.state.in_((ReferralState.DRAFT, ReferralState.OPEN)), ~_went_on())
    to_do = or_(Enquiry.state.in_((*COACHS_TURN, *PARTNERS_TURN)), _ready_to_send(at), _is_over(at), _nobody_left())
    asked = and_(Enquiry.transmission_id.is_(None), to_do, open_need)  # on a legal ground nobody waits for a date
    query = (
        select(Enquiry, phoned_by_umbrella(), phoned_by_network())
        .join(Referral, Enquiry.referral_id == Referral.id)
        .join(Organisation, Enquiry.organisation_id == Organisation.id)
        .where(
            Enquiry.participant_id.in_(participant_ids),
            or_(asked, is_objected()),
        )
        .options(
            joinedload(Enquiry.offer),
            joinedload(Enquiry.round),
            contains_eager(Enquiry.organisation),
            contains_eager(Enquiry.referral),
        )
    )
    found = session.execute(query.order_by(Enquiry.hear_by_at, Enquiry.id)).all()
    rows = [row for row in found if row[0].transmission_id is None]
    silent = [row for row in rows if row[0].state is S.EXPIRED]
    turns = {one.id: turn_of(one.hear_by_at, Desks(*desks), at) for one, *desks in silent if one.hear_by_at}
    return [row[0] for row in rows], turns, [row[0] for row in found if row[0].transmission_id is not None]


def _ready_to_send(at: datetime) -> ColumnElement[bool]:
    """Whether a draft has the person's yes, and nothing but the coach keeps it in the house."""
    given = select(Consent.id).where(Consent.id == Enquiry.consent_id, Consent.live(at), Consent.rested(at))
    return and_(Enquiry.state == S.DRAFT, given.correlate(Enquiry).exists())


def _nobody_left() -> ColumnElement[bool]:
    """Whether an enquiry of an open round was withdrawn with it, and no other of the round is with a partner now."""
    other, going = OTHER, GOING
    asked = select(other.id).where(other.round_id == Enquiry.round_id, other.state.in_((S.DRAFT, *ASKING, *IDENTIFIED)))
    open_round = select(going.id).where(going.id == Enquiry.round_id, going.state == RoundState.OPEN)
    gone = and_(Enquiry.state == S.WITHDRAWN, Enquiry.ended_by == BY_ROUND)
    return and_(gone, open_round.correlate(Enquiry).exists(), ~asked.correlate(Enquiry).exists())


def _is_over(at: datetime) -> ColumnElement[bool]:
    """Whether all dates under a running enquiry are over, and the person can be asked how it went."""
    coming = select(Booking.id).where(Booking.enquiry_id == Enquiry.id, Booking.state.in_(SHOWN), Booking.ends_at > at)
    return and_(Enquiry.state == S.RUNNING, ~coming.correlate(Enquiry).exists())


def _went_on() -> ColumnElement[bool]:
    """Whether the search went on after a no or a silence: then it is the next enquiry that somebody must act on."""
    other = OTHER
    further = other.state.in_((S.DRAFT, *ASKING, *IDENTIFIED, S.COMPLETED))
    later = and_(other.state.in_(UNMET), other.id > Enquiry.id)
    found = select(other.id).where(other.referral_id == Enquiry.referral_id, other.id != Enquiry.id)
    return and_(Enquiry.state.in_(UNMET), found.where(or_(further, later)).correlate(Enquiry).exists())


def is_coachs_turn(enquiry: Enquiry, turns: Mapping[int, Turn]) -> bool:
    """Tell whether the coach must act on one of these; a silent one is the coach's only after the desks."""
    if enquiry.state is S.EXPIRED:
        return enquiry.id not in turns or turns[enquiry.id].owner is Owner.COACH
    return enquiry.state in (*COACHS_TURN, S.DRAFT, S.RUNNING) or counts_for_its_round(enquiry)


def counts_for_its_round(enquiry: Enquiry) -> bool:
    """Tell whether an enquiry asks for a step of its round, not for one of its own; its round must be loaded."""
    waits = enquiry.state in (S.DRAFT, S.ACCEPTED, S.WITHDRAWN, *UNMET)
    return waits and enquiry.is_nameless and enquiry.round is not None and enquiry.round.state in RUNNING


def coachs_turns(enquiries: Iterable[Enquiry], turns: Mapping[int, Turn]) -> list[Enquiry]:
    """Return those on which the coach must act: of a round one for all, a kept yes or any other yes before the rest."""
    mine = [one for one in enquiries if is_coachs_turn(one, turns)]
    first: dict[int | None, Enquiry] = {}
    for one in sorted(mine, key=lambda one: (one.state is not S.ACCEPTED, one.id)):
        if counts_for_its_round(one):
            first.setdefault(one.round_id, one)
    return [one for one in mine if not counts_for_its_round(one) or first[one.round_id] is one]


def list_dates(
    session: Session,
    actor: Actor,
    *,
    since: datetime,
    until: datetime,
    also: ColumnElement[bool] | None = None,
    at: datetime,
) -> list[Booking]:
    """Return live dates from `since` to `until` of persons and own time, and fallen-away ones not yet told.

    However far ahead they lie: what is still to be settled, what persons lately took or gave up themselves, what others
    moved, and two dates at one time. `also` adds others the actor sees. Each with `reached`.
    """
    unsettled = select(Slot.id).where(Slot.id == Booking.slot_id, Slot.state == SlotState.UNSETTLED)
    soon = and_(Booking.ends_at > since, Booking.starts_at < until)
    live = and_(Booking.state.in_(SHOWN), or_(soon, unsettled.correlate(Booking).exists()))
    news = or_(is_fallen_away(at), Booking.is_news_from_person(at), Booking.is_news_by_yes(at), is_news(at))
    shown = or_(live, news, false() if also is None else also)
    query = bookings_for(actor, at).where(shown).options(*with_place(), with_way(at))
    return list(session.scalars(query.order_by(Booking.starts_at, Booking.id)))
