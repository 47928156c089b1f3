"""Sets watches, lists them, and ends them."""

from __future__ import annotations

from contextlib import suppress

from bot.kernel.errors import Missing
from bot.kernel.ids import meaning
from bot.kernel.messages import JsonObject
from bot.services.access.access import Deed
from bot.services.questions.submit import Asking
from bot.services.watches.context import WatchContext
from bot.services.watches.jobs import WatchJob
from bot.signals.answer import TargetMatch
from bot.signals.asked_question import message_key
from bot.signals.question import Question
from bot.signals.question_text import slice_name
from bot.signals.watch import Watch, ended, question_id
from bot.slack.buttons import Pressed
from bot.slack.person import Person


async def set_watch(
    context: WatchContext, asking: Asking, question: Question, targets: tuple[TargetMatch, ...] | None = None
) -> Watch:
    """Has a question watched in a channel; its first look tells so. Raises Conflict at a limit, and watched already."""
    now, limits, settings = context.clock(), context.limits, await context.settings(asking.team, asking.channel)
    watch = Watch(
        id=meaning(asking.team, asking.channel, asking.delivery, "watch"),
        team=asking.team,
        channel=asking.channel,
        by=asking.asker.id,
        question=question,
        tag=asking.asker.tag,
        zone=(settings.zone if settings else "") or asking.asker.zone,
        since=now,
        until=now + limits.lasts,
        thread=asking.thread,
        targets=targets,
    )
    await context.access.permit(Deed.SET_WATCH, team=watch.team, channel=watch.channel, user=watch.by, target=watch.id)
    await context.records.add(watch, _meaning(question), limits.per_channel, limits.per_team)
    await context.records.due.look_at(watch.team, watch.id, now)
    await context.queue.put(WatchJob(team=watch.team, watch=watch.id))
    return watch


def _meaning(question: Question) -> str:
    return meaning(
        sorted(question.signals),
        (question.target or "").casefold(),
        (question.view or "").casefold(),
        sorted(question.wanted.items()),
        sorted(question.without.items()),
        question.exact,
    )


async def end_watch(context: WatchContext, team: str, id: str, by: str = "") -> Watch:
    """Ends a watch, `by` nobody when its time is over, and marks the message that it was set.

    Returns it as it is when it had ended. Raises Missing.
    """
    watch = await context.records.find(team, id)
    if watch is None:
        raise Missing("That watch is no longer kept.")
    if by and not watch.ended:
        await context.access.permit(Deed.END_WATCH, team=team, channel=watch.channel, user=by, target=id)
    watch = await _end(context, watch, by)
    await mark_ended(context, watch)
    return watch


async def mark_ended(context: WatchContext, watch: Watch) -> None:
    """In the message that told that it was set, if that was ever told."""
    with suppress(Missing):
        message = await ended_message(context, watch)
        await context.slack.outbox.update(message_key(question_id(watch, 1)), message, team=watch.team)


async def end_watches_of(context: WatchContext, team: str, channel: str, since: float | None = None) -> None:
    """Ends what a channel watches in which nobody can write any more: it was archived, or the bot removed.

    `since` is the Unix time of that: what was set afterwards stays, however late it is heard of.
    """
    for watch in await context.records.of_channel(team, channel):
        if since is None or watch.since.timestamp() <= since:
            await _end(context, watch, "")


async def end_watches_of_team(context: WatchContext, team: str) -> None:
    """Ends all of them: the app was uninstalled, and nobody would read what they say."""
    for watch in await context.records.of_team(team):
        await _end(context, watch, "")


async def _end(context: WatchContext, watch: Watch, by: str) -> Watch:
    now = context.clock()
    watch = await context.records.change(watch, lambda record: ended(record, now, by))
    await context.records.remove(watch)
    return watch


async def ended_message(context: WatchContext, watch: Watch) -> JsonObject:
    by = (await context.slack.people.get(watch.team, watch.ended_by)).name if watch.ended_by else ""
    return context.slack.messages.message(
        "watches/ended",
        watch.locale,
        what=slice_name(watch.question, watch.locale),
        by=by,
        at=watch.ended,
        since=watch.since,
    )


async def list_message(context: WatchContext, team: str, channel: str, person: Person) -> JsonObject:
    """What the channel watches, for one person to see; its buttons end them."""
    watches = await context.records.of_channel(team, channel)
    rows = [
        {
            "watch": watch,
            "what": slice_name(watch.question, person.locale),
            "by": (await context.slack.people.get(team, watch.by)).name,
            "value": Pressed(watch.id).value(),
        }
        for watch in watches
    ]
    return context.slack.messages.message(
        "watches/list", person.locale, rows=rows, most=context.limits.per_channel, minutes=context.limits.minutes
    )
