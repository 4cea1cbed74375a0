"""/styleguide: every component and paper with sample content, for who builds pages; production has no such page."""

from datetime import date

from flask import Blueprint, request
from wtforms import BooleanField, DateField, Form, StringField, TextAreaField, validators
from wtforms.fields.choices import SelectChoice

from hub.errors import NotFound
from hub.queries.figures import ResponseTime, WeekOfPlaces
from hub.web.access import for_everyone
from hub.web.context import config, render
from hub.web.fields import Radios
from hub.web.figures import answers_chart, places_chart

blueprint = Blueprint("styleguide", __name__)
WHY = "component page, no data; development, demo and test only"

WEEKS = [WeekOfPlaces(date(2026, 9, 14), 12, 9), WeekOfPlaces(date(2026, 9, 21), 12, 2)]
TIMES = [ResponseTime("SV Elbaue Coswig", 4, 6, 9), ResponseTime("Rathaus Nossen")]


class Sample(Form):
    """One field of each kind; sample words, so no catalogue has them."""

    name = StringField(
        "Name", [validators.InputRequired("Bitte sagen Sie uns Ihren Namen.")], description="Wie auf Briefen."
    )
    note = TextAreaField("Nachricht", [validators.Optional()])
    day = DateField("Tag", [validators.Optional()])
    answer = Radios(
        "Kommen Sie?",
        [validators.InputRequired("Bitte antworten Sie.")],
        choices=[SelectChoice("yes", "Ja"), SelectChoice("no", "Nein")],
    )
    read = BooleanField("Gelesen", [validators.InputRequired("Bitte setzen Sie den Haken.")])


@blueprint.get("/styleguide")
@for_everyone(WHY)
def show_styleguide() -> tuple[str, int]:
    """Show the components; with `?errors=yes` the form as it comes back from an empty sending."""
    _refuse_production()
    form = Sample()
    if "errors" in request.args:
        form.validate()
    return render(
        "styleguide/show_styleguide.html",
        form=form,
        charts=[places_chart(WEEKS, small_told=False), answers_chart(TIMES)],
    )


@blueprint.get("/styleguide/paper")
@for_everyone(WHY)
def show_paper() -> tuple[str, int]:
    """Show card, slip and large print."""
    _refuse_production()
    return render("styleguide/show_paper.html")


def _refuse_production() -> None:
    if config().environment == "production":
        raise NotFound
