"""A clock begins when it is told to and goes on at real speed."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.kernel.clock import clock_from, seconds_of, system_clock

BERLIN = ZoneInfo("Europe/Berlin")


def test_it_begins_at_the_moment_and_goes_on_at_real_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = 7.0
    monkeypatch.setattr(time, "monotonic", lambda: passed)
    clock = clock_from(datetime(2026, 10, 25, 2, 59, tzinfo=BERLIN))
    assert clock() == datetime(2026, 10, 25, 0, 59, tzinfo=UTC)
    passed += 120.0
    assert clock() == datetime(2026, 10, 25, 1, 1, tzinfo=UTC)
    assert clock().utcoffset() == timedelta()


def test_without_a_moment_it_is_the_systems() -> None:
    assert clock_from(None) is system_clock
    before = time.time()
    assert before <= seconds_of(system_clock)() <= time.time()
