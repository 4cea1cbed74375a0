"""The visibility matrix, walked cell by cell: what a partner's page shows is the table's cell, and never more."""

from datetime import timedelta

import pytest

from hub.models.consent import Scope
from hub.models.enquiry import EnquiryState
from hub.models.user import Role
from hub.policy import visibility
from hub.policy.actor import Actor, ActorKind, Seat
from hub.policy.fields import Field, Phase, Reader
from hub.queries.disclosures import Content, fields_for, lines, phase_now, reader_of, told_fields
from tests.loop import accepted_enquiry, now

F, R = Field, Reader
ALL = [field.value for field in Field]
NAMES = {F.IDENTITY, F.CONTACT, F.HEALTH}
ENDED = (EnquiryState.COMPLETED, EnquiryState.FAILED)

# privacy.md section 3, written down a second time by hand: the columns Pa and U.
PARTNER = {
    Phase.DRAFT: set(),
    Phase.CONSENT_REQUESTED: set(),
    Phase.CONSENT_GIVEN: set(),
    Phase.SENT: {"I0", "G1", "B1", "R1", "A1", "offer", "state"},
    Phase.ASKED_BACK: {"I0", "G1", "A1", "question", "state", "offer", "B1", "R1"},
    Phase.ACCEPTED: {"I0", "I1", "I2", "G1", "A1", "B1", "B2", "F1", "C1", "offer", "state", "place_code"},
    Phase.COMPLETED: {"I0", "I1", "B1", "B2", "F1", "offer", "state", "place_code"},
    Phase.COMPLETED_LONG_AGO: {"I0", "B1", "B2", "offer", "state", "place_code"},
    Phase.DECLINED: {"I0", "tombstone", "state"},
    Phase.RECALLED: {"I0", "tombstone", "state"},
    Phase.CONSENT_ENDED: {"I0", "tombstone", "state"},
    Phase.PARTICIPATION_ENDED: set(),
    Phase.DELETED: set(),
}
AFTER_THE_YES = (Phase.ACCEPTED, Phase.COMPLETED, Phase.COMPLETED_LONG_AGO)
UMBRELLA = PARTNER | {phase: {"I0", "B1", "place_code", "offer", "state"} for phase in AFTER_THE_YES}
# The columns C and S, and those who see next to nothing: names of work (number, question, state, rough frame) left out.
WORK = {"I0", "question", "state", "R1", "offer", "place_code"}
COACH = {"I1", "I2", "A1", "H1", "G1", "B1", "N1", "C1"}
LOOKED_AFTER = {
    Phase.DRAFT: (COACH, {"I1", "G1"}),
    Phase.CONSENT_REQUESTED: (COACH, {"I1", "G1", "C1"}),
    Phase.CONSENT_GIVEN: (COACH, {"I1", "I2", "G1", "B1", "C1"}),
    Phase.SENT: (COACH, {"I1", "I2", "G1", "B1", "C1"}),
    Phase.ASKED_BACK: (COACH, {"I1", "I2", "G1", "B1", "C1"}),
    Phase.ACCEPTED: (COACH | {"B2", "F1"}, {"I1", "I2", "A1", "B1", "B2", "C1"}),
    Phase.COMPLETED: (COACH | {"B2", "F1"}, {"I1", "B1", "B2"}),
    Phase.COMPLETED_LONG_AGO: (COACH | {"B2", "F1"}, set()),
    Phase.DECLINED: (COACH | {"reason"}, {"I1", "B1"}),
    Phase.RECALLED: (COACH, {"I1"}),
    Phase.CONSENT_ENDED: ({"I1", "B1", "C1", "N1"}, {"I1", "C1"}),
    Phase.PARTICIPATION_ENDED: (set(), set()),
    Phase.DELETED: (set(), set()),
}
ENDS = {"I1", "participation"}
OTHERS = {  # K, N, A
    Phase.CONSENT_GIVEN: (set(), set(), {"C1"}),
    Phase.SENT: (set(), {"I0", "offer", "state"}, {"L2"}),
    Phase.ASKED_BACK: (set(), {"I0", "state"}, {"L2"}),
    Phase.ACCEPTED: ({"I1", "active"}, {"I0", "offer", "state", "count"}, {"L2", "C1"}),
    Phase.COMPLETED: (ENDS, {"I0"}, {"L2"}),
    Phase.COMPLETED_LONG_AGO: (ENDS, {"I0"}, {"L2"}),
    Phase.DECLINED: (set(), {"I0", "reason"}, {"L2"}),
    Phase.RECALLED: (set(), {"I0"}, {"L2"}),
    Phase.CONSENT_ENDED: (set(), {"I0"}, {"L2", "C2"}),
    Phase.PARTICIPATION_ENDED: (ENDS, set(), {"C2", "L2"}),
    Phase.DELETED: (set(), set(), {"L2"}),
}
STRANGERS = (R.OTHER, R.OPERATOR, R.EVALUATOR, R.CASE_MANAGER, R.TEAM_LEAD, R.COORDINATOR, R.AUDITOR)


