"""The firewall: who decides on money, leads, coordinates, audits or operates learns nothing of what people do where.

Frank and Lena know names, and no offer, partner, date or attendance; Nora knows offers, and nobody's name. Everything
each of them can fetch is searched: pages, tables, prints, the phone list, gaps, and feeds they have no part in.
"""

import pytest

from hub.errors import NotAllowed
from hub.models.subscription import FeedKind
from hub.policy.fields import Field
from tests.feeds import subscribe
from tests.matrix import build
from tests.web.test_matrix import SQLITE, everything

F = Field
NAMES = {F.IDENTITY, F.CONTACT, F.ACCESS, F.HEALTH, F.NOTES}
DATES = {F.REFERENCE, F.OFFER, F.ROUGH, F.PLACE_CODE}
# The catalogue is everybody's; whoever takes a consent back for a caller chooses from all partners, and learns nothing.
PUBLIC_LISTS = ("/offers", "/houses", "/caller")
PARTNERS = ("Elbaue Coswig", "Sporthalle")
SECRET = {
    "frank": (NAMES | DATES) - {F.IDENTITY},
    "lena": (NAMES | DATES) - {F.IDENTITY},
    "nora": NAMES | {F.PLACE_CODE},
    "anna": NAMES | DATES,
    "otto": NAMES | DATES,
}


@SQLITE
def test_nothing_of_what_people_do_reaches_the_other_side(world, app, sign_in):
    situations, wrong = build(world), []
    for key, secret in SECRET.items():
        found = everything(app, sign_in(key), world.actor(key), situations)
        for address, text in found.items():
            told = {group.name for one in situations for group in secret if one.word(group) in text}
            if told and not address.startswith(("/offers", "/houses", "/organisations", "/reviews")):
                wrong.append(f"{key}: {address}: {told}")
            places = [place for place in PARTNERS if place in text and key in ("frank", "lena")]
            if places and not address.startswith(PUBLIC_LISTS):
                wrong.append(f"{key}: {address}: {places}")
    assert wrong == []


def test_nobody_over_there_has_a_feed(world, subtests):
    club = world.cast.club.id
    for key in sorted(SECRET):
        with subtests.test(key=key):
            for kind, organisation_id in ((FeedKind.COACH, None), (FeedKind.ORGANISATION, club)):
                with pytest.raises(NotAllowed):
                    subscribe(world, world.actor(key), kind, organisation_id=organisation_id)
