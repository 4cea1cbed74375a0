"""`hub seed`: invented networks beside the demo, and never beside real accounts."""

import re

import pytest
from sqlalchemy import func, select

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
