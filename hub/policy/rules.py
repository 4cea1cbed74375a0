"""Who may do what: one table, permission → predicates whose names are English sentences; any one that holds allows."""

from collections.abc import Callable, Iterable
from typing import Any

from hub.errors import NotAllowed
from hub.models.enquiry import EnquiryState
from hub.models.subscription import PUBLIC_KINDS
from hub.models.user import Role
from hub.policy.actor import Actor, ActorKind
from hub.policy.permissions import Permission

Predicate = Callable[[Actor, Any], bool]


def actor_is_the_house_itself(actor: Actor, _thing: Any) -> bool:
    return actor.kind is ActorKind.SYSTEM


def actor_acts_for_its_organisation(actor: Actor, thing: Any) -> bool:
    return actor.kind is ActorKind.STAFF and thing.organisation_id in actor.partner_ids


def actor_works_in_its_organisation(actor: Actor, thing: Any) -> bool:
    return actor.kind is ActorKind.STAFF and thing.organisation_id in actor.organisations(Role.PARTNER)


def actor_is_the_umbrella_of_its_organisation(actor: Actor, thing: Any) -> bool:
    return actor.kind is ActorKind.STAFF and thing.organisation_id in actor.member_ids


def actor_phones_its_organisation(actor: Actor, thing: Any) -> bool:
    return actor.kind is ActorKind.STAFF and thing.organisation_id in actor.phoned_ids


def actor_is_the_last_desk_for_the_silent_one(actor: Actor, thing: Any) -> bool:
    """The window of days in which that desk has its turn is the phone list's own question."""
    backs_up = actor.kind is ActorKind.STAFF and thing.organisation_id in actor.backup_ids
    return backs_up and thing.state is EnquiryState.EXPIRED


def actor_holds_the_link_for_it(actor: Actor, thing: Any) -> bool:
    return _opens(actor, actor.enquiry_id, thing)


def actor_holds_the_link_for_the_offer(actor: Actor, offer: Any) -> bool:
    return _opens(actor, actor.offer_id, offer)


def actor_holds_the_link_for_the_prior_question(actor: Actor, question: Any) -> bool:
    return _opens(actor, actor.prior_question_id, question)


def actor_holds_the_link_for_the_date(actor: Actor, slot: Any) -> bool:
    return _opens(actor, actor.slot_id, slot)


def _opens(actor: Actor, key: int | None, thing: Any) -> bool:
    """A link without such a key opens nothing, not even what has no key itself yet."""
    one = actor.kind is ActorKind.LINK and key is not None and key == thing.id
    return one and actor.organisation_id == thing.organisation_id


def actor_is_a_coach(actor: Actor, _thing: Any) -> bool:
    return actor.has(Role.COACH)


def actor_asked_it(actor: Actor, question: Any) -> bool:
    return actor.has(Role.COACH) and actor.user_id is not None and question.asked_by_id == actor.user_id


def actor_coaches_the_person(actor: Actor, person: Any) -> bool:
    return actor.has(Role.COACH) and actor.user_id is not None and person.coach_id == actor.user_id


def actor_looks_after_the_person(actor: Actor, person: Any) -> bool:
    """The row came through a scope, so a coach who is not the person's own is a deputy with a running cover."""
    return actor.has(Role.COACH) and person.jobcenter_id in actor.organisations(Role.COACH)


def actor_works_in_the_persons_jobcenter(actor: Actor, person: Any) -> bool:
    """Whoever picks up the telephone there; operators and the network are not among them."""
    roles = (Role.COACH, Role.CASE_MANAGER, Role.TEAM_LEAD)
    return any(person.jobcenter_id in actor.organisations(role) for role in roles)


def actor_is_the_person(actor: Actor, person: Any) -> bool:
    return actor.kind is ActorKind.PERSON and person.id == actor.participant_id


def actor_leads_the_persons_team(actor: Actor, person: Any) -> bool:
    return person.jobcenter_id in actor.organisations(Role.TEAM_LEAD)


def actor_manages_the_persons_case_and_did_not_propose(actor: Actor, proposal: Any) -> bool:
    theirs = actor.has(Role.CASE_MANAGER) and proposal.case_manager_id == actor.user_id
    return theirs and _somebody_else_proposed(actor, proposal)


def actor_audits_and_did_not_propose(actor: Actor, proposal: Any) -> bool:
    return actor.has(Role.AUDITOR) and _somebody_else_proposed(actor, proposal)


def _somebody_else_proposed(actor: Actor, proposal: Any) -> bool:
    """Two persons: whoever proposed never agrees, also in another role (R-ACC-06)."""
    return bool(proposal.proposed_by_id != actor.user_id)


def actor_coordinates_a_network_of_it(actor: Actor, thing: Any) -> bool:
    return actor.has(Role.COORDINATOR) and bool(actor.programme_ids & set(thing.programme_ids))


def actor_is_a_coordinator(actor: Actor, _thing: Any) -> bool:
    return actor.has(Role.COORDINATOR)


