"""Timestamps: what is an instant and what is not."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlang import timestamps

INSTANTS = {
    "2026-03-01T09:30:00Z": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    "2026-03-01T09:30:00+02:00": datetime(2026, 3, 1, 7, 30, tzinfo=UTC),
    "2026-03-01T00:30:00-01:30": datetime(2026, 3, 1, 2, 0, tzinfo=UTC),
    "2024-02-29T00:00:00.5Z": datetime(2024, 2, 29, 0, 0, 0, 500_000, tzinfo=UTC),
    "2026-03-01T09:30:00.123456789Z": datetime(2026, 3, 1, 9, 30, 0, 123_456, tzinfo=UTC),
    "2026-03-01T09:30:00-00:00": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
}


@pytest.mark.parametrize(("text", "instant"), INSTANTS.items())
def test_instant(text: str, instant: datetime) -> None:
    assert timestamps.parse(text) == instant
    assert timestamps.parse(text).utcoffset() == UTC.utcoffset(None)


REFUSED = {
    "2026-02-30T00:00:00Z": "does not exist",
    "2026-01-01T24:00:00Z": "does not exist",
    "2026-01-01T23:59:60Z": "leap second",
    "2026-01-01T00:00:00": "Add Z",
    "2026-01-01": "not a timestamp",
    "2026-W01-1": "not a timestamp",
    "2026-01-01T00:00:00+25:00": "offset +25:00",
    "2026-01-01T00:00:00+01:60": "offset +01:60",
    "9999-12-31T23:59:59-14:00": "does not exist",
    "0001-01-01T00:00:00+14:00": "does not exist",
    "0000-01-01T00:00:00Z": "does not exist",
    "２０２６-01-01T00:00:00Z": "not a timestamp",
    "2026-01-01t00:00:00Z": "not a timestamp",
    "2026-01-01T00:00:00z": "not a timestamp",
    "2026-01-01 00:00:00Z": "not a timestamp",
    "2026-01-01T00:00:00.Z": "not a timestamp",
    "2026-01-01T00:00:00Z\n": "not a timestamp",
    "": "not a timestamp",
}


@pytest.mark.parametrize(("text", "part"), REFUSED.items())
def test_refused_with_a_reason(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=re.escape(part)):
        timestamps.parse(text)
    assert not timestamps.is_timestamp(text)


@pytest.mark.parametrize("value", [None, True, 5, ["2026-03-01T09:30:00Z"], {}])
def test_only_text_is_a_timestamp(value: object) -> None:
    assert not timestamps.is_timestamp(value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_written_instants_are_read_back(at: datetime) -> None:
    assert timestamps.parse(timestamps.text(at)) == at
    assert timestamps.text(at).endswith("+00:00")


@given(st.text(alphabet="0123456789-:.TZ+", max_size=30))
def test_any_text_is_an_instant_or_a_value_error(text: str) -> None:
    instant = timestamps.to_instant(text)
    assert instant is None or instant.tzinfo is UTC
