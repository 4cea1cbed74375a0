"""Telling without a consent (R-LAW-03 b): from a closed list, empty until admitted, and never to any other body."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub import clock
from hub.actions import answers, bookings
from hub.actions.legal_grounds import end_admitted_ground
from hub.actions.transmissions import keep_transmission, object_to_transmission
from hub.actions.withdrawals import withdraw_enquiry
from hub.errors import ConsentMissing, HubError, InvalidInput, NotAllowed, RuleBroken, StepNotPossible
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.exclusion import Exclusion
from hub.models.log import Disclosure, LogEntry
from hub.models.notice import Notice
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.participant import Cover, Participation
from hub.models.transmission import KINDS, AdmittedGround, LegalGround, Transmission
from hub.models.user import Membership, Role
from hub.queries.grants import grant_of
from hub.queries.invariants import list_broken
from hub.queries.legal_grounds import lock_admitted_ground
from hub.queries.transmissions import get_lawful, list_objected
from tests.lawful import CLERK, admit, make_body, offered, transmit
from tests.loop import ask, now, partner, person_actor, request_offer, say, withdraw
from tests.places import all_rows, make_slot

OTHER_KINDS = sorted(set(OrganisationKind) - {OrganisationKind.CARRIER})


@pytest.fixture
def offer(world):
    return make_body(world)


@pytest.fixture
def told(world, offer):
    """Clara told the carrier about Tarik on an admitted ground."""
    admit(world)
    return transmit(world, offer)


def live(world, enquiry):
    with world.database.reading() as session:
        return grant_of(session, session.get_one(Enquiry, enquiry.id), at=world.at).live


def run(world, verb, enquiry, actor):
    with world.database.transaction() as session:
        verb(session, actor=actor, enquiry=get_lawful(session, actor, enquiry.public_id, at=world.at), at=world.at)


def test_the_list_names_no_kind_but_carriers():
    assert {kind for kinds in KINDS.values() for kind in kinds} == {OrganisationKind.CARRIER}
    assert set(KINDS) == set(LegalGround)


def test_nothing_is_admitted_until_somebody_does_and_without_it_nothing_goes(world, offer):
    assert all_rows(world, AdmittedGround) == []
    assert offered(world) == []
    with pytest.raises(RuleBroken):
        transmit(world, offer)
    assert (all_rows(world, Enquiry), all_rows(world, Disclosure)) == ([], [])


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_no_other_kind_of_body_is_ever_admitted(world, kind):
    make_body(world, kind)
    with pytest.raises(RuleBroken):
        admit(world)
    assert all_rows(world, AdmittedGround) == []


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_even_a_row_written_by_hand_lets_no_other_kind_of_body_be_chosen_or_read(world, kind):
    """As when a carrier turns out to be something else, or somebody writes into the database."""
    offer = make_body(world)
    admit(world)
    enquiry = transmit(world, offer)
    with world.database.transaction() as session:
        session.get_one(Organisation, offer.organisation_id).kind = kind
    assert offered(world) == []
    assert not live(world, enquiry)
    with pytest.raises(RuleBroken):
        transmit(world, offer, person=world.cast.heinz)
    with pytest.raises(RuleBroken):
        partner(world, enquiry, answers.open_identity, by=CLERK)


def test_a_body_outside_the_network_or_gone_is_not_admitted(world, offer):
    with world.database.transaction() as session:
        session.get_one(Organisation, offer.organisation_id).ended_at = world.at
    with pytest.raises(RuleBroken):
        admit(world)
    with pytest.raises(RuleBroken):
        admit(world, owner="jc_bautzen")


def test_only_an_auditor_admits_once_and_only_what_is_on_the_list(world, offer):
    for key in ("clara", "cem", "frank", "lena", "petra", "nora", "otto", CLERK):
        with pytest.raises(NotAllowed):
            admit(world, by=key)
    with pytest.raises(InvalidInput):
        admit(world, ground="sgbx_71")
    admit(world)
    with pytest.raises(RuleBroken):
        admit(world)
    assert len(all_rows(world, AdmittedGround)) == 1


def test_the_body_learns_name_and_number_only_and_it_is_written_down_for_the_person(world, told):
    assert (told.state, told.consent_id, told.contact, told.access_needs) == (EnquiryState.ACCEPTED, None, None, [])
    assert set(told.field_groups) == {"I0", "I1", "B1"}
    (row,) = all_rows(world, Disclosure)
    assert (row.participant_id, row.purpose, set(row.fields)) == (
        told.participant_id,
        "enquiry.sent_by_law",
        {"I0", "I1", "B1"},
    )
    entry = next(one for one in all_rows(world, LogEntry) if one.action == "enquiry.sent_by_law")
    assert entry.purpose == "jurisdiction"
    assert [one.template for one in all_rows(world, Notice)] == ["partner_news"]
    assert live(world, told)
    with world.database.reading() as session:
        assert list_broken(session, at=world.at) == []


def test_nobody_but_the_own_coach_chooses_it(world, offer):
    admit(world)
    with world.database.transaction() as session:
        fred, jobcenter = world.user("fred").id, world.cast.jc_meissen.id
        session.add(Membership(user_id=fred, organisation_id=jobcenter, role=Role.COACH, created_at=world.at))
        facts = {"coach_id": world.user("clara").id, "ordered_by_id": world.user("lena").id, "deputy_id": fred}
        session.add(Cover(starts_at=world.at, ends_at=world.at + timedelta(days=2), **facts))
    with pytest.raises(NotAllowed):
        transmit(world, offer, by="fred")  # a running deputy
    for key in ("cem", "frank", "lena", "petra", "anna", "otto"):
        with pytest.raises(HubError):
            transmit(world, offer, by=key)
    assert all_rows(world, Enquiry) == []


@pytest.mark.parametrize("words", [{"ground": "x"}, {"task": "x"}, {"task": ""}])
def test_ground_and_task_come_from_the_lists(world, offer, words):
    admit(world)
    with pytest.raises(InvalidInput):
        transmit(world, offer, **words)


def test_whom_the_person_excluded_learns_nothing_by_law_either(world, offer):
    admit(world)
    with world.database.transaction() as session:
        facts = {"participant_id": world.cast.tarik.id, "organisation_id": offer.organisation_id}
        session.add(Exclusion(created_at=world.at, **facts))
    with pytest.raises(RuleBroken):
        transmit(world, offer)


@pytest.mark.parametrize("answer", ["yes", "no", "taken back"])
def test_an_answer_of_the_person_is_not_passed_over(world, offer, answer):
    admit(world)
    consent = say(
        world, world.cast.tarik, ask(world, world.cast.tarik, offer, make_slot(world, offer)), yes=answer != "no"
    )
    if answer == "taken back":
        withdraw(world, world.cast.tarik, consent)
    with pytest.raises(RuleBroken):
        transmit(world, offer)
    assert not [one for one in all_rows(world, Enquiry) if one.transmission_id]


def test_taking_back_a_consent_for_the_same_body_does_not_touch_it(world, offer, told):
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, make_slot(world, offer)))
    withdraw(world, world.cast.tarik, consent)
    assert now(world, told).state is EnquiryState.ACCEPTED
    assert live(world, told)


def test_no_consent_covers_it_and_no_date_is_booked_under_it(world, offer, told):
    slot = make_slot(world, offer)
    say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    clara = world.actor("clara")
    with world.database.transaction() as session:
        found, enquiry = session.merge(slot), session.get_one(Enquiry, told.id)
        session.refresh(found, ["offer"])
        with pytest.raises(ConsentMissing):
            bookings.enquiry_for(session, clara, found, world.cast.tarik, enquiry, world.at)
    with world.database.transaction() as session:
        lock_admitted_ground(
            session, world.actor("anna"), all_rows(world, AdmittedGround)[0].public_id
        ).ended_at = world.at
    assert not live(world, told)  # the yes for the same offer opens nothing that went out by law


def test_the_end_of_an_admission_or_of_the_participation_closes_it_at_once(world, told):
    anna = world.actor("anna")
    with world.database.transaction() as session:
        for row in session.scalars(select(Participation).where(Participation.participant_id == told.participant_id)):
            row.ends_on = clock.local_date(world.at) - timedelta(days=1)
    assert not live(world, told)
    with world.database.transaction() as session:
        for row in session.scalars(select(Participation).where(Participation.participant_id == told.participant_id)):
            row.ends_on = clock.local_date(world.at)
    assert live(world, told)
    with world.database.transaction() as session:
        admitted = lock_admitted_ground(session, anna, all_rows(world, AdmittedGround)[0].public_id)
        end_admitted_ground(session, actor=anna, admitted=admitted, at=world.at)
    assert not live(world, told)
    with pytest.raises(RuleBroken):
        partner(world, told, answers.open_identity, by=CLERK)
    assert offered(world) == []


def test_the_body_cannot_answer_return_or_report(world, told):
    for verb, words in (
        (answers.accept_enquiry, {}),
        (answers.decline_enquiry, {"reason": "other"}),
        (answers.return_enquiry, {"question": "times"}),
        (answers.take_back_acceptance, {}),
    ):
        with pytest.raises(RuleBroken):
            partner(world, told, verb, by=CLERK, **words)
    assert now(world, told).state is EnquiryState.ACCEPTED


def test_an_objection_lands_with_the_coach_and_is_said_once(world, told):
    tarik = person_actor(world.cast.tarik)
    run(world, object_to_transmission, told, tarik)
    with world.database.reading() as session:
        assert [one.id for one in list_objected(session, {told.participant_id})] == [told.id]
    assert {one.user_id for one in all_rows(world, Notice)} >= {world.user("clara").id}
    with pytest.raises(StepNotPossible):
        run(world, object_to_transmission, told, tarik)
    with pytest.raises(NotAllowed):
        run(world, keep_transmission, told, tarik)
    run(world, keep_transmission, told, world.actor("clara"))
    with pytest.raises(StepNotPossible):
        run(world, keep_transmission, told, world.actor("clara"))
    with world.database.reading() as session:
        assert list_objected(session, {told.participant_id}) == []
    assert all_rows(world, Transmission)[0].kept_at == world.at


def test_calling_it_back_closes_it_and_settles_the_objection(world, told):
    run(world, object_to_transmission, told, person_actor(world.cast.tarik))
    run(world, withdraw_enquiry, told, world.actor("clara"))
    assert now(world, told).state is EnquiryState.WITHDRAWN
    with world.database.reading() as session:
        assert list_objected(session, {told.participant_id}) == []
    with pytest.raises(StepNotPossible):
        run(world, keep_transmission, told, world.actor("clara"))


def test_a_planted_ground_for_another_body_is_seen_by_the_invariants(world, told):
    with world.database.transaction() as session:
        session.get_one(Enquiry, told.id).organisation_id = world.cast.clinic.id
    with world.database.reading() as session:
        assert "a legal ground reaches its own body only: broken by 1" in list_broken(session, at=world.at)
    assert not live(world, told)


def test_an_ordinary_enquiry_has_no_ground(world):
    offer, slot = request_offer(world)
    consent = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    with world.database.reading() as session:
        enquiry = session.scalars(select(Enquiry).where(Enquiry.consent_id == consent.id)).one()
    assert not enquiry.is_by_law
    with pytest.raises(HubError):
        run(world, object_to_transmission, enquiry, person_actor(world.cast.tarik))
