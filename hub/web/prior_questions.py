"""A coach asks a partner before there is a referral: tick, read what the partner will read, send; and the answers."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from hub.actions import log
from hub.actions import prior_questions as verbs
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import N_
from hub.models.offer import Form, Offer
from hub.models.prior_question import MOST_TOPICS, PriorQuestionState
from hub.models.user import Role
from hub.queries import offers, participants, prior_questions
from hub.queries.bookability import obstacle_of_offer
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Ticks, add_error
from hub.web.prior_question_words import GROUPS, SENTENCES, in_words, row_of, sentences, way_on

blueprint = Blueprint("prior_questions", __name__)


class TopicsForm(FlaskForm):
    """What can be asked, as the sentences the partner reads; it only leads on to the preview and changes nothing."""

    class Meta:
        csrf = False

    topics = Ticks(N_("Was möchten Sie wissen?"))
    languages = Ticks(N_("Sprachen"))
    times = Ticks(N_("Tage und Uhrzeiten"))

    def prepare(self) -> "TopicsForm":
        """Offer the closed list, group by group."""
        for field, group in zip((self.topics, self.languages, self.times), GROUPS, strict=True):
            field.choices = [SelectChoice(topic, SENTENCES[topic]) for topic in group]
        return self

    def chosen(self) -> list[str]:
        """Return every topic that is ticked."""
        return [topic for field in (self.topics, self.languages, self.times) for topic in field.data or ()]


@blueprint.before_request
def mark_section() -> None:
    """These pages belong to the search in the navigation."""
    g.section = "finding"


@blueprint.get("/find/<public_id>/prior-questions/new")
@for_roles(Role.COACH)
def new_prior_question(public_id: str) -> Any:
    """Show what can be asked about an offer, and what colleagues have been answered."""
    return _new_page(public_id, TopicsForm(formdata=request.args).prepare())


def _new_page(public_id: str, form: TopicsForm, status: int = 200) -> Any:
    with reading() as session:
        offer = _get_offer(session, public_id)
        known = prior_questions.list_known(session, current_actor(), offer.id, at=at())
    refusal = obstacle_of_offer(offer)
    facts: dict[str, Any] = {"offer": offer, "form": form, "refusal": refusal, "known_before": in_words(known)}
    return render("prior_questions/new_prior_question.html", status, **facts, most=MOST_TOPICS)


def _get_offer(session: Session, public_id: str) -> Offer:
    offer = offers.get_offer(session, current_actor(), public_id)
    if offer.form is Form.ROOM:
        raise NotFound  # lent to coaches, who see all there is to know
    return offer


@blueprint.get("/find/<public_id>/prior-questions/preview")
@for_roles(Role.COACH)
def show_preview(public_id: str) -> Any:
    """Show word for word what the partner will read; nothing is sent or kept."""
    form = TopicsForm(formdata=request.args).prepare()
    try:
        topics = prior_questions.require_topics(form.chosen())
    except InvalidInput as error:
        add_error(form, error)
        return _new_page(public_id, form, error.status)
    with reading() as session:
        offer = _get_offer(session, public_id)
    back = url_for(".new_prior_question", public_id=public_id, **form.data)
    facts: dict[str, Any] = {"offer": offer, "topics": topics, "sentences": sentences(topics), "back": back}
    return render("prior_questions/show_preview.html", **facts)


@blueprint.post("/find/<public_id>/prior-questions")
@for_roles(Role.COACH)
def create_prior_question(public_id: str) -> Any:
    """Send what the preview showed: codes of the closed list; whatever else a form carries is not read."""
    topics = request.form.getlist("topic")
    try:
        with transaction() as session:
            offer = _get_offer(session, public_id)
            verbs.ask_beforehand(session, actor=current_actor(), offer=offer, topics=topics, at=at())
    except (RuleBroken, InvalidInput) as error:
        form = TopicsForm(formdata=None).prepare()
        add_error(form, error)
        return _new_page(public_id, form, error.status)
    flash(str(N_("Gefragt, ohne Person. Die Antwort steht dann hier und auf „Heute“.")), "ok")
    return redirect(url_for(".list_prior_questions"), code=303)


@blueprint.get("/prior-questions")
@for_roles(Role.COACH)
def list_prior_questions() -> Any:
    """Show the coach's own questions of the last three months and how they stand."""
    with reading() as session:
        found = prior_questions.list_own(session, current_actor(), at=at())
    return render("prior_questions/list_prior_questions.html", rows=[row_of(one) for one in found])


@blueprint.get("/prior-questions/<public_id>/people")
@for_roles(Role.COACH)
def choose_person(public_id: str) -> Any:
    """Ask with whom to go on; neither the list nor what follows keeps which question it began with."""
    with reading() as session:
        question = prior_questions.get_own(session, current_actor(), public_id)
        if question.state is not PriorQuestionState.ANSWERED:
            raise NotFound
        people = participants.list_caseload(session, current_actor(), at=at())
    with transaction() as session:
        log.record_list(session, actor=current_actor(), name="finding", persons=people, fields=["I1"], at=at())
    links = [(person, way_on(question, person.public_id)) for person in people]
    return render("prior_questions/choose_person.html", question=question, links=links)


@blueprint.post("/prior-questions/<public_id>/withdrawal")
@for_roles(Role.COACH)
def create_withdrawal(public_id: str) -> Response:
    """Take a question back."""
    try:
        with transaction() as session:
            question = prior_questions.get_own(session, current_actor(), public_id)
            verbs.withdraw_prior_question(session, actor=current_actor(), question=question, at=at())
        flash(str(N_("Zurückgenommen. Niemand muss mehr antworten.")), "ok")
    except RuleBroken as error:
        flash(str(error.message), "warn")
    return redirect(url_for(".list_prior_questions"), code=303)


@blueprint.post("/prior-questions/<public_id>/reading")
@for_roles(Role.COACH)
def create_reading(public_id: str) -> Response:
    """Take an answer off the start page."""
    try:
        with transaction() as session:
            question = prior_questions.get_own(session, current_actor(), public_id)
            verbs.put_away_answer(session, actor=current_actor(), question=question, at=at())
    except RuleBroken as error:
        flash(str(error.message), "warn")
    return redirect(url_for("today.show_today"), code=303)
