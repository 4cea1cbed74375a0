"""The forms of partners and programmes, and the way between their fields and what the verbs take."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from hub import geography
from hub.actions.organisations import Entries
from hub.actions.programmes import LEAST_DAYS, MOST_DAYS
from hub.actions.programmes import Entries as ProgrammeEntries
from hub.errors import InvalidInput
from hub.i18n import N_, Message
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import Programme
from hub.web import place_words
from hub.web.fields import Between, Day, Needed, NotLonger, OneLine, OneOf, PostalCode, Ticks, WholeNumber

PROGRAMME = ("name", "starts_on", "ends_on", "caseload_limit", "longest_months")
PLAIN = ("name", "phone", "email", "street", "postal_code", "supervisory_authority")


def municipality_choices(first: Message) -> list[SelectChoice]:
    """Return all municipalities by name with their postal codes, after an empty first choice."""
    named = [
        SelectChoice(one.code, f"{one.name} ({', '.join(one.postal_codes)})") for one in geography.municipalities()
    ]
    return [SelectChoice("", first), *named]


class OrganisationForm(FlaskForm):
    """A partner; name, kind and programme must be filled in."""

    name = StringField(
        N_("Name des Partners"), [Needed(N_("Bitte geben Sie den Namen ein.")), NotLonger(120), OneLine()]
    )
    kind = OneOf(
        N_("Was für ein Partner ist das?"),
        choices=[SelectChoice(kind.value, word) for kind, word in place_words.KINDS.items()],
    )
    programmes = Ticks(N_("In welchen Programmen macht er mit?"))
    parent = OneOf(N_("Wer handelt für ihn mit?"))
    phone = StringField(N_("Telefon"), [Optional(), NotLonger(40)])
    email = EmailField(N_("E-Mail-Adresse des Büros"), [Optional(), NotLonger(254)])
    street = StringField(N_("Straße und Hausnummer"), [Optional(), NotLonger(120)])
    postal_code = StringField(N_("Postleitzahl"), [Optional(), PostalCode()])
    municipality = OneOf(N_("Stadt oder Gemeinde"))
    supervisory_authority = StringField(N_("Aufsicht für den Datenschutz"), [Optional(), NotLonger(200)])

    def offer_choices(self, own: list[Programme], organisations: list[Organisation]) -> None:
        """Fill in what may be chosen: own programmes, umbrellas and municipalities."""
        self.programmes.choices = [SelectChoice(one.public_id, one.name) for one in own]
        roofs = [SelectChoice(one.public_id, one.name) for one in organisations if one.parent_id is None]
        self.parent.choices = [SelectChoice("", N_("Niemand, er handelt allein")), *roofs]
        self.municipality.choices = municipality_choices(N_("keine Angabe"))

    def fill(self, organisation: Organisation, part_of: list[Programme]) -> None:
        """Show a partner as it stands."""
        for name in PLAIN:
            self[name].data = getattr(organisation, name)
        self.kind.data, self.municipality.data = organisation.kind.value, organisation.municipality_code
        self.parent.data = organisation.parent.public_id if organisation.parent else ""
        self.programmes.data = [one.public_id for one in part_of]

    def entries(self, own: list[Programme], organisations: list[Organisation]) -> Entries:
        """Return what was written, as the verbs take it."""
        chosen = set(self.programmes.data or [])
        return Entries(
            **{name: (self[name].data or "").strip() for name in PLAIN},
            kind=OrganisationKind(self.kind.data),
            municipality_code=self.municipality.data or "",
            parent_id=next((one.id for one in organisations if one.public_id == self.parent.data), None),
            programme_ids=frozenset(one.id for one in own if one.public_id in chosen),
        )


class ProgrammeForm(FlaskForm):
    """A programme with its dates and limits."""

    name = StringField(
        N_("Name des Programms"), [Needed(N_("Bitte geben Sie den Namen ein.")), NotLonger(120), OneLine()]
    )
    starts_on = Day(N_("Erster Tag"), [Needed(N_("Bitte wählen Sie den ersten Tag."))])
    ends_on = Day(N_("Letzter Tag"), [Needed(N_("Bitte wählen Sie den letzten Tag."))])
    caseload_limit = WholeNumber(N_("Wie viele Menschen begleitet ein Coach höchstens?"), [Between(1, 100)], default=15)
    longest_months = WholeNumber(N_("Wie viele Monate dauert eine Teilnahme höchstens?"), [Between(1, 60)], default=24)
    confirm_days = WholeNumber(
        N_("Nach wie vielen Tagen fragen wir, ob ein Angebot noch stimmt?"),
        [Between(LEAST_DAYS, MOST_DAYS)],
        default=90,
    )
    reviewing = BooleanField(N_("Angebote werden geprüft, bevor sie erscheinen."))

    def fill(self, programme: Programme) -> None:
        """Show a programme as it stands."""
        for name in (*PROGRAMME, "confirm_days", "reviewing"):
            self[name].data = getattr(programme, name)

    def entries(self) -> ProgrammeEntries:
        """Return what was written, as the verbs take it; the form has been validated."""
        if self.starts_on.data is None or self.ends_on.data is None:
            raise InvalidInput
        return ProgrammeEntries(
            name=self.name.data.strip(),
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            caseload_limit=self.caseload_limit.data or 15,
            longest_months=self.longest_months.data or 24,
            confirm_days=self.confirm_days.data or 90,
            reviewing=self.reviewing.data,
        )
