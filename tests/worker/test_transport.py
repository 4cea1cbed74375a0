"""How a mail leaves: TLS is enforced unless the server is this machine itself."""

import smtplib
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calendars.inviting import Method
from hub.actions.calendar_mails import CalendarPart
from hub.errors import ConfigurationError
from hub.models.notice import Channel, Notice
from hub.queries.notices import Recipient
from hub.worker.letters import Letter, write_mail
from hub.worker.transport import MailServer, Protection, into_folder, mail_server, over_smtp, transport
from tests.post import PostOffice, mail_settings
from tests.worker.test_calendar_mails import EVENTS
from tests.worker.test_letters import letter
from tests.world import AT

P = Protection


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://mail.example", MailServer("mail.example", 587, P.STARTTLS)),
        ("smtp://mail.example:25", MailServer("mail.example", 25, P.STARTTLS)),
        ("smtp://192.0.2.1", MailServer("192.0.2.1", 587, P.STARTTLS)),
        ("smtp://localhost.evil.example", MailServer("localhost.evil.example", 587, P.STARTTLS)),
        ("smtps://u%40x:p%2Fw@mail.example", MailServer("mail.example", 465, P.TLS, "u@x", "p/w")),
        ("smtps://127.0.0.1", MailServer("127.0.0.1", 465, P.TLS)),
        ("smtp://127.0.0.1:1025", MailServer("127.0.0.1", 1025, P.NONE)),
        ("smtp://[::1]:1025", MailServer("::1", 1025, P.NONE)),
        ("smtp://localhost:1025", MailServer("localhost", 1025, P.NONE)),
    ],
)
def test_only_loopback_may_go_without_tls(address: str, server: MailServer) -> None:
    assert mail_server(address) == server


@pytest.mark.parametrize("address", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:mail"])
def test_an_address_that_names_no_way_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="HUB_MAIL_URL"):
        transport(mail_settings(mail_url=address))


def test_a_server_without_tls_gets_nothing(post_office: PostOffice) -> None:
    server = MailServer("127.0.0.1", post_office.port, P.STARTTLS, "user", "secret")
    with pytest.raises(smtplib.SMTPNotSupportedError, match="STARTTLS"):
        over_smtp(letter("staff_news", "de"), server)
    assert post_office.mails == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Give a file with a key and a certificate for 127.0.0.1 that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
    signed = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "mail.pem"
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_mail_goes_over_starttls_to_a_server_that_is_trusted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = PostOffice()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with office.opened(tls_context=serving(certificate), require_starttls=True):
        over_smtp(letter("staff_news", "de"), MailServer("127.0.0.1", office.port, P.STARTTLS))
    assert [mail["Subject"] for mail in office.mails] == ["Es gibt etwas Neues"]


def test_a_mail_with_a_date_arrives_over_starttls_as_it_was_written(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, part = PostOffice(), CalendarPart(Method.REQUEST, (EVENTS / "1-request.ics").read_bytes())
    notice = Notice(public_id="abcdefgh23456789", template="calendar_entry", channel=Channel.EMAIL, created_at=AT)
    page = "https://termine.example/login"
    mail = write_mail(Letter(notice, Recipient("clara@demo.example"), page, calendar=part), mail_settings())
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with office.opened(tls_context=serving(certificate), require_starttls=True):
        over_smtp(mail, MailServer("127.0.0.1", office.port, P.STARTTLS))
    (arrived,) = office.mails
    bodies = [one for one in arrived.walk() if one.get_content_subtype() in ("calendar", "ics")]
    assert [one.get_payload(decode=True) for one in bodies] == [part.body] * 2
    assert bodies[0].get_param("method") == "REQUEST"


def test_a_server_that_cannot_prove_its_name_gets_nothing(certificate: Path) -> None:
    office = PostOffice()
    with office.opened(tls_context=serving(certificate)), pytest.raises(ssl.SSLCertVerificationError):
        over_smtp(letter("staff_news", "de"), MailServer("127.0.0.1", office.port, P.STARTTLS))
    assert office.mails == []


def test_without_a_server_mails_lie_in_a_folder_and_a_repeated_one_lies_there_once(tmp_path: Path) -> None:
    send = transport(mail_settings(data=tmp_path))
    for _ in range(2):
        send(letter("staff_news", "de"))
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == "abcdefgh23456789.eml"
    assert message_from_bytes(file.read_bytes())["To"] == "post@verein.example"


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mail").touch()
    with pytest.raises(OSError, match="mail"):
        into_folder(letter("staff_news", "de"), tmp_path / "mail")
