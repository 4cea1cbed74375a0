"""Searching from a need and from what suits a person: what is filled in, remembered, seen, and by whom."""

from datetime import timedelta

import pytest

from hub.actions.preferences import Suits, forget_preference, remember_preference
from hub.actions.referrals import close_referral, open_referral
from hub.errors import InvalidInput, NotAllowed
from hub.models.demand import Demand
from hub.models.log import LogEntry
from hub.models.offer import Access, Aim, Stage
from hub.models.participant import Cover, Participant
from hub.models.preference import Preference
from hub.models.user import Membership, Role
from hub.queries.offer_filters import DayPart
from hub.queries.participants import get_participant
from tests.places import all_rows, counted, enter, give_card, make_offer, make_slot

TAKEN = {"km": "30", "step_free": "yes", "day": ["3"], "time": ["morning"], "language": "tr", "place": "14627140"}


def need(world, *, who="tarik", aim=Aim.BODY, stage=Stage.PREVENTION, matters=()):
    actor = world.actor("clara")
    with world.database.transaction() as session:
        person = get_participant(session, actor, world.cast.people[who].public_id, at=world.at)
        return open_referral(
            session, actor=actor, participant=person, aim=aim, stage=stage, matters=matters, at=world.at
        )


def find(world, browser, **query):
    return browser.get("/find", query_string={"person": world.cast.tarik.public_id} | query)


def remember(world, browser, **entries):
    person = world.cast.tarik.public_id
    return browser.post(f"/people/{person}/preference", data={"asked": "yes"} | TAKEN | entries)


def change(world, verb, key="clara", **arguments):
    actor = world.actor(key)
    with world.database.transaction() as session:
        person = session.get_one(Participant, world.cast.tarik.id)
        verb(session, actor=actor, participant=person, at=world.at, **arguments)


def checked(page, name):
    """Return the values of the ticked boxes of a filter."""
    boxes = [tag for tag in page.split("<input ") if f'name="{name}"' in tag and ' type="hidden"' not in tag]
    return [tag.split('value="')[1].split('"')[0] for tag in boxes if " checked" in tag.split(">")[0]]


def test_one_button_leads_from_a_need_to_a_search_that_is_filled_in(world, sign_in):
    referral, clara = need(world, matters=["near", "companion", "language"]), sign_in("clara")
    listed = clara.get(f"/people/{world.cast.tarik.public_id}/referrals").text
    address = f"/find?person={world.cast.tarik.public_id}&amp;referral={referral.public_id}"
    assert listed.count(address) == 1
    assert "Passendes suchen" in listed
    page = clara.get(address.replace("&amp;", "&")).text
    assert checked(page, "aim") == ["body"]
    assert checked(page, "stage") == ["prevention"]
    assert checked(page, "km") == ["5"]
    assert checked(page, "step_free") == ["yes"]
    assert checked(page, "companion") == ["yes"]
    assert checked(page, "language") == ["tr"]
    assert "bis 5\u00a0km um Coswig" in page


def test_stage_and_what_matters_narrow_the_hits(world, sign_in):
    make_slot(world, make_offer(world, title="Vorbeugend", aim=Aim.BODY, companion_welcome=True))
    make_slot(world, make_offer(world, title="Allein", aim=Aim.BODY))
    make_slot(
        world,
        make_offer(world, title="Nach der Klinik", aim=Aim.BODY, companion_welcome=True, stage=Stage.REHABILITATION),
    )
    referral = need(world, matters=["companion"])
    page = find(world, sign_in("clara"), referral=referral.public_id).text
    fitting, nearly = page.split("Passt fast")
    assert "Vorbeugend" in fitting
    assert "1\u00a0km, stufenlos, mit Begleitung, Do 8:30\u00a0Uhr, 3 Plätze frei" in fitting
    assert "Nach der Klinik" not in fitting
    assert "Nach der Klinik" in nearly
    assert "Allein" not in page


def test_a_need_of_somebody_else_does_not_exist(world, sign_in):
    referral = need(world, who="heinz")
    assert find(world, sign_in("clara"), referral=referral.public_id).status_code == 404


def test_a_closed_need_still_says_what_was_looked_for(world, sign_in):
    referral = need(world)
    world.do(close_referral, actor=world.actor("clara"), referral=referral, outcome="met", at=world.at)
    assert checked(find(world, sign_in("clara"), referral=referral.public_id).text, "aim") == ["body"]


