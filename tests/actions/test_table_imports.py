"""Tables on their way in: nothing is lost, nothing half imported, and a second time changes nothing."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from hub import clock
from hub.actions import table_imports as verbs
from hub.actions.slots import call_off_slot
from hub.errors import InvalidInput, NotAllowed, NotFound, StepNotPossible
from hub.models.log import LogEntry
from hub.models.offer import Access, Aim, Offer, OfferState
from hub.models.organisation import Organisation
from hub.models.slot import Slot, SlotState
from hub.models.table_import import ImportState, TableImport, TableKind
from hub.models.user import Membership
from hub.queries import table_imports as queries
from hub.queries.slots import get_own_slot
from hub.queries.table_rows import Becomes
from hub.tables.reading import read_table
from hub.worker.tables import forget_tables, import_tables
from tests.places import all_rows, book, make_offer, make_slot
from tests.policy.everybody import everybody
from tests.tables import (
    BROKEN,
    DATES,
    OFFERS,
    check,
    finish,
    good,
    import_table,
    numbers,
    outcome,
    start,
    two_thousand,
    upload,
)


def own_slots(world):
    return all_rows(world, Slot)


def test_of_two_thousand_rows_with_37_bad_ones_nothing_is_lost_and_all_37_are_named(world):
    make_offer(world, title="Yoga")
    lines = two_thousand()
    text = DATES + "\n".join(lines)
    one = import_table(world, TableKind.DATES, text)
    assert (one.total, one.done, numbers(one)) == (2000, 1963, {"new": 1963, "wrong": 37})
    assert len(own_slots(world)) == 1963
    wrong = [row for row in one.report if row["becomes"] == "wrong"]
    by_number = {";".join(row["cells"]): row["row"] for row in wrong}
    assert by_number == {line.rstrip(";"): lines.index(line) + 2 for line in BROKEN}  # row 1 holds the headings
    assert all(row["why"] for row in wrong)
    again = import_table(world, TableKind.DATES, text)
    assert numbers(again) == {"unchanged": 1963, "wrong": 37}
    assert len(own_slots(world)) == 1963
    assert one.content is None


def test_each_reason_stands_at_its_field(world):
    make_offer(world, title="Yoga")
    one = check(world, upload(world, TableKind.DATES, DATES + good(1) + "\n" + "\n".join(BROKEN[:12])))
    fields = [list(outcome(one, row)[1]) for row in range(3, 15)]
    expected = ["offer", "day", "start", "end", "day", "day", "room", "places", "places", "start"]
    assert fields == [[name] for name in [*expected, "", "external_id"]]
    assert outcome(one, 14)[1]["external_id"] == "Das steht schon in Zeile 2."


def test_a_check_writes_no_date_and_no_offer(world):
    make_offer(world, title="Yoga")
    check(world, upload(world, TableKind.DATES, DATES + good(1)))
    check(world, upload(world, TableKind.OFFERS, OFFERS + "A1;Tanzen;Sport;ohne Namen;;5"))
    assert own_slots(world) == []
    assert [offer.title for offer in all_rows(world, Offer)] == ["Yoga"]


def test_offers_come_in_as_drafts_and_again_as_the_same(world):
    text = OFFERS + "A1;Tanzen;Sport;offen;Sporthalle Coswig;0\nA2;Kochen;Alltag;mit Namen;;6\nA3;Chor;?;offen;;1"
    one = import_table(world, TableKind.OFFERS, text)
    assert numbers(one) == {"new": 2, "wrong": 1}
    assert list(outcome(one, 4)[1]) == ["aim"]
    dance, cooking = all_rows(world, Offer)
    assert (dance.title, dance.aim, dance.access, dance.state) == ("Tanzen", Aim.MOVE, Access.OPEN, OfferState.DRAFT)
    assert (dance.location_id, dance.short_title) == (world.cast.gym.id, "Treffen")
    assert numbers(import_table(world, TableKind.OFFERS, text)) == {"unchanged": 2, "wrong": 1}
    changed = import_table(world, TableKind.OFFERS, text.replace("Kochen", "Backen").replace(";6", ";"))
    assert numbers(changed) == {"unchanged": 1, "changed": 1, "wrong": 1}
    dance, cooking = all_rows(world, Offer)
    assert (cooking.title, cooking.places) == ("Backen", 6)  # an empty cell changes nothing


def test_an_offer_written_by_hand_gets_its_number_from_the_first_table(world):
    offer = make_offer(world, title="Yoga")
    assert numbers(import_table(world, TableKind.OFFERS, "Nummer;Titel\nY7;yoga")) == {"changed": 1}
    assert numbers(import_table(world, TableKind.OFFERS, "Nummer;Titel\nY7;Yoga am Abend")) == {"changed": 1}
    assert [(one.id, one.external_id, one.title) for one in all_rows(world, Offer)] == [
        (offer.id, "Y7", "Yoga am Abend")
    ]


def test_a_date_that_somebody_has_booked_waits_for_a_person(world):
    offer = make_offer(world, title="Yoga")
    import_table(world, TableKind.DATES, DATES + "T1;Yoga;17.9.2026;10:00;11:00;;3\nT2;Yoga;18.9.2026;10:00;11:00;;3")
    booked, _ = own_slots(world)
    booking = book(world, booked, world.cast.tarik)
    later = DATES + "T1;Yoga;17.9.2026;14:00;15:00;;3\nT2;Yoga;18.9.2026;14:00;15:00;;4"
    one = import_table(world, TableKind.DATES, later)
    assert outcome(one, 2)[0] is Becomes.YOURS
    assert "(1)" in outcome(one, 2)[1][""]
    assert outcome(one, 3)[0] is Becomes.CHANGED
    kept, moved = own_slots(world)
    assert (kept.starts_at, kept.sequence) == (booked.starts_at, booked.sequence)
    assert booking.starts_at == kept.starts_at
    assert (clock.local(moved.starts_at).hour, moved.places, moved.offer_id) == (14, 4, offer.id)


def test_a_booked_date_may_grow_but_not_below_what_is_taken(world):
    make_offer(world, title="Yoga")
    line = "T1;Yoga;17.9.2026;10:00;11:00;;{}"
    import_table(world, TableKind.DATES, DATES + line.format(3))
    slot = own_slots(world)[0]
    book(world, slot, world.cast.tarik, party=2)
    assert numbers(import_table(world, TableKind.DATES, DATES + line.format(1))) == {"wrong": 1}
    assert numbers(import_table(world, TableKind.DATES, DATES + line.format(5))) == {"changed": 1}
    assert own_slots(world)[0].places == 5


def test_a_date_that_was_called_off_stays_so(world):
    make_offer(world, title="Yoga")
    import_table(world, TableKind.DATES, DATES + "T1;Yoga;17.9.2026;10:00;11:00;;3")
    sven = world.actor("sven")
    with world.database.transaction() as session:
        slot = get_own_slot(session, sven, own_slots(world)[0].public_id)
        call_off_slot(session, actor=sven, slot=slot, at=world.at)
    one = import_table(world, TableKind.DATES, DATES + "T1;Yoga;17.9.2026;12:00;13:00;;3")
    assert outcome(one, 2)[0] is Becomes.YOURS
    assert own_slots(world)[0].state is SlotState.CALLED_OFF


def test_two_rows_never_take_one_room_at_one_time(world):
    house, room = world.cast.town_hall, world.cast.town_hall.rooms[0]
    offer = make_offer(world, owner="town", title="Beratung", location_id=house.id)
    other = make_slot(world, offer, starts_at=world.at + timedelta(days=4))
    assert other.room_id is None
    rows = f"R1;Beratung;17.9.2026;10:00;11:00;{room.name};3\nR2;Beratung;17.9.2026;10:30;11:30;{room.name};3"
    one = import_table(world, TableKind.DATES, DATES + rows, by="gudrun", owner="town")
    assert numbers(one) == {"new": 1, "wrong": 1}
    assert list(outcome(one, 3)[1]) == ["room"]
    later = import_table(world, TableKind.DATES, DATES + rows, by="gudrun", owner="town")
    assert numbers(later) == {"unchanged": 1, "wrong": 1}


def test_what_changed_after_the_check_sends_the_whole_table_back(world):
    make_offer(world, title="Yoga")
    one = check(world, upload(world, TableKind.DATES, DATES + good(1) + "\n" + good(2)))
    start(world, one)
    with world.database.transaction() as session:
        session.scalars(select(Offer)).one().state = OfferState.ENDED
    back = finish(world, one)
    assert (back.state, numbers(back)) == (ImportState.CHECKED, {"wrong": 2})
    assert own_slots(world) == []


def test_a_fault_in_the_middle_leaves_nothing_behind(world):
    one = check(world, upload(world, TableKind.OFFERS, OFFERS + "A1;Tanzen;Sport;offen;;0\nA2;Singen;Seele;offen;;0"))
    start(world, one)

    def fail(_mapper, _connection, offer):
        if offer.title == "Singen":
            raise ZeroDivisionError

    event.listen(Offer, "before_insert", fail)
    try:
        with pytest.raises(RuntimeError):
            import_tables(world.database, world.at)
    finally:
        event.remove(Offer, "before_insert", fail)
    assert all_rows(world, Offer) == []
    assert all_rows(world, TableImport)[0].state is ImportState.CHECKED
    start(world, one)
    assert finish(world, one).done == 2


def test_started_twice_it_is_imported_once(world):
    make_offer(world, title="Yoga")
    one = check(world, upload(world, TableKind.DATES, DATES + good(1)))
    start(world, one)
    with pytest.raises(StepNotPossible):
        start(world, one)
    threads = [threading.Thread(target=import_tables, args=(world.database, world.at)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert finish(world, one).state is ImportState.DONE
    assert len(own_slots(world)) == 1
    assert [row.action for row in all_rows(world, LogEntry)].count("table.imported") == 1


def test_who_lost_the_role_since_imports_nothing(world):
    make_offer(world, title="Yoga")
    one = check(world, upload(world, TableKind.DATES, DATES + good(1)))
    start(world, one)
    with world.database.transaction() as session:
        seats = session.scalars(select(Membership).where(Membership.user_id == world.user("sven").id)).all()
        for seat in seats:
            seat.ended_at = world.at
    finish(world, one, by="kerstin")
    assert all_rows(world, TableImport)[0].state is ImportState.CHECKED
    assert own_slots(world) == []


def test_columns_are_remembered_for_the_next_table_with_these_headings(world):
    make_offer(world, title="Yoga")
    text = "Spalte A;Spalte B;Spalte C;Spalte D\nYoga;17.9.2026;10:00;60"
    one = upload(world, TableKind.DATES, text)
    with pytest.raises(InvalidInput, match="Es fehlt eine Spalte"):
        check(world, one)
    meaning = {"Spalte A": "offer", "Spalte B": "day", "Spalte C": "start", "Spalte D": "minutes"}
    assert numbers(check(world, one, **meaning)) == {"new": 1}
    assert upload(world, TableKind.DATES, text).columns == meaning
    elsewhere = upload(world, TableKind.DATES, text, by="gudrun", owner="town")
    assert set(elsewhere.columns.values()) == {""}


def test_who_acts_for_the_organisation_brings_tables_and_nobody_else(world):
    one = upload(world, TableKind.OFFERS, OFFERS + "A1;Tanzen;Sport;offen;;0")
    seen, allowed = set(), set()
    for key, actor in everybody(world).items():
        with world.database.reading() as session:
            try:
                queries.get_import(session, actor, one.public_id)
                seen.add(key)
            except NotFound:
                pass
        with world.database._sessions() as session:
            organisation = session.get_one(Organisation, world.cast.club.id)
            table = read_table(b"Titel\nTanzen")
            arguments = {"organisation": organisation, "kind": TableKind.OFFERS, "table": table, "at": world.at}
            try:
                verbs.upload_table(session, actor=actor, **arguments)
                allowed.add(key)
            except NotAllowed:
                pass
            session.rollback()
    assert seen == allowed == {"sven", "kerstin"}


def test_more_than_can_be_written_in_one_go_is_refused_whole(world):
    rows = "\n".join(f"A{n};Angebot {n};Sport;offen;;0" for n in range(501))
    with pytest.raises(InvalidInput, match="Mehr als"):
        check(world, upload(world, TableKind.OFFERS, OFFERS + rows))


def test_tables_are_forgotten_after_a_month(world):
    one = upload(world, TableKind.OFFERS, OFFERS + "A1;Tanzen;Sport;offen;;0")
    forget_tables(world.database, world.at + timedelta(days=29))
    assert [row.id for row in all_rows(world, TableImport)] == [one.id]
    forget_tables(world.database, world.at + timedelta(days=31))
    assert all_rows(world, TableImport) == []
