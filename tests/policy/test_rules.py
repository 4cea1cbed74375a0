"""Permission × cast: who may do what to one thing of each kind; everybody else may not."""

from types import SimpleNamespace

import pytest

from hub.errors import NotAllowed
from hub.models.enquiry import EnquiryState
from hub.models.subscription import FeedKind
from hub.models.user import Role
from hub.policy.permissions import Permission
from hub.policy.rules import RULES, allows, require
from tests.policy.everybody import everybody

P = Permission
COACHES = {"clara", "cem"}
TARIK = "card of tarik"

LINKED = {P.PAUSE_OFFER, P.CONFIRM_OFFER, P.CALL_OFF_SLOT, P.ASK_FOR_CALL, P.ANSWER_ENQUIRY}
LINKED |= {P.ANSWER_PRIOR_QUESTION, P.MARK_ATTENDANCE}

# permission → (the thing, who may); the things are made in `things`
TABLE = {
    P.EDIT_OFFER: ("club_thing", {"sven", "kerstin"}),
    P.PUBLISH_OFFER: ("club_offer", {"sven", "kerstin"}),
    P.PAUSE_OFFER: ("club_offer", {"sven", "kerstin", "offer link"}),
    P.REVIEW_OFFER: ("nothing", {"nora"}),
    P.CONFIRM_OFFER: ("club_offer", {"sven", "kerstin", "offer link"}),
    P.CALL_OFF_SLOT: ("club_offer", {"sven", "kerstin", "offer link"}),
    P.CANCEL_PLACE: ("club_offer", {"sven", "kerstin"}),
    P.EDIT_CLOSURE: ("club_thing", {"sven", "kerstin"}),
    P.EDIT_SCHOOL_HOLIDAYS: ("nothing", {"nora"}),
    P.ASK_FOR_CALL: ("club_offer", {"sven", "kerstin", "offer link"}),
    P.SETTLE_CALL: ("club_thing", {"sven", "kerstin"}),
    P.SEE_ATTENDEES: ("club_thing", {"sven", "kerstin"}),
    P.RELEASE_POOL: ("club_thing", {"sven", "kerstin", "system"}),
    P.RUN_BULK: ("bulk_job_of_the_club", {"sven", "kerstin"}),
    P.BOOK_SLOT: ("tarik", {"clara", TARIK}),
    P.CANCEL_BOOKING: ("tarik", {"clara", TARIK}),
    P.CHECK_IN: ("tarik", {TARIK}),
    P.KEEP_CALENDAR_SOURCE: ("calendar_of_the_club", {"sven", "kerstin"}),
    P.MAKE_APPOINTMENT: ("nothing", COACHES),
    P.SEE_PERSON: ("tarik", {"clara", TARIK}),
    P.EDIT_PERSON: ("tarik", {"clara"}),
    P.BORROW_ROOM: ("nothing", COACHES),
    P.PROPOSE_PARTICIPATION: ("nothing", COACHES),
    P.DECIDE_PARTICIPATION: ("proposed_by_clara", {"frank"}),
    P.PROPOSE_EARLY_END: ("tarik", {"clara"}),
    P.DECIDE_EARLY_END: ("proposed_by_clara", {"frank"}),
    P.ASSIGN_COACH: ("tarik", {"lena"}),
    P.ORDER_COVER: ("tarik", {"lena"}),
    P.OPEN_IN_EMERGENCY: ("tarik", {"clara"}),
    P.REVIEW_EMERGENCY: ("tarik", {"lena", "anna"}),
    P.INSPECT_PERSON: ("tarik", {"anna"}),
    P.DECIDE_INSPECTION: ("proposed_by_clara", {"anna"}),
    P.TELL_PERSON: ("tarik", {"clara"}),
    P.PRINT_LETTER: ("tarik", {"clara"}),
    P.PRINT_SLIP: ("tarik", {"clara"}),
    P.ISSUE_CARD: ("tarik", {"clara"}),
    P.SET_PIN: ("tarik", {TARIK}),
    P.CHOOSE_LANGUAGE: ("tarik", {TARIK}),
    P.KEEP_SHORTLIST: ("tarik", {"clara"}),
    P.CHOOSE_FROM_SHORTLIST: ("tarik", {TARIK}),
    P.EXCLUDE: ("tarik", {"clara", TARIK}),
    P.REQUEST_CONSENT: ("tarik", {"clara", TARIK}),
    P.EXPRESS_CONSENT: ("tarik", {TARIK}),
    P.RECORD_PAPER_CONSENT: ("tarik", {"clara"}),
    P.ALLOW_FOR_ONESELF: ("tarik", {TARIK}),
    P.WITHDRAW_CONSENT: ("tarik", {"clara", TARIK, "system"}),
    P.WITHDRAW_FOR_CALLER: ("tarik", {"clara", "frank", "lena"}),
    P.INVALIDATE_CONSENT: ("nothing", {"anna"}),
    P.SETTLE_DUTY: ("club_thing", {"sven", "kerstin"}),
    P.WRITE_REFERRAL: ("tarik", {"clara"}),
    P.SEND_ENQUIRY: ("tarik", {"clara"}),
    P.CHOOSE_IN_ROUND: ("tarik", {"clara", TARIK}),
    P.ADMIT_GROUND: ("nothing", {"anna"}),
    P.TRANSMIT_BY_LAW: ("tarik", {"clara"}),
    P.OBJECT: ("tarik", {"clara", TARIK}),
    P.ANSWER_ENQUIRY: ("club_enquiry", {"sven", "kerstin", "link"}),
    P.ASK_BEFOREHAND: ("nothing", COACHES),
    P.ANSWER_PRIOR_QUESTION: ("question_to_the_club", {"sven", "kerstin", "question link"}),
    P.SETTLE_PRIOR_QUESTION: ("question_to_the_club", {"clara"}),
    P.OPEN_IDENTITY: ("club_enquiry", {"sven"}),
    P.GIVE_FEEDBACK: ("club_enquiry", {"sven"}),
    P.MARK_ATTENDANCE: ("date_of_the_club", {"sven", "kerstin", "date link"}),
    P.MARK_FOR_PERSON: ("tarik", {"clara"}),
    P.FOLLOW_BOOKING: ("tarik", {"clara", TARIK, "system"}),
    P.ISSUE_LINK: ("tarik", {"clara", "system"}),
    P.MAKE_OWN_SUBSCRIPTION: ("feed_of_clara", {"clara"}),
    P.READ_FEED: ("feed_of_clara", {"clara"}),
    P.BLOCK_SUBSCRIPTION: ("tarik", {"clara"}),
    P.KEEP_SUBSCRIPTION: ("tarik", {"clara", TARIK}),
    P.ASK_FOR_SUBSCRIPTION: ("tarik", {"clara"}),
    P.PRINT_NAMES: ("club_thing", {"kerstin"}),
    P.OPEN_PUBLIC_CALENDAR: ("nothing", {"system"}),
    P.END_SUBSCRIPTION: ("feed_of_clara", {"clara", "system"}),
    P.EDIT_ORGANISATION: ("club_thing", {"nora"}),
    P.EDIT_LOCATION: ("club_thing", {"nora", "sven", "kerstin"}),
    P.EDIT_PROGRAMME: ("nothing", {"nora"}),
    P.CHOOSE_NEWS: ("club_thing", {"nora", "sven", "kerstin"}),
    P.ASK_PARTNERS: ("nothing", {"nora"}),
    P.SETTLE_BARRIER: ("nothing", {"nora"}),
    P.END_ORGANISATION: ("partner_of_the_network", {"nora"}),
    P.INVITE_STAFF: ("partner_of_the_network", {"nora", "otto"}),
    P.EDIT_USER: ("account_of_clara", {"otto"}),
    P.EDIT_OWN_ACCOUNT: ("account_of_clara", {"clara"}),
    P.SEE_OUTBOX: ("nothing", {"otto"}),
    P.READ_LOG: ("nothing", {"anna"}),
    P.VERIFY_LOG: ("nothing", {"anna", "otto", "system"}),
    P.CHECK_DATA: ("nothing", {"otto", "system"}),
    P.RUN_MAINTENANCE: ("nothing", {"system"}),
}


