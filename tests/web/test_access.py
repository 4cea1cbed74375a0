"""Every route × everybody: marked, closed to strangers, silent about what is not theirs, and GET changes nothing."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import IntegerConverter, Rule

from hub import crypto
from hub.models.base import Base
from hub.models.card import Card
from hub.models.login import Login
from hub.models.user import Role
from hub.policy.actor import ANONYMOUS, Actor, ActorKind
from hub.queries.logins import card_digest
from hub.web.access import Access

UNKNOWN = "aaaabbbbccccdddd"
OPEN = {"static"}  # files without any data
ONE_OF_EACH_ROLE = ("clara", "frank", "lena", "petra", "nora", "anna", "otto", "fred")
# Signing in, what was seen and what was refused may leave rows behind a GET; nothing else may.
QUIET = {"logins", "attempts", "log_entries", "log_subjects"}


def routes(app: Flask) -> Iterator[tuple[Rule, Access, str]]:
    """Give every route with its mark and each method it answers to."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, app.view_functions[rule.endpoint].access, method  # type: ignore[attr-defined]


def address(app: Flask, rule: Rule, value: str = UNKNOWN, **values: str) -> str:
    """Return the route's address with the same id in every place, unless told."""
    numbers = {name for name, converter in rule._converters.items() if isinstance(converter, IntegerConverter)}
    filled = {name: "1" if name in numbers else values.get(name, value) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, filled, method=next(iter(rule.methods or {"GET"})))


def label(rule: Rule, method: str) -> str:
    return f"{method} {rule.rule}"


@pytest.fixture
def card_of_tarik(app, world, sign_in) -> FlaskClient:
    """Give the browser of a person who came in with card and PIN."""
    with world.database.transaction() as session:
        card = Card(
            participant_id=world.cast.tarik.id,
            code="7F2M9QXAKB3D",
            code_digest=card_digest("7F2M9QXAKB3D"),
            pin_hash=crypto.hash_password("4711"),
            issued_at=world.at,
        )
        session.add(card)
        session.flush()
        digest = crypto.token_digest("token of tarik")
        session.add(Login(card_id=card.id, token_digest=digest, created_at=world.at, seen_at=world.at))
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = "token of tarik"
    return browser


def test_every_view_says_for_whom_it_is_and_public_ones_say_why(app):
    unmarked = [rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint not in OPEN]
    unmarked = [name for name in unmarked if not isinstance(getattr(app.view_functions[name], "access", None), Access)]
    assert unmarked == []
    short = {rule.endpoint for rule, access, _ in routes(app) if access.everyone and len(access.everyone.split()) < 3}
    assert short == set()


def test_nobody_signed_in_is_sent_to_the_login_or_the_card_from_everywhere(app, sign_in):
    browser, wrong = app.test_client(), []
    for rule, access, method in routes(app):
        answer = browser.open(address(app, rule), method=method)
        door = "/card" if rule.rule.split("/")[1] == "me" else "/login"
        outside = answer.status_code == 303 and answer.headers["Location"].partition("?")[0] == door
        if not access.everyone and not outside:
            wrong.append(f"{label(rule, method)}: {answer.status_code}")
        if access.everyone and answer.status_code >= 500:
            wrong.append(f"{label(rule, method)}: {answer.status_code}")
    assert wrong == []


def test_nothing_admits_a_stranger_but_public_pages_and_the_own_account(app, world):
    fred = world.actor("fred")  # what does not admit him answers him with 404, as the next test sees
    admitted = [label(rule, method) for rule, access, method in routes(app) if access.admits(fred)]
    public = [label(rule, method) for rule, access, method in routes(app) if access.everyone or access.staff]
    assert sorted(set(admitted) - set(public)) == []


@pytest.mark.slow
def test_a_view_for_other_roles_does_not_exist(app, world, sign_in):
    wrong = []
    for key in ONE_OF_EACH_ROLE:
        browser, actor = sign_in(key), world.actor(key)
        for rule, access, method in routes(app):
            if not access.admits(actor):
                answer = browser.open(address(app, rule), method=method)
                if answer.status_code != 404:
                    wrong.append(f"{key}: {label(rule, method)}: {answer.status_code}")
    assert wrong == []


def test_a_card_opens_only_the_persons_own_pages(app, world, card_of_tarik):
    person, wrong = Actor(ActorKind.PERSON, "x", participant_id=world.cast.tarik.id), []
    for rule, access, method in routes(app):
        if not access.admits(person):
            answer = card_of_tarik.open(address(app, rule), method=method)
            if answer.status_code != 404:
                wrong.append(f"{label(rule, method)}: {answer.status_code}")
    assert wrong == []


@pytest.mark.slow
def test_an_id_that_is_not_theirs_does_not_exist_for_those_who_may_open_the_page(app, world, sign_in, card_of_tarik):
    browsers = {key: (sign_in(key), world.actor(key)) for key in ONE_OF_EACH_ROLE}
    person = Actor(ActorKind.PERSON, "x", participant_id=world.cast.tarik.id)
    browsers["card of tarik"] = (card_of_tarik, person)
    wrong = []
    for rule, access, method in routes(app):
        if access.everyone or not rule.arguments:
            continue
        for key, (browser, actor) in browsers.items():
            if access.admits(actor):
                answer = browser.open(address(app, rule), method=method, follow_redirects=method == "GET")
                if answer.status_code != 404:
                    wrong.append(f"{key}: {label(rule, method)}: {answer.status_code}")
    assert wrong == []


def test_a_person_does_not_exist_for_anybody_but_the_own_coach(app, world, sign_in):
    tarik, wrong = world.cast.tarik.public_id, []
    for key in ("cem", "frank", "petra", "nora", "anna", "otto", "fred"):
        browser = sign_in(key)
        for rule, _, method in routes(app):
            if rule.rule.startswith("/people/<"):
                first = rule.rule.split("<")[1].split(">")[0]
                answer = browser.open(
                    address(app, rule, **{first: tarik}), method=method, follow_redirects=method == "GET"
                )
                if answer.status_code != 404:
                    wrong.append(f"{key}: {label(rule, method)}: {answer.status_code}")
    assert wrong == []


@pytest.mark.slow
def test_no_get_changes_anything(app, world, sign_in, card_of_tarik):
    person = Actor(ActorKind.PERSON, "x", participant_id=world.cast.tarik.id)
    browsers = [(sign_in(key), world.actor(key)) for key in ONE_OF_EACH_ROLE]
    browsers += [(card_of_tarik, person), (app.test_client(), ANONYMOUS)]
    before, broken = counts(world), []
    for rule, access, method in routes(app):
        if method != "GET":
            continue
        for value in (UNKNOWN, world.cast.tarik.public_id) if rule.arguments else (UNKNOWN,):
            for browser, actor in browsers:
                if not access.admits(actor):
                    continue
                answer = browser.get(address(app, rule, value))
                if answer.status_code >= 500:
                    broken.append(f"{rule.rule}: {answer.status_code}")
    assert counts(world) == before
    assert sorted(set(broken)) == []


def test_every_role_is_tried(world):
    roles = {role for key in ONE_OF_EACH_ROLE for role in (seat.role for seat in world.actor(key).seats)}
    assert roles == set(Role)


def counts(world) -> dict[str, int]:
    tables = [table for table in Base.metadata.sorted_tables if table.name not in QUIET]
    with world.database.reading() as session:
        return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}
