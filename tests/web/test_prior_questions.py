"""A coach asks before a referral: four taps, word for word, about nobody; the answer leads on to a real enquiry."""

import re

import pytest
from sqlalchemy import select, update

from hub.models.base import Base
from hub.models.log import LogEntry, LogSubject
from hub.models.notice import Notice
from hub.models.offer import Access, Form, Freshness, Offer, OfferState
from hub.models.prior_question import KNOWN_FOR, PriorQuestion, PriorQuestionState
from hub.models.user import Membership, Role, User
from tests.loop import now, rows
from tests.places import counted, make_offer
from tests.prior_questions import answer_as, answered, ask_beforehand, take_back

S = PriorQuestionState
OTHERS = ("frank", "lena", "petra", "sven", "kerstin", "gudrun", "nora", "anna", "otto", "fred")
NO_LETTER = re.compile(r"<[^>]*>")


def plain(page) -> str:
    """Return the words of a page, as they would be read."""
    return re.sub(r"\s+", " ", NO_LETTER.sub(" ", page.text)).replace("\u00a0", " ")


def link(page, word: str) -> str:
    """Return where the first link or button with this word leads."""
    inside = r"(?:(?!</a>|</form>).)*?"
    found = re.search(rf'<(?:a|form)[^>]*(?:href|action)="([^"]*)"[^>]*>{inside}{word}', page.text, re.DOTALL)
    assert found, word
    return found[1].replace("&amp;", "&")


def new(offer) -> str:
    return f"/find/{offer.public_id}/prior-questions/new"


def test_asking_takes_four_taps_and_shows_word_for_word_what_the_partner_reads(world, sign_in):
    offer, clara = make_offer(world, title="Yoga im Sitzen"), sign_in("clara")
    page = clara.get(f"/offers/{offer.public_id}")
    form = clara.get(link(page, "Vorab fragen, ohne Person"))  # 1
    assert "Ohne Person" in plain(form)
    assert 'value="step_free"' in form.text  # 2: a tick
    preview = clara.get(f"{link(form, 'Ansehen, was der Partner liest')}?topics=step_free&languages=language:uk")  # 3
    assert rows(world, PriorQuestion) == []
    sentences = ("Jemand möchte zu „Yoga im Sitzen“ vorab wissen:", "Kommt man stufenlos hinein?")
    sentences += ("Spricht dort jemand Ukrainisch?", "Es geht noch um niemanden.")
    topics = re.findall(r'name="topic" value="([^"]*)"', preview.text)
    sent = clara.post(link(preview, "Abschicken"), data={"topic": topics})  # 4
    assert (sent.status_code, sent.location) == (303, "/prior-questions")
    question = rows(world, PriorQuestion)[0]
    received = sign_in("sven").get(f"/inbox/prior-questions/{question.reference}")
    for sentence in sentences:
        assert sentence in plain(preview)
        assert sentence in plain(received)
    assert question.topics == ["step_free", "language:uk"]


def test_nothing_ticked_too_much_or_unknown_shows_the_form_again(world, sign_in):
    offer, clara = make_offer(world), sign_in("clara")
    many = "&".join(f"times=day:{n}" for n in range(6))
    for entries in ("", many, "topics=F32.1"):
        page = clara.get(f"/find/{offer.public_id}/prior-questions/preview?{entries}")
        assert page.status_code == 422, entries
        assert 'role="alert"' in page.text
        assert "F32.1" not in plain(page)
    kept = clara.get(f"/find/{offer.public_id}/prior-questions/preview?{many}").text
    assert len(re.findall(r"<input[^>]*checked", kept)) == 6
    assert clara.post(f"/find/{offer.public_id}/prior-questions", data={"topic": ["x"]}).status_code == 422
    assert rows(world, PriorQuestion) == []


def test_nothing_of_a_person_can_get_in(world, sign_in):
    """Whatever a form carries besides the topics is not read: no row of any table holds it afterwards."""
    offer, tarik = make_offer(world), world.cast.tarik
    extra = {
        **dict.fromkeys(("text", "note", "words", "reference", "answer", "reason"), "Kniearthrose Demirci"),
        **dict.fromkeys(("person", "participant", "referral"), tarik.public_id),
        **dict.fromkeys(("participant_id", "referral_id", "asked_by_id"), str(tarik.id)),
    }
    entries = {"topic": ["step_free"], **extra}
    assert sign_in("clara").post(f"/find/{offer.public_id}/prior-questions", data=entries).status_code == 303
    question = rows(world, PriorQuestion)[0]
    body = {"answer": "yes", **{name: value for name, value in extra.items() if name != "answer"}}
    assert sign_in("sven").post(f"/inbox/prior-questions/{question.reference}/answer", data=body).status_code == 303
    with world.database.reading() as session:
        for table in (PriorQuestion, Notice, LogEntry):
            stored = " ".join(str(row) for row in session.execute(select(table.__table__)))
            assert "Kniearthrose" not in stored
            assert tarik.public_id not in stored
        assert session.scalars(select(LogSubject)).all() == []
    assert now(world, question).asked_by_id == world.cast.clara.id


