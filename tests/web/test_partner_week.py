"""A partner's week as a grid and as a list: both say the same of every date, and each state has a shape and a word."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from hub.models.offer import Offer
from hub.models.slot import SlotState
from tests.courses import make_course, sessions_of
from tests.places import book, make_offer, make_slot

DAY = timedelta(days=1)


def both(browser, week="2026-W38"):
    """Return what stands under the links of the week and of the list, the words as they are read."""
    found = []
    for view in ("", "&view=list"):
        page = browser.get(f"/slots?week={week}{view}").text
        assert "Keine Termine" in page or view
        found.append(page.split('class="opening-links"')[1].split("</div>", 1)[1].split('class="section inline"')[0])
    return found


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("state", "shape", "word"),
    [(SlotState.CALLED_OFF, "disc-cross", "abgesagt"), (SlotState.UNSETTLED, "triangle", "noch zu klären")],
)
def test_a_state_has_one_shape_and_one_word_in_both_views(world, sign_in, state, shape, word):
    make_slot(world, make_offer(world), state=state)
    for html in both(sign_in("sven")):
        assert re.search(rf'#{shape}"></use>\s*</svg>\s*<span>{word}</span>', html)


def test_grid_and_list_say_until_when_and_how_many_are_there(world, sign_in):
    book(world, make_slot(world, make_offer(world, title="Turnen"), places=1), world.cast.tarik)
    make_slot(world, make_offer(world, title="Nachtwache"), starts_at=world.at + timedelta(hours=14), minutes=600)
    for words in map(plain, both(sign_in("sven"))):
        for fact in ("Turnen", "1 von 1 belegt", "8:30", "bis 9:30", "Nachtwache", "22:30", "bis Di, 8:30"):
            assert fact in words, fact


def test_where_is_said_only_where_it_differs(world, sign_in):
    sven, offer = sign_in("sven"), make_offer(world)
    make_slot(world, offer)
    gym, hall = (world.cast.locations[name] for name in ("gym", "town_hall"))
    assert [gym.name in plain(html) for html in both(sven)] == [False, False]
    make_slot(world, make_offer(world, location_id=hall.id), starts_at=world.at + DAY, room_id=hall.rooms[0].id)
    for words in map(plain, both(sven)):
        assert gym.name in words
        assert f"{hall.name}, {hall.rooms[0].name}" in words


def test_a_session_of_a_course_without_its_room_says_so_beside_its_places(world, sign_in):
    session = sessions_of(world, make_course(world))[0]
    with world.database.transaction() as unit:
        unit.get_one(Offer, session.offer_id).room_id = world.cast.locations["town_hall"].rooms[0].id
    year, week, _ = session.starts_at.isocalendar()
    for html in both(sign_in("sven"), f"{year}-W{week}"):
        assert re.search(r'#triangle"></use>\s*</svg>\s*<span>Raum noch offen</span>', html)
        assert f"{session.places} frei von {session.places}" in plain(html)


def test_the_sunday_on_which_the_clocks_go_back_is_one_whole_day(world, sign_in):
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    make_slot(world, make_offer(world), starts_at=start, minutes=25 * 60)
    for html in both(sign_in("sven"), "2026-W43"):
        assert "ganz\u00adtags" in html
    assert ">So <" in both(sign_in("sven"), "2026-W43")[0]


def test_thirty_dates_of_one_day_all_stand_there(world, sign_in):
    offer = make_offer(world)
    for number in range(30):
        make_slot(world, offer, starts_at=world.at + DAY + timedelta(minutes=20 * number), minutes=20)
    grid, rows = both(sign_in("sven"))
    assert grid.count('class="week-slot"') == rows.count('class="time-row-item"') == 30
