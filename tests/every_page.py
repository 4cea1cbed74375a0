"""Every page as everybody meets it: walked once in each language, then shown to a browser as it was answered."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Self

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import update

from hub.commands.measure import ways_in
from hub.models.participant import Participant
from hub.models.user import User
from hub.page_times import Met, follow_links
from hub.seeds.sheet import Sheet
from hub.web.frame import LANGUAGE_COOKIE
from tests.browser import AXE, AXE_TAGS, describe
from tests.demo import enter, serving_demo

NOBODY = "nobody"
# One of each role, the stranger, a person with a card, and nobody; the others of the cast see the same kinds of pages.
READERS = (NOBODY, "clara", "petra", "kerstin", "nora", "lena", "anna", "otto", "frank", "uwe", "fred", "tarik")
HOST = "http://localhost"
WIDER = "() => document.scrollingElement.scrollWidth > innerWidth"
RUN = "options => axe.run(document, options).then(found => found.violations)"


@dataclass(frozen=True)
class Setting:
    """How a page is looked at."""

    language: str
    width: int  # CSS pixels
    scheme: str

    def __str__(self) -> str:
        return f"{self.language}, {self.width} px, {self.scheme}"


EVERY = tuple(Setting(*one) for one in product(("de", "en"), (320, 1280), ("light", "dark")))
# Each pair of two choices is among these four.
PAIRWISE = (
    Setting("de", 320, "light"),
    Setting("de", 1280, "dark"),
    Setting("en", 320, "dark"),
    Setting("en", 1280, "light"),
)


@dataclass(frozen=True)
class Visit:
    """Somebody's visit: who, and their browser."""

    who: str
    browser: FlaskClient


@dataclass(frozen=True)
class Shown:
    """One page as one kind of visitor got it."""

    who: str
    met: Met

    @property
    def name(self) -> str:
        """Who and the rule, which is the same in every language."""
        return f"{self.who} {self.met.rule}"


class Walked:
    """All pages of the demo network as chosen readers were given them, and the files they use."""

    def __init__(self, url: str, readers: Sequence[str] = READERS, settings: Sequence[Setting] = PAIRWISE) -> None:
        """Walk once, and ask each page again in every further setting; with PAIRWISE the settings take turns."""
        self.pages: list[tuple[Setting, Shown]] = []
        with serving_demo(url) as (app, sheet):
            met = [(way, page) for way, page in _walk(app, sheet, readers) if page.is_page]
            for index, (way, page) in enumerate(_once(met)):
                wanted = settings if settings is EVERY else [settings[index % len(settings)]]
                self.pages += [(one, _again(app, way, page, one.language)) for one in wanted]
            paths = {path for _, shown in self.pages for path in _used(shown.met.answer.text)}
            self.files = {path: _file(app, path) for path in paths}


def _file(app: Flask, path: str) -> Any:
    with app.test_client().get(path) as answer:
        answer.get_data()  # kept, so that the file itself can be closed
        return answer


def _walk(app: Flask, sheet: Sheet, readers: Sequence[str]) -> Iterator[tuple[Visit, Met]]:
    app.config["WTF_CSRF_ENABLED"] = False
    ways = {way.who: way for way in ways_in(sheet)}
    for who in readers:
        visit = Visit(who, app.test_client())
        yield from ((visit, met) for met in follow_links(app, visit.browser, enter(visit.browser, ways[who])))


def _once(met: Iterable[tuple[Visit, Met]]) -> Iterator[tuple[Visit, Met]]:
    """Give the pages that are for everybody once as nobody and once as one who is signed in."""
    public: Counter[str] = Counter()
    for visit, page in met:
        signed_in = visit.who != NOBODY
        if not (signed_in and public[page.rule] > 1):
            yield visit, page
        if not signed_in or public[page.rule]:
            public[page.rule] += 1


def _again(app: Flask, visit: Visit, met: Met, language: str) -> Shown:
    if language == "de":
        return Shown(visit.who, met)
    with app.extensions["database"].transaction() as session:
        session.execute(update(User).values(locale=language))
        session.execute(update(Participant).values(locale=language))
    visit.browser.set_cookie(LANGUAGE_COOKIE, language)
    answer = visit.browser.get(met.path, base_url=app.extensions["config"].public_url)
    visit.browser.delete_cookie(LANGUAGE_COOKIE)
    return Shown(visit.who, replace(met, answer=answer))


def _used(text: str) -> set[str]:
    marks = ('href="/static/', 'src="/static/')
    found = (rest.split('"')[0].split("#")[0] for mark in marks for rest in text.split(mark)[1:])
    return {"/static/" + name for name in found}


class Eyes:
    """A browser that is given the answers as they were; nothing reaches a server. Ends with its block."""

    def __init__(self, browser: Browser, walked: Walked) -> None:
        self.browser, self.walked = browser, walked
        self._pages: dict[Setting, Page] = {}
        self._answers: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        for page in self._pages.values():
            page.context.close()

    def faults(self, setting: Setting, shown: Shown) -> list[str]:
        """Return what axe finds on the page, and whether it scrolls sideways; none is good."""
        page = self._page(setting)
        address = HOST + shown.met.path
        self._answers = {shown.met.path: shown.met.answer}
        page.goto(address)
        page.evaluate(AXE)
        found = [describe(one) for one in page.evaluate(RUN, {"runOnly": AXE_TAGS})]
        if page.evaluate(WIDER):
            found.append("scrolls sideways")
        return [f"{shown.name} ({setting}): {one}" for one in found]

    def _page(self, setting: Setting) -> Page:
        if setting not in self._pages:
            size: Any = {"width": setting.width, "height": 900}
            context = self.browser.new_context(viewport=size, color_scheme=setting.scheme, timezone_id="Europe/Berlin")
            context.route("**/*", self._answer)
            self._pages[setting] = context.new_page()
        return self._pages[setting]

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOST)
        answer = self._answers.get(path) or self.walked.files.get(path)
        if answer is None:
            route.abort()
        else:
            route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)
