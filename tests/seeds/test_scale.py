"""Networks in bulk: as many as asked for, sound, sealed, chained, the same again, and every reader's pages open."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from hub import crypto, migrating
from hub.actions.log_chain import verify_log
from hub.bench.pages import Way, follow_links, sign_in
from hub.db import Database
from hub.models.booking import LIVE, Booking
from hub.models.consent import Consent
from hub.models.enquiry import Enquiry
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.participant import Participant
from hub.models.programme import Programme
from hub.models.slot import Slot
from hub.queries.invariants import list_broken
from hub.queries.kept_words import count_words
from hub.seeds.cast import DOMAIN, PASSWORD
from hub.seeds.demo import load_demo
from hub.seeds.district import INVENTED, LEAST, WHOLE
from hub.seeds.scale import NETWORKS, SEED, load_scale
from tests.world import AT, KEYS

DENSE = replace(LEAST, coaches=1, caseload=2, weekly=5, bookings=150)  # a date of each person every few days
READERS = ("coach1", "fm", "tl", "partner1", "office")


def count(session, table, *conditions):
    return session.scalar(select(func.count()).select_from(table).where(*conditions))


def test_one_time_both_networks_is_as_large_as_was_asked_for():
    assert WHOLE.coaches * NETWORKS == 180
    assert WHOLE.coaches * WHOLE.caseload * NETWORKS == 2700
    assert WHOLE.partners * NETWORKS == 40
    assert 30_000 <= WHOLE.offers * WHOLE.weekly * 52 * NETWORKS <= 31_000  # without the public holidays
    assert WHOLE.bookings * NETWORKS == 60_000


def test_everything_is_there_sound_and_in_the_chain(world):
    heard = []
    grown = load_scale(world.database, 1, at=world.at, size=LEAST, progress=heard.append)
    assert (grown.networks, sum(heard)) == (NETWORKS, NETWORKS)
    with world.database.reading() as session:
        assert count(session, Programme, Programme.name.endswith(INVENTED)) == NETWORKS
        invented = Organisation.name.endswith(INVENTED)
        jobcenters = select(Organisation.id).where(invented, Organisation.kind == OrganisationKind.JOBCENTER)
        people = count(session, Participant, Participant.jobcenter_id.in_(jobcenters))
        assert people == NETWORKS * LEAST.coaches * LEAST.caseload
        assert count(session, Booking) == NETWORKS * LEAST.bookings
        assert count(session, Booking, Booking.enquiry_id.is_not(None)) > 0
        assert count(session, Booking, Booking.state.in_(LIVE), Booking.starts_at > world.at) > 0
        weeks = NETWORKS * LEAST.offers * LEAST.weekly
        assert 50 * weeks <= count(session, Slot) <= 53 * weeks
        assert list_broken(session, at=world.at) == []
        assert count_words(session) == (count(session, Consent), [])
        verdict = verify_log(session, at=world.at)
        assert (verdict.first_broken, verdict.unchained) == (None, 0)
        assert verdict.rows > count(session, Booking)


def test_nobody_is_in_two_places_however_many_dates_a_person_has(world):
    load_scale(world.database, 1, at=world.at, size=DENSE)
    with world.database.reading() as session:
        assert count(session, Booking) == NETWORKS * DENSE.bookings
        assert list_broken(session, at=world.at) == []


def test_a_dump_shows_no_name(world):
    load_scale(world.database, 1, at=world.at, size=LEAST)
    with world.database.reading() as session:
        person = session.scalars(select(Participant).order_by(Participant.id.desc())).first()
        stored = session.execute(text("SELECT name, log_key FROM participants ORDER BY id DESC")).first()
        assert person.name["family"]
        assert all(one.startswith("gAAAA") for one in stored)


def dealt(fresh_database, seed=SEED):
    """Load into a database of its own and return what the dice decided; what is sealed is opened for it."""
    database = Database(fresh_database(migrated), durable=False)
    load_scale(database, 1, at=AT, size=LEAST, seed=seed)
    with database.reading() as session:
        people = select(Participant.public_id, Participant.name, Participant.log_key)
        places = select(Booking.public_id, Booking.code, Booking.state, Booking.starts_at)
        asked = select(Enquiry.public_id, Enquiry.reference, Enquiry.state)
        dates = select(Slot.public_id, Slot.starts_at)
        found = [sorted(session.execute(one).all(), key=str) for one in (people, places, asked, dates)]
    database.close()
    return found


def migrated(url):
    """Give a new database its tables."""
    crypto.install(KEYS.ring)
    crypto.cheap_passwords()
    database = Database(url, durable=False)
    migrating.upgrade(database)
    database.close()


def test_the_same_seed_deals_the_same_and_another_seed_something_else(fresh_database):
    first = dealt(fresh_database)
    assert all(first)
    assert dealt(fresh_database) == first
    for ours, theirs in zip(first, dealt(fresh_database, seed=1), strict=True):
        assert {row[0] for row in ours}.isdisjoint(row[0] for row in theirs)


def test_what_is_there_already_counts_and_more_can_follow(world):
    load_scale(world.database, 1, at=world.at, size=LEAST)
    heard = []
    again = load_scale(world.database, 1, at=world.at, size=LEAST, progress=heard.append)
    assert (again.networks, again.rows, sum(heard)) == (0, 0, NETWORKS)
    more = load_scale(world.database, 2, at=world.at, size=LEAST)
    assert more.networks == NETWORKS
    with world.database.reading() as session:
        assert count(session, Programme, Programme.name.endswith(INVENTED)) == 2 * NETWORKS
        assert list_broken(session, at=world.at) == []
        assert verify_log(session, at=world.at).first_broken is None


def test_an_interruption_leaves_whole_networks_behind_and_the_rest_follows(world):
    class Interrupted(Exception):
        pass

    def interrupt(networks):
        if networks:
            raise Interrupted

    with pytest.raises(Interrupted):
        load_scale(world.database, 1, at=world.at, size=LEAST, progress=interrupt)
    rest = load_scale(world.database, 1, at=world.at, size=LEAST)
    assert rest.networks == NETWORKS - 1
    with world.database.reading() as session:
        assert count(session, Programme, Programme.name.endswith(INVENTED)) == NETWORKS
        assert count(session, Booking) == NETWORKS * LEAST.bookings


@pytest.mark.parametrize("key", READERS)
def test_every_page_a_reader_is_led_to_opens(world, app, key):
    load_scale(world.database, 1, at=world.at, size=LEAST)
    browser = app.test_client()
    way = Way(key, "/login", {"email": f"{key}.1@{DOMAIN}", "password": PASSWORD})
    met = list(follow_links(app, browser, sign_in(app, browser, way)))
    assert [one.path for one in met if one.answer.status_code >= 400] == []
    assert len([one for one in met if one.is_page]) > 10


def test_the_demo_alone_keeps_every_rule_on_an_evening_when_its_stories_were_told_at_noon(fresh_database):
    evening = AT.replace(month=11, day=23, hour=16, minute=25)  # dates of the day have begun since
    database = Database(fresh_database(migrated), durable=False)
    load_demo(database, at=evening)
    with database.reading() as session:
        assert list_broken(session, at=evening) == []
    database.close()
