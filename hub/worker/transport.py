"""Ways a mail leaves: over SMTP with TLS, or into a folder (demo and development)."""

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hub.config import Config
from hub.errors import ConfigurationError

TIMEOUT_SECONDS = 20
Send = Callable[[EmailMessage], None]


def transport(config: Config) -> Send:
    """Return how mails leave; raises ConfigurationError for an address that names no known way."""
    if not config.mail_url:
        return lambda message: into_folder(message, config.data / "mail")
    url = urlsplit(config.mail_url)
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise ConfigurationError("HUB_MAIL_URL: write smtp://user:password@host:587 or smtps://host:465.")
    # Without TLS only on loopback, where nothing can be overheard.
    plain = url.scheme == "smtp" and url.hostname in ("127.0.0.1", "localhost", "::1")
    return lambda message: over_smtp(message, config.mail_url, plain=plain)


def over_smtp(message: EmailMessage, address: str, *, plain: bool) -> None:
    """Send over SMTP; TLS is enforced unless `plain`. Raises smtplib.SMTPException or OSError."""
    url = urlsplit(address)
    context = ssl.create_default_context()
    port = url.port or (465 if url.scheme == "smtps" else 587)
    host = url.hostname or ""
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    with server:
        if url.scheme == "smtp" and not plain:
            server.starttls(context=context)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(message)


def into_folder(message: EmailMessage, folder: Path) -> None:
    """Write the mail as a file, whole or not at all; the same Message-ID overwrites itself."""
    folder.mkdir(parents=True, exist_ok=True)
    name = message["Message-ID"].strip("<>").split("@")[0]
    draft = folder / f".{name}.new"
    draft.write_bytes(bytes(message))
    draft.replace(folder / f"{name}.eml")
