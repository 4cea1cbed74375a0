"""Remembering and forgetting what suits a person, from the search the coach looks at."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from hub.actions import preferences
from hub.i18n import N_
from hub.models.user import Role
from hub.queries import participants
from hub.web.access import for_roles
from hub.web.context import at, current_actor, transaction
from hub.web.finding_wishes import read_suits

blueprint = Blueprint("preferences", __name__)


@blueprint.post("/people/<public_id>/preference")
@for_roles(Role.COACH)
def update_preference(public_id: str) -> Response:
    """Remember what the search asks for, the need apart, and go on searching for it."""
    with transaction() as session:
        person = participants.get_participant(session, current_actor(), public_id, at=at())
        suits = read_suits(request.form, person)
        preferences.remember_preference(session, actor=current_actor(), participant=person, suits=suits, at=at())
    flash(str(N_("Gemerkt. Die nächste Suche beginnt damit.")), "ok")
    need = request.form.get("referral") or None
    aims = [] if need else request.form.getlist("aim")
    return redirect(url_for("finding.list_hits", person=public_id, referral=need, aim=aims), code=303)


@blueprint.post("/people/<public_id>/preference/deletion")
@for_roles(Role.COACH)
def delete_preference(public_id: str) -> Response:
    """Forget it; the next search begins with where the person lives and what they need."""
    with transaction() as session:
        person = participants.get_participant(session, current_actor(), public_id, at=at())
        preferences.forget_preference(session, actor=current_actor(), participant=person, at=at())
    flash(str(N_("Vergessen. Die nächste Suche beginnt wieder beim Wohnort.")), "ok")
    return redirect(url_for("finding.list_hits", person=public_id), code=303)
