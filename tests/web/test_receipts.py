"""The receipt of a consent as a file: all of ISO/IEC TS 27560, the extras of German law, and Kantara's names."""

import copy
import html
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hub.actions import permissions, withdrawals
from hub.models.consent import Consent, ConsentForm, ConsentState, Scope
from hub.models.organisation import Organisation
from hub.queries.consents import get_consent
from hub.queries.participants import get_participant
from hub.queries.permissions import channels_of
from tests.feedback import ask_release, say_release
from tests.loop import ask, card_with_pin, now, person_actor, request_offer, rows, say, sheet_of
from tests.sheets import answer, ask_all, lines_of, paper, three_offers
from tests.web.test_consents import sign_in_person
from tests.web.test_participants import deputy

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "hub/data/consent-receipt.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def faults(record) -> list[str]:
    """Name what a record misses or has too much."""
    return [f"{error.json_path}: {error.message[:80]}" for error in VALIDATOR.iter_errors(record)]


@pytest.fixture
def given(world):
    """A consent that Tarik gave to the clinic on his own telephone."""
    offer, slot = request_offer(world)
    return say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))


def own(consent) -> str:
    return f"/me/consents/{consent.public_id}/receipt.json"


def coachs(world, consent) -> str:
    return f"/people/{world.cast.tarik.public_id}/consents/{consent.public_id}/receipt.json"


def leaves(node, path=()):
    """Give the path of every field of a record, inner ones too; of a list its first element."""
    children = node.items() if isinstance(node, dict) else enumerate(node[:1]) if isinstance(node, list) else ()
    for key, child in children:
        if isinstance(node, dict):
            yield (*path, key)
        yield from leaves(child, (*path, key))


def without(record, path):
    """Return a copy of a record that lacks one field."""
    less = copy.deepcopy(record)
    inner = less
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return less


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


def test_the_receipt_of_a_person_holds_everything(world, app, sign_in, given):
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    page = tarik.get(own(given))
    assert (page.status_code, page.mimetype) == (200, "application/json")
    assert page.headers["Content-Disposition"] == 'attachment; filename="beleg.json"'
    record = page.get_json()
    assert faults(record) == []
    kept, sheet = now(world, given), sheet_of(world, given)
    assert record["record_id"] == kept.public_id
    assert record["pii_principal_id"] == world.cast.tarik.public_id
    assert record["privacy_notice"]["sha256"] == kept.notice_hash
    assert record["controller"]["name"] == world.cast.jc_meissen.name
    assert [one["name"] for one in record["recipients"]] == [world.cast.clinic.name]
    assert [(one["state"], one["type"], one["expressed_by"]) for one in record["events"]] == [
        ("requested", "administrative", "controller"),
        ("given", "explicit", "participant"),
    ]
    assert record["german"]["form"] == "own_device"
    assert record["german"]["sheet"] == sheet.reference
    assert (record["german"]["evidence_sha256"], record["german"]["linked_release"]) == (None, None)
    assert record["kantara"]["piiControllers"][0]["piiController"] == world.cast.jc_meissen.name
    assert record["kantara"]["services"][0]["purposes"][0]["thirdPartyName"] == world.cast.clinic.name
    assert kept.withdrawal_code not in page.text, "the code stands on the slip, not in a file"
    assert "Tarik" not in json.dumps({key: value for key, value in record.items() if key != "privacy_notice"})


def test_the_schema_misses_each_field_that_is_left_out(world, sign_in, given):
    record = sign_in("clara").get(coachs(world, given)).get_json()
    paths = list(leaves(record))
    assert len(paths) > 90
    assert [path for path in paths if not faults(without(record, path))] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("language",), "Deutsch"),
        (("privacy_notice", "sha256"), "0"),
        (("controller", "supervisory_authority"), ""),
        (("events",), []),
        (("recipients",), []),
        (("german", "form"), "said_so"),
        (("extra",), "x"),
    ],
)
def test_the_schema_refuses_what_is_wrong(world, sign_in, given, path, value):
    record = sign_in("clara").get(coachs(world, given)).get_json()
    inner = record
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert faults(record)


def test_texts_stand_where_the_receipt_takes_them_from(world, sign_in):
    offers = three_offers(world)
    sheet = ask_all(world, offers)
    answer(world, sheet, lines_of(world, sheet))
    clara = sign_in("clara")
    scopes = set()
    for line in lines_of(world, sheet):
        record = clara.get(coachs(world, line)).get_json()
        assert faults(record) == [], line.scope
        assert "Nein" not in record["purpose"]["text"]
        assert record["german"]["consequence_of_refusal"].startswith("Dann ")
        assert record["german"]["withdrawal_hint"].startswith("Jederzeit, ohne Grund")
        assert record["rights"]["text"].startswith("Sie dürfen fragen")
        assert record["kantara"]["sensitive"] is any(one["special_category"] for one in record["pii_categories"])
        scopes.add(line.scope)
    assert scopes == {Scope.TRANSMIT, Scope.HEALTH, Scope.FEEDBACK}


