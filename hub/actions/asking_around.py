"""Asking a person whether several partners may be asked at once without a name (E2a), for one need."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.actions import enquiries, log
from hub.actions.consent_writing import let_lapse, require_rested, set_aside, write_question
from hub.actions.sheets import Ask, Reading, begin_sheet
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_
from hub.models.consent import Consent, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.enquiry import new_reference
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.referral import Referral
from hub.models.round import FEWEST, MOST, Round, RoundKind, RoundState
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import round_texts, rounds
from hub.queries.consents import WAITING, longest_day
from hub.queries.origins import require_own_word
from hub.queries.referrals import require_open
from hub.queries.waiting import lock_person
from hub.queries.wishes import groups_without_name, require_own


def ask_around(
    session: Session,
    *,
    actor: Actor,
    participant: Participant,
    referral: Referral,
    asks: Sequence[Ask],
    kind: RoundKind,
    reading: Reading,
    at: datetime,
) -> ConsentSheet:
    """Ask a person on a sheet of its own whether these partners may be asked without a name (E2a, T1).

    `participant.jobcenter` and `.coach`, and each offer's organisation must be loaded. Of a wish only the rough frame
    and the access needs count. Raises InvalidInput (422) for fewer than two or more than twelve partners, or one of
    them twice; RuleBroken (409) for an offer that cannot be asked, while a refusal rests, and while another round of
    this need runs.
    """
    require(actor, Permission.REQUEST_CONSENT, participant)
    lock_person(session, participant.id)
    require_open(referral, participant.id)
    _require_list(asks)
    _make_room(session, actor, participant, referral, at)
    for one in asks:
        _require_askable(session, actor, participant, one, at)
        set_aside(session, actor=actor, participant=participant, offer_id=one.offer.id, at=at)
    facts: dict[str, Any] = {"scope": Scope.ASK_AROUND, "offer_id": None, "referral_id": referral.id}
    require_rested(session, actor=actor, participant=participant, at=at, **facts)
    sheet = begin_sheet(session, actor=actor, participant=participant, reading=reading, at=at)
    consent = _write_line(session, actor, participant, referral, asks, kind, sheet, at)
    row = Round(participant_id=participant.id, referral_id=referral.id, consent_id=consent.id, kind=kind)
    row.state, row.created_by_id, row.created_at = RoundState.DRAFT, actor.user_id, at
    session.add(row)
    session.flush()
    log.record(session, actor=actor, action="round.begun", thing=row, about=[participant], purpose=kind.value, at=at)
    for one in asks:
        _draft(session, actor, participant, referral, consent, row, one, at)
    return sheet


def _require_list(asks: Sequence[Ask]) -> None:
    if not FEWEST <= len(asks) <= MOST:
        words = N_("Bitte wählen Sie mindestens {fewest} und höchstens {most} Partner.", fewest=FEWEST, most=MOST)
        raise InvalidInput(fields={"offers": words})
    if len({one.offer.organisation_id for one in asks}) != len(asks):
        raise InvalidInput(fields={"offers": N_("Bitte wählen Sie von jedem Partner nur ein Angebot.")})


def _make_room(session: Session, actor: Actor, person: Participant, referral: Referral, at: datetime) -> None:
    """Let an older question about the same need lapse; refuse while the person said yes to one that still runs."""
    for running in rounds.list_running_of(session, referral.id):
        consent = rounds.consent_of(session, running)
        if consent.state not in WAITING:
            raise RuleBroken(N_("Für dieses Anliegen wird schon ohne Namen gefragt."))
        let_lapse(session, actor=actor, consent=consent, person=person, by="coach", at=at)


def _require_askable(session: Session, actor: Actor, person: Participant, ask: Ask, at: datetime) -> None:
    if ask.offer.access is not Access.REQUEST:
        raise RuleBroken(N_("Ohne Namen fragen geht nur dort, wo zuerst der Partner zusagt."))
    require_own(person, ask.wish)
    require_own_word(session, person, ask.offer.organisation_id, ask.wish.access_needs, at=at)
    facts: dict[str, Any] = {"scope": Scope.TRANSMIT, "offer_id": ask.offer.id}
    require_rested(session, actor=actor, participant=person, at=at, **facts)
    if obstacle := rounds.find_obstacle(session, person, ask.offer, at=at):
        raise RuleBroken(N_("{partner}: {obstacle}", partner=ask.offer.organisation.name, obstacle=obstacle))


def _write_line(
    session: Session,
    actor: Actor,
    person: Participant,
    referral: Referral,
    asks: Sequence[Ask],
    kind: RoundKind,
    sheet: ConsentSheet,
    at: datetime,
) -> Consent:
    groups = sorted({group for one in asks for group in groups_without_name(one.wish)})
    needs = list(dict.fromkeys(need for one in asks for need in one.wish.access_needs))
    consent = Consent(scope=Scope.ASK_AROUND, field_groups=groups, content={"access_needs": needs})
    consent.recipient_ids = [one.offer.organisation_id for one in asks]
    consent.referral_id, consent.sheet_id = referral.id, sheet.id
    until = longest_day(session, person.id, at)
    asked = [round_texts.Asked(one.offer, one.slot, one.wish.rough, one.wish.access_needs) for one in asks]
    wording = round_texts.around_wording(asked, person, referral.aim, kind, until, sheet.locale)
    write_question(
        session,
        actor=actor,
        consent=consent,
        participant=person,
        wording=wording,
        until=until,
        locale=sheet.locale,
        at=at,
    )
    return consent


def _draft(
    session: Session,
    actor: Actor,
    person: Participant,
    referral: Referral,
    consent: Consent,
    row: Round,
    ask: Ask,
    at: datetime,
) -> None:
    draft = enquiries.draft_enquiry(
        session,
        actor=actor,
        referral=referral,
        participant=person,
        consent=consent,
        offer=ask.offer,
        slot=ask.slot,
        reference=new_reference(),
        priority="soon" if ask.wish.soon else "normal",
        at=at,
    )
    draft.round_id, draft.field_groups = row.id, groups_without_name(ask.wish)
    draft.rough, draft.access_needs = dict(ask.wish.rough), list(ask.wish.access_needs)
