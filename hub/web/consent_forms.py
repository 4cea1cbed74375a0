"""The forms of consents: what may go along, the answer, the signed sheet, the device given back."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Regexp

from hub import i18n
from hub.i18n import N_
from hub.models.offer import Offer, Stage
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.wording import MATTERS, NEEDS, TALKS, TIMES
from hub.queries.disclosures import say_contact
from hub.queries.wishes import Wish, ages_of, contacts_of, ring_of
from hub.web.fields import Day, Needed, Ticks
from hub.web.offer_words import STAGES

COACH = "coach"


class WishForm(FlaskForm):
    """What a partner may learn: nothing is ticked beforehand, and only what is the person's own can be ticked."""

    access_needs = Ticks(N_("Was beim Zugang nötig ist"))
    rough = Ticks(N_("Was dem Partner beim Antworten hilft"))
    times = Ticks(N_("Welche Zeiten passen"))
    contact = RadioField(
        N_("Wie der Partner nach der Zusage Kontakt aufnimmt"),
        [Needed(N_("Bitte wählen Sie einen Weg."))],
        validate_choice=False,
    )
    matters = Ticks(N_("Was sonst zählt (bleibt bei Ihnen)"))
    stage = RadioField(N_("Worum es insgesamt geht"), [Needed(N_("Bitte wählen Sie eins."))], validate_choice=False)
    locale = RadioField(
        N_("In welcher Sprache lesen wir gemeinsam?"),
        [Needed(N_("Bitte wählen Sie eine Sprache."))],
        validate_choice=False,
    )
    soon = BooleanField(N_("Es eilt: Antwort in zwei Arbeitstagen"))

    def prepare(self, person: Participant, offer: Offer, slot: Slot | None, on: date) -> None:
        """Offer exactly what this person has and this offer can use."""
        self.access_needs.choices = [SelectChoice(need, NEEDS.get(need, need)) for need in person.access_needs]
        self.offered = _rough(person, offer, slot, on)
        self.rough.choices = [SelectChoice(name, label) for name, (label, _) in self.offered.items()]
        self.times.choices = [SelectChoice(*pair) for pair in TIMES.items()]
        self.ways = {str(number): way for number, way in enumerate(contacts_of(person))}
        coach = person.coach.name if person.coach else ""
        self.contact.choices = [SelectChoice(key, say_contact(way, coach)) for key, way in self.ways.items()]
        self.contact.choices.append(SelectChoice(COACH, N_("Über den Coach, {name}", name=coach)))
        self.matters.choices = [SelectChoice(*pair) for pair in MATTERS.items()]
        self.stage.choices = [SelectChoice(stage.value, STAGES[stage]) for stage in Stage]
        self.locale.choices = [SelectChoice(*pair) for pair in i18n.LANGUAGES.items()]

    def wish(self) -> Wish:
        """Return what was ticked."""
        rough = {name: self.offered[name][1] for name in self.rough.data or ()}
        if self.times.data:
            rough["times"] = list(self.times.data)
        return Wish(
            access_needs=tuple(self.access_needs.data or ()),
            contact=self.ways.get(self.contact.data),
            rough=rough,
            matters=tuple(self.matters.data or ()),
            stage=Stage(self.stage.data) if self.stage.data in set(Stage) else Stage.PREVENTION,
            soon=self.soon.data,
        )


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
    """Yes or no, both alike, and the person's own PIN."""

    answer = RadioField(
        N_("Was möchten Sie?"),
        [Needed(N_("Bitte wählen Sie Ja oder Nein."))],
        choices=[SelectChoice("yes", N_("Ja")), SelectChoice("no", N_("Nein"))],
        validate_choice=False,
    )


class PinForm(AnswerForm):
    """The answer on a device that was handed over: only the PIN says that it is the person."""

    pin = PasswordField(N_("Ihre PIN"), [Needed(N_("Bitte geben Sie Ihre PIN ein."))])


class PaperForm(FlaskForm):
    """A signed sheet: when, and where it lies. The reference takes no words, so that nothing else slips in."""

    signed_on = Day(N_("Unterschrieben am"), [Needed(N_("Bitte geben Sie den Tag ein."))])
    reference = StringField(
        N_("Aktenzeichen des Blatts"),
        [
            Needed(N_("Bitte geben Sie an, wo das Blatt liegt.")),
            Regexp(r"^[A-Za-z0-9 /.-]{1,24}$", message=N_("Bitte höchstens 24 Buchstaben und Ziffern.")),
        ],
    )


class EndForm(FlaskForm):
    """The coach takes the device back."""

    password = PasswordField(N_("Ihr Passwort"), [Needed(N_("Bitte geben Sie Ihr Passwort ein."))])


class KeepForm(FlaskForm):
    """What becomes of coming dates when a consent is withdrawn."""

    keep = RadioField(
        N_("Was soll mit den Terminen geschehen?"),
        choices=[
            SelectChoice("cancel", N_("Alle absagen")),
            SelectChoice("keep", N_("Ich behalte sie und spreche selbst mit dem Partner")),
        ],
        default="cancel",
        validate_choice=False,
    )
