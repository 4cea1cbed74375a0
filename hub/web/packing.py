"""Packs answers on their way out: files once and well, pages quickly and only on visits that start here."""

import gzip
from functools import cache

import brotli
from flask import Flask, Response, request

from hub.web.assets import STATIC

CODINGS = ("br", "gzip")  # the smaller one first; a browser that takes both gets it
TEXTS = frozenset({"text/css", "text/javascript", "image/svg+xml"})  # fonts are packed already
FROM = 500  # bytes; below it packing saves nothing
QUICK = {"br": 4, "gzip": 6}  # a few milliseconds for the longest page
WELL = {"br": 9, "gzip": 9}  # brotli's 11 saves 5 percent more, and the first visitor would wait for it


def pack(data: bytes, coding: str, levels: dict[str, int]) -> bytes:
    """Return the bytes in a coding of HTTP; the same bytes always become the same."""
    if coding == "br":
        return bytes(brotli.compress(data, quality=levels[coding]))
    return gzip.compress(data, compresslevel=levels[coding], mtime=0)


@cache
def packed_file(name: str, coding: str) -> bytes:
    """Return a static file packed well; each process does that once for each file."""
    return pack((STATIC / name).read_bytes(), coding, WELL)


def pack_answer(response: Response) -> Response:
    """Pack a page or a static file where the browser takes that, and say that the answer depends on it."""
    if request.endpoint == "static":
        return _pack_static(response) if response.mimetype in TEXTS else response
    if response.mimetype != "text/html" or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    coding = request.accept_encodings.best_match(CODINGS)
    if coding and _starts_here() and (response.content_length or 0) >= FROM:
        _replace(response, pack(response.get_data(), coding, QUICK), coding)
    return response


def _starts_here() -> bool:
    """Tell whether no other site made the browser ask for this page, or nothing of anybody's can be in it.

    A page repeats words of its address and holds secrets; whoever can have it asked for again and again with other
    words, and sees how long the packed answers are, guesses the secrets letter by letter (BREACH; see decision 0051).
    """
    return not request.cookies or request.headers.get("Sec-Fetch-Site") in ("same-origin", "none")


def _pack_static(response: Response) -> Response:
    response.vary.add("Accept-Encoding")
    coding = request.accept_encodings.best_match(CODINGS)
    if not coding or response.status_code != 200 or (response.content_length or 0) < FROM:
        return response
    plain_tag, _ = response.get_etag()
    response.close()  # the open file
    response.direct_passthrough = False
    _replace(response, packed_file((request.view_args or {})["filename"], coding), coding)
    response.set_etag(f"{plain_tag}-{coding}")
    response.make_conditional(request)
    return response


def _replace(response: Response, data: bytes, coding: str) -> None:
    response.set_data(data)
    response.headers["Content-Encoding"] = coding


def install(app: Flask) -> None:
    """Register the packing; it runs after whatever else is done to an answer and was registered later."""
    app.after_request(pack_answer)
