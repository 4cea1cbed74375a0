"""`hub seed` and `hub measure search`: invented dates, and searches among them timed; nothing is left behind."""

import re

from sqlalchemy import create_engine, func, inspect, select

from hub.models.slot import Slot


def test_production_refuses_invented_dates_and_another_house_hears_how_fast_it_was(house, world):
    refused = house.hub("seed", "--dates", "100", HUB_ENVIRONMENT="production", HUB_PUBLIC_URL="https://hub.invalid")
    assert refused.exit_code != 0
    assert "Invented dates would stand among the real ones" in str(refused.exception)
    done = house.hub("seed", "--dates", "100")
    assert done.exit_code == 0, done.output
    assert re.search(r"100 dates, \d+ rows in [\d.]+ s: \d+ rows a second", done.output)
    with world.database.reading() as session:
        assert session.scalar(select(func.count(Slot.id))) == 100


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
