"""What the worker settles when its date has come: a table of what is due and the verb; one transaction a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub.actions import attendance as attendance_verbs
from hub.actions import calendar_mails as calendar_mail_verbs
from hub.actions import consent_reminders as reminder_verbs
from hub.actions import deadlines as verbs
from hub.actions import duties as duty_verbs
from hub.actions import freshness as freshness_verbs
from hub.actions import leaving as leaving_verbs
from hub.actions import offers, outbox, person_notices
from hub.actions import prior_questions as prior_question_verbs
from hub.actions import subscription_care as subscription_care_verbs
from hub.actions import waiting as waiting_verbs
from hub.actions.ladder import hand_to_coach
from hub.actions.pools import release_pool
from hub.actions.releases import expire_release
from hub.actions.rounds import expire_kept
from hub.db import Database
from hub.policy.actor import SYSTEM
from hub.queries import (
    attendance,
    calendar_mails,
    consent_reminders,
    deadlines,
    duties,
    freshness,
    holds,
    ladder,
    leaving,
    notices,
    own_offers,
    person_news,
    pools,
    prior_questions,
    releases,
    rounds,
    subscription_care,
    waiting,
)
from hub.queries import person_notices as by_hand
from hub.worker.attempts import attempt, for_each


@dataclass(frozen=True)
class Deadline:
    """One kind of date that comes by itself: how to find the rows, what to do with each, and the name of its key."""

    name: str
    find: Callable[..., Sequence[int]]
    verb: Callable[..., bool]
    key: str

    def meet(self, database: Database, at: datetime) -> None:
        """Settle all rows that are due; one that fails keeps no other from it. Raises RuntimeError when some did."""
        with database.reading() as session:
            keys = self.find(session, at=at)
        for_each(self.name, keys, lambda key: database.run(lambda session: self._settle(session, key, at)))

    def _settle(self, session: Session, key: int, at: datetime) -> bool:
        return self.verb(session, actor=SYSTEM, at=at, **{self.key: key})


HOLDS = Deadline("holds", holds.list_run_out, verbs.expire_hold, "booking_id")
POOLS = Deadline("pools", pools.list_due, release_pool, "pool_id")
WAITED_FOR = Deadline("waiting list", waiting.list_overdue, waiting_verbs.offer_overdue, "slot_id")
CALENDAR_MAILS = Deadline(
    "calendar mails", calendar_mails.list_due_readers, calendar_mail_verbs.queue_calendar_mails, "user_id"
)
# In this order: a partner is reminded before the silence counts, and a consent ends before the feed it carried.
DEADLINES = (
    Deadline("reminders", deadlines.list_to_remind, verbs.remind_partner, "enquiry_id"),
    Deadline("enquiries", deadlines.list_silent, verbs.expire_enquiry, "enquiry_id"),
    Deadline("kept yeses", rounds.list_run_out, expire_kept, "round_id"),
    Deadline("ladder", ladder.list_for_coach, hand_to_coach, "enquiry_id"),
    Deadline("participations", deadlines.list_over, verbs.end_participation, "participation_id"),
    Deadline("consents ending", consent_reminders.list_to_remind, reminder_verbs.remind_of_consents, "participant_id"),
    Deadline("consents", deadlines.list_run_out_consents, verbs.expire_consent, "consent_id"),
    Deadline("releases", releases.list_run_out, expire_release, "release_id"),
    Deadline("people of who left", leaving.list_people, leaving_verbs.leave_person, "participant_id"),
    Deadline("dates of who left", leaving.list_dates, leaving_verbs.leave_date, "slot_id"),
    Deadline("duties", duties.list_overdue, duty_verbs.escalate_duty, "duty_id"),
    Deadline("feeds", deadlines.list_lapsed_feeds, verbs.lapse_feed, "subscription_id"),
    Deadline("quiet feeds", subscription_care.list_to_settle, subscription_care_verbs.settle_quiet, "subscription_id"),
    Deadline("cards", deadlines.list_old_cards, verbs.retire_card, "card_id"),
    Deadline("offers half over", waiting.list_half_over, waiting_verbs.remind_of_offer, "waiting_id"),
    Deadline("wishes", waiting.list_hopeless, waiting_verbs.lapse_waiting, "waiting_id"),
    Deadline("pauses", own_offers.list_returning, offers.resume_offer, "offer_id"),
    Deadline("attendance", attendance.list_to_ask, attendance_verbs.ask_partner, "slot_id"),
    Deadline("questions", freshness.list_to_ask, freshness_verbs.ask_partner, "offer_id"),
    Deadline("warnings", freshness.list_to_warn, freshness_verbs.warn_partner, "offer_id"),
    Deadline("silent offers", freshness.list_to_lower, freshness_verbs.lower_offer, "offer_id"),
    Deadline("moot prior questions", prior_questions.list_moot, prior_question_verbs.withdraw_moot, "question_id"),
    Deadline("prior reminders", prior_questions.list_to_remind, prior_question_verbs.remind_partner, "question_id"),
    Deadline("prior questions", prior_questions.list_silent, prior_question_verbs.expire_prior_question, "question_id"),
    Deadline("changes to tell", person_news.list_changed, person_notices.tell_of_change, "booking_id"),
    Deadline("reminders to people", person_news.list_to_remind, person_notices.remind_of_date, "booking_id"),
    Deadline("offers to tell", person_news.list_offered, person_notices.tell_of_offer, "booking_id"),
    Deadline("sheets to tell", person_news.list_asked, person_notices.tell_of_sheet, "sheet_id"),
    Deadline("choices to tell", person_news.list_to_choose, person_notices.tell_of_choice, "round_id"),
    Deadline("notices by hand", by_hand.list_needless, outbox.drop_notice_to_person, "notice_id"),
    Deadline("calls", notices.list_needless_calls, outbox.drop_call, "notice_id"),
)


def meet_deadlines(database: Database, at: datetime) -> None:
    """Settle everything that is due; raises RuntimeError when something failed, after all the rest is done."""
    failed = [one.name for one in DEADLINES if not attempt(one.name, lambda one=one: one.meet(database, at))]  # type: ignore[misc]
    if failed:
        raise RuntimeError(f"{', '.join(failed)} failed")
