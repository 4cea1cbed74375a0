"""A release from secrecy: its own record and its own life, given by the person alone, ended alone."""

from datetime import timedelta

import pytest

from hub.actions import releases as verbs
from hub.actions.caller import withdraw_for_caller
from hub.actions.sheet_answers import Signature
from hub.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, StepNotPossible
from hub.models.consent import CONSENT_MOVES, PERMITTING, Consent, ConsentForm, ConsentState, Release, ReleaseEvent
from hub.models.log import LogEntry
from hub.models.organisation import Organisation
from hub.policy.actor import SYSTEM
from hub.queries.consent_texts import digest, read_wording
from hub.queries.consents import WAITING
from hub.queries.releases import find_by_code, get_release, list_run_out
from hub.queries.states import move
from tests.feedback import ask_release, say_release, take_back
from tests.loop import now, rows
from tests.sheets import STROKES, at_once, paper
from tests.world import AT

S = ConsentState


def given(world, **more):
    release = ask_release(world, **more)
    say_release(world, release)
    return now(world, release)


def test_it_names_who_releases_whom_towards_whom_about_what_for_what_and_until_when(world):
    release = ask_release(world)
    words = release.notice_text
    clinic, jobcenter = (world.cast.organisations[key].name for key in ("clinic", "jc_meissen"))
    for part in (clinic, jobcenter, "Clara", "203", "300 Zeichen", "Wofür", "Das Ja gilt bis"):
        assert part in words, part
    assert release.notice_hash == digest(words)
    assert (release.towards_id, release.purpose) == (world.cast.tarik.jobcenter_id, "coach_plans")
    assert release.content == ["outcome", "words"]
    assert "300 Zeichen" not in ask_release(world, words=False).notice_text
    assert "203" in read_wording(ask_release(world, locale="en").notice_text).paragraphs[0][1]


def test_only_a_body_bound_by_secrecy_is_asked_about(world):
    for owner in ("club", "town"):
        with pytest.raises(RuleBroken, match="keine Schweigepflicht"):
            ask_release(world, owner=owner)
    assert rows(world, Release) == []


def test_the_person_alone_says_yes(world):
    release = ask_release(world)
    with pytest.raises(NotAllowed):
        say_release(world, release, by=world.actor("clara"))
    say_release(world, release)
    row = now(world, release)
    assert (row.state, row.given_at, row.form) == (S.GIVEN, world.at, ConsentForm.OWN_DEVICE)
    assert row.withdrawal_code
    assert row.is_live(world.at)
    with pytest.raises(StepNotPossible):
        say_release(world, release, yes=False)


@pytest.mark.parametrize("form", [ConsentForm.DRAWN, ConsentForm.PAPER])
def test_drawn_and_on_paper_the_coach_writes_it_down_never_without_evidence(world, form):
    release, clara = ask_release(world), world.actor("clara")
    with pytest.raises(InvalidInput):
        say_release(world, release, by=clara, signature=Signature(form))
    evidence = STROKES if form is ConsentForm.DRAWN else paper(world)
    say_release(world, release, by=clara, signature=Signature(form, evidence, recorded_by_id=clara.user_id))
    row = now(world, release)
    assert (row.state, row.form, row.evidence) == (S.GIVEN, form, evidence)
    last = rows(world, ReleaseEvent)[-1]
    assert (last.expressed_by, last.recorded_by_id, last.state) == ("participant", clara.user_id, S.GIVEN)


def test_it_does_not_exist_for_anybody_else(world, subtests):
    release = given(world)
    for key in ["cem", "petra", "sven", "frank", "lena", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key), world.database.reading() as session, pytest.raises(NotFound):
            get_release(session, world.actor(key), release.public_id, at=world.at)


def test_a_no_keeps_no_reason_and_rests_thirty_days(world):
    say_release(world, ask_release(world), yes=False)
    with pytest.raises(RuleBroken, match="gab es ein Nein"):
        ask_release(world, at=world.at + timedelta(days=29))
    ask_release(world, at=world.at + timedelta(days=31))


def test_a_new_question_takes_the_place_of_the_older_one(world):
    older = ask_release(world)
    newer = ask_release(world)
    assert (now(world, older).state, now(world, newer).state) == (S.EXPIRED, S.REQUESTED)
    assert newer.previous_id == older.id


def test_later_is_no_answer_and_leaves_it_open(world):
    release, clara = ask_release(world), world.actor("clara")

    def defer(session):
        found = get_release(session, clara, release.public_id, at=world.at)
        verbs.defer_release(session, actor=clara, release=found, at=world.at)

    world.database.run(defer)
    assert now(world, release).state is S.DEFERRED
    say_release(world, release)
    assert now(world, release).state is S.GIVEN


