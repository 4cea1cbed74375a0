"""Scope × cast: which of a few known rows each actor sees; everybody else sees none of them."""

from datetime import date, timedelta
from inspect import signature

import pytest
from sqlalchemy import select

from hub.actions.subscriptions import make_subscription
from hub.commands.authorisation import ROWS
from hub.models.booking import Waiting
from hub.models.bulk_job import BulkJob, BulkKind
from hub.models.calendar_source import CalendarSource
from hub.models.card import Card
from hub.models.consent import Release
from hub.models.consent_sheet import ConsentSheet
from hub.models.duty import Duty, DutyReason, DutyState
from hub.models.emergency import LASTS, Emergency, EmergencyReason
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.exclusion import Exclusion
from hub.models.inspection import InspectionState
from hub.models.invitation import Invitation
from hub.models.log import Disclosure, LogEntry
from hub.models.offer import Aim, OfferProgramme, OfferState
from hub.models.participant import Cover, Participation
from hub.models.prior_question import PriorQuestion, PriorQuestionState
from hub.models.programme import Programme
from hub.models.referral import Referral
from hub.models.round import Round, RoundKind
from hub.models.series import Series
from hub.models.shortlist import ShortlistItem, ShortlistState
from hub.models.slip import Slip, SlipSize
from hub.models.slot import Course
from hub.models.subscription import FeedKind, Subscription
from hub.models.table_import import TableImport, TableKind
from hub.models.transmission import KINDS
from hub.models.user import Membership, Role, User
from hub.policy import scopes
from tests.places import book, give_consent, make_offer, make_slot
from tests.policy.everybody import everybody
from tests.policy.rows_of_law import inspection, lawful, tellings
from tests.policy.rows_of_notices import notices
from tests.policy.rows_of_the_network import of_the_network

TODAY = date(2026, 9, 14)
SCOPES = {name: scope for module in ROWS for name, scope in vars(module).items()}
CLUB = {"sven", "kerstin", "link"}  # the club, its umbrella, and who holds a link of the club
DRAFTING = CLUB | {"offer link"}  # a link to one offer opens that one
RESILIENCE = {"clara", "cem", "frank", "uwe", "lena", "petra", "sven", "kerstin", "gudrun"} | {"nora", "anna", "otto"}
OF_TARIK = {"clara", "card of tarik"}
ALL = "everybody"

