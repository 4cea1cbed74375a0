"""From an own offer to real dates: form, preview, publishing; without scripts, and with few taps."""

from datetime import time

import pytest
from sqlalchemy import select

from calendars.recurrence import Frequency, Rule, SingleDate, WeekdayTime
from hub import i18n
from hub.actions.slots import publish_series
from hub.models.series import Series
from hub.models.slot import Slot
from hub.queries.series import Plan
from hub.web.series_words import sentences
from tests.actions.test_series import FIRST, WEDNESDAY, weekly
from tests.places import make_offer

DEFAULTS = {"weekdays": "2", "start": "10:00", "end": "", "repeat": "1", "starts_on": "2026-09-14", "ending": "open"}


def entries(world, offer, **changes):
    place = world.cast.locations["gym"].public_id
    return DEFAULTS | {"holidays": "closed", "places": "6", "place": place} | changes


def preview(browser, offer, data):
    return browser.get(f"/own-offers/{offer.public_id}/series/preview", query_string=data)


def publish(browser, offer, data):
    return browser.post(f"/own-offers/{offer.public_id}/series", data=data)


def rows(world, model):
    with world.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_the_preview_says_the_rule_and_lists_the_dates_and_makes_nothing(world, sign_in):
    offer = make_offer(world)
    text = preview(sign_in("sven"), offer, entries(world, offer)).text.replace("\u00a0", " ")
    assert "Jeden Mittwoch, 10 bis 11 Uhr, ab 16. September 2026." in text
    assert "Das sind 25 Termine im nächsten halben Jahr." in text
    assert "Buß- und Bettag" in text
    assert "Fällt aus." in text
    assert rows(world, Slot) == []


def test_publishing_makes_what_the_preview_showed(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    answer = publish(sven, offer, entries(world, offer))
    assert answer.status_code == 303
    assert len(rows(world, Slot)) == 25
    page = sven.get(answer.location).text.replace("\u00a0", " ")
    assert "Jeden Mittwoch, 10 bis 11 Uhr, ab 16. September 2026." in page
    assert "Findet doch statt" in page


def test_the_defaults_of_the_form_are_enough_with_a_day_and_a_time(world, sign_in):
    offer, sven = make_offer(world, places=8), sign_in("sven")
    form = sven.get(f"/own-offers/{offer.public_id}/series/new").text
    assert 'value="2026-09-14"' in form
    assert 'value="8"' in form
    assert f'<option selected value="{world.cast.locations["gym"].public_id}">' in form


def test_a_holiday_one_is_asked_about_has_a_check_box_and_counts_when_ticked(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    data = entries(world, offer, holidays="ask")
    assert 'name="kept" value="2026-11-18"' in preview(sven, offer, data).text
    publish(sven, offer, data | {"kept": "2026-11-18"})
    assert len(rows(world, Slot)) == 26


def test_a_closed_day_can_be_kept_from_the_page_of_the_offer(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    publish(sven, offer, entries(world, offer))
    (series,) = rows(world, Series)
    url = f"/series/{series.public_id}/kept-days"
    assert sven.post(url, data={"day": "2026-11-18"}).status_code == 303
    assert len(rows(world, Slot)) == 26
    assert sven.post(url, data={"day": "nie"}).status_code == 404
    for key in ("petra", "clara", "fred"):
        assert sign_in(key).post(url, data={"day": "2026-12-30"}).status_code == 404


def test_several_weekdays_may_have_several_times(world, sign_in):
    offer = make_offer(world)
    data = entries(world, offer, weekdays=["0", "2"], more_weekdays=["4"], more_start="14:00", more_end="15:30")
    text = preview(sign_in("sven"), offer, data).text.replace("\u00a0", " ")
    assert "Jeden Montag und Mittwoch, 10 bis 11 Uhr" in text
    assert "Jeden Freitag, 14 bis 15:30 Uhr" in text


def test_single_days_are_enough(world, sign_in):
    offer = make_offer(world)
    data = entries(world, offer, repeat="0", **{"days-0": "2026-09-16", "days-3": "2026-10-01"})
    publish(sign_in("sven"), offer, data)
    assert len(rows(world, Slot)) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"weekdays": []}, "Bitte wählen Sie mindestens einen Wochentag."),
        ({"start": ""}, "Bitte sagen Sie, wann es beginnt."),
        ({"start": "25:00"}, "Bitte eine Uhrzeit, zum Beispiel 10:30."),
        ({"end": "10:00"}, "Beginn und Ende sind gleich."),
        ({"ending": "date", "until_on": "2026-09-01"}, "Bitte einen letzten Tag, der nicht vor dem ersten liegt."),
        ({"ending": "count"}, "Bitte sagen Sie, an wie vielen Tagen."),
        ({"starts_on": "2026-09-01"}, "Bitte einen Tag ab heute"),
        ({"starts_on": "2030-09-01"}, "Bitte einen Tag ab heute"),
        ({"repeat": "0"}, "Bitte geben Sie mindestens einen Tag an."),
        ({"weekdays": "6", "start": "02:30"}, "02:30 Uhr gibt es da nicht."),
        ({"places": "9999"}, "Bitte eine Zahl von 0 bis 500."),
    ],
)
def test_what_is_wrong_is_said_and_entries_are_kept(world, sign_in, changes, reason):
    offer, sven = make_offer(world), sign_in("sven")
    data = entries(world, offer, ending="open") | changes
    for answer in (preview(sven, offer, data), publish(sven, offer, data)):
        assert answer.status_code == 422
        assert reason in answer.text
    assert rows(world, Slot) == []


