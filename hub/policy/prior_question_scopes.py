"""Which rows an actor sees of questions before a referral: who asked, who was asked, and colleagues the answers."""

from typing import Any

from sqlalchemy import Select, false, select

from hub.models.prior_question import PriorQuestion, PriorQuestionState
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind


def own_prior_questions_for(actor: Actor) -> Select[Any]:
    """Questions a coach asked while working for that Jobcenter."""
    mine = PriorQuestion.asked_by_id == actor.user_id if actor.user_id else false()
    return select(PriorQuestion).where(mine, PriorQuestion.jobcenter_id.in_(actor.organisations(Role.COACH)))


def answered_prior_questions_for(actor: Actor) -> Select[Any]:
    """Questions answered for any coach of the own Jobcenter; who asked is not read from here."""
    answered = PriorQuestion.state == PriorQuestionState.ANSWERED
    return select(PriorQuestion).where(answered, PriorQuestion.jobcenter_id.in_(actor.organisations(Role.COACH)))


def received_prior_questions_for(actor: Actor) -> Select[Any]:
    """Questions to organisations a partner acts for; a link's single one."""
    if actor.kind is ActorKind.LINK:
        own = PriorQuestion.organisation_id == actor.organisation_id
        return select(PriorQuestion).where(PriorQuestion.id == actor.prior_question_id, own)
    partners = actor.partner_ids if actor.kind is ActorKind.STAFF else frozenset[int]()
    return select(PriorQuestion).where(PriorQuestion.organisation_id.in_(partners))


def phoned_prior_questions_for(actor: Actor) -> Select[Any]:
    """Questions to the organisations on the actor's phone list."""
    return select(PriorQuestion).where(PriorQuestion.organisation_id.in_(actor.phoned_ids))
