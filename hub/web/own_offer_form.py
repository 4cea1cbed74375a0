"""The form of an offer, and the way between its fields and what the verbs take."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectChoice, StringField, TextAreaField

from hub import i18n
from hub.i18n import N_
from hub.models.location import Location
from hub.models.mark import Mark, marks_of
from hub.models.offer import Access, Aim, Form, MarkKind, Offer, Stage
from hub.models.organisation import Organisation
from hub.policy.actor import Actor
from hub.queries.neutral_titles import neutral_title
from hub.queries.offer_entries import Entries, as_loan
from hub.queries.own_offers import may_use_room
from hub.web import offer_words
from hub.web.fields import Between, Day, Needed, NotLonger, OneOf, Radios, Ticks, WholeNumber
from hub.web.free_text import MEANT, Unsuspicious

DAY = 24 * 60
NOTICES = ((0, N_("bis kurz vorher")), (120, N_("2 Stunden")), (DAY, N_("1 Tag")), (3 * DAY, N_("3 Tage")))
CANCELLATIONS = ((0, N_("bis zum Beginn")), (120, N_("2 Stunden")), (DAY, N_("1 Tag")), (3 * DAY, N_("3 Tage")))
PLAIN = ("title", "short_title", "summary", "bring", "cost", "phone", "field_reason")
SAME = ("companion_welcome", "women_only", "youngest", "oldest", "notice_minutes", "window_days", "cancel_minutes")


class OfferForm(FlaskForm):
    """An offer; only the first part must be filled in."""

    organisation = OneOf(N_("Für wen handeln Sie?"))
    title = StringField(
        N_("Name des Angebots"), [Needed(N_("Bitte geben Sie dem Angebot einen Namen.")), NotLonger(80)]
    )
    aim = OneOf(
        N_("Wobei hilft es?"), choices=[SelectChoice(aim.value, word) for aim, word in offer_words.AIMS.items()]
    )
    form = OneOf(
        N_("Wie findet es statt?"),
        choices=[SelectChoice(form.value, word) for form, word in offer_words.FORMS.items()],
        default=Form.GROUP.value,
    )
    access = Radios(
        N_("Wie kommt man hinein?"),
        choices=[SelectChoice(access.value, word) for access, word in offer_words.ACCESSES_EXPLAINED.items()],
        default=Access.ANONYMOUS.value,
    )
    place = OneOf(N_("Wo?"))
    places = WholeNumber(N_("Plätze je Termin"), [Between(0, 500)], default=8)
    summary = TextAreaField(N_("Worum geht es, in zwei Sätzen?"), [NotLonger(600)])
    short_title = StringField(N_("Neutraler Kurzname für Kalender"), [NotLonger(30)])
    stage = Radios(
        N_("Wofür ist es gedacht?"),
        choices=[SelectChoice(stage.value, word) for stage, word in offer_words.STAGES.items()],
        default=Stage.PREVENTION.value,
    )
    languages = Ticks(N_("In welchen Sprachen?"), default=["de"])
    bring = StringField(N_("Was soll man mitbringen?"), [NotLonger(200)])
    cost = StringField(N_("Was kostet es?"), [NotLonger(80)])
    phone = StringField(N_("Telefon für Fragen"), [NotLonger(40)])
    companion_welcome = BooleanField(N_("Begleitung ist willkommen."))
    women_only = BooleanField(N_("Nur für Frauen."))
    youngest = WholeNumber(N_("Ab welchem Alter?"), [Between(0, 120)])
    oldest = WholeNumber(N_("Bis zu welchem Alter?"), [Between(0, 120)])
    notice_minutes = OneOf(N_("Wie kurz vorher kann man noch buchen?"), coerce=int, default=0)
    window_days = WholeNumber(N_("Wie viele Tage vorher öffnet die Buchung?"), [Between(1, 365)], default=90)
    cancel_minutes = OneOf(N_("Bis wann kann man selbst absagen?"), coerce=int, default=DAY)
    field_groups = Ticks(N_("Was müssen Sie vorher wissen?"))
    field_reason = StringField(N_("Wozu brauchen Sie das?"), [NotLonger(200), Unsuspicious()])
    meant = BooleanField(MEANT)
    public = Radios(
        N_("Wer sieht das Angebot?"),
        choices=[SelectChoice("yes", N_("Alle.")), SelectChoice("no", N_("Nur unsere Netzwerke."))],
        default="yes",
    )
    join_link = StringField(N_("Adresse zum Teilnehmen, wenn es online ist"), [NotLonger(400)])
    zpp_number = StringField(N_("Nummer bei der Zentralen Prüfstelle"), [NotLonger(40)])
    zpp_until = Day(N_("Prüfstelle: gilt bis"))
    sport_pro_gesundheit_number = StringField(N_("Nummer von SPORT PRO GESUNDHEIT"), [NotLonger(40)])
    sport_pro_gesundheit_until = Day(N_("SPORT PRO GESUNDHEIT: gilt bis"))
    rezept_fuer_bewegung_number = StringField(N_("Nummer von Rezept für Bewegung"), [NotLonger(40)])
    rezept_fuer_bewegung_until = Day(N_("Rezept für Bewegung: gilt bis"))
    version = HiddenField()

    def offer_choices(self, actor: Actor, organisations: list[Organisation], locations: list[Location]) -> None:
        """Fill in what may be chosen: organisations, places, languages, and spans an offer already has."""
        self.organisation.choices = [(one.public_id, one.name) for one in organisations]
        self.place.choices = place_choices(actor, locations)
        self.languages.choices = [(code, offer_words.language_name(code)) for code in offer_words.LANGUAGES]
        groups = offer_words.FIELD_GROUPS
        clinic = any(one.clinic_type for one in organisations)
        self.field_groups.choices = [(group, word) for group, word in groups.items() if group != "H1" or clinic]
        _spans(self.notice_minutes, NOTICES)
        _spans(self.cancel_minutes, CANCELLATIONS)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that each mark has both its number and its last day."""
        valid: bool = super().validate(extra_validators)
        for kind in MarkKind:
            number, until = self._mark_fields(kind)
            if number.data and not until.data and not until.errors:
                until.errors = [N_("Bis wann gilt das Siegel? Es steht auf der Urkunde.")]
                valid = False
            if until.data and not (number.data or "").strip():
                number.errors = [*number.errors, N_("Bitte schreiben Sie die Nummer dazu. Sie steht auf der Urkunde.")]
                valid = False
        return valid

    def _mark_fields(self, kind: MarkKind) -> tuple[Any, Any]:
        return self[f"{kind}_number"], self[f"{kind}_until"]

    def _marks(self) -> list[dict[str, Any]]:
        filled = ((kind, *self._mark_fields(kind)) for kind in MarkKind)
        return [
            Mark(kind=kind, number=number.data.strip(), expires_on=until.data).stored
            for kind, number, until in filled
            if number.data and until.data
        ]

    def fill(self, offer: Offer) -> None:
        """Show an offer as it stands."""
        for name in (*PLAIN, *SAME, "languages", "field_groups", "join_link"):
            self[name].data = getattr(offer, name)
        self.aim.data, self.form.data, self.stage.data = offer.aim.value, offer.form.value, offer.stage.value
        self.access.data, self.places.data = offer.access.value, offer.places
        self.place.data = place_value(offer.location, offer.room)
        self.public.data = "yes" if offer.public else "no"
        self.version.data = str(offer.version)
        for mark in marks_of(offer):
            number, until = self._mark_fields(mark.kind)
            number.data, until.data = mark.number, mark.expires_on

    def entries(self, locations: list[Location]) -> Entries:
        """Return what was written, as the verbs take it."""
        location_id, room_id = find_place(locations, self.place.data)
        same: dict[str, Any] = {name: self[name].data for name in SAME if name != "window_days"}
        same |= {name: (self[name].data or "").strip() for name in PLAIN}
        same["short_title"] = same["short_title"] or neutral_title(Form(self.form.data))
        entries = Entries(
            **same,
            window_days=self.window_days.data or 90,
            aim=Aim(self.aim.data),
            form=Form(self.form.data),
            access=Access(self.access.data),
            stage=Stage(self.stage.data),
            public=self.public.data == "yes",
            location_id=location_id,
            room_id=room_id,
            languages=self.languages.data or [i18n.DEFAULT],
            places=self.places.data or 0,
            field_groups=self.field_groups.data or [],
            marks=self._marks(),
            join_link=(self.join_link.data or "").strip() or None,
        )
        return as_loan(entries) if entries.form is Form.ROOM else entries


