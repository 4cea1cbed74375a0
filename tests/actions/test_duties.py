"""What a partner owes once a consent has ended: seven days, one answer from a closed list, one escalation."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from hub.actions import answers, duties, log
from hub.errors import InvalidInput, NotAllowed, SomebodyWasFaster, StepNotPossible
from hub.models.consent import Consent, ConsentState, Scope
from hub.models.duty import Duty, DutyState, Ground
from hub.models.enquiry import EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Notice
from hub.policy.actor import SYSTEM
from hub.queries.duties import find_owed_of, list_overdue, list_owed
from hub.worker.deadlines import meet_deadlines
from tests.loop import accepted_enquiry, now, partner, rows, sent_enquiry, withdraw
from tests.places import give_consent

WEEK = timedelta(days=7)


def owed(world, *, owner="clinic", by="petra"):
    """Return the duty that follows from taking back a consent under which the name was opened."""
    enquiry, consent = sent_enquiry(world, owner=owner)
    partner(world, enquiry, answers.accept_enquiry, by=by)
    partner(world, enquiry, answers.open_identity, by=by)
    withdraw(world, world.cast.tarik, consent)
    return rows(world, Duty)[0]


def settle(world, duty, *, by="petra", at=None, **more):
    world.do(duties.settle_duty, actor=world.actor(by), duty=duty, at=at or world.at, **more)


def test_who_never_knew_a_name_owes_nothing(world):
    _, consent = sent_enquiry(world)
    withdraw(world, world.cast.tarik, consent)
    assert rows(world, Duty) == []


def test_a_duty_names_what_was_told_and_when_it_is_due(world):
    duty = owed(world)
    assert {"I1", "I2", "A1", "R1", "G1"} <= set(duty.fields)
    assert "I0" not in duty.fields
    assert (duty.state, duty.due_at) == (DutyState.OPEN, world.at + WEEK)


@pytest.mark.parametrize(
    ("answer", "state", "ground"),
    [("deleted", DutyState.DELETED, None), *((one.value, DutyState.KEPT_BY_LAW, one) for one in Ground)],
)
def test_each_answer_settles_it_once_and_is_logged(world, answer, state, ground):
    duty = owed(world)
    settle(world, duty, answer=answer)
    after = now(world, duty)
    assert (after.state, after.ground, after.answered_at) == (state, ground, world.at)
    entry = rows(world, LogEntry, LogEntry.action == f"duty.{state.value}")[0]
    assert (entry.purpose, entry.fields) == (answer, sorted(duty.fields))
    with pytest.raises(StepNotPossible):
        settle(world, duty, answer="deleted")


def test_a_word_outside_the_list_and_a_stale_page_are_refused(world):
    duty = owed(world)
    with pytest.raises(InvalidInput):
        settle(world, duty, answer="whatever")
    with pytest.raises(SomebodyWasFaster):
        settle(world, duty, answer="deleted", version=duty.version + 1)
    assert now(world, duty).state is DutyState.OPEN


def test_nobody_else_answers_for_the_clinic(world, subtests):
    duty = owed(world)
    for key in ["clara", "cem", "frank", "lena", "sven", "kerstin", "anna", "otto", "fred"]:
        with subtests.test(key=key), pytest.raises(NotAllowed):
            settle(world, duty, by=key, answer="deleted")


def test_the_network_desk_writes_down_what_was_said_on_the_telephone(world):
    duty = owed(world)
    settle(world, duty, by="nora", answer="deleted")
    assert rows(world, LogEntry, LogEntry.action == "duty.deleted")[0].purpose == "deleted on_behalf"


def test_seven_days_of_silence_are_told_to_the_coordinators_exactly_once(world):
    duty = owed(world)
    for early in (timedelta(), WEEK - timedelta(seconds=1)):
        with world.database.reading() as session:
            assert list_overdue(session, at=world.at + early) == []
    for late in (WEEK, WEEK, WEEK + timedelta(days=1)):
        meet_deadlines(world.database, world.at + late)
    assert now(world, duty).state is DutyState.OVERDUE
    assert len(rows(world, LogEntry, LogEntry.action == "duty.overdue")) == 1
    nora = world.user("nora").id
    told = rows(world, Notice, Notice.user_id == nora)
    assert [(one.template, one.enquiry_id) for one in told] == [("staff_news", None)], "no word of whom it is about"
    settle(world, now(world, duty), answer="deleted", at=world.at + WEEK + timedelta(days=2))
    assert now(world, duty).state is DutyState.DELETED


def test_an_answer_in_time_is_never_escalated(world):
    duty = owed(world)
    settle(world, duty, answer="deleted")
    assert not world.do(duties.escalate_duty, actor=SYSTEM, duty_id=duty.id, at=world.at + WEEK)
    meet_deadlines(world.database, world.at + WEEK)
    assert now(world, duty).state is DutyState.DELETED


def test_who_sees_a_duty_when(world):
    duty = owed(world)

    def seen():
        with world.database.reading() as session:
            return {key for key in world.cast.users if list_owed(session, world.actor(key))}

    assert seen() == {"petra"}
    meet_deadlines(world.database, world.at + WEEK)
    assert seen() == {"petra", "nora"}, "the network only once it is overdue"
    with world.database.reading() as session:
        assert find_owed_of(session, duty.enquiry_id).id == duty.id


def test_an_umbrella_answers_for_its_member(world):
    duty = owed(world, owner="club", by="sven")
    with world.database.reading() as session:
        assert {key for key in world.cast.users if list_owed(session, world.actor(key))} == {"sven", "kerstin"}
    settle(world, duty, by="kerstin", answer="deleted")
    assert rows(world, LogEntry, LogEntry.action == "duty.deleted")[0].purpose == "deleted on_behalf"


def smaller_consent(world, enquiry, scope, group):
    """Give an E3 or E4 beside the E2 of an enquiry."""
    offer = SimpleNamespace(organisation_id=enquiry.organisation_id, id=enquiry.offer_id)
    consent = give_consent(world, world.cast.tarik, offer, groups=(group,))
    with world.database.transaction() as session:
        session.get_one(Consent, consent.id).scope = scope
    return consent


@pytest.mark.parametrize(("scope", "group"), [(Scope.HEALTH, "H1"), (Scope.FEEDBACK, "F1")])
@pytest.mark.parametrize("told", [True, False])
def test_a_smaller_consent_ends_alone_and_only_its_own_fields_are_owed(world, scope, group, told):
    enquiry, consent = accepted_enquiry(world)
    partner(world, enquiry, answers.open_identity)
    smaller = smaller_consent(world, enquiry, scope, group)
    with world.database.transaction() as session:
        row = session.get_one(type(enquiry), enquiry.id)
        if told and scope is Scope.HEALTH:
            facts = {"participant_id": row.participant_id, "organisation_id": row.organisation_id}
            log.disclose(session, **facts, enquiry_id=row.id, fields=["H1"], purpose="test", at=world.at)
        elif told:  # the partner itself reported how it went
            row.state, row.ended_by, row.ended_at = EnquiryState.COMPLETED, "partner", world.at
    before = now(world, enquiry).state
    withdraw(world, world.cast.tarik, smaller)
    assert now(world, smaller).state is ConsentState.WITHDRAWN
    assert now(world, consent).state is ConsentState.GIVEN
    assert now(world, enquiry).state is before
    entry = rows(world, LogEntry, LogEntry.action == "consent.withdrawn")[0]
    assert (entry.purpose, entry.fields) == (scope.value, [group])
    assert [one.fields for one in rows(world, Duty)] == ([[group]] if told else [])
    asked = rows(world, Notice, Notice.template == "partner_check")
    assert len(asked) == told, "the partner hears that there is something to look at"


def test_the_smaller_consents_fall_with_the_transmission(world):
    enquiry, consent = accepted_enquiry(world)
    both = [smaller_consent(world, enquiry, *one) for one in ((Scope.HEALTH, "H1"), (Scope.FEEDBACK, "F1"))]
    withdraw(world, world.cast.tarik, consent)
    assert [now(world, one).state for one in both] == [ConsentState.WITHDRAWN] * 2
