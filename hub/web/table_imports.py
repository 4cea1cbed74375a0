"""A partner's table on its way in: upload, columns, what it would do, the import; each step before anything happens."""

from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from hub.actions import table_imports as verbs
from hub.errors import HubError, NotAllowed, NotFound, SomebodyWasFaster, StepNotPossible
from hub.i18n import N_
from hub.models.table_import import ImportState, TableImport, TableKind
from hub.models.user import Role
from hub.queries import own_offers
from hub.queries import table_imports as queries
from hub.queries.table_rows import LEFT_OUT, Becomes, count
from hub.tables.reading import Table, read_table
from hub.tables.writing import write_table
from hub.web import table_words
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.downloads import download, require_suffix
from hub.web.fields import add_error
from hub.web.own_offers import seen_version
from hub.web.table_forms import UploadForm, columns_form, columns_of

blueprint = Blueprint("table_imports", __name__)
PAGE = 50
EXAMPLES = 3
SECONDS = 3  # until the page of a running import looks again


@blueprint.before_request
def _section() -> None:
    g.section = "own_offers"


@blueprint.get("/table-imports")
@for_roles(Role.PARTNER)
def list_imports() -> Any:
    """Show the form for a file, the latest tables, and the way out."""
    return _start(*_upload_form())


@blueprint.post("/table-imports")
@for_roles(Role.PARTNER)
def create_import() -> Any:
    """Read an upload; nothing of it is imported yet."""
    form, organisations = _upload_form()
    if not form.validate_on_submit():
        return _start(form, organisations, 422)
    organisation = next((one for one in organisations if one.public_id == form.organisation.data), None)
    try:
        if organisation is None:
            raise NotAllowed
        table, kind = read_table(form.content()), TableKind(form.kind.data)
        with transaction() as session:
            actor = current_actor()
            one = verbs.upload_table(session, actor=actor, organisation=organisation, kind=kind, table=table, at=at())
    except HubError as error:
        add_error(form, error)
        return _start(form, organisations, error.status)
    return redirect(url_for("table_imports.edit_columns", public_id=one.public_id), code=303)


def _upload_form() -> tuple[UploadForm, list[Any]]:
    with reading() as session:
        organisations = own_offers.list_acted_for(session, current_actor())
    form = UploadForm()
    form.prepare(organisations)
    return form, organisations


def _start(form: UploadForm, organisations: list[Any], status: int = 200) -> Any:
    with reading() as session:
        latest = queries.list_imports(session, current_actor())
    several = len(organisations) > 1
    return render(
        "table_imports/list_imports.html", status, form=form, imports=latest, several=several, words=table_words
    )


@blueprint.get("/table-imports/<public_id>/columns")
@for_roles(Role.PARTNER)
def edit_columns(public_id: str) -> Any:
    """Ask what each column means; what was said last time, or seems so, is chosen already."""
    one = _get(public_id)
    if one.content is None or one.state is ImportState.RUNNING:
        return redirect(url_for("table_imports.show_import", public_id=public_id), code=303)
    return _columns_page(columns_form(one), one)


@blueprint.post("/table-imports/<public_id>/columns")
@for_roles(Role.PARTNER)
def update_columns(public_id: str) -> Any:
    """Check every row with these columns; nothing is imported."""
    one = _get(public_id)
    form = columns_form(one)
    if not form.validate_on_submit():
        return _columns_page(form, one, 422)
    columns = columns_of(form, one)
    try:
        with transaction() as session:
            fresh = queries.get_import(session, current_actor(), public_id)
            verbs.check_table(
                session,
                actor=current_actor(),
                table_import=fresh,
                columns=columns,
                version=seen_version(),
                at=at(),
            )
    except HubError as error:
        add_error(form, error)
        return _columns_page(form, one, error.status)
    return redirect(url_for("table_imports.show_import", public_id=public_id), code=303)


