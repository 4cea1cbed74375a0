"""What a search for a person asks for: from the address, else from what suits the person and what a need says."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from hub import i18n
from hub.actions.preferences import Suits
from hub.geography import Municipality, find_municipality
from hub.models.offer import Aim, Stage
from hub.models.participant import AccessNeed, Participant
from hub.models.preference import DEFAULT_RADIUS, EVERYWHERE, RADII, Preference
from hub.models.referral import Referral
from hub.queries.eligibility import Eligibility
from hub.queries.offer_filters import DayPart, OfferFilter
from hub.queries.places import Taker

NEAR_KM = RADII[0]
Args = MultiDict[str, str]


@dataclass(frozen=True)
class Wishes:
    """What is asked for; `suits` is what can be remembered of it, the rest belongs to one need."""

    suits: Suits
    aims: frozenset[Aim] = frozenset()
    stages: frozenset[Stage] = frozenset()

    @classmethod
    def read(
        cls, args: Args, person: Participant, remembered: Preference | None, referral: Referral | None = None
    ) -> "Wishes":
        """Read the form from the address; strange values count as not given. A first visit asks what is known."""
        aims = frozenset(aim for aim in Aim if aim in args.getlist("aim"))
        if "asked" not in args:
            first = cls(suits_of(person, remembered), aims)
            return first if referral is None else first.with_need(referral, person)
        stages = frozenset(stage for stage in Stage if stage in args.getlist("stage"))
        return cls(read_suits(args, person), aims, stages)

    def with_need(self, referral: Referral, person: Participant) -> "Wishes":
        """Return these wishes with what a need adds: its tags, its stage, and what matters."""
        matters, suits = set(referral.matters), self.suits
        foreign = next((code for code in person.languages if code != i18n.DEFAULT), i18n.DEFAULT)
        suits = replace(
            suits,
            radius_km=min(NEAR_KM, suits.radius_km) if "near" in matters else suits.radius_km,
            step_free=suits.step_free or "step_free" in matters,
            companion=suits.companion or "companion" in matters,
            women_only=suits.women_only or "women_only" in matters,
            language=suits.language or (foreign if "language" in matters else ""),
        )
        tagged = frozenset(aim for aim in Aim if aim in {referral.aim, *referral.tags})
        return Wishes(suits, self.aims | tagged, frozenset({referral.stage}))

    def filters(self, person: Participant, taker: Taker, *, year: int) -> OfferFilter:
        """Return the search these wishes are, for what this person may have."""
        home = self.home(person)
        return OfferFilter(
            aims=self.aims,
            stages=self.stages,
            near=(home.latitude, home.longitude) if home else None,
            radius_km=self.suits.radius_km,
            weekdays=self.suits.weekdays,
            parts=self.suits.parts,
            language=self.suits.language,
            step_free=self.suits.step_free,
            with_someone=self.suits.companion,
            women_only=self.suits.women_only,
            eligibility=Eligibility.of(person, year=year),
            min_free=1,
            taker=taker,
            idle=person.id,
            bookable=True,
        )

    def anyhow(self, person: Participant, taker: Taker, *, year: int, only: Collection[int]) -> OfferFilter:
        """Return the search for offers one knows already, wherever and whenever they are; ways begin where they did."""
        near = self.filters(person, taker, year=year).near
        return OfferFilter(
            near=near, radius_km=EVERYWHERE, only=frozenset(only), min_free=1, taker=taker, bookable=True
        )

    def home(self, person: Participant) -> Municipality | None:
        """Return where ways begin: the place chosen, else where the person lives."""
        return find_municipality(self.suits.municipality_code or person.municipality_code)

    @property
    def entries(self) -> dict[str, Any]:
        """The wishes as the form's entries, for addresses and hidden fields."""
        one, ticked = self.suits, {"step_free", "companion", "women_only"}
        entries: dict[str, list[str]] = {
            "asked": ["yes"],
            "aim": sorted(self.aims),
            "stage": sorted(self.stages),
            "place": [one.municipality_code],
            "km": [str(one.radius_km)],
            "day": [str(day) for day in sorted(one.weekdays)],
            "time": sorted(one.parts),
            "language": [one.language],
        }
        entries |= {name: ["yes"] for name in sorted(ticked) if getattr(one, name)}
        return {name: values for name, values in entries.items() if values and values != [""]}


def suits_of(person: Participant, remembered: Preference | None) -> Suits:
    """Return what suits a person: what was remembered, and the access needs, which are known without it."""
    known = Suits(
        radius_km=DEFAULT_RADIUS,
        step_free=AccessNeed.STEP_FREE in person.access_needs,
        companion=AccessNeed.COMPANION in person.access_needs,
    )
    if remembered is None:
        return known
    return replace(
        known,
        radius_km=remembered.radius_km,
        municipality_code=remembered.municipality_code,
        weekdays=frozenset(remembered.weekdays),
        parts=frozenset(DayPart(part) for part in remembered.parts),
        language=next((code for code in remembered.languages if code in person.languages), ""),
        women_only=remembered.women_only,
    )


def read_suits(args: Args, person: Participant) -> Suits:
    """Read what can be remembered from an address or a form; strange values count as not given."""
    km, place, language = args.get("km", DEFAULT_RADIUS, type=int), args.get("place", ""), args.get("language", "")
    return Suits(
        radius_km=km if km in RADII else DEFAULT_RADIUS,
        municipality_code=place if find_municipality(place) and place != person.municipality_code else "",
        weekdays=frozenset(int(day) for day in args.getlist("day") if day in set("0123456")),
        parts=frozenset(part for part in DayPart if part in args.getlist("time")),
        language=language if language in person.languages else "",
        women_only=args.get("women_only") == "yes",
        step_free=args.get("step_free") == "yes",
        companion=args.get("companion") == "yes",
    )
