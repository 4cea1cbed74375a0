"""A date for a person's own calendar inside their mail: its time and their own neutral word, nothing else."""

from datetime import datetime
from email.utils import parseaddr

from sqlalchemy.orm import Session

from calendars.entry import CalendarEntry
from calendars.inviting import Method, write_invitation
from calendars.uid import make_uid
from hub.actions.calendar_mails import CalendarPart
from hub.config import Config
from hub.models.booking import Booking, BookingState
from hub.models.notice import Notice
from hub.models.participant import Participant
from hub.models.subscription import FeedKind
from hub.policy.feed_text import calendar_head
from hub.queries import restorations
from hub.queries.feeds import uid_key
from hub.queries.person_notices import carries_entry, get_with_reason


def part_for(session: Session, notice: Notice, config: Config, *, at: datetime) -> CalendarPart | None:
    """Return the entry a mail to a person carries, where they ticked it (E6), else None.

    It is published, nobody is asked to answer. The same event as in their own feed: same UID, growing SEQUENCE.
    """
    if not carries_entry(session, notice, at=at):
        return None
    found = get_with_reason(session, notice.id)
    person, booking = found.participant, found.booking
    if person is None or booking is None:
        return None
    return _write(notice, person, booking, config, raised=restorations.raised_by(session))


def _write(notice: Notice, person: Participant, booking: Booking, config: Config, *, raised: int) -> CalendarPart:
    key = uid_key(FeedKind.PARTICIPANT, person.public_id)
    entry = CalendarEntry(
        uid=make_uid(key, "booking", booking.public_id, config.calendar_domain),
        summary=person.neutral_word,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        changed_at=notice.created_at,
        sequence=booking.sequence + raised,
        cancelled=booking.state is BookingState.CANCELLED,
    )
    sender = parseaddr(config.mail_from)[1]
    head = calendar_head(person.locale)
    body = write_invitation(entry, head, method=Method.PUBLISH, organizer=sender, at=notice.created_at)
    return CalendarPart(Method.PUBLISH, body)
