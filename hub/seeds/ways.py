"""How two people of the demo hear from the house, by letter and by telephone; their printed slips are out of date."""

from datetime import timedelta

from hub.actions.bookings import book_slot
from hub.actions.one_place import cancel_place
from hub.actions.permissions import ask_messages
from hub.actions.slips import print_slip
from hub.errors import RuleBroken
from hub.models.booking import PlaceReason
from hub.models.consent import MessageChannel, MessagePurpose
from hub.models.offer import Access
from hub.models.participant import Participant
from hub.models.slip import SlipSize
from hub.models.slot import Slot
from hub.queries.participants import get_participant
from hub.queries.slots import list_between
from hub.seeds.bookings import Story, district
from hub.seeds.dates import partner_of
from hub.seeds.papers import DAY, sign_sheet

STREET = "Beispielweg 3"
WAYS = (MessageChannel.LETTER, MessageChannel.PHONE)


def load_ways(story: Story, lettered: Participant, called: Participant) -> None:
    """Let both sign how they are reached, take a place, and let its partner call that one place off."""
    for person, way in zip((lettered, called), WAYS, strict=True):
        _sign(story, person, way)
        _take_and_lose(story, person)


def _sign(story: Story, person: Participant, way: MessageChannel) -> None:
    if way is MessageChannel.LETTER:
        person.home_address = {"street": STREET, "town": "Coswig"}
    elif not any(contact["kind"] == "phone" for contact in person.contacts):
        person.contacts = [{"kind": "phone", "value": "0151 5550 1999", "allowed_for": ["coach"]}]
    channels = {purpose.value: way.value for purpose in (MessagePurpose.CHANGES, MessagePurpose.REMINDERS)}
    coach, at = story.coach_of(person), story.at - 4 * DAY
    found = get_participant(story.session, coach, person.public_id, at=at)
    sign_sheet(story, ask_messages(story.session, actor=coach, participant=found, channels=channels, at=at), at + DAY)


def _take_and_lose(story: Story, person: Participant) -> None:
    for slot in list_between(story.session, story.at + 3 * DAY, story.at + 14 * DAY, (Access.ANONYMOUS,)):
        near = slot.course_id is None and district(slot) == person.municipality_code[:5]
        if near and _lost(story, person, slot):
            return


def _lost(story: Story, person: Participant, slot: Slot) -> bool:
    session, coach, at = story.session, story.coach_of(person), story.at - 2 * DAY
    keys = {organisation.id: key for key, organisation in story.cast.organisations.items()}
    partner = partner_of(story.cast, keys[slot.offer.organisation_id])
    try:
        with session.begin_nested():
            booking = book_slot(session, actor=coach, slot=slot, participant=person, at=at)
            print_slip(session, actor=coach, participant=person, size=SlipSize.SLIP, titles=False, at=at + DAY)
            why, now = PlaceReason.ILL_STAFF, story.at - timedelta(hours=3)
            cancel_place(session, actor=partner, slot=slot, booking=booking, reason=why, at=now)
    except RuleBroken:
        return False
    return True
