"""The charts of an answer, before anybody draws them.

A chart is added by adding a `Series` to `SERIES`: blocks, pictures and pages draw whatever is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.kernel.escape import plain, quoted
from bot.kernel.locale import Locale
from bot.signals.answer import Answer
from bot.signals.periods import SHORTEST_DAY, slice_length
from bot.signals.question_text import SIGNAL_NAMES

MOST_BARS = 20  # categories that Slack's chart takes
MOST_IN_MESSAGE = 2  # charts that Slack takes in one message
MOST_NAME = 36  # characters of a target or view in a title


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """Numbers in one slice of time, by key; `start` is aware."""

    start: datetime
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Series:
    """What a chart shows of an answer, over time. `id` names its block and its file.

    `title` and `names` (by the key of their values) are texts of the catalogs. `title_on` is the title in a message
    about a target or a view, which is `%(what)s`.
    """

    id: str
    title: str
    names: Callable[[Answer], Mapping[str, str]]
    points: Callable[[Answer], Sequence[ChartPoint]]
    title_on: str = ""
    in_message: bool = True
    kind: Literal["bar"] = "bar"


SIGNALS_OVER_TIME = Series(
    "signals-over-time",
    "Signals over time",
    names=lambda answer: {signal: SIGNAL_NAMES[signal] for signal in answer.question.signals},
    points=lambda answer: [
        ChartPoint(bucket.start, {str(signal): n for signal, n in bucket.by_signal.items()}) for bucket in answer.series
    ],
    title_on="Signals on %(what)s",
)
SIGNALS_A_DAY = Series(
    "signals-a-day",
    "Signals a day, with the four weeks before",
    names=lambda _: {"signals": "signals"},
    points=lambda answer: [ChartPoint(day.start, {"signals": day.signals}) for day in answer.daily],
    in_message=False,
)
SERIES = (SIGNALS_OVER_TIME, SIGNALS_A_DAY)


@dataclass(frozen=True, slots=True)
class ChartData:
    """A chart in its reader's words, for any renderer. `values` has a row for each label, in it a number for each name.

    `labels` are short, `moments` the same in full. `keys` stand for the names, for example in style sheets. `note`
    is shown beside the title or below the bars: whose days or hours they are. `clock` has the minutes since midnight
    at which each bar begins, and is empty where bars are days.
    """

    id: str
    title: str
    names: tuple[str, ...]
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    moments: tuple[str, ...]
    values: tuple[tuple[int, ...], ...]
    note: str = ""
    clock: tuple[int, ...] = ()
    kind: Literal["bar"] = "bar"

    @property
    def block_id(self) -> str:
        return f"chart-{self.id}"

    @property
    def file_name(self) -> str:
        return f"chart-{self.id}.png"

    @property
    def totals(self) -> list[int]:
        return [sum(row) for row in self.values]

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """The same turned round: each name with its (label, value) pairs."""
        return [
            (name, [(label, row[at]) for label, row in zip(self.labels, self.values, strict=True)])
            for at, name in enumerate(self.names)
        ]


def message_charts(answer: Answer, locale: Locale, series: Sequence[Series] = SERIES) -> list[ChartData]:
    """Returns the charts of a message, none where nothing was counted: at most 20 bars each, all labels different."""
    charts = []
    for each in series if answer.counts.signals else ():
        points = merged(each.points(answer)) if each.in_message else []
        if len(points) > 1:
            labels = _distinct_labels(_starts(points, locale), locale)
            charts.append(_chart(each, answer, points, labels, _title(each, answer, locale), locale))
    return charts[:MOST_IN_MESSAGE]


def _distinct_labels(starts: Sequence[datetime], locale: Locale) -> tuple[str, ...]:
    """Returns a label for each start. Where clocks go back an hour comes twice, and its zone tells which one it is.

    Slack refuses a chart where two bars have the same label.
    """
    labels = [_distinct_label(start, starts, locale) for start in starts]
    return tuple(
        f"{label} {locale.zone_name(start)}" if labels.count(label) > 1 else label
        for label, start in zip(labels, starts, strict=True)
    )


def page_charts(answer: Answer, locale: Locale, series: Sequence[Series] = SERIES) -> list[ChartData]:
    """Returns the charts of a page, which has room for every slice and says elsewhere what they are about.

    None shows nothing at all.
    """
    charts = []
    for each in series:
        points = each.points(answer)
        if len(points) > 1:
            starts = _starts(points, locale)
            labels = tuple(locale.day(start) for start in starts) if _daily(starts) else hour_labels(starts, locale)
            charts.append(_chart(each, answer, points, labels, locale.text(each.title), locale))
    return [chart for chart in charts if any(chart.totals)]


def hour_labels(starts: Sequence[datetime], locale: Locale) -> tuple[str, ...]:
    """Returns the time at which each bar begins, and the day instead where one of several begins."""
    local = [start.astimezone(locale.zone) for start in starts]
    several = len({start.date() for start in local}) > 1
    return tuple(
        locale.day(start) if several and minutes == 0 else locale.hour(start)
        for start, minutes in zip(local, clock_of(starts, locale), strict=True)
    )


def clock_of(starts: Sequence[datetime], locale: Locale) -> tuple[int, ...]:
    """Returns the minutes since midnight at which each bar begins, in the reader's zone."""
    local = [start.astimezone(locale.zone) for start in starts]
    return tuple(start.hour * 60 + start.minute for start in local)


