"""What the crawl does beside following links: fills in forms, reads mails, stands at a door, hands a device over."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub import clock
from hub.actions.bookings import book_slot
from hub.actions.links import issue_attendance_link, issue_prior_question_link, link_token
from hub.actions.one_place import cancel_place
from hub.actions.permissions import ask_messages
from hub.bench.pages import Met
from hub.models.booking import PlaceReason
from hub.models.consent import MessageChannel
from hub.models.consent import MessagePurpose as P
from hub.models.emergency import Emergency
from hub.models.enquiry import Enquiry
from hub.models.offer import Access, Form
from hub.models.participant import Participant
from hub.models.prior_question import PriorQuestion, PriorQuestionState
from hub.models.user import User
from hub.policy.actor import Actor
from hub.queries.check_in import is_open, poster_token
from hub.queries.participants import get_participant
from hub.queries.slots import list_between
from hub.queries.users import actor_of, find_user_with_roles
from hub.seeds.papers import DAY, HOUR, ask_sheet_about, sign_sheet
from hub.seeds.sheet import Sheet
from hub.seeds.ways import STREET
from hub.web.calling_off_form import EVERYTHING
from hub.worker.deadlines import meet_deadlines
from hub.worker.delivery import deliver
from hub.worker.transport import transport
from tests.visitor import Step, Visitor

TABLE = "Nummer;Titel;Ziel;Zugang;Plätze\nA1;Tanzen;Sport;offen;0\nA2;Turnen;Sport;offen;\nA3;Chor;?;offen;1"
EVENT = ("UID:a", "DTSTAMP:20260914T060000Z", "DTSTART:20260921T080000Z", "DTEND:20260921T090000Z", "SUMMARY:Beratung")
CALENDAR = "\r\n".join(
    ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//DE", "BEGIN:VEVENT", *EVENT, "END:VEVENT", "END:VCALENDAR", ""]
)
ONE = "/people/<public_id>"
FIND = "/find/<public_id>/prior-questions"
OWN = {"pin": "2580"}
SHEETS = ("/people/{tarik}/consents", f"{ONE}/consents/<consent_id>")
ADA = {"given": "Ada", "family": "Neu", "birth_year": "1980", "municipality_code": "14627140"}
LETTER = {"changes": ["letter"], "reminders": ["letter"]}
SERIES = "/own-offers/<public_id>/series"
SPAN = {"what": "{everything}", "first_on": "{busy_day}", "last_on": "{busy_day}"}
HOURS = {"start": "10:00", "end": "11:00", "course": ""}
# In this order: what one does, the next may meet. `{…}` in a path or an entry is one of `things`.
STEPS = (
    Step("anna", ("/legal-grounds",), "/legal-grounds"),
    Step("anna", ("/inspections",), "/inspections", {"number": "{enquiry}"}),
    Step("nora", ("/organisations/<public_id>",), "/organisations/<public_id>/leaving"),
    Step("nora", ("/invitations/new",), "/invitations", {"name": "Ilse Neu", "email": "ilse@demo.invalid"}),
    Step("lena", ("/team/handover",), "/team/handover/preview", tick=("to",)),
    Step("clara", ("/find?person={tarik}",), "/courses/<public_id>/bookings/new"),
    Step("clara", (f"{FIND}/new",), f"{FIND}/preview", tick=("topics",)),
    Step("clara", (f"{FIND}/preview",), FIND),
    Step("clara", ("/find?person={tarik}",), f"{ONE}/comparison", {"offer": ["{first}", "{second}"]}),
    Step("clara", (ONE, f"{ONE}/card", f"{ONE}/card/print"), f"{ONE}/slips"),
    Step("clara", ("/reprints",), "/reprints"),
    Step("clara", ("/caller",), "/caller", {"given": "Ines", "family": "Niemand", "birth_year": "1950", "sure": "yes"}),
    Step("mira", ("/emergencies/new",), "/emergencies", {"given": "{given}", "family": "{family}"}),
    Step("clara", ("/people/new",), "/people", ADA),
    Step("clara", (f"{ONE}/participations/new",), f"{ONE}/participations", tick=("criteria",)),
    Step("clara", (f"{ONE}/early-end/new",), f"{ONE}/early-end", {"last_on": "{soon}"}),
    Step("frank", ("/participations",), "/participations/<public_id>"),
    Step("frank", ("/participations",), "/early-ends/<public_id>"),
    Step("clara", ("/people/{tarik}/disclosures",), f"{ONE}/transmissions/new"),
    Step("clara", (f"{ONE}/transmissions/new",), f"{ONE}/transmissions", {"checked": "y"}),
    Step("clara", ("/people/{tarik}/permissions",), f"{ONE}/permissions/messages", LETTER),
    Step("clara", (ONE, "/bookings/<public_id>"), "/bookings/<public_id>/course-cancellation"),
    Step("clara", (f"{ONE}/card",), f"{ONE}/card/handover", alone=True),
    Step("clara", SHEETS, f"{ONE}/sheets/<sheet_id>/paper"),
    Step("clara", SHEETS, f"{ONE}/sheets/<sheet_id>/handover", alone=True),
    Step("tarik", ("/me",), "/me/bookings/<public_id>/joining"),
    Step("tarik", ("/me", "/me/bookings/<public_id>/cancellation"), "/me/bookings/<public_id>/slot"),
    Step("tarik", ("/me/disclosures",), "/me/transmissions"),
    Step("tarik", ("/me/consents", "/me/consents/<consent_id>"), "/me/sheets/<sheet_id>/answer", OWN),
    Step("tarik", ("/me/sheets/<sheet_id>",), "/me/sheets/<sheet_id>/receipt"),
    Step("clara", (f"{ONE}/sheets/<sheet_id>",), f"{ONE}/sheets/<sheet_id>/receipt"),
    Step("clara", ("/people/{tarik}/releases",), f"{ONE}/releases/new/<body_id>"),
    Step("clara", (f"{ONE}/releases/new/<body_id>",), f"{ONE}/releases/new/<body_id>"),
    Step("clara", (f"{ONE}/releases/<release_id>",), f"{ONE}/releases/<release_id>/handover", alone=True),
    Step("tarik", ("/me/consents",), "/me/releases/<release_id>"),
    Step("tarik", ("/me/releases/<release_id>",), "/me/releases/<release_id>/answer", OWN | {"answer": "yes"}),
    Step("tarik", ("/me/releases/<release_id>",), "/me/releases/<release_id>/receipt"),
    Step("clara", (f"{ONE}/releases/<release_id>",), f"{ONE}/releases/<release_id>/receipt"),
    Step("petra", ("/slots/<public_id>",), "/slots/<public_id>/poster"),
    Step("petra", ("/slots/<public_id>",), "/slots/<public_id>/sheet"),
    Step("petra", ("/slots/<public_id>",), "/slots/<public_id>/attendees/<place_id>/calling-off"),
    Step("petra", ("/inbox/<reference>",), "/inbox/<reference>/identity"),
    Step("petra", ("/inbox/<reference>",), "/inbox/<reference>/feedback"),
    Step("petra", ("/own-offers/<public_id>/series/new",), f"{SERIES}/preview", HOURS, tick=("weekdays",)),
    Step("petra", ("/series/<public_id>/edit",), "/series/<public_id>/edit", {"scope": "all"}),
    Step("petra", ("/series/<public_id>/edit/dates",), "/series/<public_id>/difference"),
    Step("petra", ("/series/<public_id>/edit",), "/series/<public_id>/edit", {"scope": "end"}),
    Step("petra", ("/table-imports",), "/table-imports", {"kind": "offers", "table": "{table}"}),
    Step("petra", ("/table-imports/<public_id>/columns",), "/table-imports/<public_id>/columns"),
    Step("petra", ("/calendar-sources/new",), "/calendar-sources", {"name": "Rathaus", "file": "{calendar}"}),
    Step("petra", ("/calling-off",), "/calling-off/preview", SPAN),
    Step("petra", ("/calling-off/preview",), "/calling-off", {"how": "call_off"}),
    Step("clara", ("/untold",), "/untold/print"),
    Step("sven", ("/slots?week={last_week}", "/slots/<public_id>"), "/slots/<public_id>/attendance"),
    Step("nobody", ("/here/<token>",), "/here/<token>", {"word": "keines"}),
    Step("nobody", ("/withdrawal",), "/withdrawal", {"code": "aaaa-bbbb-cccc", "sure": "yes"}),
)


def tell_more(app: Flask) -> dict[str, Any]:
    """Let a letter reach Tarik, a place of his fall away, and a sheet wait for him; return what steps name."""
    at = clock.now()
    with app.extensions["database"].transaction() as session:
        clara, petra = _actor(session, "clara"), _actor(session, "petra")
        tarik = next(one for one in _people(session, "clara") if one.name["given"] == "Tarik")
        person = get_participant(session, clara, tarik.public_id, at=at)
        slots = list_between(session, at + timedelta(hours=2), at + timedelta(weeks=3), tuple(Access))
        clinics = [one for one in slots if one.organisation_id in petra.partner_ids and one.course_id is None]
        online = next(one for one in slots if one.offer.form is Form.ONLINE)
        simple = [one for one in clinics if one.offer.access is Access.ANONYMOUS]
        named = next(one.offer for one in clinics if one.offer.access is Access.NAMED)
        story: Any = SimpleNamespace(session=session, coach_of=lambda _: clara)
        _sign_for_letters(story, person, at - DAY)
        booked = [online, simple[0], simple[-1]]
        places = [book_slot(session, actor=clara, slot=one, participant=person, at=at) for one in booked]
        cancel_place(session, actor=petra, slot=booked[1], booking=places[1], reason=PlaceReason.ILL_STAFF, at=at)
        ask_sheet_about(story, person, [named], at, feedback=True)
        offers = {"first": named.public_id, "second": booked[-1].offer.public_id}
        return _things(session, at) | offers | {
            "tarik": person.public_id,
            "busy_day": clock.local_date(booked[-1].starts_at).isoformat(),
            "everything": f"{EVERYTHING}:{named.organisation.public_id}",
        }  # fmt: skip


def _sign_for_letters(story: Any, person: Participant, at: datetime) -> None:
    person.home_address = {"street": STREET, "town": "Coswig"}
    channels = {purpose.value: MessageChannel.LETTER.value for purpose in (P.CHANGES, P.REMINDERS)}
    asked = ask_messages(story.session, actor=story.coach_of(person), participant=person, channels=channels, at=at)
    sign_sheet(story, asked, at + HOUR)


def _things(session: Session, at: datetime) -> dict[str, Any]:
    opened = session.scalars(select(Participant).join(Emergency)).one()
    enquiry = session.scalars(select(Enquiry).where(Enquiry.sent_at.is_not(None)).order_by(Enquiry.id)).first()
    assert enquiry is not None
    last_week = clock.local_date(at - timedelta(weeks=1)).isocalendar()
    return {
        "given": opened.name["given"],
        "family": opened.name["family"],
        "enquiry": enquiry.reference,
        "last_week": f"{last_week.year}-W{last_week.week:02}",
        "soon": (clock.local_date(at) + timedelta(days=13)).isoformat(),
        "table": (io.BytesIO(TABLE.encode()), "a.csv"),
        "calendar": (io.BytesIO(CALENDAR.encode()), "a.ics"),
    }


def _actor(session: Session, key: str) -> Actor:
    user = find_user_with_roles(session, f"{key}@demo.invalid")
    assert user is not None
    return actor_of(session, user)


def _people(session: Session, coach: str) -> Sequence[Participant]:
    own = select(Participant).join(User, Participant.coach_id == User.id).where(User.email == f"{coach}@demo.invalid")
    return session.scalars(own.order_by(Participant.id)).all()


def papers(sheet: Sheet) -> Iterator[str]:
    """Give the addresses on printed cards, and of the pages for builders."""
    yield from (f"/card/{code}" for _, code, pin in sheet.cards if pin.isdecimal())
    yield from ("/styleguide?errors=yes", "/styleguide/paper")


def mails(app: Flask) -> Iterator[str]:
    """Let the mails that are due go out; give the page that shows them, their links, and what a poster leads to."""
    database, config, at = app.extensions["database"], app.extensions["config"], clock.now()
    with database.transaction() as session:
        near = list_between(session, at - DAY * 6, at + DAY, (Access.ANONYMOUS, Access.NAMED, Access.REQUEST))
        poster = poster_token(next(slot for slot in near if is_open(slot, at)))
        past = next(slot for slot in near if slot.ends_at < at and slot.offer.access is Access.ANONYMOUS)
        asking = select(PriorQuestion).where(PriorQuestion.state == PriorQuestionState.ASKED)
        question = session.scalars(asking.order_by(PriorQuestion.id)).first()
        assert question is not None
        asked = link_token(issue_prior_question_link(session, question=question, at=at))
        attendance = link_token(issue_attendance_link(session, slot=past, at=at))
    meet_deadlines(database, at)
    deliver(database, config, transport(config), at=at)
    yield from (f"/here/{poster}", f"/links/attendance/{attendance}", f"/links/prior-questions/{asked}", "/demo/mail")
    for mail in sorted((config.data / "mail").glob("*.eml")):
        text = message_from_bytes(mail.read_bytes(), policy=default).get_content()
        yield from re.findall(re.escape(config.public_url) + r"(/\S+)", text)


def filled(step: Step, things: dict[str, Any]) -> Step:
    """Return a step with the things it names."""

    def fill(value: Any) -> Any:
        if isinstance(value, list):
            return [fill(one) for one in value]
        whole = things.get(value[1:-1]) if value.startswith("{") else None
        return whole or re.sub(r"\{(\w+)\}", lambda found: str(things[found[1]]), value)

    entries = {name: fill(value) for name, value in step.entries.items()}
    return replace(step, through=tuple(fill(one) for one in step.through), entries=entries)


def walk_on(app: Flask, sheet: Sheet, visitors: dict[str, Visitor]) -> Iterator[tuple[Visitor, Met]]:
    """Take every step, as these visitors; give who met which page."""
    nobody, things, read = visitors["nobody"], tell_more(app), False
    for address in papers(sheet):
        yield from ((nobody, met) for met in nobody.follow(address))
    for step in STEPS:
        if step.who == "nobody" and not read:
            read = True
            for address in mails(app):
                yield from ((nobody, met) for met in nobody.follow(address))
        visitor = visitors[step.who].once_more() if step.alone else visitors[step.who]
        yield from ((visitor, met) for met in visitor.take(filled(step, things)))
