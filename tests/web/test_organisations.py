"""Partners and programmes as coordinators keep them."""

from datetime import timedelta

import pytest

from hub.actions import organisations as verbs
from hub.actions import programmes as programme_verbs
from hub.errors import InvalidInput, NotAllowed
from hub.models.log import LogEntry
from hub.models.offer import OfferState
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import Programme, ProgrammeOrganisation
from tests.catalogue import make_offer, statements

STRANGERS = ["clara", "frank", "lena", "petra", "kerstin", "anna", "otto", "fred"]
K = OrganisationKind
SELECTS = {"parent": "", "municipality": ""}


def entries(world, **more):
    values = {"kind": K.CLUB, "name": "TSV Neu", "programme_ids": frozenset({world.cast.resilience.id})}
    return verbs.Entries(**{**values, **more})


def test_a_coordinator_takes_a_partner_in(world, sign_in):
    nora = sign_in("nora")
    form = {
        "name": "TSV Großenhain",
        "kind": "club",
        "programmes": [world.cast.resilience.public_id],
        "parent": world.cast.federation.public_id,
        "phone": "03522 555 0170",
        "postal_code": "01558",
        "municipality": "14627060",
    }
    answer = nora.post("/organisations", data=form)
    assert answer.status_code == 303
    page = nora.get(answer.location).text
    assert all(words in page for words in ("TSV Großenhain", "Kreissportbund Elbland", "Resilienz-Netzwerk"))
    assert "TSV Großenhain" in nora.get("/organisations").text
    with world.database.reading() as session:
        made = session.query(Organisation).filter_by(name="TSV Großenhain").one()
        assert made.parent_id == world.cast.federation.id
        assert session.query(LogEntry).filter_by(action="organisation.created", object_ref=made.public_id).count() == 1
    assert made.id in world.actor("kerstin").partner_ids


def test_what_is_wrong_is_said_at_its_field_and_entries_stay(world, sign_in):
    nora = sign_in("nora")
    wrong = SELECTS | {"name": "Neuer Verein", "kind": "club", "email": "keine", "postal_code": "1234"}
    answer = nora.post("/organisations", data=wrong)
    assert answer.status_code == 422
    assert "Bitte fünf Ziffern" in answer.text
    assert 'value="Neuer Verein"' in answer.text
    answer = nora.post("/organisations", data=wrong | {"postal_code": "01558"})
    assert answer.status_code == 422
    assert "Bitte wählen Sie mindestens ein Programm." in answer.text
    assert "Das ist keine E-Mail-Adresse." in answer.text


def test_a_partner_is_changed_and_its_part_in_other_networks_stays(world, sign_in):
    with world.database.transaction() as session:
        house = world.cast.house.id
        session.add(ProgrammeOrganisation(programme_id=house, organisation_id=world.cast.town.id))
    form = SELECTS | {"name": "Stadt Nossen", "kind": "municipality", "programmes": [world.cast.resilience.public_id]}
    form |= {"email": "town@demo.invalid", "municipality": "14627180"}
    assert sign_in("nora").post(f"/organisations/{world.cast.town.public_id}", data=form).status_code == 303
    with world.database.reading() as session:
        assert session.get(Organisation, world.cast.town.id).name == "Stadt Nossen"
        parts = session.query(ProgrammeOrganisation).filter_by(organisation_id=world.cast.town.id).all()
    assert {part.programme_id for part in parts} == {house, world.cast.resilience.id}


@pytest.mark.parametrize("kind", [K.CLUB, K.JOBCENTER])
def test_a_clinic_stays_bound_by_secrecy(world, kind):
    nora, clinic = world.actor("nora"), world.cast.clinic
    with pytest.raises(InvalidInput) as error:
        world.do(
            verbs.update_organisation,
            actor=nora,
            organisation=clinic,
            entries=entries(world, kind=kind),
            at=world.at,
        )
    assert set(error.value.fields) == {"kind"}


