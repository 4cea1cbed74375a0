"""Asking around without a name: one yes of the person, many partners asked, one kept, the name last of all."""

from datetime import timedelta

import pytest

from hub.actions import answers, enquiries, rounds
from hub.errors import ConsentMissing, InvalidInput, RuleBroken, StepNotPossible
from hub.models.booking import Booking, BookingState
from hub.models.consent import Consent, ConsentState, Scope
from hub.models.enquiry import EnquiryState
from hub.models.log import Disclosure
from hub.models.notice import Notice
from hub.models.offer import Access, Aim, Offer, OfferState
from hub.models.referral import Referral
from hub.models.round import RoundKind, RoundState
from hub.models.slot import Pool
from hub.policy.actor import SYSTEM
from hub.queries.consents import find_permitting
from hub.queries.disclosures import fields_for
from hub.queries.known import list_known
from hub.queries.notices import list_needless_calls
from hub.queries.participants import get_participant
from hub.queries.phone_list import list_phoned
from hub.queries.receipts import write_receipts
from hub.queries.rounds import get_round
from hub.queries.wishes import Wish
from hub.worker.letters import prepare_letter
from tests.loop import ask, coach, now, person_actor, request_offer, rows, say, send
from tests.places import make_offer
from tests.post import mail_settings
from tests.rounds import (
    act,
    ask_around,
    ask_name,
    asked,
    asked_of,
    lead,
    line_of,
    now_of,
    offers_of,
    open_need,
    permitted,
    respond,
    round_of,
    sent_round,
    states,
)
from tests.sheets import answer

S, R = EnquiryState, RoundState


@pytest.fixture
def three(world):
    return offers_of(world, "clinic", "club", "town")


def test_one_yes_names_every_partner_and_nobody_learns_a_name(world, three):
    sheet = ask_around(world, three)
    line = line_of(world, sheet)
    assert line.scope is Scope.ASK_AROUND
    assert line.recipient_ids == [one.organisation_id for one in three]
    assert line.field_groups == ["A1", "B1", "G1", "I0", "R1"]
    for name in ("Klinik Rosenpark", "SV Elbaue Coswig", "Rathaus Nossen", "höchstens 10 km", "stufenlos"):
        assert name in line.notice_text
    assert "Demirci" not in line.notice_text
    found = asked(world, round_of(world, sheet))
    assert [one.state for one in found] == [S.DRAFT] * 3
    assert len({one.reference for one in found}) == 3, "each partner has a number of its own"
    assert all(one.contact is None and "I1" not in one.field_groups for one in found)


def test_nothing_leaves_before_the_yes_and_then_all_at_once(world, three):
    sheet = ask_around(world, three)
    found = round_of(world, sheet)
    with pytest.raises(ConsentMissing):
        lead(world, found, rounds.send_round)
    answer(world, sheet, [line_of(world, sheet)])
    sending = lead(world, found, rounds.send_round)
    assert (len(sending.sent), sending.left_out) == (3, [])
    assert states(world, found) == ["sent"] * 3
    assert now_of(world, found).state is R.OPEN
    assert [one.template for one in rows(world, Notice)] == ["partner_question"] * 3
    told = rows(world, Disclosure)
    assert {one.organisation_id for one in told} == {one.organisation_id for one in three}
    assert not {"I1", "I2"} & {group for one in told for group in one.fields}
    with pytest.raises(StepNotPossible):
        lead(world, found, rounds.send_round)


def test_the_first_yes_is_kept_and_the_others_are_thanked(world, three):
    found = sent_round(world, three)
    respond(world, "sven", asked_of(world, found, "club"))
    assert states(world, found) == ["withdrawn", "accepted", "withdrawn"]
    after = now_of(world, found)
    assert after.state is R.HELD
    assert after.held_enquiry_id == asked_of(world, found, "club").id
    assert after.hold_until_at == world.at + timedelta(days=2)
    thanked = rows(world, Notice, Notice.template == "partner_settled")
    assert {one.organisation_id for one in thanked} == {world.cast.clinic.id, world.cast.town.id}
    assert all(one.ended_by == "round" and one.hear_by_at is None for one in asked(world, found) if one.ended_at)
    assert len(rows(world, Notice, Notice.template == "staff_news")) == 1, "the coach is told"


def test_a_yes_without_a_name_opens_none_and_books_nothing(world, three):
    found = sent_round(world, three)
    kept = asked_of(world, found, "club")
    respond(world, "sven", kept)
    sven = world.actor("sven")
    with world.database.reading() as session:
        live = find_permitting(session, now(world, kept), at=world.at) is not None
    assert live
    assert not {"I1", "I2", "H1"} & fields_for(now(world, kept), sven, live=True, acknowledged=True, at=world.at)
    with pytest.raises(RuleBroken, match="sobald der Mensch Ja"):
        respond(world, "sven", kept, answers.open_identity)
    with pytest.raises(StepNotPossible):
        coach(world, now(world, kept), enquiries.close_enquiry, closing="completed")


