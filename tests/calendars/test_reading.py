"""Calendar files as they come in the wild: zones, forms, breakage."""

from datetime import UTC, date, datetime, timedelta

import pytest

from calendars.reading import ProblemCode, ReadResult, read_calendar

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def calendar(*lines: str, head: str = "") -> bytes:
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}BEGIN:VEVENT\n" + "\n".join(lines) + "\nEND:VEVENT\nEND:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(data: bytes) -> ReadResult:
    return read_calendar(data, now=NOW)


def spans(result: ReadResult) -> list[str]:
    return [f"{item.starts_at:%d.%m. %H:%M}-{item.ends_at:%H:%M}" for item in result.dates]


def codes(result: ReadResult) -> list[ProblemCode]:
    return [problem.code for problem in result.problems]


PLAIN = ("UID:a", "SUMMARY:Kurs", "DTSTART:20261201T090000Z", "DTEND:20261201T100000Z")


def test_a_plain_event():
    (found,) = read(calendar(*PLAIN, "CATEGORIES:Sport,Gruppe\\, klein", "TRANSP:TRANSPARENT")).dates
    assert (found.uid, found.summary) == ("a", "Kurs")
    assert found.starts_at == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert found.ends_at == datetime(2026, 12, 1, 10, tzinfo=UTC)
    assert found.categories == ("Sport", "Gruppe, klein")
    assert found.transparent
    assert not found.cancelled
    assert found.original_at is None
    assert found.on is None


@pytest.mark.parametrize(
    "zone",
    [
        "TZID=Europe/Berlin",
        "TZID=W. Europe Standard Time",
        'TZID="W. Europe Standard Time"',
        "TZID=/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
        "TZID=/mozilla.org/20050126_1/Europe/Berlin",
        'TZID="(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien"',
        "TZID=(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien",
        "TZID=Mitteleuropäische Zeit",
        "TZID=GMT+0100",
        "TZID=UTC+1",
        "X-A=1;tzid=Europe/Berlin;VALUE=DATE-TIME",
    ],
)
def test_names_of_berlins_zone_without_its_description(zone):
    result = read(calendar("UID:a", f"DTSTART;{zone}:20261201T090000", f"DTEND;{zone}:20261201T100000"))
    assert spans(result) == ["01.12. 08:00-09:00"]
    assert codes(result) == []


def test_another_zone_is_another_time():
    result = read(
        calendar("UID:a", "DTSTART;TZID=Europe/Kyiv:20261201T090000", "DTEND;TZID=Europe/Berlin:20261201T090000")
    )
    assert spans(result) == ["01.12. 07:00-08:00"]


OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Eigene Zeit
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def test_a_zone_nobody_knows_is_read_from_its_description():
    winter = read(calendar("UID:a", "DTSTART;TZID=Eigene Zeit:20261201T090000", head=OWN_ZONE))
    summer = read(calendar("UID:a", "DTSTART;TZID=Eigene Zeit:20270701T090000", head=OWN_ZONE))
    assert spans(winter) == ["01.12. 07:00-07:00"]
    assert spans(summer) == ["01.07. 06:00-06:00"]
    assert codes(winter) == []


def test_a_description_by_dates_instead_of_a_rule():
    head = OWN_ZONE.replace("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "RDATE:20261025T030000,20271031T030000")
    head = head.replace(
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "RDATE;VALUE=DATE-TIME:20260329T020000,20270328T020000"
    )
    winter = read(calendar("UID:a", "DTSTART;TZID=Eigene Zeit:20261201T090000", head=head))
    summer = read(calendar("UID:a", "DTSTART;TZID=Eigene Zeit:20270701T090000", head=head))
    assert (spans(winter), spans(summer)) == (["01.12. 07:00-07:00"], ["01.07. 06:00-06:00"])


def test_the_description_of_one_file_is_not_believed_in_another():
    read(calendar("UID:a", "DTSTART;TZID=Eigene Zeit:20261201T090000", head=OWN_ZONE))
    result = read(calendar("UID:a", "DTSTART;TZID=Eigene Zeit:20261201T090000"))
    assert spans(result) == ["01.12. 08:00-08:00"]
    assert codes(result) == ["unknown_zone"]


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "RRULE:FREQ=SECONDLY"),
        ("TZOFFSETTO:+0200", "TZOFFSETTO:2"),
        ("TZOFFSETTO:+0200", "TZOFFSETTO:+9900"),
        ("DTSTART:16010101T030000", "DTSTART:16019999T030000"),
        ("BYDAY=-1SU;BYMONTH=10", "BYDAY=XX"),
        ("BYDAY=-1SU;BYMONTH=10", "UNTIL=99999999"),
        ("BYDAY=-1SU;BYMONTH=10", "BYDAY=5SU;BYMONTHDAY=1"),
        ("TZID", "X"),
    ],
)
def test_a_hostile_or_broken_description_is_left_alone(name, instead):
    head = OWN_ZONE.replace(name, instead)
    result = read(calendar("UID:a", "DTSTART;TZID=Eigene Zeit:20261201T090000", head=head))
    assert spans(result) == ["01.12. 08:00-08:00"]
    assert codes(result) == ["unknown_zone"]


