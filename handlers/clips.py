"""The moment: clips of a session, of another session, of another window."""

from __future__ import annotations

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import Misunderstood
from bot.services import queued_jobs
from bot.services.clips import clip_requests
from bot.services.desk import Desk
from bot.services.questions import lookup
from bot.signals.question_text import facet_value
from bot.signals.source import Source
from bot.slack import private_replies
from handlers.payloads import ButtonPress, Payload, press, submission


async def make(ack: AsyncAck, body: Payload, respond: AsyncRespond, desk: Desk) -> None:
    """*Clip*: of the most representative session. *Try again*, after a failure, is the same with a new attempt."""
    await ack()
    it = press(body)
    was = it.pressed
    which = {"session": was.session, "start_ms": was.start_ms, "end_ms": was.end_ms}
    await _request(desk, it, respond, **which, attempt=was.version, by=was.by or it.user)


async def cancel(ack: AsyncAck, body: Payload, respond: AsyncRespond, desk: Desk) -> None:
    """*Cancel*: the clip is stopped, whether it waits or is being filmed. What has ended stays as it is."""
    await ack()
    it = press(body)
    found = await clip_requests.cancel(desk, it.team, it.pressed, it.user)
    if found.first:
        return
    person = await desk.people.get(it.team, it.user)
    if found.how == clip_requests.CANCELLED:
        who = (await desk.people.get(it.team, found.who)).name
        text = person.locale.text("%(who)s cancelled that clip already.", who=who)
    elif found.how == clip_requests.SHOWN:
        text = person.locale.text("That clip is finished already; nothing was cancelled.")
    else:
        text = person.locale.text("That clip couldn't be made; there is nothing left to cancel.")
    await _whisper(desk, it, respond, text)


async def pick(ack: AsyncAck, body: Payload, client: AsyncWebClient, desk: Desk, source: Source) -> None:
    """*Pick a session*: the candidates, in a modal."""
    await ack()
    it = press(body)
    person = await desk.people.get(it.team, it.user)
    asked = await lookup.asked(desk, it.team, it.pressed.id)
    candidates = clip_requests.newest(await lookup.moments(source, asked))
    view = desk.messages.modal(
        "replay/pick", person.locale, "clip.pick", it.pressed.value(), moments=candidates, spoken=facet_value
    )
    await client.views_open(trigger_id=it.trigger, view=view)


async def picked(ack: AsyncAck, body: Payload, desk: Desk) -> None:
    await ack()
    it = submission(body)
    await clip_requests.request(
        desk, queued_jobs.ChooseClipJob(it.team, it.pressed.id, it.values["session"], by=it.user)
    )


async def earlier(ack: AsyncAck, body: Payload, respond: AsyncRespond, desk: Desk) -> None:
    """*−5 s*: the same clip, begun five seconds earlier."""
    await ack()
    it = press(body)
    if it.pressed.start_ms == 0:
        person = await desk.people.get(it.team, it.user)
        text = person.locale.text("The recording begins where this clip begins; there is nothing earlier.")
        await _whisper(desk, it, respond, text)
        return
    start_ms, end_ms = clip_requests.moved(it.pressed.start_ms, it.pressed.end_ms, start_by=-5000, end_by=0)
    await _request(desk, it, respond, session=it.pressed.session, start_ms=start_ms, end_ms=end_ms, by=it.user)


async def later(ack: AsyncAck, body: Payload, respond: AsyncRespond, desk: Desk) -> None:
    """*+5 s*: the same clip, ended five seconds later, or where the recording ends."""
    await ack()
    it = press(body)
    length_ms = await clip_requests.length_ms(desk, it.team, it.pressed)
    if 0 < length_ms <= it.pressed.end_ms:
        person = await desk.people.get(it.team, it.user)
        text = person.locale.text("The recording ends where this clip ends; there is nothing later.")
        await _whisper(desk, it, respond, text)
        return
    start_ms, end_ms = clip_requests.moved(it.pressed.start_ms, it.pressed.end_ms, start_by=0, end_by=5000)
    end_ms = min(end_ms, length_ms) if length_ms else end_ms
    await _request(desk, it, respond, session=it.pressed.session, start_ms=start_ms, end_ms=end_ms, by=it.user)


async def open_window(ack: AsyncAck, body: Payload, client: AsyncWebClient, desk: Desk) -> None:
    await ack()
    it = press(body)
    person = await desk.people.get(it.team, it.user)
    start, end = it.pressed.start_ms / 1000, it.pressed.end_ms / 1000
    view = desk.messages.modal(
        "replay/window",
        person.locale,
        "clip.window",
        it.pressed.value(),
        start=start,
        end=end,
        longest=clip_requests.LONGEST_MS // 1000,
        length=await clip_requests.length_ms(desk, it.team, it.pressed) / 1000,
    )
    await client.views_open(trigger_id=it.trigger, view=view)


async def window(ack: AsyncAck, body: Payload, desk: Desk) -> None:
    """The modal sent in: a window that can't be is refused in the modal."""
    it = submission(body)
    person = await desk.people.get(it.team, it.user)
    try:
        length_ms = await clip_requests.length_ms(desk, it.team, it.pressed)
        start_ms, end_ms = clip_requests.window(it.values["start"], it.values["end"], person.locale, length_ms)
    except Misunderstood as problem:
        await ack(response_action="errors", errors={"end": problem.sentence})
        return
    await ack()
    wanted = queued_jobs.ChooseClipJob(it.team, it.pressed.id, it.pressed.session, start_ms, end_ms, by=it.user)
    await clip_requests.request(desk, wanted)


async def _request(desk: Desk, it: ButtonPress, respond: AsyncRespond, **which: Any) -> None:
    if await clip_requests.request(desk, queued_jobs.ChooseClipJob(it.team, it.pressed.id, **which)):
        return
    await _whisper(desk, it, respond, "That clip was asked for already: it is in the thread of the answer.")


async def _whisper(desk: Desk, it: ButtonPress, respond: AsyncRespond, sentence: str) -> None:
    message = private_replies.private_message(desk, await desk.people.get(it.team, it.user), sentence)
    await respond(**message, response_type="ephemeral", replace_original=False)
