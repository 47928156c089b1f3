"""The number: questions from slash commands, mentions and direct messages, and what refines them."""

from __future__ import annotations

import re

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import Misunderstood
from bot.kernel.messages import JsonObject
from bot.services.desk import Desk
from bot.services.questions import lookup, submit, suggest_reading
from bot.signals.asked_question import AskedQuestion
from bot.signals.source import Source
from bot.slack import private_replies
from bot.slack.people import Person
from bot.slack.private_replies import ThreadPlace
from bot.state import keys
from handlers import channel_settings
from handlers.payloads import Payload, press, submission

COMMAND, MENTION = "/replay", "@Replaybook"
HELP = frozenset({"", "help", "?", "도움말"})


async def command(
    ack: AsyncAck, command: Payload, context: Payload, respond: AsyncRespond, desk: Desk, source: Source
) -> None:
    """`/replay frustration signals on buy button this week`."""
    await ack()
    asker = await desk.people.get(command["team_id"], command["user_id"])
    text = command.get("text", "").strip()
    if text.casefold() in HELP:
        await respond(**await _help(desk, source, asker, context["bot_user_id"]))
        return
    if text.casefold() in channel_settings.WORDS:
        await channel_settings.open_settings(command, desk)
        return
    place = {"team": command["team_id"], "channel": command["channel_id"], "delivery": command["trigger_id"]}
    try:
        await submit.ask(desk, source, asker, text, **place)
    except Misunderstood as problem:
        offered = await suggest_reading.suggest_reading(desk, source, asker, problem, text)
        await respond(**(offered or _explained(desk, asker, problem)))


async def mention(event: Payload, context: Payload, desk: Desk, source: Source) -> None:
    """`@Replaybook …`: answered in its thread; in the thread of an answer it goes on from that question."""
    text = re.sub(rf"<@{re.escape(context['bot_user_id'])}(\|[^>]*)?>", " ", event.get("text", "")).strip()
    await _said({"thread_ts": event["ts"], **event}, context, text, desk, source)


async def ignored() -> None:
    """What people say to one another. It is heard, because Slack delivers it again where nobody listens."""


async def direct_message(event: Payload, context: Payload, desk: Desk, source: Source) -> None:
    """What is written to the bot alone. Other plain messages in channels are none of its business."""
    if event.get("channel_type") == "im" and not event.get("bot_id"):
        await _said(event, context, event.get("text", ""), desk, source)


async def open_refine(ack: AsyncAck, body: Payload, client: AsyncWebClient, desk: Desk, source: Source) -> None:
    await ack()
    it = press(body)
    asked = await lookup.asked(desk, it.team, it.pressed.id)
    person = await desk.people.get(it.team, it.user)
    view = desk.messages.modal(
        "signals/refine",
        person.locale,
        "signals.refine",
        it.pressed.value(),
        question=lookup.in_words(asked, person.locale),
    )
    await client.views_open(trigger_id=it.trigger, view=view)


async def refined(ack: AsyncAck, body: Payload, desk: Desk, source: Source) -> None:
    """The modal sent in: a question that isn't understood stays in the modal, with the reason."""
    it = submission(body)
    person = await desk.people.get(it.team, it.user)
    asked = await lookup.asked(desk, it.team, it.pressed.id)
    try:
        question = await lookup.understood(desk, source, it.values["question"], person.locale)
    except Misunderstood as problem:
        await ack(response_action="errors", errors={"question": _reason(problem)})
        return
    await ack()
    await submit.re_ask(desk, asked, question, delivery=it.view)


async def other_target(ack: AsyncAck, body: Payload, desk: Desk, source: Source) -> None:
    """Another of the names that the target could have meant."""
    await ack()
    it = press(body)
    asked = await lookup.asked(desk, it.team, it.pressed.id)
    question = lookup.with_target(asked.question, it.pressed.target)
    await submit.re_ask(desk, asked, question, delivery=f"{it.message}:{it.pressed.target}")


async def take_reading(ack: AsyncAck, body: Payload, respond: AsyncRespond, desk: Desk, source: Source) -> None:
    """*Yes, ask that*: the grammar reads the question once more, whatever the button carries."""
    await ack()
    it = press(body)
    person, thread = await desk.people.get(it.team, it.user), it.pressed.thread
    try:
        asked = await submit.ask(
            desk,
            source,
            person,
            it.pressed.text,
            team=it.team,
            channel=it.channel,
            delivery=it.message,
            thread=thread,
        )
    except Misunderstood as problem:
        await respond(**_explained(desk, person, problem), replace_original=True)
        return
    await lookup.remember_thread(desk, asked, thread)
    await respond(delete_original=True)


async def refuse_reading(ack: AsyncAck, body: Payload, respond: AsyncRespond, desk: Desk) -> None:
    await ack()
    it = press(body)
    person = await desk.people.get(it.team, it.user)
    said = private_replies.private_message(desk, person, person.locale.text("All right; nothing was asked."))
    await respond(**said, replace_original=True)


async def _said(event: Payload, context: Payload, text: str, desk: Desk, source: Source) -> None:
    team = context["team_id"]
    asker = await desk.people.get(team, event["user"])
    channel, ts, thread = event["channel"], event["ts"], event.get("thread_ts", "")
    if text.casefold() in HELP:
        place = ThreadPlace(team, channel, thread)
        await _whisper(desk, place, ts, asker, await _help(desk, source, asker, context["bot_user_id"]))
        return
    base = await lookup.thread_question(desk, team, channel, thread)
    try:
        asked: AskedQuestion = await submit.ask(
            desk, source, asker, text, team=team, channel=channel, delivery=ts, thread=thread, base=base
        )
    except Misunderstood as problem:
        offered = await suggest_reading.suggest_reading(desk, source, asker, problem, text, thread=thread, base=base)
        said = offered or _explained(desk, asker, problem, MENTION if thread else "")
        await _whisper(desk, ThreadPlace(team, channel, thread), ts, asker, said)
        return
    await lookup.remember_thread(desk, asked, thread)


async def _whisper(desk: Desk, place: ThreadPlace, ts: str, to: Person, message: JsonObject) -> None:
    """Only for whoever spoke, once for what they said at `ts`.

    In a direct message everyone there spoke, and a message that stays is kinder.
    """
    team, channel, thread = place.team, place.channel, place.thread or None
    if channel.startswith("D"):
        await desk.outbox.post(f"said:{channel}:{ts}", team=team, channel=channel, message=message, reply_to=thread)
    elif await desk.once.first(keys.once(team, channel, ts, "said")):
        client = desk.clients.patient(team)
        await client.chat_postEphemeral(channel=channel, user=to.id, thread_ts=thread, **message)


async def _help(desk: Desk, source: Source, asker: Person, me: str) -> JsonObject:
    examples = await lookup.examples(source, desk.clock(), asker.locale)
    return desk.messages.message("signals/help", asker.locale, examples=examples, command=COMMAND, me=me)


def _explained(desk: Desk, asker: Person, problem: Misunderstood, command: str = COMMAND) -> JsonObject:
    """`command` is what the examples begin with where they are read: slash commands don't work in threads."""
    return desk.messages.message("signals/misunderstood", asker.locale, problem=problem, command=command)


def _reason(problem: Misunderstood) -> str:
    return problem.sentence if problem.at in problem.sentence else f"{problem.sentence} {problem.at}"
