"""Turning a notice into a mail at the moment it is sent: neutral, without content, in the reader's language."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session

from hub import crypto, i18n
from hub.actions.links import issue_link, link_token
from hub.config import Config
from hub.models.enquiry import ASKING, Enquiry
from hub.models.notice import Notice
from hub.paths import resource
from hub.queries import notices
from hub.queries.notices import Recipient

NEEDS_OPEN_QUESTION = ("partner_question", "partner_reminder")


@dataclass(frozen=True)
class Letter:
    """What a mail needs beyond its template."""

    notice: Notice
    recipient: Recipient
    address: str  # the page it points to


def prepare_letter(session: Session, notice: Notice, config: Config, *, at: datetime) -> Letter | str:
    """Return what the mail needs, or the reason why it must not be sent any more (checked now, not when queued)."""
    recipient = notices.find_recipient(session, notice)
    if recipient is None:
        return "nobody"
    enquiry = notices.find_enquiry(session, notice)
    if notice.template in NEEDS_OPEN_QUESTION:
        if enquiry is None or enquiry.state not in ASKING:
            return "settled"
        return Letter(notice, recipient, _link(session, enquiry, config, at))
    invitation = notices.find_invitation(session, notice)
    if invitation is not None:
        if not invitation.open(at):
            return "settled"
        token = crypto.ring().derived_token("invitation", invitation.public_id)
        return Letter(notice, recipient, f"{config.public_url}/invitations/{token}")
    return Letter(notice, recipient, f"{config.public_url}/login")


def _link(session: Session, enquiry: Enquiry, config: Config, at: datetime) -> str:
    link = issue_link(session, enquiry=enquiry, organisation_id=enquiry.organisation_id, at=at)
    return f"{config.public_url}/links/{link_token(link)}"


def write_mail(letter: Letter, config: Config) -> EmailMessage:
    """Return the finished mail: plain text, neutral sender and subject (R-SEC-19), a Message-ID that stays the same."""
    template = _environment().get_template(f"{letter.notice.template}.txt")
    facts = {"address": letter.address, "phone": config.site_phone_text}
    with i18n.using(letter.recipient.locale):
        subject, _, body = template.render(facts).strip().partition("\n")
    message = EmailMessage(policy=SMTP)
    message["From"] = config.mail_from
    message["To"] = letter.recipient.address
    message["Subject"] = subject
    message["Date"] = format_datetime(letter.notice.created_at)
    message["Message-ID"] = f"<{letter.notice.public_id}@{config.mail_from.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n", cte="quoted-printable")
    return message


def _environment() -> Environment:
    loader = FileSystemLoader(resource("templates") / "mail")
    # Plain text: nothing to escape, and no user text is ever put in.
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, autoescape=False)  # noqa: S701
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment
