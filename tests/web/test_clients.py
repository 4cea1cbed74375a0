"""Whose browser asks: addresses through trusted proxies only, families without versions."""

from dataclasses import replace

import pytest

from hub.web import clients

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604"


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("192.0.2.7", None, "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "not an address", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", None, "::ffff:c000:207"),
    ],
)
def test_the_address_comes_from_trusted_proxies_only(app, remote, forwarded, found):
    app.extensions["config"] = replace(app.extensions["config"], trusted_proxies=("10.0.0.1", "10.0.0.2"))
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with app.test_request_context("/", headers=headers, environ_overrides={"REMOTE_ADDR": remote}):
        assert clients.address() == found


@pytest.mark.parametrize(
    ("words", "family"), [(FIREFOX, "Firefox"), (EDGE, "Edge, Windows"), (PHONE, "Safari, iPhone"), ("curl/8", "")]
)
def test_the_family_is_told_without_versions(app, words, family):
    with app.test_request_context("/", headers={"User-Agent": words}):
        assert clients.family() == family
