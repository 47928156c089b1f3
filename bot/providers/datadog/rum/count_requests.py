"""The requests that a question takes, and how their buckets become numbers.

A question is seven requests, six of them at once (more only for several targets or a grouping, see `plan`). One
request counts actions, sessions and people together; signals need a second one, because an action may carry several
and would be counted more than once. Distinct counts are Datadog's estimates, as on its own pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_event import Inner
from bot.providers.datadog.rum.rum_requests import AggregateBucket, Aggregated, ComputeRequest, FacetGroup, aggregate
from bot.providers.datadog.rum.series_slices import interval
from bot.signals.answer import Counts, TargetMatch
from bot.signals.question import GroupBy, Period, Question, Signal
from bot.signals.slices import edges, is_hourly

GROUPS_TOLD = 1000
BY_KIND = FacetGroup(query.FRUSTRATION, 5)  # three kinds of clicks, two of taps
SESSIONS = ComputeRequest("cardinality", "@session.id")
WHOLE = (
    ComputeRequest(),
    SESSIONS,
    ComputeRequest("cardinality", "@usr.id"),
    ComputeRequest("cardinality", "@usr.anonymous_id"),
)
FACETS = {
    GroupBy.BROWSER: "@browser.name",
    GroupBy.COUNTRY: "@geo.country_iso_code",
    GroupBy.DEVICE: "@device.type",
    GroupBy.VERSION: "version",
    GroupBy.VIEW: "@view.url_path_group",
    GroupBy.TARGET: query.NAME,
}


@dataclass(frozen=True, slots=True)
class CountPart:
    """Numbers of one bucket without its signals."""

    actions: int = 0
    people: int = 0
    sessions: int = 0

    def counts(self, by_signal: Mapping[Signal, int] | None = None) -> Counts:
        return Counts(dict(by_signal or {}), self.actions, self.people, self.sessions)


def part(bucket: AggregateBucket, first: int = 0) -> CountPart:
    """From the computes of WHOLE, the first of them at place `first`.

    A person is a user id. Who isn't logged in has none but has an anonymous id (SDK 6 and newer), so the larger number
    counts; where neither is sent, every session is a person.
    """
    return _part(*(bucket.number(first + it) for it in range(len(WHOLE))))


def _part(actions: int, sessions: int, users: int, browsers: int) -> CountPart:
    return CountPart(actions, min(max(users, browsers), sessions) or sessions, sessions)


def listed(question: Question, actions: Sequence[Inner]) -> Counts:
    """The same of actions that are at hand."""
    sessions = len({it.session.id for it in actions if it.session.id})
    users, browsers = (len({str(it.usr[id]) for it in actions if it.usr.get(id)}) for id in ("id", "anonymous_id"))
    kinds = [{query.signal_of(kind) for kind in it.action.frustration.type} for it in actions]
    sums = {signal: sum(signal in carried for carried in kinds) for signal in question.signals}
    return _part(len(actions), sessions, users, browsers).counts(sums)


def alone(found: Aggregated) -> CountPart:
    """The only bucket of a request without groups; none when nothing fits."""
    return part(found.buckets[0]) if found.buckets else CountPart()


def by_signal(question: Question, buckets: Sequence[AggregateBucket]) -> dict[Signal, int]:
    """Signals of buckets that are grouped by kind; kinds that weren't asked for come along with those that were."""
    sums = dict.fromkeys(question.signals, 0)
    for bucket in buckets:
        signal = query.signal_of(str(bucket.by.get(query.FRUSTRATION)))
        if signal in sums:
            sums[signal] += bucket.number(0)
    return sums


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """Aggregations by name. `starts` are the edges of the series, `slots` those of a grouping by time."""

    calls: dict[str, Call]
    starts: list[datetime]
    slots: list[datetime]


def plan(question: Question, targets: Sequence[TargetMatch], before: Period) -> RequestPlan:
    """now, used, before: whole numbers; now_kinds, before_kinds: signals; targets, group… and slot…: where needed."""
    clicks, hits = query.clicks(question, targets), query.frustrated(question, targets)
    period, by = question.period, question.group_by
    starts = edges(period, hourly=is_hourly(period))
    slots = edges(period, hourly=by is GroupBy.HOUR) if by in (GroupBy.HOUR, GroupBy.DAY) else []
    series = ComputeRequest(interval=interval([*starts, *slots[1:]]))
    calls = {
        "now": aggregate(hits, period, WHOLE),
        "used": aggregate(clicks, period, WHOLE),
        "before": aggregate(hits, before, WHOLE),
        "now_kinds": aggregate(hits, period, (*WHOLE, series), [BY_KIND]),
        "before_kinds": aggregate(hits, before, (ComputeRequest(),), [BY_KIND]),
    }
    if len(targets) > 1:
        calls["targets"] = aggregate(clicks, period, (ComputeRequest(),), [FacetGroup(query.NAME, query.MOST_NAMES)])
    if by in FACETS:
        calls |= _grouped(clicks, hits, period, FacetGroup(FACETS[by], GROUPS_TOLD))
    if slots:
        calls |= _slotted(clicks, hits, period, "1d" if by is GroupBy.DAY else interval(slots))
    return RequestPlan(calls, starts, slots)


def _grouped(clicks: str, hits: str, period: Period, group: FacetGroup) -> dict[str, Call]:
    return {
        "group": aggregate(hits, period, WHOLE, [group]),
        "group_used": aggregate(clicks, period, WHOLE, [group]),
        "group_kinds": aggregate(hits, period, (ComputeRequest(),), [group, BY_KIND]),
    }


def _slotted(clicks: str, hits: str, period: Period, slice_: str) -> dict[str, Call]:
    whole = [ComputeRequest(it.aggregation, it.metric, slice_) for it in WHOLE]
    return {"slot": aggregate(hits, period, whole), "slot_used": aggregate(clicks, period, whole)}