def test_a_paper_keeps_its_hash_and_who_was_there(world, sign_in):
    offers = three_offers(world)[:1]
    sheet = ask_all(world, offers, interpreter="telephone", helper="guardian")
    evidence = paper(world, scan="a" * 64)
    lines = lines_of(world, sheet)
    answer(world, sheet, lines, by=world.actor("clara"), form=ConsentForm.OTHER, evidence=evidence, reason="mark")
    german = sign_in("clara").get(coachs(world, lines[0])).get_json()["german"]
    assert (german["form"], german["form_reason"]) == ("other", "mark")
    assert (german["interpreter"], german["helper"]) == ("telephone", "guardian")
    assert german["scan_sha256"] == "a" * 64
    assert len(german["evidence_sha256"]) == 64


def test_an_english_receipt_is_wholly_english(world, sign_in):
    sheet = ask_all(world, three_offers(world)[:1], locale="en")
    answer(world, sheet, lines_of(world, sheet))
    record = sign_in("clara").get(coachs(world, lines_of(world, sheet)[0])).get_json()
    assert record["language"] == record["kantara"]["language"] == "en"
    assert record["german"]["withdrawal_hint"].startswith("At any time")


def test_another_authority_changes_new_receipts_and_no_old_one(world, sign_in, given):
    clara = sign_in("clara")
    before = clara.get(coachs(world, given)).get_data()
    with world.database.transaction() as session:
        house = session.get_one(Organisation, world.cast.jc_meissen.id)
        house.supervisory_authority, house.phone = "Landesbeauftragte in Dresden", "+49 351 1"
    assert clara.get(coachs(world, given)).get_data() == before
    offer, slot = request_offer(world, owner="club", title="Gymnastik")
    later = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    record = clara.get(coachs(world, later)).get_json()
    assert record["controller"]["supervisory_authority"] == "Landesbeauftragte in Dresden"
    assert "Landesbeauftragte in Dresden" in record["rights"]["text"]
    assert record["withdrawal"]["phone"] == "+49 351 1"


def test_the_end_is_added_for_the_person_and_the_coach_reads_it_no_more(world, app, sign_in, given):
    actor = person_actor(world.cast.tarik)

    def withdraw(session):
        consent = get_consent(session, actor, given.public_id, at=world.at)
        withdrawals.withdraw_consent(session, actor=actor, consent=consent, keep_bookings=False, at=world.at)

    world.database.run(withdraw)
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    record = tarik.get(own(given)).get_json()
    assert faults(record) == []
    assert [one["state"] for one in record["events"]] == ["requested", "given", "withdrawn"]
    assert sign_in("clara").get(coachs(world, given)).status_code == 404


def test_a_question_without_a_yes_has_no_receipt(world, app, sign_in):
    offer, slot = request_offer(world)
    asked = ask(world, world.cast.tarik, offer, slot)
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    assert tarik.get(own(asked)).status_code == 404
    assert sign_in("clara").get(coachs(world, asked)).status_code == 404
    say(world, world.cast.tarik, asked, yes=False)
    assert now(world, asked).state is ConsentState.REFUSED
    assert tarik.get(own(asked)).status_code == 404


