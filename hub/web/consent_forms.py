"""The forms of consents: what may go along, how it is read, the answer of one, the device given back."""

from collections.abc import Collection
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, TextAreaField
from wtforms.fields.choices import SelectChoice

from hub import i18n
from hub.actions.sheets import Reading
from hub.i18n import N_, Message
from hub.models.consent_sheet import LONGEST_HEALTH, WAITS, Helper, Interpreter
from hub.models.offer import Offer, Stage
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.wording import MATTERS, NEEDS, TALKS, TIMES, listed
from hub.policy.fields import Field
from hub.queries.disclosures import say_contact
from hub.queries.wishes import Wish, ages_of, contacts_of, ring_of
from hub.web.fields import Needed, NotLonger, OneOf, Radios, Ticks
from hub.web.free_text import warning_about
from hub.web.offer_words import STAGES

COACH = "coach"
INTERPRETERS: dict[str, Message] = {
    Interpreter.PROFESSIONAL: N_("jemand vom Dolmetschdienst"),
    Interpreter.TELEPHONE: N_("Dolmetschen am Telefon"),
    Interpreter.RELATIVE: N_("jemand aus der Familie"),
    Interpreter.STAFF: N_("der Coach selbst"),
}
HELPERS: dict[str, Message] = {
    Helper.RELATIVE: N_("jemand aus der Familie"),
    Helper.FRIEND: N_("jemand aus dem Freundeskreis"),
    Helper.COUNSELLOR: N_("jemand aus einer Beratungsstelle"),
    Helper.GUARDIAN: N_("die rechtliche Betreuung"),
}
INTERPRETED = [SelectChoice(str(role), word) for role, word in INTERPRETERS.items()]
HELPED = [SelectChoice(str(role), word) for role, word in HELPERS.items()]
RESTS = [SelectChoice(hours, N_("{n} Stunden", n=hours) if hours else N_("keine")) for hours in WAITS]


