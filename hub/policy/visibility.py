"""Which fields of a row an actor sees, by role, object and state: the matrix of the privacy requirements as data."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from hub.models.enquiry import EnquiryState as E
from hub.models.subscription import FeedKind, Level
from hub.policy.fields import Field, Phase, Reader

F, R = Field, Reader
Fields = frozenset[Field]


def _f(*fields: Field) -> Fields:
    return frozenset(fields)


NOTHING: Fields = frozenset()
OWN = _f(
    F.IDENTITY, F.CONTACT, F.ACCESS, F.HEALTH, F.AIM, F.DATE, F.ATTENDANCE, F.FEEDBACK, F.CONSENT_RECORD, F.DISCLOSURES
)
# A coach asks, answers and phones by it: the number, the partner's question, the rough frame. None of it names anybody.
WORK = _f(F.REFERENCE, F.QUESTION, F.STATE)
COACHED = WORK | _f(F.IDENTITY, F.CONTACT, F.ACCESS, F.HEALTH, F.AIM, F.DATE, F.NOTES, F.CONSENT, F.OFFER, F.ROUGH)
RUNNING = COACHED | _f(F.ATTENDANCE, F.FEEDBACK, F.PLACE_CODE)  # the place code is how a date is told (B1)
DEPUTISED = WORK | _f(F.IDENTITY, F.CONTACT, F.AIM, F.DATE, F.CONSENT, F.OFFER)  # B1 is time, place and offer
BEFORE = _f(F.REFERENCE, F.AIM, F.DATE, F.OFFER, F.STATE, F.ROUGH, F.ACCESS)  # A1 and R1: only what was ticked

MATRIX: Mapping[Phase, Mapping[Reader, Fields]] = {
    Phase.DRAFT: {
        R.PERSON: _f(F.IDENTITY, F.AIM, F.DATE),
        R.COACH: COACHED,
        R.DEPUTY: _f(F.IDENTITY, F.AIM, F.STATE),
    },
    Phase.CONSENT_REQUESTED: {
        R.PERSON: _f(F.IDENTITY, F.ACCESS, F.HEALTH, F.AIM, F.DATE, F.CONSENT_RECORD),
        R.COACH: COACHED,
        R.DEPUTY: _f(F.IDENTITY, F.AIM, F.CONSENT, F.STATE),
    },
    Phase.CONSENT_GIVEN: {R.PERSON: OWN, R.COACH: COACHED, R.DEPUTY: DEPUTISED, R.AUDITOR: _f(F.CONSENT)},
    Phase.SENT: {
        R.PERSON: OWN,
        R.COACH: COACHED,
        R.DEPUTY: DEPUTISED,
        R.COORDINATOR: _f(F.REFERENCE, F.OFFER, F.STATE),
        R.PARTNER: BEFORE,
        R.UMBRELLA: BEFORE,
        R.AUDITOR: _f(F.TECHNICAL_LOG),
    },
    Phase.ASKED_BACK: {
        R.PERSON: OWN,
        R.COACH: COACHED,
        R.DEPUTY: DEPUTISED,
        R.COORDINATOR: _f(F.REFERENCE, F.STATE),
        R.PARTNER: _f(F.REFERENCE, F.AIM, F.ACCESS, F.QUESTION, F.STATE, F.OFFER, F.DATE, F.ROUGH),
        R.UMBRELLA: _f(F.REFERENCE, F.AIM, F.ACCESS, F.QUESTION, F.STATE, F.OFFER, F.DATE, F.ROUGH),
        R.AUDITOR: _f(F.TECHNICAL_LOG),
    },
    Phase.ACCEPTED: {
        R.PERSON: OWN,
        R.COACH: RUNNING,
        R.DEPUTY: WORK | _f(F.IDENTITY, F.CONTACT, F.ACCESS, F.DATE, F.ATTENDANCE, F.CONSENT, F.OFFER, F.PLACE_CODE),
        R.CASE_MANAGER: _f(F.IDENTITY, F.ACTIVE),
        R.COORDINATOR: _f(F.REFERENCE, F.OFFER, F.STATE, F.COUNT),
        R.PARTNER: _f(
            F.REFERENCE,
            F.IDENTITY,
            F.CONTACT,
            F.AIM,
            F.ACCESS,
            F.DATE,
            F.ATTENDANCE,
            F.FEEDBACK,
            F.HEALTH,
            F.CONSENT,
            F.OFFER,
            F.STATE,
            F.PLACE_CODE,
        ),
        R.UMBRELLA: _f(F.REFERENCE, F.DATE, F.PLACE_CODE, F.OFFER, F.STATE),
        R.AUDITOR: _f(F.TECHNICAL_LOG, F.CONSENT),
    },
    Phase.COMPLETED: {
        R.PERSON: OWN,
        R.COACH: RUNNING,
        R.DEPUTY: WORK | _f(F.IDENTITY, F.DATE, F.ATTENDANCE, F.OFFER, F.PLACE_CODE),
        R.CASE_MANAGER: _f(F.IDENTITY, F.PARTICIPATION),
        R.COORDINATOR: _f(F.REFERENCE),
        R.PARTNER: _f(F.REFERENCE, F.IDENTITY, F.DATE, F.ATTENDANCE, F.FEEDBACK, F.OFFER, F.STATE, F.PLACE_CODE),
        R.UMBRELLA: _f(F.REFERENCE, F.DATE, F.PLACE_CODE, F.OFFER, F.STATE),
        R.AUDITOR: _f(F.TECHNICAL_LOG),
        R.EVALUATOR: _f(F.TOTALS),
    },
    Phase.COMPLETED_LONG_AGO: {
        R.PERSON: OWN,
        R.COACH: RUNNING,
        R.CASE_MANAGER: _f(F.IDENTITY, F.PARTICIPATION),
        R.COORDINATOR: _f(F.REFERENCE),
        R.PARTNER: _f(F.REFERENCE, F.DATE, F.ATTENDANCE, F.OFFER, F.STATE, F.PLACE_CODE),
        R.UMBRELLA: _f(F.REFERENCE, F.DATE, F.PLACE_CODE, F.OFFER, F.STATE),
        R.AUDITOR: _f(F.TECHNICAL_LOG),
        R.EVALUATOR: _f(F.TOTALS),
    },
    Phase.DECLINED: {
        R.PERSON: OWN,
        R.COACH: COACHED | _f(F.REASON),
        R.DEPUTY: WORK | _f(F.IDENTITY, F.DATE, F.OFFER),
        R.COORDINATOR: _f(F.REFERENCE, F.REASON),
        R.PARTNER: _f(F.REFERENCE, F.TOMBSTONE, F.STATE),
        R.UMBRELLA: _f(F.REFERENCE, F.TOMBSTONE, F.STATE),
        R.AUDITOR: _f(F.TECHNICAL_LOG),
        R.EVALUATOR: _f(F.TOTALS),
    },
    Phase.RECALLED: {
        R.PERSON: OWN,
        R.COACH: COACHED,
        R.DEPUTY: _f(F.IDENTITY, F.STATE),
        R.COORDINATOR: _f(F.REFERENCE),
        R.PARTNER: _f(F.REFERENCE, F.TOMBSTONE, F.STATE),
        R.UMBRELLA: _f(F.REFERENCE, F.TOMBSTONE, F.STATE),
        R.AUDITOR: _f(F.TECHNICAL_LOG),
    },
    Phase.CONSENT_ENDED: {
        R.PERSON: OWN,
        R.COACH: _f(F.IDENTITY, F.DATE, F.CONSENT, F.NOTES, F.REFERENCE, F.STATE),  # B1: what is past
        R.DEPUTY: _f(F.IDENTITY, F.CONSENT, F.STATE),
        R.COORDINATOR: _f(F.REFERENCE),
        R.PARTNER: _f(F.REFERENCE, F.TOMBSTONE, F.STATE),
        R.UMBRELLA: _f(F.REFERENCE, F.TOMBSTONE, F.STATE),
        R.AUDITOR: _f(F.TECHNICAL_LOG, F.CONSENT_RECORD),
    },
    Phase.PARTICIPATION_ENDED: {
        R.PERSON: OWN,
        R.CASE_MANAGER: _f(F.IDENTITY, F.PARTICIPATION),
        R.AUDITOR: _f(F.CONSENT_RECORD, F.TECHNICAL_LOG),
        R.EVALUATOR: _f(F.TOTALS),
    },
    Phase.DELETED: {R.AUDITOR: _f(F.TECHNICAL_LOG), R.OPERATOR: _f(F.TECHNICAL_LOG), R.EVALUATOR: _f(F.TOTALS)},
}

# What a tick of its own adds, on the list that is printed for the door and nowhere else (E2b).
PRINTED: Mapping[Phase, Mapping[Reader, Fields]] = {Phase.ACCEPTED: {R.UMBRELLA: _f(F.IDENTITY)}}

PROFILE: Mapping[Reader, Fields] = {
    R.PERSON: OWN,
    R.COACH: _f(F.IDENTITY, F.CONTACT, F.ACCESS, F.NOTES, F.PLAN),
    R.DEPUTY: _f(F.IDENTITY, F.CONTACT, F.ACCESS),
    R.CASE_MANAGER: _f(F.IDENTITY, F.INTAKE, F.PARTICIPATION),
    R.TEAM_LEAD: _f(F.IDENTITY, F.COACH, F.PARTICIPATION, F.COUNT),
}

# Objects of the matrix whose pages come later are data already, so that their pages find the rule waiting.
OTHER_OBJECTS: Mapping[str, Mapping[Reader, str]] = {
    "intake_decision": {
        R.PERSON: "result",
        R.COACH: "propose",
        R.CASE_MANAGER: "decide",
        R.AUDITOR: "who_when",
        R.EVALUATOR: "S1",
    },
    "published_offer": {
        R.PERSON: "free_or_full",
        R.COACH: "free_count",
        R.DEPUTY: "free_count",
        R.CASE_MANAGER: "yes",
        R.COORDINATOR: "counts",
        R.PARTNER: "own_counts",
        R.OTHER: "published",
        R.AUDITOR: "yes",
        R.OPERATOR: "config",
        R.EVALUATOR: "titles",
    },
    "coach_notes": {R.PERSON: "on_request", R.COACH: "own_caseload", R.DEPUTY: "if_shared"},
    "messages": {
        R.PERSON: "own",
        R.COACH: "own_caseload",
        R.DEPUTY: "from_start_of_cover",
        R.OPERATOR: "delivery_state",
    },
    "feed_address": {R.PERSON: "once", R.COACH: "new_slip", R.AUDITOR: "last_fetch_day"},
    "disclosures": {R.PERSON: "own", R.COACH: "own_caseload", R.PARTNER: "own_rows_by_reference", R.AUDITOR: "yes"},
    "audit_log": {R.AUDITOR: "read_verify", R.OPERATOR: "verify"},
    "accounts": {
        R.PERSON: "own",
        R.COORDINATOR: "partner_contacts",
        R.PARTNER: "own_organisation",
        R.AUDITOR: "list",
        R.OPERATOR: "no_content",
    },
    "reports": {
        R.PERSON: "own",
        R.COACH: "own_caseload",
        R.COORDINATOR: "S1",
        R.PARTNER: "own_offers_S1",
        R.AUDITOR: "S1",
        R.EVALUATOR: "S1_fixed",
    },
}

_PHASES: Mapping[E, Phase] = {
    E.DRAFT: Phase.DRAFT,
    E.SENT: Phase.SENT,
    E.SEEN: Phase.SENT,
    E.RETURNED: Phase.ASKED_BACK,
    E.WAITLISTED: Phase.ASKED_BACK,
    E.ACCEPTED: Phase.ACCEPTED,
    E.RUNNING: Phase.ACCEPTED,
    E.COMPLETED: Phase.COMPLETED,
    E.FAILED: Phase.COMPLETED,
    E.DECLINED: Phase.DECLINED,
    E.EXPIRED: Phase.DECLINED,
    E.WITHDRAWN: Phase.RECALLED,
}


def phase_of(state: E, *, ended_by_consent: bool = False) -> Phase:
    """Return the row of the matrix an enquiry's state belongs to."""
    return Phase.CONSENT_ENDED if ended_by_consent else _PHASES[state]