def test_a_receipt_does_not_exist_for_anybody_else(world, sign_in, given, subtests):
    for key in ["cem", "frank", "lena", "petra", "sven", "kerstin", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            for path in (coachs(world, given), own(given)):
                page = browser.get(path)
                assert page.status_code in (303, 404)
                assert given.public_id not in page.text.replace(path, "")


def test_another_person_gets_no_receipt(world, app, sign_in, given):
    jolanta = sign_in_person(app, card_with_pin(world, world.cast.jolanta))
    assert jolanta.get(own(given)).status_code == 404


def test_the_print_holds_every_item_in_words(world, sign_in, given):
    clara = sign_in("clara")
    record = clara.get(coachs(world, given)).get_json()
    page = html.unescape(clara.get(coachs(world, given).removesuffix(".json")).text).replace("\u00a0", " ")
    notice, house, german = record["privacy_notice"], record["controller"], record["german"]
    said = [record["schema_version"], record["record_id"], record["pii_principal_id"], record["process"]["name"]]
    said += [notice["id"], notice["version"], notice["sha256"], notice["headline"], "Deutsch"]
    said += [value for one in notice["told"] for value in (one["term"], one["value"])]
    said += [text for one in notice["paragraphs"] for text in (one["title"], one["text"])]
    said += [record["purpose"]["code"], record["purpose"]["name"], *record["purpose"]["lawful_basis"]]
    said += [one["name"] for one in record["pii_categories"]] + [one["name"] for one in record["recipients"]]
    said += ["30 Tage nach dem Ende", "in 7 Tagen löschen", "Genutzt bis"]
    said += [value for name, value in house.items() if name != "role"]
    said += [record["withdrawal"]["url"], record["withdrawal"]["phone"], record["withdrawal"]["text"]]
    said += ["Deutschland, Europäische Union", record["rights"]["text"]]
    said += ["gefragt, vom Jobcenter", "Ja gesagt, ausdrücklich, von der Person selbst, für"]
    said += ["auf dem eigenen Gerät, mit Karte und PIN", german["sheet"], german["consequence_of_refusal"]]
    said += ["Übersetzt hat", "Beim Lesen geholfen hat", "Prüfzahl des Nachweises"]
    said += ["Prüfzahl des Fotos oder Scans", "Entbindung von der Schweigepflicht"]
    assert len(said) > 50
    assert [one for one in said if one not in page] == []


def test_a_sheet_prints_what_its_receipts_share_once_and_leads_to_each_file(world, app, sign_in):
    sheet = ask_all(world, three_offers(world), interpreter="telephone")
    answer(world, sheet, lines_of(world, sheet))
    address = f"/people/{world.cast.tarik.public_id}/sheets/{sheet.public_id}/receipt"
    page = html.unescape(sign_in("clara").get(address).text)
    for line in lines_of(world, sheet):
        assert page.count(f"<dd>{line.public_id}</dd>") == page.count(f"<dd>{line.notice_hash}</dd>") == 1
        assert f'href="{coachs(world, line)}"' in page
    for once in (world.cast.tarik.public_id, "Dolmetschen am Telefon", "Deutschland, Europäische Union"):
        assert page.count(f"<dd>{once}</dd>") == 1, once
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    mine = tarik.get(f"/me/sheets/{sheet.public_id}/receipt").text
    assert all(f'href="{own(line)}"' in mine for line in lines_of(world, sheet))


def test_a_calendar_of_ones_own_has_a_receipt_too(world, app, sign_in):
    tarik = sign_in_person(app, card_with_pin(world, world.cast.tarik))
    chosen = {"level": "full", "word": "Termin", "name": "mein Handy"}
    tarik.post("/me/subscriptions", data=chosen)
    assert tarik.post("/me/subscriptions", data=chosen | {"agreed": "full"}).status_code == 200
    (consent,) = rows(world, Consent, Consent.scope == Scope.FEED)
    record = tarik.get(own(consent)).get_json()
    assert faults(record) == []
    assert [one["role"] for one in record["recipients"]] == ["own_calendar"]
    assert record["kantara"]["services"][0]["purposes"][0]["thirdPartyDisclosure"] is False
    assert "Kalender" in tarik.get(own(consent).removesuffix(".json")).text


def test_what_a_person_allows_for_everything_has_receipts(world, app, sign_in):
    person, actor = world.cast.tarik, person_actor(world.cast.tarik)

    def allow(session):
        found = get_participant(session, actor, person.public_id, at=world.at)
        facts = {"actor": actor, "participant": found, "locale": "de", "at": world.at}
        way = channels_of(found, messages=False)[0]
        return [
            permissions.allow_messages(session, channels={"changes": way}, **facts),
            permissions.allow_evaluation(session, **facts),
        ]

    tarik = sign_in_person(app, card_with_pin(world, person))
    records = [tarik.get(own(consent)).get_json() for consent in world.database.run(allow)]
    assert [faults(record) for record in records] == [[], []]
    assert [record["recipients"][0]["role"] for record in records] == ["controller", "evaluator"]
    assert {record["german"]["consequence_of_refusal"][:5] for record in records} == {"Dann "}
    others = [record["kantara"]["services"][0]["purposes"][0]["thirdPartyDisclosure"] for record in records]
    assert others == [False, True]


def test_the_way_back_names_the_release_it_rests_on(world, sign_in):
    sheet = ask_all(world, three_offers(world)[:1])
    answer(world, sheet, lines_of(world, sheet))
    back = next(line for line in lines_of(world, sheet) if line.scope is Scope.FEEDBACK)
    clara = sign_in("clara")
    assert clara.get(coachs(world, back)).get_json()["german"]["linked_release"] is None
    given = ask_release(world)
    assert clara.get(coachs(world, back)).get_json()["german"]["linked_release"] is None, "asked is not given"
    say_release(world, given)
    record = clara.get(coachs(world, back)).get_json()
    assert record["german"]["linked_release"] == given.public_id
    assert faults(record) == []
    others = [line for line in lines_of(world, sheet) if line.scope is not Scope.FEEDBACK]
    assert {clara.get(coachs(world, one)).get_json()["german"]["linked_release"] for one in others} == {None}


def test_a_deputy_who_did_not_ask_gets_no_receipt(world, sign_in, given):
    deputy(world)
    assert sign_in("fred").get(coachs(world, given)).status_code == 404
    assert sign_in("clara").get(coachs(world, given)).status_code == 200
