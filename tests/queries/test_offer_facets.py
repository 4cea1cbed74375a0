"""How many offers there are for each need, what begins today, and where somebody may come along."""

from datetime import timedelta

from sqlalchemy import select

from hub import clock
from hub.models.offer import Access, Aim, Form, Offer
from hub.policy.actor import ANONYMOUS
from hub.queries import offers
from hub.queries.next_free import keep_next_free
from hub.queries.offer_filters import DayPart, OfferFilter
from hub.queries.offer_ways import Way, find_way_out
from tests.catalogue import make_offer, make_slot, statements

COSWIG = (51.1320, 13.5800)


def dated(session, world, title, hours=24, **more):
    made = make_offer(session, world, title, **more)
    for day in range(3):
        make_slot(session, made, world.at + timedelta(hours=hours, days=day))


def look(session, world, **filters):
    return offers.search(session, ANONYMOUS, OfferFilter(**filters), at=world.at, count_aims=True)


def titles(page):
    return [hit.offer.title for hit in page.hits]


def test_needs_are_counted_in_offers_not_in_dates_and_whatever_need_is_named(session, world):
    dated(session, world, "Runde")
    dated(session, world, "Schwimmen")
    dated(session, world, "Chor", aim=Aim.PEOPLE)
    make_offer(session, world, "Gespräch", aim=Aim.MIND, access=Access.REQUEST)
    make_offer(session, world, "Ohne Termin", aim=Aim.WORK)
    counts = {Aim.MOVE: 2, Aim.PEOPLE: 1, Aim.MIND: 1}
    assert look(session, world).facets.aims == counts
    page = look(session, world, aims=frozenset({Aim.PEOPLE}))
    assert (titles(page), page.facets.aims) == (["Chor"], counts)
    assert look(session, world, words="chor").facets.aims == {Aim.PEOPLE: 1}
    assert look(session, world, weekdays=frozenset({1}), aims=frozenset({Aim.WORK})).facets.aims == {
        Aim.MOVE: 2,
        Aim.PEOPLE: 1,
    }


def test_where_it_would_not_be_exact_nothing_is_counted(session, world, monkeypatch):
    dated(session, world, "Runde")
    dated(session, world, "Chor", aim=Aim.PEOPLE)
    assert look(session, world, words="Rumde").facets.aims == {}
    monkeypatch.setattr(offers, "FEW", 1)
    assert look(session, world).facets.aims == {}
    assert look(session, world, aims=frozenset({Aim.PEOPLE})).facets.aims == {}


def test_counting_takes_at_most_four_statements_in_all(world):
    with world.database.transaction() as session:
        for number in range(30):
            dated(session, world, f"Runde {number}", aim=list(Aim)[number % 7])
    wanted = {"near": COSWIG, "words": "runde", "aims": frozenset({Aim.MOVE})}
    for filters, expected in ((wanted, 3), ({"near": COSWIG}, 3), (wanted | {"words": "rumde"}, 4)):
        with world.database.reading() as session, statements(world.database) as asked:
            assert look(session, world, **filters).total
        assert len(asked) == expected


def test_this_evening_ends_with_the_day(session, world):
    dated(session, world, "Heute Mittag", hours=4)
    dated(session, world, "Heute Abend", hours=11)
    dated(session, world, "Morgen Abend", hours=35)
    make_offer(session, world, "Auf Anfrage", access=Access.REQUEST)
    until = clock.end_of_day(clock.local_date(world.at))
    assert titles(look(session, world, until=until)) == ["Heute Mittag", "Heute Abend"]
    (hit,) = look(session, world, until=until, parts=frozenset({DayPart.EVENING})).hits
    assert (hit.offer.title, len(hit.slots)) == ("Heute Abend", 1)
    assert find_way_out(session, ANONYMOUS, OfferFilter(until=world.at), at=world.at).way is Way.ANY_TIME


def test_somebody_may_come_along_where_the_partner_says_so(session, world):
    dated(session, world, "Allein")
    dated(session, world, "Zu zweit", companion_welcome=True)
    assert titles(look(session, world, with_someone=True)) == ["Zu zweit"]


def test_each_kind_of_wish_is_counted_within_all_the_others(session, world):
    online, walk_in = {"form": Form.ONLINE, "location_id": None}, {"access": Access.OPEN, "aim": Aim.PEOPLE}
    dated(session, world, "Dienstag")
    dated(session, world, "Freitag", hours=24 * 4, languages=["de", "uk"], companion_welcome=True)
    dated(session, world, "Am Bildschirm", languages=["uk"], **online)
    dated(session, world, "Frühstück", hours=24 * 5, **walk_in)
    dated(session, world, "Oben", location_id=world.cast.town_hall.id)
    facets = look(session, world).facets
    assert facets.forms == {Form.GROUP: 4, Form.ONLINE: 1}
    assert facets.accesses == {Access.ANONYMOUS: 4, Access.OPEN: 1}
    assert facets.languages == {"de": 4, "uk": 2}
    assert (facets.with_someone, facets.step_free) == (1, 4)
    within = look(session, world, forms=frozenset({Form.GROUP}), language="uk").facets
    assert within.forms == {Form.GROUP: 1, Form.ONLINE: 1}, "within the language, whatever the form"
    assert within.languages == {"de": 4, "uk": 1}, "within the form, whatever the language"
    assert (within.accesses, within.with_someone, within.aims) == ({Access.ANONYMOUS: 1}, 1, {Aim.MOVE: 1})
    assert look(session, world, step_free=True, words="Oben").facets.step_free == 0


