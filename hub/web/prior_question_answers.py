"""A partner answers a question before a referral: in the inbox, by a mail's link without login, or on the telephone."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from hub.actions import prior_questions as verbs
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_
from hub.models.notice import Link
from hub.models.prior_question import ANSWERABLE, PriorQuestion
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.queries import prior_questions
from hub.queries.links import actor_of_link, find_prior_question_link
from hub.web.access import for_everyone, for_roles
from hub.web.context import at, current_actor, reading, render, request_id, transaction
from hub.web.fields import Needed, Radios, add_error
from hub.web.phone_list import CALLERS
from hub.web.prior_question_words import ANSWERS, BUTTONS, sentences

blueprint = Blueprint("prior_question_answers", __name__)
WHY = "the link is the key: random, for one question about nobody and one organisation"


class PriorAnswerForm(FlaskForm):
    """One of the four answers; there is nowhere to write anything."""

    answer = Radios(
        N_("Ihre Antwort"),
        [Needed(N_("Bitte wählen Sie eine Antwort."))],
        choices=[SelectChoice(str(code), word) for code, word in BUTTONS.items()],
        validate_choice=False,
    )


def _page(template: str, question: PriorQuestion, form: FlaskForm | None, status: int, **more: Any) -> Any:
    answerable = question.state in ANSWERABLE and not prior_questions.is_moot(question)
    return render(
        template,
        status,
        question=question,
        sentences=sentences(question.topics),
        answerable=answerable,
        late=answerable and question.hear_by_at <= at(),
        answered=ANSWERS.get(question.answer),
        buttons=BUTTONS,
        form=form,
        **more,
    )


def _answer(
    find: Callable[[Session], tuple[PriorQuestion, Actor, Link | None]],
    page: Callable[[FlaskForm, int], Any],
    done: Callable[[], Response],
) -> Any:
    """Take one answer in one transaction; what no longer goes shows the page with its reason."""
    form = PriorAnswerForm()
    if not form.validate_on_submit():
        return page(form, 422)
    try:
        with transaction() as session:
            question, actor, link = find(session)
            verbs.answer_prior_question(session, actor=actor, question=question, answer=form.answer.data, at=at())
            if link is not None:
                link.used_at = at()
    except (RuleBroken, InvalidInput) as error:
        add_error(form, error)
        return page(form, error.status)
    return done()


@blueprint.get("/inbox/prior-questions/<reference>")
@for_roles(Role.PARTNER)
def show_received(reference: str) -> Any:
    """Show what somebody wants to know, with four buttons."""
    return _received_page(reference)


def _received_page(reference: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    g.section = "inbox"
    with reading() as session:
        question = prior_questions.get_received(session, current_actor(), reference)
    return _page("prior_questions/show_received.html", question, form, status)


@blueprint.post("/inbox/prior-questions/<reference>/answer")
@for_roles(Role.PARTNER)
def create_received_answer(reference: str) -> Any:
    """Answer with one tap."""

    def find(session: Session) -> tuple[PriorQuestion, Actor, None]:
        return prior_questions.get_received(session, current_actor(), reference), current_actor(), None

    def done() -> Response:
        flash(str(N_("Danke für die schnelle Antwort.")), "ok")
        return redirect(url_for("inbox.list_enquiries"), code=303)

    return _answer(find, lambda form, status: _received_page(reference, form, status), done)


def _get_linked(session: Session, token: str) -> tuple[PriorQuestion, Actor, Link]:
    link = find_prior_question_link(session, token, at())
    if link is None or link.prior_question is None:
        raise NotFound
    return link.prior_question, actor_of_link(link, request_id=request_id()), link


@blueprint.get("/links/prior-questions/<token>")
@for_everyone(WHY)
def show_linked(token: str) -> Any:
    """Show the question without a login; looking changes nothing, however often a scanner does it."""
    return _linked_page(token)


def _linked_page(token: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    with reading() as session:
        question, _, link = _get_linked(session, token)
    return _page("prior_questions/show_linked.html", question, form, status, token=token, link=link)


@blueprint.post("/links/prior-questions/<token>/answer")
@for_everyone(WHY)
def create_linked_answer(token: str) -> Any:
    """Answer with one tap from the mail."""

    def done() -> Response:
        return redirect(url_for(".show_linked", token=token), code=303)

    return _answer(
        lambda session: _get_linked(session, token), lambda form, status: _linked_page(token, form, status), done
    )


@blueprint.get("/phone-list/prior-questions/<reference>")
@for_roles(*CALLERS)
def show_phoned(reference: str) -> Any:
    """Show an umbrella or the network desk what to read out, and where to write the answer down."""
    return _phoned_page(reference)


def _phoned_page(reference: str, form: FlaskForm | None = None, status: int = 200) -> Any:
    g.section = "phone_list"
    with reading() as session:
        question = prior_questions.get_phoned(session, current_actor(), reference)
    return _page("prior_questions/show_phoned.html", question, form, status)


@blueprint.post("/phone-list/prior-questions/<reference>/answer")
@for_roles(*CALLERS)
def create_phoned_answer(reference: str) -> Any:
    """Write down what the partner said on the telephone; it is marked as such."""

    def find(session: Session) -> tuple[PriorQuestion, Actor, None]:
        return prior_questions.get_phoned(session, current_actor(), reference), current_actor(), None

    def done() -> Response:
        flash(str(N_("Die Antwort ist eingetragen, von Ihnen für den Partner.")), "ok")
        return redirect(url_for("phone_list.show_phone_list"), code=303)

    return _answer(find, lambda form, status: _phoned_page(reference, form, status), done)