def test_the_doubled_hour_is_explained(world, sign_in):
    offer = make_offer(world)
    data = entries(world, offer, weekdays="6", start="02:30", end="04:00", ending="date", until_on="2026-11-01")
    text = preview(sign_in("sven"), offer, data).text
    assert "zeigt die Uhr 2:30 Uhr zweimal. Gemeint ist das erste Mal, noch in der Sommerzeit." in text


def test_a_taken_room_is_shown_before_and_refused_after(world, sign_in):
    house = world.cast.locations["clinic_house"]
    offer = make_offer(world, owner="clinic", location_id=house.id)
    place = f"{house.public_id}/{house.rooms[0].public_id}"
    data, petra = entries(world, offer, place=place, ending="count", count="3"), sign_in("petra")
    publish(petra, offer, data)
    assert "An 3 Tagen ist der Raum schon vergeben." in preview(petra, offer, data).text
    answer = publish(petra, offer, data)
    assert answer.status_code == 409
    assert "Der Raum ist am 16.09.2026 um 10:00 Uhr schon vergeben." in answer.text
    assert len(rows(world, Slot)) == 3


def test_strange_parts_of_the_address_go_nowhere(world, sign_in):
    offer = make_offer(world)
    data = entries(world, offer, _scheme="javascript", _external="1", _anchor="x", public_id="y")
    text = preview(sign_in("sven"), offer, data).text
    assert "javascript:" not in text
    assert f'href="/own-offers/{offer.public_id}/series/new?' in text


@pytest.mark.browser
def test_five_taps_and_a_time_make_a_weekly_date(world, sign_in, app, page, live_server):
    offer = make_offer(world)
    address = live_server(app).replace("127.0.0.1", "localhost")
    page.goto(address + "/login")
    page.get_by_label("E-Mail-Adresse").fill("sven@demo.invalid")
    page.get_by_label("Passwort").fill("kuechentisch-2026")
    page.get_by_role("main").get_by_role("button", name="Anmelden").click()
    page.goto(f"{address}/own-offers/{offer.public_id}")
    page.get_by_role("link", name="Neuer Termin").first.click()  # 1
    page.get_by_label("Mi", exact=True).first.check()  # 2
    page.get_by_label("Von", exact=True).fill("10:00")  # 3, and the time on the keypad
    page.get_by_role("button", name="Termine ansehen").click()  # 4
    page.get_by_role("button", name="Termine veröffentlichen").click()  # 5
    assert "Die Termine stehen." in page.content()
    assert len(rows(world, Slot)) == 25


def words(rule, locale="de"):
    with i18n.using(locale):
        return " ".join(str(one) for one in sentences(rule)).replace("\u00a0", " ")


def test_rules_read_like_sentences():
    assert words(weekly()) == "Jeden Mittwoch, 10 bis 11 Uhr, ab 16. September 2026. Bis auf Weiteres."
    assert words(weekly(interval=2, count=3)) == (
        "Alle 2 Wochen am Mittwoch, 10 bis 11 Uhr, ab 16. September 2026. Nach 3 Tagen ist Schluss."
    )
    evening = weekly(WeekdayTime(WEDNESDAY, time(18, 30), time(20)), until_on=FIRST)
    assert words(evening).endswith(
        "18:30 bis 20 Uhr, ab 16. September 2026. Der letzte Tag ist der 16. September 2026."
    )
    single = Rule(frequency=Frequency.DATES, starts_on=FIRST, dates=(SingleDate(FIRST, time(9), time(12)),))
    assert words(single) == "Am 16. September 2026, 9 bis 12 Uhr."
    last = WeekdayTime(4, time(14), time(15), nth=-1)
    monthly = Rule(frequency=Frequency.MONTHLY_BY_WEEKDAY, starts_on=FIRST, weekdays=(last,))
    assert words(monthly).startswith("Jeden Monat am letzten Freitag, 14 bis 15 Uhr, ab 25. September 2026.")


def test_a_series_made_by_the_verb_is_shown_too(world, sign_in):
    offer = make_offer(world)
    world.do(
        publish_series, actor=world.actor("sven"), offer=offer, plan=Plan(rule=weekly(count=2), places=4), at=world.at
    )
    assert "Nach 2 Tagen ist Schluss." in sign_in("sven").get(f"/own-offers/{offer.public_id}").text


def test_six_dates_and_every_closed_day_stand_open_and_the_button_below_them(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    dates = preview(sven, offer, entries(world, offer)).text.partition('id="dates"')[2]
    shown, _, fold = dates.partition("<details>")
    assert shown.count("<time ") == 7
    assert "Buß- und Bettag" in shown
    assert fold.count("<time ") == 19
    assert "<summary>Und noch 19 Tage</summary>" in fold
    assert fold.index("</details>") < fold.index('type="submit"')


def test_a_day_one_is_asked_about_is_never_folded(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    shown = preview(sven, offer, entries(world, offer, holidays="ask")).text.partition("<details>")[0]
    assert 'name="kept" value="2026-11-18"' in shown
