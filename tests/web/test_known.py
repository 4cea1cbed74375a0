"""Who knows what of a person: the picture is the log of disclosures together with what is in force (R-DSR-09)."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.actions import answers, log
from hub.models.consent import Consent
from hub.models.log import Disclosure
from hub.models.user import User
from hub.queries.known import list_known
from tests.loop import (
    accepted_enquiry,
    ask,
    drafted,
    now,
    partner,
    person_actor,
    request_offer,
    rows,
    say,
    send,
    sent_enquiry,
    withdraw,
)
from tests.places import enter, give_card
from tests.sheets import answer, ask_all, lines_of, three_offers

OWNERS = (("clinic", "petra"), ("club", "sven"), ("town", None))


@pytest.fixture
def tarik(world, app):
    return enter(app, give_card(world, world.cast.tarik))


def picture(world, *, at=None):
    actor, when = person_actor(world.cast.tarik), at or world.at
    with world.database.reading() as session:
        return list_known(session, actor, participant_id=world.cast.tarik.id, at=when)


def told_by_the_log(world):
    """Return what the log of disclosures says, organisation by organisation."""
    told = {}
    for row in rows(world, Disclosure, Disclosure.participant_id == world.cast.tarik.id):
        told.setdefault(row.organisation_id, set()).update(row.fields)
    return told


def a_story(world, dice):
    """Let three referrals go somewhere, each step or not as the dice say."""
    for owner, who in OWNERS:
        offer, slot = request_offer(world, owner=owner, title=f"Angebot {owner}")
        consent = ask(world, world.cast.tarik, offer, slot)
        if dice.random() < 0.2:
            continue
        consent = say(world, world.cast.tarik, consent, yes=dice.random() < 0.85)
        if not now(world, consent).is_live(world.at) or dice.random() < 0.2:
            continue
        enquiry = drafted(world, consent)
        send(world, enquiry)
        if who is not None and dice.random() < 0.7:
            partner(world, enquiry, answers.accept_enquiry, by=who)
            if dice.random() < 0.7:
                partner(world, enquiry, answers.open_identity, by=who)
        if dice.random() < 0.4:
            withdraw(world, world.cast.tarik, consent)


@pytest.mark.parametrize("seed", range(6))
def test_after_three_referrals_the_picture_equals_the_log(world, seed):
    a_story(world, random.Random(seed))
    shown = picture(world)
    key = {one.organisation.id: one for one in shown}
    assert {k: one.told for k, one in key.items() if one.told} == told_by_the_log(world)
    live = [one for one in rows(world, Consent) if one.is_live(world.at) and one.organisation_id is not None]
    assert {k for k, one in key.items() if one.consents} == {one.organisation_id for one in live}
    for consent in live:
        until = key[consent.organisation_id].until
        assert all(until[group] >= consent.valid_until_on for group in consent.field_groups)
    for one in shown:
        assert one.told or one.consents
        assert bool(one.until) == bool(one.consents)


def test_each_organisation_stands_there_with_its_fields_their_last_day_and_the_way_back(world, tarik):
    enquiry, consent = accepted_enquiry(world)
    page = tarik.get("/me/known").text
    assert "Klinik Rosenpark" in page
    assert "weiß es noch nicht, erlaubt bis" in page  # the name, before anybody opened it
    assert f"/me/consents/{consent.public_id}/withdrawal" in page
    partner(world, enquiry, answers.open_identity)
    assert "weiß es noch nicht" not in tarik.get("/me/known").text.split("Name und Anrede")[1].split("</li>")[0]
    withdraw(world, world.cast.tarik, consent)
    page = tarik.get("/me/known").text
    assert "hat es einmal erfahren" in page
    assert f"/me/consents/{consent.public_id}/withdrawal" not in page
    assert "erlaubt bis" not in page


def headline(client):
    page = client.get("/me/known").text
    return " ".join(page.split("<h1")[1].split(">", 1)[1].split("</h1>")[0].split())


def test_the_headline_counts_the_partners_who_know_something_and_says_nothing_of_the_team(world, tarik):
    assert headline(tarik) == "Kein Partner weiß etwas von Ihnen."
    say(world, world.cast.tarik, ask(world, world.cast.tarik, *request_offer(world)))
    assert headline(tarik) == "Kein Partner weiß etwas von Ihnen."  # allowed, but not told
    with world.database.transaction() as session:
        for owner in ("jc_meissen", "clinic", "clinic"):
            log.disclose(
                session,
                participant_id=world.cast.tarik.id,
                organisation_id=getattr(world.cast, owner).id,
                enquiry_id=None,
                fields=["N1"],
                purpose="emergency.opened",
                at=world.at,
            )
    assert headline(tarik) == "Ein Partner weiß etwas von Ihnen."
    sent_enquiry(world, owner="club")
    assert headline(tarik) == "2 Partner wissen etwas von Ihnen."


@pytest.mark.parametrize("address", ["", "/known", "/offers", "/disclosures", "/shortlist", "/participation"])
def test_the_telephone_stands_once_on_each_own_page_and_it_is_the_coachs(world, tarik, address):
    with world.database.transaction() as session:
        session.get_one(User, world.user("clara").id).phone = "03521 555 0177"
    page = tarik.get(f"/me{address}").text
    assert page.count("Lieber sprechen?") == 1
    assert page.count("tel:") == 1
    assert "tel:035215550177" in page.split("<footer")[1]


def test_health_and_feedback_have_their_own_day_and_way_back(world, tarik):
    sheet = ask_all(world, three_offers(world))
    given = lines_of(world, sheet)
    answer(world, sheet, given)
    clinic = next(one for one in picture(world) if one.organisation.id == world.cast.clinic.id)
    assert {"H1", "F1", "I1"} <= set(clinic.until)
    page = tarik.get("/me/known").text
    for consent in given:
        assert f"/me/consents/{consent.public_id}/withdrawal" in page
    health = next(one for one in given if one.scope.value == "E3")
    withdraw(world, world.cast.tarik, health)
    clinic = next(one for one in picture(world) if one.organisation.id == world.cast.clinic.id)
    assert "H1" not in clinic.until
    assert "I1" in clinic.until


def test_what_has_ended_stands_there_with_its_words_and_day_and_has_a_receipt(world, tarik):
    _, consent = accepted_enquiry(world)
    withdraw(world, world.cast.tarik, consent)
    page = tarik.get("/me/consents").text
    assert "Das gilt nicht mehr" in page
    assert "Sie haben es am 14. September 2026 zurückgenommen." in page.replace("\u00a0", " ")
    again = tarik.get(f"/me/consents/{consent.public_id}").text
    assert "zurückgenommen." in again
    assert "Erst nach der Zusage" in again  # the exact words of then
    receipt = tarik.get(f"/me/consents/{consent.public_id}/receipt")
    assert receipt.status_code == 200
    assert "Seitdem erfährt Klinik Rosenpark auf diesem Weg nichts mehr." in receipt.text


def test_a_no_and_what_ran_out_are_told_apart_and_a_question_nobody_answered_is_neither(world, tarik):
    no = say(world, world.cast.tarik, ask(world, world.cast.tarik, *request_offer(world)), yes=False)
    assert "Nein gesagt." in tarik.get("/me/consents").text
    assert tarik.get(f"/me/consents/{no.public_id}/receipt").status_code == 200
    over = say(world, world.cast.tarik, ask(world, world.cast.tarik, *request_offer(world, title="Zweites")))
    with world.database.transaction() as session:
        session.scalars(select(Consent).where(Consent.id == over.id)).one().valid_until = world.at - timedelta(days=1)
    assert "Ihr Ja galt bis" in tarik.get("/me/consents").text
    asked = ask(world, world.cast.tarik, *request_offer(world, title="Drittes"))
    assert tarik.get(f"/me/consents/{asked.public_id}/receipt").status_code == 404


def test_receipts_are_nobody_elses(world, app, sign_in):
    _, consent = accepted_enquiry(world)
    withdraw(world, world.cast.tarik, consent)
    address = f"/me/consents/{consent.public_id}/receipt"
    heinz = enter(app, give_card(world, world.cast.heinz))
    assert heinz.get(address).status_code == 404
    assert [sign_in(key).get(address).status_code for key in ("clara", "fred")] == [404, 404]
