"""Draws one page of ours as a tagged PDF, in a process of its own: `python -m hub.pdf_drawing <page >pdf`."""

import base64
import mimetypes
import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import weasyprint
from weasyprint.urls import URLFetcher, URLFetcherResponse

HERE = Path(__file__).resolve().parent
BASE = "https://paper.invalid"  # a name that can never exist: our files are found below it, and nothing else

SYMBOL = re.compile(r'<symbol id="([\w-]+)" viewBox="([^"]+)">(.*?)</symbol>', re.DOTALL)
USE = re.compile(r'<svg([^>]*)>\s*<use href="/static/icons\.svg[^"#]*#([\w-]+)"></use>\s*</svg>')


class OwnFiles(URLFetcher):  # type: ignore[misc]  # the library has no types
    """Gives stylesheets, fonts and drawings of our own and pictures inside the page; nothing else is ever asked for."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return one file; raises ValueError for everything that is not ours."""
        if url.startswith("data:"):
            return super().fetch(url, headers)
        if not url.startswith(f"{BASE}/static/"):
            raise ValueError("Only our own files are drawn.")
        static = HERE / "static"
        path = (HERE / unquote(urlsplit(url).path).lstrip("/")).resolve()
        if not path.is_relative_to(static):
            raise ValueError("Only our own files are drawn.")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


def with_drawings(page: str) -> str:
    """Return the page with our small drawings inside, since the library does not look into another file for them.

    They go into the background: the word stands beside each, and what is drawn there is never read aloud.
    """
    sprite = (HERE / "static" / "icons.svg").read_text("utf-8")
    symbols = {name: (box, shape) for name, box, shape in SYMBOL.findall(sprite)}

    def inside(found: re.Match[str]) -> str:
        box, shape = symbols[found[2]]
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{shape}</svg>'
        data = base64.b64encode(drawing.encode()).decode()
        return f'<span{found[1]} style="background:url(data:image/svg+xml;base64,{data}) center/contain"></span>'

    return USE.sub(inside, page)


def draw(page: str) -> bytes:
    """Return a page as a PDF with headings, lists, language and title for those who listen to it (PDF/UA-1)."""
    document = weasyprint.HTML(string=with_drawings(page), base_url=f"{BASE}/", url_fetcher=OwnFiles())
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return content


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read().decode()))
