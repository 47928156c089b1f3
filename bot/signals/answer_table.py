"""A grouped answer as a table: ten rows in the message, all of them in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Group
from bot.signals.question import GroupBy, Metric
from bot.signals.question_text import SIGNAL_NAMES, facet_value

MOST_ROWS = 10
LONGEST = 80  # characters of a label in the message
LOCAL_TIME = len("2026-11-23 14:00")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""A cell that begins like this is a formula to spreadsheets: https://owasp.org/www-community/attacks/CSV_Injection."""


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """`columns` and `rows` as people read them, the first cell of each naming the group; labels come from outside.

    `more` counts the rows that only the file has.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0


def table(answer: Answer, locale: Locale, *, most: int = MOST_ROWS) -> AnswerTable | None:
    """Returns at most `most` rows, the first of them, of days and hours the last; None for an answer without groups."""
    by = answer.question.group_by
    if by is None or not answer.groups:
        return None
    metrics = _metrics(answer)
    if by is GroupBy.ERROR:
        metrics = [metric for metric in _of_errors(metrics) if any(_number(group, metric) for group in answer.groups)]
    columns = (_names(locale)[by], *(_headings(locale)[metric] for metric in metrics))
    rows = tuple(
        (_label(group.label, by, locale), *(_cell(group, metric, locale) for metric in metrics))
        for group in (answer.groups[-most:] if _in_order_of_time(answer) else answer.groups[:most])
    )
    return AnswerTable(columns, rows, max(0, len(answer.groups) - most))


def _in_order_of_time(answer: Answer) -> bool:
    return answer.question.group_by in (GroupBy.DAY, GroupBy.HOUR) and answer.question.top is None


def _metrics(answer: Answer) -> list[Metric]:
    """Returns what was asked for first; the rate only where it is known."""
    usual = [Metric.SIGNALS, Metric.PEOPLE, Metric.SESSIONS]
    rates = [Metric.RATE] if all(group.exposed and group.exposed.actions for group in answer.groups) else []
    return list(dict.fromkeys([answer.question.metric, *usual, *rates]))


def _of_errors(metrics: Sequence[Metric]) -> list[Metric]:
    """An error counts actions first; of one kind of signal those would be the same number twice."""
    others = [metric for metric in metrics if metric not in (Metric.SIGNALS, Metric.RATE)]
    return list(dict.fromkeys([Metric.ACTIONS, *others]))


def _cell(group: Group, metric: Metric, locale: Locale) -> str:
    counts = group.counts
    if metric is Metric.RATE:
        used = group.exposed.actions if group.exposed else 0
        return locale.percent(counts.actions / used) if used else "–"
    return locale.number(_number(group, metric))


def _number(group: Group, metric: Metric) -> int:
    counts = group.counts
    return {
        Metric.SIGNALS: counts.signals,
        Metric.PEOPLE: counts.people,
        Metric.SESSIONS: counts.sessions,
    }.get(metric, counts.actions)


def _label(label: str, by: GroupBy, locale: Locale) -> str:
    if by is GroupBy.SIGNAL:
        return locale.text(next((name for signal, name in SIGNAL_NAMES.items() if signal == label), label))
    if by in (GroupBy.DAY, GroupBy.HOUR) and (moment := _moment(label[:LOCAL_TIME], locale)):
        zone = label[LOCAL_TIME:]  # of an hour that comes twice
        return locale.date(moment) if by is GroupBy.DAY else f"{locale.date(moment)} {locale.time(moment)}{zone}"
    shown = facet_value(by, " ".join(label.split()), locale)
    return (shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…") or locale.text("(unknown)")


def _moment(label: str, locale: Locale) -> datetime | None:
    """Reads the local date by which sources label days and hours."""
    try:
        return datetime.fromisoformat(label).replace(tzinfo=locale.zone)
    except ValueError:
        return None


def _names(locale: Locale) -> dict[GroupBy, str]:
    return {
        GroupBy.BROWSER: locale.text("Browser"),
        GroupBy.COUNTRY: locale.text("Country"),
        GroupBy.DEVICE: locale.text("Device"),
        GroupBy.VERSION: locale.text("Version"),
        GroupBy.VIEW: locale.text("Page"),
        GroupBy.TARGET: locale.text("Button"),
        GroupBy.SIGNAL: locale.text("Signal"),
        GroupBy.HOUR: locale.text("Hour"),
        GroupBy.DAY: locale.text("Day"),
        GroupBy.ERROR: locale.text("Error"),
    }


def _headings(locale: Locale) -> dict[Metric, str]:
    return {
        Metric.SIGNALS: locale.text("Signals"),
        Metric.ACTIONS: locale.text("Actions"),
        Metric.PEOPLE: locale.text("People"),
        Metric.SESSIONS: locale.text("Sessions"),
        Metric.RATE: locale.text("Rate"),
    }


def as_csv(answer: Answer) -> bytes:
    """Returns every row, with numbers as programs read them, in UTF-8 with the byte order mark that Excel needs."""
    by = answer.question.group_by
    signals = list(answer.question.signals)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [by or "group", *signals, "signals", "actions", "people", "sessions", "used_actions", "used_people"]
    )
    for group in answer.groups:
        counts, used = group.counts, group.exposed
        numbers = [
            *(counts.by_signal.get(signal, 0) for signal in signals),
            counts.signals,
            counts.actions,
            counts.people,
        ]
        everyone: Sequence[object] = (used.actions, used.people) if used else ("", "")
        writer.writerow([harmless(group.label), *numbers, counts.sessions, *everyone])
    return text.getvalue().encode("utf-8-sig", "replace")


def harmless(cell: str) -> str:
    """Returns the cell so that no spreadsheet takes it for a formula."""
    shown = "".join(char for char in cell if char.isprintable() or char == " ")
    return f"'{shown}" if cell.startswith(FORMULA) or shown.lstrip().startswith(FORMULA) else shown