def _columns_page(form: Any, one: TableImport, status: int = 200) -> Any:
    table = Table.from_bytes(one.content) if one.content else Table([], [])
    examples = [
        ", ".join(row.cells[number] for row in table.rows[:EXAMPLES] if number < len(row.cells) and row.cells[number])
        for number in range(len(table.headings))
    ]
    fields = [form[f"column_{number}"] for number in range(len(one.columns))]
    pairs = list(zip(fields, examples, strict=False))
    return render("table_imports/edit_columns.html", status, form=form, one=one, fields=pairs, words=table_words)


@blueprint.get("/table-imports/<public_id>")
@for_roles(Role.PARTNER)
def show_import(public_id: str) -> Any:
    """Show what would happen, that it runs, or what has happened; row by row, those to mend first."""
    one = _get(public_id)
    if one.state is ImportState.UPLOADED:
        return redirect(url_for("table_imports.edit_columns", public_id=public_id), code=303)
    return _report_page(one)


def _report_page(one: TableImport, status: int = 200, problem: str = "") -> Any:
    page = max(request.args.get("page", 1, type=int), 1)
    rows = sorted(one.report, key=lambda row: (table_words.ORDER.index(Becomes(row["becomes"])), row["row"]))
    shown = rows[(page - 1) * PAGE : page * PAGE]
    numbers = count(one.report)
    answer = make_response(
        render(
            "table_imports/show_import.html",
            one=one,
            numbers=numbers,
            good=numbers[Becomes.NEW] + numbers[Becomes.CHANGED],
            left=sum(numbers[becomes] for becomes in LEFT_OUT),
            rows=[(row, table_words.reasons(row)) for row in shown],
            page=page,
            more=len(rows) > page * PAGE,
            problem=problem,
            words=table_words,
            states=ImportState,
        )[0],
        status,
    )
    if one.state is ImportState.RUNNING:
        answer.headers["Refresh"] = str(SECONDS)
    return answer


@blueprint.post("/table-imports/<public_id>/run")
@for_roles(Role.PARTNER)
def create_run(public_id: str) -> Any:
    """Start the import; pressed twice it is one import, and the second sees the first."""
    try:
        with transaction() as session:
            one = queries.get_import(session, current_actor(), public_id)
            verbs.start_import(session, actor=current_actor(), table_import=one, version=seen_version(), at=at())
    except (SomebodyWasFaster, StepNotPossible) as error:
        now = _get(public_id)
        if now.state in (ImportState.RUNNING, ImportState.DONE):
            return redirect(url_for("table_imports.show_import", public_id=public_id), code=303)
        return _report_page(now, error.status, str(error.message))
    return redirect(url_for("table_imports.show_import", public_id=public_id), code=303)


@blueprint.post("/table-imports/<public_id>/dropping")
@for_roles(Role.PARTNER)
def create_dropping(public_id: str) -> Any:
    """Throw the table away; nothing was imported."""
    try:
        with transaction() as session:
            one = queries.get_import(session, current_actor(), public_id)
            verbs.drop_import(session, actor=current_actor(), table_import=one, version=seen_version(), at=at())
    except (SomebodyWasFaster, StepNotPossible) as error:
        return _report_page(_get(public_id), error.status, str(error.message))
    flash(str(N_("Die Tabelle ist verworfen. Es ist nichts übernommen.")), "ok")
    return redirect(url_for("table_imports.list_imports"), code=303)


@blueprint.get("/table-imports/<public_id>/left-out.<suffix>")
@for_roles(Role.PARTNER)
def show_left_out(public_id: str, suffix: str) -> Response:
    """Give the rows that are not imported as a table, as they were, with the reason behind each."""
    require_suffix(suffix)
    one = _get(public_id)
    headings = [*one.columns, str(N_("Zeile")), str(N_("Grund"))]
    lines = [
        [*_padded(row["cells"], len(one.columns)), str(row["row"]), " ".join(table_words.reasons(row))]
        for row in one.report
        if Becomes(row["becomes"]) in LEFT_OUT
    ]
    return download(write_table(suffix, [headings, *lines]), suffix, "zeilen")


def _padded(cells: list[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _get(public_id: str) -> TableImport:
    with reading() as session:
        one = queries.get_import(session, current_actor(), public_id)
    if one.state is ImportState.DROPPED:
        raise NotFound
    return one
