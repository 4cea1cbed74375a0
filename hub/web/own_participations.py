"""What became of the admission, behind card and PIN: from when to when, and why, in plain words."""

from flask import Blueprint

from hub import clock
from hub.i18n import N_, Message
from hub.models.participant import Participant, Participation, ParticipationState
from hub.queries import participants
from hub.web.access import for_person
from hub.web.context import at, current_actor, reading, render
from hub.web.filters import full_day
from hub.web.shortlist_words import phone_for

blueprint = Blueprint("own_participations", __name__)
REASONS: dict[str, Message] = {
    "appointments_missed": N_("Termine im Jobcenter fielen aus, weil es Ihnen nicht gut ging."),
    "health_limits": N_("Ihre Gesundheit macht Ihnen manches schwer, oder das wird vermutet."),
    "measures_broken_off": N_("Maßnahmen gingen wegen der Gesundheit nicht zu Ende."),
}


@blueprint.get("/me/participation")
@for_person
def show_participation() -> tuple[str, int]:
    """Show each participation of the person, the latest first."""
    with reading() as session:
        person = participants.get_self(session, current_actor(), at=at())
    rows = [(sentence(one), [REASONS[code] for code in one.criteria if code in REASONS], one) for one in latest(person)]
    return render(
        "me/show_participation.html",
        rows=rows,
        coach=person.coach.name if person.coach is not None else "",
        help_phone=phone_for(person),
    )


def latest(person: Participant) -> list[Participation]:
    """Return a person's participations, the latest proposal first."""
    return sorted(person.participations, key=lambda one: (one.proposed_at, one.id), reverse=True)


def sentence(one: Participation) -> Message:
    """Return how it stands, in one sentence."""
    facts = {"first": full_day(one.starts_on), "last": full_day(one.ends_on)}
    if one.state is ParticipationState.PROPOSED:
        return N_("Ihr Coach hat Sie vorgeschlagen. Die Entscheidung steht noch aus.")
    if one.state is ParticipationState.DECLINED:
        return N_("Sie wurden nicht aufgenommen. Das ist kein Urteil über Sie. Fragen Sie gern nach.")
    if one.state is ParticipationState.ENDED or one.ends_on < clock.local_date(at()):
        return N_("Ihre Teilnahme lief vom {first} bis zum {last}.", **facts)
    if one.starts_on > clock.local_date(at()):
        return N_("Sie sind dabei, vom {first} bis zum {last}.", **facts)
    return N_("Sie sind dabei, bis zum {last}.", **facts)
