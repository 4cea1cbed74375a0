"""The receipt of a consent once more, under the names of Kantara's Consent Receipt 1.1."""

from typing import Any

from hub.models.consent import Consent, Scope

VERSION = "KI-CR-v1.1.0"


def in_kantaras_names(receipt: dict[str, Any], consent: Consent, policy_url: str) -> dict[str, Any]:
    """Return a receipt under the names of Kantara's Consent Receipt 1.1 (R-CON-03)."""
    house, purpose = receipt["controller"], receipt["purpose"]
    others = [one["name"] for one in receipt["recipients"] if one["role"] in ("recipient", "evaluator")]
    special = any(one["special_category"] for one in receipt["pii_categories"])
    return {
        "version": VERSION,
        "jurisdiction": receipt["jurisdiction"],
        "consentTimestamp": int(consent.given_at.timestamp()) if consent.given_at else None,
        "collectionMethod": receipt["german"]["form"],
        "consentReceiptID": consent.public_id,
        "language": consent.notice_locale,
        "piiPrincipalId": receipt["pii_principal_id"],
        "piiControllers": [_controller(house, receipt["jurisdiction"])],
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


def _controller(house: dict[str, Any], country: str) -> dict[str, Any]:
    return {
        "piiController": house["name"],
        "contact": house["name"],
        "address": {
            "streetAddress": house["street"],
            "postalCode": house["postal_code"],
            "addressLocality": house["town"],
            "addressCountry": country,
        },
        "email": house["email"],
        "phone": house["phone"],
    }
