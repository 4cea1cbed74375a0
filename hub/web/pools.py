"""Kept places of one date for its partner: for whom, until when, and giving them back to everybody now."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hub.actions.pools import release_pool
from hub.i18n import N_
from hub.models.slot import PoolState, Slot, SlotState
from hub.models.user import Role
from hub.queries import pools, slots, waiting
from hub.web.access import for_roles
from hub.web.context import at, current_actor, transaction

blueprint = Blueprint("pools", __name__)


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the partner's dates in the navigation."""
    g.section = "slots"


@dataclass(frozen=True)
class Kept:
    """Places of a date that are kept for somebody."""

    pool_id: int
    whom: str
    places: int
    taken: int
    until: datetime | None


def kept_places(session: Session, slot: Slot, at: datetime) -> list[Kept]:
    """Return what a coming date keeps for whom. At most two statements; `slot.pools` must be loaded."""
    running = slot.state is not SlotState.CALLED_OFF and slot.starts_at > at
    kept = [pool for pool in slot.pools if running and pool.kept and pool.state is PoolState.OPEN]
    names = pools.keeper_names(session, kept)
    return [Kept(pool.id, names[pool.id], pool.places, pool.taken, pool.release_at) for pool in kept]


def count_waiting(session: Session, slot: Slot, at: datetime) -> int:
    """Return how many people wait for a coming date; a number only, nobody's name."""
    return waiting.count_waiting(session, slot.id) if slot.starts_at > at else 0


@blueprint.post("/slots/<public_id>/release")
@for_roles(Role.PARTNER)
def create_release(public_id: str) -> Response:
    """Give the free places of one pool to those who wait, then to everybody."""
    with transaction() as session:
        slot = slots.get_own_slot(session, current_actor(), public_id)
        pool = pools.get_pool(session, slot, request.form.get("pool", type=int))
        release_pool(session, actor=current_actor(), pool_id=pool.id, at=at())
    flash(str(N_("Die Plätze sind für alle frei. Wer wartet, wird zuerst gefragt.")), "ok")
    return redirect(url_for("slots.show_slot", public_id=public_id), code=303)
