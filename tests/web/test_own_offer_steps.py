"""What happens to a whole offer as pages: pause with a day, once more, marks, place, hints, what changed."""

from datetime import date, time, timedelta

import pytest

from calendars.rule import Frequency, Rule, WeekdayTime
from hub.actions.series import publish_series
from hub.models.mark import Mark
from hub.models.offer import MarkKind, Offer, OfferState
from hub.models.series import Series
from hub.models.slot import Slot
from hub.queries.own_offers import get_own_offer
from hub.queries.series import Plan
from tests.places import all_rows, book, counted, make_offer, make_slot
from tests.web.test_own_offers import filled, saved

JOIN = "https://video.example/raum-4711"
MARKED = {"zpp_number": "KU-ST-7", "zpp_until": "2027-03-31"}


def url(offer, rest=""):
    return f"/own-offers/{offer.public_id}{rest}"


def test_a_pause_says_until_when(world, sign_in):
    offer, sven = make_offer(world), sign_in("sven")
    assert "Wie lange macht" in sven.get(url(offer, "/pause")).text
    assert sven.post(url(offer, "/pause"), data={"until": "2026-10-03"}).status_code == 303
    assert "Pause bis 3.\u00a0Oktober\u00a02026." in sven.get(url(offer)).text
    assert 'value="2026-10-03"' in sven.get(url(offer, "/pause")).text


@pytest.mark.parametrize("until", ["2026-09-14", "2028-01-01", "morgen"])
def test_a_day_that_does_not_fit_is_named_beside_its_field(world, sign_in, until):
    offer = make_offer(world)
    answer = sign_in("sven").post(url(offer, "/pause"), data={"until": until})
    assert answer.status_code == 422
    assert 'id="until-error"' in answer.text
    assert saved(world)[0].state is OfferState.PUBLISHED


def test_pausing_what_is_no_longer_published_is_refused_in_words(world, sign_in):
    offer = make_offer(world, state=OfferState.ENDED)
    answer = sign_in("sven").post(url(offer, "/pause"), data={})
    assert answer.status_code == 409
    assert "Dieser Schritt geht jetzt nicht mehr." in answer.text


def test_once_more_leads_to_the_new_dates(world, sign_in):
    offer, sven = make_offer(world, state=OfferState.ENDED, title="Herbstkurs"), sign_in("sven")
    assert "Noch einmal anbieten" in sven.get(url(offer)).text
    answer = sven.post(url(offer, "/copy"))
    copy = saved(world)[1]
    assert (answer.status_code, answer.location) == (303, url(copy, "/series/new"))
    assert (copy.title, copy.state, copy.copied_from_id) == ("Herbstkurs", OfferState.DRAFT, offer.id)
    assert sven.get(answer.location).status_code == 200


def test_marks_are_written_kept_and_taken_away(world, sign_in):
    sven = sign_in("sven")
    sven.post("/own-offers", data=filled(world, **MARKED))
    (offer,) = saved(world)
    mark = Mark(kind=MarkKind.ZPP, number="KU-ST-7", expires_on=date(2027, 3, 31))
    assert offer.marks == [mark.stored]
    text = sven.get(url(offer, "/edit")).text
    assert 'value="KU-ST-7"' in text
    assert 'value="2027-03-31"' in text
    sven.post(url(offer), data=filled(world, version="1"))
    assert saved(world)[0].marks == []


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"zpp_number": "KU-ST-7"}, "Bis wann gilt das Siegel?"),
        ({"zpp_until": "2027-03-31"}, "Bitte schreiben Sie die Nummer dazu."),
        ({**MARKED, "zpp_until": "2026-09-13"}, "Dieser Tag ist schon vorbei."),
        ({**MARKED, "zpp_number": "!"}, "so, wie sie auf der Urkunde steht"),
        ({**MARKED, "zpp_until": "bald"}, "Bitte einen Tag, zum Beispiel 2026-09-16."),
    ],
)
def test_half_a_mark_is_named_and_entries_are_kept(world, sign_in, entries, words):
    answer = sign_in("sven").post("/own-offers", data=filled(world, bring="Matte", **entries))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Matte"' in answer.text
    assert saved(world) == []


