"""The outbox is delivered to a real mail server: once, later, or not at all."""

import socket
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hub import crypto
from hub.actions import outbox
from hub.actions.notices import Facts, announce
from hub.actions.outbox import FIRST_PAUSE, LEASE, MOST_TRIES, revive_notice
from hub.db import Database
from hub.models.enquiry import Enquiry, EnquiryState
from hub.models.log import LogEntry
from hub.models.notice import Channel, Link, Notice, NoticeState
from hub.models.organisation import Organisation
from hub.policy.actor import SYSTEM
from hub.queries.digests import PAUSE
from hub.worker import delivery
from hub.worker.transport import transport
from tests.places import all_rows
from tests.post import PostOffice, ask_partner, mail_settings, only_notice
from tests.world import World


def deliver(world: World, office: PostOffice, *, at=None) -> int:
    """Do one round against the mail server."""
    settings = office.settings()
    return delivery.deliver(world.database, settings, transport(settings), at=at or world.at)


def tell_coach(world: World, key: str = "clara") -> None:
    """Queue a mail to a coach about dates that moved; it leaves now, as it has waited for others."""
    with world.database.transaction() as session:
        facts = Facts(coach_ids=frozenset({world.user(key).id}))
        announce(session, "slot.moved", facts, at=world.at - PAUSE)


def ask_club(world: World, times: int) -> None:
    """Queue mails to the club that leave now, each by itself."""
    with world.database.transaction() as session:
        for _ in range(times):
            announce(session, "duty.opened", Facts(organisation_id=world.cast.club.id), at=world.at)


def logged(world: World, action: str) -> list[LogEntry]:
    return [entry for entry in all_rows(world, LogEntry) if entry.action == action]


def test_a_notice_is_undone_with_its_cause(world):
    actor = world.actor("clara")
    enquiry = ask_partner(world)

    def unit(session):
        announce(session, "enquiry.sent", Facts(enquiry=enquiry), at=world.at)
        session.flush()
        assert len(session.scalars(select(Notice)).all()) == 2
        raise RuntimeError(actor.name)

    with pytest.raises(RuntimeError):
        world.database.run(unit)
    assert only_notice(world).enquiry_id == enquiry.id


def test_what_is_queued_is_sent_once_and_logged(world, post_office):
    enquiry = ask_partner(world)
    assert deliver(world, post_office) == 1
    assert deliver(world, post_office, at=world.at + timedelta(days=2)) == 0
    (mail,) = post_office.mails
    assert post_office.envelopes == [["club@demo.invalid"]]
    assert mail["Message-ID"] == f"<{only_notice(world).public_id}@haus.example>"
    notice = only_notice(world)
    assert (notice.state, notice.tries, notice.sent_at) == (NoticeState.SENT, 1, world.at)
    (entry,) = logged(world, "notice.sent")
    assert (entry.actor_ref, entry.object_ref, entry.purpose) == ("system", notice.public_id, "partner_question")
    (link,) = all_rows(world, Link)
    token = crypto.ring().derived_token("link", link.public_id)
    assert link.enquiry_id == enquiry.id
    assert f"https://termine.example/links/{token}" in mail.get_content().split()
    assert crypto.token_digest(token) == link.token_digest


def test_a_refused_recipient_is_tried_again_with_doubling_pauses_and_then_phoned(world, post_office):
    ask_partner(world)
    post_office.refused.add("club@demo.invalid")
    at, pauses = world.at, []
    for _ in range(MOST_TRIES - 1):
        deliver(world, post_office, at=at)
        notice = only_notice(world)
        assert (notice.state, notice.trouble) == (NoticeState.QUEUED, "SMTPRecipientsRefused")
        pauses.append((notice.next_at - at) / FIRST_PAUSE)
        deliver(world, post_office, at=notice.next_at - timedelta(seconds=1))
        assert only_notice(world).tries == notice.tries
        at = notice.next_at
    assert pauses == [1, 2, 4, 8, 16, 32, 64]
    deliver(world, post_office, at=at)
    notice = only_notice(world)
    assert (notice.channel, notice.state) == (Channel.CALL, NoticeState.QUEUED)  # its umbrella phones instead
    assert [entry.purpose for entry in logged(world, "notice.to_phone")] == ["SMTPRecipientsRefused"]
    deliver(world, post_office, at=at + timedelta(days=30))
    assert post_office.mails == []


