"""The demo knows what nobody found: each coordinator sees sums, and small ones without their number."""

from hub import clock
from hub.models.offer import Aim
from hub.queries.demands import Gap, list_gaps
from hub.queries.users import actor_of, find_user_with_roles
from hub.seeds.cast import DOMAIN
from tests.world import AT


def gaps(session, who: str) -> list[Gap]:
    actor = actor_of(session, find_user_with_roles(session, f"{who}@{DOMAIN}"))
    return list_gaps(session, actor, on=clock.local_date(AT))


def test_a_coordinator_sees_what_was_missing_and_little_stays_untold(demo_session):
    told = {(one.aim, one.district): one.times for one in gaps(demo_session, "nora")}
    assert told == {
        (Aim.DIGITAL, "14627"): 14,
        (Aim.WORK, "14627"): 6,
        (Aim.DAILY_LIFE, "14627"): None,
        (Aim.MIND, "14729"): 11,
        (Aim.BODY, "14729"): 3,
        (Aim.PEOPLE, "14729"): None,
        (Aim.DIGITAL, ""): None,
    }


def test_in_the_other_network_every_number_is_too_small_to_be_told(demo_session):
    assert {(one.district, one.times) for one in gaps(demo_session, "jurij")} == {("14625", None), ("", None)}
