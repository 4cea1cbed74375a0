"""The team lead's page: names, coaches and days of participation; assigning and covers."""

from datetime import timedelta

import pytest

from hub import clock
from hub.models.log import LogEntry
from hub.models.participant import Cover, Participant
from hub.models.user import Membership, Role
from tests.places import all_rows, make_people


@pytest.fixture
def colleague(world):
    with world.database.transaction() as session:
        session.add(
            Membership(
                user_id=world.user("fred").id,
                organisation_id=world.cast.jc_meissen.id,
                role=Role.COACH,
                created_at=world.at,
            )
        )
    return world.user("fred")


def test_the_own_house_is_shown_and_no_other(world, sign_in):
    page = sign_in("lena").get("/team").text
    assert "Tarik Demirci" in page
    assert "3 von 15" in page
    assert "Mandy" not in page
    assert "Cem" not in page
    assert "0151" not in page
    assert [e.fields for e in all_rows(world, LogEntry) if e.action == "person.list"] == [
        ["I1", "coach", "participation"]
    ]


def test_a_caseload_over_the_limit_is_marked(world, sign_in):
    make_people(world, 13)
    assert "16 von 15" in sign_in("lena").get("/team").text


def test_a_person_without_a_coach_heads_the_page(world, sign_in):
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.tarik.id).coach_id = None
    assert "Ein Mensch hat noch keinen Coach." in sign_in("lena").get("/team").text


def test_a_coach_is_assigned(world, sign_in, colleague):
    lena, person = sign_in("lena"), world.cast.tarik
    assert "Fred Fremd" in lena.get(f"/team/people/{person.public_id}").text
    answer = lena.post(f"/team/people/{person.public_id}/coach", data={"coach": colleague.public_id})
    assert answer.status_code == 303
    assert sign_in("fred").get(f"/people/{person.public_id}").status_code == 200
    assert sign_in("clara").get(f"/people/{person.public_id}").status_code == 404


@pytest.mark.parametrize("key", ["cem", "petra", "lena"])
def test_only_a_coach_of_the_house_can_be_assigned(world, sign_in, key):
    address = f"/team/people/{world.cast.tarik.public_id}/coach"
    assert sign_in("lena").post(address, data={"coach": world.user(key).public_id}).status_code == 404


def test_a_cover_is_ordered_shown_and_ended(world, sign_in, colleague):
    lena, today = sign_in("lena"), clock.local_date(world.at)
    data = {
        "coach": world.user("clara").public_id,
        "deputy": colleague.public_id,
        "first_on": today.isoformat(),
        "last_on": (today + timedelta(days=4)).isoformat(),
    }
    assert lena.post("/team/covers", data=data).status_code == 303
    assert (
        "Vertretung: Fred Fremd, Montag, 14.\u00a0September bis Freitag, 18.\u00a0September" in lena.get("/team").text
    )
    fred = sign_in("fred")
    assert fred.get(f"/people/{world.cast.tarik.public_id}").status_code == 200
    (cover,) = all_rows(world, Cover)
    assert lena.post(f"/team/covers/{cover.public_id}/end").status_code == 303
    assert fred.get(f"/people/{world.cast.tarik.public_id}").status_code == 404  # in the open session


def test_a_wrong_day_is_said_beside_its_field(world, sign_in, colleague):
    today = clock.local_date(world.at)
    data = {
        "coach": world.user("clara").public_id,
        "deputy": colleague.public_id,
        "first_on": today.isoformat(),
        "last_on": (today - timedelta(days=1)).isoformat(),
    }
    answer = sign_in("lena").post("/team/covers", data=data)
    assert answer.status_code == 422
    assert "Der letzte Tag liegt vor dem ersten." in answer.text


def test_nobody_else_has_these_pages(world, sign_in, subtests):
    for key in ["clara", "cem", "frank", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            other, person = sign_in(key), f"/team/people/{world.cast.tarik.public_id}"
            assert [other.get(a).status_code for a in ("/team", person)] == [404, 404]
            posts = [f"{person}/coach", "/team/covers", "/team/covers/x/end"]
            assert {
                a: other.post(a, data={"coach": world.user("clara").public_id}).status_code for a in posts
            } == dict.fromkeys(posts, 404)


def test_the_other_houses_people_do_not_exist_for_the_lead(world, sign_in):
    lena, person = sign_in("lena"), f"/team/people/{world.cast.mandy.public_id}"
    assert lena.get(person).status_code == 404
    assert lena.post(f"{person}/coach", data={"coach": world.user("clara").public_id}).status_code == 404


def test_people_are_folded_under_their_coach_and_who_has_none_stands_open(world, sign_in):
    make_people(world, 4)
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.tarik.id).coach_id = None
    page = sign_in("lena").get("/team").text
    coach = world.user("clara").name
    fold = page.partition(f"<summary>{coach}: 6 Menschen</summary>")[2].partition("</details>")[0]
    assert fold.count('class="row-name"') == 6
    assert "Vorname00" in fold
    assert "Tarik Demirci" not in fold
    assert page.index("Noch ohne Coach") < page.index("Tarik Demirci") < page.index("<summary>")
