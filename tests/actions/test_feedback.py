"""The way back: open only under the person's own yes, and of a clinic only with a release; read by two people."""

from datetime import timedelta

import pytest

from hub.actions import answers, enquiries
from hub.errors import HubError, InvalidInput, NotAllowed, NotFound, RuleBroken, SomebodyWasFaster, StepNotPossible
from hub.models.booking import Booking
from hub.models.consent import Consent, Release
from hub.models.enquiry import ENQUIRY_MOVES, STEPS, Enquiry, EnquiryState, Outcome
from hub.models.log import Disclosure, LogEntry
from hub.models.notice import Notice
from hub.models.slot import Slot
from hub.policy.fields import Field
from hub.queries.disclosures import fields_for
from hub.queries.enquiries import get_received
from hub.queries.feedback import find_way_back
from hub.queries.grants import grant_of
from tests.feedback import ask_release, consent_to_report, report, say_release, take_back, way_back
from tests.loop import accepted_enquiry, coach, now, partner, rows, withdraw
from tests.places import book
from tests.sheets import at_once

S = EnquiryState
WORDS = "War jedes Mal da."


def is_open(world, enquiry, at=None):
    with world.database.reading() as session:
        return find_way_back(session, enquiry, at=at or world.at).is_open


def run_out(world, row):
    """Let a consent or a release end a minute from now, by its date alone: no worker came by."""
    with world.database.transaction() as session:
        session.get_one(type(row), row.id).valid_until = world.at + timedelta(minutes=1)


CONSENT = ("none", "given", "withdrawn", "expired")
RELEASE = ("none", "refused", "given", "withdrawn", "expired")


@pytest.mark.parametrize("owner", ["clinic", "club"])
@pytest.mark.parametrize("consent", CONSENT)
@pytest.mark.parametrize("release", RELEASE)
def test_the_way_back_opens_with_the_consent_and_of_a_clinic_with_the_release_too(world, owner, consent, release):
    if owner == "club" and release != "none":
        with pytest.raises(RuleBroken, match="keine Schweigepflicht"):
            ask_release(world, owner=owner)
        return
    enquiry = way_back(world, owner, released=False, feedback=consent != "none")
    later = world.at + timedelta(minutes=2)
    if release != "none":
        asked = ask_release(world)
        say_release(world, asked, yes=release != "refused")
        if release == "withdrawn":
            take_back(world, asked)
        elif release == "expired":
            run_out(world, asked)
    if consent == "withdrawn":
        withdraw(world, world.cast.tarik, consent_to_report(world))
    elif consent == "expired":
        run_out(world, consent_to_report(world))
    expected = consent == "given" and (owner == "club" or release == "given")
    assert is_open(world, enquiry, later) is expected
    if expected:
        report(world, enquiry, owner=owner, at=later)
        assert now(world, enquiry).feedback == {"outcome": "completed", "words": WORDS}
    else:
        with pytest.raises(RuleBroken, match="nichts zurückmelden"):
            report(world, enquiry, owner=owner, at=later)
        assert (now(world, enquiry).state, now(world, enquiry).feedback) == (S.ACCEPTED, None)


def test_taking_back_the_release_alone_locks_at_the_next_request_and_the_place_stays(world):
    enquiry = way_back(world)
    booking = book(world, rows(world, Slot, Slot.offer_id == enquiry.offer_id)[0], world.cast.tarik, enquiry=enquiry)
    assert is_open(world, enquiry)
    take_back(world, rows(world, Release)[0])
    assert not is_open(world, enquiry)
    assert now(world, enquiry).state is S.RUNNING
    assert now(world, booking).state == "confirmed"
    assert {one.state for one in rows(world, Consent)} == {"given"}
    say_release(world, ask_release(world))
    assert is_open(world, enquiry), "a new one opens it again"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_each_outcome_ends_the_enquiry(world, outcome):
    enquiry = way_back(world, "club")
    report(world, enquiry, owner="club", outcome=outcome)
    row = now(world, enquiry)
    failed = outcome in (Outcome.PERSON_DECLINED, Outcome.COULD_NOT_REACH)
    assert row.state is (S.FAILED if failed else S.COMPLETED)
    assert (row.ended_by, row.reason, row.ended_at) == ("partner", "", world.at)
    with pytest.raises(HubError):
        report(world, enquiry, owner="club")


def test_what_was_reported_stands_in_no_log_and_no_notice(world):
    enquiry = way_back(world)
    report(world, enquiry)
    entry = rows(world, LogEntry, LogEntry.action == "enquiry.reported")[0]
    assert (entry.fields, entry.purpose) == (["F1"], "")
    told = rows(world, Disclosure, Disclosure.purpose == "enquiry.reported")
    assert [(one.organisation_id, one.fields) for one in told] == [(world.cast.tarik.jobcenter_id, ["F1"])]
    notice = rows(world, Notice)[-1]
    assert (notice.template, notice.user_id) == ("staff_news", world.user("clara").id)
    with world.database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT feedback FROM enquiries WHERE feedback IS NOT NULL").scalar_one()
    assert WORDS not in kept


def test_only_a_code_of_the_list_and_three_hundred_characters(world):
    enquiry = way_back(world, "club")
    for wrong in ({"outcome": "hat Rücken"}, {"outcome": ""}, {"words": "x" * 301}):
        with pytest.raises(InvalidInput):
            report(world, enquiry, owner="club", **wrong)
    report(world, enquiry, owner="club", words="x" * 300)


