"""Every page as everybody meets it: walked once in each language, then shown to a browser as it was answered."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Self

from flask import Flask
from playwright.sync_api import Browser, Route
from sqlalchemy import update

from hub.bench.pages import Met
from hub.models.participant import Participant
from hub.models.user import User
from hub.seeds.sheet import Sheet
from hub.web.frame import LANGUAGE_COOKIE
from tests.browser import AXE, AXE_TAGS, describe
from tests.demo import serving_demo
from tests.steps import walk_on
from tests.visitor import Visitor, visitors

NOBODY = "nobody"
# One of each role, the stranger, a person with a card, and nobody; the others of the cast see the same kinds of pages.
READERS = (NOBODY, "clara", "petra", "kerstin", "nora", "lena", "anna", "otto", "frank", "uwe", "fred", "tarik")
HOST = "http://localhost"
WIDER = "() => document.scrollingElement.scrollWidth > innerWidth"
RUN = "options => axe.run(document, options).then(found => found.violations)"
OPTIONS = {"runOnly": AXE_TAGS, "resultTypes": ["violations"]}


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
            met = [(visitor, page) for visitor, page in _walk(app, sheet, readers) if page.is_page]
            for index, (visitor, page) in enumerate(_once(met)):
                wanted = settings if settings is EVERY else [settings[index % len(settings)]]
                languages = dict.fromkeys(one.language for one in wanted)
                given = {language: _again(app, visitor, page, language) for language in languages}
                self.pages += [(one, given[one.language]) for one in wanted]
            paths = {path for _, shown in self.pages for path in _used(shown.met.answer.text)}
            self.files = {path: _file(app, path) for path in paths}


def _file(app: Flask, path: str) -> Any:
    with app.test_client().get(path) as answer:
        answer.get_data()  # kept, so that the file itself can be closed
        return answer


def _walk(app: Flask, sheet: Sheet, readers: Sequence[str]) -> Iterator[tuple[Visitor, Met]]:
    everybody = visitors(app, sheet)
    for visitor in everybody.values():
        start = visitor.enter()
        if visitor.who in readers:
            yield from ((visitor, met) for met in visitor.follow(start))
    yield from walk_on(app, sheet, everybody)


def _once(met: Iterable[tuple[Visitor, Met]]) -> Iterator[tuple[Visitor, Met]]:
    """Give the pages that are for everybody once as nobody and once as one who is signed in."""
    public: Counter[str] = Counter()
    for visitor, page in met:
        signed_in = visitor.who != NOBODY
        if not (signed_in and public[page.rule] > 1):
            yield visitor, page
        if not signed_in or public[page.rule]:
            public[page.rule] += 1


def _again(app: Flask, visitor: Visitor, met: Met, language: str) -> Shown:
    if language == "de":
        return Shown(visitor.who, met)
    with app.extensions["database"].transaction() as session:
        session.execute(update(User).values(locale=language))
        session.execute(update(Participant).values(locale=language))
    visitor.browser.set_cookie(LANGUAGE_COOKIE, language)
    answer = visitor.browser.get(met.path, base_url=app.extensions["config"].public_url)
    visitor.browser.delete_cookie(LANGUAGE_COOKIE)
    gone = answer.status_code != 200  # what a step has ended since is looked at as it was
    return Shown(visitor.who, met if gone else replace(met, answer=answer))


def _used(text: str) -> set[str]:
    marks = ('href="/static/', 'src="/static/')
    found = (rest.split('"')[0].split("#")[0] for mark in marks for rest in text.split(mark)[1:])
    return {"/static/" + name for name in found}


class Eyes:
    """A browser that is given the answers as they were; nothing reaches a server. Ends with its block.

    An answer that is looked at again, in another width or other colours, stays loaded. Colours change at once.
    """

    def __init__(self, browser: Browser, walked: Walked) -> None:
        self.context = browser.new_context(timezone_id="Europe/Berlin", reduced_motion="reduce")
        self.context.route("**/*", self._answer)
        self.page, self.files = self.context.new_page(), walked.files
        self._shown: Shown | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.context.close()

    def faults(self, setting: Setting, shown: Shown) -> list[str]:
        """Return what axe finds on the page, and whether it scrolls sideways; none is good."""
        scheme: Any = setting.scheme
        self.page.set_viewport_size({"width": setting.width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)
        if shown is not self._shown:
            self._shown = shown
            self.page.goto(HOST + shown.met.path)
            self.page.evaluate(AXE)
        found = [describe(one) for one in self.page.evaluate(RUN, OPTIONS)]
        if self.page.evaluate(WIDER):
            found.append("scrolls sideways")
        return [f"{shown.name} ({setting}): {one}" for one in found]

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOST)
        own = self._shown is not None and path == self._shown.met.path
        answer = self._shown.met.answer if own and self._shown else self.files.get(path)
        if answer is None:
            route.abort()
        else:
            route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)
