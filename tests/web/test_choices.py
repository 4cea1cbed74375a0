"""Fields with a choice: what is not on offer is refused in the language in use, on every form."""

import re
from pathlib import Path

import pytest
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from hub.web import fields
from hub.web.fields import OneOf, Radios, Ticks

BARE = re.compile(r"\b(?:RadioField|SelectField|SelectMultipleField)\(")


@pytest.mark.parametrize(
    ("kind", "of"), [(OneOf, str), (OneOf, int), (Radios, str), (Radios, int), (Ticks, str)], ids=str
)
def test_a_choice_that_is_not_on_offer_is_refused_in_german(app, kind, of):
    class Asking(FlaskForm):
        answer = kind("Antwort", choices=[SelectChoice("1", "Ja")], coerce=of)

    with app.test_request_context(method="POST", data={"answer": "nonsense %s"}):
        form = Asking(meta={"csrf": False})
        assert not form.validate()
        assert [str(message) for message in form.answer.errors] == ["Bitte wählen Sie noch einmal aus der Liste."]


def test_no_page_takes_a_choice_field_that_answers_in_english():
    pages = Path(fields.__file__).parent
    bare = [str(page.relative_to(pages)) for page in pages.rglob("*.py") if BARE.search(page.read_text("utf-8"))]
    assert bare == []
