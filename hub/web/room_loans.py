"""Rooms to borrow: a coach finds one near somebody's home, takes it for a conversation, and gives it back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, SelectChoice

from hub import clock
from hub.actions import log
from hub.actions.room_loans import borrow_room, return_room
from hub.crypto import new_token
from hub.errors import HubError, NotFound, RoomBusy, RuleBroken, SentBefore, SlotFull
from hub.geography import Municipality, distance_km, find_by_name_or_postal_code, find_municipality
from hub.i18n import N_
from hub.models.location import Location, PlaceFact
from hub.models.offer import Form
from hub.models.participant import Participant
from hub.models.slot import Slot
from hub.models.user import Role
from hub.queries import bookings, participants, room_loans, slots
from hub.queries.bookability import obstacle_of_slot, phone_of
from hub.queries.day_plans import Journey
from hub.queries.organisations import find_organisation
from hub.queries.room_loans import LentRoom, RoomFilter
from hub.web import other_rooms, own_calendar, place_words
from hub.web.access import for_roles
from hub.web.booking_words import address_of, short_date, weekday
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Between, OneOf, WholeNumber, add_error, instant_of
from hub.web.filters import clock_time, kilometres

blueprint = Blueprint("room_loans", __name__)
RADII = (5, 15, 30)
DEFAULT_RADIUS = 15
WEEKS = 2  # this week and the next
LONGEST_WORDS = 80
TIMES_SHOWN = 9


@dataclass(frozen=True)
class Wishes:
    """What is asked for; strange values in the address count as not given."""

    near: str
    town: Municipality | None
    km: int
    step_free: bool

    @classmethod
    def read(cls, person: Participant | None) -> "Wishes":
        """Read the form from the address; without a word about the place it is the person's town."""
        near, km = request.args.get("near", "").strip()[:LONGEST_WORDS], request.args.get("km", type=int)
        found = find_by_name_or_postal_code(near) if near else []
        home = find_municipality(person.municipality_code) if person is not None and not near else None
        needed = person is not None and "asked" not in request.args and "step_free" in person.access_needs
        return cls(
            near=near or (home.name if home else ""),
            town=found[0] if found else home,
            km=km if km in RADII else DEFAULT_RADIUS,
            step_free=needed or request.args.get("step_free") == "yes",
        )

    @property
    def town_unknown(self) -> bool:
        """Whether a place was written that is none of ours."""
        return bool(self.near) and self.town is None

    def filters(self) -> RoomFilter:
        """Return the search these wishes are: from now to the end of next week."""
        today = clock.local_date(at())
        monday = today - timedelta(days=today.weekday())
        near = (self.town.latitude, self.town.longitude) if self.town else None
        until = clock.start_of_day(monday + timedelta(weeks=WEEKS))
        return RoomFilter(first=at(), until=until, near=near, radius_km=self.km, step_free=self.step_free)


class LoanForm(FlaskForm):
    """With whom, how long the journey is, what was shown, and the key that makes a double click one loan."""

    person = OneOf(N_("Mit wem treffen Sie sich?"))
    travel_minutes = WholeNumber(N_("Fahrt in Minuten, einfach"), [Between(0, 240)])
    despite = BooleanField(N_("Trotzdem nehmen, auch wenn mein Kalender da belegt ist"))
    key = HiddenField()
    seen = HiddenField()

    def offer(self, people: list[Participant]) -> None:
        """Set whom one may choose: nobody yet, or a person of the own caseload."""
        nobody = SelectChoice("", str(N_("Das steht noch nicht fest.")))
        self.person.choices = [nobody, *(SelectChoice(one.public_id, one.full_name) for one in people)]


@blueprint.get("/rooms")
@for_roles(Role.COACH)
def list_rooms() -> tuple[str, int]:
    """Show the lent rooms in reach with their free times, and the rooms one has."""
    g.section = "finding"
    actor, person_id = current_actor(), request.args.get("person", "")
    with reading() as session:
        person = participants.get_participant(session, actor, person_id, at=at()) if person_id else None
        wishes = Wishes.read(person)
        found = [] if wishes.town_unknown else room_loans.search(session, actor, wishes.filters(), at=at())
        loans = room_loans.list_loans(session, actor, at=at())
    if person is not None:
        with transaction() as session:
            fields = ["I1", "A1"]
            log.record_reading(session, actor=actor, person=person, fields=fields, purpose="rooms", at=at())
    return render(
        "room_loans/list_rooms.html",
        person=person,
        wishes=wishes,
        rooms=[_row(room, person) for room in found],
        loans=[(loan, _where(loan.slot)) for loan in loans if loan.slot is not None],
        radii=[{"value": km, "label": f"{km}\u00a0km", "checked": km == wishes.km} for km in RADII],
        flat=[{"value": "yes", "label": N_("stufenlos"), "checked": wishes.step_free}],
    )


@blueprint.get("/rooms/<public_id>/loans/new")
@for_roles(Role.COACH)
def new_loan(public_id: str) -> tuple[str, int]:
    """Show what taking the room at this time does, before it does it."""
    form = LoanForm(request.args, meta={"csrf": False})
    form.key.data = new_token(160)
    return _page(public_id, form, fresh=True)


