"""Server and worker killed in a storm of bookings: nothing is half done, no mail is lost, one at most comes twice."""

import time
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPException
from threading import Thread

import pytest
from sqlalchemy import func, select, update

from hub import clock
from hub.bench.rounds import BOOKED, Client, cookie_of
from hub.models.booking import Booking
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.user import Membership, Role, User
from tests.commands.conftest import House
from tests.loop import rows
from tests.places import make_offer, make_people, make_slot
from tests.post import PostOffice, free_port
from tests.queues import broken
from tests.storms.servers import PATIENCE, answers, await_that, killed_at_last
from tests.world import World, let_in, served

PEOPLE, HANDS, MAILS, KILLS = 48, 6, 40, 3


def queue_mails(world: World, at: datetime) -> None:
    """Queue one mail for each of many accounts."""
    with world.database.transaction() as session:
        for number in range(MAILS):
            user = User(email=f"k{number}@demo.invalid", name=f"Konto {number}", demo=True, created_at=at)
            seat = Membership(organisation_id=world.cast.club.id, role=Role.PARTNER, created_at=at)
            user.memberships = [seat]
            session.add(user)
            session.flush()
            facts = {"channel": Channel.EMAIL, "user_id": user.id, "created_at": at, "next_at": at}
            session.add(Notice(template="staff_news", **facts))


def book_all(clients: list[Client], slot: str, done: list[str]) -> None:
    """Book for one person after the other, as somebody does who presses the button again when nothing came back."""
    for client in clients:
        form: dict[str, str] = {}
        while True:
            try:
                form = form or client.prepare(slot)
                status, _ = client.book(slot, dict(form))
            except (OSError, HTTPException):
                time.sleep(0.05)
                continue
            if status == BOOKED:
                done.append(client.person)
                break
            form = {}
            time.sleep(0.05)


def has_gone_on(world: World, done: list[str], part: float) -> bool:
    """Tell whether such a part of all bookings is made and of all mails sent."""
    with world.database.reading() as session:
        sent = session.scalar(select(func.count()).where(Notice.state == NoticeState.SENT)) or 0
    return len(done) >= PEOPLE * part and sent >= MAILS * part


def let_leases_end(world: World, at: datetime) -> None:
    """Let the ten minutes pass after which a mail that nobody reported on is sent again."""
    with world.database.transaction() as session:
        session.execute(update(Notice).where(Notice.state == NoticeState.SENDING).values(next_at=at))


@pytest.mark.slow
@pytest.mark.xdist_group("storms")
def test_what_is_killed_in_a_storm_comes_back_whole(world: World, house: House, post_office: PostOffice) -> None:
    now, port = clock.now(), free_port()
    house.settings["HUB_MAIL_URL"] = f"smtp://127.0.0.1:{post_office.port}"
    slot = make_slot(world, make_offer(world), places=PEOPLE, starts_at=now + timedelta(days=3))
    app, people = served(world.kind), make_people(world, PEOPLE)
    queue_mails(world, now)
    cookies = [cookie_of(app, let_in(app, "clara")) for _ in range(HANDS)]
    clients = [[Client(port, cookies[hand], one.public_id) for one in people[hand::HANDS]] for hand in range(HANDS)]
    done: list[str] = []
    threads = [Thread(target=book_all, args=(mine, slot.public_id, done), daemon=True) for mine in clients]
    for kill in range(KILLS + 1):
        with killed_at_last(house, "serve", "--port", str(port)) as server, killed_at_last(house, "worker") as worker:
            await_that(lambda: answers(port), server)
            for thread in threads if kill == 0 else ():
                thread.start()
            part = (kill + 1) / (KILLS + 1)
            await_that(partial(has_gone_on, world, done, part), server, worker)
        let_leases_end(world, now)
    for thread in threads:
        thread.join(PATIENCE)
    assert Counter(done) == Counter(one.public_id for one in people)
    assert Counter(one.participant_id for one in rows(world, Booking)) == Counter(one.id for one in people)
    assert broken(world, at=now) == []
    mails = Counter(mail["Message-ID"] for mail in post_office.mails)
    sent = {notice.public_id for notice in rows(world, Notice, Notice.state == NoticeState.SENT)}
    assert {name.strip("<>").partition("@")[0] for name in mails} >= sent
    assert sum(mails.values()) - len(mails) <= KILLS
