"""The words of the visibility matrix: field groups, readers, and the phases of a referral."""

from enum import StrEnum


class Field(StrEnum):
    """Field groups (privacy.md section 3)."""

    REFERENCE = "I0"
    IDENTITY = "I1"
    CONTACT = "I2"
    ACCESS = "A1"
    HEALTH = "H1"
    AIM = "G1"
    DATE = "B1"
    ATTENDANCE = "B2"
    FEEDBACK = "F1"
    NOTES = "N1"
    CONSENT = "C1"
    CONSENT_RECORD = "C2"
    DISCLOSURES = "L1"
    TECHNICAL_LOG = "L2"
    TOTALS = "S1"
    ROUGH = "R1"
    OFFER = "offer"
    STATE = "state"
    ACTIVE = "active"  # "active offer: yes", no partner, no type
    QUESTION = "question"
    REASON = "reason"
    PLACE_CODE = "place_code"
    COUNT = "count"
    TOMBSTONE = "tombstone"  # reference, date and duty
    PLAN = "plan"
    INTAKE = "intake"
    COACH = "coach"
    PARTICIPATION = "participation"


class Reader(StrEnum):
    """Columns of the matrix."""

    PERSON = "P"
    COACH = "C"
    DEPUTY = "S"
    CASE_MANAGER = "K"
    COORDINATOR = "N"
    PARTNER = "Pa"
    OTHER = "Po"
    AUDITOR = "A"
    OPERATOR = "X"
    EVALUATOR = "F"
    UMBRELLA = "U"
    TEAM_LEAD = "L"


class Phase(StrEnum):
    """Rows of the matrix about a referral and its enquiries."""

    DRAFT = "draft"
    CONSENT_REQUESTED = "consent_requested"
    CONSENT_GIVEN = "consent_given"
    SENT = "sent"
    ASKED_BACK = "asked_back"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    COMPLETED_LONG_AGO = "completed_long_ago"
    DECLINED = "declined"
    RECALLED = "recalled"
    CONSENT_ENDED = "consent_ended"
    PARTICIPATION_ENDED = "participation_ended"
    DELETED = "deleted"
