"""Searches by words: parts, slips of the finger, letters with marks; and that the words follow every change."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text

from hub.actions.locations import Entries as PlaceEntries
from hub.actions.locations import update_location
from hub.actions.offers import create_offer, update_offer
from hub.actions.organisations import Entries as OrganisationEntries
from hub.actions.organisations import update_organisation
from hub.folding import trigrams, words_of
from hub.models.location import Location
from hub.models.offer import Access, Aim, Form, Offer
from hub.models.offer_trigram import OfferTrigram
from hub.models.organisation import Organisation
from hub.policy.actor import ANONYMOUS
from hub.queries import offers
from hub.queries.offer_entries import Entries
from hub.queries.offer_filters import OfferFilter
from hub.queries.offer_words import keep_words_of_offer, list_without_words
from hub.worker.loop import keep_missing_words
from tests.catalogue import make_many_slots, make_offer, make_slot, statements
from tests.plans import explain

DAY = timedelta(days=1)


def look(session, world, words, **more):
    return offers.search(session, ANONYMOUS, OfferFilter(words=words, **more), at=world.at)


def titles(session, world, words):
    return sorted(hit.offer.title for hit in look(session, world, words).hits)


def offer(session, world, title, **more):
    made = make_offer(session, world, title, **more)
    make_slot(session, made, world.at + DAY)
    return made


@pytest.fixture
def three(session, world):
    """Give three offers with words of all sorts."""
    offer(session, world, "Wassergymnastik für Ältere", summary="Langsam, mit Rückenübungen.")
    offer(session, world, "Yoga im Stuhl", summary="Für den Rücken. Eintritt 5 Euro.")
    offer(session, world, "Witajće do Budyšina", summary="Čitanje, łužica a wódka ně.")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("yoga", ["Yoga im Stuhl"]),
        ("YOG", ["Yoga im Stuhl"]),
        ("gymnastik", ["Wassergymnastik für Ältere"]),
        ("aeltere", ["Wassergymnastik für Ältere"]),
        ("ruecken", ["Wassergymnastik für Ältere", "Yoga im Stuhl"]),
        ("Yoga für den Rücken", ["Yoga im Stuhl"]),
        ("st", ["Yoga im Stuhl"]),
        ("uh", []),
        ("5", ["Yoga im Stuhl"]),
        ("budysina", ["Witajće do Budyšina"]),
        ("Luzica", ["Witajće do Budyšina"]),
        ("% _", ["Wassergymnastik für Ältere", "Witajće do Budyšina", "Yoga im Stuhl"]),
        ("yoga gymnastik", []),
    ],
)
def test_a_word_is_found_whole_by_its_beginning_and_by_a_part(session, world, three, words, expected):
    page = look(session, world, words)
    assert (sorted(hit.offer.title for hit in page.hits), page.similar) == (expected, False)


@pytest.mark.parametrize(
    ("slip", "expected"),
    [
        ("Wassergymnastick", "Wassergymnastik für Ältere"),
        ("Wasergimnastik", "Wassergymnastik für Ältere"),
        ("joga", "Yoga im Stuhl"),
        ("Stuhk", "Yoga im Stuhl"),
        ("Stihl", "Yoga im Stuhl"),
        ("Yoga Rükken", "Yoga im Stuhl"),
        ("budišina", "Witajće do Budyšina"),
    ],
)
def test_a_slip_of_the_finger_still_finds_it_and_says_so(session, world, three, slip, expected):
    page = look(session, world, slip)
    assert ([hit.offer.title for hit in page.hits], page.similar) == ([expected], True)


@pytest.mark.parametrize("count_aims", [False, True])
def test_of_very_many_with_similar_words_the_first_are_found_with_their_dates(session, world, monkeypatch, count_aims):
    monkeypatch.setattr(offers, "FEW", 2)
    for number in range(4):
        offer(session, world, f"Wassergymnastik {number}")
    filters = OfferFilter(words="wasergymnastik")
    page = offers.search(session, ANONYMOUS, filters, at=world.at, count_aims=count_aims)
    assert (len(page.hits), page.more, page.similar) == (2, True, True)
    assert all(hit.slots for hit in page.hits)


def test_what_has_the_word_itself_keeps_the_similar_ones_out(session, world):
    offer(session, world, "Tanz")
    offer(session, world, "Tank leeren")
    assert titles(session, world, "Tanz") == ["Tanz"]
    assert titles(session, world, "Tanx") == ["Tank leeren", "Tanz"]


def test_what_shares_too_little_is_not_similar(session, world, three):
    page = look(session, world, "Fußball")
    assert (page.hits, page.similar) == ([], False)


def test_partner_place_and_town_are_found_too(session, world):
    offer(session, world, "Runde")
    assert titles(session, world, "Sporthalle") == ["Runde"]
    assert titles(session, world, "Runde coswig") == ["Runde"]
    assert titles(session, world, "elbaue") == ["Runde"]


ENTRIES = {"aim": Aim.MOVE, "form": Form.GROUP, "access": Access.OPEN}


def words_in(session, made):
    query = select(OfferTrigram.word).where(OfferTrigram.offer_id == made.id).distinct()
    return set(session.scalars(query))


def test_the_verbs_of_offers_keep_the_words(session, world):
    sven, club = world.actor("sven"), world.cast.club
    place = world.cast.gym.id
    entries = Entries(title="Kegeln", summary="Montags", location_id=place, **ENTRIES)
    made = create_offer(session, actor=sven, organisation=club, entries=entries, at=world.at)
    assert {"kegeln", "montags"} <= words_in(session, made)
    made.organisation = session.get_one(Organisation, club.id)
    entries = Entries(title="Bosseln", summary="Montags", location_id=place, **ENTRIES)
    update_offer(session, actor=sven, offer=made, entries=entries, at=world.at)
    assert "kegeln" not in words_in(session, made)
    assert {"bosseln", "montags"} <= words_in(session, made)
    threes = select(OfferTrigram.trigram).where(OfferTrigram.offer_id == made.id, OfferTrigram.word == "bosseln")
    assert sorted(session.scalars(threes)) == sorted(trigrams("bosseln"))


def test_another_name_of_partner_or_place_reaches_the_words(session, world):
    made = make_offer(session, world, "Runde")
    club, gym = session.get_one(Organisation, world.cast.club.id), session.get_one(Location, world.cast.gym.id)
    entries = OrganisationEntries(
        kind=club.kind, name="Turnverein Vorwärts", programme_ids=frozenset({world.cast.resilience.id})
    )
    update_organisation(session, actor=world.actor("nora"), organisation=club, entries=entries, at=world.at)
    assert {"turnverein", "vorwarts"} <= words_in(session, made)
    assert "elbaue" not in words_in(session, made)
    place = PlaceEntries(name="Alte Mühle", municipality_code="14627140", street=gym.street)
    update_location(session, actor=world.actor("sven"), location=gym, entries=place, at=world.at)
    assert {"alte", "muhle", "meissen"} <= words_in(session, made)
    assert "sporthalle" not in words_in(session, made)


def test_the_worker_writes_the_words_that_are_missing_after_an_update(world):
    with world.database.transaction() as session:
        made = [make_offer(session, world, "Kegeln"), make_offer(session, world, "Bosseln")]
        session.execute(delete(OfferTrigram).where(OfferTrigram.offer_id == made[0].id))
        assert made[0].id in list_without_words(session)
    keep_missing_words(world.database)
    with world.database.reading() as session:
        assert list(list_without_words(session)) == []
        assert "kegeln" in words_in(session, made[0])


def test_nothing_is_written_where_no_word_changed(world):
    with world.database.transaction() as session:
        made = make_offer(session, world, "Kegeln")
    with world.database.transaction() as session, statements(world.database) as asked:
        keep_words_of_offer(session, session.get_one(Offer, made.id))
    assert not [one for one, _ in asked if one.startswith(("INSERT", "DELETE", "UPDATE"))]


def test_words_and_slips_take_at_most_four_statements_and_stay_on_their_index(world):
    numbers = ["ab", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re"]
    with world.database.transaction() as session:
        made = [make_offer(session, world, f"{one}{two}{one}") for one in numbers for two in numbers]
        make_many_slots(session, made, world.at, 2000, every=timedelta(minutes=25))
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))
    wanted = OfferFilter(words="foguffo", near=(51.1320, 13.5800), radius_km=30)
    with world.database.reading() as session, statements(world.database) as asked:
        page = offers.search(session, ANONYMOUS, wanted, at=world.at)
    assert (page.hits[0].offer.title, page.similar) == ("fogufo", True)
    assert len(asked) == 4
    with world.database.reading() as session, statements(world.database) as plain:
        assert offers.search(session, ANONYMOUS, OfferFilter(words="cehace"), at=world.at).total == 1
    by_words = [one for one in [*asked, *plain] if "offer_trigrams" in one[0]]
    assert len(by_words) == 3
    for statement, parameters in by_words:
        plan = explain(world.database, statement, parameters)
        assert "ix_offer_trigrams_trigram_word_offer_id" in plan, plan
        assert "SCAN offer_trigrams" not in plan, plan
        assert "Seq Scan on offer_trigrams" not in plan, plan


def test_words_are_cut_into_threes_with_their_edges():
    assert trigrams("yoga") == ["|yo", "yog", "oga", "ga|"]
    assert (trigrams("5"), trigrams("ab")) == (["|5|"], ["|ab", "ab|"])
    assert words_of("Yoga für die Frau, Yoga!") == ["yoga", "frau"]
    assert words_of("im und") == ["im", "und"]
    assert words_of("x" * 50) == ["x" * 40]


def test_all_offers_have_as_many_threes_as_their_words(session, world):
    made = make_offer(session, world, "Anna Nanna")
    counted = select(func.count()).where(OfferTrigram.offer_id == made.id)
    assert session.scalar(counted) == sum(len(trigrams(word)) for word in words_in(session, made))
