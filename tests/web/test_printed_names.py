"""The list an umbrella prints for its member: a name only of who ticked it, for whom, and while it holds (E2b)."""

import re
from datetime import timedelta

import pytest
import time_machine

from hub.models.consent import Consent, ConsentState, Scope
from hub.models.duty import Duty
from hub.models.log import Disclosure, LogEntry
from hub.models.notice import Notice
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.user import Membership, Role
from hub.queries.consent_texts import read_wording
from tests.loop import now, rows, sheet_of, withdraw
from tests.places import book, counted, enter, give_card, make_people
from tests.printed_names import TITLE, allow, line_of, open_names, run_out, small_club, without_login
from tests.web.test_receipts import faults

BOTH, E2 = (Scope.TRANSMIT, Scope.PRINT_LIST), (Scope.TRANSMIT,)
# name of the case: is the line asked, what is said yes to, what ends then
LINES = {"ticked": (True, BOTH), "not asked": (False, E2), "refused": (True, E2), "withdrawn": (True, BOTH)}
ENDS = ("live", "withdrawn", "expired")


def names(page: str) -> set[str]:
    """Return the names on a list."""
    return set(re.findall(r"<td>([^<]+ [^<]+)</td>", page))


def sheet(slot) -> str:
    return f"/slots/{slot.public_id}/sheet"


def crowd(world, offer, slot):
    """Put somebody with a place into the date for each E2 × line, and return their names by case."""
    cases = [(end, line) for end in ENDS for line in (*LINES, "run out")]
    people = dict(zip(cases, make_people(world, len(cases)), strict=True))
    for (end, line), person in people.items():
        wanted, yes = LINES.get(line, LINES["ticked"])
        lines = allow(world, offer, person, wanted=wanted, yes=yes)
        book(world, slot, person)
        if line == "withdrawn":
            withdraw(world, person, line_of(lines))
        if line == "run out":
            run_out(world, line_of(lines))
        if end == "withdrawn":
            withdraw(world, person, line_of(lines, Scope.TRANSMIT), keep_bookings=True)
        if end == "expired":
            run_out(world, line_of(lines, Scope.TRANSMIT))
    return {case: person.full_name for case, person in people.items()}


def test_every_consent_by_every_line_by_every_reader(world, sign_in, subtests):
    offer, slot = small_club(world)
    people = crowd(world, offer, slot)
    without_login(world, ended=False)  # since then somebody signs in at the club: what was said goes on
    kerstin, path = sign_in("kerstin"), sheet(slot)
    before = kerstin.get(path)
    assert names(before.text) == set(), "the purpose notice is not confirmed yet"
    assert "Einen Namen zeigen" in before.text
    assert kerstin.post(f"{path}/names").status_code == 303
    page = kerstin.get(path).text
    assert names(page) == {people["live", "ticked"]}
    places = len(re.findall(r'<th scope="row">', page))
    assert places == len(people), "everybody has their place code"
    elsewhere = "".join(kerstin.get(f"/slots/{slot.public_id}{more}").text for more in ("", "/attendance", "/poster"))
    assert people["live", "ticked"] not in elsewhere, "nowhere but on the list"
    with subtests.test("the partner reads by the E2 alone, and only after a notice of its own"):
        assert names(sign_in("sven").get(path).text) == set()
        assert sign_in("sven").post(f"{path}/names").status_code == 403
    for key in ("nora", "clara", "petra", "fred", "lena", "frank", "anna", "otto"):
        with subtests.test(key=key):
            browser = sign_in(key)
            got = [browser.get(path), browser.get(f"{path}/names"), browser.post(f"{path}/names")]
            assert [one.status_code for one in got] == [404] * 3


def test_the_preview_is_what_the_list_shows_and_nothing_is_ticked_beforehand(world, sign_in):
    offer, slot = small_club(world)
    tarik = world.cast.tarik
    wording = read_wording(line_of(allow(world, offer, tarik)).notice_text)
    assert wording.headline.startswith("Auch Kreissportbund Elbland darf Ihren Namen lesen, um die Liste für SV Elbaue")
    book(world, slot, tarik)
    open_names(world, slot)
    page = sign_in("kerstin").get(sheet(slot)).text
    assert [value for _, value in wording.now] == list(names(page))
    assert wording.later == []
    for secret in (TITLE, "Eingliederung", "Herr ", "0151"):
        assert secret not in page
    form = sign_in("clara").get(f"/people/{tarik.public_id}/consents/new?offer={offer.public_id}").text
    assert 'name="print_list"' in form
    assert "checked" not in form


def other_umbrella(world, offer):
    """Give the club another umbrella, for which Petra works."""
    with world.database.transaction() as session:
        other = Organisation(kind=OrganisationKind.FEDERATION, name="Landessportbund", municipality_code="14627140")
        session.add(other)
        session.flush()
        session.get_one(Organisation, offer.organisation_id).parent_id = other.id
        seat = {"user_id": world.user("petra").id, "organisation_id": other.id, "role": Role.PARTNER}
        session.add(Membership(**seat, created_at=world.at))
        return other


