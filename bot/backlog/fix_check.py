"""The check of a fix: which spans are compared, and what came out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from bot.backlog.session_rates import FixOutcome, SessionRate, decidable_at, outcome
from bot.signals.answer import Answer, Caveat, CaveatKind, FirstSeen
from bot.signals.headline import ChangePoint, change_point, whole_days
from bot.signals.question import Period

TOO_LOW = frozenset({CaveatKind.TIMED_OUT, CaveatKind.SEARCHING})
"""With these the numbers are too low, so that they prove nothing."""
TOLD = TOO_LOW | {CaveatKind.SAMPLED, CaveatKind.LIVE}
"""What else limits an answer is of spans that aren't compared."""


class Baseline(StrEnum):
    """Which span the time since the fix is held against."""

    ONSET = "onset"  # since the change point
    ASKED = "asked"  # the span that was asked about: nothing shows when it began
    FIRST_ANSWER = "first_answer"  # the same, as it was counted then: the source has forgotten it since


class Undecidable(StrEnum):
    """Why nothing can be decided, however many sessions come."""

    NO_DATA = "no_data"  # nothing has arrived since the fix
    UNUSED = "unused"  # nobody has used the target since the fix
    UNCOUNTED = "uncounted"  # the source doesn't tell who used the target
    NOTHING_BEFORE = "nothing_before"  # nobody was affected
    INCOMPLETE = "incomplete"  # the source hasn't counted everything


class FixCheck(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a look at the numbers after a fix found. `why` is empty where only more sessions are needed."""

    outcome: FixOutcome
    at: datetime
    before: SessionRate
    after: SessionRate
    baseline: Baseline = Baseline.ONSET
    why: Undecidable | None = None
    caveats: tuple[Caveat, ...] = ()
    decidable_at: datetime | None = None
    sample: bool = False
    version: str = ""
    """The release that brought the fix, where only one can have."""

    @property
    def expected(self) -> float:
        """How many sessions would have been affected since the fix, at the rate before it."""
        return self.after.exposed * self.before.affected / self.before.exposed if self.before.exposed else 0.0


def baseline_of(answer: Answer, fixed_at: datetime) -> tuple[Period, Baseline]:
    """Returns the span with the trouble: from its onset to the end of the span asked about, calm days left out.

    It ends with the fix where the span asked about goes on beyond it.

    The onset is the change point that the answer names, if the level rose; where a new version came on that day, the
    moment of that version. Without one, it is the span asked about.
    """
    asked = _until(answer.question.period, fixed_at)
    point = change_point(whole_days(answer))
    if point is None or point.after <= point.before:
        return asked, Baseline.ASKED
    onset = _onset(point, answer).astimezone(asked.start.tzinfo)
    return (
        (Period(onset, asked.end), Baseline.ONSET)
        if onset.timestamp() < asked.end.timestamp()
        else (asked, Baseline.ASKED)
    )


def _until(period: Period, moment: datetime) -> Period:
    if not period.start.timestamp() < moment.timestamp() < period.end.timestamp():
        return period
    return Period(period.start, moment.astimezone(period.start.tzinfo))


def _onset(point: ChangePoint, answer: Answer) -> datetime:
    day = (point.start, point.start + timedelta(days=1))
    return min((seen.at for seen in answer.first_seen if day[0] <= seen.at < day[1]), default=point.start)


def fixing_version(versions: Iterable[FirstSeen], asked_at: datetime, until: datetime) -> str:
    """Returns the version that was seen for the first time in between, or nothing when there are none or several.

    Which of several did it can't be told from numbers of all of them together.
    """
    new = {each.version for each in versions if asked_at < each.at <= until}
    return new.pop() if len(new) == 1 else ""


def rate_of(answer: Answer) -> SessionRate:
    period = answer.question.period
    return SessionRate(
        period.start,
        period.end,
        exposed=answer.exposed.sessions,
        affected=answer.counts.sessions,
        signals=answer.counts.signals,
        people=answer.exposed.people,
    )


def conclude(before: Answer, after: Answer, baseline: Baseline, *, any_data: bool, at: datetime) -> FixCheck:
    """Returns the check. `any_data`: something, whatever it is, was recorded since the fix."""
    rates = (rate_of(before), rate_of(after))
    caveats = tuple(dict.fromkeys(each for each in (*after.caveats, *before.caveats) if each.kind in TOLD))
    why = _undecidable(*rates, {caveat.kind for caveat in caveats}, any_data=any_data)
    conclusion = FixOutcome.TOO_EARLY if why else outcome(*rates)
    return FixCheck(
        outcome=conclusion,
        at=at,
        before=rates[0],
        after=rates[1],
        baseline=baseline,
        why=why,
        caveats=caveats,
        decidable_at=decidable_at(*rates) if conclusion is FixOutcome.TOO_EARLY and not why else None,
        sample=before.sample or after.sample,
    )


def _undecidable(
    before: SessionRate, after: SessionRate, limits: Collection[CaveatKind], *, any_data: bool
) -> Undecidable | None:
    if not any_data:
        return Undecidable.NO_DATA
    if TOO_LOW & set(limits):
        return Undecidable.INCOMPLETE
    if before.affected > before.exposed == 0 or after.affected > after.exposed == 0:
        return Undecidable.UNCOUNTED
    if not after.exposed:
        return Undecidable.UNUSED
    worse = outcome(before, after) is FixOutcome.NOT_IMPROVED
    return None if before.affected or worse else Undecidable.NOTHING_BEFORE
