"""Reader × row of the matrix × format: whatever anybody can fetch holds what their cell of the table gives, no more.

One person stands in each row, with words of their own in every field group. Each reader opens every address their role
has, with the keys of every person, as page, table, calendar, print and record, and also where there is nothing.
"""

import html
import io
import re
from collections import Counter

import pypdf
import pytest

from hub.models.subscription import FeedKind, Level
from hub.policy.fields import Field, Phase, Reader
from hub.policy.visibility import MATRIX, NOTHING, PROFILE, visible
from hub.web.access import Access
from tests.feeds import subscribe
from tests.loop import person_actor
from tests.matrix import MARKED, ORDER, build
from tests.places import enter, give_card
from tests.web.test_participants import deputy

F, R = Field, Reader
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # scopes and fields are tested on both
WHO = {
    R.COACH: "clara",
    R.DEPUTY: "fred",
    R.CASE_MANAGER: "frank",
    R.COORDINATOR: "nora",
    R.PARTNER: "sven",
    R.UMBRELLA: "kerstin",
    R.OTHER: "petra",
    R.AUDITOR: "anna",
    R.OPERATOR: "otto",
    R.TEAM_LEAD: "lena",
}
ELSEWHERE = {R.PERSON: "behind the card, below", R.EVALUATOR: "no role of the house yet"}
# These always stand where the table gives them; the others only where something was told, so there the cell is a limit.
EXACT = {
    R.COACH: {F.IDENTITY, F.CONTACT, F.ACCESS, F.OFFER, F.NOTES, F.PLACE_CODE},
    R.DEPUTY: {F.IDENTITY, F.CONTACT, F.ACCESS, F.OFFER, F.NOTES, F.PLACE_CODE},
    R.PARTNER: set(MARKED),
    R.UMBRELLA: set(MARKED),
}
# The own offers of partners and the published ones of all: they say nothing about anybody.
CATALOGUE = (
    *("/offers", "/find", "/houses", "/own-offers", "/series", "/slots", "/calling-off", "/table-imports"),
    *("/calendar-sources", "/subscriptions", "/me/offers", "/me/slots"),
)
SEARCHES = ("/rounds/new",)  # published offers that would suit, below an address of a person
ROOMS = ("people", "enquiries", "inbox", "phone-list", "slots", "bookings", "participations", "team", "me")
FORMS = ("new", "edit")  # to be filled in: tried where most is at stake
FORMS_IN = (Phase.CONSENT_ENDED, Phase.PARTICIPATION_ENDED)


def words(answer, address: str) -> str:
    """Return all that an answer carries: its body as it reads, and its headers; without the address as it was typed."""
    text = html.unescape(body(answer)).replace("\r\n ", "").replace("\u00a0", " ")
    heads = [f"{name}: {value}" for name, value in answer.headers]
    return " ".join([re.sub(r"\s+", " ", text), *heads]).replace(address, "")


def body(answer) -> str:
    """Return what an answer says, of a PDF file what is drawn on its pages."""
    if answer.mimetype != "application/pdf":
        return answer.text
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)


def addresses(app, actor, situations):
    """Give every address the actor's role may call, where it takes keys with those of each situation."""
    routes = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        access, room = getattr(app.view_functions[rule.endpoint], "access", Access()), rule.rule.split("/")[1]
        if "GET" not in (rule.methods or ()) or not access.admits(actor) or access.everyone:
            continue
        if not rule.arguments:
            yield rule.rule
            continue
        form = rule.endpoint.partition(".")[2].startswith(FORMS) or rule.rule.endswith(".pdf")  # which takes seconds
        for one in situations if room in ROOMS else ():
            if not form or one.phase in FORMS_IN:
                yield routes.build(rule.endpoint, {name: key(one, name, room) for name in rule.arguments})
    yield from (f"/own-offers/{name}.csv" for name in ("table", "dates") if actor.partner_ids)


