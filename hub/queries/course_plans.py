"""What a plan for a course means: how many real sessions it gives, and on which day the last one is."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from calendars.rule import Frequency, Rule
from hub.errors import InvalidInput
from hub.i18n import N_, Message
from hub.models.offer import Access, Offer
from hub.queries.series import Plan, PlannedDate, plan_dates

FEWEST, MOST_SESSIONS = 2, 60
LONGEST = timedelta(days=400)


def settle_plan(session: Session, plan: Plan, offer: Offer, *, at: datetime) -> Plan:
    """Return the plan of a course with its real last day; a plan that is no course comes back as it is.

    A day on which nothing takes place is no session: a course of six days ends a week later when a holiday falls out.
    Raises InvalidInput (422) naming the field: no end, too long, too few or too many sessions, joining after the last.
    """
    if plan.join_until is None:
        return plan
    if offer.access is Access.OPEN:
        raise InvalidInput(fields={"course": N_("Wo man einfach hingeht, gibt es keinen Kurs.")})
    plan = replace(plan, rule=_with_last_day(session, plan, offer, at))
    if last_day(plan.rule) > plan.rule.starts_on + LONGEST:
        raise InvalidInput(fields={"until_on": N_("Ein Kurs dauert höchstens 13 Monate.")})
    sessions = list_sessions(session, plan, offer, at=at)
    if wrong := _wrong_number(plan, len(sessions)):
        raise InvalidInput(fields=wrong)
    return plan


def list_sessions(session: Session, plan: Plan, offer: Offer, *, at: datetime) -> list[PlannedDate]:
    """Return the dates of a settled plan that take place, in order."""
    first, last = plan.rule.starts_on, last_day(plan.rule)
    dates = plan_dates(session, plan, organisation_id=offer.organisation_id, first=first, last=last, at=at)
    return [one for one in dates if one.takes_place]


def last_day(rule: Rule) -> date:
    """Return the last day of a rule that has one (a settled plan's has)."""
    days = [item.on for item in rule.dates]
    return max(days) if days else rule.until_on or rule.starts_on + LONGEST


def _with_last_day(session: Session, plan: Plan, offer: Offer, at: datetime) -> Rule:
    rule = plan.rule
    if rule.frequency is Frequency.DATES or rule.until_on is not None:
        return rule
    if rule.count is None:
        raise InvalidInput(fields={"ending": N_("Ein Kurs braucht ein Ende: einen letzten Tag oder eine Anzahl.")})
    endless = replace(plan, rule=replace(rule, count=None, until_on=rule.starts_on + LONGEST))
    days = sorted({one.occurrence.on for one in list_sessions(session, endless, offer, at=at)})
    if len(days) < rule.count:
        raise InvalidInput(fields={"count": N_("Ein Kurs dauert höchstens 13 Monate.")})
    return replace(rule, count=None, until_on=days[rule.count - 1])


def _wrong_number(plan: Plan, sessions: int) -> dict[str, Message]:
    if not FEWEST <= sessions <= MOST_SESSIONS:
        least, most = FEWEST, MOST_SESSIONS
        words = N_("Ein Kurs hat {least} bis {most} Termine. Das wären {n}.", least=least, most=most, n=sessions)
        return {"count" if plan.rule.until_on is None else "until_on": words}
    if not 1 <= (plan.join_until or 0) <= sessions:
        return {"join_until": N_("Bitte eine Zahl von 1 bis {most}.", most=sessions)}
    return {}
