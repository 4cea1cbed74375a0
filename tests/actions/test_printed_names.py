"""Asking whether an umbrella may print a name, and every way in which that ends (E2b, T4 to T9)."""

from datetime import timedelta

import pytest

from hub.actions import answers, deadlines, exclusions, leaving, withdrawals
from hub.actions.caller import withdraw_for_caller
from hub.errors import NotAllowed, RuleBroken, StepNotPossible
from hub.models.consent import Consent, ConsentForm, ConsentState, Scope
from hub.models.duty import Duty
from hub.models.enquiry import Acknowledgement, Enquiry
from hub.models.log import Disclosure
from hub.models.offer import Access
from hub.models.user import User
from hub.policy.actor import SYSTEM
from hub.queries import consent_versions
from hub.queries.consent_texts import VERSION
from hub.queries.consents import get_consent
from hub.queries.printed_names import names_on_list
from hub.queries.slots import get_own_slot
from tests.crowd import rush
from tests.loop import drafted, now, partner, person_actor, rows, send, withdraw
from tests.places import book, make_offer, make_people
from tests.printed_names import allow, ask_for_list, line_of, open_names, run_out, small_club, without_login
from tests.sheets import STROKES, answer, lines_of, paper

NO_LINE = "druckt die Liste selbst"
STATE = ConsentState


def printed(world, slot, *, at=None, by="kerstin"):
    """Return the names on the umbrella's list."""
    actor, when = world.actor(by), at or world.at
    with world.database.reading() as session:
        own = get_own_slot(session, actor, slot.public_id)
        found = names_on_list(session, actor, own, notice_version=answers.NOTICE_VERSION, at=when)
        return {person.full_name for person in found.persons.values()}


def test_the_line_is_asked_only_where_an_umbrella_prints_for_a_member_that_cannot(world, subtests):
    tarik = world.cast.tarik
    offer, _ = small_club(world)
    town = make_offer(world, owner="town", access=Access.NAMED, field_groups=["I1"])
    with subtests.test("nobody is over the town hall"), pytest.raises(RuleBroken, match=NO_LINE):
        ask_for_list(world, town, tarik)
    without_login(world, ended=False)
    with subtests.test("somebody signs in at the club"), pytest.raises(RuleBroken, match=NO_LINE):
        ask_for_list(world, offer, tarik)
    without_login(world)
    without_login(world, "kerstin")
    with subtests.test("nobody works for the umbrella"), pytest.raises(RuleBroken, match=NO_LINE):
        ask_for_list(world, offer, tarik)
    without_login(world, "kerstin", ended=False)
    facts = {"actor": person_actor(tarik), "participant": tarik, "at": world.at}
    world.do(exclusions.exclude, target=world.cast.federation, **facts)
    with subtests.test("the person wants nothing to do with it"), pytest.raises(RuleBroken, match=NO_LINE):
        ask_for_list(world, offer, tarik)
    world.do(exclusions.admit_again, target=world.cast.federation, **facts)
    with subtests.test("a no rests for a month"):
        lines = allow(world, offer, tarik, yes=[Scope.TRANSMIT])
        assert [(one.scope, one.state) for one in lines] == [("E2", STATE.GIVEN), ("E2b", STATE.REFUSED)]
        assert line_of(lines).organisation_id == world.cast.federation.id
        with pytest.raises(RuleBroken, match="gab es ein Nein"):
            ask_for_list(world, offer, tarik)


def test_a_yes_to_the_list_falls_without_the_e2_and_counts_in_all_three_ways(world):
    offer, slot = small_club(world)
    people = make_people(world, 4)
    assert [one.state for one in allow(world, offer, people[0], yes=[Scope.PRINT_LIST])] == [STATE.REFUSED] * 2
    clara = world.actor("clara")
    for person, form, evidence, by in (
        (people[1], ConsentForm.HANDED_OVER, None, person_actor(people[1])),
        (people[2], ConsentForm.DRAWN, STROKES, clara),
        (people[3], ConsentForm.PAPER, paper(world), clara),
    ):
        sheet = ask_for_list(world, offer, person, locale="en")
        answer(world, sheet, lines_of(world, sheet), by=by, form=form, evidence=evidence)
        assert {one.form for one in lines_of(world, sheet)} == {form}
        book(world, slot, person)
    open_names(world, slot)
    assert printed(world, slot) == {one.full_name for one in people[1:]}


def by_code(world, person, line):
    """The slip of this line alone; who types it acts as the person."""
    assert now(world, line).withdrawal_code
    withdraw(world, person, line)


def by_coach(world, _person, line):
    clara = world.actor("clara")

    def unit(session):
        found = get_consent(session, clara, line.public_id, at=world.at)
        withdrawals.withdraw_consent(session, actor=clara, consent=found, at=world.at)

    world.database.run(unit)


def by_telephone(world, person, _line):
    umbrella = world.cast.federation.public_id
    facts = {"actor": world.actor("frank"), "person": person, "organisation_public_id": umbrella, "at": world.at}
    assert world.do(withdraw_for_caller, **facts) == 1


def by_the_clock(world, _person, line):
    run_out(world, line)
    assert world.do(deadlines.expire_consent, actor=SYSTEM, consent_id=line.id, at=world.at) is True


