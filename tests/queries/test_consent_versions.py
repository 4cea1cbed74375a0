"""A wording that changed in substance (T11): what runs goes on, something new wants a new yes, both texts are kept."""

import pytest

from hub.actions import answers
from hub.errors import ConsentMissing
from hub.models.consent import Consent, ConsentState
from hub.models.enquiry import EnquiryState
from hub.models.offer import Access
from hub.queries import consent_versions
from hub.queries.consent_texts import VERSION
from tests.loop import ask, drafted, now, partner, request_offer, rows, say, send, sent_enquiry
from tests.places import book, make_offer, make_slot


@pytest.fixture
def changed(monkeypatch):
    """Return a function that makes today's words the old ones."""

    def change():
        monkeypatch.setitem(consent_versions.MATERIAL_CHANGES, VERSION, "2027-01")

    return change


def test_what_runs_goes_on(world, changed):
    enquiry, consent = sent_enquiry(world)
    changed()
    partner(world, enquiry, answers.accept_enquiry)
    partner(world, enquiry, answers.open_identity)
    assert now(world, enquiry).state is EnquiryState.RUNNING
    assert now(world, consent).state is ConsentState.GIVEN


def test_a_new_enquiry_wants_a_new_yes_and_both_texts_are_kept(world, changed, monkeypatch):
    offer, slot = request_offer(world)
    old = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    changed()
    with pytest.raises(ConsentMissing, match="fragen Sie neu"):
        send(world, drafted(world, old))
    assert drafted(world, old).state is EnquiryState.DRAFT
    monkeypatch.setattr("hub.queries.consent_texts.VERSION", "2027-01")
    new = say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, slot))
    send(world, drafted(world, new))
    assert drafted(world, new).state is EnquiryState.SENT
    assert [one.notice_version for one in rows(world, Consent)] == [VERSION, "2027-01"]


def test_a_second_date_goes_on_but_no_first_one_begins(world, changed):
    offer = make_offer(world, access=Access.NAMED, field_groups=["I1"])
    first, second = make_slot(world, offer), make_slot(world, offer, starts_at=world.at.replace(day=22))
    say(world, world.cast.tarik, ask(world, world.cast.tarik, offer, first))
    book(world, first, world.cast.tarik)
    other = make_offer(world, access=Access.NAMED, field_groups=["I1"], title="Anderes")
    third = make_slot(world, other, starts_at=world.at.replace(day=23))
    say(world, world.cast.tarik, ask(world, world.cast.tarik, other, third))
    changed()
    assert book(world, second, world.cast.tarik).enquiry_id
    with pytest.raises(ConsentMissing):
        book(world, third, world.cast.tarik)