def test_no_row_ties_a_question_to_a_person_when_the_coach_goes_on(world, sign_in):
    offer = make_offer(world, access=Access.REQUEST)
    question, clara = answered(world, offer), sign_in("clara")
    page = clara.get(f"/prior-questions/{question.public_id}/people")
    onward = link(page, "Tarik Demirci")
    assert onward == f"/people/{world.cast.tarik.public_id}/consents/new?offer={offer.public_id}"
    assert clara.get(onward).status_code == 200
    about = [one for one in rows(world, LogEntry) if one.action.startswith("person.")]
    assert about
    assert not [one for one in about if question.public_id in (one.object_ref, one.purpose)]
    tied = [
        key.parent.table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "prior_questions"
    ]
    assert sorted(tied) == ["links", "notices"]


def test_where_no_yes_of_the_partner_is_needed_the_way_on_is_a_date(world, sign_in):
    offer = make_offer(world, access=Access.ANONYMOUS)
    page = sign_in("clara").get(f"/prior-questions/{answered(world, offer).public_id}/people")
    assert link(page, "Tarik Demirci") == f"/find/{offer.public_id}?person={world.cast.tarik.public_id}"


def test_only_own_people_are_offered_and_only_after_an_answer(world, sign_in):
    question, clara = ask_beforehand(world), sign_in("clara")
    assert clara.get(f"/prior-questions/{question.public_id}/people").status_code == 404
    answer_as(world, question, world.actor("sven"))
    page = plain(clara.get(f"/prior-questions/{question.public_id}/people"))
    assert "Tarik Demirci" in page
    assert "Mandy Fuchs" not in page


@pytest.mark.parametrize(
    ("answer", "words", "onward"),
    [("yes", "Ja", 1), ("yes_partly", "Ja, zum Teil", 1), ("no", "Nein", 0), ("call_me", "Bitte rufen Sie an", 1)],
)
def test_the_answer_is_on_todays_page_until_it_is_read(world, sign_in, answer, words, onward):
    answered(world, answer=answer)
    clara = sign_in("clara")
    page = clara.get("/today")
    assert f"SV Elbaue Coswig sagt: {words}." in plain(page)
    assert page.text.count("Weiter mit einem Menschen") == onward
    assert ("tel:03523" in page.text) is (answer == "call_me")
    assert clara.post(link(page, "Gelesen")).location == "/today"
    assert "Ihre Vorab-Fragen" not in clara.get("/today").text
    assert f"SV Elbaue Coswig sagt: {words}." in plain(clara.get("/prior-questions"))


def test_what_is_open_stands_on_todays_page_as_one_line(world, sign_in):
    clara = sign_in("clara")
    for topic in ("lift", "quiet"):
        ask_beforehand(world, make_offer(world, title=f"Angebot {topic}"), topics=[topic])
    page = plain(clara.get("/today"))
    assert "2 Antworten stehen noch aus" in page
    assert "Angebot lift" not in page
    assert "Ihre Vorab-Fragen" not in sign_in("cem").get("/today").text


def test_the_list_says_how_each_stands_and_takes_back(world, sign_in):
    clara, offer = sign_in("clara"), make_offer(world, title="Gruppe eins")
    question = ask_beforehand(world, offer, topics=["lift"])
    page = clara.get("/prior-questions")
    assert "Gibt es einen Aufzug? SV Elbaue Coswig ist gefragt." in plain(page)
    assert "Antwort bis Montag, 21. September." in plain(page)
    assert clara.post(link(page, "Zurücknehmen")).status_code == 303
    assert now(world, question).state is S.WITHDRAWN
    again = clara.post(f"/prior-questions/{question.public_id}/withdrawal", follow_redirects=True)
    assert "Dieser Schritt geht jetzt nicht mehr." in plain(again)
    assert "Sie haben die Frage an SV Elbaue Coswig zurückgenommen." in plain(again)


