"""Before and after a fix: chooses a session that failed before it, and one since that used the same without failing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.backlog.request import Request
from bot.backlog.session_rates import FixOutcome
from bot.kernel.errors import Conflict, Missing, ReplaybookError
from bot.replay.script.choice import ranked
from bot.services.access.access import Denied
from bot.services.clips.choose_clip import CANDIDATES, FALLBACKS
from bot.services.clips.choose_side_by_side import (
    attempted,
    explain_privately,
    hand_over,
    permit,
    render_job,
    sessions_of,
)
from bot.services.clips.context import ClipContext
from bot.services.clips.side_by_side_jobs import ChooseSideBySideJob, SessionGroup
from bot.services.requests.context import RequestContext
from bot.signals.answer import Answer
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import Period, Question
from bot.signals.source import Calm, Moment

ALIKE = {"device": 4, "view": 2, "browser": 1, "country": 1}
"""How much it counts that the second session is like the first in this: what differs should be the fix."""


async def choose_before_and_after(context: ClipContext, requests: RequestContext, wanted: ChooseSideBySideJob) -> None:
    """Whoever pressed hears it where one of both is missing. Raises Missing without the request or its question."""
    request = await requests.records.get(wanted.team, wanted.request)
    asked = await context.questions.get(wanted.team, wanted.question)
    try:
        wanted = await attempted(context, asked, wanted)
        await permit(context, asked, wanted)
        before, after = await _moments(context, requests, asked, request)
    except ReplaybookError as error:
        if not isinstance(error, Missing | Conflict | Denied):
            raise
        await explain_privately(context, wanted, error)
        return
    text = asked.locale.text
    why = text(
        "a typical session from before the fix, and one like it from after, which used the same target without a signal"
    )
    groups = (
        SessionGroup(sessions_of(before), 1, text("Before")),
        SessionGroup(sessions_of(_like(before[0], after)), 1, text("After")),
    )
    await hand_over(context, asked, render_job(asked, wanted, groups, why), wanted)


async def _moments(
    context: ClipContext, requests: RequestContext, asked: AskedQuestion, request: Request
) -> tuple[list[Moment], list[Moment]]:
    """Sessions of both spans, most representative first. Raises Missing and Conflict with what is to be said."""
    check, answer = request.check, asked.answer
    if check is None or check.outcome is not FixOutcome.IMPROVED or answer is None:
        raise Conflict("This fix hasn’t been found to improve things, so there is no before and after to show.")
    zone = answer.question.period.start.tzinfo
    span = Period(check.before.start.astimezone(zone), check.before.end.astimezone(zone))
    since = Period(check.after.start.astimezone(zone), max(requests.clock(), check.after.end).astimezone(zone))
    source, targets = await context.teams.source_of(asked, context.source), answer.targets
    before = ranked(await source.moments(_of(answer, span), targets, limit=CANDIDATES), answer)
    if not before:
        raise Missing("No session from before the fix has a replay any more.")
    calm = await source.calm_moments(_of(answer, since), targets, limit=CANDIDATES) if isinstance(source, Calm) else ()
    after = ranked(calm)
    if not after:
        raise Missing("No session that used it without trouble since the fix has a replay.")
    return comparable(before, after), after


def comparable(before: Sequence[Moment], after: Sequence[Moment]) -> list[Moment]:
    """Returns the first few of `before`, those first that were on a kind of device that somebody used since."""
    devices = {moment.device.casefold() for moment in after}
    fitting = sorted(before, key=lambda moment: (not moment.complete, moment.device.casefold() not in devices))
    return fitting[: 1 + FALLBACKS]


def _of(answer: Answer, period: Period) -> Question:
    """The same question for another span."""
    return replace(answer.question, period=period, compare=None, group_by=None, top=None)


def _like(first: Moment, others: Sequence[Moment]) -> list[Moment]:
    def likeness(other: Moment) -> int:
        return sum(weight for name, weight in ALIKE.items() if getattr(first, name) == getattr(other, name))

    return sorted(others, key=lambda other: (not other.complete, -likeness(other)))[: 1 + FALLBACKS]