class WishForm(FlaskForm):
    """What a partner may learn: nothing is ticked beforehand, and only what is the person's own can be ticked."""

    access_needs = Ticks(N_("Was beim Zugang nötig ist"), validate_choice=False)  # the verb says why it will not go
    rough = Ticks(N_("Was dem Partner beim Antworten hilft"))
    times = Ticks(N_("Welche Zeiten passen"))
    contact = Radios(
        N_("Wie der Partner nach der Zusage Kontakt aufnimmt"),
        [Needed(N_("Bitte wählen Sie einen Weg."))],
        validate_choice=False,
    )
    health = TextAreaField(N_("Was die Klinik zur Gesundheit wissen soll"), [NotLonger(LONGEST_HEALTH)])
    meant = BooleanField(N_("Das ist keine Diagnose und kein Aktenzeichen."))
    feedback = BooleanField(N_("Der Partner darf zurückmelden, wie es lief"))
    print_list = BooleanField(N_("Der Dachverband darf den Namen lesen, um die Liste zu drucken"))
    soon = BooleanField(N_("Es eilt: Antwort in zwei Arbeitstagen"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Warn where a text about somebody's health looks like a code (R-LAW-08)."""
        valid: bool = super().validate(extra_validators)
        warning = None if self.meant.data else warning_about(self.health.data or "")
        if warning is not None:
            self.health.errors = [*self.health.errors, warning]
        return valid and warning is None

    def prepare(
        self, person: Participant, offer: Offer, slot: Slot | None, on: date, blocked: Collection[str] = ()
    ) -> None:
        """Offer exactly what this person has and this offer can use; `blocked` needs come from a doctor (§ 76)."""
        self.asks_health = Field.HEALTH in offer.field_groups and offer.organisation.clinic_type
        told = [need for need in person.access_needs if need not in blocked]
        self.access_needs.choices = [SelectChoice(need, NEEDS.get(need, need)) for need in told]
        self.kept_back = listed(sorted(blocked), NEEDS)
        self.offered = _rough(person, offer, slot, on)
        self.rough.choices = [SelectChoice(name, label) for name, (label, _) in self.offered.items()]
        self.times.choices = [SelectChoice(*pair) for pair in TIMES.items()]
        self.ways = {str(number): way for number, way in enumerate(contacts_of(person))}
        coach = person.coach.name if person.coach else ""
        self.contact.choices = [SelectChoice(key, say_contact(way, coach)) for key, way in self.ways.items()]
        self.contact.choices.append(SelectChoice(COACH, N_("Über den Coach, {name}", name=coach)))

    def wish(self, matters: list[str], stage: Stage) -> Wish:
        """Return what was ticked, with what holds for the whole sheet."""
        rough = {name: self.offered[name][1] for name in self.rough.data or ()}
        if self.times.data:
            rough["times"] = list(self.times.data)
        return Wish(
            access_needs=tuple(self.access_needs.data or ()),
            contact=self.ways.get(self.contact.data),
            rough=rough,
            matters=tuple(matters),
            stage=stage,
            soon=self.soon.data,
        )


class ReadingForm(FlaskForm):
    """How a sheet is read: the language, who is there, and a rest before anything leaves."""

    locale = Radios(
        N_("In welcher Sprache lesen wir gemeinsam?"),
        [Needed(N_("Bitte wählen Sie eine Sprache."))],
        validate_choice=False,
    )
    interpreter = OneOf(N_("Wer übersetzt?"), choices=[SelectChoice("", N_("niemand")), *INTERPRETED], default="")
    helper = OneOf(N_("Wer hilft beim Lesen?"), choices=[SelectChoice("", N_("niemand")), *HELPED], default="")
    wait_hours = OneOf(N_("Bedenkzeit, bevor etwas hinausgeht"), choices=RESTS, coerce=int, default=0)

    def prepare_reading(self) -> None:
        """Fill the list of languages."""
        self.locale.choices = [SelectChoice(*pair) for pair in i18n.LANGUAGES.items()]

    def reading(self) -> Reading:
        """Return how the sheet is read."""
        return Reading(self.locale.data, self.interpreter.data, self.helper.data, self.wait_hours.data)


class SheetForm(ReadingForm):
    """What holds for all of a sheet: besides how it is read, what matters."""

    matters = Ticks(N_("Was sonst zählt (bleibt bei Ihnen)"))
    stage = Radios(N_("Worum es insgesamt geht"), [Needed(N_("Bitte wählen Sie eins."))], validate_choice=False)

    def prepare(self) -> None:
        """Fill the closed lists."""
        self.matters.choices = [SelectChoice(*pair) for pair in MATTERS.items()]
        self.stage.choices = [SelectChoice(stage.value, STAGES[stage]) for stage in Stage]
        self.prepare_reading()

    def chosen_stage(self) -> Stage:
        """Return the stage that was chosen."""
        return Stage(self.stage.data) if self.stage.data in set(Stage) else Stage.PREVENTION


def _rough(person: Participant, offer: Offer, slot: Slot | None, on: date) -> dict[str, tuple[Any, Any]]:
    """Return R1 as name → (words, value); each with the person's real value, so that nothing is a surprise."""
    ring, ages = ring_of(person, slot, offer), ages_of(person, offer, on)
    talks = ", ".join(str(TALKS.get(code, code)) for code in person.languages)
    found: dict[str, tuple[Any, Any]] = {
        "distance_km": (N_("Wohnt höchstens {km} km entfernt", km=ring), ring),
        "languages": (N_("Spricht {languages}", languages=talks), list(person.languages)),
        "women_only": (N_("Nur Frauen in der Gruppe"), True),
    }
    if ages is not None:
        found["ages"] = (N_("Ist zwischen {youngest} und {oldest}", youngest=ages[0], oldest=ages[1]), list(ages))
    return {name: pair for name, pair in found.items() if pair[1]}


class AnswerForm(FlaskForm):
    """Yes or no, both alike."""

    answer = Radios(
        N_("Was möchten Sie?"),
        [Needed(N_("Bitte wählen Sie Ja oder Nein."))],
        choices=[SelectChoice("yes", N_("Ja")), SelectChoice("no", N_("Nein"))],
        validate_choice=False,
    )


class EndForm(FlaskForm):
    """The coach takes the device back."""

    password = PasswordField(N_("Ihr Passwort"), [Needed(N_("Bitte geben Sie Ihr Passwort ein."))])


class KeepForm(FlaskForm):
    """What becomes of coming dates when a consent is withdrawn."""

    keep = Radios(
        N_("Was soll mit den Terminen geschehen?"),
        choices=[
            SelectChoice("cancel", N_("Alle absagen")),
            SelectChoice("keep", N_("Ich behalte sie und spreche selbst mit dem Partner")),
        ],
        default="cancel",
        validate_choice=False,
    )
