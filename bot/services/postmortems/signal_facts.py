"""Asks the source when it began, when it was worst and when it was over, through the same port as every question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.backlog.key_time_proposals import SignalFacts, release_of, share_of
from bot.kernel.errors import Unavailable
from bot.notebook import key_time_words as words
from bot.notebook.key_times import KeyTimeKind, KeyTimes
from bot.services.questions.with_context import tops, versions
from bot.signals.answer import Answer, CaveatKind
from bot.signals.onset import Rise, first_minute, last_minute, main_rise, refined, rises
from bot.signals.periods import edges, elapsed, slice_label
from bot.signals.question import GroupBy, Metric, Period, Question
from bot.signals.source import Source
from bot.signals.usual_rate import LEAST_HOURS, LEAST_USED, Slice

WEEKS = timedelta(weeks=4)
"""So far back it is seen what is usual, and as much is asked at once: sources give a thousand slices."""
AFTERWARDS = timedelta(weeks=2)
"""So long after the question it is watched whether it is over."""
LONGEST = timedelta(weeks=10)
HOUR = timedelta(hours=1)
OPEN_END = HOUR
"""A question that ends so little before it was asked means everything since, too."""
MOST_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Measured:
    """What is counted again: a question with the targets that it had, in the notebook's zone."""

    answer: Answer
    asked_at: datetime
    zone: ZoneInfo

    def of(self, start: datetime, end: datetime) -> Question:
        """Returns the question for another time, without anything that is compared or grouped."""
        period = Period(start.astimezone(self.zone), end.astimezone(self.zone))
        return replace(
            self.answer.question,
            period=period,
            metric=Metric.SIGNALS,
            compare=None,
            group_by=None,
            top=None,
            suspect="",
        )

    def of_all_versions(self, start: datetime, end: datetime) -> Question:
        """What is usual shows in the versions before, too."""
        question = self.of(start, end)
        wanted = {facet: values for facet, values in question.wanted.items() if facet != "version"}
        without = {facet: values for facet, values in question.without.items() if facet != "version"}
        return question.with_wanted(wanted, without=without)


@dataclass(frozen=True, slots=True)
class Slices:
    """A stretch in slices, those before the oldest data left out. `kept_from` is when the oldest data is from."""

    slices: list[Slice]
    kept_from: datetime | None


async def signal_facts(source: Source, measured: Measured, corrected: KeyTimes, now: datetime) -> SignalFacts:
    """Returns when signals rose and fell; the peak lies within what a person `corrected`.

    Raises what the source raises, and Unavailable when it ran out of time.
    """
    period = measured.answer.question.period
    ends = min(now, max(period.end, measured.asked_at) + AFTERWARDS)
    begins = max(period.start - WEEKS, ends - LONGEST)
    hours = await _slices(source, measured, full_hour(begins.astimezone(measured.zone)), ends, GroupBy.HOUR)
    counted = hours.slices
    if any(each.hit for each in counted) and not any(each.used for each in counted):
        return SignalFacts(unknown=words.UNCOUNTED, kept_from=hours.kept_from)
    until = now if period.end >= measured.asked_at - OPEN_END else period.end
    rise = main_rise(rises(counted), period.start, max(until, period.end))
    if rise is None:
        return _unknown(counted, period.start, hours.kept_from)
    facts = await _with_minutes(source, measured, rise, hours, now)
    return replace(facts, kept_from=hours.kept_from, peak=_peak(counted, rise, corrected))


def _peak(hours: Sequence[Slice], rise: Rise, corrected: KeyTimes) -> Slice | None:
    by_people = {time.kind: time.at for time in corrected.corrected}
    start = by_people.get(KeyTimeKind.IMPACT_START) or rise.start
    end = by_people.get(KeyTimeKind.IMPACT_END) or rise.end
    within = [each for each in hours if each.start + HOUR > start and (end is None or each.start < end)]
    return max(within, key=lambda each: (each.hit, each.signals), default=None)


def full_hour(moment: datetime) -> datetime:
    """The hour in which a moment lies, by the clocks of its zone."""
    return moment - timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)


def _unknown(hours: Sequence[Slice], start: datetime, kept_from: datetime | None) -> SignalFacts:
    """Whether nothing rose, or nobody can say what was usual then."""
    before = [each for each in hours if each.start < start and each.used]
    if len(before) >= LEAST_HOURS and sum(each.used for each in before) >= LEAST_USED:
        return SignalFacts(unknown=words.NOT_RISEN, kept_from=kept_from)
    first = kept_from or next((each.start for each in hours if each.used), None)
    if first is None:
        return SignalFacts(unknown=words.NO_DATA)
    return SignalFacts(unknown=words.TOO_SHORT, values=(("moment", first.isoformat()),), kept_from=kept_from)


async def _with_minutes(source: Source, measured: Measured, rise: Rise, hours: Slices, now: datetime) -> SignalFacts:
    first, last = rise.bursts[0], rise.bursts[-1]
    window = await _minutes(source, measured, elapsed(rise.start, -HOUR), now)
    start, end = first_minute(window, first.usual, first.rate), None
    if rise.end:
        window = await _minutes(source, measured, elapsed(rise.end, -2 * HOUR), now)
        end = last_minute(window, last.usual, last.rate)
    exact = refined(rise, start, end if end and end > (start or rise.start) else None)
    since = [each for each in hours.slices if exact.end and exact.end <= each.start < exact.end + MOST_AFTER]
    used = sum(each.used for each in since)
    seen = await versions(source, Period(exact.start - timedelta(days=2), elapsed(exact.start, HOUR)))
    stretch = measured.of_all_versions(exact.start, exact.end or now)
    affected = await tops(source, stretch, measured.answer.targets)
    known = hours.kept_from  # a version that was there when the data began is no new one
    came = tuple(each for each in seen if known is None or each.at >= elapsed(known, HOUR))
    release = release_of(exact.start, came, affected.versions)
    actions = sum(top.actions for top in affected.versions)
    return SignalFacts(
        rise=exact,
        start_to_the_minute=start is not None,
        end_to_the_minute=end is not None,
        after=sum(each.hit for each in since) / used if used else 0.0,
        release=release,
        release_share=share_of(release.version, affected.versions, actions) if release else None,
    )


async def _minutes(source: Source, measured: Measured, start: datetime, now: datetime) -> list[Slice]:
    end = min(elapsed(start, 3 * HOUR), now)
    return (await _slices(source, measured, start, end, GroupBy.MINUTE)).slices if end > start else []


async def _slices(source: Source, measured: Measured, start: datetime, end: datetime, by: GroupBy) -> Slices:
    """Raises Unavailable when the source ran out of time: numbers that are too low tell nothing of when."""
    slices, kept_from = [], None
    while start < end:
        until = min(elapsed(start, WEEKS), end)
        question = replace(measured.of_all_versions(start, until), group_by=by, metric=Metric.PEOPLE_SHARE)
        answer = await source.answer(question, measured.answer.targets)
        if any(caveat.kind is CaveatKind.TIMED_OUT for caveat in answer.caveats):
            raise Unavailable("The source ran out of time.")
        kept_from = answer.kept_from or kept_from
        groups = {group.label: group for group in answer.groups}
        for at in edges(question.period, by):
            group = groups.get(slice_label(at, by))
            hit, used = (group.counts.people, group.exposed.people if group.exposed else 0) if group else (0, 0)
            slices.append(Slice(at, hit, max(used, hit) if used else 0, group.counts.signals if group else 0))
        start = until
    return Slices([each for each in slices if kept_from is None or each.start >= kept_from], kept_from)