def test_the_second_yes_to_this_one_gives_it_the_name_behind_the_notice(world, three):
    found = sent_round(world, three)
    kept = asked_of(world, found, "club")
    respond(world, "sven", kept)
    question = ask_name(world, found)
    assert kept.reference in question.notice_text, "the very enquiry the partner has"
    assert "höchstens 10 km" in question.notice_text, "what it knows already stands on the sheet"
    assert len(asked(world, found)) == 3, "no other draft"
    say(world, world.cast.tarik, question)
    after = now(world, kept)
    assert (after.state, after.consent_id, after.reference) == (S.ACCEPTED, question.id, kept.reference)
    assert "I1" in after.field_groups
    assert now_of(world, found).state is R.SETTLED
    assert len(rows(world, Notice, Notice.template == "partner_news")) == 1
    sven = world.actor("sven")
    assert "I1" not in fields_for(after, sven, live=True, acknowledged=False, at=world.at)
    respond(world, "sven", after, answers.open_identity)
    assert "I1" in fields_for(after, sven, live=True, acknowledged=True, at=world.at)


def test_the_date_of_the_kept_yes_is_held_and_given_back(world):
    club, slot = request_offer(world, owner="club")
    clinic, _ = request_offer(world, owner="clinic")
    found = sent_round(world, [club, clinic], slots={club.id: slot})
    respond(world, "sven", asked_of(world, found, "club"))
    [hold] = rows(world, Booking)
    until = now_of(world, found).hold_until_at
    assert (hold.state, hold.slot_id, hold.expires_at) == (BookingState.HELD, slot.id, until)
    later = until + timedelta(minutes=1)
    assert world.do(rounds.expire_kept, actor=SYSTEM, round_id=found.id, at=until - timedelta(minutes=1)) is False
    assert world.do(rounds.expire_kept, actor=SYSTEM, round_id=found.id, at=later) is True
    assert now(world, hold).state is BookingState.EXPIRED
    assert rows(world, Pool, Pool.slot_id == slot.id)[0].taken == 0
    assert now_of(world, found).state is R.OPEN
    assert states(world, found) == ["withdrawn", "withdrawn"]
    assert world.do(rounds.expire_kept, actor=SYSTEM, round_id=found.id, at=later) is False
    sending = lead(world, found, rounds.ask_next, at=later)
    assert [one.organisation_id for one in sending.sent] == [clinic.organisation_id], (
        "who was kept once is not asked again"
    )
    with pytest.raises(StepNotPossible):
        lead(world, found, rounds.ask_next, at=later)
    assert states(world, found) == ["withdrawn", "withdrawn", "sent"]
    assert len({one.reference for one in asked(world, found)}) == 3


def test_without_a_free_place_the_yes_counts_all_the_same(world):
    club, slot = request_offer(world, owner="club")
    clinic, _ = request_offer(world, owner="clinic")
    found = sent_round(world, [club, clinic], slots={club.id: slot})
    with world.database.transaction() as session:
        pool = session.get_one(Pool, rows(world, Pool, Pool.slot_id == slot.id)[0].id)
        pool.taken = pool.places
    respond(world, "sven", asked_of(world, found, "club"))
    assert now_of(world, found).state is R.HELD
    assert rows(world, Booking) == []


def test_a_question_about_the_name_lapses_with_what_was_kept(world, three):
    found = sent_round(world, three)
    respond(world, "sven", asked_of(world, found, "club"))
    question = ask_name(world, found)
    later = now_of(world, found).hold_until_at
    world.do(rounds.expire_kept, actor=SYSTEM, round_id=found.id, at=later)
    assert now(world, question).state is ConsentState.EXPIRED
    with pytest.raises(StepNotPossible):
        say(world, world.cast.tarik, question, at=later)
    assert all("I1" not in one.field_groups for one in asked(world, found))


def test_a_no_to_this_one_thanks_it_and_the_round_goes_on(world, three):
    found = sent_round(world, three)
    respond(world, "sven", asked_of(world, found, "club"))
    say(world, world.cast.tarik, ask_name(world, found), yes=False)
    assert states(world, found) == ["withdrawn"] * 3
    assert len(rows(world, Notice, Notice.template == "partner_settled")) == 3
    assert now_of(world, found).state is R.OPEN
    sending = lead(world, found, rounds.ask_next)
    assert {one.organisation_id for one in sending.sent} == {world.cast.clinic.id, world.cast.town.id}