@pytest.mark.parametrize("phase", list(Phase))
def test_a_partner_and_an_umbrella_see_the_cell(phase):
    assert told_fields(ALL, R.PARTNER, phase, [Scope.FEEDBACK]) == PARTNER[phase]
    assert told_fields(ALL, R.UMBRELLA, phase, [Scope.FEEDBACK]) == UMBRELLA[phase]


@pytest.mark.parametrize("phase", list(Phase))
def test_coach_deputy_and_those_further_off_see_the_cell(phase):
    coach, deputy = (visibility.visible(reader, phase) - WORK for reader in (R.COACH, R.DEPUTY))
    assert (coach, deputy) == LOOKED_AFTER[phase]
    further = tuple(set(visibility.visible(one, phase)) for one in (R.CASE_MANAGER, R.COORDINATOR, R.AUDITOR))
    assert further == OTHERS.get(phase, (set(), set(), set()))


def test_words_of_work_are_told_only_beside_what_they_belong_to():
    for phase in Phase:
        for reader in (R.COACH, R.DEPUTY):
            cell = visibility.visible(reader, phase)
            assert F.OFFER not in cell or F.DATE in cell  # the offer is part of B1
            assert F.PLACE_CODE not in cell or {F.DATE, F.ATTENDANCE} <= cell
            assert F.STATE not in cell or F.IDENTITY in cell


@pytest.mark.parametrize("clinic", [True, False])
@pytest.mark.parametrize("granted", [(), (Scope.HEALTH,), (Scope.FEEDBACK,), (Scope.HEALTH, Scope.FEEDBACK)])
def test_health_text_and_report_each_need_a_consent_of_their_own(granted, clinic):
    for groups in (ALL, ["I0", "I1"]):
        told = told_fields(groups, R.PARTNER, Phase.ACCEPTED, granted, clinic_type=clinic)
        assert (F.HEALTH in told) == (clinic and Scope.HEALTH in granted)
        assert (F.FEEDBACK in told) == (Scope.FEEDBACK in granted)
        assert F.HEALTH not in told_fields(groups, R.UMBRELLA, Phase.ACCEPTED, granted, clinic_type=clinic)


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("reader", STRANGERS)
def test_nobody_beside_coach_and_partner_sees_contact_needs_or_attendance(phase, reader):
    assert not visibility.visible(reader, phase) & {F.CONTACT, F.ACCESS, F.HEALTH, F.ATTENDANCE, F.NOTES, F.FEEDBACK}


@pytest.mark.parametrize("reader", [R.PARTNER, R.UMBRELLA, R.COORDINATOR, R.OTHER])
def test_no_name_is_told_before_the_yes_or_after_the_end(reader):
    for phase in set(Phase) - {Phase.ACCEPTED, Phase.COMPLETED}:
        assert not visibility.visible(reader, phase) & NAMES, phase


