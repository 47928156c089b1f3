"""The number: questions from slash commands, mentions and direct messages, and what refines them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.kernel.errors import Misunderstood
from bot.kernel.messages import JsonObject
from bot.kernel.typed_words import typed_texts
from bot.services.access.access import Deed
from bot.services.questions.answer_message import counted_modal
from bot.services.questions.refine import question_to_edit, with_value, written_out
from bot.services.questions.submit import Asking, Refining, ask, ask_again, re_ask
from bot.services.questions.suggest_reading import suggest_reading
from bot.services.services import Services
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import Question
from bot.slack.buttons import Pressed
from bot.slack.own_links import is_links_alone
from bot.slack.person import Person
from bot.slack.private_replies import ReplyAddress
from bot.slack.typed_text import typed_text
from bot.slack.web_api import called, open_view
from handlers import channel_policies, channel_settings, watches, workspace_settings
from handlers.edge import Behaviour
from handlers.payloads import ButtonPress, SlackEvent, SlashCommand, Submission

COMMAND, MENTION = "/replay", "@Replaybook"
LINK_ALONE = (
    "That is a link to a page of this bot, and no question. Ask in words, or choose “Find the replay” in the menu of a "
    "message with the link."
)
FORMS = (
    ("settings", channel_settings.open_settings),
    ("workspace_settings", workspace_settings.open_settings),
    ("policies", channel_policies.open_policies),
)
"""The forms that words of the command open, by the name of their list in typed.toml."""


async def command(command: SlashCommand, services: Services) -> None:
    """`/replay frustration signals on buy button this week`."""
    address, slack = command.address, services.slack
    asker = await slack.people.get(address.team, address.user)
    if _asks_for_help(command.text):
        await slack.private.send(address, await _help(services, asker, address.team, command.bot))
        return
    if open_form := _form_of(command.text):
        await open_form(command, services)
        return
    text = await typed_text(slack.people, address.team, command.text, asker.locale)
    asking = Asking(team=address.team, channel=address.channel, asker=asker, text=text, delivery=command.trigger)
    if wish := watches.wish_of(text):
        await _watch(services, asking, wish, address)
        return
    try:
        await ask(services.questions, asking)
    except Misunderstood as problem:
        suggestion = await suggest_reading(services.questions, asking, problem)
        await slack.private.send(address, suggestion or _explained(services, asking, problem, COMMAND))


def _form_of(text: str) -> Behaviour[SlashCommand] | None:
    words = " ".join(text.casefold().split())
    return next((open_form for name, open_form in FORMS if words in typed_texts("replay", name)), None)


def _asks_for_help(text: str) -> bool:
    return not text or text.casefold() in typed_texts("replay", "help")


async def mention(event: SlackEvent, services: Services) -> None:
    """`@Replaybook …`: answered in its thread; in the thread of an answer it goes on from that question."""
    await _ask(event, services)


async def direct_message(event: SlackEvent, services: Services) -> None:
    """What is written to the bot alone."""
    if not event.data.get("bot_id"):
        await _ask(event, services)


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
    await open_view(slack.clients.patient(press.team), press.trigger, view)


async def refined(submission: Submission, services: Services) -> None:
    """The modal sent in. Raises Misunderstood, which is shown in it."""
    person = await services.slack.people.get(submission.team, submission.user)
    asked = await services.questions.records.get(submission.team, submission.pressed.id)
    words = submission.entered("question")
    reader = await services.questions.reader_of(submission.team)
    question = await reader.read(words, person.locale)
    await re_ask(services.questions, asked, question, Refining(by=person, words=words, delivery=submission.view))


async def other_target(press: ButtonPress, services: Services) -> None:
    """Another of the names that the target could have meant."""
    asked = await services.questions.records.get(press.team, press.pressed.id)
    question = replace(asked.question, target=press.pressed.target)
    await _chosen(press, services, asked, question, press.pressed.target)


async def other_value(press: ButtonPress, services: Services) -> None:
    """A value that was seen, instead of one that never was."""
    pressed = press.pressed
    asked = await services.questions.records.get(press.team, pressed.id)
    question = with_value(asked.question, pressed.facet, pressed.old, pressed.new)
    await _chosen(press, services, asked, question, f"{pressed.facet}={pressed.new}")


async def _chosen(
    press: ButtonPress, services: Services, asked: AskedQuestion, question: Question, choice: str
) -> None:
    """The question with what was chosen in a menu, in words that say all of it."""
    by = await services.slack.people.get(press.team, press.user)
    words = written_out(question, asked.locale)
    await re_ask(
        services.questions, asked, question, Refining(by=by, words=words, delivery=f"{press.message}:{choice}")
    )


async def counted(press: ButtonPress, services: Services) -> None:
    """*How this was counted*, for whoever presses, in their language and zone."""
    slack = services.slack
    asked = await services.questions.records.get(press.team, press.pressed.id)
    person = await slack.people.get(press.team, press.user)
    view = counted_modal(slack.messages, asked, person.locale)
    await open_view(slack.clients.patient(press.team), press.trigger, view)


async def ask_example(press: ButtonPress, services: Services) -> None:
    """An example that was pressed: asked as if whoever pressed had typed it here."""
    address, slack = press.address, services.slack
    asker = await slack.people.get(press.team, press.user)
    thread = press.pressed.thread
    asking = Asking(
        team=press.team,
        channel=address.channel,
        asker=asker,
        text=press.pressed.text,
        delivery=press.trigger,
        thread=thread,
    )
    try:
        asked = await ask(services.questions, asking)
    except Misunderstood as problem:
        await slack.private.send(address, _explained(services, asking, problem, COMMAND))
        return
    if thread:
        await services.questions.records.remember_thread(asked, thread)


async def join_channel(press: ButtonPress, services: Services) -> None:
    """*Invite the bot*, where Slack refused a message for want of it. A question that got no answer is asked again."""
    slack, channel = services.slack, press.pressed.target or press.address.channel
    await services.access.require(
        Deed.ASK, team=press.team, channel=channel, user=press.user, target=channel, once=press.trigger
    )
    client = slack.clients.patient(press.team)
    await called("conversations.join", client.conversations_join(channel=channel))
    kind, _, id = press.pressed.id.partition(":")
    if kind == "answer":
        await ask_again(services.questions, press.team, id, press.user, press.trigger)
        await slack.private.delete(press.address)
        return
    person = await slack.people.get(press.team, press.user)
    text = person.locale.text("The bot is in this channel now; please press again what you pressed before.")
    await slack.private.replace(press.address, slack.private.sentence(person, text))


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
        await slack.private.replace(address, _explained(services, asking, problem, COMMAND))
        return
    await services.questions.records.remember_thread(asked, asking.thread)
    await slack.private.delete(address)


async def refuse_reading(press: ButtonPress, services: Services) -> None:
    person = await services.slack.people.get(press.team, press.user)
    text = person.locale.text("All right; nothing was asked.")
    await services.slack.private.replace(press.address, services.slack.private.sentence(person, text))


async def _ask(event: SlackEvent, services: Services) -> None:
    address = event.address
    if address is None:
        return
    slack, ts = services.slack, event.data["ts"]
    spoken = re.sub(rf"<@{re.escape(event.bot)}(\|[^>]*)?>", " ", event.data.get("text", ""))
    asker, key = await slack.people.get(event.team, address.user), f"{address.channel}:{ts}"
    text = (await typed_text(slack.people, event.team, spoken, asker.locale)).strip()
    if _asks_for_help(text):
        await slack.private.send(address, await _help(services, asker, event.team, event.bot, address.thread), key=key)
        return
    if is_links_alone(services.postmortems.public_url, spoken):
        await slack.private.say(address, asker.locale.text(LINK_ALONE), key=key)
        return
    base = await services.questions.records.of_thread(event.team, address.channel, address.thread)
    if base is None and _form_of(text):
        sentence = asker.locale.text(
            "That is a form, and Slack opens it only for a slash command: please type %(command)s, outside of threads.",
            command=f"{COMMAND} {text}",
        )
        await slack.private.say(address, sentence, key=key)
        return
    asking = Asking(
        team=event.team, channel=address.channel, asker=asker, text=text, delivery=ts, thread=address.thread
    )
    if wish := watches.wish_of(text):
        await _watch(services, asking, wish, address, base)
        return
    try:
        asked = await ask(services.questions, asking, base)
    except Misunderstood as problem:
        message = await _not_understood(services, asking, problem, base)
        await slack.private.send(address, message, key=key)
        return
    await services.questions.records.remember_thread(asked, address.thread)


async def _watch(
    services: Services, asking: Asking, wish: watches.WatchWish, address: ReplyAddress, base: Question | None = None
) -> None:
    try:
        await watches.obey(services, asking, wish, address, base)
    except Misunderstood as problem:
        command = COMMAND if address.response_url else MENTION if asking.thread else ""
        message = _explained(services, asking, problem, f"{command} {wish.word}".strip())
        await services.slack.private.send(address, message, key=f"{asking.channel}:{asking.delivery}")


async def _not_understood(
    services: Services, asking: Asking, problem: Misunderstood, base: Question | None
) -> JsonObject:
    """`MENTION` is what examples begin with in a thread, where slash commands don't work."""
    suggestion = await suggest_reading(services.questions, asking, problem, base)
    return suggestion or _explained(services, asking, problem, MENTION if asking.thread else "")


async def _help(services: Services, asker: Person, team: str, bot: str, thread: str = "") -> JsonObject:
    reader = await services.questions.reader_of(team)
    examples = _pressable(await reader.examples(asker.locale), thread)
    return services.slack.messages.message("signals/help", asker.locale, examples=examples, command=COMMAND, me=bot)


def _explained(services: Services, asking: Asking, problem: Misunderstood, command: str) -> JsonObject:
    """`command` is what the examples begin with where they are read."""
    examples = _pressable(problem.examples, asking.thread)
    return services.slack.messages.message(
        "signals/misunderstood", asking.asker.locale, problem=problem, examples=examples, command=command
    )


def _pressable(examples: Sequence[str], thread: str) -> list[JsonObject]:
    """Returns each example with the value of the button that asks it."""
    return [{"text": text, "value": Pressed("example", text=text, thread=thread).value()} for text in examples[:5]]
