"""An installation with nothing in it leads its people on: a list of first steps, and a next step on each empty page."""

import re
from html.parser import HTMLParser

import pytest

from hub.actions.invitations import invite_staff
from hub.actions.organisations import Entries, update_organisation
from hub.bench.pages import MOST_STATEMENTS, follow_links
from hub.config import Config
from hub.models.offer import Access, Aim, Form, Offer, OfferState
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.user import Role
from hub.queries.invitations import Opening
from hub.web import first_steps
from tests.catalogue import make_slot
from tests.newly import CLUB, JOBCENTER, OFFICE, build_empty, installed
from tests.world import AT

STEP = re.compile(r"<h3>([^<]+)</h3>\s*<span class=\"state [^>]+>.*?<span>([^<]+)</span>", re.DOTALL)
NEXT = re.compile(
    r'<li class="stack" aria-current="step">.*?<h3>([^<]+)</h3>.*?<a class="kern-btn[^"]*" href="([^"]+)"', re.DOTALL
)
SELECTED = re.compile(r'<option selected value="([^"]+)"')
CONTACT = {"phone": "03521 1", "postal_code": "01662", "municipality_code": "14627140", "street": "Markt 1"}
BEGUN_BY_OTHERS = {  # here only somebody else's step puts something on the page, and it says whose
    "/bulk": "it fills when many dates or persons are changed at once",
    "/participations": "coaches propose",
    "/team": "coaches take persons up",
    "/team/handover": "coaches take persons up",
    "/emergencies": "a coach looked in an emergency",
    "/emergencies/new": "the team lead orders a cover; the page says to call",
    "/duties": "a person took a consent back",
    "/legal-grounds": "no ground is what is meant to be",
    "/incidents": "no case is what is meant to be; the form for one stands above",
}
NO_LIST = {  # pages that show no list of anything
    "/calendars/<things>/<public_id>": "one address to take along",
    "/week": "seven days, each of which says that nothing is planned",
    "/figures": "pictures; while there is nothing to count, words in their place say when there will be",
    "/today/sheet": "a paper of two days, each of which says that nothing is planned",
    "/phone-list/print": "a paper with one entry for each partner",
}


class Found(HTMLParser):
    """What stands in the main part of a page: lists without an item, and empty parts without a way on."""

    LISTS, ITEMS = ("ul", "ol", "dl", "tbody"), ("li", "dt", "tr")
    VOID = ("input", "img", "br", "hr", "link", "meta", "wbr", "source", "use", "path", "col")

    def __init__(self, text):
        super().__init__()
        self.open, self.items, self.empties, self.dead_ends, self.bare_lists = [], 0, 0, [], []
        self.feed(re.search("<main.*</main>", text, re.DOTALL)[0])

    def handle_starttag(self, tag, attrs):
        kinds = (dict(attrs).get("class") or "").split()
        for part in self.open:
            part["ways"] += tag in ("a", "button")
            part["items"] += tag in self.ITEMS
        self.items += tag in (*self.ITEMS, "form")
        if tag not in self.VOID:
            self.open.append({"tag": tag, "empty": "empty" in kinds, "ways": 0, "items": 0, "text": ""})

    def handle_data(self, data):
        for part in self.open:
            part["text"] += data

    def handle_endtag(self, tag):
        while self.open:
            part = self.open.pop()
            if part["empty"]:
                self.empties += 1
                if not part["ways"]:
                    self.dead_ends.append(" ".join(part["text"].split()))
            if part["tag"] in self.LISTS and not part["items"]:
                self.bare_lists.append(part["tag"])
            if part["tag"] == tag:
                break


def troubles(rule, text):
    """Name what leaves somebody alone on a page."""
    found = Found(text)
    ends = [] if rule in BEGUN_BY_OTHERS else [f"no way on: {end}" for end in found.dead_ends]
    lost = ["neither a list nor a word"] if not found.items and not found.empties and rule not in NO_LIST else []
    return [f"{rule}: {trouble}" for trouble in (*ends, *(f"an empty {tag}" for tag in found.bare_lists), *lost)]


