"""An umbrella acting for a member never learns more than column U of the matrix, on any page, in any state."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.actions import answers, calls, slots
from hub.actions.enquiries import close_enquiry
from hub.actions.withdrawals import withdraw_enquiry
from hub.models.enquiry import Closing, EnquiryState
from hub.queries.slots import get_own_slot
from hub.queries.wishes import Wish
from hub.web.access import Access
from tests.calls import deliver, without_address
from tests.loop import coach, now, partner, sent_enquiry, withdraw

# Heinz lives in Riesa (which no other page names), is born in 1963, has Clara as coach, needs it quiet and step-free.
RIESA = "14627230"
ALWAYS_SECRET = ("Heinz", "Urban", "Herr ", "Riesa", "1963", "Clara", "Winkler")
BEFORE_THE_YES = ("sich bewegen", "in ruhiger Umgebung", "vormittags", "höchstens 10 km")
JOBCENTER, ABOUT_PEOPLE = "Eingliederung", ("/inbox", "/slots", "/phone-list")  # forms may list the network's members
WISH = Wish(access_needs=("quiet", "step_free"), rough={"distance_km": 10, "times": ["morning"]})
S = EnquiryState
ELSEWHERE = ("locations",)  # places of the network, with all municipalities to choose from: not about anybody


def accepted(world, enquiry, _consent):
    partner(world, enquiry, answers.accept_enquiry, by="kerstin")


def completed(world, enquiry, consent):
    accepted(world, enquiry, consent)
    coach(world, enquiry, close_enquiry, closing=Closing.COMPLETED)


def returned(world, enquiry, _consent):
    partner(world, enquiry, answers.return_enquiry, by="kerstin", question="times")


def waitlisted(world, enquiry, _consent):
    partner(world, enquiry, answers.waitlist_enquiry, by="kerstin")


def declined(world, enquiry, _consent):
    partner(world, enquiry, answers.decline_enquiry, by="kerstin", reason="no_capacity")


def recalled(world, enquiry, _consent):
    coach(world, enquiry, withdraw_enquiry)


def withdrawn(world, enquiry, consent):
    accepted(world, enquiry, consent)
    withdraw(world, world.cast.heinz, consent)


def sent(_world, _enquiry, _consent):
    """Nothing has happened yet."""


STORIES = {
    "sent": (sent, S.SEEN),  # the walk opens it
    "returned": (returned, S.RETURNED),
    "waitlisted": (waitlisted, S.WAITLISTED),
    "accepted": (accepted, S.ACCEPTED),
    "running": (accepted, S.RUNNING),
    "completed": (completed, S.COMPLETED),
    "declined": (declined, S.DECLINED),
    "recalled": (recalled, S.WITHDRAWN),
    "withdrawn": (withdrawn, S.WITHDRAWN),
}
UNDATED = ("accepted", "completed")  # with a date the yes books it
ASKING = ("sent", "returned", "waitlisted")


def words(text: str) -> str:
    """Return a page's words and addresses, as somebody who looks into its source reads them."""
    return re.sub(r"\s+", " ", html.unescape(text)).replace("\u00a0", " ")


def walk(app, browser, actor, known: dict[str, str]) -> dict[str, str]:
    """Open every page there is for the actor, with the key that belongs into its address, and return what is shown."""
    pages = {}
    for rule in app.url_map.iter_rules():
        access, room = getattr(app.view_functions[rule.endpoint], "access", Access()), rule.rule.split("/")[1]
        if "GET" not in (rule.methods or ()) or not access.admits(actor) or access.everyone or room in ELSEWHERE:
            continue
        values = dict.fromkeys(rule.arguments, known.get(room, "aaaabbbbccccdddd"))
        address = app.url_map.bind("localhost").build(rule.endpoint, values)
        answer = browser.get(address, follow_redirects=True)
        if answer.status_code == 200:
            pages[address] = words(answer.text)
    return pages


@pytest.fixture
def story(world, request):
    """Let an enquiry about Heinz to Kerstin's club come as far as the name of the story says."""
    without_address(world)
    with world.database.transaction() as session:
        session.get_one(type(world.cast.heinz), world.cast.heinz.id).municipality_code = RIESA
    dated = request.param not in UNDATED
    enquiry, consent = sent_enquiry(world, person="heinz", owner="club", wish=WISH, dated=dated)
    deliver(world)
    STORIES[request.param][0](world, enquiry, consent)
    deliver(world)
    return request.param, enquiry


