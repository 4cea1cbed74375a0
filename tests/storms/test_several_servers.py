"""Three servers and two workers on one PostgreSQL behave as one: logins, limits, calendars, places, mails, the log."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from hub import clock
from hub.actions.log import record
from hub.actions.log_chain import verify_log
from hub.bench.browser import Browser, form_of
from hub.bench.rounds import KIND, Client, cookie_of, play_round
from hub.models.log import LogEntry
from hub.models.notice import Notice, NoticeState
from hub.models.offer import Access
from hub.models.subscription import Subscription
from hub.policy.actor import SYSTEM
from hub.seeds.cast import PASSWORD
from hub.worker.loop import chain_all
from tests.commands.conftest import House
from tests.feeds import subscribe_person
from tests.loop import rows
from tests.places import make_offer, make_people, make_slot
from tests.post import PostOffice, free_port
from tests.queues import broken
from tests.storms.servers import answers, await_that, killed_at_last
from tests.storms.test_kill_nine import MAILS, let_leases_end, queue_mails
from tests.world import World, let_in, served

POSTGRES = pytest.param("postgresql", marks=pytest.mark.postgres)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("storms"),
    pytest.mark.parametrize("database_kind", [POSTGRES], indirect=True, scope="session"),
]
EMAIL = "clara@demo.invalid"
CROWD, PLACES = 24, 5


@pytest.fixture
def ports(house: House) -> Iterator[list[int]]:
    """Give the ports of three servers, each with one process, that know nothing of each other."""
    house.settings["HUB_WORKERS"] = "1"
    with ExitStack() as ending:
        found = [free_port() for _ in range(3)]
        servers = [ending.enter_context(killed_at_last(house, "serve", "--port", str(port))) for port in found]
        await_that(lambda: all(map(answers, found)), *servers)
        yield found


def test_a_login_holds_at_every_server_and_ends_at_every_server(ports: list[int]) -> None:
    first, second, third = ports
    browser = Browser(first)
    assert browser.sign_in(EMAIL, PASSWORD)
    pages = [browser.ask("GET", "/today", port=port) for port in ports]
    assert [page.status for page in pages] == [200] * 3
    copy = Browser(third)
    copy.cookies = dict(browser.cookies)
    form = form_of(pages[1].body, "/logout")
    assert browser.ask("POST", "/logout", form, port=second).status == 303
    left = [copy.ask("GET", "/today", port=port).location for port in ports]
    assert all(one.startswith("/login") for one in left)


def test_tries_at_a_password_count_together(ports: list[int]) -> None:
    def tried(port: int, password: str = "falsch") -> int:
        browser = Browser(port)
        form = form_of(browser.ask("GET", "/login").body, "/login")
        return browser.ask("POST", "/login", form | {"email": EMAIL, "password": password}).status

    first, second, third = ports
    assert [tried(port) for port in (first, first, second, second, third)] == [422] * 5
    assert [tried(port, PASSWORD) for port in ports] == [429] * 3


def test_a_calendar_kept_by_one_server_is_sent_by_the_others_until_a_third_changes_it(
    world: World, ports: list[int]
) -> None:
    first, second, third = ports
    path = f"/feeds/{subscribe_person(world, 'tarik')}.ics"
    browser, person = Browser(first), world.cast.tarik.public_id
    made = browser.ask("GET", path)
    assert made.status == 200
    (row,) = rows(world, Subscription)
    marked = made.body.replace("BEGIN:VTIMEZONE", "X-KEPT:yes\r\nBEGIN:VTIMEZONE").encode()
    with world.database.transaction() as session:
        session.execute(update(Subscription).where(Subscription.id == row.id).values(body=marked))
    assert "X-KEPT:yes" in browser.ask("GET", path, port=second).body  # it rendered nothing itself
    same = {"If-None-Match": made.etag}
    assert browser.ask("GET", path, headers=same, port=third).status == 304
    slot = make_slot(world, make_offer(world), starts_at=clock.now() + timedelta(days=3)).public_id
    assert browser.sign_in(EMAIL, PASSWORD)
    page = browser.ask("GET", f"/slots/{slot}/bookings/new?person={person}", port=third)
    target = f"/slots/{slot}/bookings"
    assert browser.ask("POST", target, form_of(page.body, target), port=third).status == 303
    for port in (first, second):
        changed = browser.ask("GET", path, headers=same, port=port)
        assert (changed.status, changed.body.count("BEGIN:VEVENT")) == (200, 1)


def test_a_place_held_or_sold_at_one_server_is_gone_at_the_others(world: World, ports: list[int]) -> None:
    first, second, _ = ports
    now, people = clock.now(), make_people(world, CROWD)
    named = make_offer(world, access=Access.NAMED, field_groups=["I1"])  # a place is held while a consent is asked for
    last = make_slot(world, named, places=1, starts_at=now + timedelta(days=3)).public_id
    browser, target = Browser(first), f"/slots/{last}/holds"
    assert browser.sign_in(EMAIL, PASSWORD)
    page = browser.ask("GET", f"/slots/{last}/bookings/new?person={people[0].public_id}").body
    form = form_of(page, target)
    assert browser.ask("POST", target, form | {"person": people[0].public_id}).status == 303
    refused = browser.ask("POST", target, form | {"person": people[1].public_id}, port=second)
    assert (refused.status, KIND in refused.body) == (409, True)
    scarce = make_slot(world, make_offer(world), places=PLACES, starts_at=now + timedelta(days=4)).public_id
    app = served(world.kind)
    hands = [
        Client(ports[number % 3], cookie_of(app, let_in(app, "clara")), person.public_id)
        for number, person in enumerate(people)
    ]
    outcome = play_round(world.database, hands, slot=scarce)
    assert outcome.is_right(CROWD, PLACES), outcome.as_line()
    assert broken(world, at=now) == []


def test_two_workers_send_each_mail_once_and_chain_the_log_together(
    world: World, house: House, post_office: PostOffice
) -> None:
    now = clock.now()
    house.settings["HUB_MAIL_URL"] = f"smtp://127.0.0.1:{post_office.port}"
    queue_mails(world, now)
    with killed_at_last(house, "worker") as one, killed_at_last(house, "worker") as other:
        await_that(lambda: len(rows(world, Notice, Notice.state == NoticeState.SENT)) == MAILS, one, other)
    let_leases_end(world, now)
    with world.database.transaction() as session:
        for number in range(300):
            record(session, actor=SYSTEM, action="test.many", purpose=str(number), at=now)
    twice: list[Callable[[], Any]] = [house.start("worker", "--once").communicate for _ in range(2)]
    for wait in twice:
        wait()
    chain_all(world.database, now)
    assert len(post_office.mails) == len({mail["Message-ID"] for mail in post_office.mails}) == MAILS
    with world.database.reading() as session:
        verdict = verify_log(session, at=now)
    assert (verdict.first_broken, verdict.unchained) == (None, 0)
    assert verdict.rows == len(rows(world, LogEntry)) > 300