def key(one, name: str, room: str) -> str:
    """Return what stands for an argument in the addresses of a situation."""
    if name == "number":  # of a sheet that was printed
        return "1"
    return one.keys.get(name) or one.keys.get(room) or one.keys["bookings"] or "aaaabbbbccccdddd"


def everything(app, browser, actor, situations, formats=None) -> dict[str, str]:
    """Fetch every address of an actor, and search for somebody by name."""
    found = {}
    searches = [f"/offers?q={one.word(F.IDENTITY)}" for one in situations[:1]]
    for address in dict.fromkeys((*addresses(app, actor, situations), *searches)):
        answer = browser.get(address)
        assert answer.status_code < 500, address
        found[address] = words(answer, address)
        if formats is not None:
            formats[answer.mimetype if answer.status_code == 200 else str(answer.status_code)] += 1
    return found


def where(one, group: Field, found: dict[str, str]) -> list[str]:
    """Name the addresses that tell a field group of a situation."""
    told = [path for path, text in found.items() if one.word(group) in text]
    return [
        path for path in told if group is not F.OFFER or not (path.startswith(CATALOGUE) or path.endswith(SEARCHES))
    ]


def profile(reader, phase):
    """Return what a reader has of the person anyway, whatever became of the enquiry; once all is over, nothing."""
    return NOTHING if phase is Phase.PARTICIPATION_ENDED else PROFILE.get(reader, NOTHING)


def differences(reader, situations, found):
    """Name every group that is told beyond a cell, and every one that a cell promises and no page tells."""
    for one in situations:
        cell = visible(reader, one.phase) | profile(reader, one.phase)
        for group in MARKED:
            told = where(one, group, found)
            if told and group not in cell:
                yield f"{reader.name}, {one.phase}: {group.name} is told at {told}"
            if not told and group in cell & EXACT.get(reader, set()):
                yield f"{reader.name}, {one.phase}: {group.name} is nowhere"


@SQLITE
@pytest.mark.slow
def test_every_reader_finds_exactly_their_cells(world, app, sign_in):
    deputy(world)
    situations, wrong, formats = build(world), [], Counter()
    for reader, name in WHO.items():
        found = everything(app, sign_in(name), world.actor(name), situations, formats)
        wrong += differences(reader, situations, found)
    assert wrong == []
    assert {"text/html", "application/json", "text/csv", "404", "403"} <= set(formats), formats


@SQLITE
@pytest.mark.slow
def test_a_person_reads_their_own_and_nobody_elses(world, app):
    situations = build(world)
    for one in situations:
        if one.phase not in (Phase.ACCEPTED, Phase.CONSENT_ENDED, Phase.PARTICIPATION_ENDED):
            continue
        browser = enter(app, one.card or give_card(world, one.person))
        found = everything(app, browser, person_actor(one.person), [one, situations[0]])
        for other in situations:
            told = {group for group in MARKED if where(other, group, found)}
            assert F.NOTES not in told  # on request only
            assert (F.IDENTITY in told) == (other is one), one.phase
            assert other is one or not told, (one.phase, other.phase, told)


@SQLITE
def test_feeds_name_nobody(world, app):
    situations = build(world)
    clara, sven = world.actor("clara"), world.actor("sven")
    coachs = [subscribe(world, clara, FeedKind.COACH, level.value, level=level) for level in Level]
    club = [subscribe(world, sven, FeedKind.ORGANISATION, organisation_id=world.cast.club.id)]
    for feeds, allowed in ((coachs, set()), (club, {F.OFFER})):
        for _, token in feeds:
            answer = app.test_client().get(f"/feeds/{token}.ics")
            assert answer.mimetype == "text/calendar"
            text = words(answer, token)
            assert "BEGIN:VEVENT" in text
            assert {group for one in situations for group in MARKED if one.word(group) in text} <= allowed


def test_no_row_and_no_reader_of_the_table_is_left_out():
    assert set(ORDER) == set(Phase) - {Phase.DELETED}
    readers = {reader for cells in MATRIX.values() for reader in cells} | set(PROFILE) | {R.OTHER}
    assert readers <= set(WHO) | set(ELSEWHERE)
