"""One step of an enquiry from a page, whoever takes it: the form, the verb, the reason it cannot be, the way on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import flash, redirect
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, IntegerField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from hub.actions.answers import LAST_POSITION
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_, Message
from hub.models.enquiry import Enquiry
from hub.models.wording import ANSWERS, CLOSINGS, DECLINES, QUESTIONS
from hub.web.context import at, current_actor, transaction
from hub.web.fields import Between, Needed, Radios, WholeNumber, add_error

Form = TypeVar("Form", bound=FlaskForm)


class StepForm(FlaskForm):
    """A step without further questions; it carries the version it was made from."""

    version = IntegerField(widget=HiddenInput())


class AnswerForm(StepForm):
    """The coded answer to a partner's question."""

    answer = Radios(
        N_("Ihre Antwort"),
        [Needed(N_("Bitte wählen Sie eine Antwort."))],
        choices=[SelectChoice(str(code), word) for code, word in ANSWERS.items()],
        validate_choice=False,
    )


class ClosingForm(StepForm):
    """How it ended, on the person's own word."""

    closing = Radios(
        N_("Wie ist es ausgegangen? Fragen Sie den Menschen."),
        [Needed(N_("Bitte wählen Sie, wie es ausging."))],
        choices=[SelectChoice(str(code), word) for code, word in CLOSINGS.items()],
        validate_choice=False,
    )


class TellingForm(StepForm):
    """The purpose notice was read out before the name was told on the telephone."""

    read_out = BooleanField(N_("Ich habe diesen Hinweis vorgelesen."))


class DeclineForm(StepForm):
    """A coded no."""

    reason = Radios(
        N_("Ein Grund hilft uns beim Weitersuchen"),
        [Needed(N_("Bitte wählen Sie einen Grund."))],
        choices=[SelectChoice(str(code), word) for code, word in DECLINES.items()],
        validate_choice=False,
    )


class WaitlistForm(StepForm):
    """A place on the partner's own waiting list, where it has one with numbers."""

    position = WholeNumber(N_("Platz auf Ihrer Liste"), [Optional(), Between(1, LAST_POSITION)])


class QuestionForm(StepForm):
    """A question or a piece of advice from the closed lists."""

    question = Radios(
        N_("Was möchten Sie wissen oder uns raten?"),
        [Needed(N_("Bitte wählen Sie eine Frage oder einen Rat."))],
        choices=[SelectChoice(str(code), word) for code, word in QUESTIONS.items()],
        validate_choice=False,
    )


def filled_or(kind: type[Form], form: FlaskForm | None) -> Form:
    """Return the form that was filled in where it is of this kind, else an empty one."""
    return form if isinstance(form, kind) else kind(formdata=None)


def answer_forms(form: FlaskForm | None) -> dict[str, FlaskForm]:
    """Return the forms of a partner's answers, whoever gives them; the one filled in keeps its entries."""
    return {
        "decline_form": filled_or(DeclineForm, form),
        "question_form": filled_or(QuestionForm, form),
        "waitlist_form": filled_or(WaitlistForm, form),
    }


def said(form: FlaskForm) -> dict[str, Any]:
    """Return what the fields of a step say, by the names the verbs give it: the version, and a coded choice."""
    return {name: value for name, value in form.data.items() if name != "csrf_token"}


@dataclass(frozen=True)
class Side:
    """One of those who take steps: how they find an enquiry, their page of it, and where they go afterwards."""

    find: Callable[[Session, str], Enquiry]
    page: Callable[[str, FlaskForm, int], Any]
    onward: Callable[[str], str]

    def step(self, key: str, form: FlaskForm, verb: Callable[..., None], done: Message) -> Any:
        """Run a verb in one transaction with what the form says; a broken rule shows the page with its reason."""
        if not form.validate_on_submit():
            return self.page(key, form, 422)
        try:
            with transaction() as session:
                verb(session, actor=current_actor(), enquiry=self.find(session, key), at=at(), **said(form))
        except (RuleBroken, InvalidInput) as error:
            add_error(form, error)
            return self.page(key, form, error.status)
        flash(str(done), "ok")
        return redirect(self.onward(key), code=303)
