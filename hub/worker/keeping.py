"""What becomes of every table's rows: which task of the worker deletes old ones, or why they stay (R-DSR-05)."""

from datetime import datetime
from functools import partial

from hub.db import Database
from hub.queries.old_rows import AT_ONCE, OLD, delete_some_old

# Table → the worker's task that deletes its rows when their time is over.
CLEANED = {
    "attempts": "old attempts",
    "barriers": "old rows",
    "bulk_items": "old bulk jobs",
    "bulk_jobs": "old bulk jobs",
    "busy_times": "calendars",  # what was read is replaced by each reading
    "check_runs": "data check",
    "demand_requests": "old rows",
    "demands": "old rows",
    "links": "old rows",
    "logins": "old rows",
    "room_ticks": "past rooms",
    "source_dates": "calendars' words",
    "table_imports": "old tables",
}
# Why rows stay → tables. What is about a person goes with the person, when the house deletes them.
STAYS = {
    "the network's own order; few rows, changed and not added to": (
        "admitted_grounds",
        "calendar_sources",
        "covers",
        "locations",
        "memberships",
        "offer_programmes",
        "organisations",
        "programme_organisations",
        "programmes",
        "rooms",
        "table_mappings",
        "users",
    ),
    "what partners offer, with its history; past dates are counted in figures": (
        "closures",
        "courses",
        "given_codes",
        "offer_trigrams",
        "offer_versions",
        "offers",
        "pools",
        "series",
        "series_exceptions",
        "slots",
    ),
    "about a person: goes with the person": (
        "bookings",
        "calendar_mails",
        "cards",
        "early_ends",
        "exclusions",
        "notices",
        "participants",
        "participations",
        "preferences",
        "prior_questions",
        "referrals",
        "rounds",
        "shortlist_items",
        "slips",
        "subscriptions",
        "waitings",
    ),
    "evidence of a consent or of what went to whom, three years to the end of the year": (
        "acknowledgements",
        "consent_events",
        "consent_sheets",
        "consents",
        "disclosures",
        "duties",
        "enquiries",
        "release_events",
        "releases",
        "transmissions",
    ),
    "the log and what auditors look at: only added to, no task may delete it": (
        "emergencies",
        "incidents",
        "inspections",
        "invitations",
        "log_chain",
        "log_entries",
        "log_subjects",
        "restorations",
    ),
}


def forget_old_rows(database: Database, at: datetime) -> None:
    """Delete old rows in portions, each in a transaction of its own, so that nobody waits for a long one."""
    for table in OLD:
        while database.run(partial(delete_some_old, table=table, at=at)) == AT_ONCE:
            pass
