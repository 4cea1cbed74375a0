"""Papers of the demo: a sheet for three partners that waits, one that came back signed; a release asked, one given."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub import clock
from hub.actions.releases import answer_release, request_release
from hub.actions.sheet_answers import Signature, answer_sheet
from hub.actions.sheets import Ask, Reading, ask_sheet
from hub.models.consent import Consent, ConsentForm, Release
from hub.models.consent_sheet import ConsentSheet
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.queries.bookability import obstacle_of_offer, obstacle_of_person
from hub.queries.participants import get_participant
from hub.queries.sheets import lock_sheet
from hub.queries.wishes import Wish
from hub.seeds.bookings import Story

PARTNERS = 3
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BY_CONSENT = (Access.NAMED, Access.REQUEST)


def load_sheets(story: Story, waiting: Participant, signing: Participant, offers: Sequence[Offer]) -> None:
    """Ask two people about three partners each; one of them has signed: two times yes, one time no."""
    _ask(story, waiting, offers, story.at - 20 * HOUR)
    sign_sheet(story, _ask(story, signing, offers, story.at - 3 * DAY), story.at - 2 * DAY, most=2)


def _ask(story: Story, person: Participant, offers: Sequence[Offer], at: datetime) -> ConsentSheet:
    """Ask about the first offer of each of three partners nearby that is meant for this person."""
    chosen: dict[int, Offer] = {}
    for offer in offers:
        near = offer.organisation.municipality_code[:5] == person.municipality_code[:5]
        obstacle = obstacle_of_offer(offer) or obstacle_of_person(offer, person, clock.local_date(at).year)
        if near and offer.access in BY_CONSENT and obstacle is None:
            chosen.setdefault(offer.organisation_id, offer)
    return ask_sheet_about(story, person, list(chosen.values())[:PARTNERS], at)


def ask_sheet_about(
    story: Story, person: Participant, offers: Sequence[Offer], at: datetime, *, feedback: bool = False
) -> ConsentSheet:
    """Ask a person on one sheet about these offers."""
    coach, wish = story.coach_of(person), Wish(access_needs=tuple(person.access_needs))
    found = get_participant(story.session, coach, person.public_id, at=at)
    asks = [Ask(offer, None, wish, feedback=feedback) for offer in offers]
    return ask_sheet(story.session, actor=coach, participant=found, asks=asks, reading=Reading("de"), at=at)


def sign_sheet(story: Story, sheet: ConsentSheet, at: datetime, *, most: int | None = None) -> list[Consent]:
    """Write the signed sheet down, with a yes to the first `most` lines or to all; return its lines."""
    coach = story.coach_of(sheet.participant)
    _, lines = lock_sheet(story.session, sheet.id)
    yes = {line.public_id for line in lines[:most]}
    answer_sheet(story.session, actor=coach, sheet=sheet, yes=yes, signature=_signed(coach.user_id, at), at=at)
    return lines


def _signed(coach_id: int | None, at: datetime) -> Signature:
    evidence = {"signed_on": clock.local_date(at).isoformat(), "reference": "Mappe 5"}
    return Signature(ConsentForm.PAPER, evidence, recorded_by_id=coach_id)


def ask_release(story: Story, person: Participant, at: datetime) -> Release:
    """Ask a person to release the clinic towards their coach: the outcome and a few words."""
    coach = story.coach_of(person)
    return request_release(
        story.session,
        actor=coach,
        participant=get_participant(story.session, coach, person.public_id, at=at),
        organisation=story.cast.organisations["clinic"],
        words=True,
        locale="de",
        at=at,
    )


def give_release(story: Story, person: Participant, at: datetime) -> None:
    """Ask, and write the signed yes down an hour later."""
    release, coach = ask_release(story, person, at), story.coach_of(person)
    signature = _signed(coach.user_id, at + HOUR)
    answer_release(story.session, actor=coach, release=release, yes=True, signature=signature, at=at + HOUR)
