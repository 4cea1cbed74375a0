"""The way from an empty installation to the first offer and the first coach; the data itself ticks it off."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from hub.config import Config
from hub.i18n import N_, Message
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.user import Role
from hub.policy.actor import Actor
from hub.queries import first_steps
from hub.queries.first_steps import Known

STATES = {  # of a step: shape, word
    "done": ("accepted", N_("erledigt")),
    "next": ("next", N_("jetzt")),
    "waits": ("waiting", N_("bei anderen")),
    "later": ("free", N_("später")),
}
INVITING: dict[Role, tuple[Message, Message]] = {
    Role.PARTNER: (
        N_("Jemanden beim Partner einladen"),
        N_("Wer dort Angebote schreibt, bekommt einen Link und wählt das Passwort selbst."),
    ),
    Role.COORDINATOR: (
        N_("Die Netzwerkkoordination einladen"),
        N_("Sie eröffnet das Programm und nimmt Partner und Jobcenter auf."),
    ),
    Role.COACH: (
        N_("Den ersten Coach einladen"),
        N_("Coaches nehmen Menschen auf, suchen mit ihnen Angebote und buchen."),
    ),
    Role.CASE_MANAGER: (N_("Das Fallmanagement einladen"), N_("Es entscheidet, wer am Programm teilnimmt.")),
}


@dataclass(frozen=True)
class Step:
    """One step; `waits`: somebody else must act. `href` leads to where it is done or seen, empty while it cannot be."""

    headline: Message
    sentence: Message
    done: bool
    link: Message
    href: str
    waits: bool = False
    state: str = "later"


@dataclass(frozen=True)
class Places:
    """The organisations the steps are about, as far as they are there."""

    office: Organisation | None = None
    partner: Organisation | None = None
    jobcenter: Organisation | None = None


def list_steps(session: Session, actor: Actor, settings: Config, *, at: datetime) -> list[Step]:
    """Return all steps of whoever coordinates or operates; none when all are done. At most two statements."""
    known = first_steps.find_known(session, actor, at=at)
    places = Places() if known.is_whole else _places(session, actor)
    steps = _coordinators(known, places, actor) if actor.has(Role.COORDINATOR) else []
    steps += _operators(known, places, actor, settings) if actor.has(Role.OPERATOR) else []
    return in_order(steps) if any(not step.done for step in steps) else []


def in_order(steps: list[Step]) -> list[Step]:
    """Say of each step where it stands: the next is the first that can be taken here and now."""
    coming = next((step for step in steps if not step.done and not step.waits and step.href), None)
    states = ["done" if s.done else "waits" if s.waits else "next" if s is coming else "later" for s in steps]
    return [replace(step, state=state) for step, state in zip(steps, states, strict=True)]


def _places(session: Session, actor: Actor) -> Places:
    found = first_steps.list_places(session, actor)
    own = actor.organisations(Role.COORDINATOR) or actor.organisations(Role.OPERATOR)
    jobcenters = [one for one in found if one.kind is OrganisationKind.JOBCENTER]
    jobcenters.sort(key=first_steps.is_named_whole)  # one that a consent cannot name yet comes first
    others = [one for one in found if one.kind is not OrganisationKind.JOBCENTER and one.id not in own]
    return Places(
        office=next((one for one in found if one.id in own), None),
        partner=next(iter(others), None),
        jobcenter=next(iter(jobcenters), None),
    )


def _coordinators(known: Known, places: Places, actor: Actor) -> list[Step]:
    return [
        Step(
            N_("Ein Programm eröffnen"),
            N_("Es gibt dem Netzwerk einen Namen, einen ersten und einen letzten Tag."),
            known.programme,
            N_("Programm eröffnen"),
            url_for("programmes.new_programme"),
        ),
        Step(
            N_("Sagen, wie man Sie erreicht"),
            N_("Ihr Büro braucht Telefon, E-Mail und Ort. Partner und Coaches rufen dort an."),
            known.programme and known.office,
            N_("Eintragen"),
            _edit(known, places.office),
        ),
        Step(
            N_("Den ersten Partner aufnehmen"),
            N_("Zum Beispiel einen Verein, eine Klinik oder eine Gemeinde."),
            known.partner,
            N_("Partner aufnehmen"),
            url_for("organisations.new_organisation") if known.programme else "",
        ),
        _invitation(known, Role.PARTNER, places.partner),
        _offer(known, places.partner),
        _jobcenter(known),
        Step(
            N_("Angaben für die Einwilligungen"),
            N_("Anschrift, Telefon und Aufsicht des Jobcenters stehen auf jeder Einwilligung. Hier fehlt noch etwas."),
            known.jobcenter and known.controller,
            N_("Eintragen"),
            _edit(known, places.jobcenter),
        ),
        *([] if actor.has(Role.OPERATOR) else [_asked_for(known)]),
    ]


def _operators(known: Known, places: Places, actor: Actor, settings: Config) -> list[Step]:
    return [
        # A demo or a test tells nobody who runs it, and its mails stay in a folder on purpose.
        *(_settings(settings) if settings.environment == "production" else []),
        _invitation(known, Role.COORDINATOR, places.office),
        *([] if actor.has(Role.COORDINATOR) else [_jobcenter_of_others(known)]),
        _invitation(known, Role.COACH, places.jobcenter),
        _invitation(known, Role.CASE_MANAGER, places.jobcenter),
    ]


def _settings(settings: Config) -> list[Step]:
    return [
        Step(
            N_("Sagen, wer das Haus betreibt"),
            N_("Es fehlt HUB_OPERATOR, HUB_OPERATOR_ADDRESS oder HUB_OPERATOR_EMAIL. Sie stehen im Impressum."),
            all((settings.operator, settings.operator_address, settings.operator_email)),
            N_("Impressum ansehen"),
            url_for("public.show_imprint"),
        ),
        Step(
            N_("E-Mails verschicken"),
            N_("Ohne HUB_MAIL_URL bleibt jede Einladung im Ordner „mail“ liegen."),
            bool(settings.mail_url),
            N_("Betrieb ansehen"),
            url_for("operation.show_operation"),
        ),
    ]


def _invitation(known: Known, role: Role, place: Organisation | None) -> Step:
    """Return the step that somebody comes into a role, with the way to the form once there is where to invite to."""
    headline, sentence = INVITING[role]
    if role not in known.roles and role in known.invited:
        sent, listed = N_("Die Einladung ist unterwegs. Sie gilt 7 Tage."), url_for("invitations.list_invitations")
        return Step(headline, sent, False, N_("Einladungen ansehen"), listed, waits=True)
    href = ""
    if place is not None:
        href = url_for("invitations.new_invitation", organisation=place.public_id, role=role.value)
    return Step(headline, sentence, role in known.roles, N_("Einladen"), href)


def _asked_for(known: Known) -> Step:
    """Return the coach's invitation as whoever may not make it sees it."""
    step = _invitation(known, Role.COACH, None)
    asking = N_("Das macht der Betrieb. Sagen Sie dort Bescheid, wer eingeladen werden soll.")
    sentence = step.sentence if step.waits else asking
    return replace(step, sentence=sentence, waits=step.waits or known.jobcenter)