# scope → row → who sees it
TABLE = {
    "participants_for": {"tarik": OF_TARIK, "heinz": {"clara", "card of heinz"}, "mandy": {"cem", "card of mandy"}},
    "team_participants_for": {"tarik": {"lena"}, "heinz": {"lena"}, "mandy": set()},
    "participations_for": {"participation": OF_TARIK | {"frank", "lena"}},
    "coaches_for": {"user clara": {"lena"}, "user cem": set(), "user frank": set()},
    "cards_for": {"card": OF_TARIK},
    "consents_for": {"consent": OF_TARIK},
    "consent_sheets_for": {"sheet": OF_TARIK},
    "releases_for": {"release": OF_TARIK},
    "referrals_for": {"referral": OF_TARIK},
    "rounds_for": {"round": OF_TARIK},
    "enquiries_for": {
        "enquiry drafted": OF_TARIK,
        "enquiry to the club": OF_TARIK | CLUB,
        "enquiry to the clinic": OF_TARIK | {"petra"},
    },
    "offers_for": {
        "offer": ALL,
        "offer drafted": DRAFTING | {"nora"},
        "offer of the network": RESILIENCE,
        "offer of another network": CLUB | {"nora"},
    },
    "paused_offers_for": {"offer paused": ALL, "offer of the network paused": RESILIENCE, "offer": set()},
    "own_offers_for": {"offer": CLUB, "offer drafted": DRAFTING, "offer of the network": {"petra"}},
    "reviewed_offers_for": {"offer in review": {"nora"}, "offer drafted": set(), "offer": set()},
    "series_for": {"series": CLUB},
    "closures_for": {"closed days": CLUB, "school holidays": {"nora"}},
    "slots_for": {"slot": ALL, "slot drafted": DRAFTING | {"nora"}},
    "courses_for": {"course": ALL, "course drafted": DRAFTING | {"nora"}},
    "own_slots_for": {"slot": CLUB, "slot drafted": DRAFTING},
    "counted_slots_for": {"slot": {"sven", "kerstin", "nora"}, "slot drafted": set()},
    "counted_answers_for": {"enquiry to the club": {"sven", "kerstin", "nora"}},
    "bookings_for": {"booking": OF_TARIK},
    "partner_bookings_for": {"booking": CLUB},
    "marked_bookings_for": {"booking": {"sven", "kerstin", "date link"}},
    "waitings_for": {"wish": OF_TARIK},
    "shortlist_items_for": {"picked": {"clara"}, "shown": OF_TARIK},
    "slips_for": {"slip": OF_TARIK},
    "subscriptions_for": {"feed of clara": {"clara"}},
    "calendar_sources_for": {"calendar of the club": CLUB - {"link"}, "calendar of clara": {"clara"}},
    "table_imports_for": {"table of the club": CLUB - {"link"}},
    "bulk_jobs_for": {
        "bulk job of the club": CLUB - {"link"},
        "bulk job of nobody's house": {"sven"},
        "handover in the Jobcenter": {"lena"},
    },
    "organisations_for": {"club": CLUB | {"nora", "otto"}, "jc_meissen": {"clara", "frank", "lena", "nora", "otto"}},
    "barriers_for": {"barrier": {"nora"}},
    "demands_for": {"demand": {"nora"}, "demand elsewhere": set()},
    "duties_for": {"duty of the club": {"sven", "kerstin"}, "duty overdue": {"sven", "kerstin", "nora"}},
    "demand_requests_for": {"request to the club": CLUB - {"link"}},
    "rooms_for": {"room of the clinic": {"petra", "sven", "kerstin", "gudrun", "nora"}},
    "locations_for": {"gym": RESILIENCE | {"link"}},
    "programmes_for": {"resilience": RESILIENCE, "another network": set()},
    "invitations_for": {"invitation": {"nora", "otto"}},
    "users_for": {
        "user sven": {"sven", "nora", "otto"},
        "user clara": {"clara", "otto"},
        "user fred": {"fred", "otto"},
    },
    "notices_for": {"notice": {"otto"}},
    "notices_by_hand_for": {"call to tarik": {"clara"}, "letter to tarik": {"clara"}, "notice": set()},
    "phoned_organisations_for": {"club": {"kerstin"}, "clinic": {"nora"}, "jc_meissen": set()},
    "calls_for": {
        "call to the club": {"kerstin"},
        "call to the clinic": {"nora"},
        "notice": set(),
        "call to tarik": set(),
    },
    "phoned_offers_for": {"offer": {"kerstin"}, "offer of the network": {"nora"}},
    "phoned_enquiries_for": {
        "enquiry drafted": set(),
        "enquiry to the club": {"kerstin"},
        "enquiry to the clinic": {"nora"},
    },
    "own_prior_questions_for": {"question to the club": {"clara"}, "question answered": {"clara"}},
    "answered_prior_questions_for": {"question to the club": set(), "question answered": {"clara"}},
    "received_prior_questions_for": {
        "question to the club": {"sven", "kerstin", "question link"},
        "question answered": {"petra"},
    },
    "phoned_prior_questions_for": {"question to the club": {"kerstin"}, "question answered": {"nora"}},
    "log_for": {"log entry": {"anna"}},
    "disclosures_for": {"disclosure": OF_TARIK, "told the club": OF_TARIK},
    "received_disclosures_for": {"disclosure": set(), "told the club": {"sven"}, "told the Jobcenter": set()},
    "emergency_persons_for": {"tarik": set(), "mandy": set()},  # who was ever named as deputy: in tests of the page
    "open_emergencies_for": {"emergency": {"clara"}},
    "exclusions_for": {"exclusion": {"card of tarik"}},
    "reviewed_emergencies_for": {"emergency": {"lena", "anna"}},
    "inspected_persons_for": {"tarik": {"anna"}, "mandy": {"anna"}},  # by number, one at a time
    "open_inspections_for": {"inspection": {"anna"}, "inspection proposed": set()},
    "proposed_inspections_for": {"inspection": set(), "inspection proposed": {"anna"}},
    "admitted_grounds_for": {"ground": {"anna", "clara", "cem"}, "ground ended": set(), "ground for the club": set()},
    "admissible_bodies_for": {"carrier": {"anna"}, "club": set(), "clinic": set(), "town": set(), "jc_leipzig": set()},
    "lawful_enquiries_for": {"enquiry to the club": set(), "by law to the carrier": OF_TARIK},
}


