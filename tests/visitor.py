"""A visitor of the demo network: follows links, looks for the page of a kind that leads on, and sends its form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient

from hub.bench.pages import Met, Way, follow_links, ways_in
from hub.seeds.sheet import Sheet
from tests.forms import Form, Reading

MOST = 40  # pages of one kind that are looked at for the one that leads on


@dataclass(frozen=True)
class Step:
    """What somebody does: goes through pages of these kinds to one that leads to `to`, by a link or with a form.

    `to` is the rule of the link or of the form's goal. The entries fill the form, `tick` names boxes to tick; `alone`
    is for who hands the device over: it is in a browser of its own, which is locked from then on.
    """

    who: str
    through: tuple[str, ...]
    to: str
    entries: Mapping[str, Any] = field(default_factory=dict)
    tick: Sequence[str] = ()
    alone: bool = False


def visitors(app: Flask, sheet: Sheet) -> dict[str, "Visitor"]:
    """Return everybody who can come to the demo, signed in nowhere yet; forms need no token from now on."""
    app.config["WTF_CSRF_ENABLED"] = False
    return {way.who: Visitor(app, way) for way in ways_in(sheet)}


class Visitor:
    """One person's visit; each rule is met once."""

    def __init__(self, app: Flask, way: Way) -> None:
        """Open a browser; nothing is asked yet."""
        self.app, self.way, self.who = app, way, way.who
        self.browser: FlaskClient = app.test_client()
        self.known: set[str] = set()
        self.paths: dict[str, list[str]] = {}  # by rule, in the order they were found
        self._by_link = False
        self._passed: list[str] = []  # where a page on the way only led on to
        self._routes = app.url_map.bind("")
        self._base = app.extensions["config"].public_url

    def enter(self) -> str:
        """Sign in where that is needed, and return where it leads."""
        if not self.way.path:
            return "/"
        answer = self.browser.post(self.way.path, data=self.way.entries)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    def once_more(self) -> "Visitor":
        """Return the same person in another browser, who knows all that was met."""
        other = Visitor(self.app, self.way)
        other.known, other.paths = self.known, self.paths
        other.enter()
        return other

    def follow(self, start: str) -> Iterator[Met]:
        """Follow every link from here to rules that were not met yet."""
        for met in follow_links(self.app, self.browser, start, self.known):
            self._note(met.path)
            if met.is_page:
                for link in Reading(met.answer.text).links:
                    self._note(link)
            yield met

    def take(self, step: Step) -> Iterator[Met]:
        """Do a step and follow where it leads; raises AssertionError where no page leads there, or it is refused."""
        first, *rest = step.through
        starts = self.paths.get(first) or ([] if "<" in first else [first])
        self._passed.clear()
        self._by_link = not step.entries and not step.tick and step.to != step.through[-1]
        goal = self._seek(starts, [*rest, step.to])
        assert goal is not None, f"{step.who}: none of {len(starts)} {first} leads to {step.to}"
        for path in self._passed:
            yield from self.follow(path)
        yield from self.follow(goal if isinstance(goal, str) else self._send(goal, step))

    def _seek(self, paths: list[str], rules: list[str]) -> str | Form | None:
        for path in list(dict.fromkeys(paths))[:MOST]:
            page = self.browser.get(path, base_url=self._base, follow_redirects=True)
            if page.status_code != 200 or page.mimetype != "text/html":
                continue
            if page.history:
                self._passed.append(page.request.path)
            found = self._leading(Reading(page.text), page.request.full_path, rules)
            if found is not None:
                return found
        return None

    def _leading(self, page: Reading, here: str, rules: list[str]) -> str | Form | None:
        links = [link for link in page.links if self._rule(link) == rules[0]]
        if len(rules) > 1:
            return self._seek(links, rules[1:])
        if links and self._by_link:
            return links[0]
        for form in page.forms:
            form.action = form.action or here
            if self._rule(form.action, form.method) == rules[0]:
                return form
        return links[0] if links else None

    def _send(self, form: Form, step: Step) -> str:
        sent = form.entries(step.entries, step.tick)
        if form.method == "GET":
            self.known.discard(self._rule(form.action))  # the same page, which now leads on
            return form.action.partition("?")[0] + "?" + urlencode(sent, doseq=True)
        answer = self.browser.post(form.action, base_url=self._base, data=sent)
        assert answer.status_code == 303, f"{step}: {answer.status_code} to {sent}\n{answer.text}"
        return str(answer.headers["Location"])

    def _note(self, path: str) -> None:
        found = self.paths.setdefault(self._rule(path), [])
        if path not in found:
            found.append(path)

    def _rule(self, path: str, method: str = "GET") -> str:
        bare = path.partition("?")[0]
        return self._routes.match(bare, method, return_rule=True)[0].rule if self._routes.test(bare, method) else ""
