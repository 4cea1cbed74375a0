"""A coach keeps own time free of visits; nobody else reads what for."""

from datetime import date, datetime, time, timedelta
from typing import cast

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import Length, Optional

from calendars.wall_time import WallProblem, resolve
from hub import clock
from hub.actions.private_blocks import block_time
from hub.crypto import new_token
from hub.errors import HubError, InvalidInput, SentBefore
from hub.i18n import N_
from hub.models.user import Role
from hub.web.access import for_roles
from hub.web.context import at, current_actor, render, transaction
from hub.web.fields import Day, Needed, OneLine, WallTime, add_error
from hub.web.visit_form import GAP, KEY_LENGTH

blueprint = Blueprint("private_blocks", __name__)


class BlockForm(FlaskForm):
    """From when to when, over several days where wanted, and a word for oneself."""

    on = Day(N_("Tag"), [Needed(N_("An welchem Tag?"))])
    starts = WallTime(N_("Von"), [Needed(N_("Ab wann?"))])
    ends = WallTime(N_("Bis"), [Needed(N_("Bis wann?"))])
    last_on = Day(N_("Letzter Tag"), [Optional()])
    title = StringField(N_("Wofür?"), [Optional(), Length(max=80), OneLine()])
    key = HiddenField()

    def span(self) -> tuple[datetime, datetime]:
        """Return the instants of a valid form; InvalidInput for an hour that does not exist."""
        on, starts, ends = cast("tuple[date, time, time]", (self.on.data, self.starts.data, self.ends.data))
        first = resolve(datetime.combine(on, starts))
        last = resolve(datetime.combine(self.last_on.data or on, ends))
        for name, found in (("starts", first), ("ends", last)):
            if found.problem is WallProblem.GAP:
                raise InvalidInput(fields={name: GAP})
        return first.at, last.at


@blueprint.get("/blocks/new")
@for_roles(Role.COACH)
def new_block() -> tuple[str, int]:
    """Show the form with tomorrow."""
    g.section = "today"
    tomorrow = clock.local_date(at()) + timedelta(days=1)
    return render("private_blocks/new_block.html", form=BlockForm(on=tomorrow, key=new_token(160)))


@blueprint.post("/blocks")
@for_roles(Role.COACH)
def create_block() -> Response | tuple[str, int]:
    """Keep the time free; it is cancelled and moved as any own appointment."""
    g.section, form = "today", BlockForm()
    if not form.validate_on_submit():
        return render("private_blocks/new_block.html", 422, form=form)
    try:
        starts_at, ends_at = form.span()
        with transaction() as session:
            booking = block_time(
                session,
                actor=current_actor(),
                starts_at=starts_at,
                ends_at=ends_at,
                title=(form.title.data or "").strip(),
                idempotency_key=(form.key.data or "")[:KEY_LENGTH] or None,
                at=at(),
            )
    except HubError as error:
        add_error(form, error)
        if isinstance(error, SentBefore):
            form.key.data = new_token(160)
        return render("private_blocks/new_block.html", error.status, form=form)
    flash(str(N_("Diese Zeit halten Sie sich frei.")), "ok")
    return redirect(url_for("bookings.show_booking", public_id=booking.public_id), code=303)
