"""The span a partner chose, read from the address or the form: which days, of what, and for which member."""

from collections.abc import Collection, Sequence

from flask import request
from sqlalchemy.orm import Session

from hub import clock
from hub.actions.closures import add_closure
from hub.errors import InvalidInput
from hub.models.slot import Slot
from hub.queries import calling_off as queries
from hub.queries import own_offers
from hub.queries.calling_off import Span
from hub.web.calling_off_form import TARGET, CallingOffForm
from hub.web.context import at, current_actor, reading
from hub.web.fields import add_error


def read_form() -> CallingOffForm:
    """Return the form as it was sent, its choices filled in."""
    # The preview is a GET: it changes nothing and can be reloaded. POSTs are guarded for the whole application.
    entries = request.form if request.method == "POST" else request.args
    form = CallingOffForm(entries or None, meta={"csrf": False})
    with reading() as session:
        actor = current_actor()
        form.prepare(
            own_offers.list_acted_for(session, actor),
            queries.list_own_offers_with_dates(session, actor, at=at()),
            queries.list_own_places_with_dates(session, actor, at=at()),
        )
    return form


def read_span(form: CallingOffForm) -> Span | None:
    """Return the span that was chosen; None when something is wrong with it, which the form says then.

    A new day that cannot be read is no reason: the page that moves asks for it again, with all ticks kept.
    """
    if not form.validate() and not form.errors.keys() <= TARGET:
        return None
    try:
        return form.span(clock.local_date(at()))
    except InvalidInput as error:
        add_error(form, error)
        return None


def close_days(
    session: Session, form: CallingOffForm, span: Span, slots: Sequence[Slot], chosen: Collection[Slot]
) -> None:
    """Close the days of the span where that was ticked; of its dates those that were not chosen take place."""
    if not form.closing or form.organisation is None:
        return
    add_closure(
        session,
        actor=current_actor(),
        organisation=form.organisation,
        name=form.name.data or "",
        first_on=span.first_on,
        last_on=span.last_on,
        keeping=[slot for slot in slots if slot not in chosen],
        at=at(),
    )


def on_behalf(form: CallingOffForm) -> str:
    """Return the name of the member an umbrella acts for here, empty when it acts for itself."""
    organisation = form.organisation
    if organisation is None or not current_actor().purpose_for(organisation.id):
        return ""
    return organisation.name
