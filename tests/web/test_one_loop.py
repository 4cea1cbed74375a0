"""The pages of one loop: a late partner reads the truth, desks are logged, the coach sees whose turn it is."""

from datetime import timedelta

import pytest
import time_machine

from hub.actions import answers
from hub.actions import deadlines as verbs
from hub.actions.links import link_token
from hub.models.enquiry import EnquiryState
from hub.models.log import Disclosure
from hub.models.notice import Link
from hub.models.referral import Referral, ReferralState
from hub.policy.actor import SYSTEM
from tests.calls import deliver
from tests.loop import accepted_enquiry, ask, now, partner, request_offer, rows, say, sent_enquiry

S = EnquiryState
DAY = timedelta(days=1)
SECRETS = ("Tarik", "Demirci", "1984", "0151")


@pytest.fixture
def later():
    """Let pages be read at another time, by everybody signed in then."""
    with time_machine.travel(0, tick=False) as traveller:
        yield traveller


def silent(world, owner="club"):
    """Return an enquiry whose partner was silent until the date to hear by."""
    enquiry, consent = sent_enquiry(world, owner=owner)
    due = enquiry.hear_by_at
    world.database.run(lambda session: verbs.expire_enquiry(session, actor=SYSTEM, enquiry_id=enquiry.id, at=due))
    return now(world, enquiry), consent


def test_who_was_silent_reads_that_and_may_still_answer(world, sign_in, later):
    enquiry, _ = silent(world)
    later.move_to(enquiry.hear_by_at + DAY)
    sven, address = sign_in("sven"), f"/inbox/{enquiry.reference}"
    page = sven.get(address).text
    assert "Die Frist ist vorbei. Ihre Antwort zählt noch." in page
    assert "Sie haben abgesagt" not in page
    for gone in ("Rückenschule", "sich bewegen", *SECRETS):
        assert gone not in page, gone
    assert "Rückenschule" not in sven.get("/inbox").text
    assert sven.post(f"{address}/acceptance", data={}).status_code == 303
    assert now(world, enquiry).state is S.ACCEPTED


def test_at_its_step_each_desk_reads_what_was_asked_and_the_person_can_see_that(world, sign_in, later):
    enquiry, _ = silent(world)
    later.move_to(enquiry.hear_by_at + timedelta(hours=1))
    kerstin = sign_in("kerstin")
    assert f"Anfrage {enquiry.reference}: Bisher kam keine Antwort." in kerstin.get("/phone-list").text
    for _ in range(2):
        page = kerstin.get(f"/inbox/{enquiry.reference}").text
    assert "Bisher kam keine Antwort." in page
    assert "Rückenschule" in page
    assert sign_in("nora").get(f"/phone-list/enquiries/{enquiry.reference}").status_code == 404
    later.move_to(enquiry.hear_by_at + 3 * DAY)
    assert "Rückenschule" not in sign_in("kerstin").get(f"/inbox/{enquiry.reference}").text
    nora, address = sign_in("nora"), f"/phone-list/enquiries/{enquiry.reference}"
    assert "SV Elbaue Coswig" in nora.get("/phone-list").text
    for _ in range(2):
        page = nora.get(address).text
    assert not [secret for secret in SECRETS if secret in page]
    readers = [one.organisation_id for one in rows(world, Disclosure, Disclosure.purpose == "enquiry.read_by_desk")]
    assert readers == [world.cast.federation.id, world.cast.office.id], "once for each house that read"
    assert nora.post(f"{address}/decline", data={"reason": "no_capacity"}).status_code == 303
    assert now(world, enquiry).state is S.DECLINED
    assert nora.get(address).status_code == 404
    assert "SV Elbaue Coswig" not in nora.get("/phone-list").text


