"""`hub seed` and `hub measure search`: invented networks and dates, searches timed; nothing is left behind."""

import re

import pytest
from sqlalchemy import create_engine, func, inspect, select

from hub.db import Database
from hub.models.programme import Programme
from hub.seeds.district import INVENTED


def test_production_and_a_house_with_real_accounts_refuse_invented_people(house, world):
    refused = house.hub("seed", "--scale", "1", HUB_ENVIRONMENT="production", HUB_PUBLIC_URL="https://hub.invalid")
    assert refused.exit_code != 0
    assert "Invented people would stand among the real ones" in str(refused.exception)
    refused = house.hub("seed", "--scale", "1")
    assert refused.exit_code != 0
    assert "accounts that are not the demo's" in str(refused.exception)
    with world.database.reading() as session:
        assert session.scalar(select(func.count(Programme.id)).where(Programme.name.endswith(INVENTED))) == 0


@pytest.mark.slow
def test_networks_stand_beside_the_demo_and_more_follow_when_asked_again(empty_house, bare_url):
    settings = {"HUB_ENVIRONMENT": "demo", "HUB_DATABASE_URL": bare_url, "HUB_PUBLIC_URL": "http://127.0.0.1:8016"}
    for scale, networks in ((1, 2), (2, 2), (2, 0)):
        done = empty_house.hub("seed", "--least", "--scale", str(scale), **settings)
        assert done.exit_code == 0, done.output
        assert re.search(rf"^{networks} networks, \d+ rows in [\d.]+ s: \d+ rows a second", done.output, re.MULTILINE)
        assert "clara@demo.invalid" in done.output
    assert empty_house.hub("check", "--invariants", **settings).exit_code == 0
    database = Database(bare_url)
    with database.reading() as session:
        assert session.scalar(select(func.count(Programme.id)).where(Programme.name.endswith(INVENTED))) == 4
        assert session.scalar(select(func.count(Programme.id))) == 6
    database.close()


def test_searches_are_timed_at_each_size_with_at_most_four_statements(house, bare_url):
    where = [] if bare_url.startswith("sqlite") else ["--database", bare_url]
    done = house.hub("measure", "search", "--dates", "400", "--dates", "100", "--samples", "2", *where)
    assert done.exit_code == 0, done.output
    rows = re.findall(r"^ +(\d+) +([\d.]+) ms +([\d.]+) ms +([\d.]+) +([\d.]+) +(\d+)  ", done.output, re.MULTILINE)
    assert [row[0] for row in rows] == ["100", "400"] * 3
    assert all(row[3:5] == ("1.00", "1.00") for row in rows[::2])
    assert all(1 <= int(row[5]) <= 4 for row in rows)
    engine = create_engine(bare_url)
    names = inspect(engine).get_schema_names()
    engine.dispose()
    assert not [name for name in names if name.startswith("hub_measured")]
