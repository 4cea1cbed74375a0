"""Questions about rounds: one with its enquiries, the locks of its verbs, who may be asked next, what ran out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from hub import clock
from hub.errors import ConsentMissing, NotFound
from hub.i18n import Message
from hub.models.consent import Consent, Scope
from hub.models.enquiry import ASKING, Enquiry, EnquiryState
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.round import ASKED, RUNNING, Round, RoundKind, RoundState
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.round_scopes import rounds_for
from hub.queries.bookability import obstacle_of_offer, obstacle_of_person
from hub.queries.consents import WAITING
from hub.queries.enquiries import ASKED_ALREADY, find_open_to
from hub.queries.exclusions import TAKES_NOBODY, obstacle_of_exclusion

S = EnquiryState
BY_ROUND = "round"  # an enquiry's `ended_by`
LET_GO = "let_go"  # its `reason`: it was kept once, and the person did not say yes
OPEN = (S.DRAFT, *ASKING, S.EXPIRED, S.ACCEPTED)


@dataclass(frozen=True)
class Asking:
    """A round with its consent and its enquiries, the oldest first; of each offer only the last one counts."""

    round: Round
    consent: Consent
    enquiries: list[Enquiry] = field(default_factory=list)

    @property
    def last(self) -> list[Enquiry]:
        """The last enquiry about each offer, in the order of the list."""
        return last_of_each(self.enquiries)

    @property
    def yeses(self) -> list[Enquiry]:
        """Those that said yes and wait for the person."""
        return [one for one in self.last if one.state is S.ACCEPTED]

    @property
    def waiting(self) -> list[Enquiry]:
        """Those of whom somebody still expects an answer."""
        return [one for one in self.last if one.state in ASKING]

    @property
    def held(self) -> Enquiry | None:
        """The one that is kept for the person, or that the person said yes to."""
        return next((one for one in self.enquiries if one.id == self.round.held_enquiry_id), None)


def last_of_each(enquiries: Iterable[Enquiry]) -> list[Enquiry]:
    """Return the last enquiry about each offer, in the order in which the offers were listed."""
    return list({one.offer_id: one for one in sorted(enquiries, key=lambda one: one.id)}.values())


def get_round(session: Session, actor: Actor, public_id: str, *, at: datetime) -> Asking:
    """Return a round of a person the actor sees, with person, need, consent and enquiries; raises NotFound."""
    query = rounds_for(actor, at).where(Round.public_id == public_id)
    query = query.options(
        joinedload(Round.participant).joinedload(Participant.jobcenter),
        joinedload(Round.participant).joinedload(Participant.coach),
        joinedload(Round.referral),
    )
    row: Round | None = session.scalar(query)
    if row is None:
        raise NotFound
    consent = session.get_one(Consent, row.consent_id)
    return Asking(row, consent, list_enquiries(session, row.id))


def list_enquiries(session: Session, round_id: int) -> list[Enquiry]:
    """Return all enquiries of a round with offer, organisation and date, the oldest first."""
    return list(session.scalars(_loaded().where(Enquiry.round_id == round_id).order_by(Enquiry.id)))


def _loaded() -> Any:
    return select(Enquiry).options(
        joinedload(Enquiry.organisation),
        joinedload(Enquiry.offer).joinedload(Offer.organisation),
        joinedload(Enquiry.slot).joinedload(Slot.location),
    )


def list_of_people(
    session: Session, actor: Actor, participant_ids: Collection[int], *, lately: datetime | None = None, at: datetime
) -> list[Asking]:
    """Return the running rounds of these persons as the actor sees them, the oldest first.

    With `lately` also those that ended since then. One statement.
    """
    wanted = or_(Round.state.in_(RUNNING), Round.ended_at > lately) if lately else Round.state.in_(RUNNING)
    query = rounds_for(actor, at).where(Round.participant_id.in_(participant_ids), wanted)
    query = query.join(Consent, Round.consent_id == Consent.id).outerjoin(Enquiry, Enquiry.round_id == Round.id)
    query = query.add_columns(Consent, Enquiry).options(
        joinedload(Enquiry.organisation), joinedload(Enquiry.offer), joinedload(Enquiry.slot)
    )
    found: dict[int, Asking] = {}
    for row, consent, enquiry in session.execute(query.order_by(Round.id, Enquiry.id)):
        one = found.setdefault(row.id, Asking(row, consent))
        if enquiry is not None:
            one.enquiries.append(enquiry)
    return list(found.values())


def find_of_consent(session: Session, consent_id: int) -> Round | None:
    """Return the round asked under this E2a, or None."""
    return session.scalars(select(Round).where(Round.consent_id == consent_id)).one_or_none()


def find_of_sheet(session: Session, sheet_id: int) -> Round | None:
    """Return the round a sheet is about: it asks for its E2a, or for the name of the one that was kept; or None."""
    lines = select(Consent.id).where(Consent.sheet_id == sheet_id)
    named = select(Enquiry.round_id).where(Enquiry.consent_id.in_(lines), Enquiry.round_id.is_not(None))
    query = select(Round).where(or_(Round.consent_id.in_(lines), Round.id.in_(named)))
    return session.scalars(query.order_by(Round.id.desc()).limit(1)).first()


def list_running_of(session: Session, referral_id: int) -> list[Round]:
    """Return the rounds of a need that are not over, in order of id; at most one but for a moment."""
    query = select(Round).where(Round.referral_id == referral_id, Round.state.in_(RUNNING)).order_by(Round.id)
    return list(session.scalars(query))


def get_round_by_id(session: Session, round_id: int) -> Round:
    """Return a round by its internal key (for the worker)."""
    return session.get_one(Round, round_id)


def lock_round(session: Session, round_id: int) -> Round:
    """Return a round with its person, locked and fresh; after the person and the consent in the lock order."""
    query = select(Round).where(Round.id == round_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    # Joined, the person would be read anew, and what a larger verb has loaded of them would be gone.
    set_committed_value(row, "participant", session.get_one(Participant, row.participant_id))
    return row


def consent_of(session: Session, row: Round) -> Consent:
    """Return the E2a of a round; safe after the person is locked."""
    return session.get_one(Consent, row.consent_id)


def lock_held_for(session: Session, *, participant_id: int, offer_id: int) -> Round | None:
    """Return the round, locked and fresh, that keeps a yes about this offer for the person; None without one."""
    query = select(Round.id).join(Enquiry, Round.held_enquiry_id == Enquiry.id)
    query = query.where(
        Round.participant_id == participant_id, Round.state == RoundState.HELD, Enquiry.offer_id == offer_id
    )
    key = session.scalar(query.limit(1))
    return lock_round(session, key) if key is not None else None


def find_held(session: Session, *, participant_id: int, offer_id: int) -> Enquiry | None:
    """Return the accepted enquiry about this offer that is kept for the person, with its date; None without one."""
    query = select(Enquiry).join(Round, Round.held_enquiry_id == Enquiry.id)
    query = query.where(
        Enquiry.participant_id == participant_id,
        Enquiry.offer_id == offer_id,
        Enquiry.state == S.ACCEPTED,
        Round.state == RoundState.HELD,
    )
    return session.scalars(query.options(joinedload(Enquiry.slot)).limit(1)).first()


def is_asked_around(session: Session, *, participant_id: int, offer_id: int) -> bool:
    """Tell whether a running round of the person asks about this offer, and its yes is not the one kept."""
    query = select(Enquiry.id).join(Round, Enquiry.round_id == Round.id)
    query = query.where(
        Enquiry.participant_id == participant_id,
        Enquiry.offer_id == offer_id,
        Enquiry.state.in_(OPEN),
        Enquiry.consent_id == Round.consent_id,
        Round.state.in_(RUNNING),
        Round.held_enquiry_id.is_distinct_from(Enquiry.id),
    )
    return session.scalar(query.limit(1)) is not None


def lock_nameless(
    session: Session,
    row: Round,
    states: Collection[EnquiryState],
    *,
    organisation_id: int | None = None,
) -> list[Enquiry]:
    """Return the enquiries of a round that have no E2 of their own, locked and fresh with offer and person, by id."""
    query = select(Enquiry).where(
        Enquiry.round_id == row.id, Enquiry.consent_id == row.consent_id, Enquiry.state.in_(states)
    )
    if organisation_id is not None:
        query = query.where(Enquiry.organisation_id == organisation_id)
    query = query.options(joinedload(Enquiry.offer, innerjoin=True).joinedload(Offer.organisation, innerjoin=True))
    query = query.order_by(Enquiry.id).with_for_update(of=Enquiry).execution_options(populate_existing=True)
    found = list(session.scalars(query))
    for one in found:
        set_committed_value(one, "participant", row.participant)
    return found


def list_asking(session: Session, *, participant_id: int, organisation_id: int) -> list[Round]:
    """Return the person's running rounds in which this organisation still has something without a name, by id."""
    query = select(Enquiry.round_id).join(Round, Enquiry.round_id == Round.id)
    query = query.where(
        Enquiry.participant_id == participant_id,
        Enquiry.organisation_id == organisation_id,
        Enquiry.consent_id == Round.consent_id,
        Enquiry.state.in_(OPEN),
        Round.state.in_(RUNNING),
    )
    return list(session.scalars(select(Round).where(Round.id.in_(query)).order_by(Round.id)))