@pytest.fixture
def rows(world):
    """Add one row of every kind around Tarik and the club, and return all by label."""
    cast, draft = world.cast, {"state": OfferState.DRAFT}
    offers = {
        "offer": make_offer(world),
        "offer drafted": make_offer(world, **draft),
        "offer in review": make_offer(world, state=OfferState.REVIEW),
        "offer of the network": make_offer(world, owner="clinic", public=False),
        "offer of another network": make_offer(world, public=False),
        "offer paused": make_offer(world, state=OfferState.PAUSED),
        "offer of the network paused": make_offer(world, owner="clinic", public=False, state=OfferState.PAUSED),
    }
    slots = {f"slot{key[5:]}": make_slot(world, offers[key]) for key in ("offer", "offer drafted")}
    made = {**cast.people, **cast.organisations, **cast.programmes, **cast.locations, **offers, **slots}
    made |= {f"user {key}": user for key, user in cast.users.items()}
    made["room of the clinic"] = cast.clinic_house.rooms[0]
    made["booking"] = book(world, slots["slot"], cast.tarik)
    made |= {
        f"course{key[5:]}": Course(offer_id=offers[key].id, created_at=world.at) for key in ("offer", "offer drafted")
    }
    made["consent"] = give_consent(world, cast.tarik, offers["offer"], groups=("I1",))
    with world.database.transaction() as session:
        made["another network"] = Programme(name="Anderes Netz", starts_on=TODAY, ends_on=TODAY)
        session.add(made["another network"])
        session.flush()
        networks = {"offer of the network": "resilience", "offer of the network paused": "resilience"}
        for key, network in (networks | {"offer of another network": "another network"}).items():
            session.add(OfferProgramme(offer_id=offers[key].id, programme_id=made[network].id))
        made |= plain_rows(world, offers["offer"], slots["slot"])
        made["slip"] = Slip(participant_id=cast.tarik.id, number=1, size=SlipSize.SLIP, printed_at=world.at)
        session.add_all(value for value in made.values() if value not in session and value.id is None)
        session.flush()
        made |= enquiries(world, made["referral"], offers) | shortlist(world, offers)
        made |= duties(world, made["enquiry to the club"])
        made |= questions(world, offers)
        session.add_all(made[key] for key in made if key.startswith(("enquiry", "picked", "shown", "duty", "question")))
        session.flush()
        made |= lawful(session, world, made)
        made["round"] = asked_around(made, at=world.at)
        session.add(made["round"])
        made |= tellings(world, made["enquiry to the club"])
        session.add_all(made[key] for key in made if key.startswith("told"))
        made["participation"] = session.scalars(
            select(Participation).where(Participation.participant_id == cast.tarik.id)
        ).one()
    clara = world.actor("clara")
    facts = {"kind": FeedKind.COACH, "name": "Telefon", "at": world.at}
    made["feed of clara"], _ = world.do(make_subscription, actor=clara, **facts)
    return made


def asked_around(made, at):
    row = Round(participant_id=made["tarik"].id, referral_id=made["referral"].id, created_at=at)
    row.consent_id, row.kind = made["consent"].id, RoundKind.FIRST_YES
    return row


