"""Whether a mail still may leave is decided when it leaves, and each template as a reader gets it."""

import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from hub import i18n
from hub.actions.invitations import invite_staff
from hub.actions.notices import CALLED, TABLE, Facts, announce
from hub.actions.withdrawals import withdraw_consent
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.invitation import Invitation
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.user import Role, User
from hub.queries.attendance import ABOUT_ATTENDANCE
from hub.queries.consents import get_consent
from hub.queries.digests import PAUSE
from hub.queries.invitations import get_opening
from hub.queries.notices import ABOUT_ENQUIRY, ABOUT_OFFER, ABOUT_PRIOR_QUESTION, Recipient
from hub.queries.person_news import TO_PEOPLE
from hub.worker import delivery
from hub.worker.letters import WARNINGS, Letter, prepare_letter, write_mail
from tests.post import ask_partner, mail_settings, only_notice
from tests.world import AT, World

GOLDEN = Path(__file__).parent / "golden"
TEMPLATES = sorted({template for entries in TABLE.values() for _, template in entries} - CALLED)
MARKER = "Papageienhaus"
UNSPOKEN = re.compile(
    rf"{MARKER}|job-?center|bürgergeld|arbeitslos|SGB|leistung|programm|teilnehm|resilienz|gesund|krank"
    r"|therap|klinik|diagnos|reha|beratung|coach|amt\b|health|benefit|unemploy|clinic|patient|programme|therapy"
    r"|Tarik|Demirci|Clara|Winkler|Elbaue",
    re.IGNORECASE,
)


def mails(world: World, at=None) -> list[EmailMessage]:
    """Return what would leave now."""
    sent: list[EmailMessage] = []
    delivery.deliver(world.database, mail_settings(), sent.append, at=at or world.at)
    return sent


def letter(template: str, locale: str, recipient: str = "post@verein.example", **settings: Any) -> EmailMessage:
    """Write a template's mail with a fixed name and address."""
    notice = Notice(public_id="abcdefgh23456789", template=template, channel=Channel.EMAIL, created_at=AT)
    links = dict.fromkeys(ABOUT_ENQUIRY, "links/") | dict.fromkeys(ABOUT_OFFER, "links/offers/")
    links |= dict.fromkeys(ABOUT_PRIOR_QUESTION, "links/prior-questions/")
    links |= {ABOUT_ATTENDANCE: "links/attendance/"}
    links |= dict.fromkeys(TO_PEOPLE, "card")
    page = {"invitation": "invitations/", **links}.get(template, "login")
    address = f"https://termine.example/{page}" + "k" * 32 * page.endswith("/")
    day = AT.date() + timedelta(days=7) if template in WARNINGS else None
    until = AT.date() + timedelta(days=30) if template in ABOUT_OFFER else None
    return write_mail(Letter(notice, Recipient(recipient, locale), address, day, until), mail_settings(**settings))


def as_read(mail: EmailMessage) -> str:
    """Return the mail as its reader sees it, in the form of a mail file."""
    names = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted")
    return "".join(f"{name}: {mail[name]}\n" for name in names) + "\n" + mail.get_content().replace("\r\n", "\n")


def translated(template: str, locale: str) -> bool:
    """Tell whether the catalogue knows every sentence of a mail."""
    folder = Path("templates/mail")
    text = "".join((folder / name).read_text() for name in (f"{template}.txt", "_end.txt"))
    spoken = re.findall(r"{% trans .*?%}(.*?){% endtrans %}", text, re.DOTALL)
    assert spoken
    sentences = [re.sub(r"{{ (\w+) }}", r"%(\1)s", one) for one in spoken]
    return locale == i18n.DEFAULT or all(i18n.catalogue(locale).gettext(one) != one for one in sentences)


@pytest.fixture(params=sorted(i18n.LANGUAGES))
def locale(request):
    return request.param


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_reads_as_its_golden_file(template, locale):
    """Where the catalogue is complete, a golden file must exist; where it is not, none may pretend so."""
    golden = GOLDEN / f"{template}.{locale}.eml"
    assert golden.exists() == translated(template, locale), f"{golden.name} and hub/translations/{locale}.po disagree"
    if golden.exists():
        assert as_read(letter(template, locale)) == golden.read_text()


def test_there_is_no_golden_file_too_many():
    assert {path.name.split(".")[0] for path in GOLDEN.glob("*.eml")} == set(TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES)
def test_mails_are_neutral_in_every_language(template, locale):
    mail = letter(template, locale)
    assert UNSPOKEN.findall(as_read(mail).replace(mail["To"], "")) == []


def test_the_scan_for_words_finds_them():
    assert UNSPOKEN.findall(f"Ihr Jobcenter: {MARKER} in der Klinik") == ["Jobcenter", MARKER, "Klinik"]


