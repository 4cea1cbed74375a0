"""Signing in and out, and who the cookie of a request stands for."""

from datetime import timedelta

from flask import Blueprint, redirect, request, session, url_for
from flask_login import UserMixin, current_user, login_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired

from hub.actions import logins as verbs
from hub.errors import NotAllowed, TooManyAttempts
from hub.i18n import N_
from hub.models.login import Login
from hub.policy.actor import Actor, ActorKind
from hub.queries import logins
from hub.web import clients
from hub.web.access import for_everyone
from hub.web.context import at, config, current_actor, database, reading, render, request_id, transaction
from hub.web.frame import start_endpoint
from hub.web.targets import local_path

blueprint = Blueprint("logins", __name__)
FRESH = timedelta(minutes=1)
WRONG = N_("E-Mail-Adresse oder Passwort passen nicht.")


class Visitor(UserMixin):
    """Who is signed in: the actor, their language, and the reference that the cookie holds."""

    def __init__(self, token: str, login: Login, actor: Actor, locale: str) -> None:
        self.token, self.login, self.actor, self.locale = token, login, actor, locale

    def get_id(self) -> str:
        """Return what the cookie holds: a random reference, no data (R-SEC-03)."""
        return self.token


def load_visitor(token: str) -> Visitor | None:
    """Return who a cookie stands for at this instant; None when the login ended, idled out or lost its account."""
    with reading() as tx:
        found = logins.find_login(tx, token)
        if found is None or not found[0].alive(at()):
            return None
        login, locale = found
        actor = logins.find_actor_of(tx, login, request_id=request_id())
    if actor is None:
        return None
    if at() - login.seen_at >= FRESH:
        database().run(lambda tx: logins.note_seen(tx, login.id, at=at()))
    return Visitor(token, login, actor, locale)


def enter(token: str, login: Login) -> Actor:
    """Begin a fresh session for a login just made and return its actor."""
    with reading() as tx:
        actor = logins.find_actor_of(tx, login, request_id=request_id())
        found = logins.find_login(tx, token)
    if actor is None or found is None:
        raise NotAllowed
    session.clear()  # nothing of the time before goes along, not even the id (R-ACC-13)
    login_user(Visitor(token, login, actor, found[1]))
    session.pop("_id", None)  # Flask-Login's digest of address and browser: data we neither use nor keep
    return actor


class LoginForm(FlaskForm):
    """E-mail and password."""

    email = StringField(N_("E-Mail-Adresse"), [InputRequired(N_("Bitte geben Sie Ihre E-Mail-Adresse ein."))])
    password = PasswordField(N_("Passwort"), [InputRequired(N_("Bitte geben Sie Ihr Passwort ein."))])
    next = HiddenField()


@blueprint.get("/login")
@for_everyone("the way in")
def new_login() -> Response | tuple[str, int]:
    """Show the login form; who is signed in already goes to the own start page."""
    if current_actor().kind is not ActorKind.ANONYMOUS:
        return redirect(url_for(start_endpoint(current_actor())), code=303)
    form = LoginForm()
    form.next.data = local_path(request.args.get("next"))
    return render("logins/new_login.html", form=form)


@blueprint.post("/login")
@for_everyone("the way in")
def create_login() -> Response | tuple[str, int]:
    """Sign in with e-mail and password; the same answer for unknown accounts and wrong passwords (R-ACC-12)."""
    form = LoginForm()
    if not form.validate_on_submit():
        return render("logins/new_login.html", 422, form=form)
    try:
        actor = enter_with_password(form.email.data, form.password.data)
    except TooManyAttempts as error:
        form.form_errors.append(error.message)
        return render("logins/new_login.html", error.status, form=form)
    if actor is None:
        form.form_errors.append(WRONG)
        return render("logins/new_login.html", 422, form=form)
    return redirect(local_path(form.next.data) or url_for(start_endpoint(actor)), code=303)


@blueprint.post("/logout")
@for_everyone("leaving is always possible; without a login it does nothing")
def delete_login() -> Response:
    """End this login on the server and leave nothing in the browser (R-ACC-13, R-ACC-15)."""
    actor, token = current_actor(), getattr(current_user, "token", None)
    if token is not None:
        with transaction() as tx:
            verbs.sign_out(tx, actor=actor, token=token, at=at())
    session.clear()
    answer = redirect(url_for("public.show_home"), code=303)
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def enter_with_password(email: str, password: str) -> Actor | None:
    """Sign a member of staff in; None when it does not fit, TooManyAttempts (429) at the limit."""
    place = clients.address()
    with transaction() as tx:
        tries = verbs.take_tries(tx, email=email, address=place, at=at())
    with reading() as tx:
        fitting = verbs.recognise(tx, email=email, password=password, demo=config().environment != "production")
    with transaction() as tx:
        made = verbs.sign_in(
            tx,
            email=email,
            address=place,
            fitting=fitting,
            tries=tries,
            client=clients.family(),
            request_id=request_id(),
            at=at(),
        )
    return enter(*made) if made else None


def enter_with_card(code: str, pin: str, *, shared: bool) -> Actor | None:
    """Sign a person in with card and PIN; None when it does not fit, TooManyAttempts (429) at the limit."""
    place = clients.address()
    with transaction() as tx:
        tries = verbs.take_card_tries(tx, code=code, address=place, at=at())
    with reading() as tx:
        fitting = verbs.recognise_card(tx, code=code, pin=pin)
    with transaction() as tx:
        made = verbs.sign_in_card(
            tx,
            code=code,
            fitting=fitting,
            tries=tries,
            shared=shared,
            client=clients.family(),
            request_id=request_id(),
            at=at(),
        )
    return enter(*made) if made else None
