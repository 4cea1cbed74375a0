"""Questions about what people looked for and did not find: by need and district, never by person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hub.models.demand import DISTRICT_DIGITS, Demand, DemandRequest
from hub.models.offer import Aim
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import ProgrammeOrganisation
from hub.policy.actor import Actor
from hub.policy.demand_scopes import demand_requests_for, demands_for
from hub.policy.figure_scopes import FEWEST
from hub.queries.locks import lock_name

LOOKED_BACK = timedelta(days=90)
ASKED_AGAIN = timedelta(days=30)  # nobody is asked for the same more often


@dataclass(frozen=True)
class Gap:
    """What was missing in a district; `times` is None where it is too few to be told, `asked_at` the last request."""

    aim: Aim | None
    district: str
    times: int | None
    asked_at: datetime | None = None


def count_demand(session: Session, *, aims: Iterable[Aim], district: str, on: date) -> None:
    """Count one search that found nothing, for each need, in one statement; an empty district: none was named."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    named = [aim.value for aim in sorted(aims)] or [""]
    rows = [{"on": on, "aim": aim, "district": district, "times": 1} for aim in named]
    added = insert(Demand).values(rows)
    same = [Demand.on, Demand.aim, Demand.district]
    session.execute(added.on_conflict_do_update(index_elements=same, set_={"times": Demand.times + 1}))


def list_gaps(session: Session, actor: Actor, *, on: date) -> list[Gap]:
    """Return what was missing in the actor's districts of late, the most wanted first. Two statements."""
    total = func.sum(Demand.times).label("total")
    seen = demands_for(actor).where(Demand.on > on - LOOKED_BACK).with_only_columns(Demand.aim, Demand.district, total)
    asked = _last_asked(session, actor)
    gaps = [
        Gap(Aim(aim) if aim else None, district, total if total >= FEWEST else None, asked.get((aim, district)))
        for aim, district, total in session.execute(seen.group_by(Demand.aim, Demand.district))
    ]
    return sorted(gaps, key=lambda gap: (-(gap.times or 0), gap.district, gap.aim or ""))


def _last_asked(session: Session, actor: Actor) -> dict[tuple[str, str], datetime]:
    last = func.max(DemandRequest.asked_at)
    query = select(DemandRequest.aim, DemandRequest.district, last).where(
        DemandRequest.organisation_id.in_(select(ProgrammeOrganisation.organisation_id).where(_own_networks(actor)))
    )
    rows = session.execute(query.group_by(DemandRequest.aim, DemandRequest.district))
    return {(aim, district): asked_at for aim, district, asked_at in rows}


def _own_networks(actor: Actor) -> ColumnElement[bool]:
    return ProgrammeOrganisation.programme_id.in_(actor.programme_ids)


def is_wanted(session: Session, actor: Actor, *, aim: Aim, district: str, on: date) -> bool:
    """Tell whether a need met nothing in one of the actor's districts of late."""
    query = demands_for(actor).where(Demand.aim == aim, Demand.district == district, Demand.on > on - LOOKED_BACK)
    return session.scalars(query.limit(1)).first() is not None


def lock_partners_to_ask(
    session: Session, actor: Actor, *, aim: Aim, district: str, at: datetime
) -> Sequence[Organisation]:
    """Return the running partners of the actor's networks in a district who were not asked for this of late.

    Only one transaction at a time gets past here for one need and district, so nobody is asked twice at once.
    """
    lock_name(session, f"demand {aim} {district}")
    asked = select(DemandRequest.id).where(
        DemandRequest.organisation_id == Organisation.id,
        DemandRequest.aim == aim,
        DemandRequest.district == district,
        DemandRequest.asked_at > at - ASKED_AGAIN,
    )
    query = select(Organisation).where(
        Organisation.id.in_(select(ProgrammeOrganisation.organisation_id).where(_own_networks(actor))),
        Organisation.kind != OrganisationKind.JOBCENTER,
        Organisation.ended_at.is_(None),
        func.substr(Organisation.municipality_code, 1, DISTRICT_DIGITS) == district,
        ~asked.exists(),
    )
    return session.scalars(query.order_by(Organisation.id)).all()


def list_requests(session: Session, actor: Actor, *, at: datetime) -> list[tuple[Aim, str]]:
    """Return need and district of what the actor's organisations were asked for of late, the newest first."""
    query = demand_requests_for(actor).where(DemandRequest.asked_at > at - LOOKED_BACK)
    found = session.scalars(query.order_by(DemandRequest.asked_at.desc(), DemandRequest.id))
    return list(dict.fromkeys((Aim(one.aim), one.district) for one in found))
