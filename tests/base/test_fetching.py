"""Fetching never leads into the house, needs little time and few bytes; each way round that is a row here."""

import gzip
import socket
import zlib
from threading import Event

import pytest

from hub.fetching import Fetched, Fetcher, FetchFailed, Trouble
from hub.public_addresses import is_public
from tests.tls import HOST, Answer, serving

OUTSIDE = "93.184.215.14"
T = Trouble


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("tls")) as running:
        yield running


@pytest.fixture
def says(server):
    """Give a function that sets what the server answers."""
    server.asked.clear()

    def set_answer(body=b"", **facts):
        server.answer = Answer(body=body, **facts)

    set_answer()
    return set_answer


def trouble(fetcher, url, **facts):
    with pytest.raises(FetchFailed) as failed:
        fetcher.fetch(url, **facts)
    return failed.value.trouble


@pytest.mark.parametrize(
    "url",
    [
        "http://kalender.example/a.ics",
        "ftp://kalender.example/a.ics",
        "file:///etc/passwd",
        "gopher://kalender.example",
        "javascript:alert(1)",
        "//kalender.example/a.ics",
        "kalender.example/a.ics",
        "",
        "https://",
        "https://kalender.example:8443/a.ics",
        "https://kalender.example:80/a.ics",
        "https://kalender.example:0/a.ics",
        "https://kalender.example:-443/a.ics",
        "https://kalender.example:443:443/a.ics",
        "https://kalender.example:99999/a.ics",
        "https://user:word@kalender.example/a.ics",
        "https://kalender.example@127.0.0.1/a.ics",
        "https://@kalender.example/",
        "https://127.0.0.1/a.ics",
        "https://[::1]/a.ics",
        "https://[::ffff:10.0.0.1]/a.ics",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",  # 127.0.0.1 as one number
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://localhost/",
        "https://intranet/",
        "https://1.1.1.1/",
        "https://kalender.example\\@127.0.0.1/",
        "https://kalender.example/a b",
        "https://kalender.example/\r\nHost: x",
        "https://①②⑦.⓪.⓪.①/",
        "https://kalender..example/",
        "https://-a.example/",
        "https://" + "a" * 2000 + ".example/",
    ],
)
def test_these_addresses_are_never_asked(url):
    def nobody(host, port):
        raise AssertionError(f"{host} was resolved")

    assert trouble(Fetcher(resolver=nobody), url) is T.ADDRESS


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
        *("198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1"),
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "::127.0.0.1", "::ffff:0:127.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::5db8:d70e", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1"),
        *("100::1", "3fff::1", "5f00::1", "4000::1", "2130706433", "0x7f000001", "", "kalender.example"),
    ],
)
def test_inside_addresses_are_refused_whatever_they_look_like(address):
    assert not is_public(address)
    fetcher = Fetcher(resolver=lambda _host, _port: [address])
    assert trouble(fetcher, "https://kalender.example/") is T.INSIDE
    mixed = Fetcher(resolver=lambda _host, _port: [OUTSIDE, address])
    assert trouble(mixed, "https://kalender.example/") is T.INSIDE


@pytest.mark.parametrize("address", [OUTSIDE, "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:2800:21f:cb07:6820::"])
def test_the_open_internet_is_public(address):
    assert is_public(address)


def test_webcal_is_read_as_https_and_a_name_with_umlauts_is_written_in_ascii():
    fetcher = Fetcher()
    assert fetcher.target("webcal://Kalender.Example/a.ics?x=1&y=ü").port == 443
    assert fetcher.target("webcal://Kalender.Example./a b".replace(" ", "%20")).path == "/a%20b"
    assert fetcher.target("https://köln.example/ä.ics#teil").host == "xn--kln-sna.example"
    assert fetcher.target("https://köln.example/ä.ics#teil").path == "/%C3%A4.ics"


def test_a_name_that_changes_its_answer_is_connected_where_it_was_checked(monkeypatch):
    answers, connected = [[OUTSIDE], ["127.0.0.1"], ["127.0.0.1"]], []

    def refuse(address, timeout):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    rebinding = Fetcher(resolver=lambda _host, _port: answers.pop(0))
    assert trouble(rebinding, "https://kalender.example/") is T.NO_CONNECTION
    assert connected == [(OUTSIDE, 443)]  # resolved once, connected to exactly that
    assert trouble(rebinding, "https://kalender.example/") is T.INSIDE  # and checked anew the next time
    assert connected == [(OUTSIDE, 443)]


def test_a_file_is_fetched_with_the_name_in_tls_and_in_the_head(server, says):
    says(b"BEGIN:VCALENDAR", headers={"ETag": '"v1"'})
    assert server.fetcher().fetch(server.url()) == Fetched(b"BEGIN:VCALENDAR", '"v1"')
    assert server.asked[0]["Host"] == f"{HOST}:{server.port}"
    assert "Cookie" not in server.asked[0]