@pytest.mark.parametrize(
    ("days", "words"),
    [(61, "gilt"), (60, "läuft in 60 Tagen ab"), (0, "läuft bald ab"), (-1, "abgelaufen, steht nicht")],
)
def test_the_owner_is_warned_before_a_mark_runs_out(world, sign_in, days, words):
    mark = Mark(kind=MarkKind.ZPP, number="KU-ST-7", expires_on=world.at.date() + timedelta(days=days))
    text = sign_in("sven").get(url(make_offer(world, marks=[mark.stored]))).text
    assert f"<span>{words}" in text
    assert ("Ist es verlängert?" in text) is (days <= 60)


def test_a_changed_place_says_that_dates_stay(world, sign_in):
    offer, sven = make_offer(world, location_id=world.cast.locations["gym"].id), sign_in("sven")
    with world.database.transaction() as session:
        row = get_own_offer(session, world.actor("sven"), offer.public_id)
        week = (WeekdayTime(2, time(10), time(11)),)
        rule = Rule(frequency=Frequency.WEEKLY, starts_on=date(2026, 9, 16), weekdays=week)
        publish_series(session, actor=world.actor("sven"), offer=row, plan=Plan(rule=rule, places=4), at=world.at)
    hall = world.cast.locations["town_hall"].public_id
    version = str(saved(world)[0].version)
    answer = sven.post(url(offer), data=filled(world, place=hall, version=version))
    text = sven.get(answer.location).text
    assert "Schon angelegte Termine bleiben, wo sie sind." in text
    assert "Jeden Mittwoch" in text
    assert "Sporthalle Coswig" in text
    (series,) = all_rows(world, Series)
    assert f'href="/series/{series.public_id}/edit"' in text
    assert {one.location_id for one in all_rows(world, Slot)} == {world.cast.locations["gym"].id}
    answer = sven.post(url(offer), data=filled(world, place=hall, bring="Matte", version=str(saved(world)[0].version)))
    assert "bleiben, wo sie sind" not in sven.get(answer.location).text


def test_saving_says_how_many_coaches_are_told(world, sign_in):
    offer, sven = make_offer(world, title="Yoga"), sign_in("sven")
    slot = make_slot(world, offer)
    book(world, slot, world.cast.tarik)
    answer = sven.post(url(offer), data=filled(world, title="Yoga im Sitzen", version="1"))
    assert "Gespeichert. Ein Coach erfährt, dass sich etwas geändert hat." in sven.get(answer.location).text
    book(world, slot, world.cast.mandy, by="cem")
    sven.post(url(offer), data=filled(world, title="Yoga am Fenster", version=str(saved(world)[0].version)))
    assert "Gespeichert. 2 Coaches erfahren, dass sich etwas geändert hat." in sven.get(url(offer)).text
    today = sign_in("clara").get("/today").text
    assert "Bei diesen Angeboten hat sich etwas geändert" in today
    assert "Yoga am Fenster" in today
    assert "Bei diesen Angeboten" not in sign_in("clara").get(f"/people/{world.cast.heinz.public_id}").text


