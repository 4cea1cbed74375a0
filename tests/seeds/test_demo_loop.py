"""The demo shows the loop in full: covers, emergencies, sheets, releases, attendance, feedback, duties, late calls."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from hub.models.booking import ONE_PLACE, Booking, BookingState
from hub.models.consent import Consent, ConsentForm, ConsentState, Release, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.duty import Duty, DutyState
from hub.models.emergency import Emergency
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import LogEntry
from hub.models.participant import Cover, Participant
from hub.models.prior_question import PriorQuestion
from hub.models.round import Round, RoundState
from hub.models.user import User
from hub.queries.emergencies import list_unreviewed, may_open
from hub.queries.users import actor_of
from hub.queries.withdrawals import list_late_calls
from hub.seeds.stories import SPARED
from tests.world import AT


@pytest.fixture
def session(demo_session):
    """Give a reading transaction over the demo network."""
    return demo_session


def rows(session, table, *where):
    return list(session.scalars(select(table).where(*where).order_by(table.id)))


def user(session, key):
    query = select(User).where(User.email == f"{key}@demo.invalid").options(selectinload(User.memberships))
    return session.scalars(query.execution_options(populate_existing=True)).one()


def test_a_deputy_signs_in_stands_in_and_has_looked_at_somebody_in_an_emergency(told_demo, session):
    assert ("coach", "Mira Seidel", "mira@demo.invalid") in told_demo[1].accounts
    mira, clara, paul = (user(session, key).id for key in ("mira", "clara", "paul"))
    covers = {
        (one.coach_id, one.starts_at <= AT < one.ends_at) for one in rows(session, Cover, Cover.deputy_id == mira)
    }
    assert covers == {(clara, False), (paul, True)}
    actor, lead = (actor_of(session, user(session, key)) for key in ("mira", "lena"))
    assert may_open(session, actor, at=AT)
    (waiting,) = list_unreviewed(session, lead)
    assert (waiting.user_id, waiting.ends_at < AT) == (mira, True)
    assert rows(session, Emergency) == [waiting]


def test_one_sheet_for_three_partners_waits_and_one_came_back_signed(session):
    sheets = Counter()
    for sheet in rows(session, ConsentSheet):
        lines = rows(session, Consent, Consent.sheet_id == sheet.id)
        if len({line.organisation_id for line in lines}) == 3:
            states = Counter(line.state for line in lines)
            sheets[(sheet.form, states[ConsentState.GIVEN], states[ConsentState.REFUSED])] += 1
    assert sheets == {(None, 0, 0): 1, (ConsentForm.PAPER, 2, 1): 1}


def test_one_release_is_asked_and_one_runs(session):
    assert Counter(one.state for one in rows(session, Release)) == {ConsentState.REQUESTED: 1, ConsentState.GIVEN: 1}


def test_a_partner_reported_one_owes_and_one_marked_who_was_there(session):
    told = [one.feedback for one in rows(session, Enquiry) if one.feedback]
    assert [one["outcome"] for one in told] == ["completed"]
    assert told[0]["words"]
    owed = rows(session, Duty)
    assert [(one.state, one.due_at > AT) for one in owed] == [(DutyState.OPEN, True)]
    assert rows(session, LogEntry, LogEntry.action == "attendance.marked")


def test_a_place_given_back_for_today_waits_for_a_call(session):
    people = rows(session, Participant)
    calls = list_late_calls(session, [one.id for one in people], at=AT)
    assert len(calls) == 1
    assert timedelta(0) < calls[0][1].starts_at - AT < timedelta(days=1)


def test_one_round_keeps_the_first_yes_and_one_question_beforehand_is_answered(session):
    (found,) = rows(session, Round)
    assert (found.state, found.hold_until_at > AT) == (RoundState.HELD, True)
    asked = rows(session, Enquiry, Enquiry.round_id == found.id)
    assert Counter(one.state for one in asked) == {EnquiryState.ACCEPTED: 1, EnquiryState.WITHDRAWN: 2}
    assert all("I1" not in one.field_groups for one in asked)
    assert [one.answer for one in rows(session, PriorQuestion)] == ["yes", ""]


def test_the_speaking_roles_still_begin_with_a_clean_table(session):
    spared = {"Tarik", "Jolanta", "Heinz"}
    assert len(spared) == len(SPARED)
    own = [one.id for one in rows(session, Participant) if one.name["given"] in spared and one.coach_id]
    cast = [key for key in own if session.get_one(Participant, key).coach_id == user(session, "clara").id]
    told = rows(session, Consent, Consent.participant_id.in_(cast), Consent.organisation_id.is_not(None))
    assert told == []
    assert rows(session, Release, Release.participant_id.in_(cast)) == []


def test_two_people_hear_by_letter_and_by_telephone_of_a_place_their_partner_called_off(session):
    signed = rows(session, Consent, Consent.scope == Scope.MESSAGES, Consent.state == ConsentState.GIVEN)
    assert {one.content["changes"] for one in signed} == {"letter", "phone"}
    lost = rows(session, Booking, Booking.cancelled_by == ONE_PLACE)
    assert {one.participant_id for one in lost} == {one.participant_id for one in signed}
    assert all(one.state is BookingState.CANCELLED and one.starts_at > AT for one in lost)