def test_when_nobody_is_left_the_round_is_over(world, three):
    found = sent_round(world, three)
    for owner, staff in (("clinic", "petra"), ("town", "gudrun")):
        respond(world, staff, asked_of(world, found, owner), answers.decline_enquiry, reason="no_capacity")
    respond(world, "sven", asked_of(world, found, "club"))
    say(world, world.cast.tarik, ask_name(world, found), yes=False)
    assert now_of(world, found).state is R.ENDED
    with pytest.raises(StepNotPossible):
        lead(world, found, rounds.ask_next)


def test_a_choice_gathers_yeses_and_thanks_only_after_the_name(world, three):
    found = sent_round(world, three, kind=RoundKind.CHOICE)
    for owner, staff in (("clinic", "petra"), ("club", "sven")):
        respond(world, staff, asked_of(world, found, owner))
    assert states(world, found) == ["accepted", "accepted", "sent"]
    assert now_of(world, found).state is R.OPEN
    tarik = person_actor(world.cast.tarik)
    act(world, tarik, found, rounds.pick, enquiry=asked_of(world, found, "club"))
    respond(world, "gudrun", asked_of(world, found, "town"))
    assert states(world, found) == ["accepted"] * 3, "a yes still counts while the person decides"
    say(world, world.cast.tarik, ask_name(world, found), yes=False)
    assert states(world, found) == ["accepted", "withdrawn", "accepted"]
    assert now_of(world, found).state is R.OPEN
    lead(world, found, rounds.pick, enquiry=asked_of(world, found, "clinic"))
    say(world, world.cast.tarik, ask_name(world, found))
    assert states(world, found) == ["accepted", "withdrawn", "withdrawn"]
    assert now_of(world, found).state is R.SETTLED
    assert "I1" in asked_of(world, found, "clinic").field_groups


def test_one_is_picked_once_and_only_where_the_person_picks(world, three):
    found = sent_round(world, three, kind=RoundKind.CHOICE)
    with pytest.raises(StepNotPossible):
        lead(world, found, rounds.pick, enquiry=asked_of(world, found, "club"))
    respond(world, "sven", asked_of(world, found, "club"))
    lead(world, found, rounds.pick, enquiry=asked_of(world, found, "club"))
    with pytest.raises(StepNotPossible):
        lead(world, found, rounds.pick, enquiry=asked_of(world, found, "club"))


def test_a_yes_to_a_settled_round_changes_nothing(world, three):
    found = sent_round(world, three)
    respond(world, "sven", asked_of(world, found, "club"))
    late, before = asked_of(world, found, "clinic"), asked(world, found)
    for version in (None, late.version - 1):
        with pytest.raises(RuleBroken, match="schon erledigt"):
            respond(world, "petra", late, version=version)
    assert [one.version for one in asked(world, found)] == [one.version for one in before]


def test_a_list_is_two_to_twelve_partners_each_once_on_request(world, three):
    need = open_need(world)
    for wrong in (three[:1], [three[0], request_offer(world, owner="clinic")[0]]):
        with pytest.raises(InvalidInput):
            ask_around(world, wrong, referral=need)
    open_offer = make_offer(world, access=Access.ANONYMOUS)
    with pytest.raises(RuleBroken, match="zuerst der Partner"):
        ask_around(world, [three[0], open_offer], referral=need)
    women = request_offer(world, owner="club", women_only=True)[0]
    with pytest.raises(RuleBroken) as refused:
        ask_around(world, [three[0], women], referral=need)
    assert str(refused.value.message) == "SV Elbaue Coswig: Dieses Angebot ist nur für Frauen."
    other = Wish(rough={"income": 3})
    with pytest.raises(InvalidInput):
        ask_around(world, three, referral=need, wish=other)


def test_one_round_at_a_time_and_a_no_rests_for_this_need_alone(world, three):
    need = open_need(world)
    first = ask_around(world, three, referral=need)
    second = ask_around(world, three, referral=need)
    assert line_of(world, first).state is ConsentState.EXPIRED, "an unanswered question gives way"
    assert round_of(world, first).state is R.ENDED
    answer(world, second, [])
    assert round_of(world, second).state is R.ENDED
    assert states(world, round_of(world, second)) == ["withdrawn"] * 3
    with pytest.raises(RuleBroken, match="Nein"):
        ask_around(world, three, referral=need)
    found = permitted(world, three, referral=open_need(world, aim=Aim.MIND))
    with pytest.raises(RuleBroken, match="schon ohne Namen gefragt"):
        ask_around(world, three, referral=rows(world, Referral, Referral.id == found.referral_id)[0])


def test_who_cannot_be_asked_any_more_is_left_out_and_named(world, three):
    found = permitted(world, three)
    with world.database.transaction() as session:
        session.get_one(Offer, three[1].id).state = OfferState.PAUSED
    sending = lead(world, found, rounds.send_round)
    assert len(sending.sent) == 2
    assert [one.organisation_id for one, _ in sending.left_out] == [world.cast.club.id]
    assert states(world, found) == ["sent", "withdrawn", "sent"]


