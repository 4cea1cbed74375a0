"""Questions before a referral for tests: ask, answer and look, each in one transaction, as pages do."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import prior_questions as verbs
from hub.models.offer import Offer
from hub.models.prior_question import PriorQuestion
from hub.policy.actor import Actor
from hub.queries import prior_questions
from hub.queries.offers import get_offer
from tests.places import make_offer
from tests.world import World

TOPICS = ("step_free", "language:uk")


def ask_beforehand(
    world: World,
    offer: Offer | None = None,
    *,
    by: str = "clara",
    topics: Iterable[str] = TOPICS,
    at: datetime | None = None,
) -> PriorQuestion:
    """Let a coach ask about an offer, one of the club unless told."""
    about, actor = offer or make_offer(world), world.actor(by)

    def unit(session: Session) -> PriorQuestion:
        found = get_offer(session, actor, about.public_id)
        return verbs.ask_beforehand(session, actor=actor, offer=found, topics=list(topics), at=at or world.at)

    return world.database.run(unit)


def answer_as(
    world: World, question: PriorQuestion, actor: Actor, answer: str = "yes", *, at: datetime | None = None
) -> None:
    """Let an actor answer, as far as the policy lets them; whether they see it is the pages' matter."""

    def unit(session: Session) -> None:
        row = session.get_one(PriorQuestion, question.id)
        verbs.answer_prior_question(session, actor=actor, question=row, answer=answer, at=at or world.at)

    world.database.run(unit)


def answered(
    world: World,
    offer: Offer | None = None,
    *,
    asked_by: str = "clara",
    by: str = "sven",
    answer: str = "yes",
    **more: Any,
) -> PriorQuestion:
    """Return a question that its partner has answered."""
    question = ask_beforehand(world, offer, by=asked_by, **more)
    answer_as(world, question, world.actor(by), answer)
    with world.database.reading() as session:
        return session.get_one(PriorQuestion, question.id)


def take_back(world: World, question: PriorQuestion, *, by: str = "clara") -> None:
    """Let the coach take a question back."""
    actor = world.actor(by)

    def unit(session: Session) -> None:
        found = prior_questions.get_own(session, actor, question.public_id)
        verbs.withdraw_prior_question(session, actor=actor, question=found, at=world.at)

    world.database.run(unit)
