"""Other courses to book instead: of the same offer first, then what is alike and near, as links to their booking."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hub.models.participant import Participant
from hub.queries import courses
from hub.queries.bookings import ALTERNATIVES
from hub.queries.courses import Outline
from hub.queries.places import taker_of_person
from hub.web import other_dates
from hub.web.context import at


def alternatives(session: Session, outline: Outline, person: Participant, party: int) -> list[dict[str, Any]]:
    """Return up to three courses or dates that have places for so many people, the next course of the offer first."""
    taker, here = taker_of_person(session, person), outline.course
    found = []
    for one in courses.list_open_courses(session, here.offer, at=at()):
        fits = one.course.id != here.id and one.free(taker, at()) >= party
        if fits and courses.obstacle_of_course(one, at()) is None:
            first = one.to_come(at())[0]
            href = url_for("courses.new_booking", public_id=one.course.public_id, person=person.public_id)
            found.append(other_dates.choice(first, href, taker, first))
    if len(found) < ALTERNATIVES:
        alike = other_dates.alternatives(session, outline.sessions[0], person, taker, party)
        found += [one for one in alike if one["slot"].course_id != here.id]
    return found[:ALTERNATIVES]
