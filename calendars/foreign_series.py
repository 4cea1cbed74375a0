"""The events of one UID become dates: rules, extra and excluded dates, replaced ones, "this and all later ones"."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from calendars.foreign_events import ForeignEvent
from calendars.foreign_rule import Work, parse_rule, walls
from calendars.foreign_times import Moment, read_until, to_utc
from calendars.read_result import ProblemCode, ReadDate, ReadingProblem

Note = Callable[[ProblemCode, str], None]
_WIDEST_MARGIN: Final = timedelta(days=400)
_DAY: Final = timedelta(days=1)


class Window(NamedTuple):
    """The period dates are kept in, aware UTC; a date belongs to it if it touches it."""

    first: datetime
    last: datetime


class _Replacements:
    """Events that replace dates of a series, found by the date they replace.

    RECURRENCE-ID often comes in another form than DTSTART: as a day, in UTC, in another zone, without one.
    """

    def __init__(self, master: ForeignEvent, events: Iterable[ForeignEvent]) -> None:
        self._singles: dict[datetime | date, ForeignEvent] = {}
        later: dict[datetime, ForeignEvent] = {}
        for event in events:
            if event.replaces and event.and_future:
                later[event.replaces.at(master.zone)] = event
            elif event.replaces:
                self._singles[_address(master, event.replaces)] = event
        self._since = sorted(later)
        self._later = [later[since] for since in self._since]

    def single(self, wall: datetime, at: datetime) -> ForeignEvent | None:
        """The event that replaces just this date."""
        return self._singles.get(at) or self._singles.get(wall.date())

    def later(self, at: datetime) -> ForeignEvent | None:
        """The event that replaces this date together with all later ones."""
        place = bisect_right(self._since, at)
        return self._later[place - 1] if place else None


def dates_of(events: list[ForeignEvent], window: Window, work: Work, note: Note) -> Iterator[ReadDate]:
    """The dates of all events with one UID that touch the window, in no particular order.

    What replaces a date that is not there (excluded, outside the window, its series not in the file) still takes place.
    Raises ReadingProblem TOO_MUCH_WORK for absurd numbers of series and replacements under one UID.
    """
    replacing = _newest(events)
    shifts = [abs(event.start.at(event.home) - event.replaces.at(event.home)) for event in replacing if event.replaces]
    margin = min(max(shifts, default=_DAY), _WIDEST_MARGIN) + _DAY
    wide = Window(window.first - margin, window.last + margin)
    used: set[int] = set()
    for master in _masters(events):
        work.spend(len(replacing))
        for found in _of_series(master, replacing, used, _planned(master, wide, work, note)):
            if _touches(found, window):
                yield found
    for event in replacing:
        if id(event) not in used and event.replaces:
            found = _date(event, event.start.wall, event.replaces.at(event.zone), event)
            if _touches(found, window):
                yield found


def _of_series(
    master: ForeignEvent, replacing: list[ForeignEvent], used: set[int], planned: Iterable[datetime]
) -> Iterator[ReadDate]:
    replacements = _Replacements(master, replacing)
    for wall in planned:
        at = to_utc(wall, master.zone)
        single, later = replacements.single(wall, at), replacements.later(at)
        used |= {id(event) for event in (single, later) if event}
        if single:
            yield _date(single, single.start.wall, at, master)
        elif later:
            yield _date(later, _moved(later, at), at, master)
        else:
            yield _date(master, wall, at, master)


def _masters(events: list[ForeignEvent]) -> list[ForeignEvent]:
    """The newest version of the series; different events that share a UID by mistake are all kept."""
    masters = [event for event in events if event.replaces is None]
    newest = max((event.sequence for event in masters), default=0)
    return list({(event.start, event.rules): event for event in masters if event.sequence == newest}.values())


def _newest(events: list[ForeignEvent]) -> list[ForeignEvent]:
    newest: dict[datetime, ForeignEvent] = {}
    for event in events:
        if event.replaces is not None:
            key = event.replaces.at(event.zone)
            if key not in newest or newest[key].sequence <= event.sequence:
                newest[key] = event
    return list(newest.values())


def _planned(master: ForeignEvent, window: Window, work: Work, note: Note) -> Iterator[datetime]:
    """The wall times the series names, without its excluded dates, also those of dates that began before the window."""
    low = _wall(window.first - min(master.length, _WIDEST_MARGIN), master)
    high = _wall(window.last, master)
    excluded = {_address(master, moment) for moment in master.excluded}
    seen: set[datetime] = set()
    for wall in _walls(master, low, high, work, note):
        if wall not in seen and wall.date() not in excluded and to_utc(wall, master.zone) not in excluded:
            seen.add(wall)
            yield wall


def _walls(master: ForeignEvent, low: datetime, high: datetime, work: Work, note: Note) -> Iterator[datetime]:
    start = master.start.wall
    if not master.rules:
        yield start
    for text in master.rules:
        try:
            rule = parse_rule(text)
            until = read_until(rule.until, master.zone) if rule.until else None
            yield from walls(rule, start, until=until, low=low, high=high, work=work)
        except ReadingProblem as problem:
            note(problem.code, master.uid)
            yield start
    for moment in master.more:
        yield moment.wall if moment.zone is None else _wall(moment.at(master.zone), master)


def _address(master: ForeignEvent, moment: Moment) -> datetime | date:
    """What a moment means to this series: one of its days, or an instant."""
    if master.start.all_day or moment.all_day:
        return moment.day(master.zone)
    return moment.at(master.zone)


def _wall(at: datetime, event: ForeignEvent) -> datetime:
    return at.astimezone(event.zone).replace(tzinfo=None)


def _moved(later: ForeignEvent, at: datetime) -> datetime:
    planned = later.replaces.at(later.home) if later.replaces else at
    return _wall(at, later) + (later.start.wall - _wall(planned, later))


def _date(event: ForeignEvent, wall: datetime, planned_at: datetime, master: ForeignEvent) -> ReadDate:
    starts_at = to_utc(wall, event.zone)
    ends_at = starts_at + event.length if event.exact else to_utc(wall + event.length, event.zone)
    all_day = event.start.all_day
    return ReadDate(
        uid=event.uid,
        starts_at=starts_at,
        ends_at=max(starts_at, ends_at),
        summary=event.summary,
        original_at=planned_at if master.rules or master.more or event.replaces else None,
        on=wall.date() if all_day else None,
        until_on=(wall + event.length - _DAY).date() if all_day else None,
        categories=event.categories,
        transparent=event.transparent,
        cancelled=event.cancelled or master.cancelled,
    )


def _touches(found: ReadDate, window: Window) -> bool:
    return found.ends_at >= window.first and found.starts_at <= window.last
