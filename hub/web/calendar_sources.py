"""Foreign calendars: a partner's or coach's own, read in the background; what differs is shown, never just changed."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for

from hub import clock
from hub.actions import calendar_sources as verbs
from hub.actions import source_dates
from hub.errors import HubError, NotFound, RoomBusy
from hub.fetching import Fetcher
from hub.i18n import N_
from hub.models.calendar_source import CalendarSource, SourceDateState, SourcePurpose
from hub.models.user import Role
from hub.queries import calendar_sources as queries
from hub.queries.series import horizon
from hub.web import calendar_source_words as words
from hub.web.access import for_roles
from hub.web.busy_rooms import takes_it_anyway
from hub.web.calendar_source_form import ChangeForm, FileForm, SourceForm, goals_of
from hub.web.context import at, config, current_actor, reading, render, transaction
from hub.web.fields import add_error

blueprint = Blueprint("calendar_sources", __name__)
KEEPERS = (Role.PARTNER, Role.COACH)
MOST_TAKEN = 300  # at once
State = SourceDateState


@blueprint.before_request
def _section() -> None:
    g.section = "own_offers" if current_actor().has(Role.PARTNER) else "subscriptions"


@blueprint.get("/calendar-sources")
@for_roles(*KEEPERS)
def list_calendar_sources() -> Any:
    """Show the calendars with how far each can be relied on."""
    with reading() as session:
        sources = queries.list_sources(session, current_actor())
    return render("calendar_sources/list_calendar_sources.html", sources=sources, words=words, now=at())


@blueprint.get("/calendar-sources/new")
@for_roles(*KEEPERS)
def new_calendar_source() -> Any:
    """Show the empty form."""
    form, _ = _form()
    return _form_page(form)


@blueprint.post("/calendar-sources")
@for_roles(*KEEPERS)
def create_calendar_source() -> Any:
    """Add a calendar; the worker reads it."""
    form, goals = _form()
    if not form.validate_on_submit() or form.goal.data not in goals:
        return _form_page(form, 422)
    goal, _ = goals[form.goal.data]
    try:
        url, content = form.address(Fetcher.of(config())), form.content()
        with transaction() as session:
            made = verbs.add_source(
                session,
                actor=current_actor(),
                goal=goal,
                name=form.name.data or "",
                url=url,
                content=content,
                at=at(),
            )
    except HubError as error:
        add_error(form, error)
        return _form_page(form, error.status)
    return redirect(_address(made.public_id), code=303)


@blueprint.get("/calendar-sources/<public_id>")
@for_roles(*KEEPERS)
def show_calendar_source(public_id: str) -> Any:
    """Show what was read, what is to choose, and what differs."""
    return _page(public_id)


@blueprint.post("/calendar-sources/<public_id>/choice")
@for_roles(Role.PARTNER)
def create_choice(public_id: str) -> Any:
    """Say by titles and categories which dates are the offer's."""
    titles, categories = request.form.getlist("titles"), request.form.getlist("categories")
    return _step(
        public_id,
        lambda session, said: source_dates.choose_dates(session, titles=titles, categories=categories, **said),
    )


@blueprint.post("/calendar-sources/<public_id>/dates")
@for_roles(Role.PARTNER)
def create_dates(public_id: str) -> Any:
    """Make dates of the offer of the chosen ones."""
    keys = request.form.getlist("dates")

    def step(session: Any, said: Any) -> None:
        taken, left = source_dates.take_over(session, keys=keys, despite_busy=takes_it_anyway(), **said)
        flash(str(N_("Übernommen: {n}.", n=taken)), "ok")
        if left:
            flash(str(words.left_out(left)), "warn")

    return _step(public_id, step)


@blueprint.post("/calendar-sources/<public_id>/dates/<key>/move")
@for_roles(Role.PARTNER)
def create_move(public_id: str, key: str) -> Any:
    """Move a date nobody has booked to where the calendar has it now."""
    return _step(
        public_id,
        lambda session, said: source_dates.follow_change(session, key=key, despite_busy=takes_it_anyway(), **said),
        N_("Verlegt."),
    )


@blueprint.post("/calendar-sources/<public_id>/dates/<key>/keeping")
@for_roles(Role.PARTNER)
def create_keeping(public_id: str, key: str) -> Any:
    """Leave a date as it is, whatever the calendar says."""
    done = N_("Der Termin bleibt, wie er ist.")
    return _step(public_id, lambda session, said: source_dates.keep_as_it_is(session, key=key, **said), done)


@blueprint.post("/calendar-sources/<public_id>/dates/<key>/dismissal")
@for_roles(Role.PARTNER)
def create_dismissal(public_id: str, key: str) -> Any:
    """Leave a new date out, however often the calendar is read."""
    return _step(public_id, lambda session, said: source_dates.dismiss_date(session, key=key, **said))


@blueprint.post("/calendar-sources/<public_id>/dates/<key>/proposal")
@for_roles(Role.PARTNER)
def create_proposal(public_id: str, key: str) -> Any:
    """Propose a date again that was left out."""
    return _step(public_id, lambda session, said: source_dates.bring_back_date(session, key=key, **said))


