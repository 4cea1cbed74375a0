"""How often an organisation hears by mail that something is new: its own choice, or told by phone."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from hub.actions.calls import Desk
from hub.actions.news import choose_news
from hub.i18n import N_
from hub.models.organisation import News, Organisation
from hub.models.user import Role
from hub.policy.permissions import Permission
from hub.policy.rules import require
from hub.queries.organisations import get_organisation
from hub.web.access import for_roles
from hub.web.context import at, current_actor, reading, render, transaction
from hub.web.fields import Radios

blueprint = Blueprint("news", __name__)
WORDS = {
    News.AT_ONCE: N_("sofort"),
    News.DAILY: N_("einmal am Tag"),
    News.WEEKLY: N_("einmal in der Woche"),
}
CHOICES = {
    News.AT_ONCE: N_("sofort, jede für sich"),
    News.DAILY: N_("an jedem Werktag um 7 Uhr, alle zusammen"),
    News.WEEKLY: N_("am ersten Werktag der Woche um 7 Uhr, alle zusammen"),
}


class NewsForm(FlaskForm):
    """The one choice."""

    news = Radios(
        N_("Wann kommen Neuigkeiten?"), choices=[SelectChoice(key.value, words) for key, words in CHOICES.items()]
    )


@blueprint.before_request
def mark_section() -> None:
    """The page belongs to the enquiries of a partner, and to the network of a coordinator."""
    g.section = "inbox" if current_actor().has(Role.PARTNER) else "organisations"


@blueprint.get("/organisations/<public_id>/news")
@for_roles(Role.PARTNER, Role.COORDINATOR)
def edit_news(public_id: str) -> Any:
    """Show the choice as it is."""
    with reading() as session:
        organisation = _organisation(session, public_id)
    return _page(organisation, NewsForm(formdata=None, news=organisation.news.value))


@blueprint.post("/organisations/<public_id>/news")
@for_roles(Role.PARTNER, Role.COORDINATOR)
def update_news(public_id: str) -> Any:
    """Keep the choice."""
    form = NewsForm()
    if not form.validate_on_submit():
        with reading() as session:
            organisation = _organisation(session, public_id)
        return _page(organisation, form, 422)
    with transaction() as session:
        organisation = _organisation(session, public_id)
        choose_news(session, actor=current_actor(), organisation=organisation, news=News(form.news.data), at=at())
    flash(str(N_("Gespeichert.")), "ok")
    return redirect(url_for("news.edit_news", public_id=public_id), code=303)


def _organisation(session: Session, public_id: str) -> Organisation:
    organisation = get_organisation(session, current_actor(), public_id)
    require(current_actor(), Permission.CHOOSE_NEWS, Desk(organisation.id))
    return organisation


def _page(organisation: Organisation, form: NewsForm, status: int = 200) -> Any:
    return render("news/edit_news.html", status, organisation=organisation, form=form)
