"""The order of visits without an hour that needs the least driving on one day; no database."""

from collections.abc import Sequence

from hub.queries.day_plans import Day, Habits, Stop, Wanted, added_minutes, list_fitting

MOST_VISITS = 6  # all orders are tried: 720


def propose_route(visits: Sequence[Wanted], day: Day, habits: Habits) -> list[Stop] | None:
    """Return when to be where, by time, with the least driving and then the earliest end; None when not all fit.

    Every order is tried, each visit as early as it fits after the one before. Raises ValueError for more than six.
    """
    if len(visits) > MOST_VISITS:
        raise ValueError(f"at most {MOST_VISITS} visits")
    best = _best(tuple(visits), day, habits, (), 0, None)
    return list(best[1]) if best is not None and visits else None


Found = tuple[int, tuple[Stop, ...]]


def _best(
    left: tuple[Wanted, ...], day: Day, habits: Habits, placed: tuple[Stop, ...], driven: int, best: Found | None
) -> Found | None:
    if best is not None and driven > best[0]:
        return best
    if not left:
        return (driven, placed) if best is None or _rank(driven, placed) < _rank(*best) else best
    for number, visit in enumerate(left):
        later = (one for one in list_fitting(visit, day, habits) if not placed or one.starts_at > placed[-1].starts_at)
        stop = next(later, None)
        if stop is not None:
            rest = left[:number] + left[number + 1 :]
            more = driven + added_minutes(stop, day, habits)
            best = _best(rest, day.with_stop(stop), habits, (*placed, stop), more, best)
    return best


def _rank(driven: int, placed: tuple[Stop, ...]) -> tuple[int, float]:
    return driven, placed[-1].ends_at.timestamp() if placed else 0.0
