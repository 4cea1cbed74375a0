"""Municipalities: all can be found, all lie somewhere, and distances are right."""

import pytest

from hub.folding import fold
from hub.geography import box_around, distance_km, find_by_name_or_postal_code, find_municipality, municipalities


def names(text):
    return [one.name for one in find_by_name_or_postal_code(text)]


def test_all_municipalities_of_the_three_districts_are_there():
    assert len(municipalities()) == 115
    assert {one.district for one in municipalities()} == {"Bautzen", "Meißen", "Leipzig"}


def test_each_is_found_first_by_its_own_name_and_by_each_postal_code():
    for one in municipalities():
        assert find_by_name_or_postal_code(one.name)[0] == one
        assert all(one in find_by_name_or_postal_code(code) for code in one.postal_codes)
        assert find_municipality(one.code) is one


def test_without_coordinates_it_lies_where_its_neighbour_by_postal_code_does():
    lauta, parthenstein = (find_by_name_or_postal_code(name)[0] for name in ("Lauta", "Parthenstein"))
    neighbour = find_by_name_or_postal_code("Bernsdorf")[0]
    assert lauta.approximate
    assert (lauta.latitude, lauta.longitude) == (neighbour.latitude, neighbour.longitude)
    assert parthenstein.district == "Leipzig"
    assert distance_km(parthenstein.latitude, parthenstein.longitude, 51.2337, 12.7196) < 15  # Grimma
    assert not neighbour.approximate


def test_all_lie_in_saxony():
    assert all(50.9 < one.latitude < 51.6 and 12.0 < one.longitude < 15.0 for one in municipalities())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Großenhain", "Großenhain"),
        ("GROSSENHAIN", "Großenhain"),
        ("  grossenh ", "Großenhain"),
        ("Groeditz", "Gröditz"),
        ("groditz", "Gröditz"),
        ("Sohland an der Spree", "Sohland an der Spree"),
        ("kuckau", "Panschwitz-Kuckau"),
        ("Kuckau, 01920", "Panschwitz-Kuckau"),
        ("01640 Coswig", "Coswig"),
        ("Budyšin", "Bautzen"),
        ("budysin", "Bautzen"),
        ("Chrósćicy", "Crostwitz"),
        ("Njeswacidlo", "Neschwitz"),
        ("łaz", "Lohsa"),
        ("Ralbicy-Róžant", "Ralbitz-Rosenthal"),
        ("Pančicy", "Panschwitz-Kuckau"),
    ],
)
def test_people_may_write_it_their_way(written, meant):
    assert names(written)[0] == meant


def test_the_same_name_comes_before_a_longer_one():
    assert names("neukirch") == ["Neukirch", "Neukirch/Lausitz"]
    assert names("01904 neukirch") == ["Neukirch/Lausitz"]


@pytest.mark.parametrize("nothing", ["", "   ", "01", "99999", "Atlantis", "Coswig 99999", "—"])
def test_what_nobody_means_finds_nothing(nothing):
    assert names(nothing) == []


def test_all_sorbian_letters_fold():
    assert fold("Ćć Čč Ěě Łł Ńń Óó Řř Šš Žž") == "cc cc ee ll nn oo rr ss zz"
    assert fold("Fußgänger / ÄRZTE") == fold("fussgaenger aerzte") == "fussganger arzte"


def test_distances_are_those_of_a_great_circle():
    assert distance_km(51.1803, 14.4349, 51.1803, 14.4349) == 0
    assert distance_km(51.1616, 13.4775, 51.1803, 14.4349) == pytest.approx(66.8, abs=0.5)  # Meißen to Bautzen
    assert distance_km(0, 0, 0, 1) == pytest.approx(111.19, abs=0.01)


def test_a_box_holds_the_whole_circle():
    south, north, west, east = box_around(51.2, 13.5, 20)
    assert distance_km(51.2, 13.5, south, 13.5) == pytest.approx(20, abs=0.01)
    assert distance_km(51.2, 13.5, north, 13.5) == pytest.approx(20, abs=0.01)
    assert distance_km(51.2, 13.5, 51.2, west) >= 20
    assert distance_km(51.2, 13.5, north, east) >= 20
