"""The form for dates beyond every week: monthly, three times, school holidays, crowding, and publishing in one go."""

from datetime import date, time

import pytest

from calendars.recurrence import Frequency, Rule, WeekdayTime
from hub.actions.offers import copy_offer
from hub.models.offer import Access, Offer, OfferState
from hub.models.programme import Programme
from hub.models.series import Closure, Series
from hub.models.slot import Slot
from hub.queries.own_offers import get_own_offer
from tests.actions.test_series import publish as publish_by_verb
from tests.actions.test_series import weekly
from tests.places import make_offer
from tests.web.test_series import entries, preview, publish, rows, words


def text_of(answer):
    return answer.text.replace("\u00a0", " ")


def test_every_second_tuesday_of_the_month(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    data = entries(world, offer, repeat="-1", weekdays="1", nth="2")
    assert "Jeden Monat am zweiten Dienstag, 10 bis 11 Uhr, ab 13. Oktober 2026." in text_of(preview(sven, offer, data))
    publish(sven, offer, data)
    days = [slot.occurrence_on for slot in rows(world, Slot)]
    assert days[:3] == [date(2026, 10, 13), date(2026, 11, 10), date(2026, 12, 8)]


def test_the_last_friday_of_every_second_month(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    data = entries(world, offer, repeat="-2", weekdays="4", nth="-1")
    assert "Alle 2 Monate am letzten Freitag" in text_of(preview(sven, offer, data))
    publish(sven, offer, data)
    days = [slot.occurrence_on for slot in rows(world, Slot)]
    assert days == [date(2026, 9, 25), date(2026, 11, 27), date(2027, 1, 29)]


def test_three_different_times_in_one_rule(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    data = entries(
        world,
        offer,
        weekdays="0",
        more_weekdays="2",
        more_start="14:00",
        third_weekdays=["4", "5"],
        third_start="9:30",
        third_end="11",
        ending="date",
        until_on="2026-09-27",
    )
    text = text_of(preview(sven, offer, data))
    for sentence in ("Jeden Montag, 10 bis 11 Uhr", "Jeden Mittwoch, 14 bis 15 Uhr", "Jeden Freitag und Samstag, 9:30"):
        assert sentence in text
    publish(sven, offer, data)
    assert len(rows(world, Slot)) == 8


def test_school_holidays_fall_out_where_that_is_wanted_and_each_kind_is_named(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    with world.database.transaction() as session:
        club, day = world.cast.organisations["club"].id, date(2026, 9, 30)
        session.add(Closure(organisation_id=club, name="Halle gesperrt", first_on=day, last_on=day))
    open_text = text_of(preview(sven, offer, entries(world, offer)))
    assert "In den Schulferien: Herbstferien" in open_text
    closed = entries(world, offer, school="closed")
    text = text_of(preview(sven, offer, closed))
    for words_of_it in (
        "In den Schulferien fällt es aus.",
        "Schulferien: Herbstferien",
        "Feiertag: Buß- und Bettag",
        "Geschlossen: Halle gesperrt",
    ):
        assert words_of_it in text
    publish(sven, offer, closed)
    days = {slot.occurrence_on for slot in rows(world, Slot)}
    assert days.isdisjoint({date(2026, 9, 30), date(2026, 10, 14), date(2026, 10, 21), date(2026, 11, 18)})
    assert rows(world, Series)[0].school_closed


def test_how_full_it_is_belongs_to_drop_in_dates(world, sign_in):
    sven = sign_in("sven")
    for access, expected in ((Access.OPEN, "quiet"), (Access.ANONYMOUS, "")):
        offer = make_offer(world, access=access)
        form = sven.get(f"/own-offers/{offer.public_id}/series/new").text
        assert ("Wie voll ist es meistens?" in form) is bool(expected)
        publish(sven, offer, entries(world, offer, crowding="quiet", ending="count", count="2"))
        found = [slot.crowding for slot in rows(world, Slot) if slot.offer_id == offer.id]
        assert found == [expected] * 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"repeat": "-1"}, "Bitte wählen Sie, der wievielte im Monat."),
        ({"third_weekdays": "3"}, "Bitte sagen Sie, wann es an diesen Tagen beginnt."),
        ({"third_weekdays": "3", "third_start": "9", "third_end": "9"}, "Beginn und Ende sind gleich."),
        ({"weekdays": "6", "start": "01:30", "end": "02:30"}, "02:30 Uhr gibt es da nicht."),
        ({"repeat": "7"}, "error-summary"),
        ({"school": "vielleicht"}, "error-summary"),
    ],
)
def test_what_is_wrong_is_said(world, sign_in, changes, reason):
    offer, sven = make_offer(world), sign_in("sven")
    for answer in (
        preview(sven, offer, entries(world, offer) | changes),
        publish(sven, offer, entries(world, offer) | changes),
    ):
        assert answer.status_code == 422
        assert reason in answer.text
    assert rows(world, Slot) == []


