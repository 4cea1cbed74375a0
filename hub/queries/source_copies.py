"""What was read in a foreign calendar, ready to be kept: dates by a digest of their identity, or busy spans."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from calendars.reading import ProblemCode, ReadDate, ReadResult
from hub import clock, crypto

LONGEST_TITLE = 120
MOST_CATEGORIES = 10
LONGEST = timedelta(days=1)  # what lasts longer is no date of an offer
# After these the copy is not one at all: the last good one stays.
BROKEN = frozenset({ProblemCode.NOT_A_CALENDAR, ProblemCode.UNFINISHED, ProblemCode.TOO_LARGE})


def plain(text: str) -> str:
    """Return a title as it is compared: in small letters, with single blanks; any script keeps its letters."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True)
class FoundDate:
    """One coming date of a foreign calendar that could be an offer's."""

    key: str
    starts_at: datetime
    ends_at: datetime
    title: str
    categories: tuple[str, ...]

    def stored(self) -> list[Any]:
        """Return it as the preview keeps it."""
        return [self.key, self.starts_at.isoformat(), self.ends_at.isoformat(), self.title, list(self.categories)]

    @classmethod
    def from_stored(cls, row: list[Any]) -> "FoundDate":
        """Return what `stored` made a row of."""
        key, start, end, title, categories = row
        return cls(key, datetime.fromisoformat(start), datetime.fromisoformat(end), title, tuple(categories))

    def is_chosen(self, titles: Iterable[str], categories: Iterable[str]) -> bool:
        """Tell whether its title or one of its categories (both as `plain` writes them) was chosen."""
        return plain(self.title) in titles or any(plain(one) in categories for one in self.categories)


@dataclass(frozen=True)
class Copy:
    """One copy of a foreign calendar: its dates and its busy spans, what was odd, and whether something is missing."""

    dates: tuple[FoundDate, ...]
    busy: tuple[tuple[datetime, datetime], ...]
    problems: dict[str, int]
    incomplete: bool
    digest: str = ""
    etag: str = ""


def copy_of(result: ReadResult, *, digest: str = "", etag: str = "", at: datetime) -> Copy:
    """Take from a reading what is kept; all-day entries are busy times, but no dates of an offer."""
    standing = [one for one in result.dates if not one.cancelled]
    return Copy(
        dates=tuple(_found(standing, at)),
        busy=tuple(_merged(standing)),
        problems=dict(Counter(problem.code.value for problem in result.problems)),
        incomplete=result.truncated,
        digest=digest,
        etag=etag,
    )


def is_broken(result: ReadResult) -> bool:
    """Tell whether what came is no whole calendar at all."""
    return any(problem.code in BROKEN for problem in result.problems)


def _found(dates: list[ReadDate], at: datetime) -> Iterable[FoundDate]:
    """Name each by its event and, in a series, its day: a series that moves by an hour keeps its dates."""
    seen: Counter[str] = Counter()
    for one in dates:
        day = clock.local_date(one.original_at).isoformat() if one.original_at else ""
        identity = f"{day}|{one.uid}"
        seen[identity] += 1
        start, end = _minute(one.starts_at), _minute(one.ends_at)
        if one.on is not None or start <= at or not timedelta(0) < end - start < LONGEST:
            continue
        key = crypto.ring().digest("calendar source", f"{seen[identity]}|{identity}")
        categories = tuple(name[:LONGEST_TITLE] for name in one.categories[:MOST_CATEGORIES])
        yield FoundDate(key, start, end, one.summary[:LONGEST_TITLE], categories)


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def _merged(dates: list[ReadDate]) -> Iterable[tuple[datetime, datetime]]:
    """The spans in which somebody is busy, in order, those that touch as one."""
    spans = sorted((one.starts_at, one.ends_at) for one in dates if not one.transparent and one.starts_at < one.ends_at)
    merged: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
