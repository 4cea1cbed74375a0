"""What partners of the demo changed lately: a date left open, a moved series, closed days, a pause, a review."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

from calendars.rule import Frequency, Rule, WeekdayTime
from hub import clock
from hub.actions import programmes
from hub.actions.bulk_jobs import finish_job, start_ending
from hub.actions.bulk_units import do_unit
from hub.actions.calendar_mails import choose_calendar_mails
from hub.actions.closures import add_closure
from hub.actions.news import choose_news
from hub.actions.offers import create_offer, pause_offer, publish_offer
from hub.actions.pools import release_pool
from hub.actions.series import publish_series
from hub.actions.series_changes import change_series
from hub.actions.slots import unsettle_slot
from hub.models.offer import Access, Aim, Form, Offer
from hub.models.organisation import News
from hub.models.participant import Participant
from hub.queries.bulk_jobs import list_open_units
from hub.queries.calling_off import Span, list_in_span
from hub.queries.offer_entries import Entries
from hub.queries.pools import list_due
from hub.queries.series import Plan, list_series, plan_of
from hub.queries.series_difference import difference
from hub.queries.slots import list_next_slots
from hub.queries.users import actor_of
from hub.seeds.bookings import Story
from hub.seeds.dates import partner_of
from hub.seeds.stories import SPARED
from hub.seeds.waiting import fill

WANTED = 3
CLOSED_IN = timedelta(weeks=8)


def load_changes(story: Story, people: list[Participant], offers: Sequence[Offer]) -> None:
    """Let partners and the clock do what they do in life; each offer is named by its organisation and title."""
    for pool_id in list_due(story.session, at=story.at):
        release_pool(story.session, pool_id=pool_id, at=story.at)
    _leave_open(story, people, _offer(story, offers, "club", "Rückenschule im Sitzen"))
    _move_series(story, _offer(story, offers, "town", "Handy-Sprechstunde"))
    _pause(story, _offer(story, offers, "town", "Auskommen mit dem Geld"))
    _close(story)
    _hand_in(story)
    _choose(story)


def _offer(story: Story, offers: Sequence[Offer], organisation: str, title: str) -> Offer:
    own = story.cast.organisations[organisation].id
    return next(one for one in offers if one.organisation_id == own and one.title == title)


def _leave_open(story: Story, people: list[Participant], offer: Offer) -> None:
    """The club does not know yet whether its hall is free next week; some of Clara's people wanted to come."""
    (slot,) = list_next_slots(story.session, offer, at=story.at + timedelta(days=6), limit=1)
    slot.offer = offer
    spared = {story.cast.people[key].id for key in SPARED}
    own = [one for one in people if one.coach_id == story.cast.clara.id and one.id not in spared]
    fill(story, slot, own, WANTED)
    unsettle_slot(story.session, actor=partner_of(story.cast, "club"), slot=slot, at=story.at - timedelta(hours=20))


def _move_series(story: Story, offer: Offer) -> None:
    """From the week after next on it takes place a day later."""
    at = story.at - timedelta(days=4)
    (series,) = list_series(story.session, offer)
    plan = plan_of(series)
    later = tuple(one._replace(weekday=one.weekday + 1) for one in plan.rule.weekdays)
    plan = replace(plan, rule=replace(plan.rule, weekdays=later))
    monday = clock.local_date(story.at) + timedelta(days=14 - clock.local_date(story.at).weekday())
    found = difference(story.session, series, plan, since=monday, at=at)
    change_series(
        story.session, actor=partner_of(story.cast, "town"), series=series, plan=plan, since=monday, removed=None,
        expected=found.digest, at=at,
    )  # fmt: skip


def _pause(story: Story, offer: Offer) -> None:
    until = clock.local_date(story.at) + timedelta(weeks=3)
    actor = partner_of(story.cast, "town")
    pause_offer(story.session, actor=actor, offer=offer, until=until, at=story.at - timedelta(days=2))


def _close(story: Story) -> None:
    """The clinic closes for a week; nobody is booked so far ahead."""
    today, clinic = clock.local_date(story.at), story.cast.organisations["clinic"]
    first = today + CLOSED_IN - timedelta(days=today.weekday())
    actor, at = partner_of(story.cast, "clinic"), story.at - timedelta(days=6)
    span = Span(first_on=first, last_on=first + timedelta(days=4), organisation_id=clinic.id)
    add_closure(
        story.session, actor=actor, organisation=clinic, name="Betriebsruhe", first_on=span.first_on,
        last_on=span.last_on, at=at,
    )  # fmt: skip
    slots = list_in_span(story.session, actor, span, at=story.at)
    values = {"first_on": span.first_on.isoformat(), "last_on": span.last_on.isoformat(), "what": clinic.public_id}
    job = start_ending(story.session, actor=actor, slots=slots, how="call_off", seen="demo", values=values, at=at)
    for unit in list_open_units(story.session, job.id):
        do_unit(story.session, job_id=job.id, unit=unit, at=at)
    finish_job(story.session, job_id=job.id, at=at)


def _choose(story: Story) -> None:
    """The town hall hears once a week; a colleague of Clara's has her dates in her own calendar, by mail."""
    session, cast, at = story.session, story.cast, story.at - timedelta(days=3)
    town, mira = cast.organisations["town"], cast.users["mira"]
    choose_news(session, actor=partner_of(cast, "town"), organisation=town, news=News.WEEKLY, at=at)
    choose_calendar_mails(session, actor=actor_of(session, mira), user=mira, wanted=True, at=at)


def _hand_in(story: Story) -> None:
    """Nora's network reviews offers from now on, and the town hall hands one in."""
    nora, network = actor_of(story.session, story.cast.nora), story.cast.programmes["resilience"]
    entries = programmes.Entries(
        name=network.name, starts_on=network.starts_on, ends_on=network.ends_on, reviewing=True
    )
    at = story.at - timedelta(days=1)
    programmes.update_programme(story.session, actor=nora, programme=network, entries=entries, at=at)
    actor, town = partner_of(story.cast, "town"), story.cast.organisations["town"]
    place = story.cast.locations["town_hall"]
    sewing = Entries(
        title="Nähen und Reden",
        short_title="Nähen",
        summary="Zwei Maschinen stehen da. Wer nur reden will, redet.",
        aim=Aim.PEOPLE,
        form=Form.OPEN_HOUR,
        access=Access.OPEN,
        location_id=place.id,
        bring="Was zu flicken ist",
        companion_welcome=True,
        places=8,
    )
    offer = create_offer(story.session, actor=actor, organisation=town, entries=sewing, at=at)
    offer.organisation = town
    rule = Rule(
        frequency=Frequency.WEEKLY,
        weekdays=(WeekdayTime(1, time(14), time(16)),),
        starts_on=clock.local_date(story.at) + timedelta(days=7),
    )
    publish_series(story.session, actor=actor, offer=offer, plan=Plan(rule=rule, places=8), at=at)
    publish_offer(story.session, actor=actor, offer=offer, at=at + timedelta(hours=1))
