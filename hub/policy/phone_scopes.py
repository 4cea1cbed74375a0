"""Which rows an actor sees who phones partners: the members of an umbrella, or those that no umbrella phones."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.notice import Channel, Notice
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.policy.exclusion_scopes import not_kept_from
from hub.policy.scopes import is_sent


def phoned_by_umbrella() -> ColumnElement[bool]:
    """Whether somebody works for an organisation's umbrella, who then makes its calls."""
    staff = select(Membership.id).join(User, Membership.user_id == User.id)
    return staff.where(
        Membership.organisation_id == Organisation.parent_id,
        Membership.role == Role.PARTNER,
        Membership.ended_at.is_(None),
        User.disabled_at.is_(None),
    ).exists()


def phoned_organisations_for(actor: Actor) -> Select[Any]:
    """Running organisations on the actor's phone list."""
    return select(Organisation).where(Organisation.id.in_(actor.phoned_ids), Organisation.ended_at.is_(None))


def calls_for(actor: Actor) -> Select[Any]:
    """Calls to make to the organisations on the actor's phone list, made ones included."""
    phoned = phoned_organisations_for(actor).with_only_columns(Organisation.id)
    return select(Notice).where(Notice.channel == Channel.CALL, Notice.organisation_id.in_(phoned))


def phoned_offers_for(actor: Actor) -> Select[Any]:
    """Offers of the organisations on the actor's phone list."""
    return select(Offer).where(Offer.organisation_id.in_(actor.phoned_ids))


def phoned_enquiries_for(actor: Actor) -> Select[Any]:
    """Sent enquiries to the organisations on the actor's phone list; which fields show is the table's matter.

    Silent ones also where an umbrella phones first: after it the network's desk has its turn.
    """
    silent = and_(Enquiry.organisation_id.in_(actor.backup_ids), Enquiry.state == EnquiryState.EXPIRED)
    there = or_(Enquiry.organisation_id.in_(actor.phoned_ids), silent)
    return select(Enquiry).where(there, is_sent(), not_kept_from(actor))
