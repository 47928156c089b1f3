"""Tells people of a job that won't be tried again: what went wrong, what was kept, and the id to quote."""

from __future__ import annotations

from bot.desk import filming, looking, telling, work
from bot.desk.asked import Asked
from bot.desk.buttons import Pressed
from bot.desk.desk import Desk
from bot.runtime.errors import Missing
from bot.runtime.jobs import Failure


async def failed(desk: Desk, failure: Failure) -> None:
    match failure.payload:
        case work.Answer(team=team, asked=id):
            asked = await looking.asked(desk, team, id)
            await desk.outbox.update(asked.message_key, _message(desk, asked, failure), team=team)
        case work.Clip(team=team, asked=id, id=clip) as job:
            if (await filming.end(desk, team, clip, filming.FAILED)).how == filming.CANCELLED:
                return  # its message says who stopped it
            asked = await looking.asked(desk, team, id)
            again = filming.again_of(filming.button_of(job))
            await desk.outbox.update(f"clip:{clip}", _message(desk, asked, failure, again), team=team)
        case work.Choose(unasked=True) if isinstance(failure.error, Missing):
            return  # nobody asked for it, and the answer stands
        case work.Choose(team=team, asked=id) | work.Record(team=team, asked=id) | work.Ask(team=team, asked=id):
            await _reply(desk, await looking.asked(desk, team, id), failure)
        case work.Acknowledge(team=team, request=id, by=by):
            request = await looking.request(desk, team, id)
            await telling.whisper(desk, request, by, failure.sentence, failure.reference)
        case work.Effects(team=team, request=id) | work.Verify(team=team, request=id):
            request = await looking.request(desk, team, id)
            await _reply(desk, await looking.asked(desk, team, request.question), failure)


async def _reply(desk: Desk, asked: Asked, failure: Failure) -> None:
    try:
        thread = asked.thread or await desk.outbox.ts(asked.message_key, team=asked.team)
    except Missing:
        return  # the answer itself was never posted; the log has it all
    key = f"failed:{failure.reference}"
    message = _message(desk, asked, failure)
    await desk.outbox.post(key, team=asked.team, channel=asked.channel, message=message, reply_to=thread)


def _message(desk: Desk, asked: Asked, failure: Failure, again: Pressed | None = None) -> dict[str, object]:
    return desk.messages.message(
        "failed",
        asked.locale,
        sentence=failure.sentence,
        reference=failure.reference,
        again=again.value() if again else "",
    )
