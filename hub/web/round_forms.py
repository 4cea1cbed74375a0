"""The forms of asking around: which partners, how one is found, what may be told without a name; and the steps."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import HiddenInput

from hub.i18n import N_, Message
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.round import RoundKind
from hub.models.slot import Slot
from hub.models.wording import NEEDS, TALKS, TIMES, listed
from hub.queries.origins import marked_needs
from hub.queries.wishes import Wish
from hub.web.consent_forms import ReadingForm
from hub.web.fields import Needed, OneOf, Radios, Ticks
from hub.web.filters import day_clock
from hub.web.round_asking import Candidates, rough_of

KINDS: dict[RoundKind, Message] = {
    RoundKind.FIRST_YES: N_("Wer zuerst Ja sagt, bekommt die Anfrage. Den anderen danken wir."),
    RoundKind.CHOICE: N_("Wir sammeln die Zusagen, und der Mensch sucht sich eine aus."),
    RoundKind.OPEN_CALL: N_("Wir fragen alle, zu denen es passt. Wer zuerst Ja sagt, bekommt die Anfrage."),
}


class RoundForm(ReadingForm):
    """Whom to ask and how; nothing of what may be told is ticked beforehand."""

    offers = Ticks(N_("Welche Partner?"))
    kind = Radios(
        N_("Wie soll es gehen?"),
        choices=[SelectChoice(kind.value, word) for kind, word in KINDS.items()],
        default=RoundKind.FIRST_YES.value,
        validate_choice=False,
    )
    access_needs = Ticks(N_("Was beim Zugang nötig ist"))
    rough = Ticks(N_("Was den Partnern beim Antworten hilft"))
    times = Ticks(N_("Welche Zeiten passen"))
    soon = BooleanField(N_("Es eilt: Antwort in zwei Arbeitstagen"))

    def prepare(self, found: Candidates, *, filled: bool) -> None:
        """Offer exactly these partners and what is the person's own; ticked are those that were picked before."""
        person = found.person
        self.offers.choices = [
            SelectChoice(one.public_id, f"{one.organisation.name}: {one.title}") for one in found.offers
        ]
        if not filled:
            self.offers.data = [one.public_id for one in found.offers if one.public_id in found.ticked]
        marked = marked_needs(person)  # several partners at once: none of them has an E3 for this yet
        told = [need for need in person.access_needs if need not in marked]
        self.access_needs.choices = [SelectChoice(need, NEEDS.get(need, need)) for need in told]
        self.kept_back = listed(sorted(marked), NEEDS)
        self.rough.choices = [SelectChoice(*pair) for pair in _rough(person, found.offers)]
        self.times.choices = [SelectChoice(*pair) for pair in TIMES.items()]
        self.prepare_reading()

    def chosen_kind(self) -> RoundKind:
        """Return how it goes; the first yes unless something else was chosen."""
        return RoundKind(self.kind.data) if self.kind.data in set(RoundKind) else RoundKind.FIRST_YES

    def chosen(self, found: Candidates) -> list[Offer]:
        """Return the offers to ask about: all that suit, or those ticked."""
        if self.chosen_kind() is RoundKind.OPEN_CALL:
            return found.suited
        ticked = set(self.offers.data or ())
        return [one for one in found.offers if one.public_id in ticked]

    def wish(self, person: Participant, offer: Offer, slot: Slot | None) -> Wish:
        """Return what was ticked with the values that are true for this offer; what is not true for it is left out."""
        true = rough_of(person, offer, slot)
        rough: dict[str, Any] = {name: true[name] for name in self.rough.data or () if name in true}
        if self.times.data:
            rough["times"] = list(self.times.data)
        return Wish(access_needs=tuple(self.access_needs.data or ()), rough=rough, soon=self.soon.data)


def _rough(person: Participant, offers: list[Offer]) -> list[tuple[str, Message]]:
    """Return R1 as (name, words), only what is true for at least one of the offers."""
    true = {name for one in offers for name in rough_of(person, one, None)}
    talks = ", ".join(str(TALKS.get(code, code)) for code in person.languages)
    words = {
        "distance_km": N_("Wie weit es ungefähr ist, für jeden Partner in Kilometern"),
        "languages": N_("Spricht {languages}", languages=talks),
        "women_only": N_("Nur Frauen in der Gruppe"),
        "ages": N_("Passt zu dem Alter, das der Partner nennt"),
    }
    return [(name, word) for name, word in words.items() if name in true]


class DatesForm(FlaskForm):
    """The date wished for with each partner; `for_dates` adds a field for each that has some."""

    @classmethod
    def for_dates(cls, found: Candidates, **options: Any) -> "DatesForm":
        """Return the form for the candidates with dates."""
        fields = {
            f"date_{one.public_id}": _date(found.dates[one.id], one) for one in found.offers if found.dates.get(one.id)
        }
        return type(cls.__name__, (cls,), fields)(**options)

    def field_of(self, offer: Offer) -> Any:
        """Return the field of one offer, None where it has no dates."""
        return self._fields.get(f"date_{offer.public_id}")

    def slots(self, found: Candidates) -> dict[int, Slot]:
        """Return the dates chosen, by key of the offer."""
        chosen = {}
        for offer in found.offers:
            field = self.field_of(offer)
            wanted = field.data if field is not None else ""
            slot = next((one for one in found.dates.get(offer.id, ()) if one.public_id == wanted), None)
            if slot is not None:
                chosen[offer.id] = slot
        return chosen


def _date(slots: list[Slot], offer: Offer) -> OneOf:
    dates = [SelectChoice(slot.public_id, day_clock(slot.starts_at)) for slot in slots]
    return OneOf(
        N_("Gewünschter Termin bei {partner}", partner=offer.organisation.name),
        choices=[SelectChoice("", N_("noch offen")), *dates],
        default="",
        validate_choice=False,
    )


class RoundStepForm(FlaskForm):
    """A step of a round; it carries the version it was made from."""

    version = IntegerField(widget=HiddenInput())


class PickForm(FlaskForm):
    """Which of those that said yes it shall be."""

    enquiry = Radios(N_("Welcher soll es sein?"), [Needed(N_("Bitte wählen Sie einen."))], validate_choice=False)