def test_an_unchanged_file_has_no_body(server, says):
    says(status=304)
    assert server.fetcher().fetch(server.url(), etag='"v1"') == Fetched(None, '"v1"')
    assert server.asked[0]["If-None-Match"] == '"v1"'
    assert trouble(server.fetcher(), server.url()) is T.MOVED  # not asked for, so it is no answer


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *[(301, T.MOVED), (302, T.MOVED), (307, T.MOVED), (308, T.MOVED), (401, T.NOT_ALLOWED), (403, T.NOT_ALLOWED)],
        *[(404, T.NOT_THERE), (410, T.NOT_THERE), (500, T.REFUSED), (204, T.REFUSED), (206, T.REFUSED)],
    ],
)
def test_no_redirect_is_followed_and_no_error_is_a_calendar(server, says, status, expected):
    says(b"x", status=status, headers={"Location": server.url("/inside")})
    assert trouble(server.fetcher(), server.url()) is expected
    assert len(server.asked) == 1


def test_without_the_operators_word_the_same_server_is_out_of_reach(server, says):
    says(b"x")
    inside = "inside"
    assert trouble(server.fetcher(**{inside: frozenset()}), server.url()) is T.ADDRESS  # its port
    assert trouble(server.fetcher(**{inside: frozenset()}), f"https://{HOST}/") is T.INSIDE
    assert trouble(server.fetcher(**{inside: frozenset({HOST})}), server.url()) is T.ADDRESS  # the host, not this port
    assert server.asked == []


def test_a_certificate_must_be_of_a_known_authority_and_of_this_name(server, says):
    assert trouble(server.fetcher(ca_file=""), server.url()) is T.NOT_SECURE
    other = f"anderer.example:{server.port}"
    assert trouble(server.fetcher(inside=frozenset({other})), f"https://{other}/") is T.NOT_SECURE
    assert server.asked == []


def test_a_packed_file_is_unpacked_and_a_bomb_is_not(server, says):
    says(gzip.compress(b"BEGIN:VCALENDAR"), headers={"Content-Encoding": "gzip"})
    assert server.fetcher().fetch(server.url()).body == b"BEGIN:VCALENDAR"
    says(gzip.compress(b"0" * 50_000_000, 1), headers={"Content-Encoding": "gzip"})
    assert trouble(server.fetcher(), server.url()) is T.TOO_LARGE


@pytest.mark.parametrize(
    ("body", "packing"),
    [
        (b"no gzip", "gzip"),
        (gzip.compress(b"BEGIN:VCALENDAR") + gzip.compress(b"END:VCALENDAR"), "gzip"),  # the second would be lost
        (gzip.compress(gzip.compress(b"x")), "gzip, gzip"),
        (gzip.compress(b"x" * 9)[:-9], "gzip"),
        (zlib.compress(b"x"), "deflate"),
        (b"x", "br"),
    ],
    ids=["none", "two", "twice", "cut", "deflate", "unknown"],  # packed bytes carry the time
)
def test_what_cannot_be_unpacked_is_refused(server, says, body, packing):
    says(body, headers={"Content-Encoding": packing})
    assert trouble(server.fetcher(), server.url()) is T.UNREADABLE


def test_five_megabytes_are_the_end(server, says):
    says(b"0" * 5_000_000)
    assert len(server.fetcher().fetch(server.url()).body or b"") == 5_000_000
    says(b"0" * 5_000_001)
    assert trouble(server.fetcher(), server.url()) is T.TOO_LARGE


def test_a_body_that_breaks_off_is_refused(server, says):
    says(b"half", headers={"Content-Length": "8"})
    assert trouble(server.fetcher(), server.url()) is T.UNREADABLE


def test_a_server_that_drips_is_cut_off_in_time(server, says):
    over = Event()

    def drip(handler):
        while not over.wait(0.05):
            handler.wfile.write(b"x")

    says(write=drip)
    assert trouble(server.fetcher(seconds=0.6), server.url()) is T.TOO_SLOW
    over.set()


def test_a_server_that_says_nothing_is_cut_off_in_time():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        inside = frozenset({f"{HOST}:{port}"})
        fetcher = Fetcher(inside=inside, seconds=0.4, resolver=lambda _host, _port: ["127.0.0.1"])
        assert trouble(fetcher, f"https://{HOST}:{port}/") is T.TOO_SLOW


def test_a_name_that_takes_too_long_and_one_that_is_not_there():
    waiting = Event()
    slow = Fetcher(seconds=0.2, resolver=lambda _host, _port: [str(waiting.wait(3))])
    assert trouble(slow, "https://kalender.example/") is T.TOO_SLOW
    waiting.set()

    def unknown(_host, _port):
        raise socket.gaierror(-2, "kalender.example")

    assert trouble(Fetcher(resolver=unknown), "https://kalender.example/") is T.UNKNOWN_NAME
    assert trouble(Fetcher(resolver=lambda _host, _port: []), "https://kalender.example/") is T.UNKNOWN_NAME


def test_the_failure_carries_no_address(server, says):
    says(status=500)
    with pytest.raises(FetchFailed) as failed:
        server.fetcher().fetch(server.url("/geheim-token.ics"))
    assert "geheim" not in repr(failed.value) + str(failed.value)
    assert failed.value.__cause__ is None
