"""Watches, and answers that are kept live: set, listed and ended by commands and buttons."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.kernel.errors import Conflict
from bot.kernel.typed_words import typed_pattern, typed_words
from bot.services.questions.submit import Asking
from bot.services.services import Services
from bot.services.watches.keep_live import keep_live, stop_live
from bot.services.watches.set_watch import end_watch, list_message, set_watch
from bot.signals.question import Question
from bot.signals.question_text import slice_name
from bot.signals.watch import Watch
from bot.slack.private_replies import ReplyAddress
from handlers.payloads import ButtonPress


class WatchWish(NamedTuple):
    """What is to be watched, in words; empty for a list. `word` is the command's word as it was typed."""

    word: str
    text: str


def wish_of(text: str) -> WatchWish | None:
    """Returns None for what is no wish about watches."""
    text = text.strip()
    if _asks_for_list(text):
        return WatchWish(text, "")
    wishes = [each.text for each in typed_words("watch", "wishes")]
    read = next(filter(None, (re.fullmatch(wish, text, re.IGNORECASE | re.DOTALL) for wish in wishes)), None)
    return WatchWish(read["word"], (read["text"] or "").strip()) if read else None


def _asks_for_list(text: str) -> bool:
    return re.fullmatch(typed_pattern("watch", "list"), text, re.IGNORECASE) is not None


async def obey(
    services: Services, asking: Asking, wish: WatchWish, address: ReplyAddress, base: Question | None
) -> None:
    """Without words a thread's own question is watched, and elsewhere watches are listed. Raises Misunderstood."""
    if not wish.text and (base is None or _asks_for_list(wish.word)):
        message = await list_message(services.watches, asking.team, asking.channel, asking.asker)
        await services.slack.private.send(address, message, key=f"{asking.channel}:{asking.delivery}")
        return
    reader, locale = await services.questions.reader_of(asking.team), asking.asker.locale
    question = await reader.read(wish.text, locale, base) if wish.text or base is None else base
    await set_watch(services.watches, asking, question)


async def set_by_press(press: ButtonPress, services: Services) -> None:
    """*Tell this channel when it rises again*, under an answer: the watch is told of in its thread."""
    asked = await services.questions.records.get(press.team, press.pressed.id)
    if asked.answer is None:
        raise Conflict("This question has no answer yet; please press again when it has.")
    asking = Asking(
        team=press.team,
        channel=asked.channel,
        asker=await services.slack.people.get(press.team, press.user),
        text=asked.text,
        delivery=press.trigger,
        thread=press.address.thread or press.message,
    )
    await set_watch(services.watches, asking, asked.question, asked.answer.targets)


async def end(press: ButtonPress, services: Services) -> None:
    """*End* under a message: whoever pressed hears what became of the watch, now or before."""
    await services.slack.private.say(press.address, await _ended(press, services))


async def end_listed(press: ButtonPress, services: Services) -> None:
    """*End* in the list, which is shown anew."""
    await _ended(press, services)
    person = await services.slack.people.get(press.team, press.user)
    message = await list_message(services.watches, press.team, press.address.channel, person)
    await services.slack.private.replace(press.address, message)


async def _ended(press: ButtonPress, services: Services) -> str:
    """Returns what is said to whoever pressed."""
    before = await services.watches.records.find(press.team, press.pressed.id)
    watch = await end_watch(services.watches, press.team, press.pressed.id, press.user)
    person = await services.slack.people.get(press.team, press.user)
    locale, what = person.locale, slice_name(watch.question, person.locale)
    if not (before and before.ended):
        return locale.text("No longer watched: %(what)s.", what=what)
    when = locale.as_of(services.watches.clock()).moment(watch.ended or watch.until)
    if by := await _who_ended(watch, services):
        return locale.text("%(who)s ended this watch already, on %(when)s.", who=by, when=when)
    return locale.text("This watch ended by itself, on %(when)s.", when=when)


async def _who_ended(watch: Watch, services: Services) -> str:
    return (await services.slack.people.get(watch.team, watch.ended_by)).name if watch.ended_by else ""


async def keep_live_by_press(press: ButtonPress, services: Services) -> None:
    asked = await services.questions.records.get(press.team, press.pressed.id)
    await keep_live(services.watches, asked, press.user)


async def stop_live_by_press(press: ButtonPress, services: Services) -> None:
    asked = await services.questions.records.get(press.team, press.pressed.id)
    person = await services.slack.people.get(press.team, press.user)
    if not await stop_live(services.watches, asked, person):
        sentence = person.locale.text("This answer isn’t kept live any more.")
        await services.slack.private.say(press.address, sentence)