def test_taking_it_back_ends_every_one_for_that_body_and_nothing_else(world):
    first, second = given(world), given(world)
    take_back(world, first)
    assert {now(world, one).state for one in (first, second)} == {S.WITHDRAWN}
    with pytest.raises(StepNotPossible):
        take_back(world, second)
    assert [one.action for one in rows(world, LogEntry) if one.action == "release.withdrawn"] == [
        "release.withdrawn"
    ] * 2


def test_the_clock_ends_what_was_given_and_what_nobody_answered(world):
    release, asked = given(world), ask_release(world)
    last = release.valid_until
    with world.database.reading() as session:
        assert list_run_out(session, at=last - timedelta(seconds=1)) == []
        due = list_run_out(session, at=last)
    assert set(due) == {release.id, asked.id}
    assert not release.is_live(last), "without the worker too"
    for key in due:
        assert world.do(verbs.expire_release, actor=SYSTEM, release_id=key, at=last)
        assert not world.do(verbs.expire_release, actor=SYSTEM, release_id=key, at=last)
    assert {now(world, one).state for one in (release, asked)} == {S.EXPIRED}
    with pytest.raises(NotAllowed):
        world.do(verbs.expire_release, actor=world.actor("clara"), release_id=release.id, at=last)


def test_after_its_last_day_a_question_takes_no_yes(world):
    release = ask_release(world)
    with pytest.raises(StepNotPossible, match="abgelaufen"):
        say_release(world, release, at=release.valid_until)


@pytest.mark.parametrize("state", list(S))
def test_no_step_leads_where_the_table_does_not(world, state):
    release = ask_release(world)
    with world.database.transaction() as session:
        session.get_one(Release, release.id).state = state
    for to in set(S) - set(CONSENT_MOVES[state]):
        with pytest.raises(StepNotPossible):
            world.do(lambda session, to=to: move(session, session.get_one(Release, release.id), to, at=world.at))
    if state not in WAITING:
        with pytest.raises(StepNotPossible):
            say_release(world, release)
    if state not in PERMITTING:
        with pytest.raises(StepNotPossible):
            take_back(world, release)
    assert now(world, release).state is state


@pytest.mark.parametrize("offset", [-1, 0, 1])
@pytest.mark.parametrize("state", list(S))
def test_live_in_python_and_in_sql_is_the_same(world, state, offset):
    release = given(world)
    with world.database.transaction() as session:
        row = session.get_one(Release, release.id)
        row.state, row.valid_until = state, AT + timedelta(seconds=10)
    at = AT + timedelta(seconds=10 + offset)
    alive = bool(rows(world, Release, Release.live(at)))
    assert now(world, release).is_live(at) is alive is (state in PERMITTING and offset < 0)


def test_the_code_on_the_slip_finds_it_and_no_consent(world):
    release = given(world)
    with world.database.reading() as session:
        assert find_by_code(session, f" {release.withdrawal_code.upper()} ", at=world.at).id == release.id
        assert find_by_code(session, "nothing", at=world.at) is None
    take_back(world, release)
    with world.database.reading() as session:
        assert find_by_code(session, release.withdrawal_code, at=world.at) is None


def test_two_take_it_back_at_the_same_second(world):
    release = given(world)
    outcomes = at_once(*[lambda: take_back(world, release, by=world.actor("clara"))] * 2)
    assert sorted(one is None for one in outcomes) == [False, True]
    assert [one.state for one in rows(world, ReleaseEvent)] == [S.REQUESTED, S.GIVEN, S.WITHDRAWN]
    assert rows(world, Consent) == []


def test_a_body_that_leaves_takes_its_releases_with_it(world):
    release, asked = given(world), ask_release(world)
    with world.database.transaction() as session:
        session.get_one(Organisation, world.cast.clinic.id).ended_at = world.at
    for one in (release, asked):
        assert world.do(verbs.expire_release, actor=SYSTEM, release_id=one.id, at=world.at)
    assert [now(world, one).state for one in (release, asked)] == [S.REVOKED, S.EXPIRED]


def test_on_the_telephone_everything_means_releases_too(world):
    release = given(world)
    ended = world.do(withdraw_for_caller, actor=world.actor("frank"), person=world.cast.tarik, at=world.at)
    assert (ended, now(world, release).state) == (1, S.WITHDRAWN)
    again, lena = given(world), world.actor("lena")
    for which, expected in ((world.cast.club, 0), (world.cast.clinic, 1)):
        named = {"person": world.cast.tarik, "organisation_public_id": which.public_id}
        assert world.do(withdraw_for_caller, actor=lena, at=world.at, **named) == expected
    assert now(world, again).state is S.WITHDRAWN