def test_a_mail_about_an_enquiry_tells_nothing_of_offer_or_person(world):
    ask_partner(world, title=f"Rückenschule {MARKER}")
    (mail,) = mails(world)
    assert UNSPOKEN.findall(mail.as_string() + mail.get_content()) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_mail_has_one_recipient_ascii_bytes_and_says_it_is_automatic(template):
    raw = bytes(letter(template, "de"))
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 78 + len("Subject: ")
    assert re.findall(rb"(?mi)^(?:to|cc|bcc|reply-to):.*$", raw) == [b"To: post@verein.example\r"]
    assert b"Auto-Submitted: auto-generated\r\n" in raw


def test_names_with_line_ends_reach_no_header(world):
    with world.database.transaction() as session:
        session.execute(update(User).values(name="Clara\r\nBcc: eve@example.org"))
        announce(session, "slot.moved", Facts(coach_ids=frozenset({world.user("clara").id})), at=world.at)
    (mail,) = mails(world, at=world.at + PAUSE)
    assert "eve@example" not in mail.as_string()


@pytest.mark.parametrize("recipient", ["a@b.example\nBcc: e@example.org", "a@b.example, e@example.org", "niemand"])
def test_a_recipient_that_is_not_one_address_is_refused(recipient):
    with pytest.raises(ValueError, match="@"):
        letter("staff_news", "de", recipient)


def test_the_sender_may_have_a_name():
    mail = letter("staff_news", "de", mail_from="Termine <post@haus.example>")
    assert (mail["From"], mail["Message-ID"]) == ("Termine <post@haus.example>", "<abcdefgh23456789@haus.example>")


def test_a_question_that_was_settled_meanwhile_is_dropped(world, session):
    ask_partner(world)
    notice = session.scalars(select(Notice)).one()
    enquiry = session.scalars(select(Enquiry)).one()
    settings, open_states = mail_settings(), set()
    for template in ABOUT_ENQUIRY:
        for state in EnquiryState:
            notice.template, enquiry.state = template, state
            found = prepare_letter(session, notice, settings, at=world.at)
            assert found == "settled" or isinstance(found, Letter)
            open_states |= {state} if isinstance(found, Letter) else set()
    assert open_states == {EnquiryState.SENT, EnquiryState.SEEN, EnquiryState.WAITLISTED}


def test_a_question_is_dropped_when_consent_ran_out_before_anybody_noticed(world):
    ask_partner(world)
    with world.database.transaction() as session:
        session.execute(update(Consent).values(valid_until=world.at))
    assert mails(world) == []
    assert (only_notice(world).state, only_notice(world).trouble) == (NoticeState.DROPPED, "no_consent")


def test_after_a_withdrawal_the_partner_is_only_asked_to_check(world):
    enquiry = ask_partner(world)
    with world.database.transaction() as session:
        announce(session, "booking.made", Facts(enquiry=enquiry), at=world.at)
    with world.database.transaction() as session:
        actor = world.actor("clara")
        consent = session.get_one(Consent, enquiry.consent_id)
        consent = get_consent(session, actor, consent.public_id, at=world.at)
        withdraw_consent(session, actor=actor, consent=consent, at=world.at)
    with world.database.transaction() as session:  # as if a late transaction had queued one more
        announce(session, "booking.cancelled", Facts(enquiry=enquiry), at=world.at)
        assert session.get_one(Consent, enquiry.consent_id).state is ConsentState.WITHDRAWN
    (mail,) = mails(world, at=world.at + timedelta(days=1))
    assert mail["Subject"] == "Bitte schauen Sie einmal nach"
    assert "/links/" not in mail.get_content()


@pytest.fixture
def invitation(world):
    with world.database.transaction() as session:
        actor = world.actor("otto")
        opening = get_opening(session, actor, world.cast.club.public_id, Role.PARTNER)
        return invite_staff(session, actor=actor, opening=opening, email="neu@verein.example", name="Neu", at=world.at)


def test_an_invitation_carries_its_link_to_the_invited_address(world, invitation):
    (mail,) = mails(world)
    assert mail["To"] == "neu@verein.example"
    assert "https://termine.example/invitations/" in mail.get_content()


@pytest.mark.parametrize("column", ["accepted_at", "withdrawn_at"])
def test_an_invitation_that_was_used_or_taken_back_is_dropped(world, invitation, column):
    with world.database.transaction() as session:
        session.execute(update(Invitation).values({column: world.at}))
    assert mails(world) == []
    assert only_notice(world).trouble == "settled"


def test_an_invitation_that_ran_out_is_dropped(world, invitation):
    assert mails(world, at=world.at + timedelta(days=7)) == []
    assert only_notice(world).trouble == "settled"


def test_a_mail_is_in_the_language_of_its_reader(world):
    with world.database.transaction() as session:
        session.execute(update(User).values(locale="en"))
        announce(session, "slot.moved", Facts(coach_ids=frozenset({world.user("clara").id})), at=world.at)
        session.flush()
        found = prepare_letter(session, session.scalars(select(Notice)).one(), mail_settings(), at=world.at)
    assert isinstance(found, Letter)
    assert found.recipient.locale == "en"
