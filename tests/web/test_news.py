"""How often partners hear by mail, and dates by mail for coaches: who may choose, and what the pages say."""

from datetime import timedelta

from sqlalchemy import select

from hub.models.log import LogEntry
from hub.models.organisation import News, Organisation
from hub.models.user import User
from hub.worker.deadlines import CALENDAR_MAILS
from tests.calls import deliver, outbox
from tests.catalogue import statements
from tests.feeds import sign_in_person
from tests.loop import now
from tests.places import book, make_offer, make_people, make_slot
from tests.worker.test_deputies import hire
from tests.world import World


def logged(world: World, action: str) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        rows = session.scalars(select(LogEntry).where(LogEntry.action == action).order_by(LogEntry.id))
        return [(one.actor_ref, one.purpose) for one in rows]


def test_exactly_those_who_act_for_it_or_coordinate_choose_how_often_it_hears(world, app, sign_in, subtests):
    hire(world, "fred", at="jc_bautzen")
    club = world.cast.club
    page = f"/organisations/{club.public_id}/news"
    for key in ("sven", "kerstin", "nora"):
        with subtests.test(key):
            browser = sign_in(key)
            assert "Wie oft sollen wir schreiben?" in browser.get(page).text
            assert browser.post(page, data={"news": "weekly"}).status_code == 303
            assert "Gespeichert." in browser.get(page).text
            assert now(world, club).news is News.WEEKLY
            assert browser.post(page, data={"news": "daily"}).status_code == 303
    for key in ("petra", "gudrun", "clara", "frank", "lena", "anna", "otto", "fred"):
        with subtests.test(key):
            browser = sign_in(key)
            assert browser.get(page).status_code == 404
            assert browser.post(page, data={"news": "at_once"}).status_code == 404
    with subtests.test("tarik"):
        assert sign_in_person(app, world, "tarik").post(page, data={"news": "at_once"}).status_code == 404
    assert app.test_client().post(page, data={"news": "at_once"}).status_code == 303
    assert now(world, club).news is News.DAILY
    by = {"sven": "", "kerstin": "on_behalf", "nora": "on_behalf"}
    refs = {(world.user(key).public_id, purpose) for key, purpose in by.items()}
    assert set(logged(world, "organisation.news_chosen")) == refs


def test_a_word_that_is_no_choice_changes_nothing(world, sign_in):
    sven, page = sign_in("sven"), f"/organisations/{world.cast.club.public_id}/news"
    for answer in ({"news": "never"}, {}):
        assert sven.post(page, data=answer).status_code == 422
    assert now(world, world.cast.club).news is News.DAILY


def test_what_waits_already_comes_with_the_new_choice_and_never_later(world, sign_in):
    sven, page = sign_in("sven"), f"/organisations/{world.cast.club.public_id}/news"
    slot = make_slot(world, make_offer(world), starts_at=world.at + timedelta(days=20))
    book(world, slot, world.cast.tarik)
    before = outbox(world, "partner_news")[0].next_at
    sven.post(page, data={"news": "weekly"})
    assert outbox(world, "partner_news")[0].next_at == before
    sven.post(page, data={"news": "at_once"})
    assert deliver(world, at=world.at + timedelta(minutes=1)) == 1


def test_the_choice_stands_where_one_looks_for_it(world, sign_in):
    link, words = f"/organisations/{world.cast.club.public_id}/news", "Neuigkeiten per E-Mail: einmal am Tag."
    for key, page in (
        ("sven", "/account"),
        ("nora", f"/organisations/{world.cast.club.public_id}"),
        ("kerstin", "/phone-list"),
    ):
        text = sign_in(key).get(page).text
        assert words in text, page
        assert link in text, page
    assert words not in sign_in("clara").get("/account").text


def test_an_organisation_without_an_address_reads_that_somebody_phones(world, sign_in):
    with world.database.transaction() as session:
        session.get_one(Organisation, world.cast.club.id).email = ""
    page = sign_in("sven").get(f"/organisations/{world.cast.club.public_id}/news").text
    assert "Bis dahin wird angerufen." in page


def test_a_coach_turns_dates_by_mail_on_and_off_and_reads_what_that_means(world, sign_in):
    clara, offer = sign_in("clara"), make_offer(world)
    for number, person in enumerate(make_people(world, 2)):
        book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=3 + number)), person)
    assert "Zuerst kommen 2 E-Mails für Ihre kommenden Termine." in clara.get("/account").text
    assert clara.post("/account/calendar-mails", data={"wanted": "yes"}).status_code == 303
    page = clara.get("/account").text
    assert "Ab jetzt kommen Ihre Termine per E-Mail." in page
    assert "Jeder eigene Termin kommt an clara@demo.invalid" in page
    assert "bleibt in Ihrem Kalender stehen, was dort steht" in page
    CALENDAR_MAILS.meet(world.database, world.at)
    deliver(world, at=world.at)
    assert clara.post("/account/calendar-mails", data={"wanted": "no"}).status_code == 303
    assert "Zuerst k" not in clara.get("/account").text, "on again tells only what changed meanwhile"
    assert now(world, world.user("clara")).calendar_mails is False
    assert logged(world, "user.edited") == [(world.user("clara").public_id, "")] * 2


def test_nobody_but_coaches_is_offered_dates_by_mail(world, app, sign_in, subtests):
    for key in ("sven", "petra", "kerstin", "nora", "frank", "lena", "anna", "otto", "fred"):
        with subtests.test(key):
            browser = sign_in(key)
            assert "Termine per E-Mail" not in browser.get("/account").text
            assert browser.post("/account/calendar-mails", data={"wanted": "yes"}).status_code == 404
    assert sign_in_person(app, world, "tarik").post("/account/calendar-mails").status_code == 404
    with world.database.reading() as session:
        assert not session.scalars(select(User).where(User.calendar_mails)).all()


def test_the_account_takes_as_many_statements_for_many_dates(world, sign_in):
    clara, offer = sign_in("clara"), make_offer(world)
    book(world, make_slot(world, offer), world.cast.tarik)
    counts = []
    for number in (0, 12):
        for person in make_people(world, number):
            book(world, make_slot(world, offer, starts_at=world.at + timedelta(days=4)), person)
        with statements(world.database) as asked:
            clara.get("/account")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12