def plain_rows(world, offer, slot):
    cast, at = world.cast, world.at
    week = {"frequency": "weekly", "times": [], "starts_on": TODAY, "places": 3}
    asked = {"email": "n@demo.invalid", "name": "N", "role": Role.PARTNER, "token_digest": "1", "created_at": at}
    facts = {"actor_ref": "system", "actor_kind": "system", "object_type": "", "object_ref": ""}
    return {
        "table of the club": TableImport(
            organisation_id=cast.club.id, user_id=cast.sven.id, kind=TableKind.OFFERS, created_at=at
        ),
        "bulk job of the club": BulkJob(
            kind=BulkKind.MOVE, user_id=cast.sven.id, organisation_id=cast.club.id, created_at=at
        ),
        "bulk job of nobody's house": BulkJob(kind=BulkKind.MOVE, user_id=cast.sven.id, created_at=at),
        "handover in the Jobcenter": BulkJob(
            kind=BulkKind.HAND_OVER, user_id=cast.users["lena"].id, jobcenter_id=cast.jc_meissen.id, created_at=at
        ),
        "card": Card(participant_id=cast.tarik.id, code="x", code_digest="1", issued_at=at),
        "release": Release(
            participant_id=cast.tarik.id,
            organisation_id=cast.clinic.id,
            towards_id=cast.jc_meissen.id,
            reference="R",
            purpose="x",
            notice_version="1",
            notice_locale="de",
            notice_text="x",
            notice_hash="x",
            requested_at=at,
            valid_until_on=TODAY,
            valid_until=at,
        ),
        "sheet": ConsentSheet(participant_id=cast.tarik.id, locale="de", requested_at=at),
        "wish": Waiting(slot_id=slot.id, participant_id=cast.tarik.id, created_at=at),
        "referral": Referral(participant_id=cast.tarik.id, coach_id=cast.clara.id, aim=Aim.MOVE, created_at=at),
        "series": Series(offer_id=offer.id, created_at=at, **week),
        "invitation": Invitation(organisation_id=cast.club.id, expires_at=at + timedelta(days=7), **asked),
        "calendar of the club": CalendarSource(organisation_id=cast.club.id, purpose="dates", name="C", created_at=at),
        "calendar of clara": CalendarSource(user_id=cast.users["clara"].id, purpose="busy", name="K", created_at=at),
        **of_the_network(cast, TODAY, at),
        **notices(cast, at),
        "log entry": LogEntry(at=at, action="thing.done", fields=[], **facts),
        "exclusion": Exclusion(participant_id=cast.tarik.id, organisation_id=cast.town.id, created_at=at),
        "emergency": Emergency(
            participant_id=cast.tarik.id,
            user_id=cast.users["clara"].id,
            reason=EmergencyReason.PERSON_CALLS,
            opened_at=at,
            ends_at=at + LASTS,
            review_by_at=at + timedelta(days=7),
        ),
        "inspection": inspection(cast, at, state=InspectionState.OPENED, opened_at=at, ends_at=at + LASTS),
        "inspection proposed": inspection(cast, at),
        "disclosure": Disclosure(participant_id=cast.tarik.id, fields=["I1"], purpose="enquiry", at=at),
    }


def duties(world, enquiry):
    facts = {"reason": DutyReason.WITHDRAWN, "fields": ["I1"], "opened_at": world.at, "due_at": world.at}
    shared = facts | {"enquiry": enquiry, "organisation_id": enquiry.organisation_id}
    return {"duty of the club": Duty(**shared), "duty overdue": Duty(state=DutyState.OVERDUE, **shared)}


def enquiries(world, referral, offers):
    def one(offer, owner, **facts):
        shared = {"referral_id": referral.id, "participant_id": world.cast.tarik.id, "created_at": world.at}
        return Enquiry(offer_id=offers[offer].id, organisation_id=world.cast.organisations[owner].id, **shared, **facts)

    sent = {"state": EnquiryState.SENT, "sent_at": world.at}
    return {
        "enquiry drafted": one("offer", "club"),
        "enquiry to the club": one("offer", "club", **sent),
        "enquiry to the clinic": one("offer of the network", "clinic", **sent),
    }


