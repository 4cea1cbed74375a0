"""A browser as far as forms go: cookies, hidden fields, and the difference between refused and not answered."""

import http.client
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

PATIENCE = 120  # seconds; a small machine may let people wait
NO_ANSWER = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str
    body: str
    etag: str = ""


class Browser:
    """Keeps its cookies, follows nothing; a broken connection is the caller's to judge (NO_ANSWER)."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        *,
        headers: dict[str, str] | None = None,
        port: int = 0,
    ) -> Answer:
        """Send one request on a connection of its own, to another server where `port` says so."""
        sent = {"Accept-Language": "de", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, urlencode(form) if form is not None else None, sent | (headers or {}))
            answer = connection.getresponse()
            body = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        return Answer(answer.status, answer.headers["Location"] or "", body, answer.headers["ETag"] or "")

    def sign_in(self, email: str, password: str) -> bool:
        """Sign in by the login page; False when it did not let us in."""
        self.cookies.clear()
        fields = form_of(self.ask("GET", "/login").body, "/login")
        answer = self.ask("POST", "/login", fields | {"email": email, "password": password})
        return answer.status == http.client.SEE_OTHER


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self.inside: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = self.found.setdefault(facts.get("action", ""), {})
        elif tag == "input" and self.inside is not None and facts.get("type") == "hidden":
            self.inside[facts.get("name", "")] = facts.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None


def form_of(page: str, path: str) -> dict[str, str]:
    """Return the hidden fields of the page's form for this address, or of its only form without one; else nothing."""
    forms = _Forms()
    forms.feed(page)
    return dict(forms.found.get(path) or forms.found.get("") or {})
