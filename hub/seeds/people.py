"""The demo's people beyond the cast: invented names, taken up, proposed and admitted by the same actions as in life."""

import random
from datetime import date, datetime, timedelta
from types import SimpleNamespace

from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from hub import clock, crypto
from hub.actions.participants import Details, create_participant
from hub.actions.participations import CRITERIA, decide, propose
from hub.geography import municipalities
from hub.models.participant import Participant, ParticipationState
from hub.models.user import Membership, Role, User
from hub.policy.actor import Actor
from hub.queries.states import move
from hub.queries.users import actor_of
from hub.seeds.cast import DOMAIN, PASSWORD

GIVEN = (
    ("Frau", "Anke"), ("Frau", "Birgit"), ("Frau", "Doreen"), ("Frau", "Elke"), ("Frau", "Heike"),
    ("Frau", "Ilona"), ("Frau", "Jana"), ("Frau", "Kathrin"), ("Frau", "Marlies"), ("Frau", "Oksana"),
    ("Frau", "Ramona"), ("Frau", "Simone"), ("Herr", "Andrzej"), ("Herr", "Bernd"), ("Herr", "Detlef"),
    ("Herr", "Enrico"), ("Herr", "Frank"), ("Herr", "Gerd"), ("Herr", "Hamid"), ("Herr", "Jens"),
    ("Herr", "Maik"), ("Herr", "Olaf"), ("Herr", "Ronny"), ("Herr", "Uwe"),
)  # fmt: skip
FAMILY = (
    "Adler", "Bartsch", "Böhme", "Čorlich", "Donath", "Eger", "Fiedler", "Groß", "Hänsel", "Jurk", "Kschischan",
    "Lötzsch", "Mickan", "Noack", "Oertel", "Pötschke", "Quaas", "Rößler", "Schuster", "Tänzer", "Ulbrich",
    "Voigt", "Wićaz", "Zschoche",
)  # fmt: skip
# key, name, role, Jobcenter
STAFF = (
    ("mira", "Mira Seidel", Role.COACH, "jc_meissen"),
    ("paul", "Paul Köhler", Role.COACH, "jc_meissen"),
    ("ines", "Ines Haubold", Role.COACH, "jc_leipzig"),
    ("jan", "Jan Kretzschmar", Role.COACH, "jc_leipzig"),
    ("katja", "Katja Rehor", Role.COACH, "jc_bautzen"),
    ("marko", "Marko Šołta", Role.COACH, "jc_bautzen"),
    ("gerda", "Gerda Paul", Role.CASE_MANAGER, "jc_bautzen"),
    ("heike", "Heike Wolf", Role.TEAM_LEAD, "jc_bautzen"),
    ("jurij", "Jurij Lehnert", Role.COORDINATOR, "house_office"),
    ("thomas", "Thomas Arnold", Role.TEAM_LEAD, "jc_leipzig"),
)
DISTRICTS = {"jc_meissen": "Meißen", "jc_leipzig": "Leipzig", "jc_bautzen": "Bautzen"}
DECIDERS = {"jc_meissen": "frank", "jc_leipzig": "uwe", "jc_bautzen": "gerda"}
COACHES = {
    "clara": "jc_meissen", "cem": "jc_leipzig", "mira": "jc_meissen", "paul": "jc_meissen", "ines": "jc_leipzig",
    "jan": "jc_leipzig", "katja": "jc_bautzen", "marko": "jc_bautzen",
}  # fmt: skip
CASELOAD = 15


def load_staff(session: Session, cast: SimpleNamespace, at: datetime) -> None:
    """Add the coaches, case managers and team leads beyond the cast."""
    password_hash = crypto.hash_password(PASSWORD)
    for key, name, role, jobcenter in STAFF:
        seat = Membership(organisation_id=cast.organisations[jobcenter].id, role=role, created_at=at)
        user = User(
            email=f"{key}@{DOMAIN}",
            name=name,
            password_hash=password_hash,
            demo=True,
            created_at=at,
            memberships=[seat],
        )
        session.add(user)
        cast.users[key] = user
    session.flush()


def load_people(session: Session, cast: SimpleNamespace, at: datetime, dice: random.Random) -> list[Participant]:
    """Fill every coach's caseload; two participations end within 30 days, one has ended."""
    found: list[Participant] = []
    for coach, jobcenter in COACHES.items():
        actor = actor_of(session, cast.users[coach])
        decider = actor_of(session, cast.users[DECIDERS[jobcenter]])
        own = [person for person in cast.people.values() if person.coach_id == actor.user_id]
        names = dice.sample(GIVEN, CASELOAD)  # no two of one caseload share a given name
        for number in range(CASELOAD - len(own)):
            months = {("mira", 0): 23, ("ines", 0): 23, ("katja", 0): 24}.get((coach, number), dice.randint(2, 20))
            person = _take_up(session, cast, actor, jobcenter, names[number], at, dice)
            _admit(session, cast, person, actor, decider, jobcenter, months, at)
            found.append(person)
    return found


def _take_up(
    session: Session,
    cast: SimpleNamespace,
    actor: Actor,
    jobcenter: str,
    name: tuple[str, str],
    at: datetime,
    dice: random.Random,
) -> Participant:
    form_of_address, given = name
    town = dice.choice([one for one in municipalities() if one.district == DISTRICTS[jobcenter]])
    details = Details(
        form_of_address=form_of_address,
        given=given,
        family=dice.choice(FAMILY),
        municipality_code=town.code,
        birth_year=dice.randint(1962, 1999),
        languages=("pl", "de") if given in ("Oksana", "Andrzej") else ("de",),
        contacts=contacts_of(dice),
        access_needs=tuple(dice.sample(["step_free", "quiet", "companion"], dice.choice([0, 0, 1, 2]))),
    )
    return create_participant(
        session, actor=actor, jobcenter_id=cast.organisations[jobcenter].id, details=details, at=at - timedelta(days=1)
    )


def contacts_of(dice: random.Random) -> tuple[dict[str, object], ...]:
    """Return the ways a person can be reached: the own telephone, or none."""
    if dice.random() < 0.25:  # a quarter can be reached on paper only
        return ()
    number = f"0151 5550 {dice.randint(2000, 9999)}"
    return ({"kind": "phone", "value": number, "allowed_for": ["coach"]},)


def _admit(
    session: Session,
    cast: SimpleNamespace,
    person: Participant,
    actor: Actor,
    decider: Actor,
    jobcenter: str,
    months: int,
    at: datetime,
) -> None:
    today = clock.local_date(at)
    programme = cast.programmes["house" if jobcenter == "jc_bautzen" else "resilience"]
    starts_on, ends_on = span_of(today, months)
    participation = propose(
        session,
        actor=actor,
        participant=person,
        programme=programme,
        starts_on=starts_on,
        ends_on=min(ends_on, programme.ends_on),
        criteria=CRITERIA[: 1 + months % 3],
        case_manager=cast.users[DECIDERS[jobcenter]],
        at=at - timedelta(days=1),
    )
    participation.participant = person
    decide(session, actor=decider, participation=participation, admitted=True, at=at - timedelta(hours=20))
    if ends_on < today:
        move(session, participation, ParticipationState.ENDED, at=at)


def span_of(today: date, months: int) -> tuple[date, date]:
    """Return first and last day of a participation that began so many months ago."""
    starts_on = today - relativedelta(months=months) - timedelta(days=10 if months < 24 else 0)
    return starts_on, starts_on + relativedelta(months=24) - timedelta(days=1)
