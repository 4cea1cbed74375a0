"""The way back in tests: an accepted enquiry with its consent (E4), its release, and the partner's report."""

from hub.actions import answers, releases
from hub.actions.feedback import give_feedback
from hub.actions.sheet_answers import Signature
from hub.models.consent import Consent, ConsentForm, Scope
from hub.queries.participants import get_participant
from hub.queries.releases import get_release
from tests.loop import drafted, now, partner, person_actor, request_offer, rows, send
from tests.sheets import answer, ask_all, lines_of

OF = {"clinic": "petra", "club": "sven"}  # who works there


def way_back(world, owner="clinic", *, released=True, feedback=True):
    """Return an enquiry that was accepted and opened, whose partner may report."""
    offer, _ = request_offer(world, owner=owner)
    sheet = ask_all(world, [offer], health="", feedback=feedback)
    lines = lines_of(world, sheet)
    answer(world, sheet, lines)
    enquiry = drafted(world, lines[0])
    send(world, enquiry)
    partner(world, enquiry, answers.accept_enquiry, by=OF[owner])
    partner(world, enquiry, answers.open_identity, by=OF[owner])
    if released and owner == "clinic":
        say_release(world, ask_release(world))
    return now(world, enquiry)


def consent_to_report(world):
    return rows(world, Consent, Consent.scope == Scope.FEEDBACK)[-1]


def report(world, enquiry, *, owner="clinic", outcome="completed", words="War jedes Mal da.", at=None, **more):
    partner(world, enquiry, give_feedback, by=more.pop("by", OF[owner]), outcome=outcome, words=words, at=at, **more)


def ask_release(world, *, owner="clinic", by="clara", words=True, person="tarik", at=None, locale="de"):
    actor, when = world.actor(by), at or world.at

    def unit(session):
        found = get_participant(session, actor, world.cast.people[person].public_id, at=when)
        return releases.request_release(
            session,
            actor=actor,
            participant=found,
            organisation=world.cast.organisations[owner],
            words=words,
            locale=locale,
            at=when,
        )

    return world.database.run(unit)


def say_release(world, release, *, yes=True, by=None, signature=None, at=None):
    actor, when = by or person_actor(world.cast.tarik), at or world.at

    def unit(session):
        found = get_release(session, actor, release.public_id, at=when)
        signed = signature or Signature(ConsentForm.OWN_DEVICE)
        releases.answer_release(session, actor=actor, release=found, yes=yes, signature=signed, at=when)

    world.database.run(unit)


def take_back(world, release, *, by=None, at=None):
    actor, when = by or person_actor(world.cast.tarik), at or world.at

    def unit(session):
        found = get_release(session, actor, release.public_id, at=when)
        releases.withdraw_release(session, actor=actor, release=found, at=when)

    world.database.run(unit)
