"""A real mail server on loopback for tests, and a world with something to tell."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from hub.actions.enquiries import send_enquiry
from hub.config import Config, load
from hub.models.enquiry import Enquiry
from hub.models.notice import Notice
from hub.models.offer import Access, Aim
from hub.models.referral import Referral, ReferralState
from tests.places import give_consent, make_offer
from tests.world import World

GROUPS = ("I0", "G1", "B1", "I1")


class PostOffice:
    """Keeps the mails it is handed, and refuses the addresses it is told to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[list[str]] = []
        self.refused: set[str] = set()
        self.port = free_port()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(cast("EmailMessage", message_from_bytes(envelope.content, policy=default)))
        self.envelopes.append(list(envelope.rcpt_tos))
        return "250 OK"

    @contextmanager
    def opened(self, **options: Any) -> Iterator[None]:
        """Answer while the block runs; `options` are those of aiosmtpd's server."""
        controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        controller.start()
        try:
            yield
        finally:
            controller.stop()

    def settings(self) -> Config:
        """Return the configuration of a house that sends its mails here."""
        return mail_settings(mail_url=f"smtp://127.0.0.1:{self.port}")


def mail_settings(**more: Any) -> Config:
    """Return the configuration of a house as its mails show it."""
    values = {"environment": "test", "public_url": "https://termine.example", "mail_from": "termine@haus.example"}
    return load({}, **values | {"site_phone_text": "03591 12 34 56"} | more)


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """Give a mail server that is open."""
    office = PostOffice()
    with office.opened():
        yield office


def ask_partner(world: World, person: str = "tarik", owner: str = "club", **offer: Any) -> Enquiry:
    """Let Clara send an enquiry about a person to a partner; one notice is queued."""
    about = make_offer(world, access=Access.REQUEST, owner=owner, **offer)
    participant = world.cast.people[person]
    consent = give_consent(world, participant, about, groups=GROUPS)
    with world.database.transaction() as session:
        referral = Referral(
            participant_id=participant.id,
            coach_id=world.user("clara").id,
            state=ReferralState.OPEN,
            aim=Aim.MOVE,
            created_at=world.at,
        )
        session.add(referral)
        session.flush()
        enquiry = Enquiry(
            referral_id=referral.id,
            participant_id=participant.id,
            organisation_id=about.organisation_id,
            offer_id=about.id,
            consent_id=consent.id,
            field_groups=list(GROUPS),
            created_at=world.at,
        )
        session.add(enquiry)
        session.flush()
        send_enquiry(session, actor=world.actor("clara"), enquiry=enquiry, at=world.at)
    return enquiry


def only_notice(world: World) -> Notice:
    """Return the one row of the outbox."""
    with world.database.reading() as session:
        return session.scalars(select(Notice)).one()
