"""Words and addresses around calendar feeds, shared by the pages of staff and of persons."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import segno
from flask import url_for

from hub.i18n import N_, Message
from hub.models.subscription import FeedKind, Level, Subscription
from hub.web.context import config

LEVELS: dict[Level, Message] = {
    Level.DISCREET: N_("Nur die Zeit und Ihr Wort"),
    Level.ADDRESS: N_("Dazu die Straße"),
    Level.FULL: N_("Dazu Angebot und Partner"),
}
KINDS: dict[FeedKind, Message] = {
    FeedKind.PARTICIPANT: N_("Meine Termine"),
    FeedKind.COACH: N_("Termine meiner Menschen"),
    FeedKind.ORGANISATION: N_("Termine und Plätze"),
    FeedKind.OFFER: N_("Ein Angebot"),
    FeedKind.ROOM: N_("Ein Raum"),
}
CLIENTS: dict[str, Message] = {
    "Google": N_("von Google"),
    "Apple": N_("von Apple"),
    "Outlook": N_("von Outlook"),
    "Thunderbird": N_("von Thunderbird"),
    "ICSx5": N_("von ICSx⁵"),
    "vdirsyncer": N_("von vdirsyncer"),
    "other": N_("von einem anderen Programm"),
}


@dataclass(frozen=True)
class Address:
    """A secret address in the forms programs want; made for one page and kept nowhere."""

    name: str
    https: str
    webcal: str
    basic: str
    help_url: str
    qr: str  # of the instructions: a telephone that scans a feed's address imports it once instead of subscribing

    @classmethod
    def of(cls, subscription: Subscription, token: str) -> "Address":
        """Return the forms of one token."""
        house = config().public_url.rstrip("/")
        https = f"{house}/feeds/{token}.ics"
        help_url = house + url_for("feeds.show_help")
        return cls(
            name=subscription.name,
            https=https,
            webcal=https.replace(urlsplit(house).scheme, "webcal", 1),
            basic=f"{house}/feeds/basic/{subscription.public_id}.ics",
            help_url=help_url,
            qr=segno.make(help_url, error="m").svg_data_uri(border=2, scale=4, light="#fff"),
        )
