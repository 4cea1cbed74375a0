"""Sheets for tests: ask several organisations at once, and answer line by line."""

import threading

from hub import clock
from hub.actions import sheet_answers, sheets
from hub.actions.sheet_answers import Signature
from hub.actions.sheets import Ask, Reading
from hub.errors import HubError
from hub.models.consent import Consent, ConsentForm
from hub.models.offer import Aim
from hub.queries.offers import get_offer
from hub.queries.participants import get_participant
from hub.queries.referrals import get_referral
from hub.queries.sheets import (
    get_sheet,
)
from tests.loop import (
    WISH,
    person_actor,
    request_offer,
    rows,
)

HEALTH = "Braucht nach einer Operation Pausen."
STROKES = {"strokes": [[[n, n] for n in range(9)]]}


def three_offers(world):
    """A clinic that asks about health, a club and a town hall; each accepts first."""
    return [
        request_offer(world, owner="clinic", title="Rückenschule", field_groups=["I2", "H1"])[0],
        request_offer(world, owner="club", title="Gymnastik", field_groups=["I2"])[0],
        request_offer(world, owner="town", title="Beratung", field_groups=["I2"], aim=Aim.DAILY_LIFE)[0],
    ]


def ask_all(
    world, offers, *, person="tarik", by="clara", wish=WISH, health=HEALTH, feedback=True, referral=None, **reading
):
    actor, who = world.actor(by), world.cast.people[person]

    def unit(session):
        found = get_participant(session, actor, who.public_id, at=world.at)
        asks = [
            Ask(
                get_offer(session, actor, one.public_id),
                None,
                wish,
                health if "H1" in one.field_groups else "",
                feedback,
            )
            for one in offers
        ]
        search = get_referral(session, actor, referral.public_id, at=world.at) if referral else None
        kept = Reading(**({"locale": "de"} | reading))
        return sheets.ask_sheet(
            session, actor=actor, participant=found, asks=asks, reading=kept, referral=search, at=world.at
        )

    return world.database.run(unit)


def lines_of(world, sheet):
    return rows(world, Consent, Consent.sheet_id == sheet.id)


def answer(world, sheet, yes, *, by=None, form=ConsentForm.OWN_DEVICE, evidence=None, reason="", at=None, **more):
    actor, when = by or person_actor(world.cast.tarik), at or world.at

    def unit(session):
        found = get_sheet(session, actor, sheet.public_id, at=when)
        signature = Signature(form, evidence or {}, reason=reason)
        sheet_answers.answer_sheet(
            session,
            actor=actor,
            sheet=found,
            yes={one.public_id for one in yes},
            signature=signature,
            at=when,
            **more,
        )

    world.database.run(unit)


def defer(world, sheet, by):
    def unit(session):
        found = get_sheet(session, by, sheet.public_id, at=world.at)
        sheet_answers.defer_sheet(session, actor=by, sheet=found, at=world.at)

    world.database.run(unit)


def paper(world, **more):
    return {"signed_on": clock.local_date(world.at).isoformat(), "reference": "MOS 12/3", **more}


def at_once(*jobs):
    """Run all jobs at the same moment and return what each raised (None for success)."""
    barrier, outcomes = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number, job):
        barrier.wait()
        try:
            job()
        except HubError as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
