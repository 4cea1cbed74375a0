"""Asking a person on one sheet: several organisations, and for each what it may learn and tell back (E2 to E4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from hub import clock
from hub.actions import enquiries
from hub.actions.consent_writing import require_rested, set_aside, write_question
from hub.actions.referrals import open_referral
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import LANGUAGES, N_
from hub.models.consent import Consent, Scope
from hub.models.consent_sheet import LONGEST_HEALTH, WAITS, ConsentSheet, Helper, Interpreter
from hub.models.enquiry import new_reference
from hub.models.offer import Access, Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.referral import Referral
from hub.models.slot import Slot
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import consent_texts, participants, sheet_texts
from hub.queries.bookability import obstacle_of_offer, obstacle_of_person
from hub.queries.consents import longest_day
from hub.queries.exclusions import require_not_excluded
from hub.queries.origins import require_own_word
from hub.queries.printed_names import printing_umbrellas
from hub.queries.referrals import find_open_for, require_open
from hub.queries.rounds import find_held, is_asked_around
from hub.queries.wishes import Wish, groups_of, preview_of, require_own

MOST = 6  # more organisations than that nobody reads through on one sheet


@dataclass(frozen=True)
class Ask:
    """What is asked about one offer; its organisation must be loaded.

    A health text asks for E3, `feedback` for E4, `print_list` for the name on a list the umbrella prints (E2b).
    """

    offer: Offer
    slot: Slot | None
    wish: Wish
    health: str = ""
    feedback: bool = False
    print_list: bool = False


@dataclass(frozen=True)
class Reading:
    """How the sheet is read: the language, who is there (roles only), and the hours before anything may leave."""

    locale: str
    interpreter: str = ""
    helper: str = ""
    wait_hours: int = 0


def ask_sheet(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    asks: Sequence[Ask],
    reading: Reading,
    referral: Referral | None = None,
    at: datetime,
) -> ConsentSheet:
    """Ask a person on one sheet, each organisation and each kind of telling as a consent of its own (T1).

    `participant.jobcenter` and `.coach` must be loaded. All goes under `referral` where one is given, else under the
    open search for the offer's aim; where there is none, one is opened. Raises RuleBroken (409) while a refusal rests
    (30 days), for an offer that needs no name or would refuse the person for certain, and without a running
    participation; InvalidInput (422) for a wish beyond the person's own needs and ways.
    """
    require(actor, Permission.REQUEST_CONSENT, participant)
    if not 1 <= len(asks) <= MOST or len({one.offer.id for one in asks}) != len(asks):
        raise InvalidInput
    participants.lock_participant(session, participant.id)  # first: an exclusion written at the same instant wins
    members = [one.offer.organisation_id for one in asks if one.print_list]
    umbrellas = printing_umbrellas(session, members, participant_id=participant.id) if members else {}
    for one in asks:
        _require_askable(session, actor, participant, one, at)
        require_own(participant, one.wish)
        if one.print_list and one.offer.organisation_id not in umbrellas:
            raise RuleBroken(N_("{partner} druckt die Liste selbst.", partner=one.offer.organisation.name))
    if referral is not None:
        require_open(referral, participant.id)
    until = longest_day(session, participant.id, at)
    sheet = begin_sheet(session, actor=actor, participant=participant, reading=reading, at=at)
    writer = _Writer(session, actor, participant, sheet, until, umbrellas, at)
    searches: dict[str, Referral] = {}
    for one in asks:
        set_aside(session, actor=actor, participant=participant, offer_id=one.offer.id, at=at)
        search = referral or searches.get(one.offer.aim) or find_open_for(session, participant.id, one.offer.aim)
        search = search or writer.open_search(one)
        searches[one.offer.aim] = search
        writer.write(one, search)
    return sheet


def begin_sheet(
    session: Session, *, actor: Actor, participant: Participant, reading: Reading, at: datetime
) -> ConsentSheet:
    """Add an empty sheet for one signature; a step of the verbs that write its lines."""
    require(actor, Permission.REQUEST_CONSENT, participant)
    present = reading.interpreter in {"", *Interpreter} and reading.helper in {"", *Helper}
    if not present or reading.wait_hours not in WAITS or reading.locale not in LANGUAGES:
        raise InvalidInput
    sheet = ConsentSheet(participant_id=participant.id, requested_by_id=actor.user_id, requested_at=at)
    sheet.locale, sheet.wait_hours = reading.locale, reading.wait_hours
    sheet.interpreter, sheet.helper = reading.interpreter, reading.helper
    session.add(sheet)
    session.flush()
    return sheet


class _Writer:
    """Writes the lines of one sheet; what all of them share is kept here."""

    def __init__(
        self,
        session: Session,
        actor: Actor,
        person: Participant,
        sheet: ConsentSheet,
        until: date,
        umbrellas: Mapping[int, Organisation],
        at: datetime,
    ) -> None:
        self.session, self.actor, self.person = session, actor, person
        self.sheet, self.until, self.umbrellas, self.at = sheet, until, umbrellas, at

    def open_search(self, ask: Ask) -> Referral:
        """Open the search for the need this offer answers."""
        return open_referral(
            self.session,
            actor=self.actor,
            participant=self.person,
            aim=ask.offer.aim,
            stage=ask.wish.stage,
            matters=ask.wish.matters,
            at=self.at,
        )

    def write(self, ask: Ask, search: Referral) -> None:
        """Write the lines about one offer, and the draft that waits for the yes."""
        held = find_held(self.session, participant_id=self.person.id, offer_id=ask.offer.id)
        if held is not None:  # the partner said yes without a name: what it knows already stands on the sheet too
            ask = replace(ask, slot=held.slot, wish=ask.wish.beside(held.rough, held.access_needs))
        offer, wish, locale = ask.offer, ask.wish, self.sheet.locale
        reference = new_reference() if offer.access is Access.REQUEST else ""
        reference = held.reference if held is not None else reference
        preview = preview_of(self.person, offer, ask.slot, wish, reference)
        content, groups = replace(preview, health=ask.health), groups_of(offer, wish)
        kept = {"access_needs": list(wish.access_needs), "contact": content.contact, "rough": dict(wish.rough)}
        transmit = Consent(scope=Scope.TRANSMIT, field_groups=groups, content=kept)
        wording = consent_texts.disclosure_wording(
            content, self.person, groups, self.until, locale, said_yes=held is not None
        )
        self._line(transmit, offer, search, wording)
        self._write_beside(ask, search)
        if offer.access is Access.REQUEST and held is None:
            self._draft(ask, transmit, search, reference)

    def _write_beside(self, ask: Ask, search: Referral) -> None:
        """Write what stands beside the E2, each as a line of its own; a printed list names the umbrella."""
        offer, person, until, locale = ask.offer, self.person, self.until, self.sheet.locale
        if ask.print_list:
            roof = self.umbrellas[offer.organisation_id]
            line = Consent(scope=Scope.PRINT_LIST, field_groups=[Field.IDENTITY.value], content={})
            line.organisation_id = roof.id
            self._line(line, offer, search, sheet_texts.list_wording(offer, roof, person, until, locale))
        if ask.health:
            line = Consent(scope=Scope.HEALTH, field_groups=[Field.HEALTH.value], content={"health": ask.health})
            self._line(line, offer, search, sheet_texts.health_wording(offer, person, ask.health, until, locale))
        if ask.feedback:
            line = Consent(scope=Scope.FEEDBACK, field_groups=[Field.FEEDBACK.value], content={})
            self._line(line, offer, search, sheet_texts.feedback_wording(offer, person, until, locale))

    def _line(self, line: Consent, offer: Offer, search: Referral, wording: consent_texts.Wording) -> None:
        line.organisation_id, line.offer_id = line.organisation_id or offer.organisation_id, offer.id
        line.referral_id, line.sheet_id = search.id, self.sheet.id
        write_question(
            self.session,
            actor=self.actor,
            consent=line,
            participant=self.person,
            wording=wording,
            until=self.until,
            locale=self.sheet.locale,
            at=self.at,
        )

    def _draft(self, ask: Ask, consent: Consent, search: Referral, reference: str) -> None:
        enquiries.draft_enquiry(
            self.session,
            actor=self.actor,
            referral=search,
            participant=self.person,
            consent=consent,
            offer=ask.offer,
            slot=ask.slot,
            reference=reference,
            priority="soon" if ask.wish.soon else "normal",
            at=self.at,
        )


def _require_askable(session: Session, actor: Actor, participant: Participant, ask: Ask, at: datetime) -> None:
    offer = ask.offer
    if not offer.carries_identity:
        raise RuleBroken(N_("Dieses Angebot braucht keine Einwilligung. Es erfährt keinen Namen."))
    if obstacle := obstacle_of_offer(offer) or obstacle_of_person(offer, participant, clock.local_date(at).year):
        raise RuleBroken(obstacle)
    require_not_excluded(session, participant.id, offer.organisation_id)
    require_own_word(session, participant, offer.organisation_id, ask.wish.access_needs, at=at)
    if is_asked_around(session, participant_id=participant.id, offer_id=offer.id):
        raise RuleBroken(N_("Dort ist schon ohne Namen gefragt. Bitte warten Sie auf die Antwort."))
    if ask.health and (Field.HEALTH not in offer.field_groups or not offer.organisation.clinic_type):
        raise RuleBroken(N_("{partner} fragt nicht nach der Gesundheit.", partner=offer.organisation.name))
    if len(ask.health) > LONGEST_HEALTH:
        raise InvalidInput
    beside = {Scope.PRINT_LIST: ask.print_list, Scope.HEALTH: bool(ask.health), Scope.FEEDBACK: ask.feedback}
    wanted = {Scope.TRANSMIT: True, **beside}
    for scope in (one for one, asked in wanted.items() if asked):
        require_rested(session, actor=actor, participant=participant, scope=scope, offer_id=offer.id, at=at)
