"""Visits and clicks, drawn with a seed: the same story gives the same week, on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bot.providers.local.sample import shop
from bot.providers.local.sample.story import Story

_SEED = 142
_DAY_MS = 86_400_000
Array = np.ndarray[Any, Any]


@dataclass(slots=True)
class Visits:
    """Sessions as columns. `start` is in epoch milliseconds, `broken` says that the new version was served."""

    id: Array
    start: Array
    country: Array
    client: Array
    shopper: Array
    broken: Array
    pace: float = 1.0

    def where(self, mask: Array) -> Visits:
        who = (self.country[mask], self.client[mask], self.shopper[mask])
        return Visits(self.id[mask], self.start[mask], *who, self.broken[mask], self.pace)


@dataclass(slots=True)
class Clicks:
    """Actions as columns. `visit` is the row of the session, `button` an index into `BUTTONS_ALL`."""

    visit: Array
    button: Array
    moment: Array
    rage: Array
    dead: Array
    error: Array
    clicks: Array

    def until(self, moment: datetime) -> Clicks:
        """The clicks without those in the future."""
        past = self.moment < _ms(moment)
        return Clicks(*(getattr(self, name)[past] for name in self.__slots__))


BUTTONS_ALL = (shop.BUY, *shop.BUTTONS)


def visits(story: Story, since: datetime, until: datetime) -> Iterator[tuple[Visits, np.random.Generator]]:
    """Day by day, each with the generator for its clicks; and the crowd between deploy and anchor as a day of its own.

    A complete day is drawn and then cut to [since, until), so that a later top-up draws the same people.
    """
    deploy, anchor = _ms(story.deploy), _ms(story.anchor)
    first, last = _ms(story.start) // _DAY_MS, _ms(until) // _DAY_MS
    for day in range(first, last + 1):
        random = np.random.default_rng((_SEED, day))
        weekday = datetime.fromtimestamp(day * 86400, UTC).weekday()
        count = int(shop.SESSIONS_A_DAY * shop.WEEKDAYS[weekday] * random.normal(1, 0.04))
        drawn = _drawn(random, f"sample-{day}", count, day * _DAY_MS, _DAY_MS, deploy)
        outside = (drawn.start < deploy) | (drawn.start >= anchor)
        yield drawn.where(outside & _within(drawn.start, story.start, since, until)), random
    random = np.random.default_rng((_SEED, 0))
    crowd = _drawn(random, f"sample-crowd-{deploy // 1000}", shop.CROWD, deploy, anchor - deploy, deploy)
    crowd.pace = story.pace
    yield crowd.where(_within(crowd.start, story.start, since, until)), random


def _within(start: Array, first: datetime, since: datetime, until: datetime) -> Array:
    inside: Array = (start >= max(_ms(first), _ms(since))) & (start < _ms(until))
    return inside


def _drawn(random: np.random.Generator, name: str, count: int, begin: int, span: int, deploy: int) -> Visits:
    countries, shares = list(shop.COUNTRIES), list(shop.COUNTRIES.values())
    country = random.choice(len(countries), count, p=shares)
    busiest = np.array([shop.BUSIEST_HOUR[code] for code in countries])[country]
    start = _rhythm(random, begin, span, busiest)
    client = random.choice(len(shop.CLIENTS), count, p=list(shop.CLIENTS.values()))
    # Squared, so that some come often: two fifths of the visits are by one fifth of the shoppers.
    shopper = (random.random(count) ** 2 * shop.SHOPPERS).astype("int64")
    order = np.argsort(start, kind="stable")
    ids = np.array([f"{name}-{number}" for number in range(count)], dtype=object)
    return Visits(ids, start[order], country[order], client[order], shopper[order], (start >= deploy)[order])


def _rhythm(random: np.random.Generator, begin: int, span: int, busiest: Array) -> Array:
    """Times in [begin, begin + span): three quarters around each country's evening, as far as the span reaches."""
    even = begin + random.random(len(busiest)) * span
    evening = random.normal(busiest, 3.2) % 24 * 3_600_000
    day = even // _DAY_MS * _DAY_MS
    there = day + evening
    fits = (there >= begin) & (there < begin + span) & (random.random(len(busiest)) < 0.75)
    return np.where(fits, there, even).astype("int64")


def clicks(random: np.random.Generator, who: Visits) -> Clicks:
    """Returns what these visitors click, with the signals that follow."""
    parts = [_usual(random, who, index) for index in range(1, len(BUTTONS_ALL))]
    parts += _buying(random, who)
    return Clicks(*(np.concatenate([getattr(part, name) for part in parts]) for name in Clicks.__slots__))


def _usual(random: np.random.Generator, who: Visits, index: int) -> Clicks:
    button = BUTTONS_ALL[index]
    visit = np.flatnonzero(random.random(len(who.start)) < button.share)
    after = index * 14_000 + random.random(len(visit)) * 20_000
    return _pressed(random, who, visit, index, after, (button.rage, button.dead, button.error))


def _buying(random: np.random.Generator, who: Visits) -> list[Clicks]:
    """The Buy button: once when it works, again and again when it does not."""
    wants = random.random(len(who.start)) < shop.BUY.share
    fails = wants & who.broken & (random.random(len(who.start)) < 0.82)
    works = np.flatnonzero(wants & ~fails)
    base = (shop.BUY.rage, shop.BUY.dead, shop.BUY.error)
    parts = [_pressed(random, who, works, 0, 75_000 + random.random(len(works)) * 30_000, base)]
    trying, after = np.flatnonzero(fails), 60_000.0
    for _ in range(shop.ATTEMPTS):
        parts.append(_pressed(random, who, trying, 0, after + random.random(len(trying)) * 6_000, (0.62, 0.48, 0.86)))
        trying = trying[random.random(len(trying)) < 0.5]
        after += 9_000
    return parts


def _pressed(
    random: np.random.Generator, who: Visits, visit: Array, index: int, after: Array, rates: tuple[float, float, float]
) -> Clicks:
    count = len(visit)
    rage, dead, error = (random.random(count) < rate for rate in rates)
    return Clicks(
        visit=visit,
        button=np.full(count, index),
        moment=who.start[visit] + (after * who.pace).astype("int64"),
        rage=rage,
        dead=dead,
        error=error,
        clicks=np.where(rage, 3 + random.integers(0, 5, count), 1),
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


__all__ = ["BUTTONS_ALL", "Clicks", "Visits", "clicks", "visits"]
