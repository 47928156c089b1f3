"""The requests that a question takes, and how their buckets become numbers.

A question takes seven requests, six of them at once, and more for several targets or a grouping (see `plan`). One
request counts actions, sessions and people together. Signals need a second one, because an action may carry several
and would be counted more than once. Distinct counts are Datadog's estimates, as on its own pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_event import RumEvent
from bot.providers.datadog.rum.rum_requests import AggregateBucket, Aggregated, ComputeRequest, FacetGroup, aggregate
from bot.providers.datadog.rum.series_slices import interval
from bot.signals.answer import Counts, TargetMatch
from bot.signals.question import GroupBy, Period, Question, Signal
from bot.signals.slices import edges, is_hourly

MOST_GROUPS = 1000
BY_KIND = FacetGroup(query.FRUSTRATION, 5)  # three kinds of clicks, two of taps
SESSIONS = ComputeRequest("cardinality", "@session.id")
TOTALS = (
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
    GroupBy.OS: "@os.name",
    GroupBy.ENV: "env",
    GroupBy.VIEW: "@view.url_path_group",
    GroupBy.TARGET: query.NAME,
}


@dataclass(frozen=True, slots=True)
class BucketCounts:
    """The numbers of one bucket without its signals."""

    actions: int = 0
    people: int = 0
    sessions: int = 0

    def counts(self, by_signal: Mapping[Signal, int] | None = None) -> Counts:
        return Counts(dict(by_signal or {}), self.actions, self.people, self.sessions)


def bucket_counts(bucket: AggregateBucket, first: int = 0) -> BucketCounts:
    """Reads the computes of TOTALS, the first of them at place `first`.

    A person is a user id. Whoever isn't logged in has none but has an anonymous id (SDK 6 and newer), so the larger
    number counts. Where neither is sent, every session is a person.
    """
    return _counts(*(bucket.number(first + place) for place in range(len(TOTALS))))


def _counts(actions: int, sessions: int, users: int, browsers: int) -> BucketCounts:
    return BucketCounts(actions, min(max(users, browsers), sessions) or sessions, sessions)


def count_actions(question: Question, actions: Sequence[RumEvent]) -> Counts:
    """Counts actions that are at hand in the same way."""
    sessions = len({action.session.id for action in actions if action.session.id})
    users, browsers = (
        len({str(action.usr[id]) for action in actions if action.usr.get(id)}) for id in ("id", "anonymous_id")
    )
    kinds = [{query.signal_of(kind) for kind in action.action.frustration.type} for action in actions]
    sums = {signal: sum(signal in carried for carried in kinds) for signal in question.signals}
    return _counts(len(actions), sessions, users, browsers).counts(sums)


def single_bucket(answer: Aggregated) -> BucketCounts:
    """Returns the only bucket of a request without groups, zeros when nothing fits."""
    return bucket_counts(answer.buckets[0]) if answer.buckets else BucketCounts()


def by_signal(question: Question, buckets: Sequence[AggregateBucket]) -> dict[Signal, int]:
    """Adds up buckets by kind of signal. Kinds that weren't asked for come along in them and are left out."""
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
    """Names: now, used, before (totals); now_kinds, before_kinds (signals); targets, group… and slot… where needed."""
    clicks, hits = query.clicks(question, targets), query.frustrated(question, targets)
    period, by = question.period, question.group_by
    starts = edges(period, hourly=is_hourly(period))
    slots = edges(period, hourly=by is GroupBy.HOUR) if by in (GroupBy.HOUR, GroupBy.DAY) else []
    series = ComputeRequest(interval=interval([*starts, *slots[1:]]))
    calls = {
        "now": aggregate(hits, period, TOTALS),
        "used": aggregate(clicks, period, TOTALS),
        "before": aggregate(hits, before, TOTALS),
        "now_kinds": aggregate(hits, period, (*TOTALS, series), [BY_KIND]),
        "before_kinds": aggregate(hits, before, (ComputeRequest(),), [BY_KIND]),
    }
    if len(targets) > 1:
        calls["targets"] = aggregate(clicks, period, (ComputeRequest(),), [FacetGroup(query.NAME, query.MOST_NAMES)])
    if by in FACETS:
        calls |= _grouped(clicks, hits, period, FacetGroup(FACETS[by], MOST_GROUPS))
    if slots:
        calls |= _slotted(clicks, hits, period, "1d" if by is GroupBy.DAY else interval(slots))
    return RequestPlan(calls, starts, slots)


def _grouped(clicks: str, hits: str, period: Period, group: FacetGroup) -> dict[str, Call]:
    return {
        "group": aggregate(hits, period, TOTALS, [group]),
        "group_used": aggregate(clicks, period, TOTALS, [group]),
        "group_kinds": aggregate(hits, period, (ComputeRequest(),), [group, BY_KIND]),
    }


def _slotted(clicks: str, hits: str, period: Period, slice_: str) -> dict[str, Call]:
    totals = [ComputeRequest(total.aggregation, total.metric, slice_) for total in TOTALS]
    return {"slot": aggregate(hits, period, totals), "slot_used": aggregate(clicks, period, totals)}