def actor_operates_the_house(actor: Actor, _thing: Any) -> bool:
    return actor.has(Role.OPERATOR)


def actor_audits(actor: Actor, _thing: Any) -> bool:
    return actor.has(Role.AUDITOR)


def it_is_the_actors_own_account(actor: Actor, user: Any) -> bool:
    return actor.kind is ActorKind.STAFF and user.id == actor.user_id


def actor_invites_partners_into_an_own_network(actor: Actor, thing: Any) -> bool:
    return thing.role is Role.PARTNER and actor_coordinates_a_network_of_it(actor, thing)


def it_is_the_actors_own(actor: Actor, thing: Any) -> bool:
    if actor.kind is ActorKind.PERSON:
        return thing.participant_id is not None and thing.participant_id == actor.participant_id
    return actor.user_id is not None and thing.user_id == actor.user_id


def anybody_may_read_it(_actor: Actor, feed: Any) -> bool:
    return feed.kind in PUBLIC_KINDS


def actor_is_the_coach_whose_it_is(actor: Actor, thing: Any) -> bool:
    return actor.has(Role.COACH) and actor.user_id is not None and thing.user_id == actor.user_id


def actor_started_it(actor: Actor, job: Any) -> bool:
    return actor.kind is ActorKind.STAFF and job.user_id == actor.user_id


