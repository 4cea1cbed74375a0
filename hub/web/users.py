"""Staff accounts for the operator: roles, closing, opening, signing out; neither passwords nor persons."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from hub.actions import invitations, users
from hub.errors import RuleBroken
from hub.i18n import gettext
from hub.models.user import Role
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import users as questions
from hub.web import first_steps
from hub.web.access import for_roles
from hub.web.context import at, config, current_actor, reading, render, transaction
from hub.web.role_words import ROLES

blueprint = Blueprint("users", __name__)
PAGE = 50


@blueprint.get("/users")
@for_roles(Role.OPERATOR)
def list_users() -> Any:
    """Show all accounts by name, with their roles."""
    page = max(1, min(1000, request.args.get("page", 1, type=int)))
    wanted = request.args.get("q", "")[:80]
    with reading() as session:
        found = questions.list_users(session, current_actor(), wanted=wanted, page=page, size=PAGE)
        steps = first_steps.list_steps(session, current_actor(), config(), at=at()) if not wanted and page == 1 else []
    more = page + 1 if len(found) > PAGE else None
    return render(
        "users/list_users.html",
        users=found[:PAGE],
        wanted=wanted,
        page=page,
        more=more,
        roles=ROLES,
        first_steps=steps,
        step_states=first_steps.STATES,
    )


@blueprint.get("/users/<public_id>")
@for_roles(Role.OPERATOR)
def show_user(public_id: str) -> Any:
    """Show one account and what the operator can do with it."""
    return _page(public_id)


@blueprint.post("/users/<public_id>/closure")
@for_roles(Role.OPERATOR)
def close_user(public_id: str) -> Any:
    """Disable an account; all its browsers are out at once."""
    return _change(public_id, users.disable_user, gettext("Das Konto ist gesperrt und überall abgemeldet."))


@blueprint.post("/users/<public_id>/opening")
@for_roles(Role.OPERATOR)
def open_user(public_id: str) -> Any:
    """Enable an account again."""
    return _change(public_id, users.enable_user, gettext("Das Konto ist wieder offen."))


@blueprint.post("/users/<public_id>/logins/end")
@for_roles(Role.OPERATOR)
def delete_logins(public_id: str) -> Any:
    """Sign an account out everywhere."""
    return _change(public_id, users.end_logins, gettext("Das Konto ist überall abgemeldet."))


@blueprint.post("/users/<public_id>/reset")
@for_roles(Role.OPERATOR)
def reset_access(public_id: str) -> Any:
    """Let the owner choose a new password by an invitation to the known address."""
    done = gettext("Das alte Passwort gilt nicht mehr. Ein Link für ein neues ist unterwegs.")
    return _change(public_id, invitations.reset_access, done)


@blueprint.post("/users/<public_id>/roles/<role_id>/end")
@for_roles(Role.OPERATOR)
def end_role(public_id: str, role_id: str) -> Any:
    """End one role of an account."""

    def verb(session: Any, **facts: Any) -> None:
        users.end_role(session, public_id=role_id, **facts)

    return _change(public_id, verb, gettext("Die Rolle ist beendet."))


def _change(public_id: str, verb: Any, done: str) -> Any:
    try:
        with transaction() as session:
            user = questions.get_user(session, current_actor(), public_id)
            verb(session, actor=current_actor(), user=user, at=at())
    except RuleBroken as error:
        flash(str(error.message), "stop")
        return _page(public_id, error.status)
    flash(done, "ok")
    return redirect(url_for("users.show_user", public_id=public_id), code=303)


def _page(public_id: str, status: int = 200) -> Any:
    with reading() as session:
        user = questions.get_user(session, current_actor(), public_id)
    require(current_actor(), Permission.EDIT_USER, user)
    own = user.id == current_actor().user_id
    return render("users/show_user.html", status, user=user, own=own, roles=ROLES)
