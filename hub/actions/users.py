"""Staff accounts: made, disabled and enabled; roles that begin and end; the own password and language."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub import crypto
from hub.actions import log
from hub.errors import InvalidInput, NotFound, RuleBroken
from hub.i18n import LANGUAGES, N_
from hub.models.login import Login
from hub.models.organisation import Organisation, OrganisationKind
from hub.models.user import Membership, Role, User, normal_email
from hub.passwords import weakness
from hub.policy.actor import Actor
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries import feeds, logins, users
from hub.queries.locks import lock_name

APART = N_("Niemand ist in einem Jobcenter zugleich Teamleitung und Fallmanagement.")
OWN = N_("Das eigene Konto können Sie nicht sperren und die eigenen Rollen nicht beenden.")


def add_user(
    session: Session,
    *,
    actor: Actor,
    email: str,
    name: str,
    organisation: str,
    role: Role,
    password: str,
    at: datetime,
) -> User:
    """Add an account with a password, from the command line only; its organisation is made when it is missing.

    Raises InvalidInput for an address that is none or is taken, and for a weak password.
    """
    require(actor, Permission.RUN_MAINTENANCE)
    require_good_password(password, email, name)
    user = make_user(session, email=email, name=name, password_hash=crypto.hash_password(password), at=at)
    home = users.find_organisation_by_name(session, organisation)
    if home is None:
        home = Organisation(kind=OrganisationKind.ASSOCIATION, name=organisation)
        session.add(home)
        session.flush()
    log.record(session, actor=actor, action="user.made", thing=user, at=at)
    give_role(session, actor=actor, user=user, organisation_id=home.id, role=role, at=at)
    return user


def make_user(session: Session, *, email: str, name: str, password_hash: str, at: datetime) -> User:
    """Add a bare account; raises InvalidInput when the address is none or is taken. The caller has asked the policy."""
    try:
        address = normal_email(email)
    except ValueError as error:
        raise InvalidInput(fields={"email": N_("Das ist keine E-Mail-Adresse.")}) from error
    lock_name(session, f"user {address}")
    if users.find_user_by_email(session, address) is not None:
        raise InvalidInput(fields={"email": N_("Für diese Adresse gibt es schon ein Konto.")})
    user = User(email=address, name=name.strip(), password_hash=password_hash, created_at=at, memberships=[])
    session.add(user)
    session.flush()
    return user


def give_role(
    session: Session, *, actor: Actor, user: User, organisation_id: int, role: Role, at: datetime
) -> Membership | None:
    """Begin a role; None when it is held already. `user.memberships` must be loaded. The caller has asked the policy.

    Raises RuleBroken (409) when it must be somebody else's: no one is team lead and case manager of one Jobcenter.
    """
    if role in user.roles_in(organisation_id):
        return None
    if user.clashes(organisation_id, role):
        raise RuleBroken(APART)
    membership = Membership(organisation_id=organisation_id, role=role, created_at=at)
    user.memberships.append(membership)
    session.flush()
    log.record(session, actor=actor, action="role.given", thing=membership, purpose=role.value, at=at)
    return membership


def end_role(session: Session, *, actor: Actor, user: User, public_id: str, at: datetime) -> Membership:
    """End one role at once; open pages of that account lose it with their next request."""
    require(actor, Permission.EDIT_USER, user)
    _refuse_own(actor, user)
    membership = next((m for m in user.memberships if m.public_id == public_id and m.ended_at is None), None)
    if membership is None:
        raise NotFound
    membership.ended_at = at
    log.record(session, actor=actor, action="role.ended", thing=membership, purpose=membership.role.value, at=at)
    feeds.raise_revisions(session, users=[user.id])
    return membership


def disable_user(session: Session, *, actor: Actor, user: User, at: datetime) -> None:
    """Close an account: no sign-in, and every signed-in browser of it is out."""
    require(actor, Permission.EDIT_USER, user)
    _refuse_own(actor, user)
    if user.disabled_at is None:
        user.disabled_at = at
        logins.end_logins_of(session, user.id, at=at)
        log.record(session, actor=actor, action="user.disabled", thing=user, at=at)
        feeds.raise_revisions(session, users=[user.id])


def enable_user(session: Session, *, actor: Actor, user: User, at: datetime) -> None:
    """Open a closed account again, with the password it had."""
    require(actor, Permission.EDIT_USER, user)
    if user.disabled_at is not None:
        user.disabled_at = None
        log.record(session, actor=actor, action="user.enabled", thing=user, at=at)
        feeds.raise_revisions(session, users=[user.id])


def end_logins(session: Session, *, actor: Actor, user: User, at: datetime) -> int:
    """Sign an account out everywhere; return how many browsers that were."""
    require(actor, Permission.EDIT_USER, user)
    ended = logins.end_logins_of(session, user.id, at=at)
    log.record(session, actor=actor, action="user.signed_out", thing=user, at=at)
    return ended


def end_other_logins(session: Session, *, actor: Actor, user: User, token: str, at: datetime) -> int:
    """Sign the own account out everywhere but here; return how many browsers that were."""
    require(actor, Permission.EDIT_OWN_ACCOUNT, user)
    ended = logins.end_logins_of(session, user.id, at=at, but=token)
    log.record(session, actor=actor, action="user.signed_out", thing=user, at=at)
    return ended


def change_password(
    session: Session, *, actor: Actor, user: User, fitting: str | None, password_hash: str, client: str, at: datetime
) -> tuple[str, Login]:
    """Set the own password, end all logins, and return a fresh one for this browser.

    `fitting` is the stored hash that the present password was found to fit; raises InvalidInput when it is not so now.
    """
    require(actor, Permission.EDIT_OWN_ACCOUNT, user)
    if fitting is None or user.password_hash != fitting:
        raise InvalidInput(fields={"present": N_("Das ist nicht Ihr jetziges Passwort.")})
    user.password_hash = password_hash
    logins.end_logins_of(session, user.id, at=at)
    token = crypto.new_token(256)
    login = Login(user_id=user.id, client=client, token_digest=crypto.token_digest(token), created_at=at, seen_at=at)
    session.add(login)
    log.record(session, actor=actor, action="user.password_changed", thing=user, at=at)
    return token, login


def choose_language(session: Session, *, actor: Actor, user: User, locale: str, at: datetime) -> None:
    """Set the language of the own account; raises InvalidInput for one we do not speak."""
    require(actor, Permission.EDIT_OWN_ACCOUNT, user)
    if locale not in LANGUAGES:
        raise InvalidInput
    user.locale = locale
    log.record(session, actor=actor, action="user.edited", thing=user, fields=["locale"], at=at)


def require_good_password(password: str, *own_words: str) -> None:
    """Raise InvalidInput with the reason when a password is too short, too long or too easily guessed."""
    reason = weakness(password, own_words)
    if reason is not None:
        raise InvalidInput(fields={"password": reason})


def _refuse_own(actor: Actor, user: User) -> None:
    if user.id == actor.user_id:
        raise RuleBroken(OWN)