def test_what_changed_reads_in_plain_words(world, sign_in):
    sven, kerstin = sign_in("sven"), sign_in("kerstin")
    sven.post("/own-offers", data=filled(world, title="Alt", join_link=JOIN))
    (offer,) = saved(world)
    changes = {"title": "Neu", "women_only": "y", "cancel_minutes": "120", "languages": ["de"], "places": "9"}
    more = {"youngest": "18", "join_link": JOIN + "-neu", "version": "1", "place": "", **MARKED}
    kerstin.post(url(offer), data=filled(world, **changes, **more))
    sven.post(url(offer, "/publication"))
    sven.post(url(offer, "/pause"), data={"until": "2026-10-03"})
    text = sven.get(url(offer, "/versions")).text
    for words in (
        "3-mal hat sich etwas geändert.",
        "Kerstin Vogel für SV Elbaue Coswig",
        "Name: vorher „Alt“, jetzt „Neu“.",
        "Ort: vorher „Sporthalle Coswig“, jetzt „nichts“.",
        "Nur für Frauen: vorher „nein“, jetzt „ja“.",
        "Ab welchem Alter: vorher „nichts“, jetzt „18“.",
        "Absagen bis vorher: vorher „1 Tag“, jetzt „2 Stunden“.",
        "Sprachen: vorher „Deutsch, Ukrainisch“, jetzt „Deutsch“.",
        "Adresse zum Teilnehmen: geändert.",
        "KU-ST-7, gilt bis 31.\u00a0März\u00a02027",
        "Stand: vorher „Entwurf“, jetzt „veröffentlicht“.",
        "Pause bis: vorher „nichts“, jetzt „3.\u00a0Oktober\u00a02026“.",
        "So fing es an.",
    ):
        assert words in text, words
    assert "4711" not in text


def test_an_offer_without_a_history_says_so(world, sign_in):
    text = sign_in("sven").get(url(make_offer(world), "/versions")).text
    assert "Bisher hat sich nichts geändert." in text


def test_for_strangers_none_of_these_pages_exist(world, sign_in, subtests):
    offer, verbs = make_offer(world), ("/pause", "/copy", "/publication")
    for who in ["petra", "clara", "nora", "otto", "fred"]:
        with subtests.test(who=who):
            browser = sign_in(who)
            assert [browser.get(url(offer, page)).status_code for page in ("/pause", "/versions", "/end")] == [404] * 3
            assert [browser.post(url(offer, verb)).status_code for verb in verbs] == [404] * 3
    assert [(one.id, one.version) for one in saved(world)] == [(offer.id, 1)]


def test_a_history_of_fifty_needs_no_more_statements_than_one_of_one(world, sign_in):
    offer, sven, counts = make_offer(world), sign_in("sven"), []
    for more in (1, 49):
        for number in range(more):
            version = str(all_rows(world, Offer)[0].version)
            sven.post(url(offer), data=filled(world, title=f"Name {more} {number}", version=version))
        with counted(world) as statements:
            assert sven.get(url(offer, "/versions")).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


def test_hints_come_as_a_piece_of_a_page_and_change_nothing(world, sign_in):
    sven = sign_in("sven")
    text = sven.post("/own-offers/plain-words", data={"summary": "Eine <b>Maßnahme</b> für Klienten."}).text
    assert "Einfacher: „Kurs oder Treffen“." in text
    assert "<html" not in text
    assert "<b>Maßnahme" not in text
    assert sven.post("/own-offers/plain-words", data={"summary": "Wir üben."}).text.strip() == ""
    assert sign_in("clara").post("/own-offers/plain-words", data={"summary": "x"}).status_code == 404
    assert saved(world) == []


def test_without_scripts_the_hint_stands_on_the_page_after_saving_and_never_blocks(world, sign_in):
    sven = sign_in("sven")
    answer = sven.post("/own-offers", data=filled(world, summary="Eine Maßnahme."))
    assert answer.status_code == 303
    assert "So wird es leichter zu lesen:" in sven.get(answer.location).text
    assert "So wird es leichter zu lesen:" in sven.get(f"{answer.location}/edit").text


@pytest.mark.parametrize(("form", "word"), [("group", "Treffen"), ("course", "Kurs"), ("online", "Online-Termin")])
def test_without_a_short_name_calendars_show_a_neutral_word(world, sign_in, form, word):
    sign_in("sven").post("/own-offers", data=filled(world, form=form, title="Reha-Sport nach Herzinfarkt"))
    assert saved(world)[0].calendar_title == word


def test_a_short_name_that_was_written_stays(world, sign_in):
    sign_in("sven").post("/own-offers", data=filled(world, short_title="Runde"))
    assert saved(world)[0].calendar_title == "Runde"
