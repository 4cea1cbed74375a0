"""Questions asked before there were sheets: each still open gets one of its own; what was answered stays as it was."""

from hub import migrating
from hub.models.consent import ConsentState
from hub.models.consent_sheet import ConsentSheet
from tests.loop import ask, now, request_offer, rows, say, sheet_of


def test_an_open_question_gets_a_sheet_and_can_be_answered(world):
    offer, slot = request_offer(world)
    other, date = request_offer(world, owner="club", title="Gymnastik")
    waiting = ask(world, world.cast.tarik, offer, slot)
    given = say(world, world.cast.tarik, ask(world, world.cast.tarik, other, date))
    migrating.downgrade(world.database, "0005")
    migrating.upgrade(world.database)
    sheet = sheet_of(world, now(world, waiting))
    assert (sheet.locale, sheet.participant_id, sheet.requested_at) == ("de", waiting.participant_id, world.at)
    assert [row.id for row in rows(world, ConsentSheet)] == [sheet.id]
    assert now(world, given).sheet_id is None
    assert now(world, given).is_live(world.at)
    say(world, world.cast.tarik, now(world, waiting))
    assert now(world, waiting).state is ConsentState.GIVEN
    assert now(world, sheet).withdrawal_code