def test_a_dead_notice_is_revived_by_the_operator(world, post_office):
    tell_coach(world)
    with world.database.transaction() as session:
        session.execute(update(Notice).values(state=NoticeState.DEAD, tries=MOST_TRIES))
    with world.database.transaction() as session:
        notice = session.scalars(select(Notice)).one()
        revive_notice(session, actor=world.actor("otto"), notice=notice, at=world.at)
    assert deliver(world, post_office) == 1
    assert (only_notice(world).tries, len(logged(world, "notice.revived"))) == (1, 1)


def test_a_server_that_is_down_delays_the_mail_and_loses_nothing(world):
    office = PostOffice()
    ask_partner(world)
    assert deliver(world, office) == 0
    assert only_notice(world).trouble == "ConnectionRefusedError"
    with office.opened():
        assert deliver(world, office, at=only_notice(world).next_at) == 1


class PowerCut(BaseException):
    """The machine stops; nothing after it runs."""


def test_a_crash_between_sending_and_reporting_repeats_the_same_mail(world, post_office):
    ask_partner(world)
    settings = post_office.settings()
    send = transport(settings)

    def send_and_die(message):
        send(message)
        raise PowerCut

    with pytest.raises(PowerCut):
        delivery.deliver(world.database, settings, send_and_die, at=world.at)
    assert only_notice(world).state is NoticeState.SENDING
    assert deliver(world, post_office, at=world.at + LEASE - timedelta(seconds=1)) == 0
    assert deliver(world, post_office, at=world.at + LEASE) == 1
    first, second = post_office.mails
    assert first.as_bytes() == second.as_bytes()  # Message-ID, date and link included
    assert len(all_rows(world, Link)) == 1
    assert only_notice(world).state is NoticeState.SENT


def test_a_notice_that_ends_every_worker_is_given_up(world, post_office):
    tell_coach(world)
    with world.database.transaction() as session:
        session.execute(update(Notice).values(state=NoticeState.SENDING, tries=MOST_TRIES))
    deliver(world, post_office)
    notice = only_notice(world)
    assert (notice.state, notice.trouble) == (NoticeState.DEAD, "interrupted")
    assert post_office.mails == []


def test_a_disabled_account_gets_no_mail(world, post_office):
    tell_coach(world)
    with world.database.transaction() as session:
        session.get_one(type(world.user("clara")), world.user("clara").id).disabled_at = world.at
    assert deliver(world, post_office) == 1
    assert post_office.envelopes == [["lena@demo.invalid"]]  # Clara's people need somebody
    notice = next(one for one in all_rows(world, Notice) if one.user_id == world.user("clara").id)
    assert (notice.state, notice.trouble) == (NoticeState.DROPPED, "nobody")
    assert [entry.purpose for entry in logged(world, "notice.dropped")] == ["nobody"]


@pytest.mark.parametrize("values", [{"ended_at": ...}, {"email": ""}])
def test_an_organisation_that_left_or_has_no_address_gets_no_mail(world, post_office, values):
    ask_partner(world)
    with world.database.transaction() as session:
        values = {name: world.at if value is ... else value for name, value in values.items()}
        session.execute(update(Organisation).values(**values).where(Organisation.id == world.cast.club.id))
    assert deliver(world, post_office) == 0
    assert only_notice(world).trouble == "nobody"


def test_only_mails_are_taken(world, post_office):
    tell_coach(world)
    with world.database.transaction() as session:
        session.execute(update(Notice).values(channel=Channel.PRINT))
    assert deliver(world, post_office) == 0
    assert only_notice(world).state is NoticeState.QUEUED


