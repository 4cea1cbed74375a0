"""The form about a person: the few things a coach writes down, and what it refuses to take."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, StringField, TelField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional

from hub import i18n
from hub.actions.participants import Details
from hub.folding import fold
from hub.geography import find_municipality, municipalities
from hub.i18n import N_
from hub.models.participant import Participant
from hub.models.wording import NEEDS, TALKS
from hub.web.fields import OneOf, PostalCode, Ticks, WholeNumber
from hub.web.free_text import warning_about

NEUTRAL_WORDS = ("Termin", "Verabredung", "Treffen", "Erinnerung")
FORMS_OF_ADDRESS = {"Frau": N_("Frau"), "Herr": N_("Herr"), "": N_("ohne Anrede")}
NEEDED = InputRequired(N_("Das brauchen wir."))
FREE_TEXTS = ("notes", "street")


class ParticipantForm(FlaskForm):
    """Name, place, contacts, needs and notes; no field for an illness, a number of a case, income or sanctions."""

    form_of_address = OneOf(N_("Anrede"))
    given = StringField(N_("Vorname"), [NEEDED, Length(max=60)])
    family = StringField(N_("Nachname"), [NEEDED, Length(max=60)])
    birth_year = WholeNumber(N_("Geburtsjahr"), [Optional(), NumberRange(1920, 2015, N_("Bitte vier Ziffern."))])
    municipality_code = OneOf(N_("Wohnort"))
    street = StringField(N_("Straße und Hausnummer"), [Optional(), Length(max=80)])
    postal_code = StringField(N_("Postleitzahl"), [Optional(), PostalCode()])
    phone = TelField(N_("Telefon"), [Optional(), Length(max=40)])
    phone_for_partners = BooleanField(N_("Diese Nummer darf ein Partner nach der Zusage bekommen"))
    email = EmailField(N_("E-Mail"), [Optional(), Email(N_("Bitte eine ganze E-Mail-Adresse."))])
    languages = Ticks(N_("Sprachen"))
    locale = OneOf(N_("Sprache der Seiten und Zettel"))
    access_needs = Ticks(N_("Was braucht dieser Mensch?"))
    clinical_needs = Ticks(N_("Was davon wissen Sie aus einer Klinik oder Praxis?"))
    neutral_word = OneOf(N_("Wort im Kalender"))
    notes = TextAreaField(N_("Eigene Notizen"), [Optional(), Length(max=2000)])
    meant = BooleanField(N_("Das ist kein Aktenzeichen und keine Diagnose"))
    known = BooleanField(N_("Das ist ein anderer Mensch"))
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = sorted(municipalities(), key=lambda one: fold(one.name))
        self.form_of_address.choices = [(code, str(word)) for code, word in FORMS_OF_ADDRESS.items()]
        self.municipality_code.choices = [("", str(N_("Bitte wählen"))), *((one.code, one.name) for one in places)]
        self.languages.choices = [(code, str(word)) for code, word in TALKS.items()]
        self.locale.choices = list(i18n.LANGUAGES.items())
        self.access_needs.choices = [(code, str(word)) for code, word in NEEDS.items()]
        self.clinical_needs.choices = list(self.access_needs.choices)
        self.neutral_word.choices = [(word, word) for word in NEUTRAL_WORDS]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the entries; what looks like a diagnosis or a number of a case needs a tick of its own (R-LAW-08)."""
        fine = super().validate(extra_validators)
        if fine and not self.municipality_code.data:
            self.municipality_code.errors = [N_("Bitte wählen Sie einen Ort.")]
            fine = False
        for name in () if self.meant.data else FREE_TEXTS:
            if warning := warning_about(self[name].data or ""):
                self[name].errors = [*self[name].errors, warning]
                fine = False
        return fine

    @property
    def warned(self) -> bool:
        """Whether free text holds something that needs the tick."""
        return any(warning_about(self[name].data or "") for name in FREE_TEXTS)

    def details(self) -> Details:
        """Return the entries as the verbs take them."""
        return Details(
            form_of_address=self.form_of_address.data,
            given=self.given.data,
            family=self.family.data,
            municipality_code=self.municipality_code.data,
            birth_year=self.birth_year.data,
            languages=tuple(self.languages.data or ["de"]),
            locale=self.locale.data,
            contacts=tuple(self._contacts()),
            home_address=self._home_address(),
            access_needs=tuple(self.access_needs.data or ()),
            clinical_needs=tuple(self.clinical_needs.data or ()),
            notes=self.notes.data or "",
            neutral_word=self.neutral_word.data or None,
        )

    def _home_address(self) -> dict[str, str] | None:
        """Return what stands on a letter; a town may have several postal codes, so it can be written down."""
        home = find_municipality(self.municipality_code.data)
        street, code = ((field.data or "").strip() for field in (self.street, self.postal_code))
        return {"street": street, "postal_code": code, "town": home.name if home else ""} if street else None

    def _contacts(self) -> list[dict[str, Any]]:
        found = []
        if number := (self.phone.data or "").strip():
            allowed = ["coach", "partner"] if self.phone_for_partners.data else ["coach"]
            found.append({"kind": "phone", "value": number, "allowed_for": allowed})
        if address := (self.email.data or "").strip():
            found.append({"kind": "email", "value": address, "allowed_for": ["coach"]})
        return found


class ChangeForm(ParticipantForm):
    """The same about somebody known, whose word in the calendar stays unless the coach chooses another one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.neutral_word.choices = [("", ""), *self.neutral_word.choices]

    def show_word_of(self, person: Participant) -> None:
        """Name the word there is, which may be one of the person's own."""
        stays = str(N_("„{word}“ (bleibt)", word=person.neutral_word))
        self.neutral_word.choices = [("", stays), *list(self.neutral_word.choices)[1:]]


def entries_of(person: Participant) -> dict[str, Any]:
    """Return a person as the form's entries."""
    phone = next((c for c in person.contacts if c["kind"] in ("phone", "mobile")), {})
    email = next((c for c in person.contacts if c["kind"] == "email"), {})
    return {
        **person.name,
        "birth_year": person.birth_year,
        "municipality_code": person.municipality_code,
        "street": (person.home_address or {}).get("street", ""),
        "postal_code": (person.home_address or {}).get("postal_code", ""),
        "phone": phone.get("value", ""),
        "phone_for_partners": "partner" in phone.get("allowed_for", ()),
        "email": email.get("value", ""),
        "languages": person.languages,
        "locale": person.locale,
        "access_needs": person.access_needs,
        "clinical_needs": person.clinical_needs or [],
        "neutral_word": "",
        "notes": person.notes or "",
        "version": person.version,
    }
