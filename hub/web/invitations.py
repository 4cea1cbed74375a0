"""Invitations: coordinators and operators invite staff; the invited choose their own password behind a link."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.fields.choices import SelectChoice

from hub import crypto
from hub.actions import invitations, logins, users
from hub.errors import HubError, InvalidInput
from hub.i18n import N_, gettext
from hub.models.invitation import Invitation
from hub.models.user import Role
from hub.passwords import SHORTEST
from hub.policy.actor import Actor
from hub.queries import invitations as questions
from hub.queries.users import find_user_by_email
from hub.web import clients
from hub.web.access import for_everyone, for_roles
from hub.web.context import at, config, current_actor, reading, render, request_id, transaction
from hub.web.fields import Needed, NotLonger, OneLine, OneOf, add_error
from hub.web.role_words import ROLES

blueprint = Blueprint("invitations", __name__)


class InvitationForm(FlaskForm):
    """Who is invited, where, and as what."""

    name = StringField(N_("Name"), [Needed(N_("Bitte geben Sie den Namen ein.")), NotLonger(120), OneLine()])
    email = StringField(N_("E-Mail-Adresse"), [Needed(N_("Bitte geben Sie die Adresse ein.")), NotLonger(254)])
    organisation = OneOf(N_("Organisation"), [Needed(N_("Bitte wählen Sie eine Organisation."))])
    role = OneOf(N_("Rolle"), [Needed(N_("Bitte wählen Sie eine Rolle."))])


class AcceptanceForm(FlaskForm):
    """Own name and password."""

    name = StringField(N_("Ihr Name"), [NotLonger(120), OneLine()])
    password = PasswordField(N_("Passwort"), [Needed(N_("Bitte geben Sie ein Passwort ein."))])


@blueprint.get("/invitations")
@for_roles(Role.COORDINATOR, Role.OPERATOR)
def list_invitations() -> Any:
    """Show who is invited and who has accepted."""
    with reading() as session:
        found = questions.list_invitations(session, current_actor())
    waiting = {one.public_id for one in found if one.open(at())}
    mine = {one.public_id for one in found if _may_give(current_actor(), one.role)} & waiting
    return render("invitations/list_invitations.html", invitations=found, waiting=waiting, mine=mine, roles=ROLES)


@blueprint.get("/invitations/new")
@for_roles(Role.COORDINATOR, Role.OPERATOR)
def new_invitation() -> Any:
    """Show the form for an invitation, filled in as far as the link says where to and into which role."""
    form = _form()
    form.organisation.data, form.role.data = request.args.get("organisation"), request.args.get("role")
    return _form_page(form)


@blueprint.post("/invitations")
@for_roles(Role.COORDINATOR, Role.OPERATOR)
def create_invitation() -> Any:
    """Invite somebody; the mail goes out with the next round of the worker."""
    form, actor = _form(), current_actor()
    if not form.validate_on_submit():
        return _form_page(form, 422)
    try:
        with transaction() as session:
            opening = questions.get_opening(session, actor, form.organisation.data, Role(form.role.data))
            invitation = invitations.invite_staff(
                session, actor=actor, opening=opening, email=form.email.data or "", name=form.name.data or "", at=at()
            )
    except HubError as error:
        add_error(form, error)
        return _form_page(form, error.status)
    flash(gettext("{name} bekommt einen Link. Er gilt 7 Tage.").format(name=invitation.name), "ok")
    return redirect(url_for("invitations.list_invitations"), code=303)


@blueprint.post("/invitations/<public_id>/withdrawal")
@for_roles(Role.COORDINATOR, Role.OPERATOR)
def withdraw_invitation(public_id: str) -> Any:
    """Make the link of an open invitation useless."""
    with transaction() as session:
        invitation = questions.get_invitation(session, current_actor(), public_id)
        opening = questions.opening_in(session, invitation.organisation, invitation.role)
        invitations.withdraw_invitation(session, actor=current_actor(), invitation=invitation, opening=opening, at=at())
    flash(gettext("Die Einladung ist zurückgenommen."), "ok")
    return redirect(url_for("invitations.list_invitations"), code=303)


@blueprint.get("/invitations/<token>")
@for_everyone("the invited have no account yet; the token opens one page that changes nothing")
def show_invitation(token: str) -> Any:
    """Show the form behind an invitation's link."""
    with reading() as session:
        invitation = questions.get_invitation_by_token(session, token, at=at())
    return _acceptance_page(AcceptanceForm(name=invitation.name), invitation, token)


@blueprint.post("/invitations/<token>")
@for_everyone("the token of the link decides")
def accept_invitation(token: str) -> Any:
    """Make or extend the account."""
    with reading() as session:
        invitation = questions.get_invitation_by_token(session, token, at=at())
    form = AcceptanceForm()
    if not form.validate_on_submit():
        return _acceptance_page(form, invitation, token, 422)
    try:
        _accept(token, invitation, form)
    except HubError as error:
        add_error(form, error)
        return _acceptance_page(form, invitation, token, error.status)
    flash(gettext("Ihr Konto ist eingerichtet. Melden Sie sich jetzt an."), "ok")
    return redirect(url_for("logins.new_login"), code=303)


def _accept(token: str, invitation: Invitation, form: AcceptanceForm) -> None:
    name, password = (form.name.data or "").strip(), form.password.data or ""
    has_account, fitting = _recognise(invitation, password)
    if not has_account:
        if not name:
            raise InvalidInput(fields={"name": N_("Bitte geben Sie Ihren Namen ein.")})
        users.require_good_password(password, invitation.email, name)
    password_hash = crypto.hash_password(password)
    with transaction() as session:
        invitations.accept_invitation(
            session,
            invitation=questions.get_invitation_by_token(session, token, at=at()),
            name=name,
            password_hash=password_hash,
            fitting=fitting,
            request_id=request_id(),
            at=at(),
        )


def _recognise(invitation: Invitation, password: str) -> tuple[bool, str | None]:
    """Tell whether the address has an account with a password, and which stored hash this password fits."""
    if not _has_account(invitation):
        return False, None
    with transaction() as session:
        tries = logins.take_tries(session, email=invitation.email, address=clients.address(), at=at())
    with reading() as session:
        demo = config().environment != "production"
        fitting = logins.recognise(session, email=invitation.email, password=password, demo=demo)
    if fitting is not None:
        with transaction() as session:
            logins.take_back(session, tries)
    return True, fitting


def _has_account(invitation: Invitation) -> bool:
    with reading() as session:
        user = find_user_by_email(session, invitation.email)
    return user is not None and user.password_hash is not None


def _form() -> InvitationForm:
    form, actor = InvitationForm(), current_actor()
    with reading() as session:
        found = questions.list_organisations_to_invite(session, actor)
    form.organisation.choices = [SelectChoice(one.public_id, one.name) for one in found]
    form.role.choices = [SelectChoice(role.value, str(word)) for role, word in ROLES.items() if _may_give(actor, role)]
    return form


def _may_give(actor: Actor, role: Role) -> bool:
    return actor.has(Role.OPERATOR) or role is Role.PARTNER


def _form_page(form: InvitationForm, status: int = 200) -> Any:
    return render("invitations/new_invitation.html", status, form=form)


def _acceptance_page(form: AcceptanceForm, invitation: Invitation, token: str, status: int = 200) -> Any:
    return render(
        "invitations/show_invitation.html",
        status,
        form=form,
        invitation=invitation,
        token=token,
        has_account=_has_account(invitation),
        role=ROLES[invitation.role],
        shortest=SHORTEST,
    )
