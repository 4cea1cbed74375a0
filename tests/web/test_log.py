"""The auditor's log and the operator's page."""

import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event, select, text

import hub.actions
from hub import migrating
from hub.actions import log
from hub.actions.log_chain import chain_log
from hub.models.log import LogEntry
from hub.models.notice import Channel, Notice, NoticeState
from hub.policy.actor import SYSTEM
from hub.web.log_words import ACTIONS
from hub.worker.checks import check_now

# Named in the verbs, but never logged: keys of limits, and notices whose log row has another name.
NOT_LOGGED = {
    "barrier.told",
    "call.weekly",
    "login.account",
    "person.handed_over",
    "room.handed_over",
    "login.client",
    "booking.cancelled_by_person",
    "booking.cancelled_late",
    "booking.made_by_person",
    "coach.covered",
    "coach.gone",
    "consents.ending",
    "dates.changed_on_behalf",
    "organisation.left",
    "enquiry.reminder",
    "identity.opened",
    "offer.fading_soon",
    "offer.hiding_soon",
    "calendar.changed",
    "person.asked",
    "person.date_ahead",
    "person.date_changed",
    "waiting.offered_in_absence",
}


def write(world, n, action="thing.done", at=None):
    with world.database.transaction() as session:
        for _ in range(n):
            log.record(session, actor=SYSTEM, action=action, about=[world.cast.tarik], at=at or world.at)


def test_the_newest_comes_first_and_pages_follow(world, sign_in):
    write(world, 60, "older.thing", world.at - timedelta(hours=1))
    write(world, 3)
    anna = sign_in("anna")
    page = anna.get("/log").text
    assert page.rindex("thing.done") < page.index("older.thing", page.index("<tbody>"))
    assert page.count("<tr>") == 51
    onward = re.search('href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    assert anna.get(onward).text.count("<tr>") > 1


def test_the_log_is_filtered_by_action_day_actor_and_thing(world, sign_in):
    write(world, 2, "older.thing", world.at - timedelta(days=1))
    anna = sign_in("anna")
    assert anna.get("/log?action=older.thing").text.count("<tr>") == 3
    assert anna.get("/log?on=2026-09-13").text.count("<tr>") == 3
    assert anna.get("/log?on=2026-09-13&action=login.made").text.count("<tr>") == 0
    assert "angemeldet" in anna.get("/log?action=login.made").text
    assert "Dazu steht nichts" in anna.get("/log?on=2020-01-01").text
    page = anna.get(f"/log?who={world.cast.anna.public_id}").text
    assert "Anna Richter" in page
    assert "system" not in page.split("<tbody>")[1]
    assert anna.get("/log?on=never&page=-3&page=x").status_code == 200


def test_every_action_has_words_an_auditor_understands():
    sources = "".join(path.read_text() for path in Path(hub.actions.__path__[0]).glob("*.py"))
    named = set(re.findall(r'"([a-z]+\.[a-z_]+)"', sources)) | {"consent.given", "consent.refused"}
    named |= {"participation.admitted", "participation.declined", "enquiry.completed", "enquiry.failed"}
    assert named - NOT_LOGGED - set(ACTIONS) == set()


def test_the_log_names_no_person(world, sign_in):
    write(world, 1)
    page = sign_in("anna").get("/log").text
    for word in ("Tarik", "Demirci", log.subject_of(world.cast.tarik)):
        assert word not in page


def test_only_auditors_read_the_log(sign_in, subtests):
    for key in ["clara", "lena", "otto", "nora", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            assert browser.get("/log").status_code == 404
            assert browser.post("/log/verification").status_code == 404


def test_the_log_asks_the_database_equally_often_for_few_and_many_rows(world, sign_in):
    anna = sign_in("anna")
    few = statements(world, anna, "/log")
    write(world, 50)
    assert statements(world, anna, "/log") == few <= 12


def statements(world, browser, address):
    seen = []

    def note(*arguments):
        seen.append(arguments[2])

    event.listen(world.database.engine, "before_cursor_execute", note)
    assert browser.get(address).status_code == 200
    event.remove(world.database.engine, "before_cursor_execute", note)
    return len([one for one in seen if not one.startswith("PRAGMA")])


def test_an_auditor_verifies_the_chain_and_sees_where_it_breaks(world, sign_in):
    write(world, 3)
    world.do(chain_log, at=world.at)
    anna = sign_in("anna")
    assert "Das Protokoll ist unversehrt." in anna.post("/log/verification").text
    with world.database.engine.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        trigger = "log_entries_no_update" if sqlite else "log_entries_only_added ON log_entries"
        connection.execute(text(f"DROP TRIGGER {trigger}"))
        chained = "(SELECT log_id FROM log_chain WHERE number = 2)"
        connection.execute(text(f"UPDATE log_entries SET action = 'other' WHERE id = {chained}"))
    assert "Ab Nummer 2 ist das Protokoll verändert." in anna.post("/log/verification").text
    with world.database.reading() as session:
        verified = select(LogEntry.result).where(LogEntry.action == "log.verified")
        results = session.scalars(verified.order_by(LogEntry.id))
        assert list(results) == ["ok", "broken"]


def dead_notice(world):
    with world.database.transaction() as session:
        facts = {"channel": Channel.EMAIL, "user_id": world.user("clara").id, "created_at": world.at}
        notice = Notice(template="staff_news", state=NoticeState.DEAD, tries=8, next_at=world.at, **facts)
        notice.trouble = "SMTPConnectError"
        session.add(notice)
    return notice


def test_the_operator_sees_what_stands_still_and_sends_it_again(world, sign_in):
    notice = dead_notice(world)
    check_now(world.database, world.at)
    otto = sign_in("otto")
    page = otto.get("/operation").text
    assert "Etwas braucht Ihre Aufmerksamkeit." in page
    assert "SMTPConnectError" in page
    assert "clara@demo.invalid" not in page
    assert otto.post(f"/operation/notices/{notice.public_id}/again").status_code == 303
    assert otto.post(f"/operation/notices/{notice.public_id}/again").status_code == 409
    with world.database.reading() as session:
        again = session.get_one(Notice, notice.id)
    assert (again.state, again.tries) == (NoticeState.QUEUED, 0)
    assert "Alles läuft." in otto.get("/operation").text


def test_only_the_operator_sees_the_operation_and_its_mails(world, sign_in, subtests):
    notice = dead_notice(world)
    for key in ["clara", "anna", "nora", "fred"]:
        with subtests.test(key=key):
            browser = sign_in(key)
            assert browser.get("/operation").status_code == 404
            assert browser.post(f"/operation/notices/{notice.public_id}/again").status_code == 404


def test_a_worker_that_stands_still_is_seen(world, sign_in):
    write(world, 1, at=world.at - timedelta(minutes=30))
    page = sign_in("otto").get("/operation").text
    assert "Etwas braucht Ihre Aufmerksamkeit." in page
    assert "die älteste seit 30 Minuten" in page
    assert f"auf dem Stand {migrating.head()}" in page
