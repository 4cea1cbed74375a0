"""Form fields whose messages speak the language in use: whole numbers, days, clock times, one choice, several ticks."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import DateField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, Select

from hub.errors import HubError, InvalidInput
from hub.i18n import N_, Message


class WholeNumber(IntegerField):
    """A whole number; empty is None."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            if not valuelist[0].strip().isdecimal() or len(valuelist[0].strip()) > 6:
                raise ValueError(N_("Bitte eine ganze Zahl."))
            self.data = int(valuelist[0])


class Day(DateField):
    """A day; empty is None."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = date.fromisoformat(valuelist[0].strip())
            except ValueError as error:
                raise ValueError(N_("Bitte einen Tag, zum Beispiel 2026-09-16.")) from error


class WallTime(TimeField):
    """A clock time without a zone; "9", "9:30" and "09:30" are understood, empty is None."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            hour, _, minute = valuelist[0].strip().replace(".", ":").partition(":")
            try:
                self.data = time(int(hour), int(minute[:2] or 0))
            except ValueError as error:
                raise ValueError(N_("Bitte eine Uhrzeit, zum Beispiel 10:30.")) from error


class Choice(Select):
    """A list to choose from; one without an empty choice always has an answer, and HTML forbids to require it."""

    def __call__(self, field: SelectField, **kwargs: object) -> Markup:
        if all(str(choice.value) for choice in field.iter_choices()):
            kwargs["required"] = False
        return super().__call__(field, **kwargs)


AGAIN = N_("Bitte wählen Sie noch einmal aus der Liste.")


class OneOf(SelectField):
    """One choice from a list; one that is not in it (any more) is asked for again, in the language in use."""

    widget = Choice()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"invalid_value_message": AGAIN, "invalid_choice_message": AGAIN, **more})


class Radios(RadioField):
    """One choice from a few that all stand there; one that does not is asked for again, in the language in use."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"invalid_value_message": AGAIN, "invalid_choice_message": AGAIN, **more})


class Ticks(SelectMultipleField):
    """Several choices as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Refuse a tick that is not on offer, without repeating what was sent."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise ValidationError(AGAIN) from error


class Between:
    """A validator: the number, if there is one, lies between two others."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data is not None and not self.least <= field.data <= self.most:
            raise StopValidation(N_("Bitte eine Zahl von {least} bis {most}.", least=self.least, most=self.most))


class Needed:
    """A validator: something must stand here; the message says what."""

    field_flags = {"required": True}

    def __init__(self, message: Message) -> None:
        self.message = message

    def __call__(self, _form: Any, field: Any) -> None:
        if field.errors or field.data is None or not str(field.data).strip():
            raise StopValidation(None if field.errors else self.message)


class NotLonger:
    """A validator: the text has at most so many characters."""

    def __init__(self, most: int) -> None:
        self.most, self.field_flags = most, {"maxlength": most}

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data and len(field.data) > self.most:
            raise StopValidation(N_("Bitte höchstens {most} Zeichen.", most=self.most))


class OneLine:
    """A validator: one line of ordinary signs, since names stand in headings, mails and file names."""

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data and not field.data.isprintable():
            raise StopValidation(N_("Bitte nur eine Zeile, ohne Steuerzeichen."))


def add_error(form: FlaskForm, error: HubError) -> None:
    """Put what a verb refused beside the fields it is about, or above the form."""
    fields = error.fields if isinstance(error, InvalidInput) else {}
    for name, message in fields.items():
        if name in form:
            form[name].errors = [*form[name].errors, message]
        else:
            form.form_errors.append(message)
    if not fields:
        form.form_errors.append(error.message)


class PostalCode:
    """A validator: nothing, or five digits."""

    field_flags = {"maxlength": 5, "inputmode": "numeric"}

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data and not (
            len(field.data.strip()) == 5 and field.data.strip().isascii() and field.data.isdecimal()
        ):
            raise StopValidation(N_("Bitte fünf Ziffern, zum Beispiel 01640."))


class Degrees(StringField):
    """A coordinate in degrees with a point or a comma; empty is None."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        self.written = valuelist[0].strip() if valuelist else ""
        if self.written:
            try:
                self.data = float(self.written.replace(",", "."))
            except ValueError as error:
                raise ValueError(N_("Bitte eine Zahl in Grad, zum Beispiel 51,1286.")) from error

    def _value(self) -> str:
        return getattr(self, "written", "") or ("" if self.data is None else f"{self.data:.4f}".replace(".", ","))


def instant_of(text: str | None) -> datetime | None:
    """Return the instant a hidden field carries; None where it carries none that could be."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