def merged(points: Sequence[ChartPoint], most: int = MOST_BARS) -> list[ChartPoint]:
    """Returns at most `most` points: neighbours are added up, the same number for each point."""
    step = -(-len(points) // most) or 1
    return [
        ChartPoint(points[at].start, sum((Counter(point.values) for point in points[at : at + step]), Counter()))
        for at in range(0, len(points), step)
    ]


def steps_of(top: int) -> int:
    """Returns into how many equal steps a scale is divided: each ends at a whole number, as nobody counts halves."""
    return next(steps for steps in (4, 5, 3, 2, 1) if top % steps == 0)


def rounded_up(value: int) -> int:
    """Returns the next of 1, 2, 4, 5, 8, 10 × a power of ten (or 3), where a scale ends."""
    if value <= 4:
        return max(value, 1)
    power: int = 10 ** (len(str(value)) - 1)
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value)


def _chart(
    series: Series, answer: Answer, points: Sequence[ChartPoint], labels: tuple[str, ...], title: str, locale: Locale
) -> ChartData:
    names, starts = series.names(answer), _starts(points, locale)
    daily = _daily(starts)
    full = locale.date if daily else locale.moment
    return ChartData(
        id=series.id,
        title=title,
        names=tuple(locale.text(name) for name in names.values()),
        keys=tuple(str(key) for key in names),
        labels=labels,
        moments=tuple(full(start) for start in starts),
        values=tuple(tuple(point.values.get(key, 0) for key in names) for point in points),
        note="" if daily else _whose_hours(starts, locale),
        clock=() if daily else clock_of(starts, locale),
        kind=series.kind,
    )


def _whose_hours(starts: Sequence[datetime], locale: Locale) -> str:
    """Bars have the asker's hours whoever looks at them; as clocks change, they are of two zones."""
    return locale.text("times in %(zone)s", zone="/".join(dict.fromkeys(map(locale.zone_name, starts))))


def _title(series: Series, answer: Answer, locale: Locale) -> str:
    name = answer.question.target or answer.question.view
    if not (name and series.title_on):
        return locale.text(series.title)
    return locale.text(series.title_on, what=plain(quoted(name, MOST_NAME)))


def _starts(points: Sequence[ChartPoint], locale: Locale) -> list[datetime]:
    """Returns where the bars begin. Days are those of the zone in which they were cut, wherever they are read."""
    starts = [point.start for point in points]
    return [locale.same_date(start) for start in starts] if _daily(starts) else starts


def _daily(starts: Sequence[datetime]) -> bool:
    return slice_length(starts) >= SHORTEST_DAY


def _distinct_label(start: datetime, starts: Sequence[datetime], locale: Locale) -> str:
    """The day, or the time where bars are shorter than a day; the day again where a new one begins. All differ."""
    if _daily(starts):
        return _day(start, starts, locale)
    begins = start == starts[0] or start.astimezone(locale.zone).hour == 0
    return (
        f"{locale.day(start)} {locale.time(start)}"
        if begins or len({each.date() for each in starts}) > 1
        else locale.time(start)
    )


def _day(start: datetime, starts: Sequence[datetime], locale: Locale) -> str:
    """Over four weeks the number of a day comes twice, so its month is said; over a year, its year too."""
    span = starts[-1] - starts[0]
    if span < timedelta(weeks=4):
        return locale.day(start)
    return locale.date(start) if span < timedelta(days=365) else f"{locale.date(start)} {start:%Y}"
