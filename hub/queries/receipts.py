"""The receipt of a consent as a record (ISO/IEC TS 27560): all it rests on, from what was kept when it was asked."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub import clock, geography, i18n
from hub.i18n import N_, Message
from hub.models.consent import PERMITTING, Consent, ConsentEvent, Release, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.policy.fields import Field
from hub.queries.consent_texts import GROUPS, Wording, read_wording
from hub.queries.disclosures import NAME_GONE
from hub.queries.duties import TERM
from hub.queries.kantara import in_kantaras_names
from hub.queries.known import groups_of

SCHEMA = "ISO/IEC TS 27560:2023, partnerhub 1"
JURISDICTION = "DE"
LEGAL_BASIS = ("GDPR 6(1)(a)", "GDPR 9(2)(a)", "SGB X 67b")
RIGHTS = ("access", "rectification", "erasure", "complaint", "withdrawal")
WAYS_BACK = ("own_page", "code_on_slip", "telephone")
# Where the kept words have them, counted from the last paragraph of every consent.
REFUSAL, RIGHTS_TEXT, WITHDRAWAL = -1, -2, -3
SPECIAL = frozenset({Field.ACCESS.value, Field.HEALTH.value, Field.FEEDBACK.value})  # they may tell of health (Art. 9)
CATEGORIES: dict[str, Message] = {
    **{field.value: word for field, word in GROUPS.items()},
    Field.HEALTH.value: N_("eine Angabe zur Gesundheit"),
    Field.FEEDBACK.value: N_("was der Partner zurückmeldet"),
    Field.ATTENDANCE.value: N_("ob ein Termin stattfand"),
}
NAME_ALONE = N_("Ihr Name")  # of what belongs together as I1, a printed list has this only
TO_PARTNERS = frozenset({Scope.TRANSMIT, Scope.ASK_AROUND, Scope.PRINT_LIST, Scope.HEALTH, Scope.FEEDBACK})
PURPOSES: dict[Scope, Message] = {
    Scope.TRANSMIT: N_("Anfrage bei einem Partner"),
    Scope.ASK_AROUND: N_("Anfrage ohne Namen bei mehreren Partnern"),
    Scope.PRINT_LIST: N_("Name auf der Liste, die ein Dachverband druckt"),
    Scope.HEALTH: N_("Angabe zur Gesundheit an einen Partner"),
    Scope.FEEDBACK: N_("Rückmeldung des Partners an den Coach"),
    Scope.FEED: N_("Termine im eigenen Kalender"),
    Scope.MESSAGES: N_("Nachrichten an Sie"),
    Scope.EVALUATION: N_("Auswertung"),
}
PROCESSES: dict[str, Message] = {
    "referral": N_("Vermittlung zu Angeboten von Partnern"),
    "calendar": N_("Kalender"),
    "contact": N_("Kontakt und Auswertung"),
}


def snapshot(controller: Organisation) -> dict[str, Any]:
    """Return who answers for a consent as it stands now; kept with the question, so that it never changes."""
    place = geography.find_municipality(controller.municipality_code)
    return {
        "id": controller.public_id,
        "name": controller.name,
        "phone": controller.phone,
        "email": controller.email,
        "street": controller.street,
        "postal_code": controller.postal_code,
        "town": place.name if place else "",
        "supervisory_authority": controller.supervisory_authority,
    }


@dataclass(frozen=True)
class Beside:
    """What lies in other tables beside the consents of one person."""

    person: Participant
    sheets: dict[int, ConsentSheet]
    organisations: dict[int, Organisation]
    previous: dict[int, str]  # public ids
    events: dict[int, list[ConsentEvent]]
    releases: dict[int, str]  # by the organisation released


def write_receipts(
    session: Session, person: Participant, consents: Sequence[Consent], *, withdrawal_url: str, policy_url: str
) -> list[dict[str, Any]]:
    """Return the receipts of consents that a person gave, each in its own language. Five statements.

    A receipt says the same every day; only a step in the consent's life, or a release beside it, adds to it.
    """
    beside = _beside(session, person, consents)
    return [_receipt(one, beside, withdrawal_url, policy_url) for one in consents]


def _beside(session: Session, person: Participant, consents: Sequence[Consent]) -> Beside:
    def by_id(model: type[Any], ids: Iterable[int | None]) -> dict[int, Any]:
        return {row.id: row for row in session.scalars(select(model).where(model.id.in_(set(ids) - {None})))}

    events: dict[int, list[ConsentEvent]] = defaultdict(list)
    query = select(ConsentEvent).where(ConsentEvent.consent_id.in_([one.id for one in consents]))
    for event in session.scalars(query.order_by(ConsentEvent.id)):
        events[event.consent_id].append(event)
    older = select(Consent.id, Consent.public_id).where(Consent.id.in_([one.previous_id for one in consents]))
    released = select(Release.organisation_id, Release.public_id).where(
        Release.participant_id == person.id, Release.state.in_(PERMITTING)
    )
    return Beside(
        person=person,
        sheets=by_id(ConsentSheet, (one.sheet_id for one in consents)),
        organisations=by_id(Organisation, (key for one in consents for key in _recipient_ids(one))),
        previous={row[0]: row[1] for row in session.execute(older)},
        events=events,
        releases={row[0]: row[1] for row in session.execute(released.order_by(Release.id))},
    )


def _receipt(consent: Consent, beside: Beside, withdrawal_url: str, policy_url: str) -> dict[str, Any]:
    wording = read_wording(consent.notice_text)
    with i18n.using(consent.notice_locale):
        receipt: dict[str, Any] = {
            "schema_version": SCHEMA,
            "record_id": consent.public_id,
            "previous_record_id": beside.previous.get(consent.previous_id or 0),
            "pii_principal_id": beside.person.public_id,
            "privacy_notice": _notice(consent, wording),
            "language": consent.notice_locale,
            "process": _process(consent.scope),
            "purpose": _purpose(consent, wording),
            "pii_categories": _categories(consent),
            "storage": _storage(consent),
            "controller": {"role": "controller", **consent.controller},
            "recipients": _recipients(consent, beside),
            "withdrawal": _withdrawal(consent, wording, withdrawal_url),
            "jurisdiction": JURISDICTION,
            "rights": {"codes": list(RIGHTS), "text": _paragraph(wording, RIGHTS_TEXT)},
            "events": [_event(one, consent) for one in beside.events[consent.id]],
            "german": _german(consent, beside, wording),
        }
        receipt["kantara"] = in_kantaras_names(receipt, consent, policy_url)
    return receipt


def _withdrawal(consent: Consent, wording: Wording, url: str) -> dict[str, Any]:
    return {
        "ways": list(WAYS_BACK),
        "url": url,
        "phone": consent.controller.get("phone", ""),
        "text": _paragraph(wording, WITHDRAWAL),
        "change": "new_record",
    }


def _notice(consent: Consent, wording: Wording) -> dict[str, Any]:
    return {
        "id": f"consent-{consent.scope.value}",
        "version": consent.notice_version,
        "sha256": consent.notice_hash,
        "headline": wording.headline,
        "told": [{"when": wording.now_title, "term": term, "value": value} for term, value in wording.now]
        + [{"when": wording.later_title, "term": term, "value": value} for term, value in wording.later],
        "never_told": wording.nowhere,
        "paragraphs": [{"title": title, "text": text} for title, text in wording.paragraphs],
    }


def _paragraph(wording: Wording, place: int) -> str:
    return wording.paragraphs[place][1] if len(wording.paragraphs) >= -place else ""


def _process(scope: Scope) -> dict[str, str]:
    code = {Scope.FEED: "calendar", Scope.MESSAGES: "contact", Scope.EVALUATION: "contact"}.get(scope, "referral")
    return {"id": code, "name": str(PROCESSES[code])}


def _purpose(consent: Consent, wording: Wording) -> dict[str, Any]:
    text = wording.paragraphs[0][1] if wording.paragraphs else ""
    name = str(PURPOSES[consent.scope])
    return {"code": consent.scope.value, "name": name, "text": text, "lawful_basis": list(LEGAL_BASIS)}


def _categories(consent: Consent) -> list[dict[str, Any]]:
    told = groups_of(consent)
    words = CATEGORIES | ({Field.IDENTITY.value: NAME_ALONE} if consent.scope is Scope.PRINT_LIST else {})
    return [
        {"code": code, "name": str(words.get(code, code)), "special_category": code in SPECIAL}
        for code in consent.field_groups
        if code in told
    ]


def _storage(consent: Consent) -> dict[str, Any]:
    """Return how long what is told may be kept, as the pages of a partner enforce it."""
    with_others = consent.scope in TO_PARTNERS
    return {
        "used_until": consent.valid_until_on.isoformat(),
        "name_hidden_after_end_days": NAME_GONE.days if with_others else None,
        "deletion_after_withdrawal_days": TERM.days if with_others else None,
    }


def _recipient_ids(consent: Consent) -> list[int]:
    return consent.recipient_ids or [one for one in (consent.organisation_id,) if one is not None]


def _recipients(consent: Consent, beside: Beside) -> list[dict[str, str]]:
    if consent.scope is Scope.FEED:
        return [{"id": beside.person.public_id, "name": str(N_("Ihr eigener Kalender")), "role": "own_calendar"}]
    if consent.scope is Scope.MESSAGES:
        return [{"id": consent.controller["id"], "name": consent.controller["name"], "role": "controller"}]
    if consent.scope is Scope.EVALUATION:
        return [{"id": "evaluation", "name": str(N_("Wer das Vorhaben auswertet")), "role": "evaluator"}]
    found = [beside.organisations[key] for key in _recipient_ids(consent)]
    return [{"id": one.public_id, "name": one.name, "role": "recipient"} for one in found]


def _event(event: ConsentEvent, consent: Consent) -> dict[str, Any]:
    """Return one step; only what the person expressed is an explicit act."""
    given = event.state in PERMITTING
    days = (consent.valid_until_on - clock.local_date(event.at)).days + 1
    return {
        "type": "explicit" if event.expressed_by == "participant" else "administrative",
        "state": event.state.value,
        "time": _stamp(event.at),
        "validity_duration": f"P{days}D" if given else None,
        "expressed_by": event.expressed_by,
        "recorded_by": "staff" if event.recorded_by_id is not None else "system",
    }


def _stamp(at: datetime) -> str:
    return clock.local(at).isoformat()


def _german(consent: Consent, beside: Beside, wording: Wording) -> dict[str, Any]:
    """Return what German law wants kept besides (R-CON-02); the way back also rests on a release (§ 203 StGB)."""
    sheet = beside.sheets.get(consent.sheet_id or 0)
    released = beside.releases.get(consent.organisation_id or 0) if consent.scope is Scope.FEEDBACK else None
    evidence = (sheet.evidence if sheet else None) or consent.evidence
    return {
        "form": consent.form.value if consent.form else None,
        "form_reason": (sheet.form_reason if sheet else "") or None,
        "interpreter": (sheet.interpreter if sheet else "") or None,
        "helper": (sheet.helper if sheet else "") or None,
        "consequence_of_refusal": _paragraph(wording, REFUSAL),
        "withdrawal_hint": _paragraph(wording, WITHDRAWAL),
        "sheet": sheet.reference if sheet else None,
        "evidence_sha256": evidence_hash(evidence),
        "scan_sha256": (evidence or {}).get("scan"),
        "linked_release": released,
    }


def evidence_hash(evidence: dict[str, Any] | None) -> str | None:
    """Return the hash of what proves a consent (strokes, or day and place of a paper), None where a PIN does."""
    if not evidence:
        return None
    return hashlib.sha256(json.dumps(evidence, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
