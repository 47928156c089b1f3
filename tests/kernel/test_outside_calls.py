"""Calls to outside systems are counted by provider, method and outcome, and a part stays what it is."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import pytest

from bot.kernel.errors import RateLimited
from bot.kernel.metrics import Metrics
from bot.kernel.outside_calls import CountedPart, counted_in, outside_call


@runtime_checkable
class Searching(Protocol):
    async def search(self, words: str) -> str: ...


@runtime_checkable
class Closing(Protocol):
    async def close(self) -> None: ...


class Tracker:
    name = "faraway"

    async def search(self, words: str) -> str:
        if words == "too much":
            raise RateLimited("Wait.", retry_after=1.0)
        return words.upper()

    def link(self, key: str) -> str:
        return f"https://tracker.example/{key}"


def count(metrics: Metrics, method: str, outcome: str) -> float | None:
    labels = {"provider": "faraway", "method": method, "outcome": outcome}
    return metrics.registry.get_sample_value("replaybook_provider_calls_total", labels)


async def test_a_part_is_counted_and_is_what_it_was() -> None:
    counted_in(metrics := Metrics())
    part = CountedPart("faraway", "tracker", Tracker())
    assert await part.search("a word") == "A WORD"
    with pytest.raises(RateLimited):
        await part.search("too much")
    assert (part.name, part.link("A-1")) == ("faraway", "https://tracker.example/A-1")
    assert isinstance(part, Searching)
    assert isinstance(part, Tracker)
    assert not isinstance(part, Closing)
    assert (count(metrics, "tracker.search", "ok"), count(metrics, "tracker.search", "ratelimited")) == (1, 1)
    with pytest.raises(AttributeError):
        _ = part.nothing


async def test_what_is_none_of_our_errors_is_a_bug() -> None:
    counted_in(metrics := Metrics())
    for error in (KeyError("words of somebody"), ZeroDivisionError()):
        with pytest.raises(type(error)), outside_call("faraway", "read"):
            raise error
    assert count(metrics, "read", "bug") == 2