def test_floating_times_are_read_in_the_zone_of_the_calendar_else_in_ours():
    lines = ("UID:a", "DTSTART:20261201T090000")
    assert spans(read(calendar(*lines))) == ["01.12. 08:00-08:00"]
    assert spans(read(calendar(*lines, head="X-WR-TIMEZONE:Europe/Kyiv\n"))) == ["01.12. 07:00-07:00"]
    assert spans(read(calendar(*lines, head="X-WR-TIMEZONE:Nowhere\n"))) == ["01.12. 08:00-08:00"]


def test_whole_days_go_from_midnight_to_midnight():
    lines = ("UID:a", "DTSTART;VALUE=DATE:20270327", "DTEND;VALUE=DATE:20270329")
    (found,) = read(calendar(*lines)).dates
    assert (found.on, found.until_on) == (date(2027, 3, 27), date(2027, 3, 28))
    assert found.starts_at == datetime(2027, 3, 26, 23, tzinfo=UTC)
    assert found.ends_at == datetime(2027, 3, 28, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "end", ["", "DTEND;VALUE=DATE:20261201", "DTEND:20261201", "DURATION:P1D", "DTEND:20261201T120000Z"]
)
def test_a_day_without_a_sensible_end_is_one_day(end):
    (found,) = read(calendar("UID:a", "DTSTART;VALUE=DATE:20261201", *filter(None, [end]))).dates
    assert (found.on, found.until_on) == (date(2026, 12, 1), date(2026, 12, 1))


@pytest.mark.parametrize(
    ("end", "expected", "problems"),
    [
        ("DURATION:PT90M", "01.12. 09:00-10:30", []),
        ("DURATION:P1DT1H", "01.12. 09:00-10:00", []),
        ("DURATION:soon", "01.12. 09:00-09:00", ["broken_value"]),
        ("DTEND:20261201T080000Z", "01.12. 09:00-09:00", ["end_before_start"]),
        ("DURATION:-PT5M", "01.12. 09:00-09:00", ["end_before_start"]),
        ("DTEND:20261301T080000Z", "01.12. 09:00-09:00", ["broken_value"]),
    ],
)
def test_ends_as_they_come(end, expected, problems):
    result = read(calendar("UID:a", "DTSTART:20261201T090000Z", end))
    assert (spans(result), codes(result)) == ([expected], problems)


@pytest.mark.parametrize(
    "value", ["20261201T0900Z", "2026-12-01T09:00:00Z", "20261201T090000z", " 20261201T090000Z ", "20261201T090060Z"]
)
def test_slightly_wrong_times_are_understood(value):
    (found,) = read(calendar("UID:a", f"DTSTART:{value}")).dates
    assert found.starts_at.replace(second=0) == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_every_encoding_and_line_end_gives_the_same():
    data = calendar("UID:a", "DTSTART:20261201T090000Z", "SUMMARY:Größe")
    text = data.decode()
    for variant in (
        data,
        b"\xef\xbb\xbf" + data,
        text.encode("utf-16"),
        data.replace(b"\r\n", b"\n"),
        data.replace(b"\r\n", b"\r"),
    ):
        result = read(variant)
        assert [item.summary for item in result.dates] == ["Größe"]
        assert codes(result) == []
    result = read(text.encode("latin-1"))
    assert [item.summary for item in result.dates] == ["Größe"]
    assert codes(result) == ["not_utf8"]


def test_folds_in_the_middle_of_a_character_and_without_their_blank_are_mended():
    data = calendar("UID:a", "DTSTART:20261201T090000Z", "SUMMARY:Größe")
    cut = data.index("ö".encode()) + 1
    assert [item.summary for item in read(data[:cut] + b"\r\n " + data[cut:]).dates] == ["Größe"]
    result = read(calendar("UID:a", "DTSTART:20261201T090000Z", "SUMMARY:Ein langer", "Titel", "LOCATION:x"))
    assert [item.summary for item in result.dates] == ["Ein langer Titel"]
    assert codes(result) == ["broken_folding"]


