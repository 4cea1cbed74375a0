"""Receipts as files: a consent in the form of ISO/IEC TS 27560, for the person and for their coach."""

from typing import Any

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from hub.errors import NotFound
from hub.models.user import Role
from hub.queries import consents as questions
from hub.web.access import for_person, for_roles
from hub.web.consents import get_consent, note_reading, reads_wording
from hub.web.context import at, current_actor, reading
from hub.web.receipt_words import records_of

blueprint = Blueprint("receipts", __name__)
NAME = "beleg.json"  # says nothing where it lies in a folder


@blueprint.get("/me/consents/<consent_id>/receipt.json")
@for_person
def show_own(consent_id: str) -> Response:
    """Give the person the record of a yes of their own, also after its end."""
    with reading() as session:
        consent = questions.get_consent(session, current_actor(), consent_id, at=at())
        if consent.given_at is None:
            raise NotFound
        (record,) = records_of(session, consent.participant, [consent])
    return _file(record)


@blueprint.get("/people/<public_id>/consents/<consent_id>/receipt.json")
@for_roles(Role.COACH)
def show_persons(public_id: str, consent_id: str) -> Response:
    """Give the coach the record of a consent in force, to hand it on."""
    with reading() as session:
        consent = get_consent(session, public_id, consent_id)
        if not (consent.is_live(at()) and reads_wording(session, consent)):
            raise NotFound
        (record,) = records_of(session, consent.participant, [consent])
    note_reading(consent.participant, "consent")
    return _file(record)


def _file(record: dict[str, Any]) -> Response:
    answer = jsonify(record)
    answer.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return answer
