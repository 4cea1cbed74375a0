"""Ways a mail leaves: over SMTP with TLS, or into a folder (demo and development)."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hub.config import LOOPBACK, Config
from hub.errors import ConfigurationError

TIMEOUT_SECONDS = 20
WRONG = "HUB_MAIL_URL: write smtp://user:password@host:587 or smtps://user:password@host:465."
Send = Callable[[EmailMessage], None]


class Protection(StrEnum):
    """How a connection to the mail server is kept from listeners."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed over."""

    host: str
    port: int
    protection: Protection
    user: str = ""
    password: str = ""

    def connect(self) -> smtplib.SMTP:
        """Return a connection, protected and signed in; raises smtplib.SMTPException or OSError."""
        context = ssl.create_default_context()
        if self.protection is Protection.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            if self.protection is Protection.STARTTLS:
                server.starttls(context=context)  # raises when the server has none: nothing goes out in clear
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def mail_server(address: str) -> MailServer:
    """Read an address; TLS is enforced except on loopback, where nothing can be overheard (R-SEC-18).

    Raises ConfigurationError for an address that names no known way.
    """
    url = urlsplit(address)
    try:
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise ConfigurationError(WRONG) from error
    if url.scheme not in ("smtp", "smtps") or not host:
        raise ConfigurationError(WRONG)
    user, password = unquote(url.username or ""), unquote(url.password or "")
    if url.scheme == "smtps":
        return MailServer(host, port or 465, Protection.TLS, user, password)
    protection = Protection.NONE if host in LOOPBACK else Protection.STARTTLS
    return MailServer(host, port or 587, protection, user, password)


def transport(config: Config) -> Send:
    """Return how mails leave; raises ConfigurationError for an address that names no known way."""
    if not config.mail_url:
        return lambda message: into_folder(message, config.data / "mail")
    server = mail_server(config.mail_url)
    return lambda message: over_smtp(message, server)


def over_smtp(message: EmailMessage, server: MailServer) -> None:
    """Hand the mail over; raises smtplib.SMTPException or OSError."""
    with server.connect() as connection:
        connection.send_message(message)


def into_folder(message: EmailMessage, folder: Path) -> None:
    """Write the mail as a file, whole or not at all; the same Message-ID overwrites itself."""
    folder.mkdir(parents=True, exist_ok=True)
    name = message["Message-ID"].strip("<>").split("@")[0]
    draft = folder / f".{name}.new"
    draft.write_bytes(bytes(message))
    draft.replace(folder / f"{name}.eml")
