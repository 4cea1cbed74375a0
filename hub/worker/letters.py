"""Turning a notice into a mail at the moment it is sent: neutral, without content, in the reader's language."""

from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache

from babel.dates import format_date
from email_validator import validate_email
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session

from calendars.inviting import Method
from hub import clock, crypto, i18n
from hub.actions.calendar_mails import CalendarPart, prepare_calendar_part
from hub.actions.links import (
    issue_attendance_link,
    issue_link,
    issue_offer_link,
    issue_prior_question_link,
    link_token,
)
from hub.config import Config
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.invitation import Invitation
from hub.models.notice import Notice
from hub.models.offer import OfferState
from hub.models.prior_question import PriorQuestionState
from hub.paths import resource
from hub.policy.actor import SYSTEM
from hub.queries import attendance, notices, person_notices
from hub.queries.calendar_mails import TEMPLATE as CALENDAR_ENTRY
from hub.queries.consents import find_permitting
from hub.queries.digests import count_told
from hub.queries.freshness import WARNED_BEFORE, find_subject, lowers_at
from hub.queries.freshness import WARNINGS as WARNING_TEMPLATES
from hub.queries.notices import ABOUT_ENQUIRY, ABOUT_OFFER, ABOUT_PRIOR_QUESTION, AWAITING_ANSWER, Recipient
from hub.queries.prior_questions import find_of_notice, is_moot
from hub.worker.calendar_mails import attach
from hub.worker.person_calendar import part_for

WARNINGS = {template: freshness for freshness, pair in WARNING_TEMPLATES.items() for template in pair}


@dataclass(frozen=True)
class Letter:
    """What a mail needs beyond its template."""

    notice: Notice
    recipient: Recipient
    address: str  # the page it points to
    day: date | None = None  # from when on silence has a consequence
    until: date | None = None  # the last day of the link
    count: int = 1  # how many news it tells together
    calendar: CalendarPart | None = None  # a date for the reader's own calendar

    @property
    def gone(self) -> bool:
        """Whether it takes a date out of the reader's calendar."""
        return self.calendar is not None and self.calendar.method is Method.CANCEL


def prepare_letter(session: Session, notice: Notice, config: Config, *, at: datetime) -> Letter | str:
    """Return what the mail needs, or the reason why it must not be sent any more (checked now, not when queued)."""
    if notice.participant_id is not None:
        return _prepare_to_person(session, notice, config, at)
    recipient = notices.find_recipient(session, notice, at=at)
    if recipient is None:
        return "nobody"
    invitation = notices.find_invitation(session, notice)
    if invitation is not None:
        return Letter(notice, recipient, _invitation_page(invitation, config)) if invitation.open(at) else "settled"
    if notice.template in ABOUT_OFFER or notice.template in WARNINGS:
        return _prepare_about_offer(session, notice, recipient, config, at)
    if prepare := WITH_LINK.get(notice.template):
        return prepare(session, notice, recipient, config, at)
    enquiry = notices.find_enquiry(session, notice)
    if notice.template in ABOUT_ENQUIRY:
        return _prepare_question(session, notice, recipient, enquiry, config, at)
    if notice.template == "partner_news" and enquiry is not None and enquiry.state is EnquiryState.WITHDRAWN:
        return "withdrawn"  # the partner is asked once to check, and told nothing more (T4b, T4c)
    return Letter(notice, recipient, f"{config.public_url}/login", count=count_told(session, notice))


def _prepare_to_person(session: Session, notice: Notice, config: Config, at: datetime) -> Letter | str:
    """Prepare a mail to a person: only under their own yes to this purpose and way (E6, T7), and while it has a reason.

    It points to the page of their card, which any code opens, and says nothing else.
    """
    if why := person_notices.why_not(session, notice, at=at):
        return why
    recipient = notices.find_recipient(session, notice, at=at)
    if recipient is None:
        return "nobody"
    return Letter(notice, recipient, f"{config.public_url}/card", calendar=part_for(session, notice, config, at=at))


def _prepare_question(
    session: Session, notice: Notice, recipient: Recipient, enquiry: Enquiry | None, config: Config, at: datetime
) -> Letter | str:
    if enquiry is None or enquiry.state not in AWAITING_ANSWER:
        return "settled"
    if find_permitting(session, enquiry, at=at) is None:
        return "no_consent"  # R-CON-12
    link = issue_link(session, actor=SYSTEM, enquiry=enquiry, organisation_id=enquiry.organisation_id, at=at)
    return Letter(notice, recipient, f"{config.public_url}/links/{link_token(link)}")