def test_what_suits_is_remembered_and_the_next_search_begins_with_it(world, sign_in):
    clara = sign_in("clara")
    answer = remember(world, clara, aim="move")
    assert answer.location == f"/find?person={world.cast.tarik.public_id}&aim=move"
    page = find(world, clara).text
    assert "Gemerkt: bis 30\u00a0km um Meißen, stufenlos, Türkisch, Do, vormittags." in page
    assert (checked(page, "km"), checked(page, "day"), checked(page, "time")) == (["30"], ["3"], ["morning"])
    assert "Das merken" not in page
    row = all_rows(world, Preference)[0]
    assert (row.radius_km, row.weekdays, row.parts, row.languages) == (30, [3], ["morning"], ["tr"])
    assert [one.action for one in all_rows(world, LogEntry)].count("preference.changed") == 1


def test_remembering_goes_on_searching_for_the_need(world, sign_in):
    referral, clara = need(world), sign_in("clara")
    answer = remember(world, clara, aim="move", referral=referral.public_id)
    page = clara.get(answer.location).text
    assert (checked(page, "aim"), checked(page, "stage"), checked(page, "km")) == (["body"], ["prevention"], ["30"])


def test_what_has_no_date_yet_says_so_where_times_were_asked(world, sign_in):
    make_offer(world, title="Beratung", access=Access.REQUEST)
    page = find(world, sign_in("clara"), asked="yes", step_free="yes", day="2").text
    assert "Tag und Uhrzeit noch offen" in page.split("Passt fast")[1]


def test_a_changed_search_offers_to_remember_it_and_to_go_back(world, sign_in):
    clara = sign_in("clara")
    remember(world, clara)
    page = find(world, clara, asked="yes", km="5").text
    assert "Das merken" in page
    assert "Mit dem Gemerkten suchen" in page
    remember(world, clara, km="5", day=[], time=[])
    assert len(all_rows(world, Preference)) == 1
    assert all_rows(world, Preference)[0].radius_km == 5


def test_step_free_and_company_are_kept_once_with_the_access_needs(world, sign_in):
    clara = sign_in("clara")
    remember(world, clara, step_free="", companion="yes")
    needs = next(one.access_needs for one in all_rows(world, Participant) if one.id == world.cast.tarik.id)
    assert needs == ["companion"]
    assert checked(find(world, clara).text, "companion") == ["yes"]
    assert checked(find(world, clara).text, "step_free") == []


def test_forgetting_leaves_where_the_person_lives(world, sign_in):
    clara = sign_in("clara")
    remember(world, clara)
    clara.post(f"/people/{world.cast.tarik.public_id}/preference/deletion")
    page = find(world, clara).text
    assert "Noch nichts gemerkt." in page
    assert "bis 15\u00a0km um Coswig" in page
    assert all_rows(world, Preference) == []
    change(world, forget_preference)  # a second tap finds nothing and says nothing
    assert [one.action for one in all_rows(world, LogEntry)].count("preference.forgotten") == 1


def test_strange_entries_are_not_remembered(world, sign_in):
    remember(world, sign_in("clara"), km="7", day=["9"], time=["never"], language="vi", place="00000000")
    row = all_rows(world, Preference)[0]
    assert (row.radius_km, row.weekdays, row.parts, row.languages, row.municipality_code) == (15, [], [], [], "")


@pytest.mark.parametrize(
    "strange", [{"radius_km": 7}, {"municipality_code": "x"}, {"language": "vi"}, {"weekdays": frozenset({9})}]
)
def test_the_verb_takes_nothing_that_is_not_on_the_lists(world, strange):
    with pytest.raises(InvalidInput):
        change(world, remember_preference, suits=Suits(**{"radius_km": 15} | strange))


def test_the_person_sees_what_is_remembered_of_them(world, sign_in, app):
    tarik = enter(app, give_card(world, world.cast.tarik))
    assert "Das passt für Sie" not in tarik.get("/me").text
    remember(world, sign_in("clara"))
    assert "bis 30\u00a0km um Meißen, stufenlos, Türkisch, Do, vormittags" in tarik.get("/me").text
    assert "um Meißen" not in enter(app, give_card(world, world.cast.heinz)).get("/me").text


