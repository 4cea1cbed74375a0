"""Permissions: what there is to do, one word pair each."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing an actor may or may not do."""

    # offers and dates
    EDIT_OFFER = "edit_offer"
    PUBLISH_OFFER = "publish_offer"
    PAUSE_OFFER = "pause_offer"
    REVIEW_OFFER = "review_offer"
    CONFIRM_OFFER = "confirm_offer"
    CALL_OFF_SLOT = "call_off_slot"
    EDIT_CLOSURE = "edit_closure"
    EDIT_SCHOOL_HOLIDAYS = "edit_school_holidays"
    ASK_FOR_CALL = "ask_for_call"
    SETTLE_CALL = "settle_call"
    SEE_ATTENDEES = "see_attendees"
    RELEASE_POOL = "release_pool"
    # places
    BOOK_SLOT = "book_slot"
    CANCEL_BOOKING = "cancel_booking"
    KEEP_CALENDAR_SOURCE = "keep_calendar_source"
    MAKE_APPOINTMENT = "make_appointment"
    BORROW_ROOM = "borrow_room"
    # persons
    SEE_PERSON = "see_person"
    EDIT_PERSON = "edit_person"
    PROPOSE_PARTICIPATION = "propose_participation"
    DECIDE_PARTICIPATION = "decide_participation"
    ASSIGN_COACH = "assign_coach"
    ORDER_COVER = "order_cover"
    ISSUE_CARD = "issue_card"
    SET_PIN = "set_pin"
    CHOOSE_LANGUAGE = "choose_language"
    # consent, referral, enquiry
    REQUEST_CONSENT = "request_consent"
    EXPRESS_CONSENT = "express_consent"
    RECORD_PAPER_CONSENT = "record_paper_consent"
    WITHDRAW_CONSENT = "withdraw_consent"
    WRITE_REFERRAL = "write_referral"
    SEND_ENQUIRY = "send_enquiry"
    ANSWER_ENQUIRY = "answer_enquiry"
    OPEN_IDENTITY = "open_identity"
    FOLLOW_BOOKING = "follow_booking"
    ISSUE_LINK = "issue_link"
    # feeds
    MAKE_OWN_SUBSCRIPTION = "make_own_subscription"
    END_SUBSCRIPTION = "end_subscription"
    # network
    EDIT_ORGANISATION = "edit_organisation"
    EDIT_LOCATION = "edit_location"
    EDIT_PROGRAMME = "edit_programme"
    ASK_PARTNERS = "ask_partners"
    INVITE_STAFF = "invite_staff"
    # operation
    EDIT_USER = "edit_user"
    EDIT_OWN_ACCOUNT = "edit_own_account"
    SEE_OUTBOX = "see_outbox"
    READ_LOG = "read_log"
    VERIFY_LOG = "verify_log"
    RUN_MAINTENANCE = "run_maintenance"
