"""A partner answers a question before a referral: inbox, mail link without login, telephone; once, with one tap."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.actions.links import LIFETIME, issue_prior_question_link, link_token
from hub.errors import NotAllowed
from hub.models.log import LogEntry
from hub.models.notice import Link, Notice, NoticeState
from hub.models.offer import Offer, OfferState
from hub.models.prior_question import PriorQuestion, PriorQuestionState
from hub.queries.links import find_link, find_offer_link, find_prior_question_link
from hub.worker import delivery
from hub.worker.deadlines import meet_deadlines
from tests.calls import deliver, outbox, without_address
from tests.loop import now, rows
from tests.places import counted, make_offer
from tests.post import mail_settings
from tests.prior_questions import answer_as, ask_beforehand, take_back

S = PriorQuestionState
STRANGERS = ("clara", "cem", "frank", "lena", "petra", "gudrun", "anna", "otto", "fred")


def plain(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text)).replace("\u00a0", " ")


@pytest.fixture
def browser(app):
    """A browser without any login."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def question(world):
    return ask_beforehand(world, make_offer(world, title="Yoga im Sitzen"))


@pytest.fixture
def url(world, question):
    link = world.do(issue_prior_question_link, question=question, at=world.at)
    return f"/links/prior-questions/{link_token(link)}"


def mails(world, at=None):
    sent = []
    delivery.deliver(world.database, mail_settings(), sent.append, at=at or world.at)
    return sent


def test_from_the_mail_it_is_two_taps_without_a_login(world, browser, question):
    (mail,) = mails(world)
    address = re.search(r"https://termine\.example(/links/prior-questions/\S+)", mail.get_content())[1]
    for word in ("Yoga", "stufenlos", "Ukrainisch", "Clara", "SV Elbaue"):
        assert word not in mail.as_string() + mail.get_content()
    page = browser.get(address)  # 1
    assert "Jemand möchte zu „Yoga im Sitzen“ vorab wissen:" in plain(page)
    assert [word in plain(page) for word in ("Ja, das geht", "Ja, zum Teil", "Nein, das geht nicht")] == [True] * 3
    assert browser.post(f"{address}/answer", data={"answer": "yes_partly"}).location == address  # 2
    after = now(world, question)
    assert (after.answer, after.answered_by_id, after.answered_by_link, after.on_behalf) == (
        "yes_partly",
        None,
        True,
        False,
    )
    assert "Die Antwort ist: Ja, zum Teil." in plain(browser.get(address))
    assert rows(world, LogEntry, LogEntry.action == "prior_question.answered")[0].actor_kind == "link"


def test_looking_changes_nothing(world, browser, question, url):
    before = len(rows(world, LogEntry))
    for _ in range(5):
        page = browser.get(url)
        assert (page.status_code, browser.head(url).status_code) == (200, 200)
    after = now(world, question)
    assert (after.state, after.version) == (S.ASKED, question.version)
    assert rows(world, Link)[0].used_at is None
    assert len(rows(world, LogEntry)) == before
    for secret in ("Clara", "Winkler", "Eingliederung", "Tarik"):
        assert secret not in page.text


def test_a_link_answers_once(world, browser, question, url):
    assert browser.post(f"{url}/answer", data={"answer": "no"}).status_code == 303
    again = browser.post(f"{url}/answer", data={"answer": "yes"})
    assert again.status_code == 409
    assert "Dieser Schritt geht jetzt nicht mehr." in plain(again)
    assert now(world, question).answer == "no"


def test_only_the_four_answers_are_taken(world, browser, question, url):
    for data in ({}, {"answer": ""}, {"answer": "vielleicht"}):
        assert browser.post(f"{url}/answer", data=data).status_code == 422
    assert now(world, question).state is S.ASKED


def test_after_the_date_the_link_still_helps_until_it_ends(world, browser, question, url):
    with world.database.transaction() as session:
        session.execute(update(PriorQuestion).values(state=S.EXPIRED, hear_by_at=world.at - timedelta(days=1)))
    assert "Die Frist ist vorbei. Ihre Antwort hilft noch." in plain(browser.get(url))
    assert browser.post(f"{url}/answer", data={"answer": "yes"}).status_code == 303
    assert now(world, question).state is S.ANSWERED


