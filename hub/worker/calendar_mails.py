"""A date inside a mail (RFC 6047): the part that programs act on, and the same bytes as a file for all others."""

from email.message import EmailMessage

from hub.actions.calendar_mails import CalendarPart

FILE = "termin.ics"  # as neutral as the mail itself


def attach(message: EmailMessage, part: CalendarPart, *, number: str) -> None:
    """Add an event to a finished text mail, base64 with CRLF; the part's method is the one inside (RFC 6047, 2.4).

    `number` is the mail's own, so that the same mail is the same bytes each time it is written.
    """
    kind = {"charset": "UTF-8", "method": part.method.value}
    message.add_alternative(part.body, maintype="text", subtype="calendar", cte="base64", params=kind)
    message.add_attachment(part.body, maintype="application", subtype="ics", cte="base64", filename=FILE)
    message.set_boundary(f"=_mail_{number}")
    next(message.iter_parts()).set_boundary(f"=_text_{number}")
