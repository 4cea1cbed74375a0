"""What a calendar says: its neutral head, and its entries part by part through the visibility table; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypedDict

from calendars.entry import CalendarHead
from calendars.writing import empty_calendar
from hub.geography import find_municipality
from hub.i18n import N_
from hub.models.offer import Form
from hub.models.subscription import PUBLIC_KINDS, FeedKind, Level
from hub.policy.visibility import FEEDS, Part

PRODID: Final = "-//Kalender//Termine//DE"
REFRESH: Final = timedelta(hours=1)
OF_MANY: Final = (FeedKind.ROOM, *PUBLIC_KINDS)  # what others do: it takes none of the reader's own time
OF_PERSONS: Final = (FeedKind.PARTICIPANT, FeedKind.COACH)  # they show bookings; all others show dates of offers


def calendar_head(locale: str) -> CalendarHead:
    """Return the head of every feed in the reader's language; it names no house, no person and no purpose."""
    return CalendarHead(
        name=N_("Termine").render(locale),
        prodid=PRODID,
        refresh=REFRESH,
        cancelled_prefix=N_("Abgesagt:").render(locale) + " ",
    )


def empty_feed(locale: str) -> bytes:
    """Return what an ended feed answers for a while, so that programs drop what they had."""
    return empty_calendar(calendar_head(locale))


class Words(TypedDict):
    """The texts of one entry."""

    summary: str
    location: str | None
    description: str | None
    url: str | None


@dataclass(frozen=True)
class FeedText:
    """How the entries of one feed are worded: its kind and level, the house's address, and initials where chosen.

    Texts are in the language in use. No text holds a name, a purpose or a note; the join link of an online date is in
    none, since only the own page shows it.
    """

    kind: FeedKind
    level: Level
    public_url: str
    initials: Mapping[int, str] = field(default_factory=dict)

    @property
    def shown(self) -> frozenset[Part]:
        """The parts this kind of feed shows at this level."""
        return FEEDS[self.kind][self.level]

    def describe(self, row: Any) -> Words:
        """Return summary, location, description and URL of one row's entry."""
        return {
            "summary": self._summary(row),
            "location": self._location(row),
            "description": self._description(row),
            "url": self._page(row),
        }

    def _summary(self, row: Any) -> str:
        """What it is called; while it is not decided whether it takes place, that stands before it in neutral words."""
        if row.tentative and not row.cancelled:
            return str(N_("Noch offen: {what}", what=self._name(row)))
        return self._name(row)

    def _name(self, row: Any) -> str:
        if self.kind not in OF_PERSONS:
            return _with_count(row) if Part.COUNT in self.shown else str(row.title or N_("Reserviert"))
        if self.kind is FeedKind.COACH:
            return self.initials.get(row.participant_id) or row.call_word or str(N_("Termin"))
        if Part.TITLE in self.shown and row.form is Form.ROOM:
            return str(N_("Gespräch"))
        if Part.TITLE in self.shown and row.title and not row.private:
            return str(row.short_title or row.title)
        return str(row.neutral_word)

    def _location(self, row: Any) -> str | None:
        if row.private:
            return None
        organisation = row.organisation if Part.ORGANISATION in self.shown else None
        parts = filter(None, [organisation, *self._rooms(row), self._address(row)])
        return ", ".join(dict.fromkeys(parts)) or None  # a place that is called as its organisation says it once

    def _rooms(self, row: Any) -> tuple[str | None, ...]:
        """The room and the name of its place, where one comes to a place."""
        if Part.ROOM not in self.shown or row.form in (Form.ONLINE, Form.HOME_VISIT):
            return ()
        return row.room, row.place

    def _address(self, row: Any) -> str | None:
        """The street address; of a visit at home no address: the coach reads the municipality, the person is there."""
        if row.form is Form.ONLINE or Part.ADDRESS not in self.shown:
            return None
        if _at_home(row):
            if self.kind is FeedKind.PARTICIPANT:
                return str(N_("Bei Ihnen zu Hause"))
            return _municipality(row.visited_code or row.home_code) if Part.MUNICIPALITY in self.shown else None
        town = " ".join(filter(None, [row.postal_code, _municipality(row.municipality_code)]))
        return ", ".join(filter(None, [row.street, town])) or None

    def _description(self, row: Any) -> str | None:
        page = self._page(row)
        if page is None or row.form is not Form.ONLINE:
            return None
        return str(N_("Mehr dazu: {address}", address=page))

    def _page(self, row: Any) -> str | None:
        if Part.OFFER_PAGE in self.shown:
            return f"{self.public_url.rstrip('/')}/offers/{row.offer}"
        if Part.OWN_PAGE not in self.shown:
            return None
        path = f"/bookings/{row.public_id}" if self.kind is FeedKind.COACH else "/me"
        return self.public_url.rstrip("/") + path


def _with_count(row: Any) -> str:
    if not row.places:
        return str(row.title)
    return str(N_("{title} ({taken} von {places})", title=row.title, taken=row.taken, places=row.places))


def _at_home(row: Any) -> bool:
    """A visit: an offer of that form, or an appointment that was made for the person's home; elsewhere is no town."""
    if row.form is not None:
        return bool(row.form is Form.HOME_VISIT)
    return row.visited_code is not None


def _municipality(code: str | None) -> str | None:
    found = find_municipality(code) if code else None
    return found.name if found else None
