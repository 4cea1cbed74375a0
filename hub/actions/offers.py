"""What partners do with their offers: write, change, publish, pause, end."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from hub.actions import log
from hub.errors import InvalidInput, RuleBroken
from hub.i18n import N_, Message
from hub.models.offer import CARRIES_IDENTITY, Access, Aim, Form, Offer, OfferState, Stage
from hub.models.organisation import Organisation
from hub.policy.actor import Actor
from hub.policy.fields import Field
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, own_offers, series, slots
from hub.queries.states import move, require_version

# What a partner may ask for: contact, access needs, aim, health; identity always goes with a name.
FIELD_GROUPS = (Field.CONTACT, Field.ACCESS, Field.AIM, Field.HEALTH)


@dataclass(frozen=True, kw_only=True)
class Entries:
    """What a partner writes about an offer; durations in minutes, the window in days."""

    title: str
    aim: Aim
    form: Form
    access: Access
    short_title: str = ""
    summary: str = ""
    stage: Stage = Stage.PREVENTION
    public: bool = True
    location_id: int | None = None
    room_id: int | None = None
    languages: list[str] = field(default_factory=lambda: ["de"])
    bring: str = ""
    cost: str = ""
    phone: str = ""
    companion_welcome: bool = False
    women_only: bool = False
    youngest: int | None = None
    oldest: int | None = None
    places: int = 1
    notice_minutes: int = 0
    window_days: int = 90
    cancel_minutes: int = 24 * 60
    field_groups: list[str] = field(default_factory=list)
    field_reason: str = ""
    join_link: str | None = None


def create_offer(
    session: Session, *, actor: Actor, organisation: Organisation, entries: Entries, at: datetime
) -> Offer:
    """Write a draft for an organisation the actor acts for; raises NotAllowed, InvalidInput (422)."""
    require(actor, Permission.EDIT_OFFER, Offer(organisation_id=organisation.id))
    _check(session, actor, entries, organisation)
    offer = Offer(**asdict(entries), organisation_id=organisation.id, created_at=at, changed_at=at)
    session.add(offer)
    session.flush()
    own_offers.set_programmes(session, offer)
    log.record(
        session,
        actor=actor,
        action="offer.created",
        thing=offer,
        purpose=actor.purpose_for(organisation.id),
        at=at,
    )
    return offer


def update_offer(
    session: Session, *, actor: Actor, offer: Offer, entries: Entries, version: int | None = None, at: datetime
) -> None:
    """Change what an offer says; a new title, form or place reaches the feeds of all who are booked.

    Raises InvalidInput (422), SomebodyWasFaster (409) for a stale form, RuleBroken (409) for an ended offer and for a
    change of access while places are booked.
    """
    require(actor, Permission.EDIT_OFFER, offer)
    require_version(offer, version)
    _check(session, actor, entries, offer.organisation)
    if offer.state is OfferState.ENDED:
        raise RuleBroken(N_("Dieses Angebot ist beendet und lässt sich nicht mehr ändern."))
    if entries.access != offer.access and own_offers.count_booked(session, offer, at=at):
        raise RuleBroken(N_("Es sind schon Plätze gebucht. Wie man hineinkommt, lässt sich jetzt nicht mehr ändern."))
    words, place = _in_calendars(offer), offer.location_id
    for name, value in asdict(entries).items():
        setattr(offer, name, value)
    own_offers.raise_version(session, offer, at=at)
    own_offers.set_programmes(session, offer)
    people, coaches = own_offers.raise_sequences(
        session, offer, reworded=_in_calendars(offer) != words, replaced=offer.location_id != place, at=at
    )
    log.record(
        session,
        actor=actor,
        action="offer.changed",
        thing=offer,
        purpose=actor.purpose_for(offer.organisation_id),
        at=at,
    )
    feeds.raise_revisions(session, participants=people, users=coaches, organisations=[offer.organisation_id])


def _in_calendars(offer: Offer) -> tuple[str, str, Form]:
    """What calendars say of it: the partner's the title, a person's the neutral one; online there is no street."""
    return offer.title, offer.calendar_title, offer.form


def publish_offer(session: Session, *, actor: Actor, offer: Offer, at: datetime) -> None:
    """Show an offer in the catalogue (also again after a pause); raises StepNotPossible, SomebodyWasFaster (409)."""
    require(actor, Permission.PUBLISH_OFFER, offer)
    confirmed = {"confirmed_at": at, "confirmed_by_id": actor.user_id}
    move(session, offer, OfferState.PUBLISHED, at=at, paused_until=None, **confirmed)
    _record(session, actor, "offer.published", offer, at)


def pause_offer(session: Session, *, actor: Actor, offer: Offer, until: date | None = None, at: datetime) -> None:
    """Take an offer out of the catalogue for a while; what is booked stays."""
    require(actor, Permission.PUBLISH_OFFER, offer)
    move(session, offer, OfferState.PAUSED, at=at, paused_until=until)
    _record(session, actor, "offer.paused", offer, at)


def end_offer(session: Session, *, actor: Actor, offer: Offer, at: datetime) -> None:
    """End an offer for good with its series and its empty dates.

    Raises RuleBroken (409) while places are booked: nobody's date disappears in silence.
    """
    require(actor, Permission.PUBLISH_OFFER, offer)
    move(session, offer, OfferState.ENDED, at=at)
    slots.call_off_empty(session, offer, at=at)
    booked = own_offers.count_booked(session, offer, at=at)
    if booked:
        raise RuleBroken(
            N_("Es sind noch {n} Plätze gebucht. Sagen Sie diese Termine zuerst ab, dann erfahren es alle.", n=booked)
        )
    series.end_all(session, offer, at=at)
    _record(session, actor, "offer.ended", offer, at)


def _record(session: Session, actor: Actor, action: str, offer: Offer, at: datetime) -> None:
    purpose = actor.purpose_for(offer.organisation_id)
    log.record(session, actor=actor, action=action, thing=offer, purpose=purpose, at=at)
    feeds.raise_revisions(session, organisations=[offer.organisation_id])


def _check(session: Session, actor: Actor, entries: Entries, organisation: Organisation) -> None:
    wrong = _wrong_groups(entries, organisation)
    if entries.youngest is not None and entries.oldest is not None and entries.youngest > entries.oldest:
        wrong["oldest"] = N_("Das höchste Alter liegt unter dem niedrigsten.")
    if entries.places < 1:
        wrong["places"] = N_("Mindestens ein Platz.")
    if not (entries.join_link or "https://").startswith(("https://", "http://")):
        wrong["join_link"] = N_("Bitte beginnen Sie mit https://")  # it becomes a link on somebody's page
    if not _usable(session, actor, entries.location_id, entries.room_id):
        wrong["place"] = N_("Diesen Raum können Sie nicht belegen.")
    if wrong:
        raise InvalidInput(fields=wrong)


def _wrong_groups(entries: Entries, organisation: Organisation) -> dict[str, Message]:
    """Say what is wrong about what the partner wants to know."""
    wrong: dict[str, Message] = {}
    groups = set(entries.field_groups)
    if groups and entries.access not in CARRIES_IDENTITY:
        wrong["field_groups"] = N_("Wer ohne Namen kommt, gibt auch sonst nichts an.")
    if not groups <= set(FIELD_GROUPS) or (Field.HEALTH in groups and not organisation.clinic_type):
        wrong["field_groups"] = N_("Gesundheitsangaben dürfen nur Kliniken und Praxen erfragen.")
    if groups and not entries.field_reason.strip():
        wrong["field_reason"] = N_("Bitte schreiben Sie, wozu Sie das brauchen.")
    return wrong


def _usable(session: Session, actor: Actor, location_id: int | None, room_id: int | None) -> bool:
    if location_id is None:
        return room_id is None
    location = own_offers.find_usable_location(session, actor, location_id)
    if location is None or room_id is None:
        return location is not None
    return any(room.id == room_id and own_offers.may_use_room(actor, location, room) for room in location.rooms)
