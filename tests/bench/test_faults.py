"""`hub faults`: a short storm on each database in which things are killed and nothing breaks; breaches are seen."""

import json
from collections import Counter
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from hub.bench.browser import form_of
from hub.bench.faults import try_faults
from hub.bench.ground import raised
from hub.bench.letterbox import open_letterbox
from hub.bench.processes import await_that, lives
from hub.bench.reckoning import reckon
from hub.models.booking import Booking, BookingState
from hub.models.notice import Channel, Notice, NoticeState
from hub.models.slot import Slot
from hub.seeds.storm import Size
from hub.worker.loop import chain_all
from hub.worker.transport import mail_server, over_smtp
from tests.loop import rows, sent_enquiry
from tests.places import book, make_offer, make_people, make_slot
from tests.world import World

SMALL = Size(hands=2, people=4, drafts=2, dates=6, places=2, mails=6, seconds=5)


@pytest.mark.slow
@pytest.mark.xdist_group("storms")
def test_nothing_breaks_while_server_worker_and_database_are_killed(database_kind: str) -> None:
    told: list[str] = []
    found = try_faults(database_kind, seconds=8, seed=7, every=1.5, size=SMALL, tell=told.append)
    assert found.breaches == []
    kills = sum(number for name, number in found.counts.items() if name.startswith("killed"))
    assert kills >= 1
    assert len([line for line in told if line.startswith("killed")]) == kills
    assert found.counts["mails that came"] >= SMALL.mails


@pytest.mark.slow
@pytest.mark.xdist_group("storms")
def test_what_answers_ends_with_its_killed_server_so_that_another_can_start(database_kind: str) -> None:
    with raised(database_kind, Size(hands=1, people=1, drafts=0, dates=1, places=1, mails=0, seconds=1)) as ground:
        ground.start()
        left = ground.server.kill_head()
        assert left
        await_that(lambda: not any(map(lives, left)), "processes of a dead server end")
        assert not ground.answers()
        ground.start()
        assert ground.answers()


def diary(folder: Path, *lines: dict[str, Any]) -> list[Path]:
    path = folder / "hand.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return [path]


def judged(world: World, diaries: list[Path], arrived: Counter[str] | None = None, kills: int = 0) -> list[str]:
    chain_all(world.database, world.at)
    return sorted(reckon(world.database, diaries, arrived or Counter(), kills=kills, at=world.at).breaches)


def test_an_answered_booking_that_is_not_there_is_a_breach_and_so_is_one_nobody_asked_for(
    world: World, tmp_path: Path
) -> None:
    slot, (person,) = make_slot(world, make_offer(world)), make_people(world, 1)
    booking = book(world, slot, person)
    world.do(_settle_mails, at=world.at)
    asked = {"deed": "book", "outcome": "done", "person": person.public_id, "slot": slot.public_id}
    assert judged(world, diary(tmp_path, {**asked, "booking": booking.public_id})) == []
    lost = judged(world, diary(tmp_path, {**asked, "booking": "anders"}))
    assert set(lost) == {
        "booking anders was answered and is not there",
        f"booking {booking.public_id} stands and nobody asked for it",
    }
    assert judged(world, diary(tmp_path, asked | {"outcome": "unsure"})) == []
    back = {"deed": "give back", "outcome": "done", "booking": booking.public_id}
    (stands,) = judged(world, diary(tmp_path, {**asked, "booking": booking.public_id}, back))
    assert stands == f"booking {booking.public_id} was given back and still stands"


def _settle_mails(session: Any, at: Any) -> None:
    session.execute(update(Notice).values(state=NoticeState.DROPPED))


def test_a_date_with_more_people_than_places_is_a_breach_whatever_its_counter_says(
    world: World, tmp_path: Path
) -> None:
    slot, people = make_slot(world, make_offer(world), places=2), make_people(world, 2)
    done = [book(world, slot, person) for person in people]
    with world.database.transaction() as session:
        session.execute(update(Notice).values(state=NoticeState.DROPPED))
        session.execute(update(Slot).values(places=1))
    lines = [{"deed": "book", "outcome": "done", "booking": one.public_id} for one in done]
    assert f"date {slot.public_id} has more people than places" in judged(world, diary(tmp_path, *lines))
    with world.database.transaction() as session:
        session.execute(update(Booking).where(Booking.id == done[0].id).values(state=BookingState.CANCELLED))
    assert f"booking {done[0].public_id} was answered and is not there" in judged(world, diary(tmp_path, *lines))


def test_a_mail_that_counts_as_sent_must_have_come_and_once_more_only_after_a_death(
    world: World, tmp_path: Path
) -> None:
    facts = {"channel": Channel.EMAIL, "user_id": world.user("sven").id, "created_at": world.at, "next_at": world.at}
    with world.database.transaction() as session:
        session.add_all(
            Notice(template="staff_news", state=state, **facts) for state in (NoticeState.SENT, NoticeState.QUEUED)
        )
    sent, queued = (one.public_id for one in rows(world, Notice))
    nothing = diary(tmp_path)
    waits = f"mail {queued} has not left, it is queued"
    assert judged(world, nothing) == sorted([f"mail {sent} counts as sent and never came", waits])
    assert judged(world, nothing, Counter({sent: 2})) == ["1 mails came again after 0 deaths", waits]
    assert judged(world, nothing, Counter({sent: 2}), kills=1) == [waits]
    assert judged(world, nothing, Counter({sent: 1, "fremd": 1})) == sorted(
        [waits, "mail fremd came and nobody sent it"]
    )


def test_an_enquiry_is_sent_and_a_consent_withdrawn_exactly_when_that_was_answered(
    world: World, tmp_path: Path
) -> None:
    enquiry, consent = sent_enquiry(world)
    world.do(_settle_mails, at=world.at)
    sent = {"deed": "send", "outcome": "done", "enquiry": enquiry.public_id}
    assert judged(world, diary(tmp_path, sent)) == []
    assert judged(world, diary(tmp_path)) == [f"enquiry {enquiry.public_id} was sent and nobody asked for it"]
    taken_back = {"deed": "withdraw", "outcome": "done", "consent": consent.public_id}
    (found,) = judged(world, diary(tmp_path, sent, taken_back))
    assert found == f"consent {consent.public_id} was answered as withdrawn and is given"


def test_the_letterbox_counts_a_mail_by_its_number_as_often_as_it_comes() -> None:
    with open_letterbox() as box:
        server = mail_server(f"smtp://127.0.0.1:{box.port}")
        for number in ("eins", "zwei", "eins"):
            over_smtp(_mail(number), server)
        assert box.arrived == Counter({"eins": 2, "zwei": 1})


def _mail(number: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "a@haus.example", "b@haus.example", f"<{number}@haus.example>"
    mail.set_content("Es gibt etwas Neues.")
    return mail


def test_a_form_is_found_by_its_address_with_its_hidden_fields() -> None:
    own = '<form action="/a"><input type=hidden name=key value="1&amp;2"><input name=c></form>'
    page = f'{own}<form><input type="hidden" name="b"></form>'
    assert form_of(page, "/a") == {"key": "1&2"}
    assert form_of(page, "/c") == {"b": ""}
