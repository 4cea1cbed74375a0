"""A way for short messages (SMS and the like): one gateway the operator names; without one nobody is offered it."""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from hub import i18n
from hub.config import Config
from hub.errors import ConfigurationError
from hub.i18n import N_, Message
from hub.queries.person_news import CHANGE, QUESTION, REMINDER
from hub.worker.letters import Letter

# An optional extra: most houses have no gateway.
apprise: Any = import_module("apprise") if find_spec("apprise") else None
SendText = Callable[[str, str], None]
HOME = "+49"
LONGEST = 160  # one message
# No address of a page: a link from an unknown number is what people are warned of.
TEXTS: Mapping[str, Callable[[str], Message]] = {
    CHANGE: lambda phone: N_("Es hat sich etwas geändert. Rufen Sie uns an: {phone}", phone=phone),
    REMINDER: lambda phone: N_("Eine Erinnerung. Wann und wo, steht auf Ihrer Seite. Fragen? {phone}", phone=phone),
    QUESTION: lambda phone: N_("Wir haben eine Frage an Sie. Rufen Sie uns an: {phone}", phone=phone),
}


class MessageRefused(OSError):
    """The gateway did not take a message."""


def messenger(config: Config) -> SendText | None:
    """Return how short messages leave, None where they do not; raises ConfigurationError for a gateway nobody knows."""
    if not config.messages_url:
        return None
    if apprise is None:
        raise ConfigurationError("HUB_MESSAGES_URL needs the extra: pip install 'partnerhub[messages]'.")
    if not apprise.Apprise().add(config.messages_url.replace("{number}", "+490000000")):
        raise ConfigurationError("HUB_MESSAGES_URL: no gateway is known by this kind of address.")
    return lambda number, text: through_gateway(config.messages_url, number, text)


def through_gateway(url: str, number: str, text: str) -> None:
    """Hand one message over; raises MessageRefused when the gateway does not take it."""
    gateway = apprise.Apprise()
    if not gateway.add(url.replace("{number}", dialled(number))) or not gateway.notify(body=text):
        raise MessageRefused


def dialled(number: str) -> str:
    """Return a number as gateways want it: "0151 5550" becomes "+491515550"."""
    digits = "".join(sign for sign in number if sign.isdigit())
    if number.strip().startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else f"{HOME}{digits.removeprefix('0')}"


def write_text(letter: Letter, config: Config) -> str:
    """Return the message, without content, in the language of its reader; raises ValueError for one too long."""
    with i18n.using(letter.recipient.locale):
        text = str(TEXTS[letter.notice.template](config.site_phone_text))
    if len(text) > LONGEST:
        raise ValueError("too long for one message")
    return text
