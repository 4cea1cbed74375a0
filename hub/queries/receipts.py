"""The receipt of a consent as a record (ISO/IEC TS 27560): everything it rests on, from what was kept when it was asked."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub import clock, geography, i18n
from hub.i18n import N_, Message
from hub.models.consent import PERMITTING, Consent, ConsentEvent, ConsentState, Release, Scope
from hub.models.consent_sheet import ConsentSheet
from hub.models.organisation import Organisation
from hub.policy.fields import Field
from hub.queries.consent_texts import GROUPS, Wording, read_wording
from hub.queries.disclosures import NAME_GONE
from hub.queries.duties import TERM

SCHEMA = "ISO/IEC TS 27560:2023, partnerhub 1"
KANTARA = "KI-CR-v1.1.0"
JURISDICTION = "DE"
LEGAL_BASIS = ("GDPR 6(1)(a)", "GDPR 9(2)(a)", "SGB X 67b")
RIGHTS = ("access", "rectification", "erasure", "complaint", "withdrawal")
WAYS_BACK = ("own_page", "code_on_slip", "telephone", "in_person")
# Where the kept words have them, counted from the last paragraph of every consent.
REFUSAL, RIGHTS_TEXT, WITHDRAWAL = -1, -2, -3
SPECIAL = frozenset({Field.ACCESS.value, Field.HEALTH.value, Field.FEEDBACK.value})  # they may tell of health (Art. 9)
CATEGORIES: dict[str, Message] = {
    **{field.value: word for field, word in GROUPS.items()},
    Field.HEALTH.value: N_("eine Angabe zur Gesundheit"),
    Field.FEEDBACK.value: N_("was der Partner zurückmeldet"),
}
PURPOSES: dict[Scope, Message] = {
    Scope.TRANSMIT: N_("Anfrage bei einem Partner"),
    Scope.ASK_AROUND: N_("Anfrage ohne Namen bei mehreren Partnern"),
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


def write_receipt(session: Session, consent: Consent, *, withdrawal_url: str, policy_url: str) -> dict[str, Any]:
    """Return the receipt of a consent that was given, in its own language; its person must be loaded.

    It says the same every day: only a step in the consent's life adds to it.
    """
    sheet = session.get(ConsentSheet, consent.sheet_id) if consent.sheet_id else None
    recipients = _recipients(session, consent)
    wording = read_wording(consent.notice_text)
    with i18n.using(consent.notice_locale):
        purpose = _purpose(consent, wording)
        categories = _categories(consent)
        receipt = {
            "schema_version": SCHEMA,
            "record_id": consent.public_id,
            "previous_record_id": _previous(session, consent),
            "pii_principal_id": consent.participant.public_id,
            "privacy_notice": _notice(consent, wording),
            "language": consent.notice_locale,
            "process": _process(consent.scope),
            "purpose": purpose,
            "pii_categories": categories,
            "storage": _storage(consent),
            "controller": {"role": "controller", **consent.controller},
            "recipients": recipients,
            "withdrawal": {
                "ways": list(WAYS_BACK),
                "url": withdrawal_url,
                "phone": consent.controller.get("phone", ""),
                "text": _paragraph(wording, WITHDRAWAL),
                "change": "new_record",
            },
            "jurisdiction": JURISDICTION,
            "rights": {"codes": list(RIGHTS), "text": _paragraph(wording, RIGHTS_TEXT)},
            "events": _events(session, consent),
            "german": _german(session, consent, sheet, wording),
        }
        receipt["kantara"] = _kantara(receipt, consent, policy_url)
    return receipt


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
    return [
        {"code": code, "name": str(CATEGORIES.get(code, code)), "special_category": code in SPECIAL}
        for code in consent.field_groups
    ]


def _storage(consent: Consent) -> dict[str, Any]:
    """Return how long what is told may be kept, as the pages of a partner enforce it."""
    return {
        "used_until": consent.valid_until_on.isoformat(),
        "name_hidden_after_end_days": NAME_GONE.days,
        "deletion_after_withdrawal_days": TERM.days,
    }


def _recipients(session: Session, consent: Consent) -> list[dict[str, str]]:
    if consent.scope is Scope.FEED:
        own = i18n.N_("Ihr eigener Kalender").render(consent.notice_locale)
        return [{"id": consent.participant.public_id, "name": own, "role": "own_calendar"}]
    ids = consent.recipient_ids or [consent.organisation_id]
    found = session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id))
    return [{"id": one.public_id, "name": one.name, "role": "recipient"} for one in found]


def _previous(session: Session, consent: Consent) -> str | None:
    if consent.previous_id is None:
        return None
    return session.scalar(select(Consent.public_id).where(Consent.id == consent.previous_id))


def _events(session: Session, consent: Consent) -> list[dict[str, Any]]:
    query = select(ConsentEvent).where(ConsentEvent.consent_id == consent.id).order_by(ConsentEvent.id)
    return [_event(one, consent) for one in session.scalars(query)]


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


def _german(session: Session, consent: Consent, sheet: ConsentSheet | None, wording: Wording) -> dict[str, Any]:
    """Return what German law wants kept besides (R-CON-02)."""
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
        "linked_release": _release(session, consent),
    }


def evidence_hash(evidence: dict[str, Any] | None) -> str | None:
    """Return the hash of what proves a consent (strokes, or day and place of a paper), None where a PIN does."""
    if not evidence:
        return None
    return hashlib.sha256(json.dumps(evidence, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _release(session: Session, consent: Consent) -> str | None:
    """Return the release from secrecy the way back also needs (§ 203 StGB), if the same body has one given."""
    if consent.scope is not Scope.FEEDBACK:
        return None
    query = select(Release.public_id).where(
        Release.participant_id == consent.participant_id,
        Release.organisation_id == consent.organisation_id,
        Release.state.in_(PERMITTING),
    )
    return session.scalars(query.order_by(Release.id.desc()).limit(1)).first()


def _kantara(receipt: dict[str, Any], consent: Consent, policy_url: str) -> dict[str, Any]:
    """Return the same under the names of Kantara's Consent Receipt 1.1 (R-CON-03)."""
    house, purpose = receipt["controller"], receipt["purpose"]
    others = [one["name"] for one in receipt["recipients"] if one["role"] == "recipient"]
    special = any(one["special_category"] for one in receipt["pii_categories"])
    return {
        "version": KANTARA,
        "jurisdiction": JURISDICTION,
        "consentTimestamp": int(consent.given_at.timestamp()) if consent.given_at else None,
        "collectionMethod": receipt["german"]["form"],
        "consentReceiptID": consent.public_id,
        "language": consent.notice_locale,
        "piiPrincipalId": receipt["pii_principal_id"],
        "piiControllers": [_kantara_controller(house)],
        "policyUrl": policy_url,
        "services": [
            {
                "service": receipt["process"]["name"],
                "purposes": [
                    {
                        "purpose": purpose["text"],
                        "purposeCategory": [purpose["code"]],
                        "consentType": "EXPLICIT",
                        "piiCategory": [one["code"] for one in receipt["pii_categories"]],
                        "primaryPurpose": consent.scope in (Scope.TRANSMIT, Scope.ASK_AROUND),
                        "termination": receipt["storage"]["used_until"],
                        "thirdPartyDisclosure": bool(others),
                        "thirdPartyName": ", ".join(others),
                    }
                ],
            }
        ],
        "sensitive": special,
        "spiCat": ["health"] if special else [],
    }


def _kantara_controller(house: dict[str, Any]) -> dict[str, Any]:
    return {
        "piiController": house["name"],
        "contact": house["name"],
        "address": {
            "streetAddress": house["street"],
            "postalCode": house["postal_code"],
            "addressLocality": house["town"],
            "addressCountry": JURISDICTION,
        },
        "email": house["email"],
        "phone": house["phone"],
    }
