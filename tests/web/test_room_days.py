"""A place by its rooms for staff: own dates lead on, foreign ones show what is public, gaps are named."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from hub.models.slot import SlotState
from tests.places import counted, make_offer, make_slot
from tests.rooms import lend_room, lent_slot

HOUR = timedelta(hours=1)


def date_in(world, place="town_hall", *, hours, owner="club", minutes=60, state=SlotState.PLANNED, **values):
    location = world.cast.locations[place]
    offer = make_offer(world, owner=owner, location_id=location.id, **values)
    start = world.at + hours * HOUR
    return make_slot(world, offer, starts_at=start, minutes=minutes, room_id=location.rooms[0].id, state=state)


def page_of(world, browser, place="town_hall", day=""):
    return browser.get(f"/locations/{world.cast.locations[place].public_id}/rooms{day}")


def test_own_dates_lead_on_foreign_ones_show_what_is_public_and_gaps_are_named(world, sign_in):
    own = date_in(world, hours=1.5, owner="town", title="Sprechstunde")
    date_in(world, hours=2.5, title="Tanzen", minutes=120)
    date_in(world, hours=6.5, title="Vertrauliches", public=False, owner="clinic")
    page = page_of(world, sign_in("gudrun")).text
    assert "Heute ist in dem Raum noch etwas frei." in page
    assert f'href="/slots/{own.public_id}">Sprechstunde</a>' in page
    assert ">Tanzen</a>" in page
    assert "Vertrauliches" not in page
    assert "belegt" in page
    table = page.partition("<table")[2]
    for gap in ("frei von 8 bis 10\u00a0Uhr", "frei von 13 bis 15\u00a0Uhr", "frei von 16 bis 18\u00a0Uhr"):
        assert gap in table
    assert table.count("frei von") == 3


def test_what_the_drawing_shows_stands_in_the_table_too(world, sign_in):
    date_in(world, hours=1.5, title="Tanzen")
    page = page_of(world, sign_in("sven")).text
    drawing, _, table = page.partition('<svg class="room-day"')[2].partition("</svg>")
    assert 'aria-hidden="true"' in drawing
    assert drawing.count("<rect") == 1
    assert "Tanzen" in table


def test_whose_a_date_is_has_a_shape_and_a_word_in_drawing_legend_and_table(world, sign_in):
    date_in(world, hours=0.5, owner="town", title="Sprechstunde", minutes=90)
    date_in(world, hours=2.5, title="Tanzen", minutes=90)
    date_in(world, hours=6.5, title="Vertrauliches", public=False, owner="clinic", minutes=90)
    page = page_of(world, sign_in("gudrun")).text
    drawing, _, rest = page.partition('<svg class="room-day"')[2].partition("</svg>")
    legend, _, table = rest.partition("<table")
    for shape, word in (("part", "Ihr Termin"), ("whole", "Termin von anderen"), ("span", "belegt")):
        assert drawing.count(f'<rect class="{shape}"') == 1
        assert re.search(rf'<text class="in {shape}"[^>]*>{word}</text>', drawing)
        for key in (legend, table):
            assert len(re.findall(rf'<rect class="{shape}" [^>]*/></svg>{word}<', key)) == 1
    assert drawing.count(">frei</text>") == table.count("frei von") == 4


def test_the_legend_explains_only_what_is_there(world, sign_in):
    date_in(world, hours=0.5, title="Tanzen")
    legend = page_of(world, sign_in("gudrun")).text.partition('class="legend"')[2].partition("</ul>")[0]
    assert "Termin von anderen" in legend
    assert "Ihr Termin" not in legend
    assert 'class="legend"' not in page_of(world, sign_in("gudrun"), day="?day=2026-09-15").text


def test_the_hours_beside_the_drawing_are_those_of_the_clock_on_the_day_it_is_set_back(world, sign_in):
    night = (datetime(2026, 10, 24, 23, tzinfo=UTC) - world.at) / HOUR  # 1 in the morning, until 3: three hours
    date_in(world, hours=night, title="Nachtwache", minutes=180)
    page = page_of(world, sign_in("gudrun"), day="?day=2026-10-25").text
    hours = re.findall(r'<text x="0" [^>]*>(\d+:00)</text>', page)
    assert hours[:5] == ["1:00", "2:00", "2:00", "3:00", "4:00"]
    assert hours[-1] == "18:00"


def test_a_night_in_a_room_says_on_which_day_it_ends(world, sign_in):
    date_in(world, hours=13, title="Nachtwache", minutes=600)
    assert "21:30 bis Di, 7:30" in page_of(world, sign_in("gudrun")).text


def test_a_date_called_off_leaves_the_room_free(world, sign_in):
    date_in(world, hours=1.5, title="Tanzen", state=SlotState.CALLED_OFF)
    page = page_of(world, sign_in("gudrun")).text
    assert "frei von 8 bis 18\u00a0Uhr" in page
    assert "Tanzen" not in page


def test_a_lent_room_is_taken_for_other_partners_and_the_lenders_own(world, sign_in):
    slot = lent_slot(world, lend_room(world), days=0, hours=2)
    assert "Sitzungszimmer</a>" not in page_of(world, sign_in("sven")).text
    assert "belegt" in page_of(world, sign_in("sven")).text
    assert f'href="/slots/{slot.public_id}"' in page_of(world, sign_in("gudrun")).text


def test_a_full_day_says_so_and_one_walks_on(world, sign_in):
    date_in(world, hours=-0.5, minutes=10 * 60)
    page = page_of(world, sign_in("gudrun")).text
    assert "Heute ist jeder Raum belegt." in page
    assert "Morgen ist in dem Raum noch etwas frei." in page_of(world, sign_in("gudrun"), day="?day=2026-09-15").text


def test_a_place_without_rooms_says_what_to_do(world, sign_in):
    page = page_of(world, sign_in("sven"), "gym")
    assert "Dieser Ort hat noch keine Räume." in page.text


@pytest.mark.parametrize(
    ("key", "status"), [("nora", 200), ("petra", 200), ("clara", 404), ("frank", 404), ("fred", 404)]
)
def test_who_uses_the_places_of_the_network_sees_them(world, sign_in, key, status):
    assert page_of(world, sign_in(key)).status_code == status


def test_the_page_asks_as_often_for_a_full_day_as_for_an_empty_one(world, sign_in):
    gudrun = sign_in("gudrun")
    with counted(world) as few:
        page_of(world, gudrun)
    for number in range(12):
        date_in(world, hours=number / 2, minutes=30)
    with counted(world) as many:
        page_of(world, gudrun)
    assert len(many) == len(few) <= 9
