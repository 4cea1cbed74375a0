"""Pages and files leave packed where the browser takes that, and never where another site could learn from it."""

import gzip

import brotli
import pytest

from hub.web import assets

CSS = f"/static/css/hub.css?v={assets.digest('css/hub.css')}"
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_browser_says_what_it_can_unpack(app, accepted, coding):
    browser = app.test_client()
    for path in (CSS, "/"):
        plain = browser.get(path, buffered=True)
        answer = browser.get(path, buffered=True, headers={"Accept-Encoding": accepted, **OURS})
        assert answer.headers.get("Content-Encoding") == coding
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert "Accept-Encoding" in answer.vary
        assert "Accept-Encoding" in plain.vary
        if path == CSS:
            assert UNPACK.get(coding, bytes)(answer.data) == plain.data
        elif coding:
            assert UNPACK[coding](answer.data).endswith(b"</html>")


def test_a_packed_file_has_a_validator_of_its_own_and_is_kept_for_a_year(app):
    browser, tags = app.test_client(), set()
    for coding in ("br", "gzip", "identity"):
        headers = {"Accept-Encoding": coding}
        answer = browser.get(CSS, buffered=True, headers=headers)
        assert answer.headers["Cache-Control"] == assets.FOREVER
        again = browser.get(CSS, buffered=True, headers=headers | {"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
        assert "Accept-Encoding" in again.vary
        tags.add(answer.headers["ETag"])
    assert len(tags) == 3


def test_a_part_of_a_file_and_its_head_are_told_in_true_sizes(app):
    browser = app.test_client()
    part = browser.get(CSS, buffered=True, headers={"Accept-Encoding": "br", "Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (206, (assets.STATIC / "css/hub.css").read_bytes()[:10])
    head = browser.head(CSS, buffered=True, headers={"Accept-Encoding": "br"})
    assert (head.data, head.headers["Content-Encoding"]) == (b"", "br")
    assert head.content_length == browser.get(CSS, buffered=True, headers={"Accept-Encoding": "br"}).content_length


def test_what_is_packed_already_or_no_page_stays_as_it_is(app):
    browser = app.test_client()
    for path in ("/static/fonts/fira-sans-5.3.0-latin-400.woff2", "/robots.txt", "/healthz"):
        answer = browser.get(path, buffered=True, headers={"Accept-Encoding": "br, gzip", **OURS})
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_another_site_learns_nothing_from_the_length_of_a_page(sign_in, site):
    """BREACH: such a page is never packed once the browser sends a cookie along; decision 0051."""
    browser = sign_in("clara")
    headers = {"Accept-Encoding": "br, gzip"} | ({"Sec-Fetch-Site": site} if site else {})
    lengths = set()
    for guess in ("AAAA", "csrf"):
        answer = browser.get(f"/today?w={guess}", headers=headers)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
        assert "Accept-Encoding" in answer.vary
        lengths.add(len(answer.data))
    assert len(lengths) == 1
    assert browser.get("/today", headers=headers | OURS).headers["Content-Encoding"] == "br"


def test_a_stranger_without_a_cookie_has_nothing_to_lose(app):
    """Search engines, and people led here by a link: the first page comes packed, whoever led them here."""
    headers = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "cross-site"}
    assert app.test_client().get("/offers", headers=headers).headers["Content-Encoding"] == "gzip"
