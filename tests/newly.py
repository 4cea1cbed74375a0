"""An installation as `hub init` leaves it, for tests: no network, no offer, nobody but who is put in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from hub import config, crypto, migrating
from hub.actions import organisations, programmes
from hub.actions.users import add_user
from hub.app import create_app
from hub.db import Database
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.user import Role, User
from hub.policy.actor import SYSTEM, Actor
from hub.queries.users import find_actor
from hub.seeds.cast import PASSWORD
from tests.world import AT, KEYS, holding, let_in

OFFICE, CLUB, JOBCENTER = "Netzwerkbüro", "SV Elbaue", "Amt für Eingliederung"
PLACES = {
    Role.PARTNER: CLUB,
    Role.COACH: JOBCENTER,
    Role.CASE_MANAGER: JOBCENTER,
    Role.TEAM_LEAD: JOBCENTER,
    Role.COORDINATOR: OFFICE,
    Role.AUDITOR: OFFICE,
    Role.OPERATOR: OFFICE,
}


def build_empty(url: str) -> None:
    """Migrate a database and leave it empty."""
    database = Database(url, durable=False)
    migrating.upgrade(database)
    database.close()


@dataclass
class Installation:
    """An empty installation and the ways to fill it, each by its own verb."""

    database: Database
    app: Flask

    def do(self, verb: Callable[..., Any], **arguments: Any) -> Any:
        """Run one action in one transaction of its own."""
        with self.database.transaction() as session:
            return verb(session, **arguments, at=AT)

    def add(self, role: Role) -> User:
        """Add an account with a role, by the verb behind `hub user add`; its address begins with the role."""
        made: User = self.do(
            add_user,
            actor=SYSTEM,
            email=f"{role}@demo.invalid",
            name=f"{role.capitalize()} Neu",
            organisation=PLACES[role],
            role=role,
            password=PASSWORD,
        )
        return made

    def actor(self, user: User) -> Actor:
        """Return an account's actor as it is now."""
        with self.database.reading() as session:
            found = find_actor(session, user.id)
        assert found is not None
        return found

    def open_programme(self, coordinator: User) -> int:
        """Let somebody open the network."""
        entries = programmes.Entries(name="Netz", starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31))
        made = self.do(programmes.create_programme, actor=self.actor(coordinator), entries=entries)
        return int(made.id)

    def take_in(self, coordinator: User, programme_id: int, kind: OrganisationKind, name: str) -> Organisation:
        """Let somebody take an organisation into the network, with no more than is asked for."""
        entries = organisations.Entries(kind=kind, name=name, programme_ids=frozenset({programme_id}))
        made: Organisation = self.do(organisations.create_organisation, actor=self.actor(coordinator), entries=entries)
        return made

    def staffed(self) -> None:
        """Put one account into each role, and nothing else but the organisations they work for."""
        coordinator = self.add(Role.COORDINATOR)
        programme = self.open_programme(coordinator)
        self.take_in(coordinator, programme, OrganisationKind.CLUB, CLUB)
        self.take_in(coordinator, programme, OrganisationKind.JOBCENTER, JOBCENTER)
        for role in Role:
            if role is not Role.COORDINATOR:
                self.add(role)

    def browser(self, role: Role) -> FlaskClient:
        """Give a browser in which the account of a role is signed in."""
        return holding(self.app, let_in(self.app, role.value))


@contextmanager
def installed(url: str) -> Iterator[Installation]:
    """Give the application over an empty database on its first morning."""
    crypto.install(KEYS.ring)
    crypto.cheap_passwords()
    database = Database(url, durable=False)
    settings = config.load({}, environment="test", database_url=url, public_url="http://localhost")
    with time_machine.travel(AT, tick=True):
        app = create_app(settings, KEYS, database)
        app.config["WTF_CSRF_ENABLED"] = False
        yield Installation(database, app)
    database.close()
