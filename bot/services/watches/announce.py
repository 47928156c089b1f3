"""Tells a channel what became of its watches: each piece of news once, decided in the record before it is told."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from bot.kernel.errors import Conflict, Missing
from bot.kernel.messages import JsonObject
from bot.services.access.access import Denied
from bot.services.clips.jobs import ChooseClipJob
from bot.services.clips.request_clip import request_clip
from bot.services.questions.answer_question import keep_answer
from bot.services.questions.with_context import answer_with_context
from bot.services.watches.context import WatchContext
from bot.services.watches.set_watch import end_watches_of, ended_message, mark_ended
from bot.signals.answer import Answer
from bot.signals.asked_question import AskedQuestion, message_key
from bot.signals.hourly_history import slice_question
from bot.signals.question_text import slice_name, source_name
from bot.signals.watch import News, NewsKind, Watch, ended, question_id, without_news
from bot.slack.buttons import Pressed


async def announce(context: WatchContext, watch: Watch) -> None:
    """Tells the news that was decided, and notes that it was told. Raises Upstream; then it is told the next time."""
    news = watch.news
    if news is None:
        return
    if not await context.slack.people.can_be_heard(watch.team, watch.channel):
        await end_watches_of(context, watch.team, watch.channel)
        return
    if news.kind is NewsKind.SET:
        await _post(context, watch, news, await set_message(context, watch, news), watch.thread)
    elif news.kind is NewsKind.BACK:
        await _post_back(context, watch, news)
    else:
        await _post_risen(context, watch, news)
    after = await context.records.change(watch, lambda record: without_news(record, news.number))
    if after.ended and news.kind is NewsKind.SET:  # whoever ended it found no message to mark
        await mark_ended(context, after)


async def set_message(context: WatchContext, watch: Watch, news: News) -> JsonObject:
    person = await context.slack.people.get(watch.team, watch.by)
    return context.slack.messages.message(
        "watches/set",
        watch.locale,
        what=slice_name(watch.question, watch.locale),
        by=person.name,
        minutes=context.limits.minutes,
        look=news.look,
        targets=watch.targets or (),
        until=watch.until,
        value=Pressed(watch.id).value(),
    )


async def _post(context: WatchContext, watch: Watch, news: News, message: JsonObject, thread: str = "") -> None:
    key = message_key(question_id(watch, news.number))
    await context.slack.outbox.post(
        key,
        team=watch.team,
        channel=watch.channel,
        message=message,
        reply_to=thread or None,
        broadcast=bool(thread) and news.kind is NewsKind.BACK,
    )


async def _post_back(context: WatchContext, watch: Watch, news: News) -> None:
    """A reply to the message that told of the rise, shown in the channel, too."""
    [episode] = news.episodes
    thread = ""
    with suppress(Missing):  # Slack never took it
        thread = await context.slack.outbox.ts(message_key(episode.told), team=watch.team)
    message = context.slack.messages.message(
        "watches/back",
        watch.locale,
        what=slice_name(watch.question, watch.locale),
        look=news.look,
        episode=episode,
        value=Pressed(watch.id).value(),
    )
    await _post(context, watch, news, message, watch.thread if episode.told == question_id(watch, 1) else thread)


async def _post_risen(context: WatchContext, watch: Watch, news: News) -> None:
    """With the numbers around the rise, and a clip of a session of that hour."""
    end = news.look.at if news.standing else news.episodes[-1].peak.at
    asked = await _asked(context, watch, news, end)
    if asked.answer is None:
        return
    message = await risen_message(context, watch, news, asked, asked.answer)
    await _post(context, watch, news, message)
    ts = await context.slack.outbox.ts(asked.message_key, team=watch.team)
    await context.questions.records.remember_thread(asked, ts)
    if asked.answer.counts.signals and await context.settings(watch.team, watch.channel) is not None:
        with suppress(Denied):  # nobody asked for it, and the news stands
            await request_clip(context.clips, ChooseClipJob(team=asked.team, question=asked.id, unasked=True))


async def _asked(context: WatchContext, watch: Watch, news: News, end: datetime) -> AskedQuestion:
    """Returns the hour as a question of its own, answered, so that its buttons and its clip are those of any answer."""
    asked = AskedQuestion(
        id=question_id(watch, news.number),
        team=watch.team,
        channel=watch.channel,
        user=watch.by,
        text="",
        question=slice_question(watch.question, end, watch.locale.zone),
        tag=watch.tag,
        zone=watch.zone,
    )
    with suppress(Conflict):
        await context.questions.records.add(asked)
    known = await context.questions.records.get(asked.team, asked.id)
    if known.answer is not None:
        return known
    answer = await answer_with_context(await context.source_of(watch), asked.question, watch.targets or ())
    return await keep_answer(context.questions, asked, answer)


async def risen_message(
    context: WatchContext, watch: Watch, news: News, asked: AskedQuestion, answer: Answer
) -> JsonObject:
    """`news` says what was above the range; the numbers are those of the last hour, or of the worst one."""
    return context.slack.messages.message(
        "watches/risen",
        watch.locale,
        what=slice_name(watch.question, watch.locale),
        news=news,
        answer=answer,
        source=source_name(answer.source, answer.source_title, watch.locale),
        by=(await context.slack.people.get(watch.team, watch.by)).name,
        owner=asked.feature,
        value=Pressed(asked.id).value(),
        watch=Pressed(watch.id).value(),
    )


async def announce_end(context: WatchContext, watch: Watch) -> None:
    """Tells the channel that the time of a watch is over; once."""
    await context.slack.outbox.post(
        f"watch-end:{watch.id}",
        team=watch.team,
        channel=watch.channel,
        message=await ended_message(context, ended(watch, watch.until)),
        reply_to=watch.thread or None,
    )


__all__ = ["announce", "announce_end", "risen_message", "set_message"]
