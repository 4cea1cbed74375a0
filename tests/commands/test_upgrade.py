"""From the first version's database, with what stood in it, to this version (R-OPS-04), on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, MetaData, Table, func, insert, select

from hub import crypto, migrating
from hub.actions.log_chain import verify_log
from hub.db import Database
from hub.models.location import Location
from hub.models.log import LogEntry
from hub.models.offer import Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.user import User
from hub.worker.checks import check_now
from hub.worker.loop import chain_all
from tests.world import KEYS

OF_THEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORDS = {"state": "published"}
SEALED = {"name": '{"given": "Dora", "family": "Damals"}', "contacts": "[]", "access_needs": "[]"}


class Then:
    """Rows as the first version wrote them, by its own tables; what is not given gets the plainest value."""

    def __init__(self, database: Database) -> None:
        self.database, self.tables = database, MetaData()
        self.tables.reflect(database.engine)

    def add(self, table_name: str, **given: Any) -> int:
        table = self.tables.tables[table_name]
        values = {column.name: self._plain(table, column) for column in table.columns if not column.nullable}
        values.pop("id", None)
        with self.database.engine.begin() as connection:
            done = connection.execute(insert(table).values(values | given))
        return int(done.inserted_primary_key[0])

    def _plain(self, table: Table, column: sa.Column[Any]) -> Any:
        if column.name == "public_id":
            return crypto.new_public_id()
        if isinstance(column.type, JSON):
            return []
        if isinstance(column.type, sa.Boolean):
            return False
        if isinstance(column.type, sa.DateTime):
            return OF_THEN
        if isinstance(column.type, sa.Date):
            return date(2026, 3, 2)
        if isinstance(column.type, sa.Integer | sa.Float):
            return 1
        return WORDS.get(column.name, "")


def test_a_database_of_the_first_version_comes_to_this_one(bare_url: str) -> None:
    crypto.install(KEYS.ring)
    database = Database(bare_url)
    migrating.upgrade(database, "0001")
    then = Then(database)
    club = then.add("organisations", kind="club", name="Verein von damals", folded_name="verein von damals")
    office = then.add("organisations", kind="jobcenter", name="Amt von damals", folded_name="amt von damals")
    then.add("users", email="damals@demo.invalid", name="Dana Damals", locale="de")
    sealed = {name: crypto.ring().encrypt(text) for name, text in SEALED.items()}
    then.add("participants", jobcenter_id=office, locale="de", **sealed)
    place = then.add("locations", organisation_id=club, name="Halle", latitude=51.1, longitude=13.5, facts={})
    facts = {"aim": "move", "form": "group", "stage": "prevention", "access": "open", "title": "Gehen"}
    offer = then.add("offers", organisation_id=club, location_id=place, **facts)
    ends_at = OF_THEN + timedelta(hours=1)
    slot = then.add("slots", offer_id=offer, state="planned", starts_at=OF_THEN, ends_at=ends_at, places=8)
    then.add("pools", slot_id=slot, places=8, taken=0, state="open")
    then.add("log_entries", actor_ref="system", actor_kind="system", action="offer.published", result="ok")
    migrating.upgrade(database)
    migrating.differences(database)
    with database.reading() as session:
        assert session.scalars(select(Participant)).one().full_name == "Dora Damals"
        kept = session.scalars(select(Slot)).one()
        assert (kept.starts_at, kept.ends_at, kept.places) == (OF_THEN, ends_at, 8)
        assert session.get_one(Offer, kept.offer_id).title == "Gehen"
        assert {one.name for one in session.scalars(select(Organisation))} == {"Verein von damals", "Amt von damals"}
        assert session.scalars(select(User)).one().name == "Dana Damals"
        assert session.scalars(select(Location)).one().name == "Halle"
        assert session.scalar(select(func.count(LogEntry.id))) == 1
    chain_all(database, OF_THEN)
    with database.reading() as session:
        assert verify_log(session, at=OF_THEN).first_broken is None
    assert not check_now(database, OF_THEN).broken
    database.close()