def test_several_calendars_in_one_file_are_one():
    result = read(calendar(*PLAIN) + calendar("UID:b", "DTSTART:20261202T090000Z") + calendar(*PLAIN))
    assert [item.uid for item in result.dates] == ["a", "b"]


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [("SEQUENCE:2", "SEQUENCE:1", "eins"), ("SEQUENCE:1", "SEQUENCE:1", "zwei"), ("X:", "SEQUENCE:1", "zwei")],
)
def test_of_several_versions_the_highest_sequence_counts_then_the_last_whatever_the_stamp(first, second, kept):
    old = calendar("UID:a", "DTSTAMP:20270101T000000Z", "DTSTART:20261201T090000Z", first, "SUMMARY:eins")
    new = calendar("UID:a", "DTSTAMP:20200101T000000Z", "DTSTART:20261201T090000Z", second, "SUMMARY:zwei")
    assert [item.summary for item in read(old + new).dates] == [kept]


def test_different_events_under_one_uid_are_all_kept():
    result = read(calendar(*PLAIN) + calendar("UID:a", "DTSTART:20261202T090000Z"))
    assert spans(result) == ["01.12. 09:00-10:00", "02.12. 09:00-09:00"]


def test_cancelled_dates_are_there_and_marked():
    assert [item.cancelled for item in read(calendar(*PLAIN, "STATUS:CANCELLED")).dates] == [True]
    assert [item.cancelled for item in read(calendar(*PLAIN, head="METHOD:CANCEL\n")).dates] == [True]


def test_events_without_uid_get_the_same_one_every_time():
    data = calendar("DTSTART:20261201T090000Z", "SUMMARY:x") + calendar("DTSTART:20261202T090000Z", "SUMMARY:x")
    first, second = read(data), read(data)
    assert [item.uid for item in first.dates] == [item.uid for item in second.dates]
    assert len({item.uid for item in first.dates}) == 2
    assert codes(first) == ["missing_uid"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("UID:a", "SUMMARY:x"), "missing_start"),
        (("UID:a", "DTSTART:morgen"), "broken_value"),
        (("UID:a", "DTSTART:"), "broken_value"),
    ],
)
def test_an_event_without_a_readable_start_leaves_the_time_unknown(lines, code):
    result = read(calendar(*lines))
    assert (result.dates, codes(result), result.truncated) == ((), [code], True)
    assert result.problems[0].uid == "a"


def test_alarms_and_other_parts_do_not_disturb_their_event():
    alarm = ("BEGIN:VALARM", "TRIGGER:-PT5M", "SUMMARY:Alarm", "DURATION:PT5M", "END:VALARM")
    assert [item.summary for item in read(calendar(*alarm, *PLAIN)).dates] == ["Kurs"]


@pytest.mark.parametrize(
    "data", [b"", b"<html>Anmeldung</html>", b"BEGIN:VCARD\nEND:VCARD", b"\xff\xfe", bytes(range(256))]
)
def test_what_is_no_calendar_says_nothing_about_free_time(data):
    result = read(data)
    assert (result.dates, result.truncated) == ((), True)
    assert "not_a_calendar" in codes(result)


def test_a_file_that_ends_too_early_keeps_its_whole_events_and_is_incomplete():
    data = calendar(*PLAIN)
    result = read(data[: data.index(b"END:VCALENDAR")])
    assert spans(result) == ["01.12. 09:00-10:00"]
    assert (codes(result), result.truncated) == (["unfinished"], True)


def test_only_dates_around_now_are_kept():
    days = [NOW + timedelta(days=shift) for shift in (-40, -30, 0, 730, 733)]
    data = b"".join(calendar(f"UID:{n}", f"DTSTART:{day:%Y%m%dT%H%M%SZ}") for n, day in enumerate(days))
    result = read(data)
    assert [item.uid for item in result.dates] == ["1", "2", "3"]
    assert not result.truncated


def test_a_long_date_that_reaches_into_the_window_is_kept():
    assert len(read(calendar("UID:a", "DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20270101")).dates) == 1


def test_a_naive_now_and_an_unknown_zone_are_the_callers_mistakes():
    with pytest.raises(ValueError, match="aware"):
        read_calendar(b"", now=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="unknown time zone"):
        read_calendar(b"", now=NOW, zone="Nowhere")