def _spans(field: Any, known: tuple[tuple[int, Any], ...]) -> None:
    """Offer the usual spans, and the present one where an offer has another."""
    present = field.data if isinstance(field.data, int) else 0
    other = () if present in dict(known) else ((present, N_("{n} Minuten", n=present)),)
    field.choices = [*known, *other]


def place_choices(actor: Actor, locations: list[Location]) -> list[tuple[str, Any]]:
    """Return places and those of their rooms the actor may take, as choices."""
    choices: list[tuple[str, Any]] = [("", N_("An keinem festen Ort"))]
    for location in locations:
        choices.append((place_value(location, None), location.name))
        rooms = [room for room in location.rooms if may_use_room(actor, location, room)]
        choices += [(place_value(location, room), f"{location.name}, {room.name}") for room in rooms]
    return choices


def place_value(location: Any, room: Any) -> str:
    """The value of a choice: the public ids of place and room."""
    return "/".join(one.public_id for one in (location, room) if one is not None)


def find_place(locations: list[Location], value: str | None) -> tuple[int | None, int | None]:
    """Return the keys of place and room a choice stands for."""
    wanted, _, room_id = (value or "").partition("/")
    for location in locations:
        if location.public_id == wanted:
            room = next((room.id for room in location.rooms if room.public_id == room_id), None)
            return location.id, room
    return None, None
