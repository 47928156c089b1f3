"""From the buckets of a plan to an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.providers.datadog.provider import TITLE
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.count_requests import (
    FACETS,
    WHOLE,
    CountPart,
    RequestPlan,
    alone,
    by_signal,
    listed,
    part,
)
from bot.providers.datadog.rum.rum_event import Inner
from bot.providers.datadog.rum.rum_requests import AggregateBucket, Aggregated
from bot.providers.datadog.rum.series_slices import placing
from bot.signals.answer import Answer, Counts, Definition, Group, TargetMatch
from bot.signals.answer import Bucket as Slice
from bot.signals.question import GroupBy, Metric, Period, Question

Found = Mapping[str, Aggregated]
_SERIES = len(WHOLE)  # the place of the series among the computes of `now_kinds`


def answer(
    question: Question,
    targets: Sequence[TargetMatch],
    before: Period,
    plan: RequestPlan,
    found: Found,
    definition: Definition,
) -> Answer:
    """The numbers; the caller adds errors, query, link and what limits them."""
    used = alone(found["used"])
    return Answer(
        question=question,
        source="datadog",
        source_title=TITLE,
        definition=definition,
        query=query.frustrated(question, targets),
        counts=alone(found["now"]).counts(by_signal(question, found["now_kinds"].buckets)),
        before=alone(found["before"]).counts(by_signal(question, found["before_kinds"].buckets)),
        before_period=before,
        exposed=used.counts(),
        targets=_targets(targets, used, found),
        series=_series(question, plan, found),
        groups=tuple(_groups(question, plan, found)),
    )


def _targets(targets: Sequence[TargetMatch], used: CountPart, found: Found) -> tuple[TargetMatch, ...]:
    if "targets" not in found:
        return tuple(replace(it, actions=used.actions) for it in targets)
    actions = {str(it.by.get(query.NAME)): it.number(0) for it in found["targets"].buckets}
    return tuple(replace(it, actions=actions.get(it.name, 0)) for it in targets)


def _series(question: Question, plan: RequestPlan, found: Found) -> tuple[Slice, ...]:
    sums = _slotted(question, plan.starts, found)
    return tuple(Slice(start, counts.by_signal) for start, counts in zip(plan.starts, sums, strict=True))


def _slotted(question: Question, starts: Sequence[datetime], found: Found) -> list[Counts]:
    """Signals in each slice that begins at one of `starts`."""
    sums, place = [dict.fromkeys(question.signals, 0) for _ in starts], placing(starts)
    for bucket in found["now_kinds"].buckets:
        signal = query.signal_of(str(bucket.by.get(query.FRUSTRATION)))
        if signal in question.signals:
            for point in bucket.points(_SERIES):
                sums[place(point.time)][signal] += round(point.value)
    return [Counts(by) for by in sums]


def _groups(question: Question, plan: RequestPlan, found: Found) -> list[Group]:
    by = question.group_by
    if by is None or by is GroupBy.ERROR:  # errors are events of their own, see `by_error`
        return []
    if by is GroupBy.SIGNAL:
        groups = _by_kind(question, found)
    elif by in FACETS:
        groups = _by_facet(question, FACETS[by], found)
    else:
        return _by_time(question, plan, found)[: question.top]
    return sorted(groups, key=_order(question.metric))[: question.top]


def by_error(question: Question, actions: Mapping[str, Sequence[Inner]]) -> tuple[Group, ...]:
    """Errors as groups, of the actions that each happened in. An error has no base: nobody met it without it."""
    metric = question.metric if question.metric in (Metric.PEOPLE, Metric.SESSIONS) else Metric.ACTIONS
    groups = [Group(message, listed(question, those)) for message, those in actions.items()]
    return tuple(sorted(groups, key=_order(metric))[: question.top])


def _by_kind(question: Question, found: Found) -> list[Group]:
    parts = {signal: CountPart() for signal in question.signals}
    for bucket in found["now_kinds"].buckets:
        signal = query.signal_of(str(bucket.by.get(query.FRUSTRATION)))
        if signal in parts:
            parts[signal] = _sum(parts[signal], part(bucket))
    used = alone(found["used"]).counts()
    return [Group(signal, it.counts({signal: it.actions}), used) for signal, it in parts.items() if it.actions]


def _by_facet(question: Question, facet: str, found: Found) -> list[Group]:
    kinds: dict[str, list[AggregateBucket]] = {}
    for bucket in found["group_kinds"].buckets:
        kinds.setdefault(str(bucket.by.get(facet)), []).append(bucket)
    used = {str(it.by.get(facet)): part(it).counts() for it in found["group_used"].buckets}
    rows = [(str(it.by.get(facet)), part(it)) for it in found["group"].buckets]
    return [
        Group(label, it.counts(by_signal(question, kinds.get(label, []))), used.get(label))
        for label, it in rows
        if it.actions
    ]


def _by_time(question: Question, plan: RequestPlan, found: Found) -> list[Group]:
    """Labelled by the local date (`2026-11-23`, `2026-11-23 14:00`), in order; empty slices are left out."""
    label = "%Y-%m-%d" if question.group_by is GroupBy.DAY else "%Y-%m-%d %H:%M"
    signals = _slotted(question, plan.slots, found)
    hits, used = (_parts(plan.slots, found[name]) for name in ("slot", "slot_used"))
    groups = [
        Group(format(start, label), hits[at].counts(signals[at].by_signal), used[at].counts())
        for at, start in enumerate(plan.slots)
        if hits[at].actions
    ]
    return sorted(groups, key=_order(question.metric)) if question.top else groups


def _parts(starts: Sequence[datetime], found: Aggregated) -> list[CountPart]:
    """The series of WHOLE, by slice."""
    sums, place = [AggregateBucket() for _ in starts], placing(starts)
    for bucket in found.buckets:
        for compute in range(len(WHOLE)):
            for point in bucket.points(compute):
                into = sums[place(point.time)]
                into.computes[f"c{compute}"] = into.number(compute) + point.value
    return [part(it) for it in sums]


def _sum(one: CountPart, other: CountPart) -> CountPart:
    return CountPart(one.actions + other.actions, one.people + other.people, one.sessions + other.sessions)


def _order(metric: Metric) -> Callable[[Group], tuple[float, str]]:
    """Largest first, then by label."""
    return lambda group: (-_measure(metric, group), group.label)


def _measure(metric: Metric, group: Group) -> float:
    counts = group.counts
    if metric is Metric.RATE:
        return counts.actions / group.exposed.actions if group.exposed and group.exposed.actions else 0.0
    numbers = {Metric.ACTIONS: counts.actions, Metric.PEOPLE: counts.people, Metric.SESSIONS: counts.sessions}
    return numbers.get(metric, counts.signals)
