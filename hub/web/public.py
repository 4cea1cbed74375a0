"""Pages for everybody: the start, the language, and the legal pages."""

from typing import Any

from flask import Blueprint, redirect, request, url_for

from hub import i18n
from hub.actions import participants, users
from hub.policy.actor import ActorKind
from hub.queries.participants import get_self
from hub.queries.users import get_user
from hub.web.access import for_everyone
from hub.web.context import at, config, current_actor, render, transaction
from hub.web.frame import LANGUAGE_COOKIE
from hub.web.structured_data import absolute
from hub.web.targets import local_path

blueprint = Blueprint("public", __name__)
A_YEAR = 365 * 24 * 60 * 60


@blueprint.get("/")
@for_everyone("the start page holds no data and shows the ways in")
def show_home() -> Any:
    """Show what this is and the ways in."""
    return render("public/show_home.html", canonical=absolute(url_for(".show_home")))


@blueprint.post("/language")
@for_everyone("choosing a language needs no account")
def update_language() -> Any:
    """Keep the chosen language in a cookie, and with whoever is signed in; return to the page one came from."""
    answer = redirect(local_path(request.form.get("next")) or url_for("public.show_home"), code=303)
    chosen = request.form.get("language", "")
    if chosen in i18n.LANGUAGES:
        _keep(chosen)
        answer.set_cookie(
            LANGUAGE_COOKIE, chosen, max_age=A_YEAR, secure=config().secure, httponly=True, samesite="Lax"
        )
    return answer


def _keep(chosen: str) -> None:
    """Keep the language of whoever is signed in where their pages, letters and mails take it from."""
    actor = current_actor()
    if actor.kind is ActorKind.STAFF:
        with transaction() as session:
            own = get_user(session, actor, actor.ref)
            users.choose_language(session, actor=actor, user=own, locale=chosen, at=at())
    elif actor.kind is ActorKind.PERSON:
        with transaction() as session:
            person = get_self(session, actor, at=at())
            participants.choose_language(session, actor=actor, participant=person, locale=chosen, at=at())


@blueprint.get("/accessibility")
@for_everyone("the accessibility statement must be public")
def show_accessibility() -> Any:
    """Show what is accessible, what is not, and whom to tell."""
    return render("public/show_accessibility.html", settings=config())


@blueprint.get("/privacy")
@for_everyone("the privacy notice must be public")
def show_privacy() -> Any:
    """Show what is stored about visitors and about people with a card."""
    return render("public/show_privacy.html", settings=config())


@blueprint.get("/imprint")
@for_everyone("the imprint must be public")
def show_imprint() -> Any:
    """Show who answers for this house and where its data come from."""
    return render("public/show_imprint.html", settings=config())
