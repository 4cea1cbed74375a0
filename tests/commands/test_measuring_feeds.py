"""`hub measure feeds`: a real server of two processes, a bare view beside it, and nothing left behind."""

import pytest
from sqlalchemy import create_engine, inspect

from hub.feed_times import FeedTime, as_table


@pytest.mark.slow
def test_each_kind_of_answer_is_timed_beside_a_bare_view(house, bare_url):
    where = [] if bare_url.startswith("sqlite") else ["--database", bare_url]
    done = house.hub("measure", "feeds", "--entries", "3", "--samples", "2", *where)
    assert done.exit_code == 0, done.output
    head, *lines = done.output.splitlines()
    assert head.split() == ["entries", "median", "ms", "bare", "ms", "×", "rate", "answer"]
    assert [line.split("  ")[-1].strip() for line in lines] == ["304", "200", "200, gzip", "200 after one change"]
    engine = create_engine(bare_url)
    names = inspect(engine).get_schema_names()
    engine.dispose()
    assert not [name for name in names if name.startswith("hub_measured")]


def test_the_ratio_is_how_much_of_the_bare_rate_is_reached():
    table = as_table([FeedTime(200, "304", 2.0, 1.5), FeedTime(200, "200 after one change", 30.0, None)])
    assert [line.split() for line in table.splitlines()[1:]] == [
        ["200", "2.00", "1.50", "0.75", "304"],
        ["200", "30.00", "200", "after", "one", "change"],
    ]
