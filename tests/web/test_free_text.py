"""Free text about people: what looks like a diagnosis or a case is held back until somebody says it is neither."""

import pytest
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField

from hub.models.booking import Booking
from hub.web import appointments, feedback, own_offer_form, reviews, sheet_forms
from hub.web.free_text import MEANT, Unsuspicious, find_unfit
from tests.feedback import ask_release
from tests.loop import now, rows

SUSPICIOUS = ("F32.1", "M54", "04702BG0012345", "123A456789", "65 170839 J 003", "A123456789", "12345678911")


class TextForm(FlaskForm):
    text = StringField("Text", [Unsuspicious()])
    meant = BooleanField(MEANT)


@pytest.mark.parametrize("word", SUSPICIOUS)
def test_each_kind_of_number_is_named_and_needs_the_tick(app, word):
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", method="POST"):
        held = TextForm(MultiDict({"text": f"wegen {word} gefehlt"}))
        assert not held.validate()
        assert word in str(held.text.errors[0])
        assert TextForm(MultiDict({"text": f"wegen {word} gefehlt", "meant": "y"})).validate()


@pytest.mark.parametrize(
    "text", ["", "Kam jedes Mal.", "Haus 3, Raum 12", "am 14.9. um 8:30", "U 18", "Tel. 03521 4711"]
)
def test_plain_words_pass(app, text):
    app.config["WTF_CSRF_ENABLED"] = False
    assert find_unfit(text) == []
    with app.test_request_context("/", method="POST"):
        assert TextForm(MultiDict({"text": text})).validate()


def test_every_form_with_free_text_about_people_asks():
    """One list of what is asked; a form that loses its validator is found here."""
    for form, name in (
        (feedback.FeedbackForm, "words"),
        (appointments.AppointmentForm, "place"),
        (reviews.ReturnForm, "note"),
        (own_offer_form.OfferForm, "field_reason"),
        (sheet_forms.SheetPaperForm, "reference"),
    ):
        validators = getattr(form, name).kwargs.get("validators") or getattr(form, name).args[1]
        assert any(isinstance(one, Unsuspicious) for one in validators), (form, name)
        assert form.meant


def test_the_place_of_a_visit(world, sign_in):
    clara, person = sign_in("clara"), world.cast.tarik.public_id
    entries = {"on": "2026-09-16", "starts": "10:00", "minutes": "60", "where": "elsewhere", "travel_minutes": "10"}
    page = clara.post(f"/people/{person}/visits", data=entries | {"place": "Psychiatrie, F32.1"})
    assert page.status_code == 422
    assert "F32.1" in page.text
    assert 'name="meant"' in page.text
    assert rows(world, Booking) == []
    assert (
        clara.post(f"/people/{person}/visits", data=entries | {"place": "Gleis A12", "meant": "y"}).status_code == 303
    )


def test_the_reference_of_a_signed_sheet(world, sign_in):
    release = ask_release(world)
    page = f"/people/{world.cast.tarik.public_id}/releases/{release.public_id}/paper"
    clara, signed = sign_in("clara"), {"signed_on": "2026-09-14", "reference": "04702BG0012345"}
    held = clara.post(page, data=signed)
    assert held.status_code == 422
    assert 'name="meant"' in held.text
    assert clara.post(page, data=signed | {"meant": "y"}).status_code == 303
    assert now(world, release).state == "given"