def things(world):
    cast = world.cast
    clara, frank = cast.users["clara"].id, cast.users["frank"].id
    networks = frozenset({cast.programmes["resilience"].id})
    return {
        "nothing": None,
        "tarik": cast.people["tarik"],
        "club_thing": SimpleNamespace(organisation_id=cast.club.id, id=1),
        "club_offer": SimpleNamespace(organisation_id=cast.club.id, id=1),
        "date_of_the_club": SimpleNamespace(organisation_id=cast.club.id, id=1),
        "club_enquiry": SimpleNamespace(organisation_id=cast.club.id, id=1, state=EnquiryState.SENT),
        "question_to_the_club": SimpleNamespace(organisation_id=cast.club.id, id=1, asked_by_id=clara),
        "proposed_by_clara": SimpleNamespace(case_manager_id=frank, proposed_by_id=clara),
        "calendar_of_the_club": SimpleNamespace(organisation_id=cast.club.id, user_id=None),
        "bulk_job_of_the_club": SimpleNamespace(organisation_id=cast.club.id, jobcenter_id=None, user_id=cast.sven.id),
        "feed_of_clara": SimpleNamespace(kind=FeedKind.COACH, user_id=clara, participant_id=None),
        "partner_of_the_network": SimpleNamespace(role=Role.PARTNER, programme_ids=networks),
        "account_of_clara": cast.users["clara"],
    }