def test_a_release_of_the_outcome_alone_takes_no_words(world):
    enquiry = way_back(world, released=False)
    say_release(world, ask_release(world, words=False))
    with pytest.raises(RuleBroken, match="nur der Ausgang"):
        report(world, enquiry)
    report(world, enquiry, words="")
    assert now(world, enquiry).feedback == {"outcome": "completed", "words": ""}


def test_dates_still_to_come_are_waited_for(world):
    enquiry = way_back(world)
    book(world, rows(world, Slot, Slot.offer_id == enquiry.offer_id)[0], world.cast.tarik, enquiry=enquiry)
    with pytest.raises(RuleBroken, match="noch Termine aus"):
        report(world, enquiry)
    report(world, enquiry, at=world.at + timedelta(days=8))
    assert now(world, enquiry).state is S.COMPLETED
    assert rows(world, Booking)[0].state == "confirmed", "a past place stays what it was"


def test_who_has_not_confirmed_the_purpose_notice_reports_nothing(world):
    enquiry = way_back(world, "club")
    partner(world, enquiry, answers.take_back_acceptance, by="sven")
    partner(world, enquiry, answers.accept_enquiry, by="sven", at=world.at + timedelta(minutes=1))
    with pytest.raises(RuleBroken, match="zuerst den Hinweis"):
        report(world, enquiry, owner="club", at=world.at + timedelta(minutes=2))


def test_a_stale_page_loses_nothing(world):
    enquiry = way_back(world, "club")
    with pytest.raises(SomebodyWasFaster):
        report(world, enquiry, owner="club", version=enquiry.version - 1)
    report(world, enquiry, owner="club", version=enquiry.version)


def test_an_enquiry_of_the_club_does_not_exist_for_others(world, subtests):
    enquiry = way_back(world, "club")
    for key in ["clara", "cem", "petra", "frank", "lena", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key), pytest.raises(NotFound):
            report(world, enquiry, owner="club", by=key)


def test_the_umbrella_reports_nothing_for_its_member(world):
    enquiry = way_back(world, "club")
    with pytest.raises(NotAllowed):
        report(world, enquiry, owner="club", by="kerstin")


@pytest.mark.parametrize("state", list(S))
def test_a_report_is_possible_exactly_where_the_table_says(world, state):
    enquiry = way_back(world, "club")
    with world.database.transaction() as session:
        session.get_one(Enquiry, enquiry.id).state = state
    may = S.COMPLETED in STEPS["partner"][state]
    assert may == (S.COMPLETED in ENQUIRY_MOVES[state]) == (state in (S.ACCEPTED, S.RUNNING))
    if may:
        report(world, enquiry, owner="club")
    else:
        with pytest.raises((StepNotPossible, NotFound)):
            report(world, enquiry, owner="club")
        assert now(world, enquiry).state is state


def told_to(world, enquiry, key):
    with world.database.reading() as session:
        actor = world.actor(key)
        row = get_received(session, actor, enquiry.reference, at=world.at)
        grant = grant_of(session, row, at=world.at)
        live = grant.consent is not None
        return fields_for(row, actor, live=live, acknowledged=True, granted=grant.scopes, at=world.at)


def test_the_partner_reads_its_own_report_only_while_the_consent_lives(world):
    enquiry = way_back(world, "club")
    report(world, enquiry, owner="club")
    assert Field.FEEDBACK in told_to(world, enquiry, "sven")
    assert Field.FEEDBACK not in told_to(world, enquiry, "kerstin")
    withdraw(world, world.cast.tarik, consent_to_report(world))
    assert Field.FEEDBACK not in told_to(world, enquiry, "sven")
    assert now(world, enquiry).feedback is not None, "the person reads it still"


def test_the_coachs_own_word_needs_no_way_back(world):
    enquiry, _ = accepted_enquiry(world, dated=False)
    assert not is_open(world, enquiry)
    coach(world, enquiry, enquiries.close_enquiry, closing="partly")
    assert (now(world, enquiry).state, now(world, enquiry).feedback) == (S.COMPLETED, None)


@pytest.mark.parametrize("what", ["consent", "release"])
def test_a_report_and_a_withdrawal_at_the_same_second(world, what):
    enquiry = way_back(world)
    end = {
        "consent": lambda: withdraw(world, world.cast.tarik, consent_to_report(world)),
        "release": lambda: take_back(world, rows(world, Release)[0]),
    }[what]
    reported, ended = at_once(lambda: report(world, enquiry), end)
    assert ended is None, "nothing keeps a person from taking it back"
    row = now(world, enquiry)
    if reported is None:
        assert (row.state, row.feedback is None) == (S.COMPLETED, False), "reported just before"
    else:
        assert (row.state, row.feedback) == (S.ACCEPTED, None)
    assert not is_open(world, enquiry)


def test_two_of_the_staff_report_at_the_same_second(world):
    enquiry = way_back(world, "club")
    jobs = [lambda one=one: report(world, enquiry, owner="club", outcome=one) for one in ("completed", "partly")]
    outcomes = at_once(*jobs)
    assert sorted(one is None for one in outcomes) == [False, True]
    assert now(world, enquiry).feedback["outcome"] == ("completed", "partly")[outcomes.index(None)]
