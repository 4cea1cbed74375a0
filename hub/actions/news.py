"""How often an organisation hears by mail that something is new."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.actions.calls import Desk
from hub.models.organisation import News, Organisation
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.digests import bring_forward, next_news_at
from hub.queries.quiet_hours import leaves_at


def choose_news(session: Session, *, actor: Actor, organisation: Organisation, news: News, at: datetime) -> None:
    """Choose how often news come; what waits already never comes later for it.

    Whoever acts for the organisation may, and whoever coordinates; the log says when it was on its behalf.
    """
    require(actor, Permission.CHOOSE_NEWS, Desk(organisation.id))
    organisation.news = news
    until = leaves_at(next_news_at(news, at=at), to_person=False)
    bring_forward(session, organisation.id, until=until)
    purpose = actor.purpose_for(organisation.id)
    log.record(session, actor=actor, action="organisation.news_chosen", thing=organisation, purpose=purpose, at=at)