def state_of(world):
    return [one.state for one in rows(world, Offer)]


def test_a_draft_and_its_dates_are_published_with_one_button(world, sign_in):
    offer, sven = make_offer(world, state=OfferState.DRAFT), sign_in("sven")
    text = preview(sven, offer, entries(world, offer)).text
    assert "Termine und Angebot veröffentlichen" in text
    assert "Nur die Termine speichern" in text
    answer = publish(sven, offer, entries(world, offer, then="publish"))
    assert "steht im Verzeichnis" in text_of(sven.get(answer.location))
    assert state_of(world) == [OfferState.PUBLISHED]


def test_the_quieter_button_only_saves_the_dates(world, sign_in):
    offer, sven = make_offer(world, state=OfferState.DRAFT), sign_in("sven")
    publish(sven, offer, entries(world, offer, then="dates"))
    assert state_of(world) == [OfferState.DRAFT]
    assert len(rows(world, Slot)) == 25


def test_where_a_network_reviews_the_button_says_so(world, sign_in):
    with world.database.transaction() as session:
        session.query(Programme).update({"reviewing": True})
    offer, sven = make_offer(world, state=OfferState.DRAFT), sign_in("sven")
    assert "Termine speichern und Angebot zur Prüfung geben" in preview(sven, offer, entries(world, offer)).text
    publish(sven, offer, entries(world, offer, then="publish"))
    assert state_of(world) == [OfferState.REVIEW]


@pytest.mark.parametrize(
    ("state", "label"), [(OfferState.PUBLISHED, "Termine veröffentlichen"), (OfferState.PAUSED, "Termine speichern")]
)
def test_the_button_of_other_offers_says_what_it_does_and_changes_no_offer(world, sign_in, state, label):
    offer, sven = make_offer(world, state=state), sign_in("sven")
    assert label in preview(sven, offer, entries(world, offer)).text
    publish(sven, offer, entries(world, offer, then="publish"))
    assert state_of(world) == [state]


def copied(world, offer):
    sven = world.actor("sven")
    with world.database.transaction() as session:
        own = get_own_offer(session, sven, offer.public_id)
        return copy_offer(session, actor=sven, offer=own, at=world.at)


def test_a_copy_starts_with_the_days_and_times_of_its_model(world, sign_in):
    offer = make_offer(world)
    times = (WeekdayTime(0, time(9, 30), time(11)), WeekdayTime(3, time(17), time(18)))
    publish_by_verb(world, offer, weekly(*times, interval=2), places=7, school_closed=True)
    text = text_of(sign_in("sven").get(f"/own-offers/{copied(world, offer).public_id}/series/new"))
    assert "Tage und Zeiten stehen hier wie beim alten Angebot." in text
    for value in ('value="09:30"', 'value="17:00"', 'value="7"', '<option selected value="2">'):
        assert value in text
    assert checked(text, "weekdays") == ["0"]
    assert checked(text, "more_weekdays") == ["3"]
    assert checked(text, "school") == ["closed"]


def checked(text, name):
    inputs = [part.split(">")[0] for part in text.split("<input") if f'name="{name}"' in part.split(">")[0]]
    return [one.split('value="')[1].split('"')[0] for one in inputs if "checked" in one]


def test_a_copy_of_a_monthly_one_too_and_a_second_series_starts_empty(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    rule = Rule(
        frequency=Frequency.MONTHLY_BY_WEEKDAY,
        starts_on=date(2026, 9, 16),
        weekdays=(WeekdayTime(4, time(9), time(10), -1),),
    )
    publish_by_verb(world, offer, rule)
    copy = copied(world, offer)
    url = f"/own-offers/{copy.public_id}/series/new"
    text = sven.get(url).text
    assert '<option selected value="-1">' in text
    assert (checked(text, "weekdays"), checked(text, "nth")) == (["4"], ["-1"])
    publish_by_verb(world, copy, weekly(count=2))
    assert checked(sven.get(url).text, "weekdays") == []


def test_months_read_like_sentences_in_both_languages():
    first = WeekdayTime(1, time(14), time(15), nth=1)
    third = WeekdayTime(1, time(14), time(15), nth=3)
    rule = Rule(frequency=Frequency.MONTHLY_BY_WEEKDAY, starts_on=date(2026, 9, 16), weekdays=(first, third))
    assert words(rule).startswith("Jeden Monat am ersten Dienstag und dritten Dienstag, 14 bis 15 Uhr, ab 6. Oktober")
    assert "Dienstag" not in words(rule, "en")
