"""Place codes: words one can say on the telephone, each code once in a slot."""

import re

from hub.queries import codes
from hub.queries.codes import find_free_code, place_words
from tests.places import book, make_offer, make_slot
from tests.world import World


def test_there_are_enough_short_plain_words() -> None:
    words = place_words()
    assert len(words) == len(set(words)) >= 150
    assert all(re.fullmatch("[A-ZÄÖÜ][a-zäöüß]{2,11}", word) for word in words)


def test_words_that_sound_alike_are_not_both_there() -> None:
    words = {word.casefold() for word in place_words()}
    for pair in (
        {"eiche", "esche"},
        {"lärche", "lerche"},
        {"heide", "weide"},
        {"tanne", "tonne"},
        {"granat", "granit"},
    ):
        assert len(pair & words) < 2, pair


def test_a_wish_is_kept_where_it_is_free(world: World) -> None:
    slot = make_slot(world, make_offer(world))
    given = book(world, slot, world.cast.tarik).code
    with world.database.reading() as session:
        assert find_free_code(session, slot.id, wish="Birke 27") == "Birke 27"
        assert find_free_code(session, slot.id, wish=given) != given


def test_while_words_last_no_word_comes_twice_in_a_slot(world: World, monkeypatch) -> None:
    monkeypatch.setattr(codes, "place_words", lambda: ("Birke", "Anker"))
    slot = make_slot(world, make_offer(world))
    given = [book(world, slot, person).code for person in (world.cast.tarik, world.cast.heinz, world.cast.jolanta)]
    assert {code.split()[0] for code in given[:2]} == {"Birke", "Anker"}
    assert len(set(given)) == 3
