"""A question before a referral: asked about nobody, answered once, reminded once, and over without anybody waiting."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.actions import prior_questions as verbs
from hub.actions.leaving import end_organisation
from hub.actions.offers import end_offer, pause_offer
from hub.errors import InvalidInput, NotAllowed, RuleBroken, SomebodyWasFaster, StepNotPossible
from hub.models.enquiry import hear_by, remind_at
from hub.models.log import Disclosure, LogEntry, LogSubject
from hub.models.notice import Notice
from hub.models.offer import Form, Freshness, Offer, OfferState
from hub.models.prior_question import (
    MOST_OPEN,
    MOST_TOPICS,
    PRIOR_QUESTION_MOVES,
    TOPICS,
    PriorAnswer,
    PriorQuestion,
    PriorQuestionState,
)
from hub.policy.actor import SYSTEM
from hub.queries.offers import get_offer
from hub.queries.states import move
from hub.worker.deadlines import meet_deadlines
from tests.crowd import rush
from tests.loop import now, rows
from tests.places import make_offer
from tests.prior_questions import answer_as, answered, ask_beforehand, take_back
from tests.world import World

S = PriorQuestionState
COLUMNS = {
    *("id", "public_id", "version", "reference", "offer_id", "organisation_id", "asked_by_id", "jobcenter_id"),
    *("topics", "state", "answer", "answered_by_id", "answered_by_link", "on_behalf", "ended_by", "hear_by_at"),
    *("created_at", "answered_at", "ended_at", "read_at"),
}


def actions(world: World) -> list[str]:
    return [one.action for one in rows(world, LogEntry) if one.action.startswith("prior_question.")]


def test_there_is_no_column_for_a_person_a_referral_or_a_word():
    """R-LAW-04, R-LAW-08: whoever adds a column here says in this list that it tells nothing of anybody."""
    assert {column.name for column in PriorQuestion.__table__.columns} == COLUMNS
    targets = {key.column.table.name for key in PriorQuestion.__table__.foreign_keys}
    assert targets == {"offers", "organisations", "users"}


def test_asking_tells_the_partner_and_nobody_is_disclosed(world):
    question = ask_beforehand(world, topics=["language:uk", "step_free", "step_free"])
    assert (question.state, question.topics) == (S.ASKED, ["step_free", "language:uk"])
    assert question.organisation_id == world.cast.club.id
    assert question.jobcenter_id == world.cast.jc_meissen.id
    assert question.hear_by_at == hear_by("normal", world.at)
    (notice,) = rows(world, Notice)
    assert (notice.template, notice.organisation_id) == ("partner_prior_question", world.cast.club.id)
    assert (notice.prior_question_id, notice.enquiry_id, notice.participant_id) == (question.id, None, None)
    assert actions(world) == ["prior_question.asked"]
    assert rows(world, Disclosure) == []
    with world.database.reading() as session:
        assert session.query(LogSubject).count() == 0


@pytest.mark.parametrize("topics", [[], ["Tarik, Kniearthrose"], ["step_free", "F32.1"], ["language:xx"]])
def test_only_what_stands_in_the_list_can_be_asked(world, topics):
    with pytest.raises(InvalidInput):
        ask_beforehand(world, topics=topics)
    assert rows(world, PriorQuestion) == []


def test_too_many_topics_would_describe_somebody(world):
    ask_beforehand(world, topics=TOPICS[:MOST_TOPICS])
    with pytest.raises(InvalidInput):
        ask_beforehand(world, topics=TOPICS[: MOST_TOPICS + 1])


@pytest.mark.parametrize("key", ["frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "otto", "fred"])
def test_only_coaches_ask(world, key):
    offer = make_offer(world)
    with pytest.raises(NotAllowed):
        ask_beforehand(world, offer, by=key)


@pytest.mark.parametrize(
    "facts", [{"state": OfferState.PAUSED}, {"freshness": Freshness.HIDDEN}, {"form": Form.ROOM}], ids=str
)
def test_an_offer_that_takes_nobody_is_not_asked_about(world, facts):
    offer = make_offer(world)

    def unit(session):
        found = get_offer(session, world.actor("clara"), offer.public_id)
        session.execute(update(Offer).where(Offer.id == offer.id).values(**facts))
        session.refresh(found)
        verbs.ask_beforehand(session, actor=world.actor("clara"), offer=found, topics=["lift"], at=world.at)

    with pytest.raises(RuleBroken):
        world.database.run(unit)


def test_the_same_is_not_asked_twice_while_it_is_open(world):
    offer = make_offer(world)
    first = ask_beforehand(world, offer)
    with pytest.raises(RuleBroken, match="schon gefragt"):
        ask_beforehand(world, offer, topics=["language:uk", "step_free"])
    ask_beforehand(world, offer, topics=["lift"])
    ask_beforehand(world, offer, by="cem")  # another coach may
    answer_as(world, first, world.actor("sven"))
    ask_beforehand(world, offer)


def test_a_partner_has_only_a_handful_from_one_coach(world):
    offers = [make_offer(world) for _ in range(MOST_OPEN + 1)]
    for offer in offers[:-1]:
        ask_beforehand(world, offer)
    with pytest.raises(RuleBroken, match="offene Vorab-Fragen"):
        ask_beforehand(world, offers[-1])
    ask_beforehand(world, make_offer(world, owner="clinic"))
    ask_beforehand(world, offers[-1], by="cem")


def test_many_at_once_ask_the_same_once(world):
    offer = make_offer(world)
    results = rush([lambda: ask_beforehand(world, offer)] * 4)
    assert sum(isinstance(one, PriorQuestion) for one in results) == 1
    assert len(rows(world, PriorQuestion)) == 1


@pytest.mark.parametrize("answer", list(PriorAnswer))
def test_each_answer_is_kept_with_who_gave_it(world, answer):
    question = answered(world, answer=answer)
    assert (question.state, question.answer, question.answered_at) == (S.ANSWERED, answer, world.at)
    assert (question.answered_by_id, question.answered_by_link, question.on_behalf) == (
        world.cast.sven.id,
        False,
        False,
    )
    entry = rows(world, LogEntry, LogEntry.action == "prior_question.answered")[0]
    assert (entry.purpose, entry.object_ref) == (str(answer), question.public_id)


def test_no_other_answer_can_be_given(world):
    question = ask_beforehand(world)
    for answer in ("", "maybe", "Ja, wenn er pünktlich ist"):
        with pytest.raises(InvalidInput):
            answer_as(world, question, world.actor("sven"), answer)
    assert now(world, question).state is S.ASKED


@pytest.mark.parametrize("key", ["clara", "cem", "frank", "lena", "petra", "gudrun", "nora", "anna", "otto", "fred"])
def test_nobody_else_answers(world, key):
    question = ask_beforehand(world)
    with pytest.raises(NotAllowed):
        answer_as(world, question, world.actor(key))


def test_umbrella_and_network_desk_answer_on_behalf_and_it_is_marked(world):
    of_the_club = answered(world, by="kerstin")
    of_the_clinic = answered(world, make_offer(world, owner="clinic"), by="nora")
    assert of_the_club.on_behalf
    assert of_the_clinic.on_behalf
    purposes = [one.purpose for one in rows(world, LogEntry, LogEntry.action == "prior_question.answered")]
    assert purposes == ["yes on_behalf", "yes on_behalf"]


@pytest.mark.parametrize("before", list(S))
@pytest.mark.parametrize("after", list(S))
def test_states_follow_the_table_of_moves(world, before, after):
    question = ask_beforehand(world)
    with world.database.transaction() as session:
        row = session.get_one(PriorQuestion, question.id)
        row.state = before
        session.flush()
        if after in PRIOR_QUESTION_MOVES[before]:
            move(session, row, after, at=world.at)
        else:
            with pytest.raises(StepNotPossible):
                move(session, row, after, at=world.at)


def test_the_first_of_many_answers_counts(world):
    question = ask_beforehand(world)
    sven, kerstin = world.actor("sven"), world.actor("kerstin")
    answers = [(sven, "yes"), (kerstin, "no"), (sven, "call_me"), (kerstin, "yes_partly")]
    results = rush([lambda who=who, what=what: answer_as(world, question, who, what) for who, what in answers])
    assert results.count(None) == 1
    assert set(results) <= {None, StepNotPossible, SomebodyWasFaster}
    assert now(world, question).answer == answers[results.index(None)][1]
    assert actions(world).count("prior_question.answered") == 1


def test_answer_against_taking_back(world):
    question = ask_beforehand(world)
    results = rush([lambda: answer_as(world, question, world.actor("sven")), lambda: take_back(world, question)])
    assert results.count(None) == 1
    after = now(world, question)
    assert after.state is (S.ANSWERED if results[0] is None else S.WITHDRAWN)
    assert (after.answer == "yes") == (after.state is S.ANSWERED)


def test_taking_back_is_the_askers_alone(world):
    question = ask_beforehand(world)
    with world.database.transaction() as session, pytest.raises(NotAllowed):
        verbs.withdraw_prior_question(session, actor=world.actor("cem"), question=question, at=world.at)
    take_back(world, question)
    after = now(world, question)
    assert (after.state, after.ended_by, after.ended_at) == (S.WITHDRAWN, "coach", world.at)
    with pytest.raises(StepNotPossible):
        answer_as(world, question, world.actor("sven"))


def test_an_answer_is_put_away_once_and_only_when_it_is_there(world):
    question, clara = ask_beforehand(world), world.actor("clara")

    def read(at):
        with world.database.transaction() as session:
            row = session.get_one(PriorQuestion, question.id)
            verbs.put_away_answer(session, actor=clara, question=row, at=at)

    with pytest.raises(StepNotPossible):
        read(world.at)
    answer_as(world, question, world.actor("sven"))
    read(world.at)
    read(world.at + timedelta(hours=1))
    assert now(world, question).read_at == world.at


def test_the_clock_reminds_once_then_lets_it_run_out_and_nobody_is_bothered(world):
    question = ask_beforehand(world)
    due = remind_at(question.hear_by_at)
    meet_deadlines(world.database, due - timedelta(minutes=1))
    assert actions(world) == ["prior_question.asked"]
    for _ in range(2):
        meet_deadlines(world.database, due)
    assert [one.template for one in rows(world, Notice)] == ["partner_prior_question", "partner_prior_reminder"]
    for _ in range(2):
        meet_deadlines(world.database, question.hear_by_at)
    assert now(world, question).state is S.EXPIRED
    assert actions(world) == [f"prior_question.{word}" for word in ("asked", "reminded", "expired")]
    assert len(rows(world, Notice)) == 2  # no ladder, no mail to the coach


def test_a_late_answer_is_still_welcome(world):
    question = ask_beforehand(world)
    meet_deadlines(world.database, question.hear_by_at)
    answer_as(world, question, world.actor("sven"), at=question.hear_by_at + timedelta(days=1))
    assert now(world, question).state is S.ANSWERED


def leave(world, offer):
    with world.database.transaction() as session:
        club = session.get_one(type(world.cast.club), world.cast.club.id)
        end_organisation(session, actor=world.actor("nora"), organisation=club, at=world.at)


def pause(world, offer):
    with world.database.transaction() as session:
        pause_offer(session, actor=world.actor("sven"), offer=session.get_one(Offer, offer.id), at=world.at)


def end(world, offer):
    with world.database.transaction() as session:
        end_offer(session, actor=world.actor("sven"), offer=session.get_one(Offer, offer.id), at=world.at)


@pytest.mark.parametrize("deed", [pause, end, leave])
def test_when_the_offer_is_away_nobody_need_answer_any_more(world, deed):
    offer = make_offer(world)
    question, kept = ask_beforehand(world, offer), ask_beforehand(world, make_offer(world, owner="clinic"))
    deed(world, offer)
    if deed is not leave:
        with pytest.raises(StepNotPossible, match="erledigt"):
            answer_as(world, question, world.actor("sven"))  # at once, before the clock has come
    meet_deadlines(world.database, world.at)
    after = now(world, question)
    assert (after.state, after.ended_by) == (S.WITHDRAWN, "offer")
    assert now(world, kept).state is S.ASKED
    meet_deadlines(world.database, world.at)
    assert actions(world).count("prior_question.withdrawn") == 1


def test_what_is_answered_stays_when_the_offer_pauses(world):
    offer = make_offer(world)
    question = answered(world, offer)
    pause(world, offer)
    meet_deadlines(world.database, world.at)
    assert now(world, question).state is S.ANSWERED


@pytest.mark.parametrize("verb", [verbs.remind_partner, verbs.expire_prior_question, verbs.withdraw_moot])
def test_the_clocks_verbs_are_the_clocks(world, verb):
    question = ask_beforehand(world)
    for key in ("clara", "sven", "nora", "otto", "fred"):
        with pytest.raises(NotAllowed):
            world.do(verb, actor=world.actor(key), question_id=question.id, at=world.at)
    assert world.do(verb, actor=SYSTEM, question_id=question.id, at=world.at) is False
