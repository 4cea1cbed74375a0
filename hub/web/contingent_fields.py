"""The part of the form for dates that keeps places free for somebody, and what its preview says of each date."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import FieldList, Form, FormField, SelectChoice

from hub.errors import InvalidInput
from hub.i18n import N_
from hub.models.contingent import Contingent
from hub.models.offer import Offer
from hub.queries.pools import Keeper, list_keepers, pools_of
from hub.queries.series import Plan, PlannedDate
from hub.web.booking_words import sentences
from hub.web.context import reading
from hub.web.fields import Between, OneOf, WholeNumber
from hub.web.filters import day_clock

MOST = 3  # somebody who divides a date among more people than that calls us
USUAL_DAYS = 2  # enough to find somebody else, and short enough for the coach to have decided
NOBODY = ""


class ContingentEntry(Form):
    """How many places, for whom, and how long before the start they are for everybody."""

    places = WholeNumber(N_("Wie viele Plätze?"), [Between(1, 500)])
    whom = OneOf(N_("Für wen?"), default=NOBODY)
    working_days = WholeNumber(N_("Werktage vorher"), [Between(0, 30)], default=USUAL_DAYS)
    hours = WholeNumber(N_("und Stunden"), [Between(0, 72)])


class ContingentFields:
    """Up to three parts of the places of every date that are kept for a network or a house until shortly before it."""

    keepers: Sequence[Keeper] = ()
    contingents = FieldList(FormField(ContingentEntry), N_("Plätze freihalten"), min_entries=MOST, max_entries=MOST)

    def prepare_contingents(self, offer: Offer) -> None:
        """Fill in for whom places may be kept. Two statements in a transaction of their own."""
        with reading() as session:
            self.keepers = list_keepers(session, offer)
        choices = [SelectChoice(one.public_id, one.name) for one in self.keepers]
        for entry in self.contingents:
            entry.form.whom.choices = [SelectChoice(NOBODY, N_("niemanden")), *choices]

    def fill_contingents(self, plan: Plan) -> None:
        """Show what a series keeps already."""
        known = {(one.programme_id, one.organisation_id): one.public_id for one in self.keepers}
        for entry, one in zip(self.contingents, plan.contingents, strict=False):
            form = entry.form
            form.whom.data = known.get((one.programme_id, one.organisation_id), NOBODY)
            form.places.data, form.working_days.data, form.hours.data = one.places, one.working_days, one.hours

    @property
    def keeps_places(self) -> bool:
        """Whether anything is filled in, so that the folded part must be open."""
        return bool(self.contingents.errors) or any(_used(entry.form) for entry in self.contingents)

    def chosen_contingents(self) -> tuple[Contingent, ...]:
        """Return what is to be kept; raises InvalidInput (422) for half an entry. The verb checks the numbers."""
        return tuple(self._contingent(entry.form) for entry in self.contingents if _used(entry.form))

    def _contingent(self, form: Any) -> Contingent:
        keeper = next((one for one in self.keepers if one.public_id == form.whom.data), None)
        if keeper is None or not form.places.data:
            raise InvalidInput(fields={"contingents": N_("Bitte sagen Sie, wie viele Plätze und für wen.")})
        return Contingent(
            places=form.places.data,
            programme_id=keeper.programme_id,
            organisation_id=keeper.organisation_id,
            working_days=form.working_days.data or 0,
            hours=form.hours.data or 0,
        )


def _used(form: Any) -> bool:
    return bool(form.places.data or form.whom.data)


def note_contingents(knots: list[dict[str, Any]], plan: Plan, dates: list[PlannedDate], *, at: datetime) -> None:
    """Write into each date of a preview how many places are kept until when."""
    for knot, planned in zip(knots, dates, strict=True) if plan.contingents else ():
        if planned.takes_place:
            kept = [one for one in pools_of(plan, plan.places, planned.occurrence.starts_at, at=at) if one.kept]
            words = [
                N_("Ein Platz gehalten bis {until}.", until=day_clock(one.release_at))
                if one.places == 1
                else N_("{n} Plätze gehalten bis {until}.", n=one.places, until=day_clock(one.release_at))
                for one in kept
                if one.release_at is not None
            ] or [N_("So kurz vorher sind alle Plätze offen.")]
            knot["text"] = sentences([str(word) for word in (knot.get("text"), *words) if word])