def lock_asking_around(session: Session, row: Round, *, at: datetime) -> Consent:
    """Return the live E2a of a round, locked: two yeses under it wait for each other; raises ConsentMissing (409)."""
    query = select(Consent).where(Consent.id == row.consent_id, Consent.scope == Scope.ASK_AROUND, Consent.live(at))
    query = query.with_for_update().execution_options(populate_existing=True)
    consent: Consent | None = session.scalars(query).one_or_none()
    if consent is None or not consent.is_live(at):
        raise ConsentMissing
    return consent


def list_again(session: Session, row: Round) -> list[Enquiry]:
    """Return the enquiries whose partners could be asked once more: silent, or thanked as another had said yes.

    Whoever said no, was kept once, or was withdrawn by the coach is not among them.
    """
    return [one for one in last_of_each(list_enquiries(session, row.id)) if may_be_asked_again(one)]


def may_be_asked_again(enquiry: Enquiry) -> bool:
    """Tell whether this last enquiry about an offer leaves room for another one in the same round."""
    thanked = enquiry.state is S.WITHDRAWN and enquiry.ended_by == BY_ROUND and enquiry.reason != LET_GO
    return thanked or enquiry.state is S.EXPIRED


def find_obstacle(session: Session, person: Participant, offer: Offer, *, at: datetime) -> Message | None:
    """Return why an offer cannot be asked for the person now, or None; its organisation must be loaded."""
    if offer.organisation.ended_at is not None:
        return TAKES_NOBODY
    obstacle = obstacle_of_offer(offer) or obstacle_of_person(offer, person, clock.local_date(at).year)
    obstacle = obstacle or obstacle_of_exclusion(session, person.id, offer.organisation_id)
    if obstacle is None and find_open_to(session, participant_id=person.id, offer_id=offer.id) is not None:
        return ASKED_ALREADY
    return obstacle