@pytest.mark.parametrize("key", OTHERS)
def test_for_everybody_who_is_no_coach_there_is_nothing_to_ask(world, sign_in, key):
    question, browser = ask_beforehand(world), sign_in(key)
    offer = rows(world, Offer)[-1]
    for path in (new(offer), f"/find/{offer.public_id}/prior-questions/preview?topics=lift", "/prior-questions"):
        assert browser.get(path).status_code == 404, path
    assert browser.get(f"/prior-questions/{question.public_id}/people").status_code == 404
    for path in ("withdrawal", "reading"):
        assert browser.post(f"/prior-questions/{question.public_id}/{path}").status_code == 404
    assert browser.post(f"/find/{offer.public_id}/prior-questions", data={"topic": "lift"}).status_code == 404
    assert len(rows(world, PriorQuestion)) == 1


@pytest.mark.parametrize("key", ["cem", "frank"])
def test_another_coachs_question_does_not_exist_not_even_in_the_same_office(world, sign_in, key):
    colleague(world, "frank")
    question, other = answered(world), sign_in(key)
    assert other.get(f"/prior-questions/{question.public_id}/people").status_code == 404
    for path in ("withdrawal", "reading"):
        assert other.post(f"/prior-questions/{question.public_id}/{path}").status_code == 404
    for path in ("/prior-questions", "/today"):
        assert "SV Elbaue" not in other.get(path).text


def colleague(world, key: str = "frank") -> None:
    """Make a member of Clara's Jobcenter a coach as well."""
    with world.database.transaction() as session:
        facts = {"organisation_id": world.cast.jc_meissen.id, "role": Role.COACH, "created_at": world.at}
        session.add(Membership(user_id=session.get_one(User, world.user(key).id).id, **facts))


def test_colleagues_of_the_same_office_read_the_answer_but_not_who_asked(world, sign_in):
    offer = make_offer(world)
    answered(world, offer, topics=["lift"])
    colleague(world)
    for path in (f"/offers/{offer.public_id}", new(offer)):
        page = plain(sign_in("frank").get(path))
        assert "Das wurde schon gefragt" in page, path
        assert "Gibt es einen Aufzug?" in page
        assert "Clara" not in page
        assert "Das wurde schon gefragt" not in sign_in("cem").get(path).text
    for key in ("sven", "nora", "lena", "fred"):
        assert "Das wurde schon gefragt" not in sign_in(key).get(f"/offers/{offer.public_id}").text


def test_an_answer_is_known_for_ninety_days_and_an_open_question_never(world, sign_in):
    offer, clara = make_offer(world), sign_in("clara")
    question = ask_beforehand(world, offer)
    assert "Das wurde schon gefragt" not in clara.get(new(offer)).text
    answer_as(world, question, world.actor("sven"))
    assert "Das wurde schon gefragt" in clara.get(new(offer)).text
    with world.database.transaction() as session:
        session.execute(update(PriorQuestion).values(answered_at=world.at - KNOWN_FOR))
    assert "Das wurde schon gefragt" not in clara.get(new(offer)).text


def test_an_offer_that_takes_nobody_says_so_and_rooms_are_not_asked_about(world, sign_in):
    clara, hidden = sign_in("clara"), make_offer(world, freshness=Freshness.HIDDEN)
    assert "Vorab fragen" not in clara.get(f"/offers/{hidden.public_id}").text
    page = clara.get(new(hidden))
    assert "Bitte rufen Sie erst an" in plain(page)
    assert "<form" not in page.text.partition("<main")[2].partition("</main")[0]
    assert clara.post(f"/find/{hidden.public_id}/prior-questions", data={"topic": "lift"}).status_code == 409
    assert clara.get(new(make_offer(world, form=Form.ROOM))).status_code == 404
    assert clara.get(new(make_offer(world, state=OfferState.PAUSED))).status_code == 404


def test_the_same_question_twice_says_why_not(world, sign_in):
    offer = make_offer(world)
    ask_beforehand(world, offer, topics=["lift"])
    page = sign_in("clara").post(f"/find/{offer.public_id}/prior-questions", data={"topic": "lift"})
    assert page.status_code == 409
    assert "Das haben Sie hier schon gefragt." in plain(page)


def test_lists_do_not_ask_the_database_for_each_row(world, sign_in):
    clara = sign_in("clara")
    answered(world)
    clara.get("/today")  # what is logged once an hour is logged now
    with counted(world) as few:
        clara.get("/today")
    for owner, by in (("club", "sven"), ("clinic", "petra"), ("town", "gudrun")):
        answered(world, make_offer(world, owner=owner), by=by)
        take_back(world, ask_beforehand(world, make_offer(world, owner=owner)))
    with counted(world) as many:
        clara.get("/today")
    assert len(many) == len(few)