def test_days_and_times_of_day_are_counted_in_offers_whatever_days_were_named(session, world):
    dated(session, world, "Di bis Do früh")
    dated(session, world, "Di bis Do abends", hours=34)
    make_offer(session, world, "Auf Anfrage", access=Access.REQUEST)
    facets = look(session, world, weekdays=frozenset({2})).facets
    assert facets.weekdays == {1: 2, 2: 2, 3: 2}
    assert facets.parts == {DayPart.MORNING: 1, DayPart.EVENING: 1}
    evening = look(session, world, parts=frozenset({DayPart.EVENING})).facets
    assert evening.weekdays == {1: 1, 2: 1, 3: 1}
    assert evening.parts == {DayPart.MORNING: 1, DayPart.EVENING: 1}


def test_free_places_are_counted_by_what_anybody_could_book(session, world):
    full = make_offer(session, world, "Voll")
    make_slot(session, full, world.at + timedelta(days=1), places=1, taken=1)
    dated(session, world, "Frei")
    for one in (full.id, full.id + 1):
        keep_next_free(session, offer_ids=[one], at=world.at)
    assert look(session, world).facets.free == 1
    assert look(session, world, weekdays=frozenset({6})).facets.free == 0


def test_facets_say_what_a_search_with_that_wish_finds(session, world):
    forms, accesses, languages = list(Form)[:5], list(Access), (["de"], ["de", "uk"], ["uk", "tr"])
    for number in range(24):
        dated(
            session,
            world,
            f"Angebot {number}",
            hours=24 * (number % 5) + 3 * (number % 4) + 1,
            form=forms[number % 5],
            access=accesses[number % 4],
            aim=list(Aim)[number % 3],
            languages=languages[number % 3],
            companion_welcome=number % 2 == 0,
            location_id=(world.cast.gym if number % 3 else world.cast.town_hall).id,
        )
    keep_next_free(session, offer_ids=session.scalars(select(Offer.id)), at=world.at)
    for wishes in (
        {},
        {"forms": frozenset(forms[:2]), "weekdays": frozenset({1, 3})},
        {"language": "uk", "parts": frozenset({DayPart.MORNING}), "with_someone": True},
        {"step_free": True, "accesses": frozenset({Access.NAMED, Access.OPEN})},
        {"free": True, "near": COSWIG, "weekdays": frozenset({2})},
    ):
        facets = look(session, world, **wishes).facets
        assert facets.counted
        for name, counts, values in (
            ("aims", facets.aims, Aim),
            ("forms", facets.forms, forms),
            ("accesses", facets.accesses, Access),
            ("weekdays", facets.weekdays, range(7)),
            ("parts", facets.parts, DayPart),
        ):
            for value in values:
                found = look(session, world, **wishes | {name: frozenset({value})}).total
                assert counts.get(value, 0) == found, (wishes, name, value)
        for language in ("de", "uk", "tr"):
            assert facets.languages.get(language, 0) == look(session, world, **wishes | {"language": language}).total
        for name, count in (
            ("step_free", facets.step_free),
            ("free", facets.free),
            ("with_someone", facets.with_someone),
        ):
            assert count == look(session, world, **wishes | {name: True}).total, (wishes, name)


def test_too_many_offers_for_a_count_are_still_found_where_the_wishes_leave_few(session, world, monkeypatch):
    monkeypatch.setattr(offers, "FEW", 3)
    for number in range(6):
        dated(session, world, f"Runde {number}")
    for number in range(2):
        dated(session, world, f"Chor {number}", aim=Aim.PEOPLE)
    page = look(session, world, aims=frozenset({Aim.PEOPLE}))
    assert (titles(page), page.more, page.facets.counted) == (["Chor 0", "Chor 1"], False, False)


def test_the_nearest_way_out_is_another_day_then_farther_then_another_time(session, world):
    dated(session, world, "Di bis Do")
    dated(session, world, "Weit weg", hours=24 * 5, location_id=world.cast.clinic_house.id)
    sunday = OfferFilter(weekdays=frozenset({4}), near=COSWIG, radius_km=5)
    page = look(session, world, weekdays=frozenset({4}), near=COSWIG, radius_km=5)
    out = find_way_out(session, ANONYMOUS, sunday, facets=page.facets, at=world.at)
    assert (out.way, out.filters.weekdays, out.total) == (Way.OTHER_DAY, frozenset({1}), 1)
    saturday = OfferFilter(weekdays=frozenset({5}), near=COSWIG, radius_km=5)
    out = find_way_out(session, ANONYMOUS, saturday, at=world.at)
    assert (out.way, out.filters.radius_km, out.total) == (Way.FARTHER, 10, 1)
    evening = OfferFilter(parts=frozenset({DayPart.EVENING}), near=COSWIG, radius_km=5)
    assert find_way_out(session, ANONYMOUS, evening, at=world.at).way is Way.ANY_TIME
    words = OfferFilter(words="Wassergymnastik", near=COSWIG, radius_km=5)
    assert find_way_out(session, ANONYMOUS, words, at=world.at).way is Way.FEWER_WISHES
    assert find_way_out(session, ANONYMOUS, OfferFilter(language="vi"), at=world.at) is None


def test_what_is_full_is_the_way_out_of_a_search_for_free_places(session, world):
    full = make_offer(session, world, "Voll")
    make_slot(session, full, world.at + timedelta(days=1), places=1, taken=1)
    out = find_way_out(session, ANONYMOUS, OfferFilter(free=True), at=world.at)
    assert (out.way, out.filters.free, out.total) == (Way.FULL_TOO, False, 1)


def test_a_way_out_takes_at_most_nine_statements(world):
    filters = OfferFilter(words="gibtesnicht", near=COSWIG, weekdays=frozenset({6}), free=True, radius_km=5)
    with world.database.reading() as session, statements(world.database) as asked:
        assert find_way_out(session, ANONYMOUS, filters, at=world.at) is None
    assert len(asked) <= 9