@pytest.fixture
def installation(fresh_database):
    """Give an empty installation."""
    with installed(fresh_database(build_empty)) as installation:
        yield installation


def list_steps(browser, path):
    """Return the first steps on a page as words and state."""
    return dict(STEP.findall(browser.get(path).text))


def next_step(browser, path):
    """Return what the page asks for next, and where that leads."""
    found = NEXT.search(browser.get(path).text)
    return (found[1], found[2].replace("&amp;", "&")) if found else None


def change(installation, coordinator, name, programme, **more):
    """Let somebody write down what is known about an organisation."""
    with installation.database.transaction() as session:
        row = session.query(Organisation).filter_by(name=name).one()
        entries = Entries(kind=row.kind, name=name, programme_ids=frozenset({programme}), **more)
        update_organisation(session, actor=installation.actor(coordinator), organisation=row, entries=entries, at=AT)
        return row


def invite(installation, inviting, organisation, role, programmes):
    """Invite somebody by the verb."""
    opening = Opening(organisation, role, frozenset(programmes))
    facts = {"opening": opening, "email": "neu@demo.invalid", "name": "Neu"}
    return installation.do(invite_staff, actor=installation.actor(inviting), **facts)


def show_offer(installation, club, state):
    """Put an offer of the club there."""
    with installation.database.transaction() as session:
        kinds = {"aim": Aim.MOVE, "form": Form.GROUP, "access": Access.OPEN}
        offer = Offer(title="Turnen", organisation_id=club.id, state=state, created_at=AT, changed_at=AT, **kinds)
        session.add(offer)
        session.flush()
        make_slot(session, offer, AT)


def test_the_data_ticks_the_coordinators_steps_off(installation):
    otto, nora = installation.add(Role.OPERATOR), installation.add(Role.COORDINATOR)
    browser, path = installation.browser(Role.COORDINATOR), "/organisations"
    assert list(list_steps(browser, path).values()) == ["jetzt", *["später"] * 7]
    assert next_step(browser, path) == ("Ein Programm eröffnen", "/programmes/new")
    programme = installation.open_programme(nora)
    assert next_step(browser, path)[0] == "Sagen, wie man Sie erreicht"
    change(installation, nora, OFFICE, programme, **CONTACT, email="office@demo.invalid")
    assert next_step(browser, path) == ("Den ersten Partner aufnehmen", "/organisations/new")
    club = installation.take_in(nora, programme, OrganisationKind.CLUB, CLUB)
    what, href = next_step(browser, path)
    assert what == "Jemanden beim Partner einladen"
    assert SELECTED.findall(browser.get(href).text) == [club.public_id, "partner"]
    invitation = invite(installation, nora, club, Role.PARTNER, [programme])
    assert list_steps(browser, path)[what] == "bei anderen"
    assert next_step(browser, path) == ("Das Jobcenter aufnehmen", "/organisations/new?kind=jobcenter")
    browser.post(f"/invitations/{invitation.public_id}/withdrawal")
    assert next_step(browser, path)[0] == what
    installation.add(Role.PARTNER)
    assert list_steps(browser, path)["Das erste Angebot mit einem Termin"] == "bei anderen"
    assert "jobcenter" in SELECTED.findall(browser.get("/organisations/new?kind=jobcenter").text)
    jobcenter = installation.take_in(nora, programme, OrganisationKind.JOBCENTER, JOBCENTER)
    assert next_step(browser, path) == (
        "Angaben für die Einwilligungen",
        f"/organisations/{jobcenter.public_id}/edit",
    )
    change(installation, nora, JOBCENTER, programme, **CONTACT, supervisory_authority="Aufsicht")
    assert next_step(browser, path) is None
    assert "Gerade sind andere dran." in browser.get(path).text
    show_offer(installation, club, OfferState.REVIEW)
    assert next_step(browser, path) == ("Das erste Angebot mit einem Termin", "/reviews")
    show_offer(installation, club, OfferState.PUBLISHED)
    assert set(list_steps(browser, path).values()) == {"erledigt", "bei anderen"}
    invite(installation, otto, jobcenter, Role.COACH, [])
    assert "Die Einladung ist unterwegs." in browser.get(path).text
    installation.add(Role.COACH)
    assert "Die ersten Schritte" not in browser.get(path).text


