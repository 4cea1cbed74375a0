"""Handing a caseload over on the pages: whose, to whom, a proposal that can be changed, and never on stale ground."""

import re
from collections import Counter
from datetime import timedelta

from hub.models.bulk_job import BulkJob
from hub.models.log import LogEntry, LogSubject
from hub.models.participant import Participant
from tests.bulk import outcome, work
from tests.places import all_rows, counted, make_people
from tests.web.test_slots import words
from tests.worker.test_deputies import hire


def coaches(world):
    names = {world.user(key).id: key for key in ("clara", "fred", "cem")}
    return [names.get(one.coach_id, "") for one in all_rows(world, Participant) if one.jobcenter_id == jobcenter(world)]


def jobcenter(world):
    return world.cast.jc_meissen.id


def preview(world, browser, *to, of="clara"):
    coach = world.user(of).public_id if of != "none" else of
    query = {"coach": coach, "to": [world.user(key).public_id for key in to]}
    return browser.get("/team/handover/preview", query_string=query)


def sent(answer):
    """Return what the form of a preview would send as it stands."""
    chosen = {}
    for name, options in re.findall(r'<select[^>]* name="(coach-\w+)">(.*?)</select>', answer.text, re.DOTALL):
        found = re.search(r'value="(\w*)" selected', options)
        chosen[name] = found[1] if found else ""
    hidden = re.findall(r'type="hidden" name="(coach|seen)" value="(\w+)"', answer.text)
    return chosen | dict(hidden)


def test_the_team_leads_to_it_and_the_proposal_shows_everybody(world, sign_in):
    hire(world), hire(world, "cem"), make_people(world, 3)
    lena = sign_in("lena")
    assert "/team/handover" in lena.get("/team").text
    text = words(lena.get("/team/handover"))
    assert "Clara" in text
    with counted(world) as statements:
        answer = preview(world, lena, "fred", "cem")
    assert len(statements) <= 12
    text = words(answer)
    assert "6 Menschen bekommen einen anderen Coach." in text
    assert text.count("dann 3 von 15") == 2
    assert "Künftige Besuche und geliehene Räume gehen mit." in text
    assert coaches(world) == ["clara"] * 6
    assert [one.action for one in all_rows(world, LogEntry)].count("person.list") == 2, "names were read twice"


def test_every_list_of_names_is_logged_with_its_own_people_and_a_running_job_shows_none(world, sign_in):
    hire(world)
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.heinz.id).coach_id = world.user("cem").id
    lena = sign_in("lena")
    assert preview(world, lena, "fred", of="cem").status_code == 200
    data = sent(preview(world, lena, "fred"))
    assert lena.get("/team").status_code == 200
    subjects = Counter(one.log_id for one in all_rows(world, LogSubject))
    assert [subjects[one.id] for one in lists_seen(world)] == [1, 2, 3]
    address = lena.post("/team/handover", data=data).location
    lena.get(address)
    assert len(lists_seen(world)) == 3, "how far it is tells no names"
    work(world)
    for _ in range(2):
        assert "Tarik Demirci" in words(lena.get(address))
    assert len(lists_seen(world)) == 4


def lists_seen(world):
    found = [one for one in all_rows(world, LogEntry) if one.action == "person.list"]
    return sorted(found, key=lambda one: one.id)


def test_everybody_goes_as_shown_and_the_report_names_them(world, sign_in):
    hire(world)
    lena = sign_in("lena")
    data = sent(preview(world, lena, "fred"))
    stays = f"coach-{world.cast.heinz.public_id}"
    counted_again = lena.post("/team/handover/preview", data=data | {stays: ""})
    assert "2 Menschen bekommen einen anderen Coach." in words(counted_again)
    answer = lena.post("/team/handover", data=sent(counted_again))
    assert answer.status_code == 303
    assert "0 von 2" in words(lena.get(answer.location))
    work(world)
    page = lena.get(answer.location)
    text = words(page)
    assert "2 Menschen sind übergeben." in text
    assert "Tarik Demirci" in text
    assert text.count("jetzt bei Fred Fremd") == 2
    assert sorted(coaches(world)) == ["clara", "fred", "fred"]
    again = lena.post("/team/handover", data=sent(counted_again))
    assert (again.status_code, again.location) == (303, answer.location), "sent twice it is one"
    assert len(all_rows(world, BulkJob)) == 1


def test_people_who_came_back_are_handed_over_anew(world, sign_in):
    hire(world)
    lena = sign_in("lena")
    for of, to in (("clara", "fred"), ("fred", "clara"), ("clara", "fred")):
        assert lena.post("/team/handover", data=sent(preview(world, lena, to, of=of))).status_code == 303
        work(world, world.at + timedelta(minutes=len(all_rows(world, BulkJob))))
    assert (len(all_rows(world, BulkJob)), coaches(world)) == (3, ["fred"] * 3)


def test_people_without_a_coach_get_one(world, sign_in):
    hire(world)
    with world.database.transaction() as session:
        for key in ("tarik", "heinz"):
            session.get_one(Participant, world.cast.people[key].id).coach_id = None
    lena = sign_in("lena")
    answer = lena.post("/team/handover", data=sent(preview(world, lena, "fred", of="none")))
    work(world)
    assert "2 Menschen sind übergeben." in words(lena.get(answer.location))
    assert outcome(world) == ["done"] * 2


def test_somebody_new_in_the_caseload_is_seen_first(world, sign_in):
    hire(world)
    lena = sign_in("lena")
    data = sent(preview(world, lena, "fred"))
    make_people(world, 1)
    answer = lena.post("/team/handover", data=data)
    assert answer.status_code == 409
    assert "Jemand war schneller." in answer.text
    assert "Person00" in answer.text
    assert all_rows(world, BulkJob) == []
    nobody = lena.post("/team/handover", data=sent(preview(world, lena)))
    assert nobody.status_code == 422
    assert "mindestens einen Menschen" in nobody.text


def test_nobody_is_given_to_a_coach_of_another_house_and_no_other_team_is_shown(world, sign_in):
    lena = sign_in("lena")
    data = sent(preview(world, lena))
    data[f"coach-{world.cast.tarik.public_id}"] = world.user("cem").public_id
    assert lena.post("/team/handover", data=data).status_code == 404
    assert preview(world, lena, of="cem").status_code == 404
    assert "Cem" not in lena.get("/team/handover").text
    assert "Noch wechselt niemand." in preview(world, lena).text


def test_only_leads_hand_over(world, sign_in, subtests):
    hire(world)
    lena = sign_in("lena")
    data = sent(preview(world, lena, "fred"))
    address = lena.post("/team/handover", data=data).location
    for who in ("clara", "cem", "frank", "sven", "nora", "anna", "otto", "fred"):
        with subtests.test(who=who):
            browser = sign_in(who)
            assert browser.get("/team/handover").status_code == 404
            assert preview(world, browser, "fred").status_code == 404
            assert browser.post("/team/handover", data=data).status_code == 404
            assert browser.get(address).status_code == 404
            assert browser.post(f"{address}/stop").status_code == 404
    assert len(all_rows(world, BulkJob)) == 1


def test_a_lead_who_left_the_team_reads_no_name_in_the_report(world, sign_in):
    hire(world)
    lena = sign_in("lena")
    address = lena.post("/team/handover", data=sent(preview(world, lena, "fred"))).location
    work(world)
    with world.database.transaction() as session:
        session.get_one(Participant, world.cast.tarik.id).jobcenter_id = world.cast.jc_leipzig.id
    text = words(lena.get(address))
    assert "Demirci" not in text
    assert "Jemand, der nicht mehr in Ihrem Team ist." in text
