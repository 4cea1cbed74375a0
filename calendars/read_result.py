"""What reading a foreign calendar file gives: dates, coded problems, and whether all of it was understood."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ProblemCode(StrEnum):
    """What was odd about a file; the words for people belong to the program that knows their language."""

    TOO_LARGE = "too_large"
    NOT_A_CALENDAR = "not_a_calendar"
    UNFINISHED = "unfinished"
    NOT_UTF8 = "not_utf8"
    BROKEN_FOLDING = "broken_folding"
    TOO_MANY_COMPONENTS = "too_many_components"
    TOO_MANY_DATES = "too_many_dates"
    TOO_MUCH_WORK = "too_much_work"
    MISSING_START = "missing_start"
    MISSING_UID = "missing_uid"
    BROKEN_VALUE = "broken_value"
    END_BEFORE_START = "end_before_start"
    UNKNOWN_ZONE = "unknown_zone"
    RULE_TOO_FREQUENT = "rule_too_frequent"
    RULE_NOT_UNDERSTOOD = "rule_not_understood"


# After these some date of the file may be missing: a time without a date is then unknown, not free.
INCOMPLETE = frozenset(
    {
        ProblemCode.TOO_LARGE,
        ProblemCode.NOT_A_CALENDAR,
        ProblemCode.UNFINISHED,
        ProblemCode.TOO_MANY_COMPONENTS,
        ProblemCode.TOO_MANY_DATES,
        ProblemCode.TOO_MUCH_WORK,
        ProblemCode.MISSING_START,
        ProblemCode.BROKEN_VALUE,
        ProblemCode.RULE_TOO_FREQUENT,
        ProblemCode.RULE_NOT_UNDERSTOOD,
    }
)


class ReadingProblem(ValueError):
    """A part of the file cannot be read; `code` says why."""

    def __init__(self, code: ProblemCode) -> None:
        super().__init__(code.value)
        self.code = code


@dataclass(frozen=True, slots=True)
class Problem:
    """One oddity; `uid` names the event it belongs to, and is empty for the file as a whole."""

    code: ProblemCode
    uid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDate:
    """One date of a foreign calendar.

    `starts_at` and `ends_at` are aware UTC; of an all-day date they are the midnights around it in the calendar's zone,
    and `on` and `until_on` its first and last day. `original_at` is the instant the series had planned for this date
    (None outside series): with `uid` it recognises the date when the file is read again. Dates that were called off are
    there too, `cancelled`. `transparent` dates do not make anybody busy.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    original_at: datetime | None = None
    on: date | None = None
    until_on: date | None = None
    categories: tuple[str, ...] = ()
    transparent: bool = False
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The dates in order of their start, the problems in order of discovery, and whether dates may be missing."""

    dates: tuple[ReadDate, ...]
    problems: tuple[Problem, ...]
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file is read: bytes, components, kept dates, days around now, and days looked at for all rules."""

    octets: int = 5_000_000
    components: int = 10_000
    dates: int = 2_000
    days_back: int = 31
    days_ahead: int = 731
    days_looked_at: int = 1_000_000
