"""The device in the person's hand for one release: locked like that of a sheet, by the same mark."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from hub import i18n
from hub.actions import releases as verbs
from hub.errors import InvalidInput, NotFound, RuleBroken, TooManyAttempts
from hub.models.user import Role
from hub.web.access import for_roles
from hub.web.consent_forms import EndForm
from hub.web.context import at, reading, render, transaction
from hub.web.fields import add_error
from hub.web.handover import MARK, end_handover, is_locked_to, require_locked_to, signed
from hub.web.releases import ReleaseAnswerForm, is_open, read_release, view_of

blueprint = Blueprint("release_handover", __name__)


@blueprint.post("/people/<public_id>/releases/<release_id>/handover")
@for_roles(Role.COACH)
def create_handover(public_id: str, release_id: str) -> Response:
    """Lock the device to this one question."""
    with reading() as session:
        release = read_release(session, public_id, release_id)
    if not is_open(release):
        raise NotFound
    cookie[MARK] = {"public_id": public_id, "release_id": release_id}
    return redirect(url_for(".show_handover", public_id=public_id, release_id=release_id), code=303)


@blueprint.get("/people/<public_id>/releases/<release_id>/handover")
@for_roles(Role.COACH)
def show_handover(public_id: str, release_id: str) -> Any:
    """Show the person the question, and nothing else."""
    return _page(public_id, release_id)


@blueprint.post("/people/<public_id>/releases/<release_id>/handover/answer")
@for_roles(Role.COACH)
def create_answer(public_id: str, release_id: str) -> Any:
    """Write down what the person answered; without their own PIN or drawn signature nothing is written (R-CON-06)."""
    require_locked_to(public_id=public_id, release_id=release_id)
    with reading() as session:
        release = read_release(session, public_id, release_id)
    with i18n.using(release.notice_locale):
        form = ReleaseAnswerForm()
        if not form.validate_on_submit():
            return _page(public_id, release_id, form, 422)
    try:
        who = signed(release.participant_id, form)
        if who is None:
            return _page(public_id, release_id, form, 422)
        actor, signature = who
        with transaction() as session:
            verbs.answer_release(
                session,
                actor=actor,
                release=read_release(session, public_id, release_id),
                yes=form.answer.data == "yes",
                signature=signature,
                at=at(),
            )
    except (RuleBroken, InvalidInput, TooManyAttempts) as error:
        add_error(form, error)
        return _page(public_id, release_id, form, error.status)
    return redirect(url_for(".show_handover", public_id=public_id, release_id=release_id), code=303)


@blueprint.post("/people/<public_id>/releases/<release_id>/handover/end")
@for_roles(Role.COACH)
def delete_handover(public_id: str, release_id: str) -> Any:
    """The coach takes the device back: only the own password opens the other pages again."""
    require_locked_to(public_id=public_id, release_id=release_id)
    return end_handover(
        lambda form, status: _page(public_id, release_id, None, status, form),
        lambda: url_for("releases.show_release", public_id=public_id, release_id=release_id),
    )


def _page(
    public_id: str,
    release_id: str,
    form: ReleaseAnswerForm | None = None,
    status: int = 200,
    end_form: EndForm | None = None,
) -> Any:
    with reading() as session:
        release = read_release(session, public_id, release_id)
    if not is_locked_to(public_id=public_id, release_id=release_id):
        return redirect(url_for("releases.show_release", public_id=public_id, release_id=release_id), code=303)
    with i18n.using(release.notice_locale):
        return render(
            "releases/show_handover.html",
            status,
            form=form or ReleaseAnswerForm(formdata=None),
            end_form=end_form or EndForm(formdata=None),
            languages=[],
            locale=release.notice_locale,
            **view_of(release),
        )
