"""The forms of a table on its way in: which file, and what its columns mean."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectChoice

from hub.i18n import N_
from hub.models.organisation import Organisation
from hub.models.table_import import TableImport, TableKind
from hub.queries.table_words import field_names
from hub.web.fields import OneOf, Radios
from hub.web.table_words import FIELDS, KINDS


class UploadForm(FlaskForm):
    """A file, what it holds, and for whom."""

    organisation = OneOf(N_("Für wen handeln Sie?"))
    kind = Radios(
        N_("Was steht in der Tabelle?"),
        choices=[SelectChoice(kind.value, word) for kind, word in KINDS.items()],
        default=TableKind.OFFERS.value,
    )
    table = FileField(N_("Ihre Tabelle (.xlsx oder .csv)"))

    def prepare(self, organisations: list[Organisation]) -> None:
        """Fill in for whom one may act; who acts for one is not asked."""
        self.organisation.choices = [(one.public_id, one.name) for one in organisations]
        if len(organisations) == 1:
            self.organisation.data = organisations[0].public_id

    def content(self) -> bytes:
        """Return the bytes of the upload, empty when none was chosen."""
        return bytes(self.table.data.read()) if self.table.data else b""


def columns_form(table_import: TableImport) -> Any:
    """Return a form with one field for each heading of a table."""
    names = field_names(table_import.kind)
    choices = [SelectChoice("", N_("nicht übernehmen")), *(SelectChoice(name, FIELDS[name]) for name in names)]
    fields: dict[str, Any] = {
        f"column_{number}": OneOf(heading, choices=choices, default=meaning)
        for number, (heading, meaning) in enumerate(table_import.columns.items())
    }
    made = type("ColumnsForm", (FlaskForm,), fields | {"version": HiddenField(default=str(table_import.version))})
    return made()


def columns_of(form: Any, table_import: TableImport) -> dict[str, str]:
    """Return what each heading means, as it was chosen."""
    return {heading: form[f"column_{number}"].data for number, heading in enumerate(table_import.columns)}
