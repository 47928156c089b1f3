"""Visits and clicks, drawn with a seed: the same story gives the same week, on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bot.kernel.ids import as_uuid
from bot.providers.local.sample import shop
from bot.providers.local.sample.story import Story

_SEED = 142
_DAY_MS = 86_400_000
KOREA = list(shop.COUNTRIES).index("KR")
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
    """Actions as columns. `visit` is the row of the session; `button` and `page` are places in the shop's tables."""

    visit: Array
    button: Array
    page: Array
    moment: Array
    rage: Array
    dead: Array
    error: Array
    clicks: Array

    def until(self, moment: datetime) -> Clicks:
        """The clicks without those in the future."""
        past = self.moment < _ms(moment)
        return Clicks(*(getattr(self, name)[past] for name in self.__slots__))


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
    ids = np.array(_session_ids(name, count), dtype=object)
    return Visits(ids, start[order], country[order], client[order], shopper[order], (start >= deploy)[order])


def _session_ids(name: str, count: int) -> list[str]:
    """UUIDs, as the browser SDK's are: the first half stands for `name`, the rest is a number."""
    stem = as_uuid(name)[:24]
    return [f"{stem}{number:012x}" for number in range(count)]


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
    parts = [_usual(random, who, index) for index in range(1, len(shop.BUTTONS_ALL))]
    parts += _buying(random, who)
    return Clicks(*(np.concatenate([getattr(part, name) for part in parts]) for name in Clicks.__slots__))


def _usual(random: np.random.Generator, who: Visits, index: int) -> Clicks:
    button = shop.BUTTONS_ALL[index]
    visit = np.flatnonzero(random.random(len(who.start)) < button.share)
    after = index * 14_000 + random.random(len(visit)) * 20_000
    pages = np.array([shop.PAGES.index(page) for page in button.pages])
    page = pages[random.integers(0, len(pages), len(visit))]
    return _pressed(random, visit, index, page, _moments(who, visit, after), (button.rage, button.dead, button.error))


def _buying(random: np.random.Generator, who: Visits) -> list[Clicks]:
    """The Buy button: once when it works, again and again on the same page when it does not."""
    wants = random.random(len(who.start)) < shop.BUY.share
    fails = wants & who.broken & (random.random(len(who.start)) < 0.82)
    page, works = _bought_on(random, who), np.flatnonzero(wants & ~fails)
    base = (shop.BUY.rage, shop.BUY.dead, shop.BUY.error)
    after = 75_000 + random.random(len(works)) * 30_000
    parts = [_pressed(random, works, 0, page[works], _moments(who, works, after), base)]
    broken = np.array([(each.rage, each.dead, each.error) for each in shop.BROKEN.values()])
    trying, begin = np.flatnonzero(fails), 60_000.0
    for _ in range(shop.ATTEMPTS):
        after, rates = begin + random.random(len(trying)) * 6_000, broken[page[trying]].T
        parts.append(_pressed(random, trying, 0, page[trying], _moments(who, trying, after), rates))
        trying = trying[random.random(len(trying)) < 0.5]
        begin += 9_000
    return parts


def _bought_on(random: np.random.Generator, who: Visits) -> Array:
    """Returns the page on which each visitor presses Buy: those of the button come first in the shop's table."""
    drawn = random.choice(len(shop.BROKEN), len(who.start), p=[page.share for page in shop.BROKEN.values()])
    return np.where(who.country == KOREA, shop.PAGES.index(shop.KOREAN_BUYS), drawn)


def _moments(who: Visits, visit: Array, after: Array) -> Array:
    """Returns the times so many ms after the visits began, in a hurry where the visitors are."""
    moments: Array = who.start[visit] + (after * who.pace).astype("int64")
    return moments


def _pressed(
    random: np.random.Generator, visit: Array, index: int, page: Array, moment: Array, rates: Iterable[Any]
) -> Clicks:
    """`rates` are the shares of rage, dead and error clicks: numbers, or arrays with one for each visit."""
    count = len(visit)
    rage, dead, error = (random.random(count) < rate for rate in rates)
    return Clicks(
        visit=visit,
        button=np.full(count, index),
        page=page,
        moment=moment,
        rage=rage,
        dead=dead,
        error=error,
        clicks=np.where(rage, 3 + random.integers(0, 5, count), 1),
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


__all__ = ["Clicks", "Visits", "clicks", "visits"]
