"""The requests that a question takes.

A question takes seven requests, six of them at once, and more for several targets, a grouping (see `plan`) or people
without a user id. One request counts actions, sessions and people together. Signals need a second one, because an
action may carry several and would be counted more than once. Distinct counts are Datadog's estimates, as on its own
pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.people_counts import BROWSER, CLAUSES, SESSION, USER, PeopleIds
from bot.providers.datadog.rum.rum_requests import MOST_BUCKETS, Aggregated, ComputeRequest, FacetGroup, aggregate
from bot.providers.datadog.rum.series_slices import interval, is_divided
from bot.signals.answer import TargetMatch
from bot.signals.periods import bar_of, edges
from bot.signals.question import SLICES, GroupBy, Period, Question

MOST_GROUPS = 1000
BY_KIND = FacetGroup(query.FRUSTRATION, 5)  # three kinds of clicks, two of taps
IDS = (SESSION, USER, BROWSER)
TOTALS = (ComputeRequest(), *(ComputeRequest("cardinality", id) for id in IDS))
"""The number of events, then those of distinct ids."""
FACETS = {
    GroupBy.BROWSER: "@browser.name",
    GroupBy.COUNTRY: "@geo.country_iso_code",
    GroupBy.DEVICE: "@device.type",
    GroupBy.VERSION: "version",
    GroupBy.OS: "@os.name",
    GroupBy.ENV: "env",
    GroupBy.VIEW: "@view.url_path_group",
    GroupBy.TARGET: query.NAME,
}


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """The requests of a question by name, and where the slices of its chart and of its grouping by time begin."""

    calls: dict[str, Call]
    starts: list[datetime]
    slots: list[datetime]
    by_slot: dict[str, dict[str, Call]] = field(default_factory=dict)
    """For requests that list ids by slot: what counts each slot for itself instead, where the ids are too many."""

    def instead(self, results: Mapping[str, Aggregated]) -> dict[str, Call]:
        """Returns the requests that are still needed, because a list of ids is full."""
        full = [name for name in self.by_slot if any(_is_full(results[f"{name} {id}"]) for id in IDS)]
        return {slot: call for name in full for slot, call in self.by_slot[name].items()}


def plan(question: Question, targets: Sequence[TargetMatch], before: Period, ids: PeopleIds) -> RequestPlan:
    """Names: now, used, before (totals); now_kinds, before_kinds (signals); targets, group…, kind… and slot… if needed.

    Totals come once more for each part of `ids`, whose name follows: `now named`.
    """
    clicks, hits = query.clicks(question, targets), query.frustrated(question, targets)
    period, by = question.period, question.group_by
    starts = edges(period, bar_of(period))
    slots = edges(period, by) if by in SLICES else []
    series = ComputeRequest(interval=interval([*starts, *slots[1:]]))
    calls = _totals("now", hits, period, ids) | _totals("used", clicks, period, ids)
    calls |= _totals("before", hits, before, ids)
    calls["now_kinds"] = aggregate(hits, period, (ComputeRequest(), series), [BY_KIND])
    calls["before_kinds"] = aggregate(hits, before, (ComputeRequest(),), [BY_KIND])
    if len(targets) > 1:
        calls["targets"] = aggregate(clicks, period, (ComputeRequest(),), [FacetGroup(query.NAME, query.MOST_NAMES)])
    if by in FACETS:
        group = FacetGroup(FACETS[by], MOST_GROUPS)
        calls |= _totals("group", hits, period, ids, group) | _totals("group_used", clicks, period, ids, group)
        calls["group_kinds"] = aggregate(hits, period, (ComputeRequest(),), [group, BY_KIND])
    if by is GroupBy.SIGNAL:
        for signal in question.signals:
            of_kind = query.frustrated(replace(question, signals=(signal,)), targets)
            calls |= _totals(f"kind {signal}", of_kind, period, ids)
    planned = RequestPlan(calls, starts, slots)
    for name, words in (("slot", hits), ("slot_used", clicks)) if slots else ():
        _add_slots(planned, name, words, period, ids, daily=by is GroupBy.DAY)
    return planned


def event_plan(event: str, period: Period, ids: PeopleIds) -> dict[str, Call]:
    """Returns the requests that count who did something, by name: `did` and its parts."""
    return _totals("did", query.did(event), period, ids)


def _totals(name: str, words: str, period: Period, ids: PeopleIds, *groups: FacetGroup) -> dict[str, Call]:
    return {f"{name} {part}".rstrip(): aggregate(words + CLAUSES[part], period, TOTALS, groups) for part in ids.value}


def _add_slots(planned: RequestPlan, name: str, words: str, period: Period, ids: PeopleIds, *, daily: bool) -> None:
    """Adds series of the totals. Where Datadog's slices are smaller than ours, ids are listed: they can't be added."""
    slice_ = "1d" if daily else interval(planned.slots)
    ends = [*planned.slots[1:], period.end]
    totals = [ComputeRequest(total.aggregation, total.metric, slice_) for total in TOTALS]
    for part in ids.value:
        own, of_part = f"{name} {part}".rstrip(), words + CLAUSES[part]
        if daily or not is_divided(planned.slots):
            planned.calls[own] = aggregate(of_part, period, totals)
            continue
        planned.calls[own] = aggregate(of_part, period, totals[:1])
        for id in IDS:
            planned.calls[f"{own} {id}"] = aggregate(of_part, period, totals[:1], [FacetGroup(id, MOST_BUCKETS)])
        planned.by_slot[own] = {
            f"{own} {at}": aggregate(of_part, Period(start, end), TOTALS)
            for at, (start, end) in enumerate(zip(planned.slots, ends, strict=True))
        }


def _is_full(result: Aggregated) -> bool:
    return len(result.buckets) >= MOST_BUCKETS
