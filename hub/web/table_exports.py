"""Own offers and dates as files for Excel and other programs."""

from flask import Blueprint
from werkzeug.wrappers import Response

from hub.models.table_import import TableKind
from hub.models.user import Role
from hub.queries.table_exports import export_table
from hub.tables.writing import write_table
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading
from hub.web.downloads import download, require_suffix

blueprint = Blueprint("table_exports", __name__)


@blueprint.get("/own-offers/table.<suffix>")
@for_roles(Role.PARTNER)
def show_offers(suffix: str) -> Response:
    """Give all own offers that have not ended."""
    return _export(TableKind.OFFERS, suffix, "tabelle")


@blueprint.get("/own-offers/dates.<suffix>")
@for_roles(Role.PARTNER)
def show_dates(suffix: str) -> Response:
    """Give all own dates to come; not who comes."""
    return _export(TableKind.DATES, suffix, "termine")


def _export(kind: TableKind, suffix: str, name: str) -> Response:
    require_suffix(suffix)
    with reading() as session:
        lines = export_table(session, current_actor(), kind, at=at())
    return download(write_table(suffix, lines), suffix, name)
