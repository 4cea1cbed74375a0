"""The own account: password, language, and the browsers that are signed in."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.fields.choices import SelectChoice

from hub import crypto, i18n
from hub.actions import limits, logins, users
from hub.actions.calendar_mails import choose_calendar_mails
from hub.errors import HubError, InvalidInput
from hub.i18n import N_, gettext
from hub.models.user import Role
from hub.passwords import SHORTEST
from hub.queries import logins as login_queries
from hub.queries.calendar_mails import list_due
from hub.queries.users import get_user
from hub.web import clients
from hub.web.access import for_roles, for_staff
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Needed, OneOf, add_error
from hub.web.logins import enter
from hub.web.news import WORDS
from hub.web.role_words import ROLES

blueprint = Blueprint("account", __name__)
UNFIT = N_("Das ist nicht Ihr jetziges Passwort.")


class PasswordForm(FlaskForm):
    """The present password and the new one."""

    present = PasswordField(N_("Ihr jetziges Passwort"), [Needed(N_("Bitte geben Sie Ihr jetziges Passwort ein."))])
    password = PasswordField(N_("Neues Passwort"), [Needed(N_("Bitte geben Sie ein neues Passwort ein."))])


class LanguageForm(FlaskForm):
    """The language of the account."""

    locale = OneOf(N_("Sprache"), choices=[SelectChoice(*language) for language in i18n.LANGUAGES.items()])


@blueprint.get("/account")
@for_staff
def show_account() -> Any:
    """Show who one is here, which browsers are signed in, and the two forms."""
    return _page(PasswordForm())


@blueprint.post("/account/password")
@for_staff
def update_password() -> Any:
    """Change the own password; every browser is signed out, this one gets a new login."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        made = _change_password(form)
    except HubError as error:
        add_error(form, error)
        return _page(form, error.status)
    enter(*made)
    flash(gettext("Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet."), "ok")
    return _back()


def _change_password(form: PasswordForm) -> Any:
    actor, present = current_actor(), form.present.data or ""
    with transaction() as session:
        limits.take_try(session, "password", actor.ref, at())
    with reading() as session:
        user = get_user(session, actor, actor.ref)
    if not crypto.verify_password(user.password_hash, present):
        raise InvalidInput(fields={"present": UNFIT})
    users.require_good_password(form.password.data or "", user.email, user.name)
    password_hash = crypto.hash_password(form.password.data or "")
    with transaction() as session:
        limits.forget(session, "password", actor.ref)
        return users.change_password(
            session,
            actor=actor,
            user=get_user(session, actor, actor.ref),
            fitting=user.password_hash,
            password_hash=password_hash,
            client=clients.family(),
            at=at(),
        )


@blueprint.post("/account/language")
@for_staff
def update_language() -> Any:
    """Choose the language of the own account."""
    form = LanguageForm()
    if form.validate_on_submit():
        with transaction() as session:
            own = get_user(session, current_actor(), current_actor().ref)
            users.choose_language(session, actor=current_actor(), user=own, locale=form.locale.data, at=at())
        i18n.use(form.locale.data)
        flash(gettext("Ab jetzt sprechen wir so mit Ihnen."), "ok")
    return _back()


@blueprint.post("/account/calendar-mails")
@for_roles(Role.COACH)
def update_calendar_mails() -> Any:
    """Choose whether each own date comes by mail, for the own calendar."""
    actor, wanted = current_actor(), request.form.get("wanted") == "yes"
    with transaction() as session:
        own = get_user(session, actor, actor.ref)
        choose_calendar_mails(session, actor=actor, user=own, wanted=wanted, at=at())
    flash(gettext("Ab jetzt kommen Ihre Termine per E-Mail.") if wanted else gettext("Es kommen keine mehr."), "ok")
    return _back()


@blueprint.post("/account/logins/<public_id>/end")
@for_staff
def delete_login(public_id: str) -> Any:
    """Sign one of the own browsers out."""
    with transaction() as session:
        logins.end_own_login(session, actor=current_actor(), public_id=public_id, at=at())
    flash(gettext("Dieses Gerät ist abgemeldet."), "ok")
    return _back()


@blueprint.post("/account/logins/end")
@for_staff
def delete_logins() -> Any:
    """Sign all own browsers out but this one."""
    actor = current_actor()
    with transaction() as session:
        own = get_user(session, actor, actor.ref)
        users.end_other_logins(session, actor=actor, user=own, token=current_user.token, at=at())
    flash(gettext("Überall sonst sind Sie abgemeldet."), "ok")
    return _back()


def _page(form: PasswordForm, status: int = 200) -> Any:
    actor = current_actor()
    with reading() as session:
        user = get_user(session, actor, actor.ref)
        signed_in = login_queries.list_own_logins(session, actor, at=at())
        ahead = len(list_due(session, user.id, at=at())) if actor.has(Role.COACH) else None
    language = LanguageForm(formdata=None, locale=user.locale)
    return render(
        "account/show_account.html",
        status,
        form=form,
        language=language,
        user=user,
        logins=signed_in,
        here=current_user.login.public_id,
        shortest=SHORTEST,
        roles=ROLES,
        ahead=ahead,
        rhythm=WORDS,
    )


def _back() -> Any:
    return redirect(url_for("account.show_account"), code=303)
