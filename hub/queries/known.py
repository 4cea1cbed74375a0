"""Who knows what of a person: what went to each organisation, and what each may still learn until when (R-DSR-09)."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub.models.consent import Consent, ConsentState
from hub.models.log import Disclosure
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.round import RUNNING, Round
from hub.policy.actor import Actor
from hub.policy.disclosure_scopes import disclosures_for
from hub.policy.scopes import consents_for
from hub.queries.disclosures import OWN_CONSENT


@dataclass
class Known:
    """One organisation (None: the network itself): what it was told, and until when it may be told each field group."""

    organisation: Organisation | None
    told: set[str] = field(default_factory=set)
    last_at: datetime | None = None
    until: dict[str, date] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)  # in force, the newest first

    @property
    def is_partner(self) -> bool:
        """Neither the network itself nor the Jobcenter whose coach it is."""
        return self.organisation is not None and self.organisation.kind is not OrganisationKind.JOBCENTER

    @property
    def fields(self) -> set[str]:
        """All it knows or may come to know."""
        return self.told | set(self.until)


def list_known(session: Session, actor: Actor, *, participant_id: int, at: datetime) -> list[Known]:
    """Return every organisation that learned something of a person or may learn it now, by name.

    At most four statements.
    """
    found: dict[int | None, Known] = {}
    told = disclosures_for(actor, at).where(Disclosure.participant_id == participant_id)
    for row in session.scalars(told.options(joinedload(Disclosure.organisation)).order_by(Disclosure.id)):
        one = found.setdefault(row.organisation_id, Known(row.organisation))
        one.told |= set(row.fields)
        one.last_at = row.at
    running = consents_for(actor, at).where(Consent.participant_id == participant_id, Consent.live(at))
    running = running.where(Consent.organisation_id.is_not(None)).options(joinedload(Consent.organisation))
    for consent in session.scalars(running.order_by(Consent.id.desc())):
        one = found.setdefault(consent.organisation_id, Known(consent.organisation))
        one.consents.append(consent)
        for group in groups_of(consent):
            one.until[group] = max(consent.valid_until_on, one.until.get(group, consent.valid_until_on))
    _add_asked_around(session, actor, participant_id, found, at)
    return sorted(found.values(), key=lambda one: one.organisation.name.casefold() if one.organisation else "")


def _add_asked_around(
    session: Session, actor: Actor, participant_id: int, found: dict[int | None, Known], at: datetime
) -> None:
    """Add what partners may learn without a name, as long as somebody is asking around."""
    running = consents_for(actor, at).where(Consent.participant_id == participant_id, Consent.live(at))
    running = running.join(Round, Round.consent_id == Consent.id).where(Round.state.in_(RUNNING))
    around = list(session.scalars(running.order_by(Consent.id)))
    keys = {key for consent in around for key in consent.recipient_ids}
    listed = session.scalars(select(Organisation).where(Organisation.id.in_(keys))) if keys else ()
    named = {one.id: one for one in listed}
    for consent in around:
        for key in consent.recipient_ids:
            one = found.setdefault(key, Known(named[key]))
            one.consents.append(consent)
            for group in groups_of(consent):
                one.until[group] = max(consent.valid_until_on, one.until.get(group, consent.valid_until_on))


def groups_of(consent: Consent) -> set[str]:
    """Return the field groups a consent covers: those of its own kind, or what was listed."""
    own = OWN_CONSENT.get(consent.scope)
    if own is not None:
        return {own.value}
    return set(consent.field_groups) - {one.value for one in OWN_CONSENT.values()}


def list_ended(session: Session, actor: Actor, *, participant_id: int, at: datetime) -> list[Consent]:
    """Return the person's answers that no longer count, the latest end first: taken back, run out, or never a yes."""
    query = consents_for(actor, at).where(
        Consent.participant_id == participant_id, Consent.requested_at <= at, ~Consent.live(at)
    )
    query = query.options(joinedload(Consent.organisation)).order_by(Consent.ended_at.desc(), Consent.id.desc())
    return [one for one in session.scalars(query) if is_answered(one)]


def is_answered(consent: Consent) -> bool:
    """Tell whether the person ever said yes or no; a question that ran out unanswered is no answer."""
    return consent.given_at is not None or consent.state is ConsentState.REFUSED