def visible(reader: Reader, phase: Phase) -> Fields:
    """Return the field groups this reader may see in this phase; nothing unless the table says so."""
    return MATRIX[phase].get(reader, NOTHING)


def visible_to_partner(
    reader: Reader, phase: Phase, sent: Fields, *, clinic_type: bool, health_consent: bool
) -> Fields:
    """Narrow the table's cell to what was sent under the consent: H1 only for clinics with E3, the rest as ticked."""
    fields = visible(reader, phase)
    if not (clinic_type and health_consent):
        fields -= {F.HEALTH}
    ticked = {F.IDENTITY, F.CONTACT, F.ACCESS, F.HEALTH, F.AIM, F.FEEDBACK}
    return frozenset(field for field in fields if field not in ticked or field in sent)


def visible_on_list(reader: Reader, phase: Phase, sent: Collection[str]) -> Fields:
    """Return what this reader's printed list shows beside the place code of who ticked it, of what was sent."""
    return frozenset(field for field in PRINTED.get(phase, {}).get(reader, NOTHING) if field in sent)


class Part(StrEnum):
    """Parts of a calendar entry."""

    TIMES = "times"
    NEUTRAL_WORD = "neutral_word"
    TITLE = "title"
    ORGANISATION = "organisation"
    ADDRESS = "address"
    MUNICIPALITY = "municipality"
    CALL_WORD = "call_word"
    OWN_PAGE = "own_page"
    COUNT = "count"
    ROOM = "room"  # and the name of its place
    OFFER_PAGE = "offer_page"


