"""A clock goes at real speed, and so far ahead of the system's as it is told."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.kernel import clock as clocks
from bot.kernel.clock import clock_ahead, seconds_of, system_clock

TEA = datetime(2026, 10, 25, 0, 59, tzinfo=UTC)


def test_it_is_ahead_of_the_systems_and_goes_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "system_clock", lambda: TEA)
    ahead, behind = clock_ahead(120.0), clock_ahead(-86_400.0)
    assert (ahead(), behind()) == (TEA + timedelta(minutes=2), TEA - timedelta(days=1))
    monkeypatch.setattr(clocks, "system_clock", lambda: TEA + timedelta(hours=3))
    assert ahead() == TEA + timedelta(hours=3, minutes=2)


def test_without_an_offset_it_is_the_systems() -> None:
    assert clock_ahead(0.0) is system_clock
    before = time.time()
    assert before <= seconds_of(system_clock)() <= time.time()