def test_a_link_ends_after_a_fortnight_and_opens_nothing_else(world, browser, question, url):
    token = url.rpartition("/")[2]
    for wrong in (token[:-1], token + "a", "x" * 32):
        assert browser.get(f"/links/prior-questions/{wrong}").status_code == 404
        assert browser.post(f"/links/prior-questions/{wrong}/answer", data={"answer": "yes"}).status_code == 404
    assert browser.get(f"/links/{token}").status_code == 404
    assert browser.get(f"/links/offers/{token}").status_code == 404
    with world.database.reading() as session:
        last = world.at + LIFETIME
        assert find_prior_question_link(session, token, last - timedelta(seconds=1)) is not None
        assert find_prior_question_link(session, token, last) is None
        assert (find_link(session, token, world.at), find_offer_link(session, token, world.at)) == (None, None)
    with world.database.transaction() as session:
        session.execute(update(Link).values(expires_at=world.at))
    assert browser.post(f"{url}/answer", data={"answer": "yes"}).status_code == 404
    assert now(world, question).state is S.ASKED


def test_only_the_house_makes_links_and_makes_one(world, question, url):
    again = world.do(issue_prior_question_link, question=question, at=world.at + timedelta(days=1))
    assert url.endswith(link_token(again))
    for key in ("clara", "sven", "nora", "fred"):
        with pytest.raises(NotAllowed):
            world.do(issue_prior_question_link, actor=world.actor(key), question=question, at=world.at)


def away(world, question):
    with world.database.transaction() as session:
        session.execute(update(Offer).where(Offer.id == question.offer_id).values(state=OfferState.PAUSED))


def back(world, question):
    take_back(world, question)


def settled(world, question):
    answer_as(world, question, world.actor("sven"))


@pytest.mark.parametrize("deed", [away, back, settled])
def test_a_mail_whose_question_is_over_is_not_sent(world, question, deed):
    deed(world, question)
    assert mails(world) == []
    assert [(one.state, one.trouble) for one in rows(world, Notice)] == [(NoticeState.DROPPED, "settled")]


@pytest.mark.parametrize("deed", [away, back])
def test_a_question_that_is_over_says_thank_you_and_no_more(world, browser, question, url, deed):
    deed(world, question)
    page = browser.get(url)
    assert "Danke, das hat sich erledigt." in plain(page)
    assert "Yoga" not in page.text
    assert "<form" not in page.text.partition("<main")[2].partition("</main")[0]
    assert browser.post(f"{url}/answer", data={"answer": "yes"}).status_code == 409
    assert now(world, question).answer == ""


def test_the_reminder_carries_the_same_link(world, question):
    (first,) = mails(world)
    due = question.hear_by_at - timedelta(hours=12)
    meet_deadlines(world.database, due)
    assert mails(world, due) == []  # nobody gets mail at night
    (second,) = mails(world, question.hear_by_at - timedelta(hours=1))
    assert second["Subject"] == "Eine kurze Frage ist noch offen"
    links = [re.search(r"links/prior-questions/\S+", mail.get_content())[0] for mail in (first, second)]
    assert links[0] == links[1]


def test_the_inbox_has_its_own_short_block_and_says_that_a_question_waits(world, sign_in, question):
    sven = sign_in("sven")
    page = plain(sven.get("/inbox"))
    assert "Fragen ohne Person" in page
    assert "Yoga im Sitzen" in page
    assert "Eine Frage wartet auf Ihre Antwort." in page
    assert "Gerade ist nichts zu tun." not in page
    done = sven.post(f"/inbox/prior-questions/{question.reference}/answer", data={"answer": "yes"})
    assert done.location == "/inbox"
    page = plain(sven.get("/inbox"))
    assert "Fragen ohne Person" not in page
    assert "Danke für die schnelle Antwort." in page
    assert "Die Antwort ist: Ja." in plain(sven.get(f"/inbox/prior-questions/{question.reference}"))
    assert sven.post(f"/inbox/prior-questions/{question.reference}/answer", data={"answer": "no"}).status_code == 409


