"""The operator's page says when the data was last checked and what came of it; nobody else reads or asks."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from hub.backup_files import name_of
from hub.models.check_run import CheckRun
from hub.models.log import LogEntry
from hub.models.slot import Pool
from hub.queries.invariants import INVARIANTS
from hub.web.check_words import TRUTHS
from hub.worker.checks import check_now
from tests.loop import rows
from tests.places import counted, make_offer, make_slot

CHECK = "/operation/checks"
GOOD, BAD = "Alles läuft.", "Etwas braucht Ihre Aufmerksamkeit."


def test_every_invariant_has_its_sentence():
    assert list(TRUTHS) == list(INVARIANTS)
    assert len({str(sentence) for sentence in TRUTHS.values()}) == len(INVARIANTS)


def test_the_operator_checks_the_data_and_reads_what_does_not_hold(world, sign_in):
    otto = sign_in("otto")
    assert "Noch nie geprüft." in otto.get("/operation").text
    assert otto.post(CHECK).status_code == 303
    with counted(world) as statements:
        page = otto.get("/operation").text
    assert len(statements) <= 12
    assert "Bei der letzten Prüfung stimmte alles." in page
    assert GOOD in page
    slot = make_slot(world, make_offer(world))
    with world.database.transaction() as session:
        session.get_one(Pool, slot.pools[0].id).taken = 2
    assert otto.post(CHECK, follow_redirects=True).text.count("Bei der Prüfung stimmte etwas nicht.") == 1
    page = otto.get("/operation").text
    assert BAD in page
    assert f"{TRUTHS['pools count their live bookings']} 1 Eintrag weicht ab." in page
    assert [run.broken for run in rows(world, CheckRun)] == [{}, {"pools count their live bookings": 1}]
    with world.database.reading() as session:
        logged = session.execute(
            select(LogEntry.result, LogEntry.actor_ref).where(LogEntry.action == "data.checked").order_by(LogEntry.id)
        )
        assert list(logged) == [(result, world.user("otto").public_id) for result in ("ok", "broken")]


def test_a_check_that_nobody_made_for_long_is_no_good_one(world, sign_in):
    check_now(world.database, world.at - timedelta(hours=29))
    otto = sign_in("otto")
    assert GOOD in otto.get("/operation").text
    with world.database.transaction() as session:
        session.scalars(select(CheckRun)).one().ran_at -= timedelta(hours=2)
    page = otto.get("/operation").text
    assert BAD in page
    assert "Bei der letzten Prüfung stimmte alles." in page


def test_the_operator_sees_how_old_the_last_backup_is(world, app, sign_in, tmp_path):
    check_now(world.database, world.at)
    otto = sign_in("otto")
    app.extensions["config"] = replace(app.extensions["config"], environment="production", backups=tmp_path)
    page = otto.get("/operation").text
    assert BAD in page
    assert "Es gibt noch keine Sicherung." in page
    (tmp_path / name_of(world.at - timedelta(hours=37))).touch()
    page = otto.get("/operation").text
    assert BAD in page
    assert "Sehen Sie nach, warum „hub backup“ nicht läuft." in page
    assert str(tmp_path) not in page
    (tmp_path / name_of(world.at - timedelta(hours=35))).touch()
    page = otto.get("/operation").text
    assert GOOD in page
    assert "Die letzte Sicherung:" in page
    assert "hub backup" not in page


def test_without_real_data_nobody_asks_for_a_backup(world, app, sign_in, tmp_path):
    check_now(world.database, world.at)
    app.extensions["config"] = replace(app.extensions["config"], backups=tmp_path)
    page = sign_in("otto").get("/operation").text
    assert GOOD in page
    assert "Es gibt noch keine Sicherung." in page
    assert "hier nicht nötig" in page


def test_only_the_operator_checks_the_data(world, app, sign_in, subtests):
    for key in ["clara", "fred", "frank", "sven", "nora", "anna", "lena"]:
        with subtests.test(key=key):
            assert sign_in(key).post(CHECK).status_code == 404
    with subtests.test("nobody"):
        assert app.test_client().post(CHECK).headers["Location"].startswith("/login")
    assert rows(world, CheckRun) == []