def test_the_cooling_off_holds_everything_back(world, three):
    found = permitted(world, three, wait_hours=24)
    with pytest.raises(RuleBroken, match="Bedenkzeit"):
        lead(world, found, rounds.send_round)
    assert len(lead(world, found, rounds.send_round, at=world.at + timedelta(hours=25)).sent) == 3


def test_a_partner_not_on_the_list_is_never_asked(world, three):
    found = permitted(world, three)
    with world.database.transaction() as session:
        consent = session.get_one(Consent, found.consent_id)
        consent.recipient_ids = consent.recipient_ids[:2]
    with pytest.raises(ConsentMissing):
        lead(world, found, rounds.send_round)
    assert states(world, found) == ["draft"] * 3


def test_an_enquiry_of_a_round_goes_with_the_others_only(world, three):
    found = permitted(world, three)
    with pytest.raises(StepNotPossible):
        send(world, asked(world, found)[0])
    lead(world, found, rounds.send_round)
    with pytest.raises(RuleBroken, match="ohne Namen gefragt"):
        ask(world, world.cast.tarik, three[0], None)


def test_a_question_back_is_answered_under_the_same_yes(world, three):
    found = sent_round(world, three)
    one = asked_of(world, found, "club")
    respond(world, "sven", one, answers.return_enquiry, question="times")
    coach(world, now(world, one), enquiries.answer_question, answer="yes")
    respond(world, "sven", one)
    assert now_of(world, found).held_enquiry_id == one.id


def test_a_kept_yes_taken_back_opens_the_round_again(world):
    club, slot = request_offer(world, owner="club")
    clinic, _ = request_offer(world, owner="clinic")
    found = sent_round(world, [club, clinic], slots={club.id: slot})
    kept = asked_of(world, found, "club")
    respond(world, "sven", kept)
    question = ask_name(world, found)
    respond(world, "sven", kept, answers.take_back_acceptance)
    assert now_of(world, found).state is R.OPEN
    assert now_of(world, found).held_enquiry_id is None
    assert now(world, question).state is ConsentState.EXPIRED
    assert rows(world, Booking)[0].state is BookingState.EXPIRED
    respond(world, "sven", kept)
    assert now_of(world, found).state is R.HELD


def test_letters_and_calls_leave_under_the_first_yes_and_not_without_it(world, three):
    found = sent_round(world, three)
    notices = rows(world, Notice, Notice.template == "partner_question")
    with world.database.transaction() as session:
        letters = [
            prepare_letter(session, session.get_one(Notice, one.id), mail_settings(), at=world.at) for one in notices
        ]
        assert all("/links/" in one.address for one in letters)
        assert list_needless_calls(session, at=world.at) == []
    kerstin = world.actor("kerstin")
    with world.database.reading() as session:
        phoned = list_phoned(session, kerstin, monday=world.at.date(), at=world.at)
    assert [one.reference for one in phoned[0].enquiries] == [asked_of(world, found, "club").reference]
    assert not [one for one in phoned if "I1" in str(one.enquiries and one.enquiries[0].field_groups)]
    with world.database.transaction() as session:
        session.get_one(Consent, found.consent_id).valid_until = world.at
    with world.database.transaction() as session:
        found_now = [
            prepare_letter(session, session.get_one(Notice, one.id), mail_settings(), at=world.at) for one in notices
        ]
    assert found_now == ["no_consent"] * 3
    with world.database.reading() as session:
        assert not list_phoned(session, kerstin, monday=world.at.date(), at=world.at)[0].enquiries


def test_the_person_reads_who_may_know_what_and_the_receipt_names_everybody(world, three):
    found = sent_round(world, three)
    tarik = person_actor(world.cast.tarik)
    with world.database.reading() as session:
        known = list_known(session, tarik, participant_id=world.cast.tarik.id, at=world.at)
        consent = session.get_one(Consent, found.consent_id)
        person = get_participant(session, world.actor("clara"), world.cast.tarik.public_id, at=world.at)
        [receipt] = write_receipts(session, person, [consent], withdrawal_url="w", policy_url="p")
    assert [one.organisation.name for one in known] == ["Klinik Rosenpark", "Rathaus Nossen", "SV Elbaue Coswig"]
    assert all(set(one.until) == {"A1", "B1", "G1", "I0", "R1"} for one in known)
    names = {one["name"] for one in receipt["recipients"]}
    assert {one.offer.organisation.name for one in named(world, found)} <= names
    assert receipt["purpose"]["name"] == "Anfrage ohne Namen bei mehreren Partnern"


def named(world, found):
    with world.database.reading() as session:
        return get_round(session, world.actor("clara"), found.public_id, at=world.at).enquiries
