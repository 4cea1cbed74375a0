"""The part of the form for dates that makes them one course."""

from typing import Any

from wtforms import BooleanField, StringField

from hub.i18n import N_
from hub.models.offer import Form, Offer
from hub.web.fields import Between, NotLonger, WholeNumber


class CourseFields:
    """Whether all dates belong together, what the course is called, and until when one may join."""

    course = BooleanField(N_("Alle Termine gehören zusammen (Kurs)"))
    course_name = StringField(N_("Name des Kurses"), [NotLonger(80)])
    join_until = WholeNumber(N_("Einsteigen bis zum wievielten Termin?"), [Between(1, 60)])

    def prepare_course(self, offer: Offer) -> None:
        """Tick an empty form's course where the offer is one; most are joined at the beginning."""
        self.course.data = offer.form is Form.COURSE
        self.join_until.data = 1

    def chosen_course(self) -> dict[str, Any]:
        """Return what a plan says about the course: nothing when it is none."""
        if not self.course.data:
            return {}
        return {"join_until": self.join_until.data or 1, "course_name": (self.course_name.data or "").strip()}


def number_sessions(knots: list[dict[str, Any]]) -> None:
    """Write into each date of a course's preview which session it is; a day on which nothing takes place is none."""
    for number, knot in enumerate((knot for knot in knots if not knot.get("off")), start=1):
        knot["text"] = " ".join(str(word) for word in (N_("Termin {n}.", n=number), knot.get("text")) if word)