def test_an_umbrella_has_one_storey_and_never_covers_itself(world):
    nora, cast = world.actor("nora"), world.cast
    for organisation, parent in ((None, cast.club), (cast.federation, cast.town), (cast.town, cast.town)):
        said = {"entries": entries(world, parent_id=parent.id, kind=organisation.kind if organisation else K.CLUB)}
        verb = verbs.create_organisation
        if organisation:
            verb, said = verbs.update_organisation, said | {"organisation": organisation}
        with pytest.raises(InvalidInput) as error:
            world.do(verb, actor=nora, at=world.at, **said)
        assert set(error.value.fields) == {"parent"}


def test_nobody_else_has_these_pages_or_verbs(world, sign_in, subtests):
    for key in STRANGERS:
        with subtests.test(key=key):
            browser, town = sign_in(key), world.cast.town
            for path in ("/organisations", "/organisations/new", f"/organisations/{town.public_id}", "/programmes/new"):
                assert browser.get(path).status_code == 404
            assert browser.post(f"/organisations/{town.public_id}", data={"name": "x"}).status_code == 404
            with pytest.raises(NotAllowed):
                world.do(verbs.create_organisation, actor=world.actor(key), entries=entries(world), at=world.at)


def test_a_coordinator_sees_the_own_network_only(world, sign_in):
    nora, other = sign_in("nora"), world.cast.jc_bautzen
    for path in (f"/organisations/{other.public_id}", f"/organisations/{other.public_id}/edit"):
        assert nora.get(path).status_code == 404
    assert nora.post(f"/organisations/{other.public_id}", data={"name": "x"}).status_code == 404
    assert other.name not in nora.get("/organisations").text


def test_silence_shows_by_offers_and_their_last_confirmation(world, sign_in):
    with world.database.transaction() as session:
        make_offer(session, world, "Fresh", confirmed_at=world.at - timedelta(days=2))
        old = {"organisation_id": world.cast.clinic.id, "confirmed_at": world.at - timedelta(days=120)}
        make_offer(session, world, "Old", **old)
        make_offer(session, world, "Draft", state=OfferState.DRAFT, organisation_id=world.cast.town.id)
    text = sign_in("nora").get("/organisations").text
    assert "Bei 2 Partnern ist es still." in text
    silent, others = text.split("Alle anderen")
    assert "Klinik Rosenpark" in silent
    assert "Rathaus Nossen" in silent
    assert "kein Angebot" in silent
    assert "SV Elbaue Coswig" in others
    assert "12.\N{NO-BREAK SPACE}September" in others
    assert "Tarik" not in text


def test_the_list_takes_as_many_statements_for_many_partners(world, sign_in):
    nora, counts = sign_in("nora"), []
    for number in (0, 40):
        for more in range(number):
            world.do(
                verbs.create_organisation,
                actor=world.actor("nora"),
                entries=entries(world, name=f"V{more}"),
                at=world.at,
            )
        with statements(world.database) as asked:
            assert nora.get("/organisations").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


def test_a_programme_is_opened_and_changed(world, sign_in):
    nora = sign_in("nora")
    form = {"name": "Neues Programm", "starts_on": "2026-10-01", "ends_on": "2026-09-01", "caseload_limit": "12"}
    form["longest_months"] = "24"
    answer = nora.post("/programmes", data=form)
    assert answer.status_code == 422
    assert "Der letzte Tag liegt vor dem ersten." in answer.text
    assert nora.post("/programmes", data=form | {"ends_on": "2028-09-30"}).status_code == 303
    assert "Neues Programm" in nora.get("/organisations").text
    with world.database.reading() as session:
        made = session.query(Programme).filter_by(name="Neues Programm").one()
    assert made.caseload_limit == 12
    assert made.id in world.actor("nora").programme_ids
    changed = form | {"ends_on": "2028-09-30", "caseload_limit": "10"}
    assert nora.post(f"/programmes/{made.public_id}", data=changed).status_code == 303
    assert 'value="10"' in nora.get(f"/programmes/{made.public_id}/edit").text
    assert nora.get(f"/programmes/{world.cast.house.public_id}/edit").status_code == 404
    with pytest.raises(NotAllowed):
        world.do(
            programme_verbs.update_programme,
            actor=world.actor("petra"),
            programme=made,
            entries=programme_verbs.Entries(name="x", starts_on=made.starts_on, ends_on=made.ends_on),
            at=world.at,
        )