def _prepare_prior_question(
    session: Session, notice: Notice, recipient: Recipient, config: Config, at: datetime
) -> Letter | str:
    question = find_of_notice(session, notice)
    if question is None or question.state is not PriorQuestionState.ASKED or is_moot(question):
        return "settled"
    link = issue_prior_question_link(session, actor=SYSTEM, question=question, at=at)
    return Letter(notice, recipient, f"{config.public_url}/links/prior-questions/{link_token(link)}")


def _prepare_attendance(
    session: Session, notice: Notice, recipient: Recipient, config: Config, at: datetime
) -> Letter | str:
    slot = attendance.find_open_date(session, notice.slot_id, at=at)
    if slot is None:
        return "settled"
    link = issue_attendance_link(session, actor=SYSTEM, slot=slot, at=at)
    return Letter(notice, recipient, f"{config.public_url}/links/attendance/{link_token(link)}")


def _prepare_calendar_entry(
    session: Session, notice: Notice, recipient: Recipient, config: Config, at: datetime
) -> Letter | str:
    part = prepare_calendar_part(session, actor=SYSTEM, notice=notice, config=config, at=at)
    return Letter(notice, recipient, f"{config.public_url}/login", calendar=part) if part else "settled"


WITH_LINK = {
    CALENDAR_ENTRY: _prepare_calendar_entry,
    **dict.fromkeys(ABOUT_PRIOR_QUESTION, _prepare_prior_question),
    attendance.ABOUT_ATTENDANCE: _prepare_attendance,
}


def _prepare_about_offer(
    session: Session, notice: Notice, recipient: Recipient, config: Config, at: datetime
) -> Letter | str:
    """Prepare the question whether an offer is still right, or a warning, unless somebody has answered meanwhile."""
    offer, expected = find_subject(session, notice), WARNINGS.get(notice.template)
    if offer is None or offer.state is not OfferState.PUBLISHED or expected not in (None, offer.freshness):
        return "settled"
    if offer.confirmed_at is not None and offer.confirmed_at > notice.created_at:
        return "settled"
    step_at = lowers_at(offer) if expected else None
    day = clock.local_date(max(step_at, at + WARNED_BEFORE)) if step_at else None
    if notice.template not in ABOUT_OFFER:
        return Letter(notice, recipient, f"{config.public_url}/login", day)
    link = issue_offer_link(session, actor=SYSTEM, offer=offer, organisation_id=offer.organisation_id, at=at)
    until = clock.local_date(link.expires_at)
    return Letter(notice, recipient, f"{config.public_url}/links/offers/{link_token(link)}", day, until)


def _invitation_page(invitation: Invitation, config: Config) -> str:
    token = crypto.ring().derived_token("invitation", invitation.public_id)
    return f"{config.public_url}/invitations/{token}"


def write_mail(letter: Letter, config: Config) -> EmailMessage:
    """Return the finished mail: plain text, neutral sender and subject (R-SEC-19), a Message-ID that stays the same.

    Raises ValueError for a recipient that is not exactly one address.
    """
    template = _environment().get_template(f"{letter.notice.template}.txt")
    with i18n.using(letter.recipient.locale):
        days = {"day": _in_words(letter.day), "until": _in_words(letter.until)}
        text = template.render(
            address=letter.address, phone=config.site_phone_text, count=letter.count, gone=letter.gone, **days
        )
    subject, _, body = text.strip().partition("\n")
    message = EmailMessage(policy=SMTP)
    message["From"] = config.mail_from
    message["To"] = one_address(letter.recipient.address)
    message["Subject"] = subject
    message["Date"] = format_datetime(letter.notice.created_at)
    message["Message-ID"] = f"<{letter.notice.public_id}@{parseaddr(config.mail_from)[1].partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n", cte="quoted-printable")
    if letter.calendar is not None:
        attach(message, letter.calendar, number=letter.notice.public_id)
    return message


def _in_words(day: date | None) -> str:
    """Return a day without its year: "28. September"."""
    pattern = "d. MMMM" if i18n.current() == i18n.DEFAULT else "d MMMM"
    return format_date(day, pattern, locale=i18n.CLDR[i18n.current()]) if day else ""


def one_address(text: str) -> Address:
    """Return exactly one address, its domain as mail servers read it (xn--…); raises ValueError for anything else."""
    found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    return Address(addr_spec=found.ascii_email or found.normalized)


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(resource("templates") / "mail")
    # Plain text: nothing to escape, and no user text is ever put in.
    environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=False)  # noqa: S701
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment
