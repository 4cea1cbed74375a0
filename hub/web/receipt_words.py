"""What stands in a receipt, in words for paper, in the language of the receipt (R-CON-04)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hub import i18n
from hub.i18n import LANGUAGES, N_, Message
from hub.models.consent import Consent, ConsentForm, ConsentState
from hub.models.participant import Participant
from hub.policy.actor import ActorKind
from hub.queries.receipts import write_receipts
from hub.web.consent_forms import HELPERS, INTERPRETERS
from hub.web.context import current_actor
from hub.web.filters import clock_time, full_day
from hub.web.sheet_forms import REASONS

Words = list[tuple[str, str]]
FORMS: dict[str, Message] = {
    ConsentForm.OWN_DEVICE: N_("auf dem eigenen Gerät, mit Karte und PIN"),
    ConsentForm.HANDED_OVER: N_("auf einem übergebenen Gerät, mit PIN"),
    ConsentForm.DRAWN: N_("auf einem übergebenen Gerät, mit Unterschrift"),
    ConsentForm.PAPER: N_("auf Papier, mit Unterschrift"),
    ConsentForm.OTHER: N_("auf Papier, ohne eigene Unterschrift"),
}
STATES: dict[str, Message] = {
    ConsentState.REQUESTED: N_("gefragt"),
    ConsentState.DEFERRED: N_("auf später gelegt"),
    ConsentState.REFUSED: N_("Nein gesagt"),
    ConsentState.GIVEN: N_("Ja gesagt"),
    ConsentState.RENEWED: N_("erneuert"),
    ConsentState.EXPIRED: N_("abgelaufen"),
    ConsentState.WITHDRAWN: N_("zurückgenommen"),
    ConsentState.REVOKED: N_("beendet, der Partner ist nicht mehr dabei"),
    ConsentState.INVALIDATED: N_("für ungültig erklärt"),
}
BY: dict[str, Message] = {
    "participant": N_("von der Person selbst"),
    "controller": N_("vom Jobcenter"),
    "clock": N_("durch Ablauf der Zeit"),
}
NONE = N_("keine")


def records_of(session: Session, person: Participant, consents: Sequence[Consent]) -> list[dict[str, Any]]:
    """Return the receipts of consents with the addresses of this site."""
    return write_receipts(
        session,
        person,
        consents,
        withdrawal_url=url_for("withdrawals.new_withdrawal", _external=True),
        policy_url=url_for("public.show_privacy", _external=True),
    )


def file_address(consent: Consent, person: Participant) -> str:
    """Return where the reader of this page gets the receipt as a file."""
    if current_actor().kind is ActorKind.PERSON:
        return url_for("receipts.show_own", consent_id=consent.public_id)
    return url_for("receipts.show_persons", public_id=person.public_id, consent_id=consent.public_id)


def on_paper(records: Sequence[dict[str, Any]], locale: str) -> tuple[dict[str, Words], Words]:
    """Return what each receipt has of its own, by its number, and what all of them share: paper says it once."""
    with i18n.using(locale):
        whole = {record["record_id"]: words_of(record) for record in records}
    first = next(iter(whole.values()), [])
    shared = [pair for pair in first if all(pair in words for words in whole.values())] if len(whole) > 1 else []
    return {key: [pair for pair in words if pair not in shared] for key, words in whole.items()}, shared


def words_of(record: dict[str, Any]) -> Words:
    """Return every item of a receipt as (word, value), in the language in use."""
    pairs = (*_what(record), *_who(record), *_how(record))
    return [(str(term), str(value)) for term, value in pairs]


def _what(record: dict[str, Any]) -> list[tuple[Message, Any]]:
    notice, purpose = record["privacy_notice"], record["purpose"]
    language = LANGUAGES.get(record["language"], record["language"])
    names = [one["name"] for one in record["pii_categories"]]
    special = [one["name"] for one in record["pii_categories"] if one["special_category"]]
    return [
        (N_("Nummer dieses Belegs"), record["record_id"]),
        (N_("Beleg davor"), record["previous_record_id"] or NONE),
        (N_("Aufbau"), record["schema_version"]),
        (N_("Text"), f"{notice['id']}, {notice['version']}, {language}"),
        (N_("Prüfzahl des Textes (SHA-256)"), notice["sha256"]),
        (N_("Vorgang"), record["process"]["name"]),
        (N_("Zweck"), f"{purpose['code']}: {purpose['name']}"),
        (N_("Grundlage"), ", ".join(purpose["lawful_basis"])),
        (N_("Angaben"), ", ".join(names)),
        (N_("Davon besonders geschützt"), ", ".join(special) or NONE),
        (N_("Aufbewahrung"), _storage(record["storage"])),
    ]


def _storage(storage: dict[str, Any]) -> Message:
    day = full_day(date.fromisoformat(storage["used_until"]))
    if storage["name_hidden_after_end_days"] is None:
        return N_("Genutzt bis {day}.", day=day)
    return N_(
        "Genutzt bis {day}. Beim Partner ist Ihr Name {hidden} Tage nach dem Ende nicht mehr zu sehen. Nehmen Sie es "
        "zurück, muss er in {deleted} Tagen löschen oder sagen, was er behalten muss.",
        day=day,
        hidden=storage["name_hidden_after_end_days"],
        deleted=storage["deletion_after_withdrawal_days"],
    )


def _who(record: dict[str, Any]) -> list[tuple[Message, Any]]:
    house = record["controller"]
    address = f"{house['street']}, {house['postal_code']} {house['town']}"
    ways = N_("auf Ihrer Seite, mit dem Code auf {url}, am Telefon", url=record["withdrawal"]["url"])
    return [
        (N_("Nummer der Person"), record["pii_principal_id"]),
        (N_("Verantwortlich"), f"{house['name']}, {address}"),
        (N_("Telefon, E-Mail"), ", ".join(one for one in (house["phone"], house["email"]) if one)),
        (N_("Nummer des Verantwortlichen"), house["id"]),
        (N_("Aufsicht für den Datenschutz"), house["supervisory_authority"]),
        (N_("Wer es bekommt"), ", ".join(one["name"] for one in record["recipients"])),
        (N_("Ändern"), N_("mit einer neuen Frage und einem neuen Beleg")),
        (N_("Zurücknehmen"), ways),
        (N_("Recht"), N_("Deutschland, Europäische Union")),
    ]


def _how(record: dict[str, Any]) -> list[tuple[Message, Any]]:
    german = record["german"]
    steps = [(N_("Verlauf"), _step(one)) for one in record["events"]]
    reason = REASONS.get(german["form_reason"] or "")
    return [
        *steps,
        (N_("Form"), FORMS[german["form"]]),
        *([(N_("Unterschrieben"), reason)] if reason else []),
        (N_("Übersetzt hat"), INTERPRETERS.get(german["interpreter"] or "", N_("niemand"))),
        (N_("Beim Lesen geholfen hat"), HELPERS.get(german["helper"] or "", N_("niemand"))),
        (N_("Nummer des Blatts"), german["sheet"] or NONE),
        (N_("Prüfzahl des Nachweises"), german["evidence_sha256"] or NONE),
        (N_("Prüfzahl des Fotos oder Scans"), german["scan_sha256"] or NONE),
        (N_("Entbindung von der Schweigepflicht"), german["linked_release"] or NONE),
    ]


def _step(event: dict[str, Any]) -> Message:
    when = datetime.fromisoformat(event["time"])
    facts = {"day": full_day(when), "time": clock_time(when), "what": STATES[event["state"]]}
    by = BY[event["expressed_by"]]
    if event["type"] == "explicit" and event["validity_duration"]:
        days = event["validity_duration"].strip("PD")
        return N_("{day}, {time}: {what}, ausdrücklich, {by}, für {days} Tage", **facts, by=by, days=days)
    if event["type"] == "explicit":
        return N_("{day}, {time}: {what}, ausdrücklich, {by}", **facts, by=by)
    return N_("{day}, {time}: {what}, {by}", **facts, by=by)