def test_what_is_remembered_goes_with_the_person(world):
    with world.database.transaction() as session:
        like = session.get_one(Participant, world.cast.tarik.id)
        facts = {"name": like.name, "contacts": [], "access_needs": [], "municipality_code": like.municipality_code}
        person = Participant(
            jobcenter_id=like.jobcenter_id, name_digest="0" * 64, call_word="Uhu", created_at=world.at, **facts
        )
        session.add(person)
        session.flush()
        session.add(Preference(participant_id=person.id, radius_km=5, changed_at=world.at))
    with world.database.transaction() as session:
        session.delete(session.get_one(Participant, person.id))
    assert all_rows(world, Preference) == []


def cover_by_cem(world):
    with world.database.transaction() as session:
        cem, clara, lena = (world.user(key).id for key in ("cem", "clara", "lena"))
        session.add(
            Membership(user_id=cem, organisation_id=world.cast.jc_meissen.id, role=Role.COACH, created_at=world.at)
        )
        until = world.at + timedelta(days=5)
        session.add(
            Cover(
                coach_id=clara,
                deputy_id=cem,
                ordered_by_id=lena,
                starts_at=world.at - timedelta(days=1),
                ends_at=until,
            )
        )


def test_a_deputy_searches_with_it_and_cannot_change_it(world, sign_in):
    remember(world, sign_in("clara"))
    cover_by_cem(world)
    cem = sign_in("cem")
    page = find(world, cem, asked="yes", km="5").text
    assert "Gemerkt: bis 30\u00a0km um Meißen" in page
    assert "Das merken" not in page
    assert remember(world, cem, km="5").status_code == 403
    with pytest.raises(NotAllowed):
        change(world, forget_preference, key="cem")
    assert all_rows(world, Preference)[0].radius_km == 30


def test_nobody_else_remembers_anything_of_the_person(world, sign_in, subtests):
    for key in ["cem", "frank", "lena", "petra", "nora", "anna", "otto", "fred"]:
        with subtests.test(key=key):
            other, person = sign_in(key), world.cast.tarik.public_id
            assert remember(world, other).status_code == 404
            assert other.post(f"/people/{person}/preference/deletion").status_code == 404
            assert all_rows(world, Preference) == []


def test_what_nobody_has_for_a_need_is_noted_once_with_need_and_district_alone(world, sign_in):
    make_slot(world, make_offer(world, title="Nur für Frauen", aim=Aim.BODY, women_only=True))
    referral, clara = need(world), sign_in("clara")
    page = find(world, clara, referral=referral.public_id).text
    assert "Hier passt gerade nichts." in page
    assert "Nur für Frauen" not in page.split("<main")[1]
    find(world, clara, referral=referral.public_id)
    assert [(one.aim, one.district, one.times) for one in all_rows(world, Demand)] == [("body", "14627", 1)]


def test_no_score_stands_on_the_page_and_the_order_is_explained(world, sign_in):
    make_slot(world, make_offer(world))
    page = find(world, sign_in("clara")).text
    assert "Zuerst: der früheste freie Termin. Dann: die Nähe." in page
    assert "Punkte oder eine Bewertung von Menschen gibt es nicht." in page
    assert not any(word in page.lower() for word in ("score", "rang ", "prozent", "%"))


def test_a_day_and_part_of_day_are_asked_of_the_search(world):
    suits = Suits(radius_km=15, weekdays=frozenset({2}), parts=frozenset({DayPart.EVENING}))
    change(world, remember_preference, suits=suits)
    row = all_rows(world, Preference)[0]
    assert (row.weekdays, row.parts) == ([2], ["evening"])


@pytest.mark.parametrize("n", [1, 50])
def test_a_search_for_a_need_asks_at_most_twelve_times(world, sign_in, n):
    for number in range(n):
        make_slot(world, make_offer(world, title=f"Angebot {number}", aim=Aim.BODY))
    referral, clara = need(world), sign_in("clara")
    remember(world, clara, day=[], time=[], language="", place="")
    find(world, clara, referral=referral.public_id)
    with counted(world) as statements:
        page = find(world, clara, referral=referral.public_id).text
    assert "Angebot 0" in page
    assert len(statements) <= 12, statements
