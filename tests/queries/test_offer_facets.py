"""How many offers there are for each need, what begins today, and where somebody may come along."""

from datetime import timedelta

from hub import clock
from hub.models.offer import Access, Aim
from hub.policy.actor import ANONYMOUS
from hub.queries import offers
from hub.queries.offer_filters import DayPart, OfferFilter
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
    assert look(session, world).aims == counts
    page = look(session, world, aims=frozenset({Aim.PEOPLE}))
    assert (titles(page), page.aims) == (["Chor"], counts)
    assert look(session, world, words="chor").aims == {Aim.PEOPLE: 1}
    assert look(session, world, weekdays=frozenset({1}), aims=frozenset({Aim.WORK})).aims == {
        Aim.MOVE: 2,
        Aim.PEOPLE: 1,
    }


def test_where_it_would_not_be_exact_nothing_is_counted(session, world, monkeypatch):
    dated(session, world, "Runde")
    dated(session, world, "Chor", aim=Aim.PEOPLE)
    assert look(session, world, words="Rumde").aims == {}
    monkeypatch.setattr(offers, "FEW", 1)
    assert look(session, world).aims == {}
    assert look(session, world, aims=frozenset({Aim.PEOPLE})).aims == {}


def test_counting_takes_at_most_four_statements_in_all(world):
    with world.database.transaction() as session:
        for number in range(30):
            dated(session, world, f"Runde {number}", aim=list(Aim)[number % 7])
    wanted = {"near": COSWIG, "words": "runde", "aims": frozenset({Aim.MOVE})}
    for filters, expected in ((wanted, 4), ({"near": COSWIG}, 3), (wanted | {"words": "rumde"}, 4)):
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
    assert offers.find_way_out(session, ANONYMOUS, OfferFilter(until=world.at), at=world.at)[0] is offers.Way.ANY_TIME


def test_somebody_may_come_along_where_the_partner_says_so(session, world):
    dated(session, world, "Allein")
    dated(session, world, "Zu zweit", companion_welcome=True)
    assert titles(look(session, world, with_someone=True)) == ["Zu zweit"]