P = Permission
RULES: dict[Permission, tuple[Predicate, ...]] = {
    P.EDIT_OFFER: (actor_acts_for_its_organisation,),
    P.PUBLISH_OFFER: (actor_acts_for_its_organisation,),
    P.PAUSE_OFFER: (actor_acts_for_its_organisation, actor_holds_the_link_for_the_offer),
    P.REVIEW_OFFER: (actor_is_a_coordinator,),
    P.CONFIRM_OFFER: (
        actor_acts_for_its_organisation,
        actor_phones_its_organisation,
        actor_holds_the_link_for_the_offer,
    ),
    P.CALL_OFF_SLOT: (actor_acts_for_its_organisation, actor_holds_the_link_for_the_offer),
    P.CANCEL_PLACE: (actor_acts_for_its_organisation,),
    P.EDIT_CLOSURE: (actor_acts_for_its_organisation,),
    P.EDIT_SCHOOL_HOLIDAYS: (actor_is_a_coordinator,),
    P.ASK_FOR_CALL: (actor_acts_for_its_organisation, actor_holds_the_link_for_the_offer),
    P.SETTLE_CALL: (actor_acts_for_its_organisation, actor_phones_its_organisation),
    P.SEE_ATTENDEES: (actor_acts_for_its_organisation,),
    P.RELEASE_POOL: (actor_acts_for_its_organisation, actor_is_the_house_itself),
    P.RUN_BULK: (actor_started_it, actor_acts_for_its_organisation, actor_leads_the_persons_team),
    P.BOOK_SLOT: (actor_looks_after_the_person, actor_is_the_person),
    P.CANCEL_BOOKING: (actor_looks_after_the_person, actor_is_the_person),
    P.CHECK_IN: (actor_is_the_person,),
    P.KEEP_CALENDAR_SOURCE: (actor_acts_for_its_organisation, actor_is_the_coach_whose_it_is),
    P.MAKE_APPOINTMENT: (actor_is_a_coach,),
    P.BORROW_ROOM: (actor_is_a_coach,),
    P.SEE_PERSON: (actor_looks_after_the_person, actor_is_the_person),
    P.EDIT_PERSON: (actor_coaches_the_person,),
    P.PROPOSE_PARTICIPATION: (actor_is_a_coach,),
    P.DECIDE_PARTICIPATION: (actor_manages_the_persons_case_and_did_not_propose,),
    P.PROPOSE_EARLY_END: (actor_looks_after_the_person,),
    P.DECIDE_EARLY_END: (actor_manages_the_persons_case_and_did_not_propose,),
    P.ASSIGN_COACH: (actor_leads_the_persons_team,),
    P.ORDER_COVER: (actor_leads_the_persons_team,),
    P.OPEN_IN_EMERGENCY: (actor_looks_after_the_person,),
    P.REVIEW_EMERGENCY: (actor_leads_the_persons_team, actor_audits),
    P.INSPECT_PERSON: (actor_audits,),
    P.DECIDE_INSPECTION: (actor_audits_and_did_not_propose,),
    P.TELL_PERSON: (actor_looks_after_the_person,),
    P.PRINT_LETTER: (actor_looks_after_the_person,),
    P.PRINT_SLIP: (actor_looks_after_the_person,),
    P.ISSUE_CARD: (actor_looks_after_the_person,),
    P.SET_PIN: (actor_is_the_person,),
    P.CHOOSE_LANGUAGE: (actor_is_the_person,),
    P.KEEP_SHORTLIST: (actor_looks_after_the_person,),
    P.CHOOSE_FROM_SHORTLIST: (actor_is_the_person,),
    P.EXCLUDE: (actor_looks_after_the_person, actor_is_the_person),
    P.REQUEST_CONSENT: (actor_looks_after_the_person, actor_is_the_person),
    P.EXPRESS_CONSENT: (actor_is_the_person,),
    P.RECORD_PAPER_CONSENT: (actor_looks_after_the_person,),
    P.ALLOW_FOR_ONESELF: (actor_is_the_person,),
    P.WITHDRAW_CONSENT: (actor_is_the_person, actor_looks_after_the_person, actor_is_the_house_itself),
    P.WITHDRAW_FOR_CALLER: (actor_works_in_the_persons_jobcenter,),
    P.INVALIDATE_CONSENT: (actor_audits,),
    P.SETTLE_DUTY: (actor_acts_for_its_organisation, actor_phones_its_organisation),
    P.WRITE_REFERRAL: (actor_looks_after_the_person,),
    P.SEND_ENQUIRY: (actor_looks_after_the_person,),
    P.ADMIT_GROUND: (actor_audits,),
    P.TRANSMIT_BY_LAW: (actor_coaches_the_person,),
    P.OBJECT: (actor_is_the_person, actor_looks_after_the_person),
    P.CHOOSE_IN_ROUND: (actor_is_the_person, actor_looks_after_the_person),
    P.ANSWER_ENQUIRY: (
        actor_acts_for_its_organisation,
        actor_phones_its_organisation,
        actor_is_the_last_desk_for_the_silent_one,
        actor_holds_the_link_for_it,
    ),
    P.OPEN_IDENTITY: (actor_works_in_its_organisation,),
    P.PRINT_NAMES: (actor_is_the_umbrella_of_its_organisation,),
    P.GIVE_FEEDBACK: (actor_works_in_its_organisation,),
    P.MARK_ATTENDANCE: (actor_acts_for_its_organisation, actor_holds_the_link_for_the_date),
    P.MARK_FOR_PERSON: (actor_looks_after_the_person,),
    P.ISSUE_LINK: (actor_looks_after_the_person, actor_is_the_house_itself),
    P.ASK_BEFOREHAND: (actor_is_a_coach,),
    P.ANSWER_PRIOR_QUESTION: (
        actor_acts_for_its_organisation,
        actor_phones_its_organisation,
        actor_holds_the_link_for_the_prior_question,
    ),
    P.SETTLE_PRIOR_QUESTION: (actor_asked_it,),
    P.FOLLOW_BOOKING: (actor_looks_after_the_person, actor_is_the_person, actor_is_the_house_itself),
    P.MAKE_OWN_SUBSCRIPTION: (it_is_the_actors_own,),
    P.READ_FEED: (it_is_the_actors_own, anybody_may_read_it),
    P.OPEN_PUBLIC_CALENDAR: (actor_is_the_house_itself,),
    P.END_SUBSCRIPTION: (it_is_the_actors_own, actor_is_the_house_itself),
    P.BLOCK_SUBSCRIPTION: (actor_looks_after_the_person,),
    P.KEEP_SUBSCRIPTION: (actor_looks_after_the_person, actor_is_the_person),
    P.ASK_FOR_SUBSCRIPTION: (actor_looks_after_the_person,),
    P.EDIT_ORGANISATION: (actor_is_a_coordinator,),
    P.EDIT_LOCATION: (actor_is_a_coordinator, actor_acts_for_its_organisation),
    P.EDIT_PROGRAMME: (actor_is_a_coordinator,),
    P.CHOOSE_NEWS: (actor_acts_for_its_organisation, actor_is_a_coordinator),
    P.ASK_PARTNERS: (actor_is_a_coordinator,),
    P.SETTLE_BARRIER: (actor_is_a_coordinator,),
    P.END_ORGANISATION: (actor_coordinates_a_network_of_it,),
    P.INVITE_STAFF: (actor_invites_partners_into_an_own_network, actor_operates_the_house),
    P.EDIT_USER: (actor_operates_the_house,),
    P.EDIT_OWN_ACCOUNT: (it_is_the_actors_own_account,),
    P.SEE_OUTBOX: (actor_operates_the_house,),
    P.READ_LOG: (actor_audits,),
    P.VERIFY_LOG: (actor_audits, actor_operates_the_house, actor_is_the_house_itself),
    P.CHECK_DATA: (actor_operates_the_house, actor_is_the_house_itself),
    P.RUN_MAINTENANCE: (actor_is_the_house_itself,),
}


def allows(actor: Actor, permission: Permission, thing: Any = None) -> bool:
    """Tell whether any predicate of the permission holds for this actor and thing."""
    return any(predicate(actor, thing) for predicate in RULES[permission])


def require(actor: Actor, permission: Permission, thing: Any = None) -> None:
    """Raise NotAllowed (403) unless the actor may do this."""
    if not allows(actor, permission, thing):
        raise NotAllowed


def require_each(actor: Actor, permission: Permission, things: Iterable[Any]) -> None:
    """Raise NotAllowed (403) unless the actor may do this with every one of these things."""
    for thing in things:
        require(actor, permission, thing)
