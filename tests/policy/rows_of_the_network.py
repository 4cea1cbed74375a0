"""Rows that are of nobody in particular: what is missing, what does not work for somebody, closed days."""

from datetime import date

from hub.models.barrier import Barrier
from hub.models.demand import Demand, DemandRequest
from hub.models.offer import Aim
from hub.models.series import Closure


def of_the_network(cast, today: date, at):
    """Return one row of each kind by label."""
    return {
        "closed days": Closure(organisation_id=cast.club.id, name="Umbau", first_on=today, last_on=today),
        "school holidays": Closure(name="Freier Tag", first_on=today, last_on=today),
        "barrier": Barrier(words="x", answer_to="", told_at=at),
        "demand": Demand(on=today, aim=Aim.MOVE, district="14627", times=1),
        "demand elsewhere": Demand(on=today, aim=Aim.MOVE, district="09162", times=1),
        "request to the club": DemandRequest(organisation_id=cast.club.id, aim=Aim.MOVE, district="14627", asked_at=at),
    }