def test_what_was_not_ticked_is_not_told():
    assert told_fields(["I0", "G1", "B1", "I1"], R.PARTNER, Phase.ACCEPTED) & {F.CONTACT, F.ACCESS, F.FEEDBACK} == set()
    assert F.ACCESS not in told_fields(["I0"], R.PARTNER, Phase.SENT)


def test_health_needs_a_clinic_and_a_consent_of_its_own():
    sent = frozenset({F.HEALTH})
    for clinic, consent in ((False, True), (True, False), (False, False)):
        found = visibility.visible_to_partner(
            R.PARTNER, Phase.ACCEPTED, sent, clinic_type=clinic, health_consent=consent
        )
        assert F.HEALTH not in found
    both = visibility.visible_to_partner(R.PARTNER, Phase.ACCEPTED, sent, clinic_type=True, health_consent=True)
    assert F.HEALTH in both


@pytest.mark.parametrize("state", list(EnquiryState))
def test_every_state_in_every_situation_shows_a_cell_of_the_table(world, state):
    enquiry, _ = accepted_enquiry(world)
    enquiry.state = state
    enquiry.ended_at = world.at if state in ENDED else None
    actors = {
        "staff": world.actor("petra"),
        "link": Actor(ActorKind.LINK, "l", enquiry_id=enquiry.id, organisation_id=enquiry.organisation_id),
        "umbrella": Actor(ActorKind.STAFF, "u", user_id=1, member_ids=frozenset({enquiry.organisation_id})),
    }
    for live in (True, False):
        for known in (True, False):
            for name, actor in actors.items():
                fields = fields_for(enquiry, actor, live=live, acknowledged=known, at=world.at)
                phase = phase_now(enquiry, live=live, at=world.at)
                assert fields <= told_fields(enquiry.field_groups, reader_of(actor, enquiry.organisation_id), phase)
                may = name == "staff" and live and known and phase in (Phase.ACCEPTED, Phase.COMPLETED)
                assert bool(fields & NAMES) == may, (state, live, known, name)


def test_after_thirty_days_the_name_is_gone(world):
    enquiry, _ = accepted_enquiry(world)
    enquiry.state, enquiry.ended_at = EnquiryState.COMPLETED, world.at
    petra = world.actor("petra")
    soon, late = world.at + timedelta(days=30), world.at + timedelta(days=30, seconds=1)
    assert F.IDENTITY in fields_for(enquiry, petra, live=True, acknowledged=True, at=soon)
    assert F.IDENTITY not in fields_for(enquiry, petra, live=True, acknowledged=True, at=late)


def test_lines_are_written_only_for_the_fields_asked(world):
    enquiry, _ = accepted_enquiry(world)
    row = now(world, enquiry)
    content = Content(
        reference=row.reference,
        aim="move",
        offer=type("Offer", (), {"title": "Rückenschule"})(),
        rough={"distance_km": 10, "languages": ["de"], "ages": [40, 60], "times": ["morning"], "women_only": True},
        access_needs=["step_free"],
        contact={"kind": "phone", "value": "0151 5550 1701"},
        person=world.cast.tarik,
        question="times",
        answer="yes",
    )
    for field in Field:
        assert {line.field for line in lines(content, frozenset({field}))} <= {field}
    masked = " ".join(line.value for line in lines(content, visibility.BEFORE))
    for secret in ("Tarik", "Demirci", "0151", "Coswig", "1984", "Herr"):
        assert secret not in masked


def test_own_staff_and_umbrella_are_told_apart():
    own = Actor(ActorKind.STAFF, "a", seats=(Seat(7, Role.PARTNER),), member_ids=frozenset({9}))
    assert reader_of(own, 7) is Reader.PARTNER
    assert reader_of(own, 9) is Reader.UMBRELLA
