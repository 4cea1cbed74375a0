"""Which bulk jobs an actor sees: the own ones, those of organisations acted for, those of Jobcenters led."""

from typing import Any

from sqlalchemy import Select, false, or_, select

from hub.models.bulk_job import BulkJob
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind


def bulk_jobs_for(actor: Actor) -> Select[Any]:
    """Bulk jobs: whoever started one, partners of the organisation and leads of the Jobcenter it is about."""
    if actor.kind is not ActorKind.STAFF:
        return select(BulkJob).where(false())
    return select(BulkJob).where(
        or_(
            BulkJob.user_id == actor.user_id,
            BulkJob.organisation_id.in_(actor.partner_ids),
            BulkJob.jobcenter_id.in_(actor.organisations(Role.TEAM_LEAD)),
        )
    )