def test_before_the_date_a_desk_that_reads_is_written_down_as_well(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    sign_in("nora").get(f"/phone-list/enquiries/{enquiry.reference}")
    told = rows(world, Disclosure, Disclosure.purpose == "enquiry.read_by_desk")
    assert [(one.organisation_id, "I1" in one.fields) for one in told] == [(world.cast.office.id, False)]


def test_the_coach_reads_whose_turn_it_is_and_is_asked_only_after_the_desks(world, sign_in, later):
    enquiry, _ = silent(world)
    for days, sentence, due in (
        (0, "Der Dachverband fragt nach, bis", False),
        (2, "Das Netzwerkbüro fragt nach, bis", False),
        (4, "hat nicht geantwortet.", True),
    ):
        later.move_to(enquiry.hear_by_at + days * DAY)
        clara = sign_in("clara")
        page = clara.get("/today").text
        assert sentence in page
        assert ("SV Elbaue Coswig hat nicht geantwortet." in page) is due
        assert "Nächsten Partner suchen" in clara.get(f"/enquiries/{enquiry.public_id}").text


def test_a_yes_that_was_never_sent_waits_on_the_coachs_list(world, sign_in):
    offer, slot = request_offer(world)
    consent = ask(world, world.cast.tarik, offer, slot)
    clara = sign_in("clara")
    assert "noch nicht abgeschickt" not in clara.get("/today").text
    say(world, world.cast.tarik, consent)
    page = clara.get("/today").text
    assert "Tarik hat Ja gesagt. Die Anfrage an Klinik Rosenpark ist noch nicht abgeschickt." in page


def test_the_next_search_leaves_out_who_was_asked_and_the_old_no_is_off_the_list(world, sign_in):
    enquiry, _ = sent_enquiry(world, owner="club")
    partner(world, enquiry, answers.decline_enquiry, by="sven", reason="no_capacity")
    clara, referral = sign_in("clara"), rows(world, Referral)[0]
    other, _ = request_offer(world, title="Rücken in Radebeul")
    search = f"/find?person={world.cast.tarik.public_id}&referral={referral.public_id}"
    assert f"referral={referral.public_id}" in clara.get("/today").text
    words = clara.get(search).text
    assert "Rücken in Radebeul" in words
    assert "Rückenschule" not in words
    assert "Rückenschule" in clara.get(f"/find?person={world.cast.tarik.public_id}&aim=move").text
    say(world, world.cast.tarik, ask(world, world.cast.tarik, other, None))
    page = clara.get("/today").text
    assert "sagt ab" not in page
    assert "noch nicht abgeschickt" in page


def test_a_search_is_paused_resumed_and_taken_back_on_its_page(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    clara, referral = sign_in("clara"), rows(world, Referral)[0]
    address = f"/people/{world.cast.tarik.public_id}/referrals"
    here = f"{address}/{referral.public_id}"
    assert "Rückenschule" in clara.get(address).text
    for path, state in (("pause", "paused"), ("resumption", "open"), ("retraction", "retracted")):
        version = now(world, referral).version
        assert clara.post(f"{here}/{path}", data={"version": version - 1}).status_code == 409, "a stale page"
        assert clara.post(f"{here}/{path}", data={"version": version}).status_code == 303
        assert now(world, referral).state is ReferralState(state)
    assert now(world, enquiry).state is S.WITHDRAWN
    jolanta = f"/people/{world.cast.jolanta.public_id}/referrals/{referral.public_id}/pause"
    assert clara.post(jolanta, data={}).status_code == 404
    assert sign_in("cem").post(f"{here}/pause", data={}).status_code == 404


def test_another_offer_of_the_same_house_is_one_tap_away(world, sign_in):
    enquiry, _ = sent_enquiry(world)
    other, _ = request_offer(world, title="Atmen am Abend")
    clara, address = sign_in("clara"), f"/enquiries/{enquiry.public_id}"
    assert "Atmen am Abend" not in clara.get(address).text
    partner(world, enquiry, answers.return_enquiry, question="other_offer")
    page = clara.get(address).text
    assert f"offer={other.public_id}" in page
    assert clara.post(f"{address}/answer", data={"answer": "yes"}).status_code == 303
    assert f"offer={other.public_id}" in clara.get(address).text
    ask_page = f"/people/{world.cast.tarik.public_id}/consents/new?offer={other.public_id}"
    assert clara.get(f"{ask_page}&referral={rows(world, Referral)[0].public_id}").status_code == 200


def test_a_mail_link_puts_on_the_waiting_list_with_a_place(world, sign_in, app):
    enquiry, _ = sent_enquiry(world)
    token = link_of(world)
    browser = app.test_client()
    assert browser.post(f"/links/{token}/waitlist", data={"position": "0"}).status_code == 422
    assert browser.post(f"/links/{token}/waitlist", data={"position": "2"}).status_code == 303
    assert (now(world, enquiry).state, now(world, enquiry).position) == (S.WAITLISTED, 2)
    page = sign_in("clara").get(f"/enquiries/{enquiry.public_id}").text
    assert "Platz auf der Warteliste" in page


def link_of(world):
    deliver(world)
    return link_token(rows(world, Link)[0])


def test_the_name_is_told_by_phone_after_the_notice_and_the_person_reads_it(world, sign_in):
    enquiry, _ = accepted_enquiry(world)
    clara, address = sign_in("clara"), f"/enquiries/{enquiry.public_id}"
    assert "§ 78 SGB X" in clara.get(address).text
    assert clara.post(f"{address}/telling", data={}).status_code == 422
    assert clara.post(f"{address}/telling", data={"read_out": "y"}).status_code == 303
    assert len(rows(world, Disclosure, Disclosure.purpose == "enquiry.told_by_phone")) == 1
    for key in ("cem", "frank", "lena", "nora", "petra", "fred"):
        assert sign_in(key).post(f"{address}/telling", data={"read_out": "y"}).status_code == 404, key