@blueprint.get("/calendar-sources/<public_id>/edit")
@for_roles(*KEEPERS)
def edit_calendar_source(public_id: str) -> Any:
    """Show the form for another name or address."""
    with reading() as session:
        source = queries.get_source(session, current_actor(), public_id)
    return _change_page(ChangeForm(obj=None, name=source.name), source)


@blueprint.post("/calendar-sources/<public_id>")
@for_roles(*KEEPERS)
def update_calendar_source(public_id: str) -> Any:
    """Give a calendar another name or address; a new address is asked under the same rules as the first."""
    form = ChangeForm()
    with reading() as session:
        source = queries.get_source(session, current_actor(), public_id)
    if not form.validate_on_submit():
        return _change_page(form, source, 422)
    try:
        url = form.address(Fetcher.of(config()))
        with transaction() as session:
            own = queries.get_source(session, current_actor(), public_id, lock=True)
            name = form.name.data or ""
            verbs.edit_source(session, actor=current_actor(), source=own, name=name, url=url, at=at())
    except NotFound:
        raise
    except HubError as error:
        add_error(form, error)
        return _change_page(form, source, error.status)
    flash(str(N_("Gespeichert.")), "ok")
    return redirect(_address(public_id), code=303)


def _change_page(form: ChangeForm, source: CalendarSource, status: int = 200) -> Any:
    return render("calendar_sources/edit_calendar_source.html", status, form=form, source=source)


@blueprint.post("/calendar-sources/<public_id>/fetch")
@for_roles(*KEEPERS)
def create_fetch(public_id: str) -> Any:
    """Let the calendar be read again, perhaps to choose again."""
    anew = "anew" in request.form
    return _step(
        public_id, lambda session, said: verbs.fetch_soon(session, anew=anew, **said), N_("Wir lesen ihn gleich.")
    )


@blueprint.post("/calendar-sources/<public_id>/file")
@for_roles(*KEEPERS)
def create_file(public_id: str) -> Any:
    """Bring a newer file."""
    content, anew = FileForm().content(), "anew" in request.form
    return _step(
        public_id,
        lambda session, said: verbs.renew_file(session, content=content, anew=anew, **said),
        N_("Wir lesen die Datei gleich."),
    )


@blueprint.post("/calendar-sources/<public_id>/end")
@for_roles(*KEEPERS)
def create_end(public_id: str) -> Any:
    """End a calendar."""
    with transaction() as session:
        source = queries.get_source(session, current_actor(), public_id, lock=True)
        verbs.end_source(session, actor=current_actor(), source=source, at=at())
    flash(str(N_("Beendet. Übernommene Termine bleiben.")), "ok")
    return redirect(url_for("calendar_sources.list_calendar_sources"), code=303)


def _step(public_id: str, step: Any, done: Any = None) -> Any:
    """Do one step in one transaction; what stands in its way shows on the same page."""
    try:
        with transaction() as session:
            source = queries.get_source(session, current_actor(), public_id, lock=True)
            step(session, {"actor": current_actor(), "source": source, "at": at()})
    except NotFound:
        raise
    except HubError as error:
        reasons = list(getattr(error, "fields", {}).values()) or [error.message]
        entries = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
        again = entries if isinstance(error, RoomBusy) else None
        return _page(public_id, error.status, problem=" ".join(str(reason) for reason in reasons), again=again)
    if done:
        flash(str(done), "ok")
    return redirect(_address(public_id), code=303)


def _page(public_id: str, status: int = 200, problem: str = "", again: list[tuple[str, str]] | None = None) -> Any:
    with reading() as session:
        source = queries.get_source(session, current_actor(), public_id)
        dates = source.purpose is SourcePurpose.DATES
        found = queries.read_preview(session, source) if dates and not source.chosen else []
        lines = queries.list_lines(session, source, at=at()) if dates else []
        busy = 0 if dates else queries.count_busy_times(session, source, at=at())
    last = horizon(at())
    fresh = [line for line in lines if line.state is State.NEW]
    takeable = [line for line in fresh if clock.local_date(line.row.starts_at) <= last]
    return render(
        "calendar_sources/show_calendar_source.html",
        status,
        source=source,
        problem=problem,
        again=again,
        step=request.path,
        headline=words.headline(source, lines),
        titles=words.titles(found),
        categories=words.categories(found),
        differing=[line for line in lines if line.state in (State.CHANGED, State.GONE)],
        takeable=takeable[:MOST_TAKEN],
        more=len(takeable[MOST_TAKEN:]),
        later=len(fresh) - len(takeable),
        dismissed=[line for line in lines if line.state is State.IGNORED and not line.row.slot],
        taken=[line for line in lines if line.state in (State.TAKEN, State.IGNORED) and line.row.slot],
        busy=busy,
        words=words,
        now=at(),
        states=State,
        local=clock.local,
        file_form=FileForm(formdata=None),
    )


def _form() -> tuple[SourceForm, dict[str, Any]]:
    form = SourceForm()
    with reading() as session:
        goals = goals_of(session, current_actor())
    form.prepare(goals)
    return form, goals


def _form_page(form: SourceForm, status: int = 200) -> Any:
    return render("calendar_sources/new_calendar_source.html", status, form=form)


def _address(public_id: str) -> str:
    return url_for("calendar_sources.show_calendar_source", public_id=public_id)
