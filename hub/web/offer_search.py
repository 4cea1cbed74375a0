"""The search form of the catalogue: from the address to a filter, and back to addresses with one thing changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from babel.dates import get_day_names
from flask import url_for
from werkzeug.datastructures import MultiDict

from hub import clock, geography, i18n
from hub.folding import fold
from hub.geography import Municipality
from hub.i18n import N_, Message
from hub.models.offer import Access, Aim, Form
from hub.queries.offer_facets import Facets
from hub.queries.offer_filters import DEFAULT_KM, RADII, DayPart, OfferFilter
from hub.web import offer_words
from hub.web.context import at

E = TypeVar("E", bound=StrEnum)
LONGEST_WORDS = 80
ICONS: Mapping[Aim, str] = {
    Aim.MOVE: "run",
    Aim.BODY: "heart",
    Aim.MIND: "moon",
    Aim.DAILY_LIFE: "cup",
    Aim.WORK: "briefcase",
    Aim.PEOPLE: "people",
    Aim.DIGITAL: "mobile",
}
PARTS: Mapping[DayPart, Message] = {
    DayPart.MORNING: N_("vormittags"),
    DayPart.AFTERNOON: N_("nachmittags"),
    DayPart.EVENING: N_("abends, ab 17 Uhr"),
}
STEP_FREE = N_("stufenlos erreichbar")
WITH_SOMEONE = N_("zu zweit: jemand darf mitkommen")
TODAY = N_("nur heute")
FREE = N_("nur mit freiem Platz")


@dataclass(frozen=True)
class Search:
    """What stands in the search form; strange values in the address count as not given."""

    words: str
    near_text: str
    place: Municipality | None
    others: tuple[Municipality, ...]  # further places the words may mean
    filters: OfferFilter
    page: int

    @classmethod
    def read(cls, args: "MultiDict[str, str]") -> "Search":
        """Read the form from the address."""
        near_text = args.get("near", "").strip()[:LONGEST_WORDS]
        places = geography.find_by_name_or_postal_code(near_text)
        words = args.get("words", "").strip()[:LONGEST_WORDS]
        radius = args.get("km", type=int)
        filters = OfferFilter(
            words=words,
            aims=_known(Aim, args.getlist("aim")),
            forms=_known(Form, args.getlist("form")),
            accesses=_known(Access, args.getlist("access")),
            near=(places[0].latitude, places[0].longitude) if places else None,
            radius_km=radius if radius in RADII else DEFAULT_KM,
            weekdays=frozenset(int(day) for day in args.getlist("day") if day in set("0123456")),
            parts=_known(DayPart, args.getlist("time")),
            language=args["language"] if args.get("language") in offer_words.LANGUAGES else "",
            step_free=args.get("step_free") == "yes",
            with_someone=args.get("with") == "someone",
            free=args.get("free") == "yes",
            until=clock.end_of_day(clock.local_date(at())) if args.get("when") == "today" else None,
        )
        page = max(1, min(args.get("page", 1, type=int), 1000))
        return cls(words, near_text, places[0] if places else None, tuple(places[1:7]), filters, page)

    @property
    def place_unknown(self) -> bool:
        """Whether a place was written that is none of ours."""
        return bool(self.near_text) and self.place is None

    def chosen(self) -> list[str]:
        """Return what is wished for besides place and aim, in words; it stands in the fold, which stays closed."""
        asked = self.filters
        words = [f"„{self.words}“"] if self.words else []
        words += [day_names()[day] for day in sorted(asked.weekdays)]
        for names, values in ((PARTS, asked.parts), (offer_words.FORMS_FOR_PEOPLE, asked.forms)):
            words += [str(word) for value, word in names.items() if value in values]
        words += [str(word) for value, word in offer_words.ACCESSES.items() if value in asked.accesses]
        words += [offer_words.language_name(asked.language)] if asked.language else []
        more = (
            (TODAY, asked.until is not None),
            (FREE, asked.free),
            (STEP_FREE, asked.step_free),
            (WITH_SOMEONE, asked.with_someone),
        )
        return [*words, *(str(word) for word, wished in more if wished)]

    @property
    def empty(self) -> bool:
        """Whether nothing at all is asked for."""
        return not (self.chosen() or self.near_text or self.filters.aims)

    def entries(self) -> list[tuple[str, Any]]:
        """Return this search as the fields of a form."""
        return [
            (name, value)
            for name, values in self._values(self.filters).items()
            for value in (values if isinstance(values, list) else [values])
            if value
        ]

    def address(self, filters: OfferFilter | None = None, **changed: Any) -> str:
        """Return the address of this search with other filters, place or page."""
        values = self._values(filters or self.filters) | changed
        return url_for("offers.list_offers", **{name: value for name, value in values.items() if value})

    def _values(self, asked: OfferFilter) -> dict[str, Any]:
        return {
            "words": asked.words,
            "near": self.near_text if asked.near else "",
            "km": int(asked.radius_km) if asked.near else "",
            "aim": sorted(asked.aims),
            "form": sorted(asked.forms),
            "access": sorted(asked.accesses),
            "day": sorted(asked.weekdays),
            "time": sorted(asked.parts),
            "language": asked.language,
            "step_free": "yes" if asked.step_free else "",
            "with": "someone" if asked.with_someone else "",
            "when": "today" if asked.until else "",
            "free": "yes" if asked.free else "",
        }

    @property
    def this_evening(self) -> str:
        """Return the address of this search for the evening to come."""
        return self.address(when="today", day=[], time=["evening"])

    @property
    def next_free(self) -> str:
        """Return the address of this search for what still has a place."""
        return self.address(free="yes")

    def aims(self, facets: Facets) -> list[tuple[Any, str, str | None, bool]]:
        """Return the aims as links that keep everything else, each with its number of offers where counted."""
        chosen, bare = self.filters.aims, replace(self.filters, aims=frozenset())
        links: list[tuple[Any, str, str | None, bool]] = [(N_("Alles"), self.address(bare), None, not chosen)]
        for aim, word in offer_words.AIMS.items():
            label = _counted(word, facets, facets.aims.get(aim, 0))
            links.append((label, self.address(bare, aim=[aim]), ICONS[aim], aim in chosen))
        return links

    def chips(self, facets: Facets) -> dict[str, list[dict[str, Any]]]:
        """Return the choices under "more wishes", each with what is chosen and its number of offers where counted."""
        asked, days = self.filters, dict(enumerate(day_names()))
        return {
            "day": _chips(days, asked.weekdays, facets, facets.weekdays),
            "when": [{"value": "today", "label": TODAY, "checked": asked.until is not None}],
            "free": _chip(FREE, asked.free, facets, facets.free),
            "step_free": _chip(STEP_FREE, asked.step_free, facets, facets.step_free),
            "with": _chip(WITH_SOMEONE, asked.with_someone, facets, facets.with_someone, value="someone"),
            "time": _chips(PARTS, asked.parts, facets, facets.parts),
            "form": _chips(offer_words.FORMS_FOR_PEOPLE, asked.forms, facets, facets.forms),
            "access": _chips(offer_words.ACCESSES, asked.accesses, facets, facets.accesses),
        }

    def languages(self, facets: Facets) -> list[tuple[str, str, bool]]:
        """Return code, name with its number of offers where counted, and whether it is chosen; by name."""
        named = sorted(((code, offer_words.language_name(code)) for code in offer_words.LANGUAGES), key=_by_name)
        return [
            (code, _counted(name, facets, facets.languages.get(code, 0)), code == self.filters.language)
            for code, name in named
        ]


def _by_name(language: tuple[str, str]) -> str:
    return fold(language[1])


def day_names() -> list[str]:
    """Return the short names of the days of the week, Monday first."""
    names = get_day_names("abbreviated", context="stand-alone", locale=i18n.CLDR[i18n.current()])
    return [names[day] for day in range(7)]


def day_name(day: int) -> str:
    """Return the name of a day of the week; 0 is Monday."""
    return get_day_names("wide", context="stand-alone", locale=i18n.CLDR[i18n.current()])[day]


def _known(words: type[E], values: list[str]) -> frozenset[E]:
    known = {word.value: word for word in words}
    return frozenset(known[value] for value in values if value in known)


def _counted(word: Message | str, facets: Facets, total: int) -> str:
    """Return a word with its number of offers; without one where counting would not be exact."""
    return f"{word} ({total})" if facets.counted else str(word)


def _chips(
    words: Mapping[Any, Any], chosen: frozenset[Any], facets: Facets, counts: Mapping[Any, int]
) -> list[dict[str, Any]]:
    return [
        {"value": one, "label": _counted(word, facets, counts.get(one, 0)), "checked": one in chosen}
        for one, word in words.items()
    ]


def _chip(word: Message, chosen: bool, facets: Facets, total: int, *, value: str = "yes") -> list[dict[str, Any]]:
    return [{"value": value, "label": _counted(word, facets, total), "checked": chosen}]