@blueprint.post("/rooms/<public_id>/loans")
@for_roles(Role.COACH)
def create_loan(public_id: str) -> Response | tuple[str, int]:
    """Take the room; a refusal brings the page back with the reason and the entries."""
    form, actor = LoanForm(), current_actor()
    form.person.validate_choice = False  # the scope below decides who may be met
    if not form.validate_on_submit():
        return _page(public_id, form, 422)
    try:
        with transaction() as session:
            person_id = form.person.data or ""
            slot, way = get_lent(session, public_id), form.travel_minutes.data or 0
            known = own_calendar.ask(session, slot.starts_at, slot.ends_at, way, despite=form.despite.data)
            booking = borrow_room(
                session,
                actor=actor,
                slot=slot,
                participant=participants.get_participant(session, actor, person_id, at=at()) if person_id else None,
                travel_minutes=way,
                idempotency_key=form.key.data or None,
                seen_at=instant_of(form.seen.data),
                at=at(),
            )
    except HubError as error:
        if isinstance(error, NotFound):
            raise
        add_error(form, error)
        if isinstance(error, SentBefore):
            form.key.data = new_token(160)
        return _page(public_id, form, error.status, refused=isinstance(error, (SlotFull, RoomBusy)))
    flash(str(N_("Der Raum gehört Ihnen für diese Zeit.")), "ok")
    own_calendar.tell(known)
    return redirect(url_for("bookings.show_booking", public_id=booking.public_id), code=303)


@blueprint.post("/rooms/loans/<public_id>/return")
@for_roles(Role.COACH)
def create_return(public_id: str) -> Response:
    """Give a room back."""
    with transaction() as session:
        booking = bookings.get_booking(session, current_actor(), public_id, at=at())
        return_room(session, actor=current_actor(), booking=booking, at=at())
    flash(str(N_("Der Raum ist wieder frei.")), "ok")
    return redirect(url_for("room_loans.list_rooms"), code=303)


def _page(
    public_id: str, form: LoanForm, status: int = 200, *, fresh: bool = False, refused: bool = False
) -> tuple[str, int]:
    g.section = "finding"
    actor = current_actor()
    with reading() as session:
        slot = get_lent(session, public_id)
        people = participants.list_caseload(session, actor, at=at())
        closed = obstacle_of_slot(slot, at()) or room_loans.obstacle_of_loan(session, slot, at=at())
        obstacle = None if refused else closed
        taken = refused or not room_loans.is_free(slot, actor)
        elsewhere = taken or closed is not None or status == RuleBroken.status
        others = other_rooms.nearest_times(session, slot, form.person.data or "") if elsewhere else []
        if fresh and slot.location is not None:
            office = find_organisation(session, actor, min(actor.organisations(Role.COACH)))
            start = find_municipality(office.municipality_code) if office is not None else None
            form.travel_minutes.data = _journey(start, slot.location)
    with transaction() as session:
        log.record_list(session, actor=actor, name="rooms", persons=people, fields=["I1"], at=at())
    form.offer(people)
    form.seen.data = slot.starts_at.isoformat()
    return render(
        "room_loans/new_loan.html",
        status,
        form=form,
        slot=slot,
        room=_name(slot),
        where=_where(slot),
        access=place_words.access(slot.location, slot.room) if slot.location is not None else "",
        equipment=slot.room.equipment if slot.room is not None else "",
        obstacle=obstacle,
        taken=taken,
        alternatives=others,
        phone=phone_of(slot.offer),
    )


def get_lent(session: Session, public_id: str) -> Slot:
    """Return a date of a lent room; NotFound for anything else."""
    slot = slots.get_slot(session, current_actor(), public_id)
    if slot.offer.form is not Form.ROOM:
        raise NotFound
    return slot


def _row(lent: LentRoom, person: Participant | None) -> dict[str, Any]:
    """Return one room as the list shows it: where, how far, what is in it, and its free times."""
    place, room = lent.location, lent.room
    facts = [str(N_("{n} Plätze", n=room.places)), room.equipment] if room is not None else []
    times = [_time(slot, person) for slot in lent.slots]
    return {
        "title": lent.name,
        "where": ", ".join(filter(None, [place.name if room is not None else "", address_of(place)])),
        "why": kilometres(lent.distance_km) if lent.distance_km is not None else "",
        "fits": [(place_words.FACTS[PlaceFact.STEP_FREE], lent.step_free)],
        "facts": " · ".join(filter(None, facts)),
        "times": times[:TIMES_SHOWN],
        "more": times[TIMES_SHOWN:],
    }


def _time(slot: Slot, person: Participant | None) -> dict[str, Any]:
    return {
        "href": url_for("room_loans.new_loan", public_id=slot.public_id, person=person.public_id if person else None),
        "day": f"{weekday(slot.starts_at)} {short_date(slot.starts_at)}",
        "time": clock_time(slot.starts_at),
        "free": N_("bis {end}", end=clock_time(slot.ends_at)),
    }


def _name(slot: Slot) -> str:
    return slot.room.name if slot.room is not None else slot.location.name if slot.location is not None else ""


def _where(slot: Slot | None) -> str:
    if slot is None or slot.location is None:
        return ""
    room = slot.room.name if slot.room is not None else ""
    return ", ".join(filter(None, [room, slot.location.name, address_of(slot.location)]))


def _journey(start: Municipality | None, goal: Location) -> int:
    """Return the approximate minutes from the coach's office to the room."""
    if start is None:
        return 0
    if start.code == goal.municipality_code:
        return 10
    return Journey(distance_km(start.latitude, start.longitude, goal.latitude, goal.longitude)).minutes
