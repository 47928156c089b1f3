"""The number: questions from slash commands, mentions and direct messages, and what refines them."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.kernel.errors import Misunderstood
from bot.kernel.messages import JsonObject
from bot.services.questions.refine import question_to_edit, with_value
from bot.services.questions.submit import Asking, ask, re_ask
from bot.services.questions.suggest_reading import suggest_reading
from bot.services.services import Services
from bot.signals.question import Question
from bot.slack.web_api import Person
from handlers import channel_settings
from handlers.payloads import ButtonPress, SlackEvent, SlashCommand, Submission

COMMAND, MENTION = "/replay", "@Replaybook"
HELP = frozenset({"", "help", "?", "도움말"})


async def command(command: SlashCommand, services: Services) -> None:
    """`/replay frustration signals on buy button this week`."""
    address, slack = command.address, services.slack
    asker = await slack.people.get(address.team, address.user)
    if command.text.casefold() in HELP:
        await slack.private.send(address, await _help(services, asker, command.bot))
        return
    if command.text.casefold() in channel_settings.WORDS:
        await channel_settings.open_settings(command, services)
        return
    asking = Asking(
        team=address.team, channel=address.channel, asker=asker, text=command.text, delivery=command.trigger
    )
    try:
        await ask(services.questions, asking)
    except Misunderstood as problem:
        suggestion = await suggest_reading(services.questions, asking, problem)
        await slack.private.send(address, suggestion or _explained(services, asker, problem, COMMAND))


async def mention(event: SlackEvent, services: Services) -> None:
    """`@Replaybook …`: answered in its thread; in the thread of an answer it goes on from that question."""
    text = re.sub(rf"<@{re.escape(event.bot)}(\|[^>]*)?>", " ", event.data.get("text", "")).strip()
    await _ask(event, text, services)


async def ignored(event: SlackEvent, services: Services) -> None:
    """What people say to one another. It is heard, because Slack delivers it again where nobody listens."""


async def direct_message(event: SlackEvent, services: Services) -> None:
    """What is written to the bot alone. Other plain messages in channels are none of its business."""
    if event.data.get("channel_type") == "im" and not event.data.get("bot_id"):
        await _ask(event, event.data.get("text", ""), services)


async def open_refine(press: ButtonPress, services: Services) -> None:
    slack = services.slack
    asked = await services.questions.records.get(press.team, press.pressed.id)
    person = await slack.people.get(press.team, press.user)
    view = slack.messages.modal(
        "signals/refine",
        person.locale,
        "signals.refine",
        press.pressed.value(),
        question=question_to_edit(asked, person.locale),
    )
    await slack.clients.patient(press.team).views_open(trigger_id=press.trigger, view=view)


async def refined(submission: Submission, services: Services) -> None:
    """The modal sent in. Raises Misunderstood, which is shown in it."""
    person = await services.slack.people.get(submission.team, submission.user)
    asked = await services.questions.records.get(submission.team, submission.pressed.id)
    question = await services.questions.reader.read(submission.values["question"], person.locale)
    await re_ask(services.questions, asked, question, delivery=submission.view)


async def other_target(press: ButtonPress, services: Services) -> None:
    """Another of the names that the target could have meant."""
    asked = await services.questions.records.get(press.team, press.pressed.id)
    question = replace(asked.question, target=press.pressed.target)
    await re_ask(services.questions, asked, question, delivery=f"{press.message}:{press.pressed.target}")


async def other_value(press: ButtonPress, services: Services) -> None:
    """A value that was seen, instead of one that never was."""
    pressed = press.pressed
    asked = await services.questions.records.get(press.team, pressed.id)
    question = with_value(asked.question, pressed.facet, pressed.old, pressed.new)
    await re_ask(services.questions, asked, question, delivery=f"{press.message}:{pressed.facet}={pressed.new}")


async def take_reading(press: ButtonPress, services: Services) -> None:
    """*Yes, ask that*: the grammar reads the question once more, whatever the button carries."""
    address, slack = press.address, services.slack
    asker = await slack.people.get(press.team, press.user)
    asking = Asking(
        team=press.team,
        channel=address.channel,
        asker=asker,
        text=press.pressed.text,
        delivery=press.message,
        thread=press.pressed.thread,
    )
    try:
        asked = await ask(services.questions, asking)
    except Misunderstood as problem:
        await slack.private.replace(address, _explained(services, asker, problem, COMMAND))
        return
    await services.questions.records.remember_thread(asked, asking.thread)
    await slack.private.delete(address)


async def refuse_reading(press: ButtonPress, services: Services) -> None:
    person = await services.slack.people.get(press.team, press.user)
    text = person.locale.text("All right; nothing was asked.")
    await services.slack.private.replace(press.address, services.slack.private.sentence(person, text))


async def _ask(event: SlackEvent, text: str, services: Services) -> None:
    address = event.address
    if address is None:
        return
    slack, ts = services.slack, event.data["ts"]
    asker, key = await slack.people.get(event.team, address.user), f"{address.channel}:{ts}"
    if text.casefold() in HELP:
        await slack.private.send(address, await _help(services, asker, event.bot), key=key)
        return
    base = await services.questions.records.of_thread(event.team, address.channel, address.thread)
    asking = Asking(
        team=event.team, channel=address.channel, asker=asker, text=text, delivery=ts, thread=address.thread
    )
    try:
        asked = await ask(services.questions, asking, base)
    except Misunderstood as problem:
        message = await _not_understood(services, asking, problem, base)
        await slack.private.send(address, message, key=key)
        return
    await services.questions.records.remember_thread(asked, address.thread)


async def _not_understood(
    services: Services, asking: Asking, problem: Misunderstood, base: Question | None
) -> JsonObject:
    """`MENTION` is what examples begin with in a thread, where slash commands don't work."""
    suggestion = await suggest_reading(services.questions, asking, problem, base)
    return suggestion or _explained(services, asking.asker, problem, MENTION if asking.thread else "")


async def _help(services: Services, asker: Person, bot: str) -> JsonObject:
    examples = await services.questions.reader.examples(asker.locale)
    return services.slack.messages.message("signals/help", asker.locale, examples=examples, command=COMMAND, me=bot)


def _explained(services: Services, asker: Person, problem: Misunderstood, command: str) -> JsonObject:
    """`command` is what the examples begin with where they are read."""
    return services.slack.messages.message("signals/misunderstood", asker.locale, problem=problem, command=command)
