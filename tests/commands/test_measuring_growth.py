"""`hub measure growth`: pages of the demo alone and beside more and more others, and nothing left behind."""

import re

import pytest
from sqlalchemy import create_engine, inspect

from hub.growth_times import PAGES


@pytest.mark.slow
def test_each_page_is_timed_at_each_size_and_asks_no_more_statements_beside_others(house, bare_url):
    where = [] if bare_url.startswith("sqlite") else ["--database", bare_url]
    done = house.hub("measure", "growth", "--least", "--scale", "2", "--scale", "1", "--samples", "2", *where)
    assert done.exit_code == 0, done.output
    row = r"^ +(\d+) +[\d.]+ ms +[\d.]+ ms +([\d.]+) +([\d.]+) +(\d+)  (.+)$"
    rows = re.findall(row, done.output, re.MULTILINE)
    assert [one[0] for one in rows] == ["0", "1", "2"] * (len(PAGES) + 1)
    assert all(one[1:3] == ("1.00", "1.00") for one in rows[::3])
    for alone, beside, more in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        assert alone[4] == beside[4] == more[4]
        assert 1 <= int(more[3]) <= int(alone[3]) <= 12
    engine = create_engine(bare_url)
    names = inspect(engine).get_schema_names()
    engine.dispose()
    assert not [name for name in names if name.startswith("hub_measured")]
