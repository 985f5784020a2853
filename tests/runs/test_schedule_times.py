"""When a schedule is due, where clocks change and where they do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.scheduling.schedule_times import CRON, INTERVAL, ONCE, Rule, read_cron, read_instant, zone_of

BERLIN = "Europe/Berlin"  # 2026: forward on 29 March at 02:00, back on 25 October at 03:00
DAY = 86_400


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def cron(expression: str, zone: str = BERLIN, start: str = "2026-01-01", **more) -> Rule:
    return Rule(CRON, zone, utc(start), cron=expression, **more)


def local(rule: Rule, after: str, most: int = 5) -> list[str]:
    zone = zone_of(rule.zone)
    return [f"{each.astimezone(zone):%d %H:%M %z}" for each in rule.coming(utc(after), most)]


def test_once_is_due_once():
    rule = Rule(ONCE, BERLIN, utc("2026-05-01 10:00"))
    assert rule.coming(utc("2026-04-01")) == [utc("2026-05-01 10:00")]
    assert rule.coming(utc("2026-05-01 10:00")) == []


def test_an_interval_counts_from_its_start_however_late_one_asks():
    rule = Rule(INTERVAL, "UTC", utc("2026-05-01 10:00"), interval_seconds=5400)
    assert rule.after(utc("2026-04-01")) == utc("2026-05-01 10:00")
    assert rule.after(utc("2026-05-01 10:00")) == utc("2026-05-01 11:30")
    assert rule.after(utc("2026-05-03 00:01")) == utc("2026-05-03 01:00")


def test_hours_pass_alike_when_the_clocks_change_and_days_keep_the_time_of_day():
    hours = Rule(INTERVAL, BERLIN, utc("2026-03-28 08:00"), interval_seconds=12 * 3600)
    assert local(hours, "2026-03-28 00:00", 4) == [
        "28 09:00 +0100",
        "28 21:00 +0100",
        "29 10:00 +0200",
        "29 22:00 +0200",
    ]
    days = Rule(INTERVAL, BERLIN, utc("2026-03-28 08:00"), interval_seconds=DAY)
    assert local(days, "2026-03-28 00:00", 3) == ["28 09:00 +0100", "29 09:00 +0200", "30 09:00 +0200"]


def test_a_daily_interval_into_the_gap_runs_when_the_gap_is_over():
    days = Rule(INTERVAL, BERLIN, utc("2026-03-27 01:30"), interval_seconds=DAY)
    assert local(days, "2026-03-28 12:00", 2) == ["29 03:00 +0200", "30 02:30 +0200"]


def test_cron_speaks_of_local_times():
    assert local(cron("0 9 * * 1-5"), "2026-03-27 12:00", 2) == ["30 09:00 +0200", "31 09:00 +0200"]


@pytest.mark.parametrize("expression", ["30 2 * * *", "*/15 2 * * *", "0,10,59 2 * * *"])
def test_a_time_that_the_clocks_skip_runs_once_at_the_next_valid_instant(expression):
    due = local(cron(expression), "2026-03-28 23:00", 2)
    assert due[0] == "29 03:00 +0200" and due[1].startswith("30 02:")


def test_every_second_hour_into_the_gap_runs_at_its_end():
    assert local(cron("0 */2 * * *"), "2026-03-28 22:00", 3) == [
        "29 00:00 +0100",
        "29 03:00 +0200",
        "29 04:00 +0200",
    ]


def test_a_time_that_comes_twice_runs_once():
    assert local(cron("30 2 * * *"), "2026-10-24 12:00", 2) == ["25 02:30 +0200", "26 02:30 +0100"]
    assert local(cron("*/30 2 * * *"), "2026-10-24 12:00", 3) == [
        "25 02:00 +0200",
        "25 02:30 +0200",
        "26 02:00 +0100",
    ]
    between = "2026-10-25 01:15"  # 02:15 for the second time
    assert local(cron("30 2 * * *"), between, 1) == ["26 02:30 +0100"]


def test_every_hour_means_every_hour_that_passes():
    assert local(cron("30 * * * *"), "2026-10-24 23:00", 4) == [
        "25 01:30 +0200",
        "25 02:30 +0200",
        "25 02:30 +0100",
        "25 03:30 +0100",
    ]
    assert local(cron("30 * * * *"), "2026-03-29 00:00", 2) == ["29 01:30 +0100", "29 03:30 +0200"]


def test_half_an_hour_of_summer_time_is_no_trouble():
    rule = cron("15 2 * * *", "Australia/Lord_Howe")  # 2026: forward on 4 October from 02:00 to 02:30
    assert local(rule, "2026-10-03 00:00", 2) == ["04 02:30 +1100", "05 02:15 +1100"]


def test_a_whole_day_that_a_zone_skipped_runs_at_the_next_instant():
    rule = cron("0 12 30 * *", "Pacific/Apia", "2011-01-01")  # no 30 December 2011
    assert local(rule, "2011-12-01 00:00", 1) == ["31 00:00 +1400"]


def test_start_and_end_bound_a_cron_rule_and_count_themselves():
    rule = cron("0 9 * * *", "UTC", "2026-05-02 09:00", end_at=utc("2026-05-04 09:00"))
    assert [each.day for each in rule.coming(utc("2026-04-01"))] == [2, 3, 4]


def test_a_date_that_never_comes_is_never_due():
    assert cron("0 0 30 2,3 *").coming(utc("2026-01-01"), 1)[0].month == 3
    assert cron("0 0 29 2 *", "UTC").after(utc("2197-01-01")) is None  # beyond the end of our calendar


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "* * * *",
        "60 * * * *",
        "* * * * * *",
        "@daily",
        "a b c d e",
        "0 0 30 2 *",
        "1/0 * * * *",
        "* " * 60,
        "9" * 90 + " * * * *",
        "٣ * * * *",
        "1-L * L/2 * *",
        "* * * * 5L/2",
        "0 0 -1 * *",
    ],
)
def test_a_wrong_cron_expression_is_told(wrong):
    with pytest.raises(ValueError, match="cron expression"):
        read_cron(wrong)


@pytest.mark.parametrize(
    "wrong", ["", "Berlin", "../etc/passwd", "/etc/localtime", "Europe", "a\0b", "x" * 99]
)
def test_an_unknown_zone_is_told(wrong):
    with pytest.raises(ValueError, match="not a time zone"):
        zone_of(wrong)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-01T09:30:00Z", "2026-03-01 09:30"),
        ("2026-03-01T09:30:00+02:00", "2026-03-01 07:30"),
        ("2026-03-01T09:30", "2026-03-01 08:30"),
        ("2026-03-29T02:30:10", "2026-03-29 01:00"),
    ],
)
def test_a_time_without_an_offset_is_one_of_the_zone(text, instant):
    assert read_instant(text, BERLIN) == utc(instant)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "tomorrow",
        "2026-03-01",
        "2026-02-30T09:30",
        "9999-12-31T23:59",
        "0001-01-01T00:00",
        "2026-03-01T9",
    ],
)
def test_what_is_no_time_is_told(wrong):
    with pytest.raises(ValueError, match=r"^\".*\.$"):
        read_instant(wrong, BERLIN)


_INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
_ZONES = st.sampled_from([BERLIN, "UTC", "America/Sao_Paulo", "Australia/Lord_Howe", "America/St_Johns"])
_RULES = st.builds(
    Rule,
    st.sampled_from([INTERVAL, CRON]),
    _ZONES,
    _INSTANTS.map(lambda each: each.replace(microsecond=0)),
    st.sampled_from([60, 3600, 5400, DAY, 7 * DAY]),
    st.sampled_from(["30 2 * * *", "* * * * *", "*/7 */3 * * *", "0 0 1 * *", "15 1-3 * * 0", "59 23 L * *"]),
)


@given(_RULES, _INSTANTS)
def test_due_instants_only_grow_and_none_is_left_out(rule, instant):
    coming = rule.coming(instant, 3)
    assert coming == sorted(set(coming)) and len(coming) == 3
    assert coming[0] > instant and coming[0] >= rule.start_at
    assert rule.after(coming[0] - timedelta(microseconds=1)) == coming[0]
    assert rule.after(coming[1] - timedelta(seconds=1)) == coming[1]
