"""The clock, once a minute: which watches and live answers are due, and what a look at a watch does."""

from __future__ import annotations

from collections import Counter

import structlog

from bot.kernel.errors import ReplaybookError, Upstream
from bot.services.watches.announce import announce, announce_end
from bot.services.watches.context import WatchContext
from bot.services.watches.count_slice import count_slice, with_targets
from bot.services.watches.jobs import LiveAnswerJob, WatchJob
from bot.services.watches.set_watch import end_watch
from bot.signals.target_matching import NoSuchTarget
from bot.signals.value_matching import NoSuchValue
from bot.signals.watch import Observation, Unknown, Watch, after_observation, with_news
from bot.slack.private_replies import ReplyAddress

MOST_DUE = 1000

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def tick_watches(context: WatchContext) -> None:
    """Queues a job for each watch and live answer that is due, a bounded number for each team; the rest waits.

    The next look is set before the job is queued, so that one that fails comes back no sooner than the others.
    """
    asked: Counter[str] = Counter()
    now = context.clock()
    for team, id in await context.records.due.due(now, MOST_DUE):
        asked[team] += 1
        if asked[team] > context.limits.questions_a_minute:
            continue
        await context.records.due.look_at(team, id, now + context.limits.every)
        await context.queue.put(LiveAnswerJob.of(team, id) or WatchJob(team=team, watch=id))


async def look_at_watch(context: WatchContext, job: WatchJob) -> None:
    """Does what is due. News that somebody died over is told first; a second look too soon counts nothing."""
    watch = await context.records.find(job.team, job.watch)
    if watch is None or watch.ended:
        await context.records.due.close(job.team, job.watch)
        return
    if watch.news:
        await _announced(context, watch)
        return
    if context.clock() >= watch.until:
        await announce_end(context, watch)
        await end_watch(context, watch.team, watch.id)
        return
    try:
        watch = await with_targets(context, watch)
    except (NoSuchTarget, NoSuchValue) as problem:
        await _refuse(context, watch, problem)
        return
    except ReplaybookError:
        look: Observation | None = Observation(at=context.clock(), unknown=Unknown.AWAY)
    else:
        look = await _observe(context, watch)
    quiet = await context.is_quiet(watch.team, watch.channel, watch.zone)
    watch = await context.records.change(
        watch, lambda record: with_news(after_observation(record, look) if look else record, quiet=quiet)
    )
    if watch.news:
        await _announced(context, watch)


async def _observe(context: WatchContext, watch: Watch) -> Observation | None:
    """Returns None right after the last look: looks in a row are some time apart."""
    now = context.clock()
    if watch.last and now - watch.last.at < context.limits.every / 2:
        return None
    return await count_slice(context, watch, now)


async def _announced(context: WatchContext, watch: Watch) -> None:
    """Tells the news, or has the clock come by again soon where that fails: it stays in the record until then."""
    try:
        await announce(context, watch)
    except Upstream as error:
        log.warning("news of a watch waits", watch=watch.id, why=error.sentence)
        await context.records.due.look_at(watch.team, watch.id, context.clock())


async def _refuse(context: WatchContext, watch: Watch, problem: ReplaybookError) -> None:
    """Nothing is called that: whoever set it is told, and nothing is watched."""
    watch = await end_watch(context, watch.team, watch.id)
    person = await context.slack.people.get(watch.team, watch.by)
    address = ReplyAddress(team=watch.team, channel=watch.channel, user=watch.by, thread=watch.thread)
    sentence = person.locale.text("Nothing is watched: %(why)s", why=problem.text(person.locale))
    await context.slack.private.say(address, sentence, key=f"watch-refused:{watch.id}")
