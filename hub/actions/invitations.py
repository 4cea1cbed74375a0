"""Inviting staff into a role, withdrawing that, and accepting it; passwords are chosen only by their owners."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub import crypto
from hub.actions import log
from hub.actions.notices import Facts, announce
from hub.actions.users import APART, give_role, make_user
from hub.errors import InvalidInput, RuleBroken, StepNotPossible
from hub.i18n import N_
from hub.models.invitation import Invitation
from hub.models.organisation import Organisation
from hub.models.user import Role, User, normal_email
from hub.policy.actor import Actor, ActorKind
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import invitations, logins, users
from hub.queries.invitations import Opening

LASTING = timedelta(days=7)


def invite_staff(
    session: Session, *, actor: Actor, opening: Opening, email: str, name: str, at: datetime
) -> Invitation:
    """Invite somebody into a role of an organisation for seven days; raises InvalidInput and RuleBroken (409)."""
    require(actor, Permission.INVITE_STAFF, opening)
    try:
        address = normal_email(email)
    except ValueError as error:
        raise InvalidInput(fields={"email": N_("Das ist keine E-Mail-Adresse.")}) from error
    known = users.find_user_with_roles(session, address)
    if known is not None and known.clashes(opening.organisation.id, opening.role):
        raise RuleBroken(APART)
    return _invite(session, actor, opening.organisation, opening.role, address, name, at)


def withdraw_invitation(
    session: Session, *, actor: Actor, invitation: Invitation, opening: Opening, at: datetime
) -> None:
    """Make the link of an open invitation useless; raises StepNotPossible (409) when it is used or over."""
    require(actor, Permission.INVITE_STAFF, opening)
    if not invitation.open(at):
        raise StepNotPossible
    invitation.withdrawn_at = at
    log.record(session, actor=actor, action="invitation.withdrawn", thing=invitation, at=at)


def reset_access(session: Session, *, actor: Actor, user: User, at: datetime) -> Invitation:
    """Take an account's password away and invite its owner to choose a new one; all its browsers are signed out.

    The operator makes sure who is asking before doing this (R-ACC-09), and never learns or chooses the password.
    """
    require(actor, Permission.EDIT_USER, user)
    role = next((membership for membership in user.memberships if membership.ended_at is None), None)
    if role is None or user.disabled_at is not None:
        raise RuleBroken(N_("Dieses Konto ist gesperrt oder hat keine Rolle mehr."))
    user.password_hash = None
    logins.end_logins_of(session, user.id, at=at)
    log.record(session, actor=actor, action="user.access_reset", thing=user, at=at)
    return _invite(session, actor, role.organisation, role.role, user.email, user.name, at)


def accept_invitation(
    session: Session,
    *,
    invitation: Invitation,
    name: str,
    password_hash: str,
    fitting: str | None,
    request_id: str = "",
    at: datetime,
) -> User:
    """Make the account, or extend the one that has this address, and use the invitation up.

    An account with a password is extended only when its owner has just given it (`fitting`: the stored hash it fitted).
    Raises InvalidInput, RuleBroken (409) and StepNotPossible (409).
    """
    user = users.find_user_with_roles(session, invitation.email)
    if not invitations.use_up(session, invitation, at=at):
        raise StepNotPossible
    if user is None:
        user = make_user(session, email=invitation.email, name=name, password_hash=password_hash, at=at)
    else:
        _extend(session, user, password_hash, fitting)
    actor = Actor(ActorKind.STAFF, user.public_id, user_id=user.id, request_id=request_id)
    log.record(session, actor=actor, action="invitation.accepted", thing=invitation, at=at)
    give_role(session, actor=actor, user=user, organisation_id=invitation.organisation_id, role=invitation.role, at=at)
    return user


def _extend(session: Session, user: User, password_hash: str, fitting: str | None) -> None:
    users.lock_user(session, user.id)  # two invitations accepted at once must see each other's roles
    users.find_user_with_roles(session, user.email)
    if user.disabled_at is not None:
        raise RuleBroken(N_("Dieses Konto ist gesperrt. Bitte rufen Sie uns an."))
    if user.password_hash is None:
        user.password_hash = password_hash
    elif user.password_hash != fitting:
        raise InvalidInput(fields={"password": N_("Das ist nicht das Passwort Ihres Kontos.")})


def _invite(
    session: Session, actor: Actor, organisation: Organisation, role: Role, email: str, name: str, at: datetime
) -> Invitation:
    public_id = crypto.new_public_id()
    invitation = Invitation(
        public_id=public_id,
        email=email,
        name=name.strip(),
        organisation_id=organisation.id,
        role=role,
        invited_by_id=actor.user_id,
        token_digest=crypto.token_digest(crypto.ring().derived_token("invitation", public_id)),
        created_at=at,
        expires_at=at + LASTING,
    )
    session.add(invitation)
    session.flush()
    log.record(session, actor=actor, action="invitation.made", thing=invitation, purpose=role.value, at=at)
    announce(session, "invitation.made", Facts(invitation=invitation), at=at)
    return invitation