P = Part
_PUBLIC_OFFER = frozenset({P.TIMES, P.TITLE, P.ORGANISATION, P.ROOM, P.ADDRESS, P.OFFER_PAGE})
FEEDS: Mapping[FeedKind, Mapping[Level, frozenset[Part]]] = {
    FeedKind.PARTICIPANT: {
        Level.DISCREET: frozenset({P.TIMES, P.NEUTRAL_WORD}),
        Level.ADDRESS: frozenset({P.TIMES, P.NEUTRAL_WORD, P.ADDRESS, P.OWN_PAGE}),
        Level.FULL: frozenset({P.TIMES, P.TITLE, P.ORGANISATION, P.ADDRESS, P.OWN_PAGE}),
    },
    FeedKind.COACH: {
        level: frozenset({P.TIMES, P.CALL_WORD, P.ADDRESS, P.MUNICIPALITY, P.OWN_PAGE}) for level in Level
    },
    FeedKind.ORGANISATION: {level: frozenset({P.TIMES, P.TITLE, P.COUNT, P.ADDRESS}) for level in Level},
    FeedKind.OFFER: {level: frozenset({P.TIMES, P.TITLE, P.COUNT, P.ADDRESS}) for level in Level},
    # Of what its reader does not see the room is taken, and a lent one always is: nobody learns when somebody talks.
    FeedKind.ROOM: {level: frozenset({P.TIMES, P.TITLE, P.ROOM}) for level in Level},
    # Public, so nothing that bookings change: what stands in the pages anybody reads, in the same words.
    FeedKind.HOUSE: {level: frozenset({P.TIMES, P.TITLE, P.ROOM, P.ADDRESS, P.OFFER_PAGE}) for level in Level},
    FeedKind.PROGRAMME: dict.fromkeys(Level, _PUBLIC_OFFER),
    FeedKind.PUBLIC_OFFER: dict.fromkeys(Level, _PUBLIC_OFFER),
}