def test_a_new_umbrella_reads_no_name_that_the_old_one_was_allowed(world, sign_in):
    offer, slot = small_club(world)
    allow(world, offer, world.cast.tarik)
    book(world, slot, world.cast.tarik)
    open_names(world, slot)
    other_umbrella(world, offer)
    petra, path = sign_in("petra"), sheet(slot)
    assert sign_in("kerstin").get(path).status_code == 404
    assert petra.post(f"{path}/names").status_code == 303
    page = petra.get(path).text
    assert names(page) == set()
    assert '<th scope="row">' in page


def test_after_the_date_and_before_the_rest_is_over_there_is_no_name(world, sign_in, later):
    later.move_to(world.at)
    offer, slot = small_club(world)
    lines = allow(world, offer, world.cast.tarik)
    book(world, slot, world.cast.tarik)
    with world.database.transaction() as session:
        session.get_one(Consent, line_of(lines).id).sends_from = world.at + timedelta(hours=24)
    path, found = sheet(slot), []
    for instant in (world.at, world.at + timedelta(hours=25), slot.ends_at):
        later.move_to(instant)
        kerstin = sign_in("kerstin")
        kerstin.post(f"{path}/names")
        with counted(world) as statements:
            found.append(names(kerstin.get(path).text))
        assert len(statements) <= 12
    assert found == [set(), {"Tarik Demirci"}, set()]


@pytest.fixture
def later():
    """Let pages be read at another time, by everybody signed in then."""
    with time_machine.travel(0, tick=False) as traveller:
        yield traveller


@pytest.fixture
def tarik(world, app):
    return enter(app, give_card(world, world.cast.tarik))


def test_asked_ticked_printed_withdrawn(world, sign_in, tarik):
    offer, slot = small_club(world)
    person, clara, kerstin = world.cast.tarik, sign_in("clara"), sign_in("kerstin")
    data = {"contact": "coach", "stage": "prevention", "locale": "de", "print_list": "y"}
    form = f"/people/{person.public_id}/consents/new?offer={offer.public_id}"
    assert clara.post(form, data=data).status_code == 303
    line = line_of(rows(world, Consent))
    own = f"/me/sheets/{sheet_of(world, line).public_id}"
    page = tarik.get(own).text
    assert "Und Ihr Name auf der gedruckten Liste?" in page
    assert "checked" not in page
    said = {f"answer_{one.public_id}": "yes" for one in rows(world, Consent)}
    assert tarik.post(f"{own}/answer", data=said).status_code == 303
    assert "Kreissportbund Elbland, Name auf der gedruckten Liste" in tarik.get(own).text
    book(world, slot, person)
    notice = kerstin.get(f"{sheet(slot)}/names").text
    assert "§ 78 SGB X" in notice
    assert "Demirci" not in notice
    kerstin.post(f"{sheet(slot)}/names")
    assert names(kerstin.get(sheet(slot)).text) == {"Tarik Demirci"}
    kerstin.post(f"{sheet(slot)}/names")
    federation = world.cast.federation.id
    told = rows(world, Disclosure, Disclosure.organisation_id == federation)
    assert [(one.fields, one.purpose) for one in told] == [(["I1"], "enquiry.name_printed")]
    assert len(rows(world, LogEntry, LogEntry.action == "enquiry.name_printed")) == 1
    assert (
        len(rows(world, LogEntry, LogEntry.action == "person.list", LogEntry.purpose == f"slot {slot.public_id}")) == 1
    )
    assert "um die Liste zu drucken" in tarik.get("/me/disclosures").text
    assert "Kreissportbund Elbland" in tarik.get("/me/known").text
    withdrawal = f"/me/consents/{line.public_id}/withdrawal"
    assert "Kreissportbund Elbland liest dann Ihren Namen nicht mehr." in tarik.get(withdrawal).text
    assert tarik.post(withdrawal, data={"keep": "cancel"}).status_code == 303
    assert names(kerstin.get(sheet(slot)).text) == set()
    assert [one.state for one in rows(world, Consent)] == [ConsentState.GIVEN, ConsentState.WITHDRAWN]
    (duty,) = rows(world, Duty)
    assert (duty.organisation_id, duty.fields) == (federation, ["I1"])
    assert kerstin.get(f"/duties/{duty.public_id}").status_code == 200
    told = rows(world, Notice, Notice.template == "partner_check")
    assert [one.organisation_id for one in told] == [federation]


def test_the_receipt_names_the_umbrella_and_the_name_alone(world, tarik):
    offer, _ = small_club(world)
    line = line_of(allow(world, offer, world.cast.tarik))
    record = tarik.get(f"/me/consents/{line.public_id}/receipt.json").json
    assert faults(record) == []
    assert [one["name"] for one in record["recipients"]] == ["Kreissportbund Elbland"]
    assert record["purpose"]["code"] == "E2b"
    assert [(one["code"], one["name"]) for one in record["pii_categories"]] == [("I1", "Ihr Name")]
    assert "Kreissportbund" in record["kantara"]["services"][0]["purposes"][0]["thirdPartyName"]
    assert "Kreissportbund Elbland" in tarik.get(f"/me/consents/{line.public_id}/receipt").text
    assert now(world, line).state is ConsentState.GIVEN
