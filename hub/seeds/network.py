"""The demo's organisations and houses beyond the cast: invented, in real municipalities."""

from types import SimpleNamespace

from sqlalchemy.orm import Session

from hub.geography import Municipality, find_municipality
from hub.models.location import Location, Room
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.programme import ProgrammeOrganisation
from hub.seeds.cast import DOMAIN

K = OrganisationKind
# key, kind, name, municipality code, street, network, umbrella, step free
# fmt: off
ORGANISATIONS = (
    ("club_radebeul", K.CLUB, "TV Lößnitz Radebeul", "14627210", "Turnweg 2", "resilience", "federation", True),
    ("club_riesa", K.CLUB, "SC Elbe Riesa", "14627230", "Hafenstraße 9", "resilience", "federation", True),
    ("club_grimma", K.CLUB, "TSV Muldental Grimma", "14729160", "Am Wehr 3", "resilience", None, True),
    ("club_borna", K.CLUB, "SV Breiter Teich Borna", "14729050", "Teichweg 1", "resilience", None, False),
    ("club_wurzen", K.CLUB, "Turnfreunde Wurzen", "14729410", "Ringweg 8", "resilience", None, True),
    ("care_riesa", K.CARE_CENTRE, "Ärztehaus am Hafen Riesa", "14627230", "Hafenstraße 20", "resilience", None, True),
    ("care_grimma", K.CARE_CENTRE, "Ärztehaus Muldeblick", "14729160", "Brückenweg 4", "resilience", None, True),
    ("care_wurzen", K.CARE_CENTRE, "Ärztehaus Domgasse Wurzen", "14729410", "Domgasse 6", "resilience", None, True),
    ("town_weinboehla", K.MUNICIPALITY, "Gemeinde Weinböhla", "14627310", "Rathausplatz 2", "resilience", None, True),
    ("town_grossenhain", K.MUNICIPALITY, "Stadt Großenhain", "14627060", "Hauptmarkt 1", "resilience", None, True),
    ("town_markranstaedt", K.MUNICIPALITY, "Stadt Markranstädt", "14729270", "Markt 1", "resilience", None, True),
    ("town_colditz", K.MUNICIPALITY, "Stadt Colditz", "14729080", "Markt 3", "resilience", None, False),
    ("carrier_meissen", K.CARRIER, "Hilfe nebenan Meißen", "14627140", "Burgweg 7", "resilience", None, True),
    ("carrier_leipzig", K.CARRIER, "Hilfe nebenan Borna", "14729050", "Marktstraße 12", "resilience", None, True),
    ("association_meissen", K.ASSOCIATION, "Verein Offene Tür", "14627140", "Gerberweg 5", "resilience", None, True),
    ("association_borna", K.ASSOCIATION, "Nachbarn in Borna", "14729050", "Lindenweg 3", "resilience", None, False),
    ("education_meissen", K.EDUCATION, "Lernhaus Meißen", "14627140", "Schulweg 2", "resilience", None, True),
    ("education_grimma", K.EDUCATION, "Lernhaus Grimma", "14729160", "Klosterweg 1", "resilience", None, True),
    ("house_office", K.ASSOCIATION, "Netzwerkbüro Bautzen", "14625020", "Spreegasse 11", "house", None, True),
    ("house_bautzen", K.ASSOCIATION, "Haus Spreebogen", "14625020", "Spreegasse 11", "house", None, True),
    ("clinic_bautzen", K.CLINIC, "Klinik Lausitzer Berge", "14625020", "Bergweg 20", "house", None, True),
    ("club_bautzen", K.CLUB, "Budyšin bewegt", "14625020", "Sportallee 4", "house", None, True),
    ("carrier_bautzen", K.CARRIER, "Hilfe nebenan Bautzen", "14625020", "Kornweg 6", "house", None, True),
    ("education_bautzen", K.EDUCATION, "Lernhaus Bautzen", "14625020", "Schülerweg 2", "house", None, True),
    ("association_kamenz", K.ASSOCIATION, "Treff am Markt Kamenz", "14625250", "Markt 8", "house", None, False),
)
# fmt: on
BY_PHONE_ONLY = ("club_riesa", "club_borna")  # one under an umbrella, one that the network desk phones
HOUSE_ROOMS = {  # name, what stands in it
    "Erker": "Sessel, Decken",
    "Garten": "Beete in Tischhöhe",
    "Küche": "Herd, unterfahrbare Arbeitsplatte",
    "Saal": "Matten, Klavier",
    "Spreeblick": "Bildschirm, Höranlage",
    "Werkstatt": "Werkbänke",
}
NETWORK_OF = {key: network for key, _, _, _, _, network, _, _ in ORGANISATIONS}


def load_network(session: Session, cast: SimpleNamespace) -> None:
    """Add the organisations with one place each; the house in Bautzen has six rooms."""
    for key, kind, name, code, street, network, umbrella, step_free in ORGANISATIONS:
        town = get_municipality(code)
        parent = cast.organisations[umbrella].id if umbrella else None
        organisation = Organisation(
            kind=kind,
            name=name,
            parent_id=parent,
            municipality_code=code,
            postal_code=town.postal_codes[0],
            street=street,
            phone=f"03521 555 02{len(cast.organisations):02}",
            email="" if key in BY_PHONE_ONLY else f"{key.replace('_', '-')}@{DOMAIN}",
        )
        session.add(organisation)
        session.flush()
        session.add(ProgrammeOrganisation(programme_id=cast.programmes[network].id, organisation_id=organisation.id))
        cast.organisations[key] = organisation
        cast.locations[key] = Location(
            organisation_id=organisation.id,
            name=name,
            street=street,
            postal_code=organisation.postal_code,
            municipality_code=code,
            latitude=town.latitude,
            longitude=town.longitude,
            step_free=step_free,
            facts=_facts(key, step_free=step_free),
            house=key == "house_bautzen",
            rooms=_rooms(key, step_free=step_free),
        )
        session.add(cast.locations[key])
    session.flush()


def get_municipality(code: str) -> Municipality:
    """Return a municipality the seeds name; a wrong code is a mistake here."""
    town = find_municipality(code)
    if town is None:
        raise LookupError(code)
    return town


def _facts(key: str, *, step_free: bool) -> list[str]:
    known = ["step_free", "toilet", "stop_nearby"] if step_free else ["stop_nearby"]
    return [known[0], "lift", *known[1:]] if key == "house_bautzen" else known


def _rooms(key: str, *, step_free: bool) -> list[Room]:
    if key == "house_bautzen":
        return [Room(name=name, places=12, step_free=step_free, equipment=known) for name, known in HOUSE_ROOMS.items()]
    return [Room(name="Sitzungszimmer", places=8, step_free=step_free, lendable=True)] if key.startswith("town") else []
