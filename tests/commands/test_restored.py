"""`hub restored`: what the operator is told after an older backup was put back."""

from hub.models.subscription import FeedKind
from tests.feeds import person, row_of, subscribe


def test_the_operator_hears_what_goes_on_and_what_is_lost(house, world):
    own, _ = subscribe(world, person(world, "tarik"))
    staff, _ = subscribe(world, world.actor("clara"), FeedKind.COACH)
    done = house.hub("restored")
    assert done.exit_code == 0, done.output
    assert "2 feeds are sent anew" in done.output
    assert "0 dates that were told by mail are told once more" in done.output
    assert "hub restored --end-personal" in done.output
    assert (row_of(world, own).revision, row_of(world, staff).revision) == (2, 2)
    ended = house.hub("restored", "--end-personal")
    assert "1 feeds are sent anew" in ended.output
    assert "1 feeds of persons ended" in ended.output
    assert (row_of(world, own).ended_why, row_of(world, staff).ended_why) == ("restored", "")
