"""Offers that come to people's homes: who may, what the partner learns and when, and where they are found."""

import pytest

from hub.actions import answers
from hub.actions.offers import create_offer
from hub.errors import InvalidInput, RuleBroken
from hub.models.offer import Access, Aim, Form
from hub.models.participant import Participant
from hub.models.subscription import Level
from hub.policy.actor import ANONYMOUS
from hub.queries import offers
from hub.queries.offer_entries import Entries
from hub.queries.offer_filters import OfferFilter
from hub.queries.wishes import Wish
from tests.feeds import change, fetch, only, sign_in_person, subscribe_person
from tests.loop import WISH, ask, drafted, partner, request_offer, say, send
from tests.places import book, give_consent, make_offer, make_slot
from tests.world import World

HOME = {"street": "Nussallee 7", "town": "Coswig"}
COSWIG, RIESA = (51.1320, 13.5800), (51.3080, 13.2900)
GROUPS = ("I0", "I1", "G1", "B1", "I2")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"access": Access.OPEN}, "access"),
        ({"access": Access.ANONYMOUS}, "access"),
        ({"access": Access.NAMED}, "field_groups"),
        ({"access": Access.REQUEST, "field_groups": ["A1"]}, "field_groups"),
    ],
)
def test_who_comes_to_a_door_needs_a_name_and_an_address(world: World, values: dict, field: str) -> None:
    entries = Entries(
        title="Besuch", aim=Aim.DAILY_LIFE, form=Form.HOME_VISIT, field_reason="Damit wir da sind", **values
    )
    with pytest.raises(InvalidInput) as no:
        world.do(create_offer, actor=world.actor("sven"), organisation=world.cast.club, entries=entries, at=world.at)
    assert list(no.value.fields) == [field]


def test_a_visit_needs_no_place(world: World) -> None:
    entries = Entries(
        title="Besuch",
        aim=Aim.DAILY_LIFE,
        form=Form.HOME_VISIT,
        access=Access.REQUEST,
        field_groups=["I2"],
        field_reason="Damit wir da sind",
    )
    made = world.do(create_offer, actor=world.actor("sven"), organisation=world.cast.club, entries=entries, at=world.at)
    assert made.location_id is None


def test_the_partner_gets_the_address_with_the_yes_and_only_the_ring_before(world: World, sign_in) -> None:
    change(world, Participant, world.cast.tarik.id, home_address=HOME)
    offer, slot = request_offer(world, form=Form.HOME_VISIT)
    asked = ask(world, world.cast.tarik, offer, slot)
    assert "Nussallee 7, Coswig" in asked.notice_text
    assert "Adresse und Geburtsdatum" not in asked.notice_text
    consent = say(world, world.cast.tarik, asked)
    enquiry = drafted(world, consent)
    send(world, enquiry)
    petra = sign_in("petra")
    before = petra.get(f"/inbox/{enquiry.reference}").text
    assert "höchstens 10 km" in before
    assert "Nussallee" not in before
    partner(world, enquiry, answers.accept_enquiry)
    assert "Nussallee" not in petra.get(f"/inbox/{enquiry.reference}").text
    petra.post(f"/inbox/{enquiry.reference}/identity", data={"confirm": "yes"})
    opened = petra.get(f"/inbox/{enquiry.reference}").text
    assert "Adresse für den Besuch" in opened
    assert "Nussallee 7, Coswig" in opened


def test_other_offers_get_no_address_and_a_visit_without_one_is_not_asked_for(world: World) -> None:
    visit, slot = request_offer(world, form=Form.HOME_VISIT)
    change(world, Participant, world.cast.tarik.id, home_address=None)
    with pytest.raises(RuleBroken):
        ask(world, world.cast.tarik, visit, slot, WISH)
    change(world, Participant, world.cast.tarik.id, home_address=HOME)
    group, other = request_offer(world, owner="club")
    assert "Nussallee" not in ask(world, world.cast.tarik, group, other, Wish()).notice_text


def test_page_card_and_calendar_say_at_home_and_never_where_the_partner_sets_out(app, world: World, sign_in) -> None:
    offer = make_offer(world, form=Form.HOME_VISIT, access=Access.NAMED, field_groups=["I1", "I2"])
    give_consent(world, world.cast.tarik, offer, groups=GROUPS)
    made = book(world, make_slot(world, offer), world.cast.tarik)
    clara = sign_in("clara")
    for text in (
        sign_in_person(app, world, "tarik").get("/me").text,
        clara.get(f"/people/{world.cast.tarik.public_id}/card/print").text,
    ):
        assert "Bei Ihnen zu Hause" in text
        assert "Sportplatz" not in text
    page = clara.get(f"/bookings/{made.public_id}").text
    assert "Zu Hause" in page
    assert "Sportplatz" not in page
    for level, where in ((Level.DISCREET, ""), (Level.ADDRESS, "Bei Ihnen zu Hause")):
        entry = only(fetch(app, subscribe_person(world, "tarik", level, name=level.value)))
        assert str(entry.get("LOCATION", "")) == where
    assert "Sportplatz" not in app.test_client().get(f"/offers/{offer.public_id}").text


def test_a_visit_is_found_where_the_partner_still_comes(world: World) -> None:
    offer = make_offer(world, form=Form.HOME_VISIT, access=Access.REQUEST, title="Besuch")
    make_slot(world, offer)

    def found(near: tuple[float, float], **more) -> list[tuple[str, float | None]]:
        with world.database.reading() as session:
            page = offers.search(session, ANONYMOUS, OfferFilter(near=near, **more), at=world.at)
            return [(hit.offer.title, hit.distance_km) for hit in page.hits]

    assert found(COSWIG, radius_km=1, step_free=True) == [("Besuch", None)]
    assert found((51.20, 13.48), radius_km=1) == [("Besuch", None)]  # ten kilometres off: the partner comes
    assert found(RIESA, radius_km=1) == []
