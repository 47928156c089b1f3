"""From rows of the counting statement to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.providers.local.count_statement import Row, slot
from bot.providers.local.provider import TITLE
from bot.signals.answer import Answer, Bucket, Caveat, CaveatKind, Counts, Definition, Group, TargetMatch, TopError
from bot.signals.periods import bar_of, edges, slice_label
from bot.signals.question import SLICES, GroupBy, Period, Question, Signal


def answer(
    question: Question, targets: Sequence[TargetMatch], before: Period, rows: Sequence[Row], definition: Definition
) -> Answer:
    """Returns the numbers, and says who people are where that isn't plain.

    The caller adds the query and what limits the numbers.
    """
    now = _one(rows, "now")
    return Answer(
        question=question,
        source="local",
        source_title=TITLE,
        definition=definition,
        query="",
        counts=_counts(question, now),
        before=_counts(question, _one(rows, "before")),
        before_period=before,
        exposed=_used(now),
        targets=_targets(targets, rows),
        series=_series(question, [row for row in rows if row.part == "slot"]),
        errors=tuple(TopError(row.label, row.actions) for row in _ranked(rows, "error")),
        groups=tuple(_group(question, row, now) for row in rows if row.part == "group"),
        sample=now.sample,
        caveats=(Caveat(CaveatKind.NAMELESS),) if now.nameless else (),
    )


_EMPTY = Row("", "", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sample=False, nameless=False)


def _one(rows: Sequence[Row], part: str) -> Row:
    return next((row for row in rows if row.part == part), _EMPTY)


def _ranked(rows: Sequence[Row], part: str) -> list[Row]:
    return sorted((row for row in rows if row.part == part), key=lambda row: (-row.actions, row.label))


def _by_signal(question: Question, row: Row) -> dict[Signal, int]:
    counts = {Signal.RAGE: row.rage, Signal.DEAD: row.dead, Signal.ERROR: row.error}
    return {signal: counts[signal] for signal in question.signals}


def _counts(question: Question, row: Row) -> Counts:
    return Counts(_by_signal(question, row), row.actions, row.people, row.sessions)


def _targets(targets: Sequence[TargetMatch], rows: Sequence[Row]) -> tuple[TargetMatch, ...]:
    used = {row.label: row.actions for row in rows if row.part == "target"}
    return tuple(replace(match, actions=used.get(match.name, 0)) for match in targets)


def _series(question: Question, rows: Sequence[Row]) -> tuple[Bucket, ...]:
    starts = edges(question.period, bar_of(question.period))
    seconds = [start.timestamp() for start in starts]
    sums = [dict.fromkeys(question.signals, 0) for _ in starts]
    for row in rows:
        bucket = sums[slot(seconds, row.slot)]
        for signal, count in _by_signal(question, row).items():
            bucket[signal] += count
    return tuple(Bucket(start, count) for start, count in zip(starts, sums, strict=True))


def _group(question: Question, row: Row, everyone: Row) -> Group:
    counts, base = _counts(question, row), row
    if question.group_by is GroupBy.SIGNAL:
        counts, base = replace(counts, by_signal={Signal(row.label): counts.by_signal[Signal(row.label)]}), everyone
    if question.group_by is GroupBy.ERROR:
        return Group(row.label, counts)  # an error has no base: nobody met it without it
    return Group(_label(question, row), counts, _used(base))


def _used(row: Row) -> Counts:
    return Counts(actions=row.used_actions, people=row.used_people, sessions=row.used_sessions)


def _label(question: Question, row: Row) -> str:
    """Days, hours and minutes are labelled by their local date, others by their value."""
    if question.group_by not in SLICES:
        return row.label
    start = datetime.fromtimestamp(row.slot, UTC).astimezone(question.period.start.tzinfo)
    return slice_label(start, question.group_by)
