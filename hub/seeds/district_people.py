"""The Jobcenter of an invented district: its staff, its people with their participations, and their cards."""

from base64 import b32encode
from datetime import timedelta

from hub import clock
from hub.actions.cards import CODE_LENGTH
from hub.actions.participations import CRITERIA
from hub.models.card import Card
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.participant import Participant, Participation, ParticipationState
from hub.models.programme import ProgrammeOrganisation
from hub.models.user import Membership, Role, User
from hub.queries.codes import place_words
from hub.queries.logins import card_digest
from hub.queries.participants import digest_of_name
from hub.seeds.cast import DOMAIN
from hub.seeds.district import INVENTED, Deed, District
from hub.seeds.people import FAMILY, GIVEN, contacts_of, span_of

NEEDS = ["step_free", "quiet", "companion"]
DAY, KEY_BYTES = timedelta(days=1), 32
SHORTEST, LONGEST = 7, 20  # months since a participation began: longer than the dates that are past


def add_jobcenter(district: District) -> None:
    """Add the Jobcenter with a case manager, a team lead, its coaches, and their people."""
    town = district.towns[0]
    district.jobcenter = Organisation(
        public_id=district.new_id(),
        kind=OrganisationKind.JOBCENTER,
        name=f"Amt für Eingliederung {district.number + 1:04} {INVENTED}",
        municipality_code=town.code,
        postal_code=town.postal_codes[0],
        street="Talstraße 1",
        phone=f"03521 555 {district.number % 10_000:04}",
        email=f"jc-{district.number + 1}@{DOMAIN}",
        supervisory_authority="Aufsicht für den Datenschutz (Demo)",
    )
    add_member(district, district.jobcenter)
    district.case_manager = add_user(district, "fm", Role.CASE_MANAGER, district.jobcenter)
    add_user(district, "tl", Role.TEAM_LEAD, district.jobcenter)
    coaches = range(1, district.size.coaches + 1)
    district.coaches = [add_user(district, f"coach{one}", Role.COACH, district.jobcenter) for one in coaches]
    _add_people(district)


def add_member(district: District, organisation: Organisation) -> None:
    """Add an organisation and let it take part in the district's network."""
    district.add([organisation])
    link = {"programme_id": district.programme.id, "organisation_id": organisation.id}
    district.add([ProgrammeOrganisation(**link)])


def add_user(district: District, key: str, role: Role, organisation: Organisation) -> User:
    """Add an account of the demo, whose address says whose it is, with one role."""
    given, family = district.dice.choice(GIVEN)[1], district.dice.choice(FAMILY)
    seat = {"organisation_id": organisation.id, "role": role, "created_at": district.at}
    user = User(
        public_id=district.new_id(),
        email=f"{key}.{district.number + 1}@{DOMAIN}",
        name=f"{given} {family}",
        password_hash=district.password_hash,
        demo=True,
        created_at=district.at,
        memberships=[Membership(public_id=district.new_id(), **seat)],
    )
    district.add([user])
    district.rows += 1
    return user


def _add_people(district: District) -> None:
    turns = [coach for coach in district.coaches for _ in range(district.size.caseload)]
    district.people = [_person(district, coach, number) for number, coach in enumerate(turns)]
    district.add(district.people)
    stays = [_stay(district, person, coach) for person, coach in zip(district.people, turns, strict=True)]
    district.stays = {one.participant_id: one for one in stays}
    district.add(stays)
    district.add(_card(district, person, coach) for person, coach in zip(district.people, turns, strict=True))


def _person(district: District, coach: User, number: int) -> Participant:
    dice, words = district.dice, place_words()
    form_of_address, given = dice.choice(GIVEN)
    family, created_at = dice.choice(FAMILY), district.at - 220 * DAY
    person = Participant(
        public_id=district.new_id(),
        jobcenter_id=district.jobcenter.id,
        coach_id=coach.id,
        name={"form_of_address": form_of_address, "given": given, "family": family},
        name_digest=digest_of_name(given, family),
        contacts=list(contacts_of(dice)),
        access_needs=dice.sample(NEEDS, dice.choice([0, 0, 1, 2])),
        clinical_needs=[],
        log_key=b32encode(dice.randbytes(KEY_BYTES)).decode().rstrip("=").lower(),
        municipality_code=dice.choice(district.towns).code,
        birth_year=dice.randint(1962, 1999),
        call_word=words[number % district.size.caseload % len(words)],
        created_at=created_at,
    )
    district.deeds.append(Deed(created_at, coach, "person.created", "participant", person.public_id, person))
    return person


def _stay(district: District, person: Participant, coach: User) -> Participation:
    months = district.dice.randint(SHORTEST, LONGEST)
    starts_on, ends_on = span_of(clock.local_date(district.at), months)
    proposed_at, decided_at = person.created_at, person.created_at + 4 * timedelta(hours=1)
    stay = Participation(
        public_id=district.new_id(),
        participant_id=person.id,
        programme_id=district.programme.id,
        state=ParticipationState.ADMITTED,
        starts_on=starts_on,
        ends_on=min(ends_on, district.programme.ends_on),
        criteria=list(CRITERIA[: 1 + months % 3]),
        case_manager_id=district.case_manager.id,
        proposed_by_id=coach.id,
        proposed_at=proposed_at,
        decided_by_id=district.case_manager.id,
        decided_at=decided_at,
        version=2,
    )
    told = ("participation", stay.public_id, person)
    district.deeds.append(Deed(proposed_at, coach, "participation.proposed", *told))
    district.deeds.append(Deed(decided_at, district.case_manager, "participation.admitted", *told))
    return stay


def _card(district: District, person: Participant, coach: User) -> Card:
    code, issued_at = district.new_id(CODE_LENGTH), person.created_at + DAY
    card = Card(
        public_id=district.new_id(),
        participant_id=person.id,
        code=code,
        code_digest=card_digest(code),
        issued_at=issued_at,
    )
    district.deeds.append(Deed(issued_at, coach, "card.issued", "card", card.public_id, person))
    return card