def is_anybody_asked(session: Session, row: Round) -> bool:
    """Tell whether a partner still has an enquiry of this round, or a draft waits; silent ones do not count."""
    query = select(Enquiry.id).where(Enquiry.round_id == row.id, Enquiry.state.in_((S.DRAFT, *ASKING, S.ACCEPTED)))
    return session.scalar(query.limit(1)) is not None


def find_wished_date(session: Session, enquiry: Enquiry) -> Slot | None:
    """Return the date an enquiry wishes for, with offer and organisation, or None."""
    query = select(Slot).where(Slot.id == enquiry.slot_id)
    return session.scalar(query.options(joinedload(Slot.offer).joinedload(Offer.organisation)))


def is_undecided(row: Round) -> bool:
    """Tell whether a partner's yes still counts: nobody is kept yet, or the person picks among several."""
    return row.state in ASKED if row.kind is RoundKind.CHOICE else row.state is RoundState.OPEN


def list_run_out(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the keys of rounds whose kept yes has run out without an answer of the person."""
    query = select(Round.id).where(Round.state == RoundState.HELD, Round.hold_until_at <= at)
    return session.scalars(query.order_by(Round.id)).all()


def list_questions_about(session: Session, *, participant_id: int, offer_id: int) -> list[Consent]:
    """Return the open questions about one offer, locked and fresh, by id."""
    query = select(Consent).where(
        Consent.participant_id == participant_id, Consent.offer_id == offer_id, Consent.state.in_(WAITING)
    )
    query = query.order_by(Consent.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(query))