def with_its_e2(world, person, line):
    (transmit,) = rows(world, Consent, Consent.sheet_id == line.sheet_id, Consent.scope == Scope.TRANSMIT)
    withdraw(world, person, transmit, keep_bookings=True)


WAYS = {
    by_code: (STATE.WITHDRAWN, STATE.GIVEN),
    by_coach: (STATE.WITHDRAWN, STATE.GIVEN),
    by_telephone: (STATE.WITHDRAWN, STATE.GIVEN),
    by_the_clock: (STATE.EXPIRED, STATE.GIVEN),
    with_its_e2: (STATE.WITHDRAWN, STATE.WITHDRAWN),
}


def test_every_way_in_which_it_ends_takes_the_name_off_and_asks_the_umbrella_to_destroy_it(world, subtests):
    offer, slot = small_club(world)
    *people, last = make_people(world, len(WAYS) + 1)
    lines = {person: allow(world, offer, person) for person in (*people, last)}
    places = {person: book(world, slot, person) for person in lines}
    open_names(world, slot)
    assert printed(world, slot) == {one.full_name for one in lines}
    for person, (way, (list_state, e2_state)) in zip(people, WAYS.items(), strict=True):
        with subtests.test(way=way.__name__):
            way(world, person, line_of(lines[person]))
            assert person.full_name not in printed(world, slot)
            transmit = line_of(lines[person], Scope.TRANSMIT)
            assert now(world, line_of(lines[person])).state is list_state
            assert now(world, transmit).state is e2_state
            (duty,) = rows(world, Duty, Duty.enquiry_id == places[person].enquiry_id)  # the club itself read nothing
            assert (duty.organisation_id, duty.fields) == (world.cast.federation.id, ["I1"])
            assert now(world, places[person]).state == "confirmed", "the place hangs on none of it"
    assert printed(world, slot) == {last.full_name}


def test_an_umbrella_that_leaves_reads_nothing_and_the_member_goes_on(world):
    offer, slot = small_club(world)
    lines = allow(world, offer, world.cast.tarik)
    book(world, slot, world.cast.tarik)
    nora, federation = world.actor("nora"), world.cast.federation
    facts = {"organisation": federation, "at": world.at}
    world.database.run(lambda session: leaving.end_organisation(session, actor=nora, **facts))
    world.do(leaving.leave_person, actor=SYSTEM, participant_id=world.cast.tarik.id, at=world.at)
    assert [now(world, one).state for one in lines] == [STATE.GIVEN, STATE.REVOKED]


def test_after_the_yes_and_no_sooner_and_words_that_changed_go_on_for_what_they_said(world, monkeypatch):
    offer, slot = small_club(world, access=Access.REQUEST)
    lines = allow(world, offer, world.cast.tarik)
    enquiry = drafted(world, line_of(lines, Scope.TRANSMIT))
    send(world, enquiry)
    open_names(world, slot)
    assert rows(world, Acknowledgement) == []
    partner(world, enquiry, answers.accept_enquiry, by="kerstin")
    book(world, slot, world.cast.tarik)
    monkeypatch.setitem(consent_versions.MATERIAL_CHANGES, VERSION, "2027-01")
    open_names(world, slot)
    assert printed(world, slot) == {"Tarik Demirci"}
    assert printed(world, slot, at=slot.ends_at) == set()
    without_login(world, ended=False)
    with pytest.raises(NotAllowed):
        open_names(world, slot, by="sven")


def test_a_member_of_staff_whom_the_person_excluded_reads_no_name(world):
    offer, slot = small_club(world)
    tarik = world.cast.tarik
    allow(world, offer, tarik)
    book(world, slot, tarik)
    with world.database.reading() as session:
        kerstin = session.get_one(User, world.user("kerstin").id)
    world.do(exclusions.exclude, actor=person_actor(tarik), participant=tarik, target=kerstin, at=world.at)
    open_names(world, slot)
    assert (rows(world, Acknowledgement), printed(world, slot)) == ([], set())


@pytest.mark.parametrize("scope", [Scope.PRINT_LIST, Scope.TRANSMIT])
@pytest.mark.parametrize("turn", range(2))
def test_a_withdrawal_against_the_printing(world, scope, turn):
    offer, slot = small_club(world)
    tarik = world.cast.tarik
    line = line_of(allow(world, offer, tarik), scope)
    book(world, slot, tarik)
    both = [lambda: withdraw(world, tarik, line, keep_bookings=True), lambda: open_names(world, slot)]
    assert StepNotPossible not in rush(both if turn else both[::-1])
    told = rows(world, Disclosure, Disclosure.purpose == "enquiry.name_printed")
    owed = rows(world, Duty, Duty.organisation_id == world.cast.federation.id)
    assert len(told) == len(owed) == len(rows(world, Acknowledgement)), "what was read is owed, and nothing else"
    assert printed(world, slot, at=world.at + timedelta(minutes=1)) == set()


def test_a_line_given_anew_prints_again_after_the_same_notice(world):
    offer, slot = small_club(world)
    tarik = world.cast.tarik
    lines = allow(world, offer, tarik)
    book(world, slot, tarik)
    open_names(world, slot)
    withdraw(world, tarik, line_of(lines))
    again = allow(world, offer, tarik)
    assert line_of(again).previous_id == line_of(lines).id
    open_names(world, slot)
    assert printed(world, slot) == {"Tarik Demirci"}
    assert len(rows(world, Enquiry)) == 1