def test_the_table_names_every_permission():
    assert set(TABLE) == set(P) == set(RULES)


def test_exactly_these_may_and_everybody_else_may_not(world):
    actors, made = everybody(world), things(world)
    wrong = []
    for permission, (thing, expected) in TABLE.items():
        allowed = {key for key, actor in actors.items() if allows(actor, permission, made[thing])}
        if allowed != expected:
            wrong.append(f"{permission}: {sorted(allowed ^ expected)}")
    assert wrong == []


def test_a_stranger_and_nobody_may_do_nothing_but_edit_the_own_account(world):
    actors, made = everybody(world), things(world)
    for permission, (thing, _) in TABLE.items():
        for key in ("fred", "anonymous"):
            assert not allows(actors[key], permission, made[thing]), permission
    assert allows(actors["fred"], P.EDIT_OWN_ACCOUNT, world.cast.users["fred"])


def test_a_public_calendar_is_for_everybody(world):
    calendar = SimpleNamespace(kind=FeedKind.HOUSE, user_id=None, participant_id=None)
    for key, actor in everybody(world).items():
        assert allows(actor, P.READ_FEED, calendar), key
        assert not allows(actor, P.MAKE_OWN_SUBSCRIPTION, calendar), key


def test_behind_an_umbrella_the_desk_of_the_network_answers_silent_ones_only(world):
    nora, club = everybody(world)["nora"], world.cast.club.id
    for state in EnquiryState:
        allowed = allows(nora, P.ANSWER_ENQUIRY, SimpleNamespace(organisation_id=club, id=1, state=state))
        assert allowed is (state is EnquiryState.EXPIRED), state


def test_who_may_not_gets_the_one_error(world):
    with pytest.raises(NotAllowed) as refused:
        require(everybody(world)["fred"], P.READ_LOG)
    assert refused.value.status == 403


def test_the_proposer_never_decides_even_as_case_manager(world):
    frank = world.actor("frank")
    proposed = SimpleNamespace(case_manager_id=frank.user_id, proposed_by_id=frank.user_id)
    assert not allows(frank, P.DECIDE_PARTICIPATION, proposed)


def test_a_link_answers_its_own_enquiry_only(world):
    link = everybody(world)["link"]
    club = world.cast.club.id
    assert allows(link, P.ANSWER_ENQUIRY, SimpleNamespace(organisation_id=club, id=1))
    assert not allows(link, P.ANSWER_ENQUIRY, SimpleNamespace(organisation_id=club, id=2))
    assert not allows(link, P.ANSWER_ENQUIRY, SimpleNamespace(organisation_id=world.cast.clinic.id, id=1))
    assert not allows(link, P.OPEN_IDENTITY, SimpleNamespace(organisation_id=club, id=1))


def test_a_link_opens_nothing_that_has_no_key_yet(world):
    nameless = SimpleNamespace(organisation_id=world.cast.club.id, id=None)
    for key in ("link", "offer link", "question link", "date link"):
        assert not [one for one in P if one in LINKED and allows(everybody(world)[key], one, nameless)]


def test_a_coachs_own_calendar_is_the_coachs_alone(world):
    own = SimpleNamespace(organisation_id=None, user_id=world.user("clara").id)
    assert {key for key, actor in everybody(world).items() if allows(actor, P.KEEP_CALENDAR_SOURCE, own)} == {"clara"}
    partners = SimpleNamespace(organisation_id=None, user_id=world.user("sven").id)
    assert not allows(world.actor("sven"), P.KEEP_CALENDAR_SOURCE, partners)


def test_the_network_desk_acts_by_phone_only_for_those_whom_no_umbrella_phones(world):
    nora, kerstin = world.actor("nora"), world.actor("kerstin")
    clinic, club = (
        SimpleNamespace(organisation_id=world.cast.organisations[key].id, id=1, state=EnquiryState.SENT)
        for key in ("clinic", "club")
    )
    for permission in (P.SETTLE_CALL, P.CONFIRM_OFFER, P.ANSWER_ENQUIRY):
        assert allows(nora, permission, clinic)
        assert not allows(nora, permission, club)
        assert not allows(kerstin, permission, clinic)
    for permission in (P.EDIT_OFFER, P.CALL_OFF_SLOT, P.SEE_ATTENDEES, P.OPEN_IDENTITY):
        assert not allows(nora, permission, clinic)


def test_a_coordinator_invites_partners_into_the_own_network_only(world):
    nora = world.actor("nora")
    stranger = SimpleNamespace(role=Role.PARTNER, programme_ids=frozenset({-1}))
    assert not allows(nora, P.INVITE_STAFF, stranger)
    for role in set(Role) - {Role.PARTNER}:
        assert not allows(nora, P.INVITE_STAFF, SimpleNamespace(role=role, programme_ids=nora.programme_ids))
