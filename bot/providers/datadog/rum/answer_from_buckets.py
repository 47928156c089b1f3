"""From the buckets of a question's requests to its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.providers.datadog.provider import TITLE
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.count_requests import (
    FACETS,
    TOTALS,
    BucketCounts,
    RequestPlan,
    bucket_counts,
    by_signal,
    count_actions,
    single_bucket,
)
from bot.providers.datadog.rum.rum_event import RumEvent
from bot.providers.datadog.rum.rum_requests import AggregateBucket, Aggregated
from bot.providers.datadog.rum.series_slices import slice_index
from bot.signals.answer import Answer, Bucket, Counts, Definition, Group, TargetMatch
from bot.signals.question import GroupBy, Metric, Period, Question
from bot.signals.slices import slice_label

Results = Mapping[str, Aggregated]
"""The answers to the requests of a plan, by name."""
_SERIES = len(TOTALS)  # the place of the series among the computes of `now_kinds`


def answer(
    question: Question,
    targets: Sequence[TargetMatch],
    before: Period,
    plan: RequestPlan,
    results: Results,
    definition: Definition,
) -> Answer:
    """Returns the numbers. The caller adds errors, query, link and what limits them."""
    used = single_bucket(results["used"])
    return Answer(
        question=question,
        source="datadog",
        source_title=TITLE,
        definition=definition,
        query=query.frustrated(question, targets),
        counts=single_bucket(results["now"]).counts(by_signal(question, results["now_kinds"].buckets)),
        before=single_bucket(results["before"]).counts(by_signal(question, results["before_kinds"].buckets)),
        before_period=before,
        exposed=used.counts(),
        targets=_targets(targets, used, results),
        series=_series(question, plan, results),
        groups=tuple(_groups(question, plan, results)),
    )


def _targets(targets: Sequence[TargetMatch], used: BucketCounts, results: Results) -> tuple[TargetMatch, ...]:
    if "targets" not in results:
        return tuple(replace(target, actions=used.actions) for target in targets)
    actions = {str(bucket.by.get(query.NAME)): bucket.number(0) for bucket in results["targets"].buckets}
    return tuple(replace(target, actions=actions.get(target.name, 0)) for target in targets)


def _series(question: Question, plan: RequestPlan, results: Results) -> tuple[Bucket, ...]:
    sums = _signals_in_slices(question, plan.starts, results)
    return tuple(Bucket(start, counts.by_signal) for start, counts in zip(plan.starts, sums, strict=True))


def _signals_in_slices(question: Question, starts: Sequence[datetime], results: Results) -> list[Counts]:
    """Returns the signals of each slice that begins at one of `starts`."""
    sums, index = [dict.fromkeys(question.signals, 0) for _ in starts], slice_index(starts)
    for bucket in results["now_kinds"].buckets:
        signal = query.signal_of(str(bucket.by.get(query.FRUSTRATION)))
        if signal in question.signals:
            for point in bucket.points(_SERIES):
                sums[index(point.time)][signal] += round(point.value)
    return [Counts(by) for by in sums]


def _groups(question: Question, plan: RequestPlan, results: Results) -> list[Group]:
    by = question.group_by
    if by is None or by is GroupBy.ERROR:  # errors are events of their own, see `by_error`
        return []
    if by is GroupBy.SIGNAL:
        groups = _by_kind(question, results)
    elif by in FACETS:
        groups = _by_facet(question, FACETS[by], results)
    else:
        return _by_time(question, plan, results)[: question.top]
    return sorted(groups, key=_order(question.metric))[: question.top]


def by_error(question: Question, actions: Mapping[str, Sequence[RumEvent]]) -> tuple[Group, ...]:
    """Returns errors as groups of the actions that each happened in.

    An error has no base: nobody met it without it.
    """
    metric = question.metric if question.metric in (Metric.PEOPLE, Metric.SESSIONS) else Metric.ACTIONS
    groups = [Group(message, count_actions(question, events)) for message, events in actions.items()]
    return tuple(sorted(groups, key=_order(metric))[: question.top])


def _by_kind(question: Question, results: Results) -> list[Group]:
    sums = {signal: BucketCounts() for signal in question.signals}
    for bucket in results["now_kinds"].buckets:
        signal = query.signal_of(str(bucket.by.get(query.FRUSTRATION)))
        if signal in sums:
            sums[signal] = _sum(sums[signal], bucket_counts(bucket))
    used = single_bucket(results["used"]).counts()
    return [Group(signal, sum_.counts({signal: sum_.actions}), used) for signal, sum_ in sums.items() if sum_.actions]


def _by_facet(question: Question, facet: str, results: Results) -> list[Group]:
    kinds: dict[str, list[AggregateBucket]] = {}
    for bucket in results["group_kinds"].buckets:
        kinds.setdefault(str(bucket.by.get(facet)), []).append(bucket)
    used = {str(bucket.by.get(facet)): bucket_counts(bucket).counts() for bucket in results["group_used"].buckets}
    rows = [(str(bucket.by.get(facet)), bucket_counts(bucket)) for bucket in results["group"].buckets]
    return [
        Group(label, counts.counts(by_signal(question, kinds.get(label, []))), used.get(label))
        for label, counts in rows
        if counts.actions
    ]


def _by_time(question: Question, plan: RequestPlan, results: Results) -> list[Group]:
    """Groups are labelled by the local date (`2026-11-23`, `2026-11-23 14:00`), in order; empty slices are left out."""
    hourly = question.group_by is GroupBy.HOUR
    signals = _signals_in_slices(question, plan.slots, results)
    hits, used = (_totals_in_slices(plan.slots, results[name]) for name in ("slot", "slot_used"))
    groups = [
        Group(slice_label(start, hourly=hourly), hits[at].counts(signals[at].by_signal), used[at].counts())
        for at, start in enumerate(plan.slots)
        if hits[at].actions
    ]
    return sorted(groups, key=_order(question.metric)) if question.top else groups


def _totals_in_slices(starts: Sequence[datetime], result: Aggregated) -> list[BucketCounts]:
    """Returns the series of TOTALS, added up by slice."""
    sums, index = [AggregateBucket() for _ in starts], slice_index(starts)
    for bucket in result.buckets:
        for compute in range(len(TOTALS)):
            for point in bucket.points(compute):
                into = sums[index(point.time)]
                into.computes[f"c{compute}"] = into.number(compute) + point.value
    return [bucket_counts(bucket) for bucket in sums]


def _sum(one: BucketCounts, other: BucketCounts) -> BucketCounts:
    return BucketCounts(one.actions + other.actions, one.people + other.people, one.sessions + other.sessions)


def _order(metric: Metric) -> Callable[[Group], tuple[float, str]]:
    """The largest group comes first, then by label."""
    return lambda group: (-_measure(metric, group), group.label)


def _measure(metric: Metric, group: Group) -> float:
    counts = group.counts
    if metric is Metric.RATE:
        return counts.actions / group.exposed.actions if group.exposed and group.exposed.actions else 0.0
    numbers = {Metric.ACTIONS: counts.actions, Metric.PEOPLE: counts.people, Metric.SESSIONS: counts.sessions}
    return numbers.get(metric, counts.signals)
