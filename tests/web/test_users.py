"""Accounts and invitations in the browser."""

import re

import pytest
from sqlalchemy import event, func, select

from hub import crypto
from hub.models.invitation import Invitation
from hub.models.user import Membership, Role, User
from hub.seeds.cast import PASSWORD

GOOD = "drei blaue Tassen im Regal"


@pytest.fixture
def otto(sign_in):
    return sign_in("otto")


def page_of(world, key):
    return f"/users/{world.user(key).public_id}"


def invite(browser, world, **more):
    data = {"name": "Neu", "email": "neu@demo.invalid", "organisation": world.cast.club.public_id, "role": "partner"}
    return browser.post("/invitations", data={**data, **more})


def link(world):
    """Return the address the mail carries."""
    with world.database.reading() as session:
        invitation = session.scalars(select(Invitation).order_by(Invitation.id.desc()).limit(1)).one()
    return f"/invitations/{crypto.ring().derived_token('invitation', invitation.public_id)}"


def test_the_operator_finds_accounts_by_part_of_a_name(world, otto):
    assert otto.get("/users").text.count("strong-link") == len(world.cast.users)
    page = otto.get("/users?q=wink").text
    assert "Clara Winkler" in page
    assert "Cem Aydin" not in page
    assert "Kein Konto heißt so." in otto.get("/users?q=%25").text


def test_a_closed_account_is_out_at_once_and_comes_back(world, sign_in, otto):
    clara = sign_in("clara")
    assert otto.post(f"{page_of(world, 'clara')}/closure").status_code == 303
    assert clara.get("/account").status_code == 303
    assert "ist gesperrt" in otto.get(page_of(world, "clara")).text
    otto.post(f"{page_of(world, 'clara')}/opening")
    assert clara.get("/account").status_code == 303
    assert sign_in("clara").get("/account").status_code == 200


def test_the_operator_signs_an_account_out_everywhere(world, sign_in, otto):
    clara = sign_in("clara")
    otto.post(f"{page_of(world, 'clara')}/logins/end")
    assert clara.get("/account").status_code == 303


def test_the_operator_ends_a_role(world, sign_in, otto):
    nora = sign_in("nora")
    assert nora.get("/invitations").status_code == 200
    role = world.user("nora").memberships[0].public_id
    otto.post(f"{page_of(world, 'nora')}/roles/{role}/end")
    assert nora.get("/invitations").status_code == 404
    assert nora.get("/account").status_code == 200


def test_the_operator_cannot_close_the_own_account(world, otto):
    answer = otto.post(f"{page_of(world, 'otto')}/closure")
    assert answer.status_code == 409
    assert "Das eigene Konto" in answer.text
    assert otto.get("/users").status_code == 200


def test_there_is_no_way_to_sign_in_as_somebody_else_or_to_choose_their_password(app, world, otto):
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/users")]
    assert not [rule for rule in rules if re.search("password|impersonat|as$", rule)]
    page = otto.get(page_of(world, "clara")).text
    assert 'type="password"' not in page


def test_a_reset_sends_a_link_and_the_owner_chooses(world, sign_in, otto):
    assert otto.post(f"{page_of(world, 'clara')}/reset").status_code == 303
    with pytest.raises(AssertionError):
        sign_in("clara")
    address = link(world)
    assert crypto.ring().derived_token("invitation", "x") not in otto.get("/invitations").text
    assert address not in otto.get("/invitations").text
    browser = otto.application.test_client()
    assert browser.post(address, data={"name": "x", "password": GOOD}).status_code == 303
    answer = browser.post("/login", data={"email": "clara@demo.invalid", "password": GOOD})
    assert answer.status_code == 303


@pytest.mark.parametrize("path", ["", "/closure", "/opening", "/logins/end", "/reset"])
def test_an_account_that_does_not_exist_is_not_found(otto, path):
    answer = otto.post(f"/users/aaaabbbbccccdddd{path}") if path else otto.get("/users/aaaabbbbccccdddd")
    assert answer.status_code == 404


def test_an_invitation_leads_to_an_account_and_opening_its_page_changes_nothing(app, world, sign_in):
    assert invite(sign_in("nora"), world).status_code == 303
    browser, address = app.test_client(), link(world)
    for _ in range(5):
        page = browser.get(address)
        browser.head(address)
    assert page.status_code == 200
    assert "Richten Sie Ihren Zugang ein." in page.text
    assert 'value="Neu"' in page.text
    weak = browser.post(address, data={"name": "Neu Neumann", "password": "password1234"})
    assert weak.status_code == 422
    assert "errät man zu leicht" in weak.text
    assert browser.post(address, data={"name": "Neu Neumann", "password": GOOD}).headers["Location"] == "/login"
    assert browser.post(address, data={"name": "Neu Neumann", "password": GOOD}).status_code == 404
    assert browser.get(address).status_code == 404
    answer = browser.post("/login", data={"email": "neu@demo.invalid", "password": GOOD})
    assert answer.headers["Location"] == "/slots"


