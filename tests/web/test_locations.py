"""Places and rooms: coordinators keep those of the network, partners their own."""

from datetime import timedelta

import pytest

from hub.actions import locations as verbs
from hub.errors import InvalidInput, NotAllowed
from hub.models.location import Location, Room
from hub.models.slot import Slot
from hub.queries.locations import get_location
from tests.catalogue import make_offer, make_slot

FORM = {"name": "Bürgertreff", "street": "Markt 3", "postal_code": "01558", "municipality": "14627060"}


def stored(world, kind, **facts):
    with world.database.reading() as session:
        return session.query(kind).filter_by(**facts).one()


def test_a_partner_adds_an_own_place_where_its_municipality_lies(world, sign_in):
    sven = sign_in("sven")
    assert "Rathaus Nossen</option>" not in sven.get("/locations/new").text
    data = FORM | {"organisation": world.cast.club.public_id, "step_free": "y", "facts": ["toilet", "lift"]}
    answer = sven.post("/locations", data=data)
    assert answer.status_code == 303
    made = stored(world, Location, name="Bürgertreff")
    assert (made.latitude, made.longitude, made.approximate) == (51.2895, 13.5335, True)
    assert made.facts == ["step_free", "lift", "toilet"]
    assert made.organisation_id == world.cast.club.id
    assert "Bürgertreff" in sven.get("/locations").text


def test_exact_coordinates_are_kept_with_a_comma_too(world, sign_in):
    exact = {"organisation": world.cast.town.public_id, "latitude": "51,0575", "longitude": "13.2972"}
    assert sign_in("nora").post("/locations", data=FORM | exact).status_code == 303
    made = stored(world, Location, name="Bürgertreff")
    assert (made.latitude, made.longitude, made.approximate) == (51.0575, 13.2972, False)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"latitude": "13,2972", "longitude": "51,0575"}, "Sind die Zahlen vertauscht?"),
        ({"latitude": "51,0575"}, "Bitte beide Zahlen angeben, oder keine."),
        ({"latitude": "x", "longitude": "13"}, "Bitte eine Zahl in Grad"),
        ({"latitude": "nan", "longitude": "13"}, "nicht in Sachsen"),
        ({"municipality": ""}, "Bitte wählen Sie die Gemeinde."),
        ({"postal_code": "0155"}, "Bitte fünf Ziffern"),
        ({"name": " "}, "Bitte geben Sie dem Ort einen Namen."),
    ],
)
def test_what_is_wrong_is_said_and_entries_stay(world, sign_in, entry, words):
    answer = sign_in("nora").post("/locations", data=FORM | {"organisation": world.cast.town.public_id} | entry)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Markt 3"' in answer.text
    assert all(f'value="{value}"' in answer.text for name, value in entry.items() if name == "latitude")


def test_a_partner_sees_places_of_the_network_but_changes_only_own_ones(world, sign_in):
    sven, own, other = sign_in("sven"), world.cast.gym, world.cast.town_hall
    listed = sven.get("/locations").text
    assert "Rathaus Nossen" in listed
    assert f"/locations/{other.public_id}/edit" not in listed
    assert sven.get(f"/locations/{own.public_id}/edit").status_code == 200
    assert sven.get(f"/locations/{other.public_id}/edit").status_code == 403
    assert sven.post(f"/locations/{other.public_id}", data=FORM).status_code == 403
    assert sven.post(f"/locations/{other.public_id}/rooms", data={"name": "x", "places": "1"}).status_code == 403
    assert sven.post("/locations", data=FORM | {"organisation": world.cast.town.public_id}).status_code == 422
    assert sign_in("kerstin").get(f"/locations/{own.public_id}/edit").status_code == 200


def test_nobody_else_has_these_pages_or_verbs(world, sign_in, subtests):
    for key in ["clara", "frank", "lena", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            browser, gym = sign_in(key), world.cast.gym
            for path in ("/locations", "/locations/new", f"/locations/{gym.public_id}/edit"):
                assert browser.get(path).status_code == 404
            entries = verbs.RoomEntries(name="x")
            with pytest.raises(NotAllowed):
                world.do(verbs.add_room, actor=world.actor(key), location=gym, entries=entries, at=world.at)


def test_places_of_other_networks_do_not_exist(world, sign_in):
    with world.database.transaction() as session:
        house = Location(
            organisation_id=world.cast.jc_bautzen.id,
            name="Haus",
            municipality_code="14625020",
            latitude=51.18,
            longitude=14.43,
        )
        session.add(house)
    for key in ("nora", "sven"):
        assert sign_in(key).get(f"/locations/{house.public_id}/edit").status_code == 404
        assert sign_in(key).post(f"/locations/{house.public_id}", data=FORM).status_code == 404


def test_rooms_are_added_and_changed_under_different_names(world, sign_in):
    petra, place = sign_in("petra"), world.cast.clinic_house
    room = {"name": "Raum 4", "places": "12", "step_free": "y", "equipment": "Matten"}
    assert petra.post(f"/locations/{place.public_id}/rooms", data=room).status_code == 303
    made = stored(world, Room, name="Raum 4")
    assert (made.places, made.step_free, made.lendable, made.location_id) == (12, True, False, place.id)
    again = petra.post(f"/locations/{place.public_id}/rooms", data=room | {"name": "raum 3"})
    assert again.status_code == 422
    assert "Einen Raum mit diesem Namen gibt es hier schon." in again.text
    one = f"/locations/{place.public_id}/rooms/{made.public_id}"
    changed = petra.post(one, data=room | {"lendable": "y", "buffer_minutes": "15"})
    assert changed.status_code == 303
    now = stored(world, Room, name="Raum 4")
    assert (now.lendable, now.buffer_minutes) == (True, 15)
    assert petra.post(one, data=room | {"buffer_minutes": "121"}).status_code == 422
    assert 'value="15"' in petra.get(f"{one}/edit").text
    assert petra.get(f"/locations/{place.public_id}/rooms/unknown/edit").status_code == 404
    assert "Raum 4: 12 Plätze, ohne Stufen, wird verliehen, Matten" in petra.get("/locations").text


def test_a_new_address_reaches_the_calendars_and_a_new_fact_does_not(world):
    with world.database.transaction() as session:
        offer = make_offer(session, world, "Walk")
        coming = make_slot(session, offer, world.at + timedelta(days=1))
        past = make_slot(session, offer, world.at - timedelta(days=1))
    sven, gym = world.actor("sven"), world.cast.gym
    same = {"name": gym.name, "street": gym.street, "postal_code": gym.postal_code}
    same |= {"municipality_code": gym.municipality_code, "latitude": gym.latitude, "longitude": gym.longitude}
    for entries, sequence in (
        (verbs.Entries(**same, step_free=False), 0),
        (verbs.Entries(**{**same, "street": "Neue Straße 1"}), 1),
    ):
        with world.database.transaction() as session:
            location = get_location(session, sven, gym.public_id)
            verbs.update_location(session, actor=sven, location=location, entries=entries, at=world.at)
        assert stored(world, Slot, id=coming.id).sequence == sequence
        assert stored(world, Slot, id=past.id).sequence == 0


def test_an_unknown_municipality_is_refused_by_the_verb_itself(world):
    entries = verbs.Entries(name="x", municipality_code="99999999")
    said = {"actor": world.actor("nora"), "organisation": world.cast.town, "entries": entries, "at": world.at}
    with pytest.raises(InvalidInput):
        world.do(verbs.create_location, **said)