@pytest.mark.parametrize("address", ["club@demo.invalid\r\nBcc: eve@example.org", "a@demo.invalid, eve@example.org"])
def test_an_address_that_is_more_than_one_reaches_nobody_and_holds_up_nothing(world, post_office, address):
    ask_partner(world)
    tell_coach(world)
    with world.database.transaction() as session:
        session.execute(update(Organisation).values(email=address).where(Organisation.id == world.cast.club.id))
    assert deliver(world, post_office) == 1
    assert post_office.envelopes == [["clara@demo.invalid"]]
    bad = next(notice for notice in all_rows(world, Notice) if notice.enquiry_id)
    assert (bad.state, bad.tries) == (NoticeState.QUEUED, 1)


def test_a_domain_with_umlauts_is_written_as_mail_servers_read_it(world, post_office):
    ask_partner(world)
    with world.database.transaction() as session:
        session.execute(update(Organisation).values(email="buero@müller.example"))
    assert deliver(world, post_office) == 1
    assert post_office.envelopes == [["buero@xn--mller-kva.example"]]


def test_two_workers_at_once_never_send_one_notice_twice(world, post_office):
    ask_club(world, times=20)
    settings = post_office.settings()
    start, counts = threading.Barrier(3), []

    def work():
        database = Database(world.url)
        start.wait()
        counts.append(delivery.deliver(database, settings, transport(settings), at=world.at))
        database.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ids = [mail["Message-ID"] for mail in post_office.mails]
    assert sum(counts) == len(ids) == len(set(ids)) == 20
    assert {(notice.state, notice.tries) for notice in all_rows(world, Notice)} == {(NoticeState.SENT, 1)}


def test_a_worker_that_was_too_slow_leaves_the_report_to_the_next(world, caplog):
    tell_coach(world)

    def send(_message):
        late = world.at + LEASE
        world.database.run(lambda s: outbox.return_stuck_notices(s, actor=SYSTEM, at=late))
        assert world.database.run(lambda s: outbox.take_notice(s, actor=SYSTEM, at=late)) is not None

    delivery.deliver(world.database, mail_settings(), send, at=world.at)
    assert (only_notice(world).state, only_notice(world).tries) == (NoticeState.SENDING, 2)
    assert "another worker took it" in caplog.text


def test_a_stop_is_heard_between_two_mails(world):
    ask_club(world, times=3)
    stop, sent = threading.Event(), []

    def send(message):
        sent.append(message)
        stop.set()

    assert delivery.deliver(world.database, mail_settings(), send, at=world.at, stop=stop) == 1
    assert len(sent) == 1


def test_nothing_is_locked_while_a_mail_is_handed_over(world):
    """A slow mail server must not keep anybody else from writing (no transaction is open)."""
    tell_coach(world)

    def send(_message):
        other = Database(world.url)
        other.run(lambda session: session.execute(update(Organisation).values(phone="1")))
        other.close()

    assert delivery.deliver(world.database, mail_settings(), send, at=world.at) == 1


def test_a_server_that_hangs_up_is_only_a_failed_try(world):
    tell_coach(world)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up():
            listener.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        settings = mail_settings(mail_url=f"smtp://127.0.0.1:{listener.getsockname()[1]}")
        assert delivery.deliver(world.database, settings, transport(settings), at=world.at) == 0
        thread.join()
    assert only_notice(world).trouble == "SMTPServerDisconnected"


def test_the_state_of_an_enquiry_decides_when_the_mail_leaves(world, post_office):
    """R-CON-12: queued while the partner was asked, sent only if that is still so."""
    enquiry = ask_partner(world)
    with world.database.transaction() as session:
        session.execute(update(Enquiry).where(Enquiry.id == enquiry.id).values(state=EnquiryState.DECLINED))
    assert deliver(world, post_office) == 0
    assert (only_notice(world).state, only_notice(world).trouble) == (NoticeState.DROPPED, "settled")
    assert all_rows(world, Link) == []
