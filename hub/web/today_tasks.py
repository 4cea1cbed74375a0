"""What a coach has to do next, in words: the tasks about enquiries and about questions nobody answered yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import url_for

from hub.i18n import N_, Message
from hub.models.booking import Booking, Waiting
from hub.models.consent import Consent, Scope
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.participant import Participant
from hub.models.round import Round, RoundState
from hub.models.wording import DECLINES, QUESTIONS
from hub.queries import today
from hub.queries.requested_places import Clash
from hub.web.booking_words import given_name
from hub.web.filters import day_clock

S = EnquiryState
KNOWS = N_("Weiß Bescheid")


@dataclass
class Task:
    """One reason why a coach must act for a person; the lowest rank comes first."""

    rank: int
    sentence: Message
    state: str
    word: Message
    links: list[tuple[str, str]] = field(default_factory=list)
    booking: Booking | None = None  # fallen away: "knows already" is offered
    wish: Waiting | None = None  # on the waiting list: giving the place on is offered
    past: Booking | None = None  # over, and only its person can say what was: the words are offered
    button: Message = KNOWS  # what is noted about the booking


def enquiry_task(enquiry: Enquiry, person: Participant) -> Task:
    """Return what the coach has to do about an enquiry; its offer, organisation and referral must be loaded."""
    who, page = enquiry.organisation.name, url_for("enquiries.show_enquiry", public_id=enquiry.public_id)
    need = enquiry.referral.public_id
    again = (str(N_("Nächsten Partner suchen")), url_for("finding.list_hits", person=person.public_id, referral=need))
    given = given_name(person)
    if today.counts_for_its_round(enquiry) and enquiry.round is not None:
        return _round_task(enquiry, enquiry.round, person)
    see = (str(N_("Ansehen")), page)
    if enquiry.state is S.DRAFT:
        sentence = N_("{name} hat Ja gesagt. Die Anfrage an {who} ist noch nicht abgeschickt.", name=given, who=who)
        return Task(1, sentence, "due", N_("abschicken"), [(str(N_("Absenden")), page)])
    if enquiry.state is S.RETURNED:
        question = QUESTIONS.get(enquiry.reason, N_("Es gibt eine Frage."))
        sentence = N_("{who} fragt: {question}", who=who, question=question)
        return Task(1, sentence, "due", N_("Frage"), [(str(N_("Antworten")), page)])
    if enquiry.state is S.DECLINED:
        reason = DECLINES.get(enquiry.reason, N_("Es geht leider nicht"))
        return Task(2, N_("{who} sagt ab: {reason}.", who=who, reason=reason), "off", N_("Absage"), [again, see])
    if enquiry.state is S.EXPIRED:
        phone = enquiry.offer.phone or enquiry.organisation.phone
        call = [(str(N_("Anrufen")), f"tel:{phone.replace(' ', '')}")] if phone else []
        return Task(2, N_("{who} hat nicht geantwortet.", who=who), "due", N_("keine Antwort"), [*call, again, see])
    if enquiry.state is S.RUNNING:
        sentence = N_("Alle Termine bei {who} sind vorbei. Fragen Sie {name}, wie es war.", who=who, name=given)
        return Task(4, sentence, "soon", N_("abschließen"), [(str(N_("Abschließen")), page)])
    choose = url_for("finding.list_dates", public_id=enquiry.offer.public_id, person=person.public_id)
    sentence = N_("{who} hat zugesagt. Es fehlt noch ein Termin.", who=who)
    return Task(3, sentence, "accepted", N_("zugesagt"), [(str(N_("Termin wählen")), choose), see])


_ASKED_FOR: dict[Scope, Message] = {
    Scope.ASK_AROUND: N_("Anfragen ohne Namen"),
    Scope.FEED: N_("den Kalender"),
    Scope.MESSAGES: N_("Nachrichten"),
    Scope.EVALUATION: N_("die Auswertung"),
}


def _round_task(enquiry: Enquiry, asked: Round, person: Participant) -> Task:
    """Return what the coach has to do about a round without a name; one of its enquiries stands for all."""
    given, who = given_name(person), enquiry.organisation.name
    page = url_for("rounds.show_round", public_id=person.public_id, round_id=asked.public_id)
    if asked.state is RoundState.DRAFT:
        sentence = N_("{name} hat Ja gesagt. Die Partner sind noch nicht gefragt.", name=given)
        return Task(1, sentence, "due", N_("abschicken"), [(str(N_("Alle fragen")), page)])
    if asked.state is RoundState.HELD and asked.hold_until_at is not None:
        sentence = N_("Zusage: {who} hält bis {when}.", who=who, when=day_clock(asked.hold_until_at))
        return Task(1, sentence, "held", N_("Zusage gehalten"), [(str(N_("{name} fragen", name=given)), page)])
    if enquiry.state is S.ACCEPTED:
        sentence = N_("Es gibt Zusagen. {name} sucht sich eine aus.", name=given)
        return Task(2, sentence, "accepted", N_("zugesagt"), [(str(N_("Ansehen")), page)])
    sentence = N_("Bisher hat für {name} kein Partner zugesagt.", name=given)
    return Task(2, sentence, "due", N_("keine Zusage"), [(str(N_("Die nächsten fragen")), page)])


def clash_task(clash: Clash, people: Mapping[int, Participant]) -> tuple[int, Task]:
    """Return what the coach has to do where somebody has another date at the time of a place asked for."""
    asked, person = clash.requested, people[clash.requested.participant_id or 0]
    assert asked.enquiry is not None  # noqa: S101
    who = asked.enquiry.organisation.name
    sentence = N_(
        "{name} hat um diese Zeit schon einen Termin: {when}. Bei {who} ist für dieselbe Zeit angefragt. Zurückziehen?",
        name=given_name(person),
        when=day_clock(clash.date.starts_at),
        who=who,
    )
    page = url_for("enquiries.show_enquiry", public_id=asked.enquiry.public_id)
    return person.id, Task(1, sentence, "due", N_("zwei zugleich"), [(str(N_("Anfrage ansehen")), page)])


def consent_task(consent: Consent, person: Participant) -> Task:
    """Return what the coach has to do about a question that the person has not answered."""
    who = consent.organisation.name if consent.organisation else _ASKED_FOR[consent.scope]
    sentence = N_("Die Frage nach der Einwilligung für {who} ist noch ohne Antwort.", who=who)
    page = url_for("consents.show_consent", public_id=person.public_id, consent_id=consent.public_id)
    return Task(4, sentence, "asked", N_("noch offen"), [(str(N_("Weiter")), page)])


def calendar_task(person: Participant) -> Task:
    """Return what the coach has to ask about a calendar that nobody fetched for ninety days (R-CAL-12)."""
    sentence = N_("Ein Kalender von {name} wird lange nicht abgeholt. Wird er noch gebraucht?", name=given_name(person))
    page = url_for("subscription_care.list_subscriptions", public_id=person.public_id)
    return Task(5, sentence, "soon", N_("Kalender"), [(str(N_("Nachsehen")), page)])
