"""Reads the tables of phrasings: one line each, a phrase and what it means, written compactly.

    rage clicks on buy button this week  =>  rage; target=buy button; 11-23 00:00 .. now

The first part names the signals: rage, dead, error, or all. A time is `[YYYY-]MM-DD HH:MM` (the year is that of now
unless said) or `now`; `vs FROM .. TO` is the comparison. The rest are `target=`, `exact`, `view=`, `metric=`, `by=`,
`top=` and any filter. What isn't there must not be in the question either. `! word` means: not understood, because of
that word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.parse import KnownNames, parse
from bot.signals.question import ALL_SIGNALS, Period, Question

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 24, 14, 5, tzinfo=SEOUL)  # a Tuesday
VERSIONS = {
    "2.30": datetime(2026, 11, 3, 10, 0, tzinfo=SEOUL),
    "2.31": datetime(2026, 11, 19, 16, 30, tzinfo=SEOUL),
}
KNOWN = KnownNames(
    targets=("Buy now", "Continue to payment"),
    views=("/checkout",),
    facets=("plan",),
    presets={"paying users": ("plan", "paid"), "유료 사용자": ("plan", "paid")},
)


@dataclass(frozen=True)
class Row:
    phrase: str
    meaning: str
    line: int


def rows(path: Path) -> list[Row]:
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            phrase, _, meaning = line.partition("=>")
            found.append(Row(phrase.strip(), meaning.strip(), number))
    return found


def understood(phrase: str, tag: str, now: datetime = NOW) -> str:
    """The meaning of a phrase in the notation of the tables."""
    locale = Locale.of(tag, SEOUL)
    try:
        return written(parse(phrase, now=now, locale=locale, versions=VERSIONS, known=KNOWN), now)
    except Misunderstood as problem:
        return f"! {problem.at}"


def written(question: Question, now: datetime = NOW) -> str:
    signals = "all" if question.signals == ALL_SIGNALS else " ".join(name.split("_")[0] for name in question.signals)
    said: dict[str, Any] = {
        "target": question.target,
        "view": question.view,
        "metric": question.metric if question.metric != "signals" else None,
        "by": question.group_by,
        "top": question.top,
        "suspect": question.suspect or None,
        **{facet: ",".join(values) for facet, values in question.wanted.items()},
        **{f"not {facet}": ",".join(values) for facet, values in question.without.items()},
    }
    parts = [signals, *(f"{name}={value}" for name, value in said.items() if value is not None)]
    parts += ["exact"] if question.exact else []
    parts.append(_period(question.period, now))
    parts += [f"vs {_period(question.compare, now)}"] if question.compare else []
    return "; ".join(parts)


def _period(period: Period, now: datetime) -> str:
    return f"{_time(period.start, now)} .. {_time(period.end, now)}"


def _time(moment: datetime, now: datetime) -> str:
    if moment == now:
        return "now"
    year = "" if moment.year == now.year else f"{moment.year}-"
    return f"{year}{moment:%m-%d %H:%M}"
