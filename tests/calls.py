"""Calls for tests: a club without an address, mails that become calls, and what stands in the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from hub.models.notice import Notice
from hub.models.organisation import Organisation
from hub.models.user import Membership, Role
from hub.worker import delivery
from tests.post import mail_settings
from tests.world import World


def without_address(world: World, key: str = "club", **values: Any) -> Organisation:
    """Take an organisation's e-mail address away, and set what else is told."""
    organisation: Organisation = world.cast.organisations[key]
    with world.database.transaction() as session:
        changed = update(Organisation).where(Organisation.id == organisation.id)
        session.execute(changed.values(**{"email": ""} | values))
    return organisation


def without_staff(world: World, key: str, role: Role = Role.PARTNER) -> None:
    """Let everybody who works in an organisation in this role leave."""
    owner = world.cast.organisations[key].id
    with world.database.transaction() as session:
        left = update(Membership).where(Membership.organisation_id == owner, Membership.role == role)
        session.execute(left.values(ended_at=world.at))


def deliver(world: World, *, at: datetime | None = None, broken: bool = False) -> int:
    """Let the worker do one round; its mail server takes everything, or, broken, nothing."""

    def send(_message: Any) -> None:
        if broken:
            raise ConnectionRefusedError

    return delivery.deliver(world.database, mail_settings(), send, at=at or world.at)


def outbox(world: World, template: str | None = None) -> list[Notice]:
    """Return the rows of the outbox, those of one template where it is told."""
    query = select(Notice).order_by(Notice.id)
    with world.database.reading() as session:
        return list(session.scalars(query.where(Notice.template == template) if template else query))