def test_the_operator_is_led_to_those_whom_nobody_else_may_invite(installation):
    installation.add(Role.OPERATOR)
    browser, path = installation.browser(Role.OPERATOR), "/users"
    what, href = next_step(browser, path)
    assert what == "Die Netzwerkkoordination einladen"
    assert SELECTED.findall(browser.get(href).text)[1:] == ["coordinator"]
    nora = installation.add(Role.COORDINATOR)
    assert next_step(browser, path) is None
    assert list_steps(browser, path)["Das Jobcenter aufnehmen"] == "bei anderen"
    jobcenter = installation.take_in(nora, installation.open_programme(nora), OrganisationKind.JOBCENTER, JOBCENTER)
    what, href = next_step(browser, path)
    assert what == "Den ersten Coach einladen"
    assert SELECTED.findall(browser.get(href).text) == [jobcenter.public_id, "coach"]
    installation.add(Role.COACH)
    assert next_step(browser, path)[0] == "Das Fallmanagement einladen"
    installation.add(Role.CASE_MANAGER)
    assert "Die ersten Schritte" not in browser.get(path).text


def test_only_in_earnest_the_operator_is_asked_who_runs_the_house_and_for_a_mail_server(installation):
    operator = installation.actor(installation.add(Role.OPERATOR))
    named = {"operator": "Verein", "operator_address": "Markt 1", "operator_email": "haus@demo.invalid"}

    def done(**settings):
        with installation.database.reading() as session, installation.app.test_request_context():
            found = first_steps.list_steps(session, operator, Config(**settings), at=AT)
        return [
            one.done for one in found if str(one.headline) in ("Sagen, wer das Haus betreibt", "E-Mails verschicken")
        ]

    assert done() == [False, False]
    assert done(**named) == [True, False]
    assert done(**named, mail_url="smtps://post.example") == [True, True]
    assert done(environment="demo") == []


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # what a page says does not hang on it
@pytest.mark.parametrize("staffed", [False, True], ids=["two accounts", "an account in each role"])
def test_no_page_of_an_empty_installation_leaves_anybody_alone(installation, subtests, staffed):
    if staffed:
        installation.staffed()
    else:
        installation.add(Role.OPERATOR)
        installation.add(Role.COORDINATOR)
    for role in Role if staffed else (Role.OPERATOR, Role.COORDINATOR):
        with subtests.test(role=role):
            browser = installation.browser(role)
            start = browser.get("/login").headers["Location"]
            met = list(follow_links(installation.app, browser, start))
            assert [one.path for one in met if one.answer.status_code >= 400] == []
            assert [one.path for one in met if one.statements > MOST_STATEMENTS] == []
            pages = [one for one in met if one.is_page]
            assert len(pages) >= 10
            assert [trouble for one in pages for trouble in troubles(one.rule, one.answer.text)] == []


@pytest.mark.parametrize(
    ("main", "found"),
    [
        ("<ul><li>Turnen</li></ul>", []),
        ('<div class="empty"><h2>Nichts</h2><a href="/">Weiter</a></div>', []),
        ('<div class="empty"><h2>Nichts</h2><p>Hier.</p></div>', ["/x: no way on: NichtsHier."]),
        ("<ul></ul><p>Turnen</p><table><tr><td>1</td></tr></table>", ["/x: an empty ul"]),
        ("<h1>Angebote</h1>", ["/x: neither a list nor a word"]),
    ],
)
def test_a_page_that_leaves_somebody_alone_is_named(main, found):
    assert troubles("/x", f"<main>{main}</main>") == found