def _offer(known: Known, partner: Organisation | None) -> Step:
    headline = N_("Das erste Angebot mit einem Termin")
    if known.review and not known.offer:
        waiting = N_("Ein Angebot wartet auf Ihre Prüfung.")
        return Step(headline, waiting, False, N_("Prüfen"), url_for("reviews.list_reviews"))
    sentence, waits = N_("Das schreibt der Partner. Hakt es, rufen Sie ihn an."), Role.PARTNER in known.roles
    href = url_for("organisations.show_organisation", public_id=partner.public_id) if waits and partner else ""
    return Step(headline, sentence, known.offer, N_("Partner ansehen"), href, waits)


def _jobcenter(known: Known) -> Step:
    href = url_for("organisations.new_organisation", kind=OrganisationKind.JOBCENTER.value) if known.programme else ""
    sentence = N_("Seine Coaches begleiten die Menschen.")
    return Step(N_("Das Jobcenter aufnehmen"), sentence, known.jobcenter, N_("Jobcenter aufnehmen"), href)


def _jobcenter_of_others(known: Known) -> Step:
    step = replace(_jobcenter(known), sentence=N_("Das macht die Netzwerkkoordination."), href="")
    return replace(step, waits=Role.COORDINATOR in known.roles)


def _edit(known: Known, organisation: Organisation | None) -> str:
    if organisation is None or not known.programme:
        return ""
    return url_for("organisations.edit_organisation", public_id=organisation.public_id)