def test_an_existing_account_confirms_with_its_password(app, world, sign_in):
    invite(sign_in("nora"), world, email="sven@demo.invalid", organisation=world.cast.town.public_id)
    browser, address = app.test_client(), link(world)
    assert "Bestätigen Sie mit Ihrem Passwort." in browser.get(address).text
    assert browser.post(address, data={"password": GOOD}).status_code == 422
    assert browser.post(address, data={"password": PASSWORD}).status_code == 303
    assert world.actor("sven").organisations(Role.PARTNER) == {world.cast.club.id, world.cast.town.id}


def test_the_password_of_an_existing_account_cannot_be_guessed_at_through_an_invitation(app, world, sign_in):
    invite(sign_in("nora"), world, email="sven@demo.invalid", organisation=world.cast.town.public_id)
    browser, address = app.test_client(), link(world)
    for _ in range(5):
        browser.post(address, data={"password": "wrong"})
    assert browser.post(address, data={"password": PASSWORD}).status_code == 429


def test_what_the_link_leads_into_is_fixed_by_the_invitation_alone(app, world, sign_in):
    invite(sign_in("nora"), world)
    extra = {"role": "operator", "email": "other@demo.invalid", "organisation": world.cast.office.public_id}
    app.test_client().post(link(world), data={"name": "Neu", "password": GOOD, **extra})
    with world.database.reading() as session:
        user = session.scalars(select(User).order_by(User.id.desc()).limit(1)).one()
        roles = session.scalars(select(Membership).where(Membership.user_id == user.id)).all()
    assert user.email == "neu@demo.invalid"
    assert [(role.organisation_id, role.role) for role in roles] == [(world.cast.club.id, Role.PARTNER)]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"email": "neu"}, "Das ist keine E-Mail-Adresse."),
        ({"email": "a@demo.invalid\r\nBcc: b@demo.invalid"}, "Das ist keine E-Mail-Adresse."),
        ({"name": "Neu\r\nBcc: b@demo.invalid"}, "Bitte nur eine Zeile"),
        ({"name": " "}, "Bitte geben Sie den Namen ein."),
        ({"role": "operator"}, ""),
        ({"role": "coach"}, ""),
        ({"organisation": "aaaabbbbccccdddd"}, ""),
    ],
)
def test_an_invitation_that_will_not_do_is_refused_with_the_entries_kept(world, sign_in, more, reason):
    answer = invite(sign_in("nora"), world, **more)
    assert answer.status_code == 422
    assert reason in answer.text
    assert 'value="neu@demo.invalid"' in answer.text or "email" in more
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 0


def test_an_invitation_is_withdrawn(app, world, sign_in):
    nora = sign_in("nora")
    invite(nora, world)
    address = re.search("/invitations/[a-z0-9]{16}/withdrawal", nora.get("/invitations").text)[0]
    assert sign_in("clara").post(address).status_code == 404
    assert nora.post(address).status_code == 303
    assert app.test_client().get(link(world)).status_code == 404
    assert nora.post(address).status_code == 409


def test_lists_ask_the_database_equally_often_for_one_and_for_fifty(world, sign_in, otto):
    nora = sign_in("nora")
    invite(nora, world)
    few = [statements(world, nora, "/invitations"), statements(world, otto, "/users")]
    for number in range(50):
        invite(nora, world, email=f"n{number}@demo.invalid")
    with world.database.transaction() as session:
        for number in range(50):
            session.add(User(email=f"u{number}@demo.invalid", name=f"U{number}", created_at=world.at))
    many = [statements(world, nora, "/invitations"), statements(world, otto, "/users")]
    assert many == few
    assert max(many) <= 12
    assert 'rel="next"' in otto.get("/users").text
    assert 'rel="prev"' in otto.get("/users?page=2").text


def statements(world, browser, address):
    seen = []

    def note(*arguments):
        seen.append(arguments[2])

    event.listen(world.database.engine, "before_cursor_execute", note)
    assert browser.get(address).status_code == 200
    event.remove(world.database.engine, "before_cursor_execute", note)
    return len([one for one in seen if not one.startswith("PRAGMA")])
