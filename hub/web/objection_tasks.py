"""A coach's tasks that follow from objections to what went out on a legal ground."""

from collections.abc import Collection

from flask import url_for

from hub.i18n import N_
from hub.models.enquiry import Enquiry
from hub.models.participant import Participant
from hub.web.booking_words import given_name
from hub.web.today_tasks import Task


def list_tasks(people: dict[int, Participant], objected: Collection[Enquiry]) -> list[tuple[int, Task]]:
    """Return a task for each objection of these persons that nobody looked at yet."""
    found = []
    for enquiry in objected:
        facts = {"name": given_name(people[enquiry.participant_id]), "who": enquiry.organisation.name}
        page = url_for("enquiries.show_enquiry", public_id=enquiry.public_id)
        sentence = N_("{name} widerspricht der Weitergabe an {who}.", **facts)
        found.append((enquiry.participant_id, Task(0, sentence, "due", N_("prüfen"), [(str(N_("Ansehen")), page)])))
    return found
