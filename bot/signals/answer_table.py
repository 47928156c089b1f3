"""A grouped answer as a table: ten rows in the message, all of them in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Counts, Group
from bot.signals.answer_text import part_of_all, share_text
from bot.signals.headline import measured
from bot.signals.question import SHARED, SLICES, GroupBy, Metric
from bot.signals.question_text import SIGNAL_NAMES, facet_value

MOST_ROWS = 10
LONGEST = 80  # characters of a label in the message
COUNTED = ("signals", "actions", "people", "sessions")
LOCAL_TIME = len("2026-11-23 14:00")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""A cell that begins like this is a formula to spreadsheets, to some of them in wide letters, too:
https://owasp.org/www-community/attacks/CSV_Injection."""

_BESIDE = {
    Metric.PEOPLE_SHARE: (Metric.SIGNALS, Metric.SESSIONS),
    Metric.SESSIONS_SHARE: (Metric.SIGNALS, Metric.PEOPLE),
}
"""What stands beside a share, which names its own two numbers."""


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """`columns` and `rows` as people read them, the first cell of each naming the group; labels come from outside.

    `more` counts the rows that only the file has, `note` says which these are where they aren't the first.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0
    note: str = ""


def table(answer: Answer, locale: Locale, *, most: int = MOST_ROWS) -> AnswerTable | None:
    """Returns at most `most` rows, the first of them; None for an answer without groups.

    Days and hours are in order of time, and where there are more of them, these are the worst, worst first.
    """
    by = answer.question.group_by
    if by is None or not answer.groups:
        return None
    metrics = _metrics(answer)
    if by is GroupBy.ERROR:
        metrics = [
            metric for metric in _of_errors(metrics) if any(measured(group.counts, metric) for group in answer.groups)
        ]
    usual = any(group.usual for group in answer.groups)
    worst = len(answer.groups) > most and _in_order_of_time(answer)
    headings = [*(_headings(locale)[metric] for metric in metrics), *([locale.text("Usually")] if usual else [])]
    columns = (_names(locale)[by], *headings)
    rows = tuple(
        (
            label(group.label, by, locale),
            *_cells(group, metrics, locale),
            *(_usual(answer, group, locale) if usual else ()),
        )
        for group in (_worst(answer)[:most] if worst else answer.groups[:most])
    )
    return AnswerTable(
        columns, rows, max(0, len(answer.groups) - most), _of_the_worst(by, most, locale) if worst else ""
    )


def _in_order_of_time(answer: Answer) -> bool:
    return answer.question.group_by in SLICES and answer.question.top is None


def _worst(answer: Answer) -> list[Group]:
    """Returns the groups by what was asked for, most first, in the order of a ranking ("top 5 hours")."""
    metric = answer.question.metric

    def measure(group: Group) -> float:
        if metric not in SHARED:
            return measured(group.counts, metric)
        part, everything = part_of_all(group.counts, group.exposed or Counts(), metric)
        return part / everything if everything else 0.0

    return sorted(answer.groups, key=lambda group: -measure(group))


def _of_the_worst(by: GroupBy, most: int, locale: Locale) -> str:
    if by is GroupBy.MINUTE:
        return locale.text("The %(n)s worst minutes, the worst first.", n=locale.number(most))
    if by is GroupBy.HOUR:
        return locale.text("The %(n)s worst hours, the worst first.", n=locale.number(most))
    return locale.text("The %(n)s worst days, the worst first.", n=locale.number(most))


def _metrics(answer: Answer) -> list[Metric]:
    """Returns what was asked for first; the rate only where it is known, and beside no other share."""
    asked = answer.question.metric
    if asked in _BESIDE:
        return [asked, *_BESIDE[asked]]
    usual = [Metric.SIGNALS, Metric.PEOPLE, Metric.SESSIONS]
    rates = [Metric.RATE] if all(group.exposed and group.exposed.actions for group in answer.groups) else []
    return list(dict.fromkeys([asked, *usual, *rates]))


def _of_errors(metrics: Sequence[Metric]) -> list[Metric]:
    """An error counts actions first; of one kind of signal those would be the same number twice."""
    others = [metric for metric in metrics if metric is not Metric.SIGNALS and metric not in SHARED]
    return list(dict.fromkeys([Metric.ACTIONS, *others]))


def _cells(group: Group, metrics: Sequence[Metric], locale: Locale) -> list[str]:
    return [_cell(group.counts, group.exposed, metric, locale) for metric in metrics]


def _cell(counts: Counts, exposed: Counts | None, metric: Metric, locale: Locale) -> str:
    if metric not in SHARED:
        return locale.number(measured(counts, metric))
    part, everything = part_of_all(counts, exposed or Counts(), metric)
    if not everything:
        return "–"
    if metric is Metric.RATE:
        return locale.percent(part / everything)
    return share_text(part, everything, locale)


def _usual(answer: Answer, group: Group, locale: Locale) -> tuple[str]:
    return (_cell(group.usual or Counts(), group.usual_exposed, answer.question.metric, locale),)


def label(label: str, by: GroupBy, locale: Locale) -> str:
    if by is GroupBy.SIGNAL:
        return locale.text(next((name for signal, name in SIGNAL_NAMES.items() if signal == label), label))
    if by in SLICES and (moment := _moment(label[:LOCAL_TIME], locale)):
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
        GroupBy.OS: locale.text("System"),
        GroupBy.ENV: locale.text("Environment"),
        GroupBy.VIEW: locale.text("Page"),
        GroupBy.TARGET: locale.text("Button"),
        GroupBy.SIGNAL: locale.text("Signal"),
        GroupBy.MINUTE: locale.text("Minute"),
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
        Metric.PEOPLE_SHARE: locale.text("Share of people"),
        Metric.SESSIONS_SHARE: locale.text("Share of sessions"),
    }


def as_csv(answer: Answer) -> bytes:
    """Returns every row, with numbers as programs read them, in UTF-8 with the byte order mark that Excel needs."""
    by = answer.question.group_by
    signals = list(answer.question.signals)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([by or "group", *signals, *COUNTED, *(f"used_{name}" for name in COUNTED[1:])])
    for group in answer.groups:
        counts, used = group.counts, group.exposed
        numbers = [
            *(counts.by_signal.get(signal, 0) for signal in signals),
            counts.signals,
            counts.actions,
            counts.people,
        ]
        everyone: Sequence[object] = (used.actions, used.people, used.sessions) if used else ("", "", "")
        writer.writerow([harmless(group.label), *numbers, counts.sessions, *everyone])
    return text.getvalue().encode("utf-8-sig", "replace")


def harmless(cell: str) -> str:
    """Returns the cell so that no spreadsheet takes it for a formula."""
    shown = "".join(char for char in cell if char.isprintable() or char == " ")
    return f"'{shown}" if cell.startswith(FORMULA) or shown.lstrip().startswith(FORMULA) else shown
