"""Pools: how the places of a date are divided, for whom places may be kept, which are due, and their release."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session, joinedload

from hub.errors import InvalidInput, NotFound
from hub.i18n import N_, Message
from hub.models.contingent import Contingent
from hub.models.offer import Offer, OfferProgramme
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import Programme, ProgrammeOrganisation
from hub.models.series import Series
from hub.models.slot import Pool, PoolState, Slot, SlotState
from hub.models.user import Membership, Role
from hub.queries import places
from hub.queries.series import Plan


def pools_of(source: Plan | Series, number: int, starts_at: datetime, *, at: datetime) -> list[Pool]:
    """Return the pools of one date with `number` places: the open one, then those kept as the plan or series says.

    What would be released before `at` (aware) is open from the beginning. Places taken away by an exception are missing
    from the open pool first, then from the contingents named last.
    """
    left, kept = number, []
    for one in _contingents(source):
        release_at = one.release_at(starts_at)
        n = min(one.places, left)
        if n > 0 and release_at > at:
            whom = {"programme_id": one.programme_id, "organisation_id": one.organisation_id}
            kept.append(Pool(kept=True, places=n, release_at=release_at, **whom))
            left -= n
    return [Pool(kept=False, places=left), *kept]


def _contingents(source: Plan | Series) -> Iterable[Contingent]:
    if isinstance(source, Plan):
        return source.contingents
    return [Contingent.from_stored(one) for one in source.contingents]


@dataclass(frozen=True)
class Keeper:
    """Somebody for whom places may be kept: a network or an organisation of it."""

    public_id: str
    name: str
    programme_id: int | None = None
    organisation_id: int | None = None


def list_keepers(session: Session, offer: Offer) -> list[Keeper]:
    """Return the networks an offer is made in, then their Jobcenters and whoever else has coaches, by name.

    Only coaches take places, so a place kept for anybody else would be kept for nobody. Two statements.
    """
    member = select(ProgrammeOrganisation.programme_id).where(
        ProgrammeOrganisation.organisation_id == offer.organisation_id
    )
    named = select(OfferProgramme.programme_id).where(OfferProgramme.offer_id == offer.id)
    networks = select(Programme.id, Programme.public_id, Programme.name).where(
        Programme.id.in_(member if offer.public else named)
    )
    found = [
        Keeper(row.public_id, row.name, programme_id=row.id)
        for row in session.execute(networks.order_by(Programme.name, Programme.id))
    ]
    coached = select(Membership.organisation_id).where(Membership.role == Role.COACH, Membership.ended_at.is_(None))
    inside = select(ProgrammeOrganisation.organisation_id).where(
        ProgrammeOrganisation.programme_id.in_({one.programme_id for one in found})
    )
    houses = select(Organisation.id, Organisation.public_id, Organisation.name).where(
        Organisation.id.in_(inside),
        Organisation.ended_at.is_(None),
        or_(Organisation.kind == OrganisationKind.JOBCENTER, Organisation.id.in_(coached)),
    )
    rows = session.execute(houses.order_by(Organisation.name, Organisation.id))
    return found + [Keeper(row.public_id, row.name, organisation_id=row.id) for row in rows]


def require_contingents(session: Session, offer: Offer, plan: Plan) -> None:
    """Raise InvalidInput (422) when more is kept than there is, for nobody of the networks, or without an end."""
    if not plan.contingents:
        return
    if problem := _problem(plan) or _stranger(session, offer, plan):
        raise InvalidInput(fields={"contingents": problem})


def _problem(plan: Plan) -> Message | None:
    if plan.places == 0:
        return N_("Ohne Zahl der Plätze lassen sich keine freihalten.")
    if any(one.places < 1 for one in plan.contingents):
        return N_("Bitte sagen Sie, wie viele Plätze Sie freihalten.")
    if sum(one.places for one in plan.contingents) > plan.places:
        return N_("Sie halten mehr Plätze frei, als der Termin hat ({places}).", places=plan.places)
    if any(min(one.working_days, one.hours) < 0 or one.working_days + one.hours == 0 for one in plan.contingents):
        return N_("Bitte sagen Sie, wie lange vor dem Beginn die Plätze für alle frei werden.")
    return None


def _stranger(session: Session, offer: Offer, plan: Plan) -> Message | None:
    known = {(one.programme_id, one.organisation_id) for one in list_keepers(session, offer)}
    if all((one.programme_id, one.organisation_id) in known for one in plan.contingents):
        return None
    return N_("Für wen die Plätze sind: Bitte wählen Sie jemanden aus einem Netzwerk dieses Angebots.")


def get_pool(session: Session, slot: Slot, pool_id: int | None) -> Pool:
    """Return a kept pool of a date that was found through a scope; raises NotFound for any other."""
    pool = session.scalar(select(Pool).where(Pool.id == pool_id, Pool.slot_id == slot.id, Pool.kept))
    if pool is None:
        raise NotFound
    return pool


def get_pool_by_id(session: Session, pool_id: int) -> Pool:
    """Return a pool by its internal key with its date and offer, fresh (for the worker)."""
    query = select(Pool).where(Pool.id == pool_id).options(joinedload(Pool.slot).joinedload(Slot.offer))
    return session.scalars(query.execution_options(populate_existing=True)).one()


def list_due(session: Session, *, at: datetime) -> list[int]:
    """Return the keys of kept pools of coming dates whose time is over, the oldest first."""
    due = (Pool.kept, Pool.state == PoolState.OPEN, Pool.release_at <= at)
    coming = (Slot.starts_at > at, Slot.state != SlotState.CALLED_OFF)
    query = select(Pool.id).join(Slot, Pool.slot_id == Slot.id).where(*due, *coming)
    return list(session.scalars(query.order_by(Pool.release_at, Pool.id)))


def move_releases(session: Session, slot_id: int, *, by: timedelta) -> None:
    """Let what a date keeps be kept as long before its new start as before the old one; the date is locked."""
    kept = select(Pool).where(Pool.slot_id == slot_id, Pool.kept, Pool.state == PoolState.OPEN)
    for pool in session.scalars(kept.order_by(Pool.id)):
        if pool.release_at is not None:
            pool.release_at += by


def release(session: Session, pool: Pool) -> int | None:
    """Mark a kept pool as released and move its free places to the open pool of its date; return how many these were.

    Places taken stay where they are, so every pool goes on counting its own bookings. None when another was faster. The
    caller holds the date (queries/waiting.py: lock_queues); both pools are locked here by id.
    """
    places.lock_pools(session, [pool.slot_id])
    row = session.execute(select(Pool.places, Pool.taken).where(Pool.id == pool.id)).one()
    marked = update(Pool).where(Pool.id == pool.id, Pool.kept, Pool.state == PoolState.OPEN)
    values: dict[str, Any] = {"state": PoolState.RELEASED, "places": Pool.taken}
    done = session.execute(marked.values(**values).execution_options(synchronize_session=False))
    if cast("CursorResult[Any]", done).rowcount != 1:
        return None
    surplus: int = row.places - row.taken
    places.add_to_open(session, pool.slot_id, surplus)
    return surplus


def keeper_names(session: Session, pools: Iterable[Pool]) -> dict[int, str]:
    """Return for whom each kept pool is, by the pool's key. Two statements at most."""
    kept = [pool for pool in pools if pool.kept]
    names = names_of(session, kept)
    return {pool.id: name for pool, name in zip(kept, names, strict=True)}


def names_of(session: Session, kept: Collection[Pool | Contingent]) -> list[str]:
    """Return for whom each of these is kept, in their order. Two statements at most."""
    networks = {one.programme_id for one in kept} - {None}
    houses = {one.organisation_id for one in kept} - {None}
    of_networks = select(Programme).where(Programme.id.in_(networks))
    of_houses = select(Organisation).where(Organisation.id.in_(houses))
    by_network = {one.id: one.name for one in session.scalars(of_networks)} if networks else {}
    by_house = {one.id: one.name for one in session.scalars(of_houses)} if houses else {}
    return [by_house.get(one.organisation_id or 0) or by_network.get(one.programme_id or 0, "") for one in kept]
