"""Short messages to telephones: off by default, neutral, and the coach's to say where they fail."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote

import pytest

from hub import i18n
from hub.errors import ConfigurationError, InvalidInput
from hub.models.consent import MessageChannel
from hub.models.notice import Channel, Notice, NoticeState
from hub.queries.notices import Recipient
from hub.queries.permissions import channels_of
from hub.queries.person_news import TO_PEOPLE
from hub.worker import delivery
from hub.worker.letters import Letter
from hub.worker.messages import LONGEST, MessageRefused, dialled, messenger, through_gateway, write_text
from tests.missing import missing
from tests.places import enter, give_card
from tests.post import free_port, mail_settings
from tests.telling import booked, choose, moved, reachable, tell, to_people
from tests.worker.test_letters import UNSPOKEN

N = NoticeState


def told(world):
    """Let Tarik choose short messages, and the club move his date."""
    reachable(world)
    _, slot = booked(world)
    choose(world, messages=True, changes="message")
    moved(world, slot, slot.starts_at + timedelta(hours=1))
    tell(world)


def deliver(world, text, at=None):
    mails = []
    delivery.deliver(world.database, mail_settings(), mails.append, text=text, at=at or world.at)
    assert [mail for mail in mails if mail["To"].endswith("@post.example")] == []


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0151 5550 1701", "+4915155501701"),
        ("03591/12-34", "+4935911234"),
        ("+49 151 5550", "+491515550"),
        ("0048 22 1", "+48221"),
    ],
)
def test_a_number_is_dialled_as_gateways_want_it(typed, number):
    assert dialled(typed) == number


@pytest.mark.parametrize("template", TO_PEOPLE)
@pytest.mark.parametrize("locale", sorted(i18n.LANGUAGES))
def test_a_message_is_short_neutral_and_without_a_link(template, locale):
    notice = Notice(public_id="abcdefgh23456789", template=template, channel=Channel.MESSAGE)
    text = write_text(Letter(notice, Recipient("0151", locale), "https://termine.example/card"), mail_settings())
    assert 20 < len(text) <= LONGEST
    assert "03591 12 34 56" in text
    assert "http" not in text
    assert UNSPOKEN.findall(text) == []


def test_it_leaves_by_its_own_way_once(world):
    told(world)
    sent = []
    deliver(world, lambda number, text: sent.append((dialled(number), text)))
    deliver(world, lambda number, text: sent.append((number, text)), world.at + timedelta(days=1))
    assert sent == [("+4915155501701", "Es hat sich etwas geändert. Rufen Sie uns an: 03591 12 34 56")]
    assert [one.state for one in to_people(world)] == [N.SENT]


def test_without_a_gateway_it_is_not_offered_and_what_was_chosen_is_the_coachs_to_say(world, app):
    told(world)
    tarik = enter(app, give_card(world, world.cast.tarik))
    assert 'value="message"' not in tarik.get("/me/permissions").text
    app.extensions["config"] = replace(app.extensions["config"], messages_url="json://localhost/{number}")
    assert 'value="message"' in tarik.get("/me/permissions").text
    with pytest.raises(InvalidInput):
        choose(world, changes="message")
    with world.database.reading() as session:
        person = session.merge(world.cast.tarik, load=True)
        assert MessageChannel.MESSAGE not in channels_of(person, messages=False)
    deliver(world, None)
    (notice,) = to_people(world)
    assert (notice.state, notice.channel, notice.trouble) == (N.QUEUED, Channel.CALL, "nobody")


def test_a_gateway_that_is_down_is_tried_again_and_then_the_coach_says_it(world):
    def down(_number, _text):
        raise MessageRefused

    told(world)
    at, tries = world.at, 0
    while to_people(world)[0].channel is Channel.MESSAGE:
        deliver(world, down, at)
        at, tries = max(at, to_people(world)[0].next_at), tries + 1
        assert tries < 20
    (notice,) = to_people(world)
    assert (tries, notice.channel, notice.trouble) == (8, Channel.CALL, "MessageRefused")


def test_off_is_the_default_and_a_wrong_address_is_refused():
    assert messenger(mail_settings()) is None
    with pytest.raises(ConfigurationError, match="number"):
        mail_settings(messages_url="json://localhost/")


@pytest.fixture
def gateway():
    """Give a gateway that notes what it is asked to send, and refuses numbers that end in 0."""
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, body["message"]))
            self.send_response(500 if self.path.endswith("0") else 200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    port = free_port()
    server = HTTPServer(("127.0.0.1", port), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield asked, f"json://127.0.0.1:{port}/{{number}}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.filterwarnings("ignore:'imghdr'")
def test_a_real_gateway_gets_the_number_and_the_words(gateway):
    asked, url = gateway
    try:
        send = messenger(mail_settings(messages_url=url))
    except ConfigurationError:
        missing("apprise", "pip install 'apprise>=2.2'")
    send("0151 5550 1701", "Eine Erinnerung.")
    ((path, text),) = asked
    assert (unquote(path), text) == ("/+4915155501701", "Eine Erinnerung.")
    with pytest.raises(MessageRefused):
        through_gateway(url, "0151 5550", "Eine Erinnerung.")
    with pytest.raises(ConfigurationError, match="gateway"):
        messenger(mail_settings(messages_url="nowhere-known://{number}"))
