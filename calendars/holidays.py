"""Public holidays and other closed days of Saxony."""

from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache

from holidays import country_holidays

# The languages the library has; others get the German names, which are the official ones.
_LANGUAGES = {"de": "de", "en": "en_US", "uk": "uk"}


def public_holidays(first: date, last: date, *, language: str = "de", catholic_region: bool = False) -> dict[date, str]:
    """Saxony's public holidays from `first` to `last`, both included, in order, with their names.

    Reformation Day and the Day of Repentance are in. Corpus Christi is a holiday only in some municipalities (SächsSFG,
    section 1; decree of 1993): `catholic_region` says so. Without names in `language` the German ones are given.
    """
    name = _LANGUAGES.get(language, "de")
    years = range(first.year, last.year + 1)
    found = [item for year in years for item in _of_year(year, name, catholic_region).items()]
    return {on: label for on, label in found if first <= on <= last}


def closed_days(own: Collection[date] = (), *, catholic_region: bool = False) -> Callable[[date], bool]:
    """A question "is this day closed?" for `working_time`: Saxony's public holidays and one's own closures.

    Weekends are not its business; the working-time functions know them.
    """
    own_days = frozenset(own)

    def closed(on: date) -> bool:
        return on in own_days or on in _of_year(on.year, "de", catholic_region)

    return closed


@lru_cache(maxsize=256)
def _of_year(year: int, language: str, catholic_region: bool) -> dict[date, str]:
    categories = ("public", "catholic") if catholic_region else ("public",)
    return dict(
        sorted(country_holidays("DE", subdiv="SN", years=year, language=language, categories=categories).items())
    )
