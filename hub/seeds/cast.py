"""The cast: the invented people with speaking roles and the organisations they work for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from hub import clock, crypto
from hub.models.location import Location, Room
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.programme import Programme, ProgrammeOrganisation
from hub.models.user import Membership, Role, User

K = OrganisationKind
DOMAIN = "demo.invalid"
PASSWORD = "kuechentisch-2026"  # noqa: S105 (of the demo, which says so; production refuses demo accounts)


@dataclass(frozen=True)
class StaffSeed:
    """One member of staff: key, name, and roles in organisations."""

    key: str
    name: str
    seats: tuple[tuple[str, Role], ...]


# fmt: off
ORGANISATIONS = (
    # key, kind, name, municipality code, postal code, street, phone, umbrella
    ("jc_meissen", K.JOBCENTER, "Amt für Eingliederung Meißen (Demo)", "14627140", "01662", "Talstraße 1",
     "03521 555 0100", None),
    ("jc_leipzig", K.JOBCENTER, "Amt für Eingliederung Leipzig-Land (Demo)", "14729160", "04668", "Marktweg 2",
     "03437 555 0100", None),
    ("jc_bautzen", K.JOBCENTER, "Amt für Eingliederung Bautzen (Demo)", "14625020", "02625", "Lindenhof 3",
     "03591 555 0100", None),
    ("clinic", K.CLINIC, "Klinik Rosenpark", "14627210", "01445", "Parkstraße 10", "0351 555 0120", None),
    ("federation", K.FEDERATION, "Kreissportbund Elbland", "14627140", "01662", "Sportweg 4", "03521 555 0130", None),
    ("club", K.CLUB, "SV Elbaue Coswig", "14627010", "01640", "Am Sportplatz 5", "03523 555 0140", "federation"),
    ("town", K.MUNICIPALITY, "Rathaus Nossen", "14627180", "01683", "Markt 1", "035242 555 0150", None),
    ("office", K.ASSOCIATION, "Netzwerkbüro", "14627140", "01662", "Elbstraße 6", "03521 555 0160", None),
)
STAFF = (
    StaffSeed("clara", "Clara Winkler", (("jc_meissen", Role.COACH),)),
    StaffSeed("cem", "Cem Aydin", (("jc_leipzig", Role.COACH),)),
    StaffSeed("frank", "Frank Möbius", (("jc_meissen", Role.CASE_MANAGER),)),
    StaffSeed("uwe", "Uwe Lindner", (("jc_leipzig", Role.CASE_MANAGER),)),
    StaffSeed("lena", "Lena Hartmann", (("jc_meissen", Role.TEAM_LEAD),)),
    StaffSeed("petra", "Petra Lehmann", (("clinic", Role.PARTNER),)),
    StaffSeed("sven", "Sven Krause", (("club", Role.PARTNER),)),
    StaffSeed("kerstin", "Kerstin Vogel", (("federation", Role.PARTNER),)),
    StaffSeed("gudrun", "Gudrun Scholze", (("town", Role.PARTNER),)),
    StaffSeed("nora", "Nora Petzold", (("office", Role.COORDINATOR),)),
    StaffSeed("anna", "Anna Richter", (("office", Role.AUDITOR),)),
    StaffSeed("otto", "Otto Brandt", (("office", Role.OPERATOR),)),
    StaffSeed("fred", "Fred Fremd", ()),
)
PERSONS: tuple[tuple[Any, ...], ...] = (
    # key, form of address, given, family, Jobcenter, coach, municipality, born, languages, needs, contacts, call word
    ("tarik", "Herr", "Tarik", "Demirci", "jc_meissen", "clara", "14627010", 1984, ["de", "tr"], ["step_free"],
     [{"kind": "phone", "value": "0151 5550 1701", "allowed_for": ["coach"]}], "Kranich"),
    ("jolanta", "Frau", "Jolanta", "Wiśniewska", "jc_meissen", "clara", "14627310", 1979, ["pl", "de"],
     ["interpreter"], [{"kind": "phone", "value": "0151 5550 1702", "allowed_for": ["coach", "partner"]}], "Amsel"),
    ("heinz", "Herr", "Heinz", "Urban", "jc_meissen", "clara", "14627180", 1963, ["de"], ["step_free", "quiet"], [],
     "Dachs"),
    ("mandy", "Frau", "Mandy", "Fuchs", "jc_leipzig", "cem", "14729160", 1990, ["de"], [], [], "Otter"),
)
CASE_MANAGERS = {"jc_meissen": "frank", "jc_leipzig": "uwe"}
NETWORKS = (
    ("resilience", "Resilienz-Netzwerk",
     ("jc_meissen", "jc_leipzig", "clinic", "federation", "club", "town", "office")),
    ("house", "Haus der Möglichkeiten", ("jc_bautzen",)),
)
LOCATIONS = (
    # key, organisation, name, street, postal code, municipality, latitude, longitude, step free, rooms
    ("gym", "club", "Sporthalle Coswig", "Am Sportplatz 5", "01640", "14627010", 51.1286, 13.5806, True, ()),
    ("clinic_house", "clinic", "Klinik Rosenpark", "Parkstraße 10", "01445", "14627210", 51.1049, 13.6566, True,
     ("Raum 3",)),
    ("town_hall", "town", "Rathaus Nossen", "Markt 1", "01683", "14627180", 51.0575, 13.2972, False,
     ("Sitzungszimmer",)),
)
# fmt: on


def load_cast(session: Session, at: datetime) -> SimpleNamespace:
    """Add the cast to an empty database and return it by key; the demo network is built around it."""
    cast = SimpleNamespace(at=at, organisations={}, users={}, people={}, programmes={}, locations={})
    _organisations(session, cast)
    _networks(session, cast, clock.local_date(at))
    _staff(session, cast, at)
    _locations(session, cast)
    _people(session, cast, at)
    for group in (cast.organisations, cast.users, cast.people, cast.programmes, cast.locations):
        vars(cast).update(group)
    session.flush()
    return cast


def _organisations(session: Session, cast: SimpleNamespace) -> None:
    for key, kind, name, municipality, postal_code, street, phone, parent in ORGANISATIONS:
        cast.organisations[key] = Organisation(
            kind=kind,
            name=name,
            municipality_code=municipality,
            postal_code=postal_code,
            street=street,
            phone=phone,
            email=f"{key.replace('_', '-')}@{DOMAIN}",
            parent_id=cast.organisations[parent].id if parent else None,
            supervisory_authority="Aufsicht für den Datenschutz (Demo)" if kind is K.JOBCENTER else "",
        )
        session.add(cast.organisations[key])
        session.flush()


def _networks(session: Session, cast: SimpleNamespace, today: date) -> None:
    for key, name, members in NETWORKS:
        cast.programmes[key] = Programme(
            name=name, starts_on=today - timedelta(days=800), ends_on=today + timedelta(days=548)
        )
        session.add(cast.programmes[key])
        session.flush()
        session.add_all(
            ProgrammeOrganisation(programme_id=cast.programmes[key].id, organisation_id=cast.organisations[member].id)
            for member in members
        )


def _staff(session: Session, cast: SimpleNamespace, at: datetime) -> None:
    password_hash = crypto.hash_password(PASSWORD)
    for seed in STAFF:
        user = User(
            email=f"{seed.key}@{DOMAIN}",
            name=seed.name,
            password_hash=password_hash,
            demo=True,
            created_at=at,
            memberships=[
                Membership(organisation_id=cast.organisations[key].id, role=role, created_at=at)
                for key, role in seed.seats
            ],
        )
        session.add(user)
        cast.users[seed.key] = user
    session.flush()


def _locations(session: Session, cast: SimpleNamespace) -> None:
    for key, owner, name, street, postal_code, municipality, latitude, longitude, step_free, rooms in LOCATIONS:
        cast.locations[key] = Location(
            organisation_id=cast.organisations[owner].id,
            name=name,
            street=street,
            postal_code=postal_code,
            municipality_code=municipality,
            latitude=latitude,
            longitude=longitude,
            approximate=False,
            step_free=step_free,
            facts=["step_free", "toilet"] if step_free else ["parking"],
            rooms=[Room(name=room, places=10, step_free=step_free, lendable=owner == "town") for room in rooms],
        )
        session.add(cast.locations[key])


def _people(session: Session, cast: SimpleNamespace, at: datetime) -> None:
    today = clock.local_date(at)
    for key, address, given, family, jobcenter, coach, municipality, born, languages, needs, contacts, word in PERSONS:
        person = Participant(
            jobcenter_id=cast.organisations[jobcenter].id,
            coach_id=cast.users[coach].id,
            name={"form_of_address": address, "given": given, "family": family},
            name_digest=crypto.ring().digest("name", f"{given} {family}".casefold()),
            contacts=contacts,
            access_needs=needs,
            log_key=crypto.new_token(256),
            municipality_code=municipality,
            birth_year=born,
            languages=languages,
            call_word=word,
            created_at=at,
        )
        session.add(person)
        session.flush()
        session.add(
            Participation(
                participant_id=person.id,
                programme_id=cast.programmes["resilience"].id,
                state=ParticipationState.ADMITTED,
                starts_on=today - timedelta(days=200),
                ends_on=today + timedelta(days=400),
                criteria=["health"],
                case_manager_id=cast.users[CASE_MANAGERS[jobcenter]].id,
                proposed_by_id=cast.users[coach].id,
                proposed_at=at,
                decided_by_id=cast.users[CASE_MANAGERS[jobcenter]].id,
                decided_at=at,
            )
        )
        cast.people[key] = person