def test_the_partner_never_learns_who_asks(world, sign_in, question):
    sven = sign_in("sven")
    for path in ("/inbox", f"/inbox/prior-questions/{question.reference}"):
        for secret in ("Clara", "Winkler", "Eingliederung", "Jobcenter", "Coach"):
            assert secret not in sven.get(path).text, path


@pytest.mark.parametrize("key", STRANGERS)
def test_for_everybody_else_the_question_does_not_exist(world, sign_in, question, key):
    stranger = sign_in(key)
    for path in (f"/inbox/prior-questions/{question.reference}", f"/phone-list/prior-questions/{question.reference}"):
        assert stranger.get(path).status_code == 404, path
        assert stranger.post(f"{path}/answer", data={"answer": "yes"}).status_code == 404, path
    assert now(world, question).state is S.ASKED


def test_the_network_desk_phones_only_those_whom_no_umbrella_phones(world, sign_in, question):
    nora = sign_in("nora")
    assert nora.get(f"/phone-list/prior-questions/{question.reference}").status_code == 404
    other = ask_beforehand(world, make_offer(world, owner="clinic", title="Gehen und Reden"))
    words = plain(nora.get("/phone-list"))
    assert "Jemand möchte zu „Gehen und Reden“ vorab etwas wissen, noch ohne Person." in words
    assert "Kommt man stufenlos hinein? Spricht dort jemand Ukrainisch?" in words
    page = f"/phone-list/prior-questions/{other.reference}"
    assert "Was sagt der Partner?" in plain(nora.get(page))
    assert nora.post(f"{page}/answer", data={"answer": "yes"}).location == "/phone-list"
    after = now(world, other)
    assert (after.answer, after.on_behalf, after.answered_by_id) == ("yes", True, world.user("nora").id)
    assert nora.get(page).status_code == 404
    assert "Gehen und Reden" not in plain(nora.get("/phone-list"))


def test_the_umbrella_reads_out_prints_and_writes_down(world, sign_in, question):
    kerstin = sign_in("kerstin")
    for path in ("/phone-list", "/phone-list/print"):
        assert "Jemand möchte zu „Yoga im Sitzen“ vorab etwas wissen" in plain(kerstin.get(path))
    page = f"/phone-list/prior-questions/{question.reference}"
    assert kerstin.post(f"{page}/answer", data={}).status_code == 422
    assert kerstin.post(f"{page}/answer", data={"answer": "no"}).status_code == 303
    assert now(world, question).on_behalf
    assert "Am Telefon gesagt und eingetragen." in plain(sign_in("clara").get("/prior-questions"))
    sven = plain(sign_in("sven").get(f"/inbox/prior-questions/{question.reference}"))
    assert "Am Telefon gesagt und für Sie eingetragen." in sven


def test_a_partner_without_address_is_phoned_and_the_call_ends_with_the_answer(world, sign_in):
    without_address(world)
    question = ask_beforehand(world, make_offer(world, title="Yoga im Sitzen"))
    deliver(world)
    (call,) = outbox(world)
    assert (call.channel, call.state) == ("call", NoticeState.QUEUED)
    page = sign_in("kerstin").get("/phone-list")
    assert len(re.findall(r"<p>[^<]*vorab etwas wissen", page.text)) == 1
    assert "Es gibt eine Nachricht." not in page.text  # it is said by the question itself
    answer_as(world, question, world.actor("kerstin"))
    meet_deadlines(world.database, world.at)
    assert outbox(world)[0].state is NoticeState.DROPPED


def test_the_inbox_does_not_ask_the_database_for_each_question(world, sign_in, question):
    sven = sign_in("sven")
    with counted(world) as few:
        sven.get("/inbox")
    for number in range(3):
        ask_beforehand(world, make_offer(world, title=f"Gruppe {number}"))
    with counted(world) as many:
        assert "Gruppe 2" in sven.get("/inbox").text
    assert len(many) == len(few)
