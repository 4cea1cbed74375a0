"""The pages of a change: the form, the difference with everybody booked, and either of them again with the reason."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from hub import clock, i18n
from hub.errors import HubError, InvalidInput, RuleBroken
from hub.i18n import N_, Message
from hub.models.offer import Access, Form, Offer
from hub.models.series import Series
from hub.queries import own_offers, plans
from hub.queries import series as queries
from hub.queries.series import Plan
from hub.queries.series_dates import Kind
from hub.queries.series_difference import Difference, difference
from hub.web.busy_rooms import warning
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import add_error
from hub.web.series_change_form import FOLLOWING, ChangeForm, DecisionForm, chosen_day
from hub.web.series_change_words import Places, effects_of, groups
from hub.web.series_words import plan_sentences


class Page:
    """A series of an own organisation with what its pages need; NotFound for any other."""

    def __init__(self, public_id: str) -> None:
        with reading() as session:
            actor = current_actor()
            self.series: Series = queries.get_own_series(session, actor, public_id)
            self.offer: Offer = own_offers.get_own_offer(session, actor, self.series.offer.public_id)
            self.locations = own_offers.list_usable_locations(session, actor)

    def form(self, entries: MultiDict[str, str] | None) -> ChangeForm:
        form = ChangeForm(entries, meta={"csrf": False})  # POSTs are guarded for the whole application
        form.prepare_change(current_actor(), self.offer, self.locations, self.series, at())
        return form

    def show_form(self, form: ChangeForm, status: int = 200) -> Any:
        dropin = self.offer.access is Access.OPEN
        return render(
            "series_changes/edit_dates.html",
            status,
            form=form,
            series=self.series,
            offer=self.offer,
            dropin=dropin,
            since=chosen_day(form.since.data, clock.local_date(at())),
            following=form.scope.data == FOLLOWING,
        )

    def show_difference(self, form: ChangeForm, decision: DecisionForm | None = None, status: int = 200) -> Any:
        try:
            plan, since = form.change(self.series, self.offer, self.locations, at())
            with reading() as session:
                series = queries.get_own_series(session, current_actor(), self.series.public_id)
                place = (series.location_id, series.room_id)
                plan = plans.require_plan(session, current_actor(), self.offer, plan, present=place)
                found = self._difference(session, series, plan, since)
        except InvalidInput as error:
            add_error(form, error)
            return self.show_form(form, error.status)
        except RuleBroken as error:
            add_error(form, error)
            return self.show_form(form, error.status)
        entries = [(name, value) for name, value in _entries().items(multi=True) if name.partition("-")[0] in form]
        query: dict[str, Any] = {**MultiDict(entries).to_dict(flat=False), "public_id": self.series.public_id}
        return self._show(
            found,
            decision,
            status,
            since=since,
            sentences=plan_sentences(plan),
            entries=entries,
            action=url_for("series_changes.create_change", public_id=self.series.public_id),
            back=url_for("series_changes.edit_dates", **query),
        )

    def show_end(self, since: date, decision: DecisionForm | None = None, status: int = 200) -> Any:
        with reading() as session:
            series = queries.get_own_series(session, current_actor(), self.series.public_id)
            found = self._difference(session, series, None, since)
        return self._show(
            found,
            decision,
            status,
            since=since,
            sentences=[],
            entries=[("since", since.isoformat())],
            action=url_for("series_changes.create_end", public_id=self.series.public_id),
            back=url_for("series_changes.edit_series", public_id=self.series.public_id),
        )

    def after(
        self,
        save: Callable[[Session], None],
        again: Callable[[int], Any],
        decision: DecisionForm,
        form: ChangeForm | None = None,
    ) -> Any:
        """Save in one transaction and go to the offer, or show the page again with the reason."""
        try:
            with transaction() as session:
                save(session)
        except HubError as error:
            about_form = isinstance(error, InvalidInput) and "removed" not in error.fields
            if form is not None and about_form:
                add_error(form, error)
                return self.show_form(form, error.status)
            if not isinstance(error, (InvalidInput, RuleBroken)):
                raise
            add_error(decision, error)
            return again(error.status)
        flash(str(_told(form)), "ok")
        return redirect(url_for("own_offers.show_own_offer", public_id=self.offer.public_id), code=303)

    def _difference(self, session: Session, series: Series, plan: Plan | None, since: date) -> Difference:
        return difference(session, series, plan, since=since, at=at(), language=i18n.current())

    def _show(self, found: Difference, decision: DecisionForm | None, status: int, **more: Any) -> Any:
        decision = decision or DecisionForm(None, meta={"csrf": False})
        decision.expected.data = found.digest
        slots = [row.slot for row in found.rows if row.slot is not None]
        rooms = [room for location in self.locations for room in location.rooms]
        places = Places(
            [*self.locations, self.series.location, self.offer.location, *(slot.location for slot in slots)],
            [*rooms, self.series.room, self.offer.room, *(slot.room for slot in slots)],
        )
        return render(
            "series_changes/show_difference.html",
            status,
            series=self.series,
            offer=self.offer,
            found=found,
            groups=groups(found, places),
            effects=effects_of(found.of(Kind.MOVED)),
            going=effects_of(found.undecided),
            taken=sum(row.room_taken for row in found.rows),
            busy=warning(row.room_known for row in found.rows) if self.offer.form is not Form.ROOM else None,
            form=decision,
            **more,
        )


def _told(form: ChangeForm | None) -> Message:
    if form is None:
        return N_("Die Serie ist beendet.")
    return N_("Die Termine sind geändert. Alle betroffenen Coaches bekommen eine E-Mail.")


def _entries() -> MultiDict[str, str]:
    return request.form if request.method == "POST" else request.args
