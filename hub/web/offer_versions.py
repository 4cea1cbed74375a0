"""What an offer said before: each change in plain words, for the partner's own side."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from flask import Blueprint, g

from hub.i18n import N_, Message
from hub.models.mark import Mark
from hub.models.offer import Access, Aim, Form, Offer, OfferState, OfferVersion, Stage
from hub.models.user import Role
from hub.queries import offer_versions as queries
from hub.queries.own_offers import get_own_offer
from hub.web import filters, offer_words
from hub.web.access import for_roles
from hub.web.context import current_actor, reading, render
from hub.web.own_offer_form import CANCELLATIONS, NOTICES

blueprint = Blueprint("offer_versions", __name__)

# Entry → how it is called. Place and room are told as one; the address to join online only as changed.
LABELS: dict[str, Message] = {
    "state": N_("Stand"),
    "paused_until": N_("Pause bis"),
    "review_note": N_("Bitte des Netzwerks"),
    "title": N_("Name"),
    "short_title": N_("Neutraler Kurzname"),
    "summary": N_("Worum es geht"),
    "aim": N_("Wobei es hilft"),
    "form": N_("Wie es stattfindet"),
    "stage": N_("Wofür es gedacht ist"),
    "access": N_("Wie man hineinkommt"),
    "public": N_("Wer es sieht"),
    "location_id": N_("Ort"),
    "languages": N_("Sprachen"),
    "bring": N_("Mitbringen"),
    "cost": N_("Kosten"),
    "phone": N_("Telefon"),
    "companion_welcome": N_("Begleitung willkommen"),
    "women_only": N_("Nur für Frauen"),
    "youngest": N_("Ab welchem Alter"),
    "oldest": N_("Bis zu welchem Alter"),
    "places": N_("Plätze je Termin"),
    "notice_minutes": N_("Buchen bis vorher"),
    "window_days": N_("Buchung öffnet, Tage vorher"),
    "cancel_minutes": N_("Absagen bis vorher"),
    "field_groups": N_("Was Sie vorher wissen müssen"),
    "field_reason": N_("Wozu Sie das brauchen"),
    "marks": N_("Siegel"),
    "join_link": N_("Adresse zum Teilnehmen"),
}
NOTHING = N_("nichts")


def _yes_or_no(value: Any) -> str:
    return str(N_("ja") if value else N_("nein"))


def _day(value: Any) -> str:
    return filters.full_day(date.fromisoformat(value)) if value else ""


def _span(known: tuple[tuple[int, Message], ...]) -> Callable[[Any], str]:
    return lambda value: str(dict(known).get(value) or N_("{n} Minuten", n=value))


def _marks(rows: list[dict[str, Any]]) -> str:
    marks = [Mark.from_stored(row) for row in rows]
    return "; ".join(f"{offer_words.MARKS[mark.kind]}, {mark_words(mark)}" for mark in marks)


READERS: dict[str, Callable[[Any], Any]] = {
    "state": lambda value: offer_words.STATES[OfferState(value)],
    "paused_until": _day,
    "aim": lambda value: offer_words.AIMS[Aim(value)],
    "form": lambda value: offer_words.FORMS.get(Form(value), value),
    "stage": lambda value: offer_words.STAGES[Stage(value)],
    "access": lambda value: offer_words.ACCESSES[Access(value)],
    "public": lambda value: N_("Alle.") if value else N_("Nur unsere Netzwerke."),
    "companion_welcome": _yes_or_no,
    "women_only": _yes_or_no,
    "languages": lambda codes: ", ".join(offer_words.language_name(code) for code in codes),
    "field_groups": lambda groups: " ".join(str(offer_words.FIELD_GROUPS.get(group, group)) for group in groups),
    "notice_minutes": _span(NOTICES),
    "cancel_minutes": _span(CANCELLATIONS),
    "marks": _marks,
}


def mark_words(mark: Mark) -> Message:
    """Return number and last day of a mark."""
    return N_("Nummer {number}, gilt bis {until}", number=mark.number, until=filters.full_day(mark.expires_on))


@blueprint.get("/own-offers/<public_id>/versions")
@for_roles(Role.PARTNER)
def list_versions(public_id: str) -> Any:
    """Show every change of an offer, the newest first: who, when, and what it said before and after."""
    g.section = "own_offers"
    with reading() as session:
        offer = get_own_offer(session, current_actor(), public_id)
        versions = queries.list_versions(session, offer)
    steps = [
        (one, who(one, offer), list(differences(one, before))) for one, before in zip_longest(versions, versions[1:])
    ]
    return render("own_offers/list_versions.html", offer=offer, steps=steps)


def who(version: OfferVersion, offer: Offer) -> Any:
    """Say who wrote a version; without an account it was the clock, a mail's link, or before all recording."""
    if version.user is None:
        return N_("Ohne Anmeldung: von selbst oder über einen Link")
    if version.on_behalf:
        return N_("{name} für {organisation}", name=version.user.name, organisation=offer.organisation.name)
    return version.user.name


def differences(version: OfferVersion, before: OfferVersion | None) -> Iterator[tuple[Message, str, str]]:
    """Give what changed as (what, before, after), in the order of the labels; both empty where no value is kept."""
    changed = {_as_told(name) for name in version.changed}
    for name, label in LABELS.items():
        if name not in changed or before is None:
            continue
        if name == queries.UNKEPT:
            yield label, "", ""
        else:
            yield label, _read(name, before.entries), _read(name, version.entries)


def _read(name: str, entries: dict[str, Any]) -> str:
    """Return an entry in words of the language in use."""
    value = entries.get("place" if name == "location_id" else name)
    if value in (None, "", []):
        return str(NOTHING)
    return str(READERS.get(name, str)(value))


def news_of(rows: Iterable[tuple[Offer, OfferVersion]]) -> list[tuple[Offer, str, datetime]]:
    """Return each changed offer once, with what changed that matters to people and when it did last (newest first)."""
    found: dict[int, tuple[Offer, set[str], datetime]] = {}
    for offer, version in rows:
        _, names, _ = found.setdefault(offer.id, (offer, set(), version.at))
        names |= {_as_told(name) for name in queries.MATTERS & set(version.changed)}
    return [
        (offer, ", ".join(str(label) for name, label in LABELS.items() if name in names), at)
        for offer, names, at in found.values()
    ]


def _as_told(name: str) -> str:
    return "location_id" if name == "room_id" else name
