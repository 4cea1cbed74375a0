"""The forms of a sheet: a yes or a no to each line, the PIN or a drawn signature, and what stands on signed paper."""

import hashlib
import json
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Regexp

from hub.actions.sheet_answers import Signature
from hub.i18n import N_, Message
from hub.models.consent import Consent, ConsentForm, Scope
from hub.models.consent_sheet import FormReason
from hub.queries.sheets import Part
from hub.web.fields import Day, Needed, OneOf, Radios, Ticks
from hub.web.free_text import MEANT, Unsuspicious

LARGEST_DRAWING = 20_000  # characters of the strokes as JSON
FIELD = 1000  # a drawing's coordinates run from 0 to this
FEWEST_POINTS = 8  # less is a slip of the finger
BROKEN = N_("Die Unterschrift ist nicht angekommen. Bitte unterschreiben Sie noch einmal.")
BESIDE = {
    Scope.HEALTH: N_("Und diese Angabe zur Gesundheit?"),
    Scope.FEEDBACK: N_("Und die Rückmeldung?"),
    Scope.PRINT_LIST: N_("Und Ihr Name auf der gedruckten Liste?"),
}
REASONS: dict[str, Message] = {
    FormReason.MARK: N_("mit einem Zeichen, vor jemandem, der es bezeugt"),
    FormReason.STAMP: N_("mit dem Stempel der eigenen Unterschrift"),
}


class AnswersForm(FlaskForm):
    """The person's answers; `for_parts` adds a yes and a no, both alike, for each line."""

    waive = BooleanField(N_("Ich brauche keine Bedenkzeit. Es darf gleich losgehen."))

    @classmethod
    def for_parts(cls, parts: list[Part], **options: Any) -> "AnswersForm":
        """Return the form for exactly these lines, in their order."""
        lines = {_name(line): _question(part, line) for part in parts for line in part.lines}
        return type(cls.__name__, (cls,), lines)(**options)

    def answer_to(self, line: Consent) -> Any:
        """Return the field of one line."""
        return self[_name(line)]

    def validate_for(self, parts: list[Part]) -> bool:
        """Check that each line is answered; what stands beside a no needs no answer."""
        for part in parts:
            refused = self[_name(part.transmit)].data == "no" if _has_transmit(part) else False
            for line in part.lines:
                if refused and line.scope is not Scope.TRANSMIT:
                    self[_name(line)].validators = []
        return bool(self.validate_on_submit())

    def yes(self, parts: list[Part]) -> set[str]:
        """Return the lines that were answered with yes."""
        return {line.public_id for part in parts for line in part.lines if self[_name(line)].data == "yes"}


class HandedOverForm(AnswersForm):
    """The same on the coach's device: the PIN of the card says who it is, or the person signs with a finger."""

    pin = PasswordField(N_("Ihre PIN"))
    signature = HiddenField(N_("Ihre Unterschrift"))


class SheetPaperForm(FlaskForm):
    """A signed sheet: which lines have a yes, when, and where it lies. The reference takes no words."""

    yes = Ticks(N_("Wo steht ein Ja?"))
    signed_on = Day(N_("Unterschrieben am"), [Needed(N_("Bitte geben Sie den Tag ein."))])
    reference = StringField(
        N_("Aktenzeichen des Blatts"),
        [
            Needed(N_("Bitte geben Sie an, wo das Blatt liegt.")),
            Regexp(r"^[A-Za-z0-9 /.-]{1,24}$", message=N_("Bitte höchstens 24 Buchstaben und Ziffern.")),
            Unsuspicious(),
        ],
    )
    meant = BooleanField(MEANT)
    reason = OneOf(
        N_("Wie ist unterschrieben?"),
        choices=[
            SelectChoice("", N_("mit der eigenen Unterschrift")),
            *(SelectChoice(str(reason), word) for reason, word in REASONS.items()),
        ],
        default="",
    )
    waive = BooleanField(N_("Auf dem Blatt ist angekreuzt: Es darf gleich losgehen."))
    scan = FileField(N_("Foto oder Scan des Blatts"))

    def prepare(self, parts: list[Part]) -> None:
        """Offer the lines that are open."""
        self.lines = [line for part in parts for line in part.lines]
        names = {line.public_id: _name_on_paper(part, line) for part in parts for line in part.lines}
        self.yes.choices = [SelectChoice(key, name) for key, name in names.items()]

    def chosen(self) -> set[str]:
        """Return the lines with a yes; where only one stands there, a signature under it is the yes."""
        return {self.lines[0].public_id} if len(self.lines) == 1 else set(self.yes.data or ())

    def signed(self, recorded_by_id: int | None) -> Signature:
        """Return the signature with its evidence; of an attached file only the hash is kept."""
        day = self.signed_on.data
        evidence = {"signed_on": day.isoformat() if day else None, "reference": self.reference.data}
        content = self.scan.data.read() if self.scan.data else b""
        if content:
            evidence["scan"] = hashlib.sha256(content).hexdigest()
        form = ConsentForm.OTHER if self.reason.data else ConsentForm.PAPER
        return Signature(form, evidence, reason=self.reason.data, recorded_by_id=recorded_by_id)


def read_strokes(text: str) -> list[list[list[int]]]:
    """Return the strokes of a drawn signature; raises ValueError for what is none."""
    if len(text) > LARGEST_DRAWING:
        raise ValueError("too long a drawing")
    strokes = json.loads(text)
    points = [point for stroke in strokes for point in stroke]
    inside = all(len(p) == 2 and all(isinstance(n, int) and 0 <= n <= FIELD for n in p) for p in points)
    if not inside or len(points) < FEWEST_POINTS or len({tuple(p) for p in points}) < FEWEST_POINTS:
        raise ValueError("no signature")
    return [[[x, y] for x, y in stroke] for stroke in strokes]


def drawn_paths(strokes: list[list[list[int]]]) -> list[str]:
    """Return strokes as the points of SVG lines."""
    return [" ".join(f"{x},{y}" for x, y in stroke) for stroke in strokes]


def _has_transmit(part: Part) -> bool:
    return any(line.scope is Scope.TRANSMIT for line in part.lines)


def _name(line: Consent) -> str:
    return f"answer_{line.public_id}"


def _question(part: Part, line: Consent) -> Radios:
    label: Message = BESIDE.get(line.scope) or N_("{partner}: Was möchten Sie?", partner=part.partner)
    if line.scope is Scope.ASK_AROUND:
        label = N_("Dürfen wir dort ohne Ihren Namen fragen?")
    return Radios(
        label,
        [Needed(N_("Bitte wählen Sie Ja oder Nein."))],
        choices=[SelectChoice("yes", N_("Ja")), SelectChoice("no", N_("Nein"))],
        validate_choice=False,
    )


def _name_on_paper(part: Part, line: Consent) -> Message:
    partner = part.partner
    if part.offer is None:
        return N_("Ohne Namen fragen")
    if line.scope is Scope.HEALTH:
        return N_("{partner}: Angabe zur Gesundheit", partner=partner)
    if line.scope is Scope.FEEDBACK:
        return N_("{partner}: Rückmeldung an den Coach", partner=partner)
    if line.scope is Scope.PRINT_LIST and line.organisation is not None:
        return N_("{umbrella}: Name auf der gedruckten Liste", umbrella=line.organisation.name)
    return N_("{partner}: {offer}", partner=partner, offer=part.offer.title)
