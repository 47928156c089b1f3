"""From the rows of a question's query to its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.providers.posthog.count_query import CountRow
from bot.providers.posthog.provider import TITLE
from bot.signals.answer import (
    Answer,
    Bucket,
    Caveat,
    CaveatKind,
    Counts,
    Definition,
    Group,
    TargetMatch,
    TopError,
)
from bot.signals.periods import bar_of, edges, slice_label
from bot.signals.question import SHARED, SLICES, GroupBy, Metric, Period, Question, Signal

MOST_ERRORS = 5
_NOTHING = CountRow("", "", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def answer(
    question: Question,
    targets: Sequence[TargetMatch],
    before: Period,
    rows: Sequence[CountRow],
    definition: Definition,
) -> Answer:
    """Returns the numbers, and says who people are where that isn't plain.

    The caller adds the query and what limits the numbers.
    """
    now = _one(rows, "now")
    used = {row.label: row.used_actions for row in rows if row.part == "target"}
    return Answer(
        question=question,
        source="posthog",
        source_title=TITLE,
        definition=definition,
        query="",
        counts=_counts(question, now),
        before=_counts(question, _one(rows, "before")),
        before_period=before,
        exposed=_used(now),
        targets=tuple(replace(match, actions=used.get(match.name, 0)) for match in targets),
        series=_series(question, rows),
        errors=_errors(rows),
        groups=_groups(question, rows, now),
        caveats=(Caveat(CaveatKind.NAMELESS),) if now.nameless else (),
    )


def _one(rows: Sequence[CountRow], part: str) -> CountRow:
    return next((row for row in rows if row.part == part), _NOTHING)


def _by_signal(question: Question, row: CountRow) -> dict[Signal, int]:
    counts = {Signal.RAGE: row.rage, Signal.DEAD: row.dead, Signal.ERROR: row.error}
    return {signal: counts[signal] for signal in question.signals}


def _counts(question: Question, row: CountRow) -> Counts:
    return Counts(_by_signal(question, row), row.actions, row.people, row.sessions)


def _used(row: CountRow) -> Counts:
    return Counts(actions=row.used_actions, people=row.used_people, sessions=row.used_sessions)


def _errors(rows: Sequence[CountRow]) -> tuple[TopError, ...]:
    found = [TopError(row.label, row.actions) for row in rows if row.part == "error"]
    return tuple(sorted(found, key=lambda error: (-error.actions, error.message))[:MOST_ERRORS])


def _series(question: Question, rows: Sequence[CountRow]) -> tuple[Bucket, ...]:
    """A slot is how many slices have begun: the first one is 1."""
    by_slot = {row.slot: row for row in rows if row.part == "slot"}
    starts = edges(question.period, bar_of(question.period))
    return tuple(
        Bucket(start, _by_signal(question, by_slot.get(number, _NOTHING))) for number, start in enumerate(starts, 1)
    )


def _groups(question: Question, rows: Sequence[CountRow], everyone: CountRow) -> tuple[Group, ...]:
    by = question.group_by
    if by is None:
        return ()
    least = 1 if question.metric not in SHARED or by in (GroupBy.SIGNAL, GroupBy.ERROR) else 0
    found = [row for row in rows if row.part == "group" and row.actions >= least]
    if by in SLICES and not question.top:
        found.sort(key=lambda row: row.slot)
    else:
        found.sort(key=lambda row: (-_measure(question, row), row.label, row.slot))
    starts = edges(question.period, by) if by in SLICES else []
    return tuple(_group(question, row, everyone, starts) for row in found[: question.top])


def _group(question: Question, row: CountRow, everyone: CountRow, starts: Sequence[datetime]) -> Group:
    by, counts = question.group_by, _counts(question, row)
    if by is GroupBy.ERROR:
        return Group(row.label, counts)  # an error has no base: nobody met it without it
    if by is GroupBy.SIGNAL:
        signal = Signal(row.label)
        return Group(row.label, replace(counts, by_signal={signal: counts.by_signal[signal]}), _used(everyone))
    label = slice_label(starts[row.slot - 1], by) if by in SLICES and by is not None else row.label
    return Group(label, counts, _used(row))


def _measure(question: Question, row: CountRow) -> float:
    """Errors and kinds of signals have everyone as their base, so their shares are ordered as their numbers."""
    metric, by = question.metric, question.group_by
    if by in (GroupBy.SIGNAL, GroupBy.ERROR):
        metric = SHARED.get(metric, metric)
        metric = metric if metric in (Metric.PEOPLE, Metric.SESSIONS) else Metric.ACTIONS
    part = _number(SHARED.get(metric, metric), _counts(question, row))
    if metric not in SHARED:
        return part
    everything = _number(SHARED[metric], _used(row))
    return part / everything if everything else 0.0


def _number(metric: Metric, counts: Counts) -> int:
    numbers = {Metric.ACTIONS: counts.actions, Metric.PEOPLE: counts.people, Metric.SESSIONS: counts.sessions}
    return numbers.get(metric, counts.signals)
