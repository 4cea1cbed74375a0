"""A coordinator's page of offers that wait: seen as coaches will see them, let in, or given back."""

from datetime import timedelta

import pytest

from hub.actions.offers import publish_offer
from hub.models.mark import Mark
from hub.models.offer import MarkKind, Offer, OfferState
from hub.models.programme import Programme, ProgrammeOrganisation
from tests.places import all_rows, counted, make_offer, make_slot

REVIEW = {"state": OfferState.REVIEW}


@pytest.fixture
def offer(world):
    """Give an offer of the club that waits, with one date."""
    made = make_offer(world, title="Yoga für alle", bring="Matte", summary="Wir üben im Sitzen.", **REVIEW)
    make_slot(world, made)
    return made


def state(world):
    return all_rows(world, Offer)[0].state


def test_the_list_names_what_waits(world, sign_in, offer):
    nora = sign_in("nora")
    text = nora.get("/reviews").text
    assert "Ein Angebot wartet auf Sie." in text
    assert "Yoga für alle" in text
    assert "SV Elbaue Coswig" in text
    assert "Prüfen" in nora.get("/organisations").text


def test_with_nothing_to_review_the_page_says_so(world, sign_in):
    make_offer(world, title="Schon da")
    text = sign_in("nora").get("/reviews").text
    assert "Kein Angebot wartet auf Sie." in text
    assert "Schon da" not in text


def test_an_offer_is_shown_as_coaches_will_see_it(world, sign_in, offer):
    text = sign_in("nora").get(f"/reviews/{offer.public_id}").text
    for words in ("Yoga für alle", "Wir üben im Sitzen.", "Matte", "Alle Termine", "Sporthalle Coswig", "Freigeben"):
        assert words in text


def test_let_in_it_stands_in_the_catalogue(world, app, sign_in, offer):
    nora = sign_in("nora")
    public = app.test_client()
    assert public.get(f"/offers/{offer.public_id}").status_code == 404
    answer = nora.post(f"/reviews/{offer.public_id}/approval", data={"version": offer.version})
    assert (answer.status_code, answer.location) == (303, "/reviews")
    assert "steht jetzt im Verzeichnis" in nora.get("/reviews").text
    assert "Yoga für alle" in public.get("/offers").text
    assert nora.get(f"/reviews/{offer.public_id}").status_code == 404


def test_given_back_the_partner_reads_the_reason(world, sign_in, offer):
    nora, sven = sign_in("nora"), sign_in("sven")
    data = {"version": offer.version, "note": "Bitte <Kosten> nennen."}
    assert nora.post(f"/reviews/{offer.public_id}/return", data=data).status_code == 303
    text = sven.get(f"/own-offers/{offer.public_id}").text
    assert "Das Netzwerk bittet um eine Änderung" in text
    assert "Bitte &lt;Kosten&gt; nennen." in text
    assert "Angebot ändern und prüfen lassen" in text


def test_without_a_reason_nothing_goes_back_and_the_page_says_why(world, sign_in, offer):
    answer = sign_in("nora").post(f"/reviews/{offer.public_id}/return", data={"version": offer.version, "note": " "})
    assert answer.status_code == 422
    assert "Bitte schreiben Sie, was noch fehlt." in answer.text
    assert state(world) is OfferState.REVIEW


@pytest.mark.parametrize(("verb", "note"), [("approval", ""), ("return", "Bitte kürzer.")])
def test_what_changed_meanwhile_is_shown_again_with_entries_kept(world, sign_in, offer, verb, note):
    data = {"version": offer.version - 1, "note": note}
    answer = sign_in("nora").post(f"/reviews/{offer.public_id}/{verb}", data=data)
    assert answer.status_code == 409
    assert "Jemand war schneller." in answer.text
    assert note in answer.text
    assert f'name="version" value="{offer.version}"' in answer.text
    assert state(world) is OfferState.REVIEW


def test_for_everybody_else_nothing_waits(world, sign_in, offer, subtests):
    for who in ["sven", "clara", "otto", "fred"]:
        with subtests.test(who=who):
            browser, url = sign_in(who), f"/reviews/{offer.public_id}"
            assert [browser.get(page).status_code for page in ("/reviews", url)] == [404] * 2
            assert [browser.post(f"{url}/{verb}").status_code for verb in ("approval", "return")] == [404] * 2
            assert state(world) is OfferState.REVIEW


def test_a_coordinator_of_another_network_does_not_see_it(world, sign_in, offer):
    with world.database.transaction() as session:
        house, office = world.cast.programmes["house"].id, world.cast.organisations["office"].id
        network = session.get_one(ProgrammeOrganisation, (world.cast.programmes["resilience"].id, office))
        session.delete(network)
        session.add(ProgrammeOrganisation(programme_id=house, organisation_id=office))
    nora, url = sign_in("nora"), f"/reviews/{offer.public_id}"
    assert "Kein Angebot wartet auf Sie." in nora.get("/reviews").text
    assert nora.get(url).status_code == 404
    assert [nora.post(f"{url}/{verb}").status_code for verb in ("approval", "return")] == [404] * 2


@pytest.mark.parametrize("before", [OfferState.DRAFT, OfferState.PUBLISHED, OfferState.PAUSED, OfferState.ENDED])
def test_what_does_not_wait_is_not_there(world, sign_in, before):
    made = make_offer(world, state=before)
    assert sign_in("nora").get(f"/reviews/{made.public_id}").status_code == 404


def test_the_list_needs_the_same_number_of_statements_for_one_and_for_fifty(world, sign_in, offer):
    nora, counts = sign_in("nora"), []
    for more in (0, 49):
        for number in range(more):
            make_offer(world, title=f"Angebot {number}", **REVIEW)
        with counted(world) as statements:
            assert nora.get("/reviews").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 9


def test_a_partner_hands_in_and_reads_what_happens_next(world, sign_in):
    with world.database.transaction() as session:
        session.get_one(Programme, world.cast.programmes["resilience"].id).reviewing = True
    made = make_offer(world, state=OfferState.DRAFT)
    make_slot(world, made)
    sven, url = sign_in("sven"), f"/own-offers/{made.public_id}"
    assert "Zur Prüfung geben" in sven.get(url).text
    sven.post(f"{url}/publication")
    text = sven.get(url).text
    assert "wird gerade geprüft." in text
    assert "Abgegeben. Ihr Netzwerk sieht es sich an" in text
    assert "Zur Prüfung geben" not in text
    assert sven.post(f"{url}/publication").status_code == 409
    assert state(world) is OfferState.REVIEW


def test_a_mark_is_public_up_to_its_last_day(world, app, sign_in):
    today = world.at.date()
    for days, shown in ((0, True), (-1, False)):
        mark = Mark(kind=MarkKind.ZPP, number="KU-ST-7", expires_on=today + timedelta(days=days))
        made = make_offer(world, marks=[mark.stored])
        text = app.test_client().get(f"/offers/{made.public_id}").text
        assert ("KU-ST-7" in text, "Zentrale Prüfstelle Prävention" in text) == (shown, shown)


def test_publishing_is_the_partners_own_word_where_nobody_reviews(world):
    made = make_offer(world, state=OfferState.DRAFT)
    sven = world.actor("sven")
    with world.database.transaction() as session:
        row = session.get_one(Offer, made.id)
        assert publish_offer(session, actor=sven, offer=row, at=world.at) is OfferState.PUBLISHED
