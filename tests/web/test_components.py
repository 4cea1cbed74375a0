"""Parts of pages speak to everyone: labels, hints and errors are tied, shapes have words, nothing is preselected."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from wtforms import Form, SelectChoice

from hub.web.fields import Needed, OneOf
from hub.web.styleguide import Sample

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FULL = {"name": "Tarik", "answer": "yes", "read": "on"}


@pytest.fixture(name="render")
def fixture_render():
    """Return a function that renders a snippet with everything a part may ask for."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"])
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {"asset": lambda name: f"/static/{name}", "csrf_token": lambda: "token"}

    def render(component: str, names: str, snippet: str, **facts: object) -> str:
        source = f'{{% from "components/{component}.html" import {names} %}}{snippet}'
        return re.sub(r"\s+", " ", environment.from_string(source).render(**facts))

    return render


def bad_form():
    """Return the form as it comes back from an empty sending."""
    form = Sample(formdata=None, data={})
    form.validate()
    return form


def test_a_field_ties_its_label_hint_and_error_to_the_control(render):
    page = render("forms", "field", "{{ field(form.name) }}", form=bad_form())
    assert '<label class="kern-label" for="name">Name</label>' in page
    assert 'aria-describedby="name-hint name-error"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="name-hint">Wie auf Briefen.' in page
    assert re.search(r'id="name-error">.*Bitte sagen Sie uns Ihren Namen\.', page)


def test_a_field_without_error_says_nothing_of_one(render):
    form = Sample(data={})
    page = render("forms", "field", "{{ field(form.note) }}{{ field(form.day) }}", form=form)
    assert "error" not in page
    assert page.count("(freiwillig)") == 2


def test_further_words_become_attributes_of_the_control(render):
    page = render("forms", "field", "{{ field(form.name, autocomplete='name') }}", form=Sample(data={}))
    assert re.search(r'<input[^>]* autocomplete="name"', page)


@pytest.mark.parametrize("macro", [("forms", "field"), ("filters", "field_chips")])
def test_a_question_is_a_group_with_its_error_and_no_answer_is_preselected(render, macro):
    component, name = macro
    page = render(component, name, "{{ " + name + "(form.answer) }}", form=bad_form())
    assert re.search(r'<fieldset [^>]*aria-describedby="answer-error"', page)
    assert '<legend class="kern-label">Kommen Sie?</legend>' in page
    assert page.count('type="radio"') == 2
    assert "checked" not in page
    assert re.search(r'id="answer-error">.*Bitte antworten Sie\.', page)


def test_the_error_summary_leads_to_every_wrong_field(render):
    page = render("forms", "error_summary", "{{ error_summary(form) }}", form=bad_form())
    assert re.findall(r'href="#([\w-]+)"', page) == ["name", "answer-0", "read"]
    assert "autofocus" in page
    assert "Kommen Sie? Bitte antworten Sie." in page


def test_a_form_without_errors_has_no_summary(render):
    assert render("forms", "error_summary", "{{ error_summary(form) }}", form=Sample(data=FULL)).strip() == ""


def test_places_are_drawn_one_by_one_and_said(render):
    page = render("places", "places", "{{ places(3, 1, 2) }}")
    assert (page.count("#disc"), page.count("#diamond"), page.count("#ring")) == (3, 1, 2)
    assert "2 frei von 6" in page


def test_more_than_twelve_places_are_only_said(render):
    page = render("places", "places", "{{ places(13, 0, 0) }}")
    assert "svg" not in page
    assert "13 von 13 belegt" in page


def test_a_state_has_a_shape_a_word_and_a_colour(render):
    page = render("states", "state", "{{ state('off', 'fällt aus') }}")
    assert "#disc-cross" in page
    assert "stop" in page
    assert "<span>fällt aus</span>" in page


def test_a_date_that_is_off_stays_on_the_thread_struck_through(render):
    page = render(
        "thread", "thread", "{{ thread([{'when': 'Mi', 'headline': '16 Uhr', 'mark': 'off', 'off': true}]) }}"
    )
    assert "<s>16 Uhr</s>" in page


def test_a_button_that_changes_something_is_a_form_with_a_token(render):
    page = render("buttons", "post_button", "{{ post_button('Zurücknehmen', '/x', 'link', fields={'version': 3}) }}")
    assert '<form method="post" action="/x" data-once>' in page
    assert 'name="csrf_token" value="token"' in page
    assert 'name="version" value="3"' in page


def test_a_slot_of_the_week_says_its_full_name(render):
    slot = {"at": "9:00", "title": "Gespräch", "href": "/s", "label": "Gespräch, Mo, 14. September, voll", "taken": 2}
    days = [{"name": "Mo", "date": "14.", "slots": [slot | {"held": 0, "free": 0}]}, {"name": "Di", "date": "15."}]
    page = render("week", "week", "{{ week(days) }}", days=days)
    assert 'aria-label="Gespräch, Mo, 14. September, voll"' in page
    assert "Keine Termine" in page


def test_a_choice_without_an_empty_answer_is_not_required_and_one_with_it_is(render):
    class Choices(Form):
        full = OneOf("Wer?", [Needed("Wer?")], choices=[SelectChoice("a", "A"), SelectChoice("b", "B")])
        open = OneOf("Wann?", [Needed("Wann?")], choices=[SelectChoice("", "bitte wählen"), SelectChoice("c", "C")])
        grouped = OneOf("Wo?", [Needed("Wo?")], choices=[SelectChoice("d", "D", optgroup="Oben")])

    form = Choices()
    found = {one.name: render("forms", "field", "{{ field(one) }}", one=one) for one in form}
    assert [name for name, page in found.items() if " required" in page] == ["open"]
    assert [page.count("<select") for page in found.values()] == [1, 1, 1]


@pytest.mark.parametrize(("n", "folds"), [(6, 0), (7, 1), (30, 1)])
def test_a_long_list_stands_open_with_six_rows(render, n, folds):
    snippet = "{% call(one) folded(items, 'Und noch mehr') %}<li>{{ one }}</li>{% endcall %}"
    page = render("rows", "folded", snippet, items=range(n))
    shown, _, fold = page.partition("<details>")
    assert shown.count("<li>") == 6
    assert (page.count("<summary>Und noch mehr</summary>"), fold.count("<li>")) == (folds, n - 6)
