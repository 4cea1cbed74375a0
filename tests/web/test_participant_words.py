"""A coach changes what is known of a person: the own word stays, and calendars hear only of what they show."""

import re
from datetime import timedelta

import pytest
import time_machine

from hub.actions.subscriptions import change_word
from hub.models.participant import Participant
from hub.models.subscription import FeedKind
from tests.feeds import fetch, only, person, row_of, subscribe, subscribe_person
from tests.places import book, make_offer, make_slot


def as_sent(page):
    """Return what a browser sends from the form as it was shown, with nothing changed."""
    sent = {}
    for name, inner in re.findall(r'<select\b[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        options = re.findall(r"<option\b[^>]*>", inner)
        chosen = next((one for one in options if "selected" in one), options[0])
        sent[name] = re.search(r'value="([^"]*)"', chosen).group(1)
    for tag in re.findall(r"<input\b[^>]*>", page):
        name, kind = re.search(r'name="(\w+)"', tag), re.search(r'type="(\w+)"', tag)
        if name and not (kind and kind.group(1) in ("checkbox", "submit") and "checked" not in tag):
            value = re.search(r'value="([^"]*)"', tag)
            sent[name.group(1)] = value.group(1) if value else ""
    return sent


def word_of(world):
    with world.database.reading() as session:
        return session.get_one(Participant, world.cast.tarik.id).neutral_word


@pytest.mark.parametrize("word", ["Sport", "Treffen"])
def test_the_persons_own_word_stays_whatever_else_the_coach_changes(world, sign_in, word):
    clara, address = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"
    world.do(change_word, actor=person(world, "tarik"), word=word, at=world.at)
    page = clara.get(f"{address}/edit").text
    assert f"„{word}“" in page
    sent = as_sent(page)
    refused = clara.post(address, data=sent | {"given": ""})
    assert refused.status_code == 422
    assert f"„{word}“" in refused.text
    assert clara.post(address, data=sent | {"phone": "03521 1234"}).status_code == 303
    assert word_of(world) == word
    sent = as_sent(clara.get(f"{address}/edit").text)
    assert clara.post(address, data=sent | {"neutral_word": "Kaffee"}).status_code == 422  # only the person writes one
    assert clara.post(address, data=sent | {"neutral_word": "Erinnerung"}).status_code == 303
    assert word_of(world) == "Erinnerung"


def test_calendars_are_raised_only_by_what_one_of_them_shows(app, world, sign_in):
    book(world, make_slot(world, make_offer(world)), world.cast.tarik)
    own, token = subscribe(world, person(world, "tarik"))
    coachs, initials = subscribe(world, world.actor("clara"), FeedKind.COACH, initials=True)
    with time_machine.travel(world.at + timedelta(minutes=5), tick=True):
        fetch(app, token)
    clara, address = sign_in("clara"), f"/people/{world.cast.tarik.public_id}"

    def save(**changes):
        sent = as_sent(clara.get(f"{address}/edit").text)
        assert clara.post(address, data=sent | changes).status_code == 303
        return row_of(world, own).revision, row_of(world, coachs).revision

    assert save(phone="03521 1234", notes="Kommt mit dem Bus", birth_year="1980") == (1, 1)
    assert save(neutral_word="Treffen") == (2, 2)
    assert save(given="Zoe") == (3, 3)
    assert str(only(fetch(app, initials))["SUMMARY"]).startswith("Z.")
    assert save(municipality_code="14627230") == (4, 4)
    assert save(locale="en") == (5, 5)
    page = clara.get(address).text
    assert "mein Handy: heute abgeholt" in page
    assert "die letzte Änderung fehlt noch" not in page, "no date has changed"
    assert str(only(fetch(app, subscribe_person(world, "tarik", name="Uhr")))["SUMMARY"]) == "Treffen"
