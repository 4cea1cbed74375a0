"""How a search for a person reads as a sentence and as a form."""

from collections.abc import Mapping
from typing import Any

from babel.dates import get_day_names

from hub import i18n
from hub.actions.preferences import Suits
from hub.folding import fold
from hub.geography import Municipality, find_municipality, municipalities
from hub.i18n import N_, Message
from hub.models.offer import Aim
from hub.models.participant import Participant
from hub.models.preference import EVERYWHERE, RADII
from hub.queries.offer_filters import DayPart
from hub.web import offer_words
from hub.web.finding_wishes import Wishes

AIM_SENTENCES: Mapping[Aim, Message] = {
    Aim.MOVE: N_("sich bewegen"),
    Aim.BODY: N_("den Körper stärken"),
    Aim.MIND: N_("zur Ruhe kommen"),
    Aim.DAILY_LIFE: N_("den Alltag ordnen"),
    Aim.WORK: N_("Richtung Arbeit"),
    Aim.PEOPLE: N_("unter Leute kommen"),
    Aim.DIGITAL: N_("Digitales lernen"),
}
PARTS: Mapping[DayPart, Message] = {
    DayPart.MORNING: N_("vormittags"),
    DayPart.AFTERNOON: N_("nachmittags"),
    DayPart.EVENING: N_("abends"),
}


def sentence(wishes: Wishes, home: Municipality | None) -> dict[str, str]:
    """Return the parts of the headline; each is a link to its filter."""
    aims = [str(AIM_SENTENCES[aim]) for aim in Aim if aim in wishes.aims]
    return {
        "aims": ", ".join(aims) or str(N_("alles")),
        "km": "" if wishes.suits.radius_km == EVERYWHERE or home is None else f"{wishes.suits.radius_km}\u00a0km",
        "rest": ", ".join(in_words(wishes.suits)),
    }


def in_words(suits: Suits) -> list[str]:
    """Return what suits somebody in words, without the way, which each page says in its own sentence."""
    ticked = (
        (N_("stufenlos"), suits.step_free),
        (N_("mit Begleitung"), suits.companion),
        (N_("nur Frauen"), suits.women_only),
    )
    words = [str(word) for word, wanted in ticked if wanted]
    if suits.language:
        words.append(offer_words.language_name(suits.language))
    if suits.weekdays:
        words.append(days(suits.weekdays))
    return words + [str(PARTS[part]) for part in DayPart if part in suits.parts]


def all_in_words(suits: Suits, person: Participant) -> str:
    """Return what suits somebody as one line: "bis 15 km um Coswig, stufenlos, Di, abends"."""
    home = find_municipality(suits.municipality_code or person.municipality_code)
    around = N_("bis {km} um {town}", km=f"{suits.radius_km}\u00a0km", town=home.name if home else "")
    anywhere = suits.radius_km == EVERYWHERE or home is None
    return ", ".join([str(N_("egal, wie weit") if anywhere else around), *in_words(suits)])


def days(found: set[int] | frozenset[int]) -> str:
    """Return "Mo, Mi"."""
    names = get_day_names("short", context="stand-alone", locale=i18n.CLDR[i18n.current()])
    return ", ".join(names[day].rstrip(".") for day in sorted(found))


def chips(wishes: Wishes, person: Participant) -> dict[str, list[dict[str, Any]]]:
    """Return the options of every filter, each with value, label and whether it is chosen."""
    one = wishes.suits
    distances = [(km, N_("Egal") if km == EVERYWHERE else f"{km}\u00a0km") for km in RADII]
    return {
        "aim": _chosen(offer_words.AIMS, wishes.aims),
        "stage": _chosen(offer_words.STAGES, wishes.stages),
        "km": [{"value": km, "label": label, "checked": km == one.radius_km} for km, label in distances],
        "step_free": [{"value": "yes", "label": N_("stufenlos"), "checked": one.step_free}],
        "companion": [{"value": "yes", "label": N_("mit Begleitung"), "checked": one.companion}],
        "women_only": [{"value": "yes", "label": N_("nur Frauen"), "checked": one.women_only}]
        if person.name.get("form_of_address") != "Herr"
        else [],
        "day": [{"value": day, "label": days({day}), "checked": day in one.weekdays} for day in range(7)],
        "time": _chosen(PARTS, one.parts),
        "language": [{"value": "", "label": N_("Egal"), "checked": not one.language}]
        + [
            {"value": code, "label": offer_words.language_name(code), "checked": code == one.language}
            for code in person.languages
        ],
        "place": _places(wishes, person),
    }


def _chosen(words: Mapping[Any, Message], chosen: frozenset[Any]) -> list[dict[str, Any]]:
    return [{"value": one.value, "label": word, "checked": one in chosen} for one, word in words.items()]


def _places(wishes: Wishes, person: Participant) -> list[dict[str, Any]]:
    """Return where ways may begin; the home comes first."""
    home, chosen = find_municipality(person.municipality_code), wishes.suits.municipality_code
    first = {"value": "", "label": home.name if home else N_("zu Hause"), "checked": not chosen}
    towns = sorted((one for one in municipalities() if one != home), key=lambda one: fold(one.name))
    return [first, *({"value": one.code, "label": one.name, "checked": one.code == chosen} for one in towns)]