def questions(world, offers):
    cast, facts = world.cast, {"topics": ["lift"], "created_at": world.at, "hear_by_at": world.at}
    asked = facts | {"asked_by_id": cast.clara.id, "jobcenter_id": cast.jc_meissen.id}
    yes = asked | {"state": PriorQuestionState.ANSWERED, "answer": "yes", "answered_at": world.at}
    return {
        "question to the club": PriorQuestion(offer=offers["offer"], organisation_id=cast.club.id, **asked),
        "question answered": PriorQuestion(offer=offers["offer of the network"], organisation_id=cast.clinic.id, **yes),
    }


def shortlist(world, offers):
    facts = {"participant_id": world.cast.tarik.id, "picked_at": world.at}
    return {
        "picked": ShortlistItem(offer_id=offers["offer"].id, **facts),
        "shown": ShortlistItem(offer_id=offers["offer of the network"].id, state=ShortlistState.SHOWN, **facts),
    }


def test_exactly_these_see_each_row_and_everybody_else_does_not(world, rows):
    links = {"link_enquiry_id": rows["enquiry to the club"].id, "link_offer_id": rows["offer drafted"].id}
    links |= {"link_question_id": rows["question to the club"].id, "link_slot_id": rows["slot"].id}
    actors = everybody(world, **links)
    seen = {}
    with world.database.reading() as session:
        for scope in TABLE:
            for key, actor in actors.items():
                seen[scope, key] = {row.id for row in session.scalars(query(scope, actor, world.at))}
    wrong = []
    for scope, expectations in TABLE.items():
        for label, expected in expectations.items():
            found = {key for key in actors if rows[label].id in seen[scope, key]}
            if found != (set(actors) if expected == ALL else expected):
                wrong.append(f"{scope}, {label}: seen by {sorted(found)}")
    assert wrong == []


def query(scope, actor, at):
    function = SCOPES[scope]
    given = {"at": at, "kinds": [kind for found in KINDS.values() for kind in found]}
    return function(actor, **{name: given[name] for name in signature(function).parameters if name in given})


def test_every_scope_stands_in_the_table():
    assert set(TABLE) == {name for name in SCOPES if name.endswith("_for") and not name.startswith("_")}


def test_a_deputy_sees_the_coachs_people_while_the_cover_lasts(world):
    with world.database.transaction() as session:
        cem = session.get_one(User, world.user("cem").id)
        session.add(
            Membership(user_id=cem.id, organisation_id=world.cast.jc_meissen.id, role=Role.COACH, created_at=world.at)
        )
        start, end = world.at + timedelta(days=1), world.at + timedelta(days=2)
        facts = {"coach_id": world.user("clara").id, "ordered_by_id": world.user("lena").id}
        session.add(Cover(deputy_id=cem.id, starts_at=start, ends_at=end, **facts))
    actor = world.actor("cem")
    with world.database.reading() as session:
        for at, expected in ((world.at, False), (start, True), (end - timedelta(seconds=1), True), (end, False)):
            found = {person.id for person in session.scalars(scopes.participants_for(actor, at))}
            assert (world.cast.tarik.id in found) is expected


def test_a_feed_of_a_person_is_the_persons_own(world):
    with world.database.transaction() as session:
        for key in ("tarik", "heinz"):
            person = world.cast.people[key]
            facts = {"kind": "participant", "name": key, "token_digest": key, "created_at": world.at}
            session.add(Subscription(participant_id=person.id, level="discreet", **facts))
    with world.database.reading() as session:
        for key, actor in everybody(world).items():
            found = {feed.name for feed in session.scalars(scopes.subscriptions_for(actor))}
            assert found == ({key.removeprefix("card of ")} if key in ("card of tarik", "card of heinz") else set())