@pytest.mark.parametrize("story", list(STORIES), indirect=True)
def test_no_page_tells_an_umbrella_more_than_its_column(app, world, sign_in, story):
    name, enquiry = story
    row = now(world, enquiry)
    with world.database.reading() as session:
        slot = get_own_slot(session, world.actor("kerstin"), slot_of(world, row)).public_id
    kerstin, actor = sign_in("kerstin"), world.actor("kerstin")
    offer = offer_of(world, row)
    known = {"inbox": row.reference, "phone-list": row.reference, "slots": slot, "offers": offer, "own-offers": offer}
    pages = walk(app, kerstin, actor, known)
    assert now(world, enquiry).state is STORIES[name][1]
    secrets = ALWAYS_SECRET if name in ASKING else ALWAYS_SECRET + BEFORE_THE_YES
    wrong = [f"{address}: {secret}" for address, page in pages.items() for secret in secrets if secret in page]
    assert wrong == []
    assert [address for address, page in pages.items() if address.startswith(ABOUT_PEOPLE) and JOBCENTER in page] == []
    for path in (f"/inbox/{row.reference}", "/inbox", "/phone-list", "/phone-list/print", f"/slots/{slot}"):
        assert path in pages, path
    inbox = pages[f"/inbox/{row.reference}"]
    assert row.reference in inbox
    assert ("sich bewegen" in inbox) is (name in ASKING)
    assert ("Rückenschule" in inbox) is (name not in ("declined", "recalled", "withdrawn"))
    assert (row.reference in pages["/phone-list"]) is (name in ("sent", "waitlisted", "recalled", "withdrawn"))


def slot_of(world, enquiry) -> str:
    with world.database.reading() as session:
        return session.scalars(select(slots.Slot).where(slots.Slot.offer_id == enquiry.offer_id)).one().public_id


def offer_of(world, enquiry) -> str:
    with world.database.reading() as session:
        return session.get_one(type(enquiry).offer.property.mapper.class_, enquiry.offer_id).public_id


@pytest.mark.parametrize("story", ["running"], indirect=True)
def test_after_the_yes_the_place_code_is_what_an_umbrella_has(world, sign_in, story):
    _, enquiry = story
    page = words(sign_in("kerstin").get(f"/slots/{slot_of(world, now(world, enquiry))}").text)
    assert re.search(r"[A-ZÄÖÜ][a-zäöüß]+ \d+", page.partition("Wer kommt")[2])
    assert "Den Namen sehen Sie in der Anfrage" not in page


@pytest.mark.parametrize("story", ["accepted", "declined"], indirect=True)
def test_an_answer_of_the_umbrella_says_so_to_the_club_and_to_itself(world, sign_in, story):
    _, enquiry = story
    told = "Eingetragen von „Kreissportbund Elbland“ für SV Elbaue Coswig."
    for key in ("sven", "kerstin"):
        assert told in words(sign_in(key).get(f"/inbox/{enquiry.reference}").text), key


def test_an_answer_of_the_club_itself_says_nothing_of_the_kind(world, sign_in):
    enquiry, _ = sent_enquiry(world, owner="club")
    partner(world, enquiry, answers.accept_enquiry, by="sven")
    assert "Eingetragen von" not in sign_in("sven").get(f"/inbox/{enquiry.reference}").text


def test_an_answer_of_the_network_desk_says_so_to_the_partner(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    assert sign_in("nora").post(f"/phone-list/enquiries/{enquiry.reference}/acceptance").status_code == 303
    page = words(sign_in("petra").get(f"/inbox/{enquiry.reference}").text)
    assert "Eingetragen von „Netzwerkbüro“ für Klinik Rosenpark." in page


def test_a_call_the_umbrella_made_is_seen_on_the_list_of_whoever_acts_next(world, sign_in):
    at = world.at + timedelta(minutes=1)
    kerstin = world.actor("kerstin")
    world.do(calls.note_called, actor=kerstin, organisation_id=world.cast.club.id, at=at)
    assert "Angerufen am Montag, 14. September" in words(sign_in("kerstin").get("/phone-list").text)
