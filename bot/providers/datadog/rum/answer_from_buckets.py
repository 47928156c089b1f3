"""From the buckets of a question's requests to its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.providers.datadog.provider import TITLE
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.bucket_totals import Results, by_label, in_slots, single
from bot.providers.datadog.rum.count_requests import FACETS, RequestPlan
from bot.providers.datadog.rum.people_counts import BucketCounts, count_events
from bot.providers.datadog.rum.rum_event import RumEvent, device_name
from bot.providers.datadog.rum.rum_requests import AggregateBucket
from bot.providers.datadog.rum.series_slices import slice_index
from bot.signals.answer import Answer, Bucket, Caveat, CaveatKind, Counts, Definition, Group, TargetMatch
from bot.signals.periods import slice_label
from bot.signals.question import SHARED, GroupBy, Metric, Period, Question, Signal

_SERIES = 1  # the place of the series among the computes of `now_kinds`


def answer(
    question: Question,
    targets: Sequence[TargetMatch],
    before: Period,
    plan: RequestPlan,
    results: Results,
    definition: Definition,
) -> Answer:
    """Returns the numbers, and says who people are where that isn't plain.

    The caller adds errors, query, link and what limits them.
    """
    used = single(results, "used")
    return Answer(
        question=question,
        source="datadog",
        source_title=TITLE,
        definition=definition,
        query=query.frustrated(question, targets),
        counts=single(results, "now").counts(_by_signal(question, results["now_kinds"].buckets)),
        before=single(results, "before").counts(_by_signal(question, results["before_kinds"].buckets)),
        before_period=before,
        exposed=used.counts(),
        targets=_targets(targets, used, results),
        series=_series(question, plan, results),
        groups=tuple(_groups(question, plan, results)),
        caveats=(Caveat(CaveatKind.NAMELESS),) if used.nameless else (),
    )


def _by_signal(question: Question, buckets: Sequence[AggregateBucket]) -> dict[Signal, int]:
    """Adds up buckets by kind of signal. Kinds that weren't asked for come along in them and are left out."""
    sums = dict.fromkeys(question.signals, 0)
    for bucket in buckets:
        signal = query.signal_of(str(bucket.by.get(query.FRUSTRATION)))
        if signal in sums:
            sums[signal] += bucket.number(0)
    return sums


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
    counted = SHARED.get(question.metric, question.metric)
    metric = counted if counted in (Metric.PEOPLE, Metric.SESSIONS) else Metric.ACTIONS
    groups = [Group(message, _counted(question, events)) for message, events in actions.items()]
    return tuple(sorted(groups, key=_order(metric))[: question.top])


def _counted(question: Question, actions: Sequence[RumEvent]) -> Counts:
    """Counts actions that are at hand."""
    kinds = [{query.signal_of(kind) for kind in action.action.frustration.type} for action in actions]
    sums = {signal: sum(signal in carried for carried in kinds) for signal in question.signals}
    return count_events(actions).counts(sums)


def _by_kind(question: Question, results: Results) -> list[Group]:
    used = single(results, "used").counts()
    rows = {signal: single(results, f"kind {signal}") for signal in question.signals}
    return [Group(signal, row.counts({signal: row.actions}), used) for signal, row in rows.items() if row.actions]


def _by_facet(question: Question, facet: str, results: Results) -> list[Group]:
    kinds: dict[str, list[AggregateBucket]] = {}
    for bucket in results["group_kinds"].buckets:
        kinds.setdefault(str(bucket.by.get(facet)), []).append(bucket)
    used = {label: counts.counts() for label, counts in by_label(results, "group_used", facet).items()}
    hits = by_label(results, "group", facet)
    labels = [label for label, counts in hits.items() if counts.actions]
    if question.metric in SHARED:
        labels += [label for label in used if label not in labels]
    name = device_name if question.group_by is GroupBy.DEVICE else str
    return [
        Group(
            name(label),
            hits.get(label, BucketCounts()).counts(_by_signal(question, kinds.get(label, []))),
            used.get(label),
        )
        for label in labels
    ]


def _by_time(question: Question, plan: RequestPlan, results: Results) -> list[Group]:
    """Groups are labelled by the local date (`2026-11-23`, `2026-11-23 14:00`), in order; empty slices are left out."""
    by = question.group_by or GroupBy.DAY
    signals = _signals_in_slices(question, plan.slots, results)
    hits, used = (in_slots(results, name, plan.slots) for name in ("slot", "slot_used"))
    groups = [
        Group(slice_label(start, by), hits[at].counts(signals[at].by_signal), used[at].counts())
        for at, start in enumerate(plan.slots)
        if hits[at].actions or (question.metric in SHARED and used[at].actions)
    ]
    return sorted(groups, key=_order(question.metric)) if question.top else groups


def _order(metric: Metric) -> Callable[[Group], tuple[float, str]]:
    """The largest group comes first, then by label."""
    return lambda group: (-_measure(metric, group), group.label)


def _measure(metric: Metric, group: Group) -> float:
    counts, counted = group.counts, SHARED.get(metric, metric)
    part = _number(counts, counted)
    if metric not in SHARED:
        return part
    everything = _number(group.exposed, counted) if group.exposed else 0
    return part / everything if everything else 0.0


def _number(counts: Counts, metric: Metric) -> int:
    numbers = {Metric.ACTIONS: counts.actions, Metric.PEOPLE: counts.people, Metric.SESSIONS: counts.sessions}
    return numbers.get(metric, counts.signals)
