"""A person's dates as a sheet of paper, in the person's language: wallet card, A5 slip or A4 in large print."""

from collections.abc import Iterable

import segno
from flask import render_template, url_for
from markupsafe import Markup

from hub import i18n
from hub.i18n import N_, Message
from hub.models.booking import Booking
from hub.models.card import Card
from hub.models.participant import Participant
from hub.models.slip import SlipSize
from hub.queries import cards
from hub.queries.cards import grouped, start_number, start_number_works
from hub.queries.slip_contents import Contents
from hub.web.booking_words import code_for_desk, numeric_date, paper_place_of, persons_knot
from hub.web.context import at, config

SIZES: dict[SlipSize, Message] = {
    SlipSize.CARD: N_("Karte"),
    SlipSize.SLIP: N_("A5"),
    SlipSize.LARGE: N_("große Schrift, A4"),
}


def sheet_of(contents: Contents) -> Markup:
    """Return one sheet; a number of 0 is a preview and says so. The person and its coach must be loaded."""
    slip, card = contents.slip, contents.card
    host = config().public_url.rstrip("/").partition("://")[2]
    with i18n.using(slip.locale):
        text = render_template(
            "slips/_card.html" if slip.size is SlipSize.CARD else "slips/_sheet.html",
            slip=slip,
            large=slip.size is SlipSize.LARGE,
            card=card,
            code=grouped(card.code) if card else "",
            short_address=host + url_for("cards.new_code"),
            qr=segno.make(_address(card), error="m").svg_data_uri(border=2, scale=4) if card else "",
            start=start_number(card) if card and start_number_works(card, at()) else "",
            started_until=card.issued_at + cards.STARTING if card else None,
            withdrawal=contents.withdrawal,
            withdrawal_address=f"{host}/withdrawal",
            lines=[_line(one) for one in contents.dates],
            as_of=numeric_date(slip.printed_at).split()[-1],
            dates=[persons_knot(one, title=slip.titles, paper=True) for one in contents.dates],
            phone=phone_of(slip.participant),
        )
    return Markup(text)  # noqa: S704 (rendered, so escaped)


def _line(booking: Booking) -> tuple[str, Booking, str, str]:
    return numeric_date(booking.starts_at), booking, paper_place_of(booking), code_for_desk(booking)


def sheets_of(several: Iterable[Contents]) -> Markup:
    """Return sheets one after another, each on its own paper."""
    return Markup("").join(sheet_of(one) for one in several)


def _address(card: Card) -> str:
    return config().public_url.rstrip("/") + url_for("cards.show_code", code=grouped(card.code))


def phone_of(person: Participant) -> str:
    """Return the number on the card: the coach's own, else the house's."""
    own = person.coach.phone if person.coach is not None else ""
    return own or config().site_phone_text
